"""Show the progress of a run: a bar per exchange in a terminal, a line now and then elsewhere; and every long pause."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from leverset._protocols import RateLimit
from leverset.cli.output import name_column, say
from leverset.plan import Plan, Result

_EVERY = 10.0
"""Seconds between two plain progress lines."""

_LONG = 5.0
"""A pause of so many seconds is announced: a refusal for the rate alone pauses for a window, which is shorter."""


class Meter:
    """Measures one exchange's progress: rows done and not applied, rate, and time left.

    A row that was never begun is not done: the meter of a run that ends early stays where it was.

    Until two windows of the documented rate limit have passed, that rate is the estimate.
    """

    def __init__(
        self, name: str, rows: int, rate_limit: RateLimit, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.rows = rows
        self._results: dict[int, Result] = {}
        self._rate_limit = rate_limit
        self._clock = clock
        self._begun = clock()

    def count(self, result: Result) -> None:
        """Count a row that has ended; one that ends in another way later is counted once."""
        if result.status != "not_sent" or result.error is not None:
            self._results[result.row.number] = result

    @property
    def done(self) -> int:
        """How many rows have ended."""
        return len(self._results)

    @property
    def failed(self) -> int:
        """How many of them do not hold."""
        return sum(not each.confirmed for each in self._results.values())

    @property
    def rate(self) -> float:
        """The rate in rows per second."""
        seconds = self._clock() - self._begun
        sent = sum(each.sent for each in self._results.values())
        if not sent or seconds < 2 * self._rate_limit.seconds:
            return self._rate_limit.requests / self._rate_limit.seconds
        return sent / seconds

    @property
    def text(self) -> str:
        """Rate, time left, and how many rows were not applied."""
        left = round((self.rows - self.done) / self.rate)
        ahead = f"{left // 60}:{left % 60:02} left" if self.done < self.rows else "done"
        return f"{self.rate:.1f}/s  {ahead}  {self.failed} not applied"


class ProgressDisplay:
    """Shows the progress while a plan is applied.

    In a terminal bars move below the lines that are printed; elsewhere a line every ten seconds says how far it is.
    `quiet` shows neither.
    """

    def __init__(self, plan: Plan, rate_limits: dict[str, RateLimit], console: Console, *, quiet: bool) -> None:
        rows = {name: sum(row.exchange == name for row in plan.rows) for name in plan.exchanges}
        self.meters = {name: Meter(name, rows[name], rate_limits[name]) for name in plan.exchanges}
        self._console = console
        self._plain = not quiet and not console.is_terminal
        self._last = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        if not quiet and console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TextColumn("{task.fields[text]}"),
                console=console,
            )
            for name, meter in self.meters.items():
                self._tasks[name] = self._bars.add_task(name_column(name), total=meter.rows, text=meter.text)

    def count(self, result: Result) -> None:
        """Show that a row has ended."""
        meter = self.meters[result.row.exchange]
        meter.count(result)
        if self._bars is not None:
            self._bars.update(self._tasks[meter.name], completed=meter.done, text=meter.text)
        elif self._plain and time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            for each in self.meters.values():
                say(self._console, f"progress  {name_column(each.name)} {each.done}/{each.rows}  {each.text}")

    def shown(self) -> AbstractContextManager[object]:
        """Return a context in which the progress is shown."""
        return nullcontext() if self._bars is None else self._bars


class PauseLines(logging.Handler):
    """Announces the long pauses, and the lower paces, that the limiter logs when they begin."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Show a pause; other records are left to the log."""
        seconds = getattr(record, "pause_seconds", 0.0)
        if seconds >= _LONG:
            exchange = str(getattr(record, "limit_key", "")).partition(":")[0]
            asked = str(record.msg).startswith("paused")
            reason = "the exchange asked for it" if asked else "the shared store may have forgotten slots"
            text = f"nothing is sent for {seconds:.6g} s: {reason}; Ctrl-C ends the run"
            say(self._console, f"paused    {name_column(exchange)} {text}")
        if (seconds := getattr(record, "lowered_seconds", 0.0)) > 0:
            exchange = str(getattr(record, "limit_key", "")).partition(":")[0]
            share = f"{getattr(record, 'lowered_to', 0)} requests in place of {getattr(record, 'lowered_from', 0)}"
            text = f"{share}: the exchange refused one for its rate; step by step back in {seconds:.0f} s"
            say(self._console, f"slower    {name_column(exchange)} {text}")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Announce pauses from here on."""
        logger = logging.getLogger("leverset.limits")
        logger.addHandler(self)
        try:
            yield
        finally:
            logger.removeHandler(self)
