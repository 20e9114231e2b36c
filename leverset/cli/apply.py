"""`leverset apply`: check a plan, send it, and report the outcome of each row."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from leverset._client import AsyncClient
from leverset._registry import EXCHANGES
from leverset.cli import options, reach
from leverset.cli._refusal import report
from leverset.cli.calls import new_client
from leverset.cli.check import PlanFile, described, read_plan, show_problems
from leverset.cli.output import ending, line, new_console, say, say_json
from leverset.cli.progress import PauseLines, ProgressDisplay
from leverset.cli.signals import RunSignals
from leverset.cli.streams import results_matter
from leverset.cli.target import Environment, credentials, environment, limiter, refuse
from leverset.plan import Journal, JournalError, Plan, Result, Stop, Summary, apply_async
from leverset.plan import check as check_plan

if TYPE_CHECKING:
    from leverset.limits.redis import RedisLimiter

Client = AsyncClient[Any, Any, Any, Any]

_CREDENTIALS = options.listed(
    f"{name.upper()}_{value}" for name in EXCHANGES for value in ("API_KEY", "SECRET", "PASSPHRASE")
)


@options.with_parameters(last=[*reach.every_parameter(), *options.every_account()], credentials=_CREDENTIALS)
def apply(
    plan: PlanFile,
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
    quiet: Annotated[bool, typer.Option("--quiet", help="Show only rows that were not applied, and the end.")] = False,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    redis: options.Redis = None,
    **chosen: Any,
) -> None:
    """Check a plan, send its rows at the full rate of the limits, and report the outcome of each.

    Nothing is sent if anything is wrong with the plan. A refused row does not stop the others. Ctrl-C finishes what is
    under way; a second one does not wait for it. Credentials come from {credentials}.

    Exit code: 0 if every row is known to be applied, 1 if not, 2 if nothing was sent because of the call itself (no
    environment, no credentials, another plan's journal), 4 where all is applied and could not be shown, 129 after
    SIGHUP, 130 after Ctrl-C, 143 after SIGTERM.

    Examples:

    `leverset apply plan.yaml --sandbox http://127.0.0.1:8765`

    `leverset apply plan.yaml --live --journal run.jsonl`

    `leverset apply plan.csv --demo --credentials keys.env --quiet`
    """
    results_matter()
    signals = RunSignals()
    with signals.handled():
        console = new_console()
        place = environment(live=live, demo=demo, sandbox=sandbox)
        read = read_plan(plan)
        known = options.accounts(chosen).over(read.accounts)
        problems = check_plan(read, known)
        if problems:
            if as_json:
                for problem in problems:
                    say_json(console, "problem", problem.describe())
            else:
                show_problems(console, problems)
            sys.stderr.write("nothing was sent\n")
            raise typer.Exit(1)
        shared = limiter(redis)
        clients = []
        for name in read.exchanges:
            arguments = reach.arguments(place, EXCHANGES[name], chosen)
            clients.append(_client(name, known.get(name), credentials_file, limiter=shared, **arguments))
        try:
            opened = Journal(journal, read, clients) if journal is not None else None
        except JournalError as error:
            refuse(error)
        application = _Application(read, clients, opened, shared, console, quiet=quiet, as_json=as_json)
        with opened or nullcontext():
            application.introduce(place)
            raise typer.Exit(asyncio.run(application.run(signals, stop_on_error=stop_on_error)))


def _client(name: str, account: Any, file: Path | None, **arguments: Any) -> Client:
    keys = credentials(name, file, demo=arguments["demo"])
    # Without a longest wait: the queue may be long where others share the limit; Ctrl-C ends it.
    kind = EXCHANGES[name].async_client
    client: Client = new_client(kind, credentials=keys, account=account, max_wait=None, **arguments)
    return client


class _Application:
    """Applies one plan, and shows its progress and results."""

    def __init__(
        self,
        plan: Plan,
        clients: list[Client],
        journal: Journal | None,
        shared: RedisLimiter | None,
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
            confirmed = len(self._journal.confirmed) if self._journal is not None else 0
            before = f", {confirmed} of them applied by an earlier run" if confirmed else ""
            where = reach.described(place, self._clients)
            say(self._console, f"{self._plan.path}: {described(self._plan)}{before}, to {where}")

    async def run(self, signals: RunSignals, *, stop_on_error: bool) -> int:
        """Send everything; return the exit code."""
        stop, loop = Stop(), asyncio.get_running_loop()

        def on_signal(again: bool) -> None:
            # Not called in here: a signal comes in the middle of whatever the loop does.
            loop.call_soon_threadsafe(lambda: stop(now=again))

        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._display.shown())
                stack.enter_context(self._pauses.shown())
                stack.enter_context(signals.run(on_signal))
                if self._shared is not None:
                    stack.push_async_callback(self._shared.aclose)
                for client in self._clients:
                    await stack.enter_async_context(client)
                summary = await apply_async(
                    self._plan,
                    self._clients,
                    on_result=self._on_result,
                    journal=self._journal,
                    stop_on_error=stop_on_error,
                    stop=stop,
                )
        except JournalError as error:
            sys.stderr.write(f"{error}\nwhat became of rows after it is in no journal\n")
            report(error)
            return 1
        self._end(summary)
        if signals.received:
            results_matter(interrupted=True)
            return 128 + signals.received[0]
        return 0 if summary.complete else 1

    def _on_result(self, result: Result) -> None:
        if self._as_json:
            say_json(self._console, "result", result.describe())
        elif not (self._quiet and result.confirmed):
            say(self._console, line(self._plan, result))
        self._display.count(result)

    def _end(self, summary: Summary) -> None:
        if self._as_json:
            say_json(self._console, "summary", summary.describe())
        else:
            say(self._console, ending(self._plan, summary))
            if self._journal is not None and not summary.complete:
                say(self._console, "the same command sends what is not known to be applied")
