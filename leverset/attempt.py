"""One attempt of a call, without the waiting: what both colours of the transport share."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from leverset import signing
from leverset.errors import ClockSkewed, LeversetError, TransportFailure
from leverset.limits import Fate, Grant
from leverset.reply import MAX_BYTES, Reader, Reply, server_milliseconds
from leverset.report import Attempt
from leverset.settings import Settings

log = logging.getLogger("leverset.transport")


@dataclass(slots=True)
class Call:
    """One call of the caller, over all of its attempts; `ends` is its deadline on the steady clock, once it runs."""

    ends: float | None = None
    accepted: bool = False
    attempts: list[Attempt] = field(default_factory=list)


CALL: ContextVar[Call | None] = ContextVar("leverset_call", default=None)
"""The call that a request belongs to; generated functions have no argument for it."""


@dataclass(slots=True)
class Clock:
    """The exchange's clock as learned from its refusals, `offset` milliseconds ahead of this machine's."""

    offset: int = 0


class Try:
    """A context manager around the sending of one request: knows how far it got, and turns failures into ours."""

    def __init__(self, settings: Settings, reader: Reader, request: httpx.Request, body: bytes, clock: Clock) -> None:
        self.settings = settings
        self.reader = reader
        self.call = CALL.get() or Call()
        self.key = settings.key(reader.operation)
        self.rate = settings.rate(reader.operation)
        self.waited = 0.0
        self._original = request
        self._body = body
        self._clock = clock
        self._left = not settings.traces
        self._response: httpx.Response | None = None
        self._raw = bytearray()

    @property
    def remaining(self) -> float:
        """Seconds until the call's deadline; the whole deadline before its first slot was granted."""
        if self.call.ends is None:
            return self.settings.deadline
        return self.call.ends - self.settings.steady()

    @property
    def max_wait(self) -> float | None:
        """How long to wait for a slot, in seconds: a repeated call has its deadline to keep as well."""
        if self.call.ends is None:
            return self.settings.max_wait
        remaining = max(0.0, self.remaining)
        return remaining if self.settings.max_wait is None else min(self.settings.max_wait, remaining)

    @property
    def fate(self) -> Fate:
        """What the limiter is told: an exchange that answers has counted, one that never heard of it has not."""
        if self._response is not None:
            return "answered"
        return "unanswered" if self._left else "not_sent"

    def sign(self, grant: Grant, *, traced: Any) -> httpx.Request:
        """The signed copy to send, made when the slot is there; the caller's own request stays as it is."""
        if self.call.ends is None:
            self.call.ends = self.settings.steady() + self.settings.deadline
        self.waited = grant.waited
        if self.remaining <= 0:
            self._left = False
            raise self._failure("the deadline passed before it could be sent", None)
        exchange, operation = self.reader.exchange, self.reader.operation
        headers = self._original.headers.copy()
        # Nothing is gained by compressing a few hundred bytes, and much is risked by unpacking what comes.
        headers["Accept-Encoding"] = "identity"
        if self.settings.demo:
            headers.update([exchange.demo_header])
        if operation.signed:
            headers.update(
                signing.headers(
                    exchange,
                    self.reader.credentials,
                    method=operation.method,
                    target=self._original.url.raw_path.decode("ascii"),
                    body=self._body,
                    milliseconds=self.settings.wall() + self._clock.offset,
                )
            )
        timeout = min(self.settings.timeout, self.remaining)
        extensions: dict[str, Any] = {
            **self._original.extensions,
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout),
            "trace": traced,
        }
        return httpx.Request(
            operation.method, self._original.url, headers=headers, content=self._body, extensions=extensions
        )

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore tells each step; from the first header on, bytes may have left (a proxy's CONNECT has none)."""
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            self._left = True

    async def trace_async(self, event: str, info: Mapping[str, Any]) -> None:
        """Like `trace`."""
        self.trace(event, info)

    def started(self, response: httpx.Response) -> None:
        """The answer begins."""
        self._response = response

    def feed(self, chunk: bytes) -> None:
        """The next part of the answer's body, up to MAX_BYTES and the deadline."""
        self._raw += chunk
        if len(self._raw) > MAX_BYTES:
            raise self.reader.malformed(self._reply(), f"it has more than {MAX_BYTES} bytes")
        if self.remaining <= 0:
            raise self._failure("the deadline passed in the middle of the answer", None)

    def judge(self) -> httpx.Response:
        """The answer for the generated parser, its status 200 because it is a success; or our error."""
        reply = self._reply()
        try:
            body = self.reader.read(reply)
        except ClockSkewed:
            server = server_milliseconds(reply)
            if server is not None:
                self._clock.offset = server - self.settings.wall()
                log.warning(
                    "this machine's clock is %.3f s off from %s's; corrected from here on",
                    -self._clock.offset / 1000,
                    self.reader.exchange.name,
                    extra={"exchange": self.reader.exchange.name, "clock_offset_ms": self._clock.offset},
                )
            raise
        headers = {"content-type": "application/json", "x-http-status": str(reply.status)}
        return httpx.Response(200, headers=headers, content=body)

    def record(self, error: LeversetError | None) -> None:
        """Write the attempt down, for the error and the log."""
        result = "accepted" if error is None else error.reference.rpartition("/")[2]
        outcome = "accepted" if error is None else error.outcome
        number = len(self.call.attempts) + 1
        if error is None:
            self.call.accepted = True
        else:
            self.call.attempts.append(Attempt(number=number, waited=self.waited, result=result, outcome=error.outcome))
            error.attempts = tuple(self.call.attempts)
        log.debug(
            "%s attempt %d: %s (%s)",
            self.reader.where,
            number,
            result,
            outcome,
            extra={
                "exchange": self.reader.exchange.name,
                "operation": self.reader.operation.name,
                "attempt": number,
                "result": result,
                "outcome": outcome,
                "waited_seconds": self.waited,
            },
        )

    def __enter__(self) -> Try:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, LeversetError):
            return
        if isinstance(error, httpx.RequestError):
            error.request = self._original  # a transport may have left the signed one there
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
            self._left = False
        if isinstance(error, Exception):
            name = type(error).__name__
            detail = self.reader.credentials.redact(str(error)) or "no answer in time"
            raise self._failure(f"{name}: {detail}", error) from error
        if self._left:
            error.add_note(f"leverset: {self.reader.where} was under way and may have been applied")

    def _failure(self, problem: str, cause: BaseException | None) -> TransportFailure:
        sent = self._left
        late = isinstance(cause, TimeoutError | httpx.TimeoutException) or cause is None
        error = TransportFailure(
            problem,
            reference="leverset/timeout" if late else "leverset/network",
            outcome="unknown" if sent else "not_sent",
            where=self.reader.where,
            why="no whole answer came, and the request may have arrived"
            if sent
            else "the request never left this machine",
            fix="read the leverage back or send again" if sent else "look at the network, the proxy and the address",
            docs=self.reader.operation.docs,
        )
        error.send_again = not sent or self.reader.operation.repeatable
        return error

    def _reply(self) -> Reply:
        response = self._response
        assert response is not None  # noqa: S101 - judged only after it began
        return Reply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            raw=bytes(self._raw),
        )
