"""`leverset check`: find everything that is wrong with a plan, without sending anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from leverset.cli import options
from leverset.cli.output import new_console, say, say_json
from leverset.cli.target import refuse
from leverset.plan import Plan, PlanError, Problem, load
from leverset.plan import check as check_plan

PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="A .yaml, .yml or .csv file; see docs/plans.md.")]


@options.with_parameters(last=options.every_account(online=False), modes=options.account_example())
def check(
    plan: PlanFile,
    as_json: options.AsJson = False,
    **chosen: Any,
) -> None:
    """Check a plan against the rules of the exchanges' documents. Nothing is sent.

    All problems are shown at once, each with file, line, rule and fix. Exit code: 0 if there is none, 1 if
    there is any, 2 if the file cannot be read.

    Examples:

    `leverset check plan.yaml`

    `leverset check plan.csv {modes}`
    """
    console = new_console()
    read = read_plan(plan)
    found = check_plan(read, options.accounts(chosen))
    if as_json:
        for problem in found:
            say_json(console, "problem", problem.describe())
    elif found:
        show_problems(console, found)
    else:
        say(console, f"{read.path}: {described(read)}, no problem found")
    if found:
        raise typer.Exit(1)


def read_plan(path: Path) -> Plan:
    """Read the plan of a file; ends the command where it cannot be read."""
    try:
        return load(path)
    except PlanError as error:
        refuse(error)


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
