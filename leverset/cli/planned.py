"""What the commands that use a plan online share: the checked plan, and its clients."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from leverset._client import AsyncClient
from leverset._registry import EXCHANGES
from leverset.cli import options, reach
from leverset.cli.calls import new_client
from leverset.cli.check import read_plan, show_problems
from leverset.cli.output import say_json
from leverset.cli.target import Environment, credentials
from leverset.limits import RateLimiter
from leverset.plan import Accounts, Plan
from leverset.plan import check as check_plan
from leverset.plan._dump import Format

Client = AsyncClient[Any, Any, Any, Any]


def checked_plan(
    console: Console, path: Path, form: Format | None, chosen: Mapping[str, Any], *, as_json: bool
) -> tuple[Plan, Accounts]:
    """Return a plan that has no problem, and what is known of the accounts; ends the command where it has some."""
    plan = read_plan(path, form)
    known = options.accounts(chosen).over(plan.accounts)
    problems = check_plan(plan, known)
    if problems:
        if as_json:
            for problem in problems:
                say_json(console, "problem", problem.describe())
        else:
            show_problems(console, problems)
        sys.stderr.write("nothing was sent\n")
        raise typer.Exit(1)
    return plan, known


def new_clients(
    plan: Plan,
    accounts: Accounts,
    place: Environment,
    chosen: Mapping[str, Any],
    *,
    file: Path | None,
    limiter: RateLimiter | None,
) -> list[Client]:
    """Make a client for every exchange of a plan; ends the command where there cannot be one."""
    clients = []
    for name in plan.exchanges:
        arguments = reach.arguments(place, EXCHANGES[name], chosen)
        keys = credentials(name, file, demo=arguments["demo"])
        # Without a longest wait: the queue may be long where others share the limit; Ctrl-C ends it.
        client: Client = new_client(
            EXCHANGES[name].async_client,
            credentials=keys,
            account=accounts.get(name),
            max_wait=None,
            limiter=limiter,
            rate_limits=chosen["limits"],
            **arguments,
        )
        clients.append(client)
    return clients
