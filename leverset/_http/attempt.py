"""One attempt of a call, without the waiting: what sync and async share."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

from attrs import field, frozen

from leverset import _redact
from leverset._config import ClientConfig, unused_proxy
from leverset._format import Outcome
from leverset._http import signing
from leverset._http._messages import (
    MAX_BODY,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    HttpError,
    InvalidRequest,
    RawRequest,
    RawResponse,
    Step,
)
from leverset._http.response import ResponseParser
from leverset._http.server_clock import server_milliseconds
from leverset._protocols import Operation, RateLimit
from leverset._request_facts import RequestFacts, fields_of
from leverset.errors import ClockSkew, ConfigurationError, LeversetError, TransportError, misconfigured
from leverset.limits import Disposition, Slot

log = logging.getLogger("leverset.http")

_LONGEST_PROBLEM = 300
_LEAST_SHARE = 0.25  # seconds; a connection to the other side of the earth is made in this time


class Budget:
    """The time that one request has.

    Args:
        clock: Seconds that only grow.
        deadline: When the whole must be over, on that clock.
        step_timeout: The most seconds that one step may take.

    Attributes:
        step: The last step that was begun.
    """

    def __init__(self, clock: Callable[[], float], deadline: float, step_timeout: float) -> None:
        self._clock, self._deadline, self._step_timeout = clock, deadline, step_timeout
        self.step: Step = "Resolve"

    def left(self, step: Step, parts: int = 1) -> float:
        """Seconds for a step that begins; for the first of several ways that are tried in order, a share of them.

        Raises:
            TimeoutError: There are none.
        """
        self.step = step
        whole = self._deadline - self._clock()
        seconds = min(self._step_timeout, whole, max(whole / parts, _LEAST_SHARE))
        if seconds <= 0:
            raise TimeoutError
        return seconds


class ExchangeClock:
    """The exchange's clock as learned from its refusals, `offset` milliseconds ahead of this machine's."""

    offset = 0


@frozen
class PreparedRequest:
    """A request before it is signed: `target` is path and query, `headers` those of the operation alone."""

    operation: Operation
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def client_closed() -> ConfigurationError:
    """The error of a call after, or during, `close()`."""
    return misconfigured("this client is closed", "make another one, or call it inside its `with` block")


class RequestAttempt:
    """One request on its way: how long it may take, how far it got, and what its response means.

    `key` and `rate` are the limiter's. `deadline` is the call's on the monotonic clock, None until its first slot is
    granted. `max_wait` bounds the wait for the slot, in seconds. `disposition` is what the limiter has to know at the
    end, `waited` how long the slot took, `status` that of a whole response, and `known` what is known of the change at
    this moment. Nothing is sent once `withdrawn` is set.
    """

    def __init__(
        self,
        config: ClientConfig,
        parser: ResponseParser,
        request: PreparedRequest,
        clock: ExchangeClock,
        *,
        key: str,
        rate: RateLimit,
        deadline: float | None,
        max_wait: float | None,
    ) -> None:
        self.config = config
        self.parser = parser
        self.request = request
        self.key = key
        self.rate = rate
        self.deadline = deadline
        self.max_wait = max_wait
        self.waited = 0.0
        self.status: int | None = None
        self.disposition: Disposition = "not_sent"
        self.known: Outcome | Literal["accepted"] = "not_sent"
        self.withdrawn = False
        self._clock = clock
        self._outer = sys.exception()
        self._signature = ""

    @property
    def facts(self) -> RequestFacts:
        """What the request is for."""
        return self.parser.facts(self.config, fields_of(self.request.target, self.request.body))

    @property
    def lease(self) -> float:
        """Seconds until the call's deadline; the whole deadline before its first slot was granted."""
        return self.config.deadline if self.deadline is None else self.deadline - self.config.monotonic()

    def sign(self, slot: Slot, headers: Mapping[str, str]) -> RawRequest:
        """The signed request, made when the slot is there; `headers` are the client's, by lower-cased name."""
        if self.deadline is None:
            # The slot counts from its grant, of which a shared limiter may have to tell over a slow network.
            self.deadline = self.config.monotonic() - slot.age + self.config.deadline
        self.waited = slot.waited
        exchange, operation = self.parser.exchange, self.parser.operation
        merged = {**headers, **{name.lower(): value for name, value in self.request.headers.items()}}
        merged |= {name.lower(): value for name, value in exchange.headers.items()}
        # Nothing is gained by compressing a few hundred bytes, and much is risked by unpacking what comes.
        merged["accept-encoding"] = "identity"
        if self.config.demo:
            name, value = exchange.demo_header
            merged[name.lower()] = value
        if operation.signed:
            signed = signing.headers(
                exchange,
                self.parser.credentials,
                method=operation.method,
                target=self.request.target,
                body=self.request.body,
                milliseconds=self.config.wall_ms() + self._clock.offset,
            )
            self._signature = signed[exchange.signed_headers.signature]
            merged |= signed
        return RawRequest(operation.method, self.request.target, list(merged.items()), self.request.body)

    def on_send(self) -> None:
        """Note that bytes may leave from here on; nothing begins to be sent after the deadline, or once withdrawn."""
        # Noted before it is looked at: who withdraws it, in another thread, then reads that it may be on its way.
        before, self.known = self.known, "unknown"
        if self.withdrawn or self.lease <= 0:
            self.known = before
            passed = "it was withdrawn" if self.withdrawn else "the deadline passed"
            raise self._failure(f"{passed} before it could be sent", late=True)
        self.disposition = "no_response"

    def result(self, response: RawResponse) -> Any:
        """The document of a success; raises ExchangeError or MalformedResponse for everything else."""
        self.disposition, self.status = "responded", response.status
        try:
            document = self.parser.parse(response, self._signature, self.request.body)
        except LeversetError as error:
            self.known = error.outcome
            if isinstance(error, ClockSkew):
                self._sync_clock(response, error)
            raise
        finally:
            self._signature = ""
        self.known = "accepted"
        return document

    def forget(self, error: BaseException) -> None:
        """Leave nothing of the signed request behind an exception that is on its way to the caller."""
        self._signature = ""
        _redact.forget_requests(error, self._outer)

    def failed(self, problem: HttpError) -> LeversetError:
        """Our error for a request without a whole response."""
        if isinstance(problem, ConnectionsClosed):
            return client_closed()
        if isinstance(problem, InvalidRequest):
            return misconfigured(str(problem), "look at the headers and parameters that were added to the request")
        if isinstance(problem, BodyTooLarge):
            self.disposition = "responded"
            return self.parser.malformed(problem.response, f"it has more than {MAX_BODY} bytes", self._signature)
        assert isinstance(problem, ConnectionFailed)  # noqa: S101 - there is no other kind
        if problem.unsent:
            self.disposition = self.known = "not_sent"
        elif problem.responded:
            self.disposition = "responded"
        cause = problem.__cause__
        text = _redact.excerpt(str(problem), self.parser.credentials, [self._signature], _LONGEST_PROBLEM)
        failure = self._failure(f"{text.rstrip('.')}, at {self.config.host}", late=problem.late)
        if cause is not None and _redact.is_clean(cause, self.parser.credentials, self._outer):
            failure.__cause__ = cause
        return failure

    def _failure(self, problem: str, *, late: bool) -> TransportError:
        sent = self.disposition != "not_sent"
        there = "look at the network, the proxy and the address"
        if self.config.direct and (proxy := unused_proxy(self.config.host)):
            there = f"{proxy}; or {there}"
        again = "retry" if self.parser.operation.method == "GET" else "read the leverage back or retry"
        error = TransportError(
            problem,
            reference="leverset/timeout" if late else "leverset/network",
            outcome="unknown" if sent else "not_sent",
            where=self.parser.where,
            why="no whole response came, and the request may have arrived"
            if sent
            else "this attempt never left this machine",
            fix=again if sent else there,
            docs=self.parser.operation.docs,
        )
        error.retryable = not sent or self.parser.operation.idempotent
        return error

    def _sync_clock(self, response: RawResponse, error: ClockSkew) -> None:
        """Take the exchange's clock from its refusal; a refusal without one is not retried."""
        server, name = server_milliseconds(response), self.parser.exchange.name
        if server is None:
            error.retryable = False
            error.why = "the response does not have the exchange's time, so nothing could be corrected"
            return
        self._clock.offset = server - self.config.wall_ms()
        behind = f"this machine's clock is {abs(self._clock.offset) / 1000:.1f} s"
        error.why = f"{behind} {'behind' if self._clock.offset > 0 else 'ahead of'} {name}'s; corrected from here on"
        facts = {"exchange": name, "clock_offset_ms": self._clock.offset, "request": dict(self.facts)}
        log.warning("%s", error.why, extra=facts)
