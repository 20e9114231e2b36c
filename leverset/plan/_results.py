"""What became of each row, and of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from leverset.errors import LeversetError, NoChange
from leverset.plan._model import Row

Status = Literal["applied", "unchanged", "refused", "differs", "unknown", "not_sent"]

HOLDS: frozenset[Status] = frozenset(("applied", "unchanged"))
"""The row is known to hold: the exchange applied it, or says that it would change nothing."""


@frozen(kw_only=True)
class Result:
    """What became of one row.

    `status` is `applied`; `unchanged` (the exchange says that nothing would change); `refused`; `differs` (another
    value holds); `unknown` (it may have been applied); or `not_sent`. `error` is what the client raised, None after a
    success and for a row that was never begun; `why` says so in a few words. `answer` is what the exchange reported
    after a success. `earlier`: it stood in the journal, and was not sent this time.
    """

    row: Row
    status: Status
    error: LeversetError | None = None
    why: str = ""
    answer: Mapping[str, Any] | None = None
    earlier: bool = False

    @property
    def holds(self) -> bool:
        """Whether the row is known to be applied."""
        return self.status in HOLDS

    def describe(self) -> dict[str, object]:
        """The result as JSON."""
        return {
            "row": self.row.number,
            "line": self.row.line,
            "exchange": self.row.exchange,
            "request": dict(self.row.body),
            "status": self.status,
            "error": self.error.reference if self.error else None,
            "why": self.why or None,
            "fix": (self.error.fix or None) if self.error else None,
            "answer": dict(self.answer) if self.answer is not None else None,
            "earlier": self.earlier,
        }


@frozen(kw_only=True)
class Summary:
    """What became of a plan: every row's result in the plan's order.

    `seconds` is how long it took. `stopped` says for an exchange why the rest of its rows was not sent. `interrupted`:
    somebody asked for an early end.
    """

    results: tuple[Result, ...]
    seconds: float
    stopped: Mapping[str, str]
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether every row is known to be applied."""
        return all(result.holds for result in self.results)

    def counts(self, exchange: str | None = None) -> Mapping[Status, int]:
        """How many rows came to which end, on one exchange or on all."""
        return Counter(each.status for each in self.results if exchange in (None, each.row.exchange))

    def describe(self) -> dict[str, object]:
        """The summary as JSON, without the single results."""
        return {
            "rows": len(self.results),
            "complete": self.complete,
            **dict(sorted(self.counts().items())),
            "earlier": sum(result.earlier for result in self.results),
            "seconds": round(self.seconds, 3),
            "stopped": dict(self.stopped),
            "interrupted": self.interrupted,
        }


def judge(row: Row, error: BaseException | None, answer: Mapping[str, Any] | None = None) -> Result:
    """The result of a row that was sent, or tried to be."""
    if error is None:
        return Result(row=row, status="applied", answer=answer)
    if not isinstance(error, LeversetError):
        # Not ours: a fault of the program. What it means for the request nobody knows.
        return Result(row=row, status="unknown", why=f"{type(error).__name__}: {error}")
    if isinstance(error, NoChange) and error.outcome == "refused":
        return Result(row=row, status="unchanged", error=error, why=error.summary)
    return Result(row=row, status=error.outcome, error=error, why=error.summary)
