"""One call of the caller over all of its attempts, and how each of them is written down."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass, field

from leverset._format import Attempt
from leverset._http.response import ResponseParser
from leverset.errors import LeversetError, RateLimitTimeout

log = logging.getLogger("leverset.retry")


@dataclass(slots=True)
class Call:
    """`ends` is its deadline on the monotonic clock, once it runs; `accepted` that the exchange reported success."""

    ends: float | None = None
    accepted: bool = False
    attempts: list[Attempt] = field(default_factory=list)

    def record(self, reader: ResponseParser, error: LeversetError | None, waited: float) -> None:
        """Write an attempt down, for the error and the log; `waited` is the wait for its slot in seconds."""
        number = len(self.attempts) + 1
        level, result, outcome = logging.DEBUG, "accepted", "accepted"
        if error is None:
            self.accepted = True
            level = logging.INFO if number > 1 else level
        else:
            waited = error.waited if isinstance(error, RateLimitTimeout) else waited
            result, outcome = error.reference.rpartition("/")[2], error.outcome
            self.attempts.append(Attempt(number=number, waited=waited, result=result, outcome=error.outcome))
            error.attempts = tuple(self.attempts)
        log.log(
            level,
            "%s attempt %d: %s (%s)",
            reader.where,
            number,
            result,
            outcome,
            extra={
                "exchange": reader.exchange.name,
                "operation": reader.operation.name,
                "attempt": number,
                "result": result,
                "outcome": outcome,
                "waited_seconds": waited,
            },
        )

    def listed(self) -> str:
        """The attempts that failed, in a few words each."""
        return "; ".join(f"{attempt.result} ({attempt.outcome})" for attempt in self.attempts)


CALL: ContextVar[Call | None] = ContextVar("leverset_call", default=None)
"""The call that a request belongs to; generated functions have no argument for it."""
