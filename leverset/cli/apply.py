"""`leverset apply`: check a plan, send it, and report the outcome of each row."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from leverset._registry import EXCHANGES
from leverset.cli import limit, options, reach
from leverset.cli._refusal import report
from leverset.cli.check import PlanFile, PlanFormat, described
from leverset.cli.output import ending, line, new_console, say, say_json
from leverset.cli.planned import Client, checked_plan, new_clients
from leverset.cli.progress import PauseLines, ProgressDisplay
from leverset.cli.question import Question
from leverset.cli.signals import RunSignals, run_loop
from leverset.cli.streams import results_matter
from leverset.cli.target import Environment, environment, refuse
from leverset.errors import LeversetError, RuleViolation
from leverset.limits._shared import SharedLimiter
from leverset.plan import Journal, JournalError, Plan, Result, Stop, Summary, apply_async

_SOON = 0.3
"""Seconds after an interrupt until it is said that rows are still under way."""

_CREDENTIALS = options.listed(
    f"{name.upper()}_{value}" for name in EXCHANGES for value in ("API_KEY", "SECRET", "PASSPHRASE")
)


_LAST = [*reach.every_parameter(), *limit.parameters(), *options.every_account()]


@options.with_parameters(last=_LAST, credentials=_CREDENTIALS)
def apply(
    plan: PlanFile,
    form: PlanFormat = None,
    live: options.Live = False,
    demo: options.Demo = False,
    sandbox: options.SandboxUrl = None,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every outcome there; the next run goes on where this one ended."),
    ] = None,
    stop_on_error: Annotated[
        bool, typer.Option("--stop-on-error", help="Send nothing more once a row was not applied.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Send every row, also those that hold already.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --live; for scripts.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show only rows that were not applied, and the end.")] = False,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    **chosen: Any,
) -> None:
    """Check a plan, read what holds, send the rows that differ, and report the outcome of each.

    Nothing is sent if anything is wrong with the plan. A row that holds already is kept; what was sent is read again at
    the end. Before --live the changes are shown, and you are asked. A refused row does not stop the others. Ctrl-C
    finishes what is under way; a second one does not wait for it. Credentials come from {credentials}.

    Exit code: 0 if every row is known to hold, 1 if not, 2 if nothing was sent because of the call itself (no
    environment, no credentials, another account's journal, --live with nobody to ask and no --yes), 4 where all holds
    and could not be shown, 129 after SIGHUP, 130 after Ctrl-C, 143 after SIGTERM.

    Examples:

    `leverset apply plan.yaml --sandbox http://127.0.0.1:8765`

    `leverset apply plan.yaml --live --yes --journal run.jsonl`

    `leverset apply plan.csv --demo --credentials keys.env --quiet`
    """
    results_matter()
    signals = RunSignals()
    with signals.handled():
        console = new_console()
        place = environment(live=live, demo=demo, sandbox=sandbox)
        read, known = checked_plan(console, plan, form, chosen, as_json=as_json)
        shared = limit.limiter(chosen).limiter
        clients = new_clients(read, known, place, chosen, file=credentials_file, limiter=shared)
        question = Question(console, read, force=force) if live and not yes else None
        try:
            opened = Journal(journal, read, clients) if journal is not None else None
        except JournalError as error:
            refuse(error)
        application = _Application(read, clients, opened, shared, console, quiet=quiet, as_json=as_json)
        with opened or nullcontext():
            application.introduce(place)
            raise typer.Exit(run_loop(application.run(signals, question, stop_on_error=stop_on_error, force=force)))


class _Application:
    """Applies one plan, and shows its progress and results."""

    def __init__(
        self,
        plan: Plan,
        clients: list[Client],
        journal: Journal | None,
        shared: SharedLimiter | None,
        console: Console,
        *,
        quiet: bool,
        as_json: bool,
    ) -> None:
        self._plan, self._clients, self._journal, self._console = plan, clients, journal, console
        self._shared, self._quiet, self._as_json = shared, quiet, as_json
        # Where stdout is no terminal and stderr is one, the bars go there.
        errors = new_console(stderr=True)
        progress = errors if errors.is_terminal and not console.is_terminal else console
        rate_limits = {
            client.exchange.name: client.config.rate(EXCHANGES[client.exchange.name].operation) for client in clients
        }
        hidden = quiet or (as_json and not errors.is_terminal)
        self._pauses = PauseLines(errors if as_json else console)
        self._display = ProgressDisplay(plan, rate_limits, progress, quiet=hidden)

    def introduce(self, place: Environment) -> None:
        """Print what is about to be sent, and where."""
        if not self._quiet and not self._as_json:
            where = reach.described(place, self._clients)
            say(self._console, f"{self._plan.path}: {described(self._plan)}, to {where}")

    async def run(self, signals: RunSignals, question: Question | None, *, stop_on_error: bool, force: bool) -> int:
        """Ask where somebody is to be asked, and send what differs; return the exit code."""
        stop, loop = Stop(), asyncio.get_running_loop()

        def end(again: bool) -> None:
            stop(now=again)
            if not again:
                finishing.append(loop.call_later(_SOON, self._say_what_is_finished))

        def on_signal(again: bool) -> None:
            # Not called in here: a signal comes in the middle of whatever the loop does.
            loop.call_soon_threadsafe(end, again)

        finishing: list[asyncio.TimerHandle] = []

        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._pauses.shown())
                if self._shared is not None:
                    stack.push_async_callback(self._shared.aclose)
                for client in self._clients:
                    await stack.enter_async_context(client)
                found = None if question is None else await question.answered(self._clients)
                if isinstance(found, LeversetError):
                    sys.stderr.write("nothing was sent\n")
                    report(found)
                    return 1
                stack.enter_context(self._display.shown())
                stack.enter_context(signals.run(on_signal))
                summary = await apply_async(
                    self._plan,
                    self._clients,
                    on_result=self._on_result,
                    journal=self._journal,
                    stop_on_error=stop_on_error,
                    stop=stop,
                    force=force,
                    found=found,
                )
        except JournalError as error:
            sys.stderr.write(f"{error}\nwhat became of rows after it is in no journal\n")
            report(error)
            return 1
        finally:
            for timer in finishing:
                timer.cancel()
        self._end(summary)
        if signals.received:
            results_matter(interrupted=True)
            return 128 + signals.received[0]
        return 0 if summary.complete else 1

    def _say_what_is_finished(self) -> None:
        console = new_console(stderr=True) if self._as_json else self._console
        say(console, "interrupted: what is under way is finished; Ctrl-C again does not wait for it")

    def _on_result(self, result: Result) -> None:
        if self._as_json:
            say_json(self._console, "result", result.describe())
        elif not (self._quiet and result.confirmed) and (result.status != "not_sent" or result.error is not None):
            say(self._console, line(self._plan, result))  # rows that were never begun are counted at the end
        self._display.count(result)

    def _end(self, summary: Summary) -> None:
        if self._as_json:
            say_json(self._console, "summary", summary.describe())
        else:
            say(self._console, ending(self._plan, summary))
            if self._journal is not None and any(_may_hold_later(each) for each in summary.results):
                say(self._console, "the same command sends what is not known to be applied")


def _may_hold_later(result: Result) -> bool:
    """Whether a row that does not hold is sent by the next run: one that breaks a rule is not."""
    return not result.confirmed and not isinstance(result.error, RuleViolation)
