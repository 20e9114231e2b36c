"""How far a run is: a bar per exchange in a terminal, a line now and then where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from leverset._protocols import RateLimit
from leverset.cli.output import say
from leverset.plan import Plan, Result

_EVERY = 10.0
"""Seconds between two plain progress lines."""


class Meter:
    """One exchange: rows done and refused, and from that rate and time left.

    `pace` is the documented limit; until there is something to measure, time left is reckoned with it.
    """

    def __init__(self, name: str, rows: int, pace: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.rows = rows
        self.done = 0
        self.sent = 0
        self.failed = 0
        self._pace = pace
        self._clock = clock
        self._begun = clock()

    def count(self, result: Result) -> None:
        """One more row has ended."""
        self.done += 1
        self.sent += not result.earlier and result.status != "not_sent"
        self.failed += not result.holds

    @property
    def rate(self) -> float:
        """Rows per second so far; the documented rate while there is less than two windows to measure."""
        seconds = self._clock() - self._begun
        if not self.sent or seconds < 2 * self._pace.seconds:
            return self._pace.requests / self._pace.seconds
        return self.sent / seconds

    @property
    def text(self) -> str:
        """Rate, time left and refusals."""
        left = round((self.rows - self.done) / self.rate)
        ahead = f"{left // 60}:{left % 60:02} left" if self.done < self.rows else "done"
        return f"{self.rate:.1f}/s  {ahead}  {self.failed} not applied"


class Watch:
    """What a person sees while a plan is applied; a context manager.

    In a terminal bars move below the lines that are printed; elsewhere a line says every ten seconds how far it is.
    `quiet` shows neither.
    """

    def __init__(self, plan: Plan, paces: dict[str, RateLimit], console: Console, *, quiet: bool) -> None:
        rows = {name: sum(row.exchange == name for row in plan.rows) for name in plan.exchanges}
        self.meters = {name: Meter(name, rows[name], paces[name]) for name in plan.exchanges}
        self._console = console
        self._plain = not quiet and not console.is_terminal
        self._last = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        if not quiet and console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description:<6}"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TextColumn("{task.fields[text]}"),
                console=console,
            )
            for name, meter in self.meters.items():
                self._tasks[name] = self._bars.add_task(name, total=meter.rows, text=meter.text)

    def count(self, result: Result) -> None:
        """A row has ended."""
        meter = self.meters[result.row.exchange]
        meter.count(result)
        if self._bars is not None:
            self._bars.update(self._tasks[meter.name], completed=meter.done, text=meter.text)
        elif self._plain and time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            for each in self.meters.values():
                say(self._console, f"progress  {each.name:<6} {each.done}/{each.rows}  {each.text}")

    def shown(self) -> AbstractContextManager[object]:
        """Show it while this context lasts."""
        return nullcontext() if self._bars is None else self._bars
