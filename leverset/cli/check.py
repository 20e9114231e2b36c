"""`leverset check`: find everything that is wrong with a plan, without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from leverset._registry import EXCHANGES
from leverset.cli import limit, options, reach
from leverset.cli._refusal import fail
from leverset.cli.calls import interruptible, new_client
from leverset.cli.output import new_console, say, say_json
from leverset.cli.stdin import read_all
from leverset.cli.target import Environment, credentials_if_any, environment, no_credentials, refuse
from leverset.plan import Accounts, OnlineCheck, Plan, PlanError, Problem, Unchecked, check_online, load
from leverset.plan import check as check_plan
from leverset.plan._dump import Format

PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="A .yaml, .yml or .csv file, or - for stdin; see docs/plans.md.")
]
PlanFormat = Annotated[
    Literal["yaml", "csv"] | None,
    typer.Option("--format", help="What PLAN is, where its name does not say it. Stdin is YAML without it."),
]
_STDIN = "stdin"
"""Its name in messages."""

Online = Annotated[
    bool,
    typer.Option("--online", help="Ask the exchanges too: for instruments, their leverage, and the account's modes."),
]


@options.with_parameters(
    last=[*reach.every_parameter(), *options.every_account(online=False), *limit.parameters()],
    modes=options.account_example(),
)
def check(
    plan: PlanFile,
    form: PlanFormat = None,
    online: Online = False,
    live: options.Live = False,
    demo: options.Demo = False,
    sandbox: options.SandboxUrl = None,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    **chosen: Any,
) -> None:
    """Check a plan against the rules of the exchanges' documents; nothing is sent without --online.

    With it the exchanges are asked as well, and nothing is changed: whether every instrument exists, is live
    and allows the leverage, and, where there are credentials, whether the modes of the account fit.

    All problems are shown at once, each with file, line, rule and fix. Exit code: 0 if there is none, 1 if
    there is any or an exchange could not be asked, 2 if the file cannot be read or the call cannot be made.

    Examples:

    `leverset check plan.yaml`

    `leverset check plan.csv {modes}`

    `leverset check plan.yaml --online --live`

    `make_plan | leverset check - --format csv`
    """
    console = new_console()
    said = options.accounts(chosen)
    unchecked: tuple[Unchecked, ...] = ()
    asked = ""
    if online:
        place = environment(live=live, demo=demo, sandbox=sandbox)
        read = read_plan(plan, form)
        with interruptible(lambda _: "nothing was to be changed"):
            result = _ask(read, said, place, chosen, credentials_file)
        found, unchecked, asked = result.problems, result.unchecked, f", {place.name} asked"
    else:
        if live or demo or sandbox is not None:
            fail("check asks nobody without --online", fix="give --online, or leave the environment out")
        read = read_plan(plan, form)
        found = check_plan(read, said)
    if as_json:
        for problem in found:
            say_json(console, "problem", problem.describe())
        for each in unchecked:
            say_json(console, "unchecked", each.describe())
    else:
        if found:
            show_problems(console, found)
        else:
            words = "no problem found in what was checked" if unchecked else "no problem found"
            say(console, f"{read.path}: {described(read)}, {words}{asked}")
        for each in unchecked:
            say(console, f"not checked: {each}")
    if found:
        raise typer.Exit(1)


def _ask(
    plan: Plan,
    said: Accounts,
    place: Environment,
    chosen: Mapping[str, Any],
    credentials_file: Path | None,
) -> OnlineCheck:
    """Check a plan, and ask its exchanges; the accounts of those without credentials are not asked for."""
    known = [EXCHANGES[name] for name in plan.exchanges if EXCHANGES[name].listing is not None]
    keys = {each.name: credentials_if_any(each.name, credentials_file, demo=place.demo) for each in known}
    public = [name for name, given in keys.items() if given is None]
    with ExitStack() as stack:
        shared = limit.limiter(chosen).limiter
        if shared is not None:
            stack.enter_context(shared)
        clients = [
            stack.enter_context(
                new_client(
                    each.client,
                    credentials=keys[each.name] or no_credentials(),
                    limiter=shared,
                    rate_limits=chosen["limits"],
                    **reach.arguments(place, each, chosen),
                )
            )
            for each in known
        ]
        return check_online(plan, clients, accounts=said, without_modes=public)


def read_plan(path: Path, form: Format | None) -> Plan:
    """Read the plan of a file, or of stdin; ends the command where it cannot be read."""
    try:
        if str(path) == "-":
            return load(_STDIN, format=form or "yaml", content=read_all())
        return load(path, format=form)
    except PlanError as error:
        refuse(error)
    except OSError as error:
        fail(f"{_STDIN} cannot be read: {error.strerror}", fix="give the path of a plan, or write one to stdin")


def described(plan: Plan) -> str:
    """Describe how many rows a plan has for each exchange."""
    counts = {name: sum(row.exchange == name for row in plan.rows) for name in plan.exchanges}
    rows = f"{len(plan.rows)} row{'s' if len(plan.rows) != 1 else ''}"
    return f"{rows} ({', '.join(f'{name} {count}' for name, count in counts.items())})"


def show_problems(console: Console, problems: tuple[Problem, ...]) -> None:
    """Print all problems, and how many there are."""
    for problem in problems:
        say(console, str(problem))
    say(console, f"\n{len(problems)} problem{'s' if len(problems) != 1 else ''} in {problems[0].path}")
