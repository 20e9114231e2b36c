"""The outcome of a run: the result of each row, the summary, and the error of a journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, get_args

from attrs import frozen

from leverset._format import describe_leverage
from leverset.errors import LeversetError, NoChange
from leverset.plan._json import reported_of
from leverset.plan._model import Row

Status = Literal["kept", "applied", "unchanged", "refused", "differs", "unknown", "not_sent"]

CONFIRMED: frozenset[Status] = frozenset(("kept", "applied", "unchanged"))
"""The statuses of a row whose leverage holds: it was read and held already, was applied, or nothing would change."""


_CONFIRMATIONS = ("response", "read_back", "no")


@frozen(kw_only=True, repr=False)
class Result:
    """Reports the outcome of one row.

    Attributes:
        row: The row.
        status: `kept` (it was read and holds already, nothing was sent); `applied`; `unchanged` (the exchange says that
            nothing would change); `refused`; `differs` (another value holds); `unknown` (it may have been applied); or
            `not_sent`.
        error: The client's error; None after a success, and for a row that was never begun.
        why: The reason in a few words; empty after a success.
        reported: The values that the exchange reported in its success, in the document's field names; None where it
            reported none, and where the call itself has read the leverage back.
        confirmation: After a success, how the leverage is known: `response`, `read_back` (it was read: before, by the
            call, or at the end of the run), or `no` where the exchange named none.
        observed: The leverages that were read, such as an `OkxLeverage`; none where nothing was read.
        earlier: Whether an earlier run has applied the row, by its journal; this one has read that it holds.
    """

    row: Row
    status: Status
    error: LeversetError | None = None
    why: str = ""
    reported: Mapping[str, Any] | None = None
    confirmation: str | None = None
    observed: tuple[Any, ...] = ()
    earlier: bool = False

    @property
    def confirmed(self) -> bool:
        """Whether the row's leverage holds, as far as the exchange says."""
        return self.status in CONFIRMED

    @property
    def sent(self) -> bool:
        """Whether a request that sets it may have been sent in this run."""
        return self.status not in ("kept", "not_sent")

    def __repr__(self) -> str:
        why = f" ({self.why})" if self.why else ""
        return f"<Result {self.status}: {self.row.exchange} {self.row.target} -> {self.row.lever}{why}>"

    def describe(self) -> dict[str, Any]:
        """Return the result as an object for JSON."""
        return {
            "row": self.row.number,
            "line": self.row.line,
            "exchange": self.row.exchange,
            "request": dict(self.row.body),
            "status": self.status,
            "why": self.why or None,
            "error": None if self.error is None else self.error.describe(),
            "reported": dict(self.reported) if self.reported is not None else None,
            "confirmed": self.confirmation,
            "observed": [describe_leverage(each) for each in self.observed],
            "earlier": self.earlier,
        }


@frozen(kw_only=True, repr=False)
class Summary:
    """Reports the outcome of a whole plan.

    Attributes:
        results: The result of every row, in the plan's order.
        seconds: The duration of the run.
        stopped: By exchange, the reason why the rest of its rows was not sent.
        interrupted: Whether somebody asked for an early end.
    """

    results: tuple[Result, ...]
    seconds: float
    stopped: Mapping[str, str]
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether every row is confirmed."""
        return all(result.confirmed for result in self.results)

    def counts(self, exchange: str | None = None) -> Mapping[Status, int]:
        """Count the rows by status.

        Args:
            exchange: Counts only the rows of this exchange.

        Returns:
            How many rows have each status that occurs.
        """
        return Counter(each.status for each in self.results if exchange in (None, each.row.exchange))

    def __repr__(self) -> str:
        parts = [f"{count} {status}" for status in get_args(Status) if (count := self.counts().get(status))]
        interrupted = ", interrupted" if self.interrupted else ""
        return f"<Summary {', '.join(parts) or 'no rows'}{interrupted}, in {self.seconds:.1f} s>"

    def describe(self) -> dict[str, object]:
        """Return the summary as an object for JSON, without the single results."""
        counts: Counter[Status] = Counter(self.counts())
        return {
            "rows": len(self.results),
            "complete": self.complete,
            "counts": {status: counts[status] for status in get_args(Status)},
            "earlier": sum(result.earlier for result in self.results),
            "confirmed": {how: sum(each.confirmation == how for each in self.results) for how in _CONFIRMATIONS},
            "seconds": round(self.seconds, 3),
            "stopped": dict(self.stopped),
            "interrupted": self.interrupted,
        }


class JournalError(LeversetError):
    """Raised when a journal belongs to another plan, is in use, is damaged, or cannot be written.

    `outcome` is `unknown` once a request was sent; `why` counts the rows then.

    Attributes:
        results: Where a run has ended over its journal, the result of every row, in the plan's order; else empty.
    """

    results: tuple[Result, ...] = ()

    def add_results(self, results: tuple[Result, ...]) -> None:
        """Add what is known of every row at the end of a run."""
        self.results = results
        if any(result.sent for result in results):
            self.outcome = "unknown"
        counts: Counter[Status] = Counter("applied" if each.status == "unchanged" else each.status for each in results)
        parts = [f"{counts[status]} {_STATE[status][counts[status] > 1]}" for status in _STATE if counts[status]]
        self.why = f"of {len(results)} row{'s' if len(results) != 1 else ''} {', '.join(parts)}"


_STATE: Mapping[Status, tuple[str, str]] = {
    "kept": ("was kept", "were kept"),
    "applied": ("is applied", "are applied"),
    "refused": ("is refused", "are refused"),
    "differs": ("has another value", "have another value"),
    "unknown": ("is unknown", "are unknown"),
    "not_sent": ("was not sent", "were not sent"),
}
"""One row of a status, and several."""


def result_of(row: Row, error: BaseException | None, leverage: Any = None) -> Result:
    """Return the result of a row whose call has ended in an error, or in a leverage."""
    if error is None:
        return Result(row=row, status="applied", confirmation=leverage.confirmed, **reported_of(leverage))
    if not isinstance(error, LeversetError):
        # A fault of the program: nobody knows what it means for the request.
        return Result(row=row, status="unknown", why=f"{type(error).__name__}: {error}")
    # Where a read shows that another value holds, "nothing to change" is no confirmation.
    if isinstance(error, NoChange) and error.outcome == "refused" and not error.observed:
        return Result(row=row, status="unchanged", error=error, why=error.summary)
    return Result(row=row, status=error.outcome, error=error, why=error.summary, observed=error.observed)
