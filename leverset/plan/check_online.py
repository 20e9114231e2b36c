"""Find everything that is wrong with a plan, and ask the exchanges for what only they know, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from leverset._client import AsyncClient, SyncClient
from leverset._registry import EXCHANGES
from leverset.plan._clients import by_exchange
from leverset.plan._model import Accounts, Plan, Problem
from leverset.plan._online.findings import Findings
from leverset.plan._online.instruments import look_at_instruments
from leverset.plan._online.modes import Modes
from leverset.plan._steps import Steps, take, take_async
from leverset.plan.check import check_for


@frozen(kw_only=True)
class Unchecked:
    """Names what was not looked at, although nothing has failed.

    Attributes:
        exchange: The exchange's name.
        what: What was not looked at.
        why: The reason.
    """

    exchange: str
    what: str
    why: str

    def describe(self) -> dict[str, object]:
        """Return it as an object for JSON."""
        return {"exchange": self.exchange, "unchecked": self.what, "why": self.why}

    def __str__(self) -> str:
        return f"{EXCHANGES[self.exchange].title}: {self.what}: {self.why}"


@frozen(kw_only=True)
class OnlineCheck:
    """Reports what is wrong with a plan, as far as its exchanges say.

    Attributes:
        problems: Every problem, in the order of the plan's lines.
        unchecked: What was not looked at.
    """

    problems: tuple[Problem, ...]
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was looked at, and nothing is wrong."""
        return not self.problems and not self.unchecked


def check_online(
    plan: Plan,
    clients: Iterable[SyncClient[Any, Any, Any, Any]],
    *,
    accounts: Accounts | None = None,
    without_modes: Collection[str] = (),
) -> OnlineCheck:
    """Find all problems of a plan, and ask the exchanges whether its instruments are there. Nothing is changed.

    Beyond what `check` finds: whether each instrument exists, is live, and allows the leverage; and with the modes of
    the account, as the exchange has them, what `check` leaves open or was told otherwise. A list of instruments is one
    request, whatever the number of rows; modes are asked for only where a row depends on them.

    Args:
        plan: The plan.
        clients: One client for every exchange that is to be asked.
        accounts: How the accounts are said to be set up; it goes before what the plan says. Default: None, what the
            clients and the plan say. It is compared with what the exchange says.
        without_modes: The names of exchanges whose accounts are not asked for. Lists of instruments need no
            credentials, so a client without real ones serves for them. Default: none.

    Returns:
        The problems, and what was not looked at. What the exchange could not be asked for is a problem,
        `plan/not-asked`.

    Raises:
        PlanError: The clients cannot be used.
    """
    found = by_exchange(clients, SyncClient, "check_online")
    run = _Run(plan, found, accounts, without_modes)
    for name, client in found.items():
        if steps := run.steps(name):
            take(steps, client)
    return run.end()


async def check_online_async(
    plan: Plan,
    clients: Iterable[AsyncClient[Any, Any, Any, Any]],
    *,
    accounts: Accounts | None = None,
    without_modes: Collection[str] = (),
) -> OnlineCheck:
    """Like `check_online`, awaited; the exchanges are asked side by side.

    Args:
        plan: The plan.
        clients: One async client for every exchange that is to be asked.
        accounts: How the accounts are said to be set up; it goes before what the plan says. Default: None, what the
            clients and the plan say. It is compared with what the exchange says.
        without_modes: The names of exchanges whose accounts are not asked for. Default: none.

    Returns:
        The problems, and what was not looked at.

    Raises:
        PlanError: The clients cannot be used.
    """
    found = by_exchange(clients, AsyncClient, "check_online")
    run = _Run(plan, found, accounts, without_modes)
    each = ((run.steps(name), client) for name, client in found.items())
    await asyncio.gather(*(take_async(steps, client) for steps, client in each if steps))
    return run.end()
