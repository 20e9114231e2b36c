"""Compare a plan with what holds: read the leverage of every row, and say which rows differ. Nothing is changed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args

from attrs import frozen

from leverset._client import AsyncClient, SyncClient
from leverset._format import describe_leverage
from leverset._held import Held
from leverset.errors import LeversetError
from leverset.plan._clients import by_exchange
from leverset.plan._model import Plan, Row
from leverset.plan._modes import AccountModes
from leverset.plan._queue import ExchangeQueue
from leverset.plan._run import Run
from leverset.plan._workers import Stop, run_in_loop, run_in_threads

DifferenceStatus = Literal["as_wanted", "differs", "ruled_out", "unreadable"]

_NOT_READ = "it was not read: the run ended before"


@frozen(kw_only=True, repr=False)
class Difference:
    """Compares one row with what holds.

    Attributes:
        row: The row.
        status: `as_wanted` (every leverage that the row sets has the wanted value); `differs`; `ruled_out` (it does not
            hold, and the account's modes do not let it be set, as the exchange says them to a client with
            `account="read"`); or `unreadable`.
        leverages: What holds: each leverage that the row sets, such as an `OkxLeverage`; none where nothing is known.
        error: The error of the read, or the rules that rule the row out; else None.
        why: Why nothing is known, or why the row is ruled out, in a few words; else empty.
    """

    row: Row
    status: DifferenceStatus
    leverages: tuple[Any, ...] = ()
    error: LeversetError | None = None
    why: str = ""

    @property
    def current(self) -> str:
        """The value that holds, as text; several where the row sets several leverages that differ; else empty."""
        return ", ".join(dict.fromkeys(f"{each.lever:f}" for each in self.leverages))

    def describe(self) -> dict[str, object]:
        """Return the comparison as an object for JSON."""
        return {
            "row": self.row.number,
            "line": self.row.line,
            "exchange": self.row.exchange,
            "request": dict(self.row.body),
            "status": self.status,
            "why": self.why or None,
            "error": None if self.error is None else self.error.describe(),
            "observed": [describe_leverage(each) for each in self.leverages],
        }

    def __repr__(self) -> str:
        wanted = f"{self.row.exchange} {self.row.target}"
        if self.why:
            return f"<Difference {self.status}: {wanted} ({self.why})>"
        change = f"{self.current} -> {self.row.lever}" if self.status == "differs" else str(self.row.lever)
        return f"<Difference {self.status}: {wanted} {change}>"


@frozen(kw_only=True, repr=False)
class Diff:
    """Compares a whole plan with what holds.

    Attributes:
        differences: The comparison of every row, in the plan's order.
        seconds: The duration of the reads.
        interrupted: Whether somebody asked for an early end.
    """

    differences: tuple[Difference, ...]
    seconds: float
    interrupted: bool = False

    @property
    def as_wanted(self) -> bool:
        """Whether every row was read, and none differs."""
        return all(each.status == "as_wanted" for each in self.differences)

    def counts(self, exchange: str | None = None) -> Mapping[DifferenceStatus, int]:
        """Count the rows by status.

        Args:
            exchange: Counts only the rows of this exchange.

        Returns:
            How many rows have each status that occurs.
        """
        return Counter(each.status for each in self.differences if exchange in (None, each.row.exchange))

    def describe(self) -> dict[str, object]:
        """Return the summary as an object for JSON, without the single rows."""
        return {
            "rows": len(self.differences),
            "as_wanted": self.as_wanted,
            "counts": {status: self.counts().get(status, 0) for status in get_args(DifferenceStatus)},
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
        }

    def __repr__(self) -> str:
        parts = [f"{count} {status}" for status in get_args(DifferenceStatus) if (count := self.counts().get(status))]
        interrupted = ", interrupted" if self.interrupted else ""
        return f"<Diff {', '.join(parts) or 'no rows'}{interrupted}, in {self.seconds:.1f} s>"


OnDifference = Callable[[Difference], object]


class Comparison(Run):
    """Reads what holds for the rows of a plan.

    Args:
        plan: The plan.
        clients: By exchange, a client for every exchange that has rows.
        on_difference: Called with the comparison of every row.
    """

    def __init__(self, plan: Plan, clients: Mapping[str, Any], *, on_difference: OnDifference | None) -> None:
        super().__init__(plan, clients, read=True, send=False)
        self._on_difference = on_difference
        self._found: dict[int, Difference] = {}

    def take_held(self, queue: ExchangeQueue, held: Mapping[int, Held]) -> None:
        """Compare rows with what holds."""
        for number, each in held.items():
            self._report(_compared(self.rows[number], each, queue.modes))

    def result(self) -> Diff:
        """Report the rows that were never read, and return the comparison. Raises the error that ended the run."""
        self.on_stop = lambda: None
        for number, row in self.rows.items():
            if number not in self._found:
                self._report(Difference(row=row, status="unreadable", why=_NOT_READ))
        if self._failure is not None:
            raise self._failure
        differences = tuple(self._found[row.number] for row in self.plan.rows)
        return Diff(differences=differences, seconds=time.monotonic() - self._begun, interrupted=self._interrupted)

    def _report(self, difference: Difference) -> None:
        self._found[difference.row.number] = difference
        if not self._call(self._on_difference, difference):
            self._on_difference = None


def _compared(row: Row, held: Held, modes: AccountModes) -> Difference:
    if held.all_are(row.lever):
        return Difference(row=row, status="as_wanted", leverages=held.leverages)
    if (error := modes.ruled_out(row)) is not None:
        return Difference(row=row, status="ruled_out", leverages=held.leverages, error=error, why=error.summary)
    if not held.leverages:
        return Difference(row=row, status="unreadable", error=held.error, why=held.why)
    return Difference(row=row, status="differs", leverages=held.leverages)


def diff(
    plan: Plan,
    clients: Iterable[SyncClient[Any, Any, Any, Any]],
    *,
    on_difference: OnDifference | None = None,
    stop: Stop | None = None,
) -> Diff:
    """Check a plan, read what holds for its rows, and compare. Nothing is changed.

    Many rows are read in one request where the exchange offers that; all exchanges are read side by side, each at the
    full rate of the limit of its reads. A refused request about several rows is followed by one for each of them. An
    exchange is given up where all of its reads would end in the same way, and after GIVE_UP_AFTER reads in succession
    without a response.

    Args:
        plan: The plan.
        clients: One client for every exchange that the plan has rows for.
        on_difference: Called with the Difference of every row as it comes, one at a time, from the threads that read.
        stop: Ends the reads early when it is called.

    Returns:
        The comparison of every row; one that could not be read is `unreadable`, and never as wanted.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, or clients that cannot be used;
            nothing was sent.
        BaseException: What `on_difference` raises; what was under way is finished first.
    """
    run = Comparison(plan, by_exchange(clients, SyncClient, "diff"), on_difference=on_difference)
    interrupted = run_in_threads(run, stop)
    if interrupted is not None:
        raise interrupted
    return run.result()


async def diff_async(
    plan: Plan,
    clients: Iterable[AsyncClient[Any, Any, Any, Any]],
    *,
    on_difference: OnDifference | None = None,
    stop: Stop | None = None,
) -> Diff:
    """Check a plan, read what holds for its rows, and compare, awaited. Nothing is changed.

    Like `diff`; an early end takes back the reads that are under way.

    Args:
        plan: The plan.
        clients: One async client for every exchange that the plan has rows for.
        on_difference: Called with the Difference of every row in the event loop; it is not awaited.
        stop: Ends the reads early when it is called.

    Returns:
        The comparison of every row; one that could not be read is `unreadable`, and never as wanted.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, or clients that cannot be used;
            nothing was sent.
        BaseException: What `on_difference` raises; what was under way is finished first.
    """
    run = Comparison(plan, by_exchange(clients, AsyncClient, "diff"), on_difference=on_difference)
    cancelled = await run_in_loop(run, stop)
    if cancelled is not None:
        raise cancelled
    return run.result()
