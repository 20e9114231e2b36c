"""One attempt of a call, without the waiting: what both colours of the transport share."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

from leverset import _redact
from leverset._config import ClientConfig
from leverset._http import signing
from leverset._http.call import CALL, Call
from leverset._http.response import MAX_BYTES, RawResponse, ResponseParser, server_milliseconds
from leverset.errors import ClockSkew, LeversetError, TransportError
from leverset.limits import Disposition, Slot

log = logging.getLogger("leverset.http")

_STEPS = ("connect", "read", "write", "pool")
_SHORTEST = 0.001  # seconds; a socket's timeout cannot be nothing


@dataclass(slots=True)
class Clock:
    """The exchange's clock as learned from its refusals, `offset` milliseconds ahead of this machine's."""

    offset: int = 0


class RequestAttempt:
    """One request on its way: knows how far it got. A context manager around its sending, after which `judge` tells."""

    def __init__(
        self, config: ClientConfig, reader: ResponseParser, request: httpx.Request, body: bytes, clock: Clock
    ) -> None:
        self.config = config
        self.reader = reader
        self.call = CALL.get() or Call()
        self.key = config.key(reader.operation)
        self.rate = config.rate(reader.operation)
        self._original = request
        self._body = body
        self._clock = clock
        self._outer = sys.exception()
        self._waited = 0.0
        self._left = False
        self._signature = ""
        self._timeouts: dict[str, float] = {}
        self._response: httpx.Response | None = None
        self._raw = bytearray()
        self._failure: TransportError | None = None

    @property
    def remaining(self) -> float:
        """Seconds until the call's deadline; the whole deadline before its first slot was granted."""
        if self.call.ends is None:
            return self.config.deadline
        return self.call.ends - self.config.monotonic()

    @property
    def max_wait(self) -> float | None:
        """How long to wait for a slot, in seconds: a repeated call has its deadline to keep as well."""
        if self.call.ends is None:
            return self.config.max_wait
        remaining = max(0.0, self.remaining)
        return remaining if self.config.max_wait is None else min(self.config.max_wait, remaining)

    @property
    def disposition(self) -> Disposition:
        """What the limiter is told: an exchange that answers has counted, one that never heard of it has not."""
        if self._response is not None:
            return "responded"
        return "no_response" if self._left else "not_sent"

    def sign(self, grant: Slot, *, traced: Any) -> httpx.Request:
        """The signed copy to send, made when the slot is there; the caller's own request stays as it is."""
        if self.call.ends is None:
            # The slot counts from its grant, which a shared limiter may have to tell over a slow wire.
            self.call.ends = self.config.monotonic() - grant.age + self.config.deadline
        self._waited = grant.waited
        self._apply_timeouts()
        exchange, operation = self.reader.exchange, self.reader.operation
        headers = self._original.headers.copy()
        headers.update(exchange.headers)
        # Nothing is gained by compressing a few hundred bytes, and much is risked by unpacking what comes.
        headers["Accept-Encoding"] = "identity"
        if self.config.demo:
            headers.update([exchange.demo_header])
        if operation.signed:
            signed = signing.headers(
                exchange,
                self.reader.credentials,
                method=operation.method,
                target=self._original.url.raw_path.decode("ascii"),
                body=self._body,
                milliseconds=self.config.wall_ms() + self._clock.offset,
            )
            self._signature = signed[exchange.signed_headers.signature]
            headers.update(signed)
        self._left = not self.config.traces
        extensions = {**self._original.extensions, "timeout": self._timeouts, "trace": traced}
        return httpx.Request(
            operation.method, self._original.url, headers=headers, content=self._body, extensions=extensions
        )

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore tells each step before it takes it; from the first header on, bytes may have left.

        A proxy's CONNECT is none of ours: nothing that is signed is in it.
        """
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            self._apply_timeouts()
            self._left = True
        elif event.endswith((".receive_response_headers.started", ".receive_response_body.started")):
            self._apply_timeouts(sending=False)

    async def trace_async(self, event: str, info: Mapping[str, Any]) -> None:
        """Like `trace`."""
        self.trace(event, info)

    def read(self, response: httpx.Response) -> None:
        """The answer's body, up to MAX_BYTES and the deadline; sync."""
        self._response = response
        for chunk in response.stream:  # type: ignore[union-attr] # a sync transport's is sync
            self._append(chunk)

    async def read_async(self, response: httpx.Response) -> None:
        """Like `read`, awaited."""
        self._response = response
        async for chunk in response.stream:  # type: ignore[union-attr] # likewise
            self._append(chunk)

    def result(self) -> httpx.Response:
        """The answer for the generated parser, its status 200 because it is a success; or our error."""
        if self._failure is not None:
            raise self._failure
        reply = self._reply()
        try:
            body = self.reader.read(reply)
        except ClockSkew as error:
            self._sync_clock(reply, error)
            raise
        return httpx.Response(200, headers={"content-type": "application/json"}, content=body)

    def record(self, error: LeversetError | None) -> None:
        """Write the attempt down."""
        if error is not None:
            traceback.clear_frames(error.__traceback__)  # what came, unredacted, is a local variable there
        self.call.record(self.reader, error, self._waited)

    def annotate_interrupt(self, error: BaseException) -> None:
        """Say on a cancellation or a KeyboardInterrupt, which pass as they are, what it left behind."""
        if self._left:
            error.add_note(f"leverset: {self.reader.where} was under way and may have been applied")

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep what went wrong for `judge`: raised there, it brings no exception along that was not looked through."""
        if error is None or isinstance(error, LeversetError):
            return False
        credentials = self.reader.credentials
        clean = _redact.redact_exception(error, credentials, self._outer)
        if isinstance(error, httpx.RequestError):
            error.request = self._original  # a transport may have left the signed one there
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
            self._left = False
        if not isinstance(error, Exception):
            return False
        detail = _redact.excerpt(str(error), credentials, [self._signature], 300) or "no answer in time"
        late = isinstance(error, TimeoutError | httpx.TimeoutException)
        self._failure = self._failed(f"{type(error).__name__}: {detail}", late=late)
        self._failure.__cause__ = error if clean else None
        return True

    def _append(self, chunk: bytes) -> None:
        self._raw += chunk
        if len(self._raw) > MAX_BYTES:
            raise self.reader.malformed(self._reply(), f"it has more than {MAX_BYTES} bytes")
        if self.remaining <= 0:
            raise self._failed("the deadline passed in the middle of the answer", late=True)

    def _apply_timeouts(self, *, sending: bool = True) -> None:
        """Bound the next step by what is left of the deadline; nothing begins to be sent after it."""
        remaining = self.remaining
        if sending and remaining <= 0:
            self._left = False
            raise self._failed("the deadline passed before it could be sent", late=True)
        self._timeouts.update(dict.fromkeys(_STEPS, max(_SHORTEST, min(self.config.timeout, remaining))))

    def _failed(self, problem: str, *, late: bool) -> TransportError:
        sent = self._left
        error = TransportError(
            problem,
            reference="leverset/timeout" if late else "leverset/network",
            outcome="unknown" if sent else "not_sent",
            where=self.reader.where,
            why="no whole answer came, and the request may have arrived"
            if sent
            else "this attempt never left this machine",
            fix="read the leverage back or send again" if sent else "look at the network, the proxy and the address",
            docs=self.reader.operation.docs,
        )
        error.retryable = not sent or self.reader.operation.idempotent
        return error

    def _sync_clock(self, reply: RawResponse, error: ClockSkew) -> None:
        """Take the exchange's clock from its refusal; a refusal that does not tell it is not sent again."""
        server, name = server_milliseconds(reply), self.reader.exchange.name
        if server is None:
            error.retryable = False
            error.why = "the answer does not tell the exchange's time, so nothing could be corrected"
            return
        self._clock.offset = server - self.config.wall_ms()
        behind = f"this machine's clock is {abs(self._clock.offset) / 1000:.1f} s"
        error.why = f"{behind} {'behind' if self._clock.offset > 0 else 'ahead of'} {name}'s; corrected from here on"
        log.warning("%s", error.why, extra={"exchange": name, "clock_offset_ms": self._clock.offset})

    def _reply(self) -> RawResponse:
        response = self._response
        assert response is not None  # noqa: S101 - judged only after it began
        return RawResponse(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            raw=bytes(self._raw),
            signature=self._signature,
        )
