"""One call over all of its attempts: deadline, backoff, and what is known at its end.

No library does the backoff. tenacity and stamina serve sync and async and are well kept, but the runtime needs attrs,
httpx and h11 alone, and what is hard here would still be ours: one deadline over all attempts, a slot and a fresh
signature for each, a pause that the limiter keeps for everybody, and the outcome over all of them. What they would
take over is the three lines of `_delay` that draw a random number.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping
from typing import Any

from leverset._config import ClientConfig
from leverset._format import Attempt, Note
from leverset._http.attempt import PreparedRequest, RequestAttempt
from leverset._http.response import PROBLEMS, read_document
from leverset._http.transport import Transport
from leverset._protocols import Operation
from leverset._request_facts import RequestFacts, fields_of, place_of
from leverset.errors import (
    ClockSkew,
    ConfigurationError,
    LeversetError,
    MalformedResponse,
    RateLimitExceeded,
    RateLimitTimeout,
)

log = logging.getLogger("leverset.retry")

_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 2.0


class Call:
    """One call of the caller.

    `deadline` is on the monotonic clock, None until the first slot is granted. Nothing more is sent once it is
    `withdrawn`. `reading` is the call that reads what holds after it, if there is one.
    """

    def __init__(self, config: ClientConfig, transport: Transport, operation: Operation, *, retries: int) -> None:
        self.operation = operation
        self.deadline: float | None = None
        self.attempts: list[Attempt] = []
        self._config = config
        self._transport = transport
        self._retries = retries
        self._request: PreparedRequest | None = None
        self._began = config.monotonic()
        self._current: RequestAttempt | None = None
        self.reading: Call | None = None
        self._accepted = False
        self._clock_corrected = False
        self.withdrawn = False

    @property
    def max_wait(self) -> float | None:
        """Seconds to wait for a lock or a slot; a retry has its deadline to keep as well."""
        longest, now = self._config.max_wait, self._config.monotonic()
        if self.deadline is not None:
            left = max(0.0, self.deadline - now)
            return left if longest is None else min(longest, left)
        return None if longest is None else max(0.0, longest - (now - self._began))

    @property
    def known(self) -> str:
        """What is known of the change at this moment, over all attempts: an outcome, or `accepted`."""
        outcomes = ["not_sent" if self._current is None else self._current.known, *(a.outcome for a in self.attempts)]
        return next((each for each in ("accepted", "unknown", "refused") if each in outcomes), "not_sent")

    def withdraw(self) -> None:
        """Send nothing more of it, from another thread; `known` afterwards says whether something had left."""
        self.withdrawn = True
        if self._current is not None:
            self._current.withdrawn = True
        if self.reading is not None:
            self.reading.withdraw()

    def build(self, module: Any, arguments: Mapping[str, Any]) -> PreparedRequest:
        """Stage 1: the request, made by the generated code; raises ConfigurationError for wrong arguments."""
        try:
            self._request = self._transport.prepare(**module._get_kwargs(**arguments))
        except PROBLEMS as problem:
            raise ConfigurationError(
                f"the call could not be made ({type(problem).__name__})",
                reference="leverset/configuration",
                where=place_of(self._config.exchange.name, self.operation),
                why="the generated function refused what was given to it; see the error that this was raised from",
                fix="give the arguments that the generated module's `sync` has",
                docs=self.operation.docs,
            ) from problem
        return self._request

    def send(self, request: PreparedRequest) -> Any:
        """Stage 2: as many attempts as it takes; returns the document of a success, raises LeversetError."""
        while True:
            attempt = self._attempt(request)
            try:
                document = self._transport.send(attempt)
            except LeversetError as error:
                delay = self._failed(attempt, error)
                if delay is None:
                    raise
            else:
                self._succeeded(attempt)
                return document
            time.sleep(delay)

    async def send_async(self, request: PreparedRequest) -> Any:
        """Like `send`, awaited."""
        import asyncio

        while True:
            attempt = self._attempt(request)
            try:
                document = await self._transport.send_async(attempt)
            except LeversetError as error:
                delay = self._failed(attempt, error)
                if delay is None:
                    raise
            else:
                self._succeeded(attempt)
                return document
            await asyncio.sleep(delay)

    def _attempt(self, request: PreparedRequest) -> RequestAttempt:
        self._request = request
        try:
            self._current = self._transport.attempt(
                request, self._config, deadline=self.deadline, max_wait=self.max_wait
            )
        except ConfigurationError as error:  # the client was closed meanwhile
            self.complete(error)
            raise
        if self.withdrawn:  # looked at when the attempt is there: `withdraw` may have missed it
            self._current.withdrawn = True
        return self._current

    def _succeeded(self, attempt: RequestAttempt) -> None:
        self._accepted = True
        self._log_attempt("accepted", "accepted", attempt.waited)

    def _failed(self, attempt: RequestAttempt, error: LeversetError) -> float | None:
        """Note a failed attempt; the seconds until the next one, or None: then the error is complete."""
        self.deadline = attempt.deadline
        waited = error.waited if isinstance(error, RateLimitTimeout) else attempt.waited
        result = error.reference.rpartition("/")[2]
        self.attempts.append(
            Attempt(number=len(self.attempts) + 1, waited=waited, result=result, outcome=error.outcome)
        )
        self._current = None
        self._log_attempt(result, error.outcome, waited)
        number, delay = len(self.attempts), self._delay(error)
        if delay is None:
            self.complete(error)
        facts = {"attempt": number, "result": error.reference, "outcome": error.outcome, "delay_seconds": delay}
        if delay is not None:
            text = "%s: %s (%s); retrying in %.2g s"
            self._log(logging.WARNING, text, error.reference, error.outcome, delay, **facts)
        elif number > 1:
            self._log(logging.WARNING, "%s: gave up after %d attempts: %s", number, self._listed(), **facts)
        return delay

    def parse(self, module: Any, document: Any) -> Any:
        """Stage 3: the generated model of a success; raises MalformedResponse where it cannot be read."""
        try:
            return read_document(module, document, self._config.exchange.name, self.operation)
        except MalformedResponse as error:
            self.complete(error)
            raise

    def complete(self, error: LeversetError) -> None:
        """Let the error have the attempts, and claim what is known after all of them, not after the last one alone."""
        error.attempts = tuple(self.attempts)
        error.add_outcomes(attempt.outcome for attempt in self.attempts)
        if self._current is not None:  # it was accepted, in a response that does not confirm it
            self._current.known = "unknown"

    def annotate(self, error: BaseException) -> None:
        """Name the request on an error of ours; note what the call left behind on what passes as it is.

        That is a cancellation, or an exception of a signal's handler.
        """
        if isinstance(error, LeversetError):
            facts = self._facts()
            error.add_request(facts, facts.place, facts.text)
            return
        current = None if self._current is None else self._current.known
        facts = self._facts()
        notes = {
            "accepted": "was applied: the exchange had reported success",
            "unknown": f"may have been applied by an earlier attempt: {self._listed()}",
            "refused": f"was not applied: {self._listed() or 'the exchange had refused it'}",
            "not_sent": f"was not applied: {self._listed() or 'nothing was sent'}",
        }
        under_way = "was under way and may have been applied"
        if self._accepted:
            under_way = "may have been applied: the response had the code of a success, and did not confirm it"
        known = self.known
        note = under_way if current == "unknown" else notes[known]
        outcome: Any = "applied" if known == "accepted" else known
        error.add_note(Note(f"leverset: {facts.text} {note}", outcome, facts))

    def _listed(self) -> str:
        return "; ".join(map(str, self.attempts))

    def _log_attempt(self, result: str, outcome: str, waited: float) -> None:
        number = len(self.attempts) + self._accepted
        facts = {"attempt": number, "result": result, "outcome": outcome, "waited_seconds": waited}
        level = logging.INFO if self._accepted and number > 1 else logging.DEBUG
        self._log(level, "%s attempt %d: %s (%s)", number, result, outcome, **facts)

    def _facts(self) -> RequestFacts:
        request = self._request
        return self._transport.facts(self.operation, fields_of(request.target, request.body) if request else {})

    def _log(self, level: int, text: str, *values: object, **facts: object) -> None:
        """Log a line that begins with the request, which is not described for a line that nobody reads."""
        if log.isEnabledFor(level):
            request = self._facts()
            facts |= {
                "exchange": self._config.exchange.name,
                "operation": self.operation.name,
                "request": dict(request),
            }
            log.log(level, text, request.text, *values, extra=facts)

    def _delay(self, error: LeversetError) -> float | None:
        number = len(self.attempts)
        if not error.retryable or number > self._retries or self.deadline is None or self.withdrawn:
            return None
        delay = until = 0.0
        if isinstance(error, ClockSkew):
            if self._clock_corrected:
                return None
            self._clock_corrected = True
        elif isinstance(error, RateLimitExceeded):
            # The limiter is paused for as long as it takes; the next attempt waits there, if it can live so long.
            until = error.retry_after or self._config.rate(self.operation).seconds
        else:
            longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(number - 1, 10))
            delay = until = random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret
        return delay if self._config.monotonic() + until < self.deadline else None
