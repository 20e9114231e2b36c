"""Carries requests over an httpx transport: the caller's own, or httpx's where the proxy is spoken to over TLS.

It has the interface of our connections, and makes the careful claim: a request counts as sent as soon as the transport
has it, but where httpx's own transport tells when its first header leaves. A step is bounded by `step_timeout` and by
what is left of the deadline; a transport that does not keep its timeouts can take longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from leverset._config import ClientConfig
from leverset._http.connection import BodyTooLarge, ConnectionFailed, ConnectionsClosed, RawRequest, RawResponse
from leverset._http.response import MAX_BYTES
from leverset.errors import misconfigured

_STEPS = ("connect", "read", "write", "pool")
_SHORTEST = 0.001  # seconds; a socket's timeout cannot be nothing
_NETWORK = (httpx.RequestError, httpx.StreamError, httpx.InvalidURL, OSError)
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _Sending:
    """One request over an httpx transport, without the waiting."""

    def __init__(
        self,
        config: ClientConfig,
        request: RawRequest,
        deadline: float,
        step_timeout: float,
        on_send: Callable[[], None],
        *,
        tells: bool,
    ) -> None:
        self._clock = config.monotonic
        self._base = config.base_url
        self._deadline, self._step_timeout, self._on_send, self._tells = deadline, step_timeout, on_send, tells
        self._request = request
        self._timeouts: dict[str, float] = {}
        self._body = bytearray()
        self._response: httpx.Response | None = None

    def begin(self, trace: Any) -> httpx.Request:
        """The request for the transport."""
        if not self._tells:
            self._on_send()
        self._bound_step()
        request, extensions = self._request, {"timeout": self._timeouts, "trace": trace}
        headers = [(str(name), str(value)) for name, value in request.headers]
        return httpx.Request(
            request.method, self._base + request.target, headers=headers, content=request.body, extensions=extensions
        )

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a step; httpcore says each before it takes it. A proxy's CONNECT has nothing of the request."""
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            if self._tells:
                self._on_send()
            self._bound_step()
        elif event.endswith((".receive_response_headers.started", ".receive_response_body.started")):
            self._bound_step()

    async def trace_async(self, event: str, info: Mapping[str, Any]) -> None:
        """Like `trace`."""
        self.trace(event, info)

    def received(self, response: Any) -> httpx.Response:
        """The response's head."""
        if not isinstance(response, httpx.Response):
            raise ConnectionFailed("the transport gave no response")
        self._response = response
        return response

    def append(self, chunk: bytes) -> None:
        """A piece of the body, up to MAX_BYTES and the deadline."""
        self._body += chunk
        if len(self._body) > MAX_BYTES:
            raise BodyTooLarge(self.result())
        if self._deadline <= self._clock():
            raise ConnectionFailed("the deadline passed in the middle of the response", late=True, responded=True)

    def result(self) -> RawResponse:
        """The response as our connections give it."""
        assert self._response is not None  # noqa: S101 - it began
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        return RawResponse(self._response.status_code, headers, bytes(self._body[:MAX_BYTES]))

    def failed(self, error: Exception) -> ConnectionFailed:
        """What a transport raised, as our connections raise it."""
        if isinstance(error, httpx.RequestError):
            error.request = httpx.Request(self._request.method, self._base)  # a transport may have left the signed one
        failure = ConnectionFailed(
            f"{type(error).__name__}: {error or 'no response in time'}",
            late=isinstance(error, TimeoutError | httpx.TimeoutException),
            unsent=isinstance(error, _UNSENT),
            responded=self._response is not None,
        )
        failure.__cause__ = error
        return failure

    def _bound_step(self) -> None:
        left = max(_SHORTEST, min(self._step_timeout, self._deadline - self._clock()))
        self._timeouts.update(dict.fromkeys(_STEPS, left))


class SyncCarrier:
    """Sends over a sync httpx transport; `inner` is the caller's, else there is a `proxy` for httpx's own."""

    def __init__(self, config: ClientConfig, inner: object, proxy: httpx.Proxy | None) -> None:
        self._config, self._inner, self._proxy = config, inner, proxy
        self._tells = inner is None or type(inner) is httpx.HTTPTransport
        self._closed = False

    def send(
        self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: Callable[[], None]
    ) -> RawResponse:
        """Like `SyncConnections.send`."""
        transport = self._opened()
        sending = _Sending(self._config, request, deadline, step_timeout, on_send, tells=self._tells)
        try:
            response = sending.received(transport.handle_request(sending.begin(sending.trace)))
            try:
                for chunk in response.stream:  # type: ignore[union-attr] # a sync transport's is sync
                    sending.append(chunk)
            finally:
                response.close()
        except _NETWORK as error:
            raise sending.failed(error) from error
        return sending.result()

    def close(self) -> None:
        """Close the transport; nothing more is sent."""
        self._closed = True
        if isinstance(self._inner, httpx.BaseTransport):
            self._inner.close()

    def _opened(self) -> httpx.BaseTransport:
        if self._closed:
            raise ConnectionsClosed
        if self._inner is None:
            self._inner = httpx.HTTPTransport(proxy=self._proxy)
        if not isinstance(self._inner, httpx.BaseTransport):
            raise misconfigured("the transport given is not a sync one", "give a httpx.BaseTransport")
        return self._inner


class AsyncCarrier:
    """Sends over an async httpx transport; `inner` is the caller's, else there is a `proxy` for httpx's own."""

    def __init__(self, config: ClientConfig, inner: object, proxy: httpx.Proxy | None) -> None:
        self._config, self._inner, self._proxy = config, inner, proxy
        self._tells = inner is None or type(inner) is httpx.AsyncHTTPTransport
        self._closed = False

    async def send(
        self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: Callable[[], None]
    ) -> RawResponse:
        """Like `AsyncConnections.send`."""
        transport = self._opened()
        sending = _Sending(self._config, request, deadline, step_timeout, on_send, tells=self._tells)
        try:
            async with asyncio.timeout(deadline - self._config.monotonic()):
                response = sending.received(await transport.handle_async_request(sending.begin(sending.trace_async)))
                try:
                    async for chunk in response.stream:  # type: ignore[union-attr] # an async transport's is async
                        sending.append(chunk)
                finally:
                    await response.aclose()
        except _NETWORK as error:
            raise sending.failed(error) from error
        return sending.result()

    async def aclose(self) -> None:
        """Close the transport; nothing more is sent."""
        self._closed = True
        if isinstance(self._inner, httpx.AsyncBaseTransport):
            await self._inner.aclose()

    def _opened(self) -> httpx.AsyncBaseTransport:
        if self._closed:
            raise ConnectionsClosed
        if self._inner is None:
            self._inner = httpx.AsyncHTTPTransport(proxy=self._proxy)
        if not isinstance(self._inner, httpx.AsyncBaseTransport):
            raise misconfigured("the transport given is not an async one", "give a httpx.AsyncBaseTransport")
        return self._inner
