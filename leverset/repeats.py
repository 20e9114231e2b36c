"""Whether a call is sent again, when, and what is claimed at its end over all attempts.

No library does the backoff: the runtime promises attrs and httpx alone, and what is hard here (one deadline, a slot
and a fresh signature for every attempt, the outcome over all of them) would still be ours.
"""

from __future__ import annotations

import logging
import random

from leverset.attempt import Call
from leverset.contract import Operation
from leverset.errors import ClockSkewed, LeversetError, MalformedReply, RateLimited
from leverset.reply import add_outcome
from leverset.settings import Settings

log = logging.getLogger("leverset.call")

_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 2.0


class Repeats:
    """Decides, for one call, whether it is sent again, and claims the outcome over all attempts."""

    def __init__(self, operation: Operation, settings: Settings, where: str) -> None:
        self.call = Call()
        self._operation = operation
        self._settings = settings
        self._where = where
        self._clock_corrected = False

    def after(self, error: LeversetError) -> float | None:
        """Seconds until it is sent again; None when it is not, and the error is complete."""
        delay = self._delay(error)
        if delay is None:
            add_outcome(error, [attempt.outcome for attempt in self.call.attempts])
            return None
        log.warning(
            "%s: %s (%s); sending again in %.2g s",
            self._where,
            error.reference,
            error.outcome,
            delay,
            extra={
                "operation": self._operation.name,
                "attempt": len(self.call.attempts),
                "result": error.reference,
                "outcome": error.outcome,
                "delay_seconds": delay,
            },
        )
        return delay

    def unreadable(self, problem: Exception) -> Exception:
        """A generated parser failed; after an accepted request that is news about the reply, not about the call."""
        if not self.call.accepted:
            return problem
        return MalformedReply(
            f"the exchange reports success, and the rest of its answer cannot be read ({type(problem).__name__})",
            reference="leverset/unreadable-success",
            outcome="unknown",
            where=self._where,
            fix="read the value back",
            docs=self._operation.docs,
        )

    def _delay(self, error: LeversetError) -> float | None:
        tries = len(self.call.attempts)
        if not error.send_again or tries > self._settings.retries or self.call.ends is None:
            return None
        if isinstance(error, ClockSkewed):
            if self._clock_corrected:
                return None
            self._clock_corrected = True
            return 0.0
        if isinstance(error, RateLimited):
            return 0.0  # the limiter is paused for as long as it takes; the next attempt stands in line
        longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** (tries - 1))
        delay = random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret
        return delay if self._settings.steady() + delay < self.call.ends else None
