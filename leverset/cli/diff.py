"""`leverset diff`: compare a plan with what holds, once or again and again. Nothing is changed."""

from __future__ import annotations

import asyncio
import math
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from leverset.cli import limit, options, reach
from leverset.cli._refusal import fail, interruption, report
from leverset.cli.check import PlanFile, PlanFormat, described
from leverset.cli.output import comparison, differences, name_column, new_console, say, say_json
from leverset.cli.planned import Client, checked_plan, new_clients
from leverset.cli.progress import PauseLines
from leverset.cli.signals import RunSignals, run_loop
from leverset.cli.streams import when_unshown
from leverset.cli.target import environment
from leverset.limits._shared import SharedLimiter
from leverset.plan import Diff, Difference, Plan, Stop, diff_async

FAILED, DIFFERS = 1, 3
"""Exit codes where a row could not be read or cannot be set, and where one differs; the first wins."""

_BETWEEN = (1, 86_400)
"""The fewest and the most seconds between two reads of `--watch`."""


@options.with_parameters(last=[*reach.every_parameter(), *options.every_account(), *limit.parameters()])
def diff(
    plan: PlanFile,
    form: PlanFormat = None,
    live: options.Live = False,
    demo: options.Demo = False,
    sandbox: options.SandboxUrl = None,
    watch: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Read again and again, and show what drifts and what comes back."),
    ] = None,
    exit_on_drift: Annotated[
        bool,
        typer.Option("--exit-on-drift", help="With --watch: end with 3 as soon as a row differs or cannot be set."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Show only rows that do not hold or could not be read, and the end.")
    ] = False,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    **chosen: Any,
) -> None:
    """Read what holds for the rows of a plan, and say what `leverset apply` would change. Nothing is changed.

    One line a row: `~` differs, with the value that holds and the wanted one, `=` holds as wanted, `x` cannot be set in
    the modes of the account, `!` could not be read. Many rows are read in one request where the exchange offers that.

    Exit code: 0 if every row holds as wanted, 3 if one differs, 1 if one cannot be set or could not be read or the plan
    has problems, 2 if the call itself cannot be made, 129 after SIGHUP, 130 after Ctrl-C, 143 after SIGTERM.

    Examples:

    `leverset diff plan.yaml --live`

    `leverset diff plan.yaml --live --watch 60 --exit-on-drift`
    """
    signals = RunSignals()
    with signals.handled():
        if watch is not None and not (math.isfinite(watch) and _BETWEEN[0] <= watch <= _BETWEEN[1]):
            fail(f"--watch {watch:g} cannot work", fix=f"give {_BETWEEN[0]} to {_BETWEEN[1]} seconds")
        if exit_on_drift and watch is None:
            fail("--exit-on-drift is for --watch", fix="give --watch SECONDS, or leave it out: diff exits 3 by itself")
        console = new_console()
        place = environment(live=live, demo=demo, sandbox=sandbox)
        read, known = checked_plan(console, plan, form, chosen, as_json=as_json)
        shared = limit.limiter(chosen).limiter
        clients = new_clients(read, known, place, chosen, file=credentials_file, limiter=shared)
        if not quiet and not as_json:
            say(console, f"{read.path}: {described(read)}, compared with {reach.described(place, clients)}")
        comparing = _Comparing(read, clients, shared, console, quiet=quiet, as_json=as_json)
        raise typer.Exit(run_loop(comparing.run(signals, watch, exit_on_drift=exit_on_drift)))


class _Comparing:
    """Compares one plan with what holds, and shows the result."""

    def __init__(
        self,
        plan: Plan,
        clients: list[Client],
        shared: SharedLimiter | None,
        console: Console,
        *,
        quiet: bool,
        as_json: bool,
    ) -> None:
        self._plan, self._clients, self._shared, self._console = plan, clients, shared, console
        self._quiet, self._as_json = quiet, as_json
        self._last: Diff | None = None

    async def run(self, signals: RunSignals, watch: float | None, *, exit_on_drift: bool) -> int:
        """Read and show, once or until a signal; return the exit code."""
        stop, over, loop = Stop(), asyncio.Event(), asyncio.get_running_loop()

        def end() -> None:
            over.set()
            stop(now=True)

        async with AsyncExitStack() as stack:
            # Not called in the handler: a signal comes in the middle of whatever the loop does.
            stack.enter_context(signals.run(lambda _: loop.call_soon_threadsafe(end), reads=True))
            stack.enter_context(when_unshown(lambda: loop.call_soon_threadsafe(over.set)))  # nobody sees what drifts
            stack.enter_context(PauseLines(new_console(stderr=True) if self._as_json else self._console).shown())
            if self._shared is not None:
                stack.push_async_callback(self._shared.aclose)
            for client in self._clients:
                await stack.enter_async_context(client)
            while True:
                found = await read_with_bar(self._plan, self._clients, stop, quiet=self._quiet or self._as_json)
                if signals.received:
                    break
                self._show(found)
                counts = found.counts()
                drifted = counts.get("differs") or counts.get("ruled_out")
                if watch is None or (exit_on_drift and drifted):
                    return exit_code(found) if watch is None else DIFFERS
                try:
                    await asyncio.wait_for(over.wait(), watch)
                except TimeoutError:
                    continue
                if signals.received:
                    break
                return exit_code(found)
        sys.stderr.write("interrupted: nothing was to be changed\n")
        report(interruption("nothing was to be changed", "unknown"))
        return 128 + signals.received[0]

    def _show(self, found: Diff) -> None:
        """Show everything the first time, then what has changed since."""
        last, self._last = self._last, found
        before = {} if last is None else {each.row.number: each for each in last.differences}
        shown = [each for each in found.differences if _is_news(each, before.get(each.row.number))]
        if last is None and self._quiet and not self._as_json:
            shown = [each for each in shown if each.status != "as_wanted"]
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        if self._as_json:
            for each in shown:
                say_json(self._console, "difference", {"at": None if last is None else at, **each.describe()})
        else:
            for text in differences(self._plan, shown):
                say(self._console, text if last is None else Text().append(f"{at} ", style="dim").append_text(text))
        if self._as_json and (shown or last is None):
            say_json(self._console, "comparison", found.describe())
        elif last is None:
            say(self._console, comparison(self._plan, found))


def _is_news(now: Difference, before: Difference | None) -> bool:
    return before is None or (now.status, now.current) != (before.status, before.current)


def exit_code(found: Diff) -> int:
    """Return the exit code of a comparison."""
    counts = found.counts()
    if counts.get("unreadable") or counts.get("ruled_out"):
        return FAILED
    return DIFFERS if counts.get("differs") else 0


async def read_with_bar(plan: Plan, clients: list[Client], stop: Stop, *, quiet: bool) -> Diff:
    """Compare a plan with what holds; a bar in the terminal says how far it is."""
    errors = new_console(stderr=True)
    if quiet or not errors.is_terminal:
        return await diff_async(plan, clients, stop=stop)
    columns = (TextColumn("reading {task.description}"), BarColumn(bar_width=30), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as bars:
        rows = {name: sum(row.exchange == name for row in plan.rows) for name in plan.exchanges}
        tasks = {name: bars.add_task(name_column(name), total=count) for name, count in rows.items()}
        return await diff_async(
            plan, clients, stop=stop, on_difference=lambda each: bars.advance(tasks[each.row.exchange])
        )
