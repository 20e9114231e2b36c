"""Carries requests over an httpx transport: the caller's own, or httpx's where the proxy is spoken to over TLS.

It has the interface of our connections, and makes the careful claim: a request counts as sent as soon as the transport
has it, unless it is httpx's own, which reports when the first header leaves. A step is bounded by `step_timeout` and by
what is left of the deadline; a transport that does not keep its timeouts can take longer.

Nor can it be seen whether httpx's connections have bytes left over, which would be taken for the next response: a
transport of ours keeps no connection, and one of the caller's is safe with `httpx.Limits(max_keepalive_connections=0)`.
"""

from __future__ import annotations

import contextlib
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import httpx

from leverset._config import ClientConfig
from leverset._http._event_loop import AsyncConnection
from leverset._http._messages import (
    MAX_BODY,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    OnSend,
    RawRequest,
    RawResponse,
    of_a_handler,
)
from leverset._http.connection import Connection
from leverset.errors import misconfigured

_STEPS = ("connect", "read", "write", "pool")
_LIMITS = httpx.Limits(max_keepalive_connections=0)
_SHORTEST = 0.001  # seconds; a socket's timeout cannot be nothing
_NETWORK = (httpx.RequestError, httpx.StreamError, httpx.InvalidURL, OSError)
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_User = tuple[int, Any]  # a process, and in async an event loop in it


class _Sending:
    """One request over an httpx transport, without the waiting."""

    def __init__(self, config: ClientConfig, request: RawRequest, deadline: float, step_timeout: float) -> None:
        self._clock, self._base, self._request = config.monotonic, config.base_url, request
        self._deadline, self._step_timeout = deadline, step_timeout
        self.on_send: OnSend | None = None  # to be called once httpcore reports that the request leaves
        self._timeouts: dict[str, float] = {}
        self._body, self._left = bytearray(), False  # whether httpcore has reported that the request leaves
        self._response: httpx.Response | None = None

    def begin(self, trace: Any) -> httpx.Request:
        """The request for the transport."""
        self._bound_step()
        request, extensions = self._request, {"timeout": self._timeouts, "trace": trace}
        url, headers = self._base + request.target, [(str(name), str(value)) for name, value in request.headers]
        return httpx.Request(request.method, url, headers=headers, content=request.body, extensions=extensions)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a step; httpcore says each before it takes it. A proxy's CONNECT has nothing of the request."""
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            if self.on_send is not None:
                self.on_send()
            elif self.seconds <= 0:
                raise ConnectionFailed("the deadline passed before the transport sent it", late=True)
            self._left = True
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
        """A piece of the body, up to MAX_BODY and the deadline."""
        self._body += chunk
        if len(self._body) > MAX_BODY:
            raise BodyTooLarge(self.result())
        if self.seconds <= 0:
            raise ConnectionFailed("the deadline passed in the middle of the response", late=True, responded=True)

    def result(self) -> RawResponse:
        """The response as our connections give it."""
        assert self._response is not None  # noqa: S101 - it began
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        return RawResponse(self._response.status_code, headers, bytes(self._body[:MAX_BODY]))

    def failed(self, error: Exception) -> ConnectionFailed:
        """What a transport raised, as our connections raise it."""
        if isinstance(error, httpx.RequestError):
            error.request = httpx.Request(self._request.method, self._base)  # a transport may have left the signed one
        text = f"{type(error).__name__}: {str(error) or 'no response in time'}"
        late = isinstance(error, TimeoutError | httpx.TimeoutException)
        unsent = isinstance(error, _UNSENT) and not self._left  # a transport may have sent it before, and retried
        failure = ConnectionFailed(text, late=late, unsent=unsent, responded=self._response is not None)
        failure.__cause__ = error
        return failure

    @property
    def seconds(self) -> float:
        """How long it may take from here on."""
        return self._deadline - self._clock()

    def _bound_step(self) -> None:
        left = max(_SHORTEST, min(self._step_timeout, self.seconds))
        self._timeouts.update(dict.fromkeys(_STEPS, left))


