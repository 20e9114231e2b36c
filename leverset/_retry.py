"""Whether a call is sent again, when, and what is claimed at its end over all attempts.

No library does the backoff. tenacity and stamina serve both colours and are well kept, but the runtime promises attrs
and httpx alone, and what is hard here would still be ours: one deadline over all attempts, a slot and a fresh
signature for each, a pause that the limiter keeps for everybody, and the outcome over all of them. What they would
take over is the three lines of `_delay` that draw a random number.
"""

from __future__ import annotations

import logging
import random
from contextvars import Token
from types import TracebackType

from leverset._config import ClientConfig
from leverset._http.call import CALL, Call
from leverset._http.response import add_outcome
from leverset._protocols import Operation
from leverset.errors import ClockSkew, ConfigurationError, LeversetError, MalformedResponse, RateLimitExceeded

log = logging.getLogger("leverset.retry")

_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 2.0


class Retry:
    """One call: a context manager around each attempt, which keeps back an error after which it is sent again.

    `delay` is how long to wait before that, in seconds.
    """

    def __init__(self, operation: Operation, config: ClientConfig, where: str) -> None:
        self.call = Call()
        self.delay = 0.0
        self._operation = operation
        self._config = config
        self._where = where
        self._clock_corrected = False
        self._token: Token[Call | None] | None = None

    def __enter__(self) -> None:
        self._token = CALL.set(self.call)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        assert self._token is not None  # noqa: S101 - entered before it is left
        CALL.reset(self._token)
        if isinstance(error, LeversetError):
            return self._again(error)
        if isinstance(error, Exception):
            raise self._foreign(error) from error
        return False

    def annotate_interrupt(self, error: BaseException) -> None:
        """Say on a cancellation or a KeyboardInterrupt, which pass as they are, what earlier attempts left behind."""
        if not isinstance(error, Exception) and any(a.outcome == "unknown" for a in self.call.attempts):
            error.add_note(f"leverset: {self._where} may have been applied by an earlier attempt: {self.call.listed()}")

    def _again(self, error: LeversetError) -> bool:
        """Whether it is sent again; if not, the error is completed."""
        delay = self._delay(error)
        tries = len(self.call.attempts)
        extra = {
            "operation": self._operation.name,
            "attempt": tries,
            "result": error.reference,
            "outcome": error.outcome,
            "delay_seconds": delay,
        }
        if delay is not None:
            text = "%s: %s (%s); sending again in %.2g s"
            log.warning(text, self._where, error.reference, error.outcome, delay, extra=extra)
            self.delay = delay
            return True
        add_outcome(error, [attempt.outcome for attempt in self.call.attempts])
        if tries > 1:
            extra["outcome"] = error.outcome
            log.warning("%s: gave up after %d attempts: %s", self._where, tries, self.call.listed(), extra=extra)
        return False

    def _foreign(self, problem: Exception) -> LeversetError:
        """What to raise for an exception that is none of ours: from the generated code, below it or above it."""
        name = type(problem).__name__
        error: LeversetError
        if self.call.accepted:
            error = MalformedResponse(
                f"the exchange reports success, and the rest of its answer cannot be read ({name})",
                reference="leverset/unreadable-response",
                outcome="unknown",
                where=self._where,
                fix="read the value back",
                docs=self._operation.docs,
            )
        else:
            error = ConfigurationError(
                f"the call could not be made ({name})",
                reference="leverset/configuration",
                outcome="not_sent" if self.call.ends is None else "unknown",
                where=self._where,
                why="the generated function, or what was given to it, failed; see the error that this was raised from",
                fix="give the arguments that the generated module's `sync` has",
                docs=self._operation.docs,
            )
            add_outcome(error, [attempt.outcome for attempt in self.call.attempts])
        error.attempts = tuple(self.call.attempts)
        return error

    def _delay(self, error: LeversetError) -> float | None:
        tries, ends = len(self.call.attempts), self.call.ends
        if not error.retryable or tries > self._config.retries or ends is None:
            return None
        delay = until = 0.0
        if isinstance(error, ClockSkew):
            if self._clock_corrected:
                return None
            self._clock_corrected = True
        elif isinstance(error, RateLimitExceeded):
            # The limiter is paused for as long as it takes; the next attempt stands in line, if it can live so long.
            until = error.retry_after or self._config.rate(self._operation).seconds
        else:
            longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(tries - 1, 10))
            delay = until = random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret
        return delay if self._config.monotonic() + until < ends else None