class _Carrier(ABC):
    """What both forms share: whose transport it is, and who may use it.

    httpx keeps connections, and locks, that belong to a process and in async to an event loop. Transports of our own
    are made for each, and a child keeps those of its parent from being closed; the caller's belongs to whoever uses it
    first, and all others get a ConfigurationError.
    """

    _kind: type[Connection]

    def __init__(self, config: ClientConfig, given: object, proxy: httpx.Proxy | None) -> None:
        self._config, self._given, self._proxy = config, given, proxy
        self._tells = given is None or type(given) in (httpx.HTTPTransport, httpx.AsyncHTTPTransport)
        self._closed = False
        self._own: dict[_User, Any] = {}
        self._owner: _User | None = None  # whose the caller's transport is

    async def send(self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: OnSend) -> RawResponse:
        """Like `Connections.send`."""
        if self._closed:
            raise ConnectionsClosed
        transport = self._made(self._user) if self._given is None else self._checked(self._user)
        sending = _Sending(self._config, request, deadline, step_timeout)
        if self._tells:
            sending.on_send = on_send
        else:
            on_send()
        try:
            await self._carry(transport, sending)
            return sending.result()
        except _NETWORK as error:
            failure = [of_a_handler(error, own=self._tells) or sending.failed(error)]
        raise failure.pop()  # as our connections do

    def close_idle(self) -> None:  # noqa: B027 - nothing is to be done here, nor by those that derive from it
        """Leave idle connections to httpx."""

    @property
    def _user(self) -> _User:
        return os.getpid(), self._kind.loop()

    @property
    def _is_ours(self) -> bool:
        """Whether no other process has used the caller's transport before."""
        return self._owner is None or self._owner[0] == os.getpid()

    def _checked(self, user: _User) -> Any:
        """The caller's transport."""
        self._owner = self._owner or user
        if not self._is_ours:
            raise misconfigured(
                "the transport given belongs to the process that this one was forked from",
                "make the transport and the client in the process that uses them, or leave `transport` out",
            )
        if isinstance(self._given, httpx.AsyncHTTPTransport) and self._owner != user:
            raise misconfigured(
                "the transport given belongs to another event loop",
                "make a transport and a client for each event loop, or leave `transport` out",
            )
        return self._given

    def _made(self, user: _User) -> Any:
        """The transport of our own."""
        for process, loop in list(self._own):
            if process == user[0] and loop is not None and loop.is_closed():
                del self._own[process, loop]  # which closes its connections
        return self._own.get(user) or self._own.setdefault(user, self._new())

    @abstractmethod
    def _new(self) -> Any:
        """Another transport of our own."""

    @abstractmethod
    async def _carry(self, transport: Any, sending: _Sending) -> None:
        """Send the request over a transport, and read the response."""


class SyncCarrier(_Carrier):
    """Sends over a sync httpx transport: the caller's, or httpx's own through a proxy."""

    _kind = Connection

    def close(self) -> None:
        """Close the transport; nothing more is sent."""
        self._closed = True
        transport = self._own.get(self._user) if self._given is None else self._given
        if isinstance(transport, httpx.BaseTransport) and self._is_ours:
            transport.close()

    def _checked(self, user: _User) -> Any:
        if not isinstance(self._given, httpx.BaseTransport):
            raise misconfigured("the transport given is not a sync one", "give a httpx.BaseTransport")
        return super()._checked(user)

    def _new(self) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(proxy=self._proxy, limits=_LIMITS)

    async def _carry(self, transport: httpx.BaseTransport, sending: _Sending) -> None:
        response = sending.received(transport.handle_request(sending.begin(sending.trace)))
        try:
            for chunk in response.stream:  # type: ignore[union-attr] # a sync transport's is sync
                sending.append(chunk)
        finally:
            response.close()


class AsyncCarrier(_Carrier):
    """Sends over an async httpx transport: the caller's, or httpx's own through a proxy."""

    _kind = AsyncConnection

    async def aclose(self) -> None:
        """Close the transports; nothing more is sent."""
        import asyncio

        self._closed = True
        process, running = self._user
        if isinstance(self._given, httpx.AsyncBaseTransport) and self._is_ours:
            lost = [] if self._owner in (None, (process, running)) else [RuntimeError]  # its loop may have been closed
            with contextlib.suppress(*lost):
                await self._given.aclose()
        for user in [each for each in self._own if each[0] == process]:
            transport, loop = self._own.pop(user), user[1]
            if loop is running:
                await transport.aclose()
            elif not loop.is_closed():
                asyncio.run_coroutine_threadsafe(transport.aclose(), loop)

    def _checked(self, user: _User) -> Any:
        if not isinstance(self._given, httpx.AsyncBaseTransport):
            raise misconfigured("the transport given is not an async one", "give a httpx.AsyncBaseTransport")
        return super()._checked(user)

    def _new(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(proxy=self._proxy, limits=_LIMITS)

    async def _carry(self, transport: httpx.AsyncBaseTransport, sending: _Sending) -> None:
        import asyncio

        async with asyncio.timeout(sending.seconds):
            response = sending.received(await transport.handle_async_request(sending.begin(sending.trace_async)))
            try:
                async for chunk in response.stream:  # type: ignore[union-attr] # an async transport's is async
                    sending.append(chunk)
            finally:
                await response.aclose()
