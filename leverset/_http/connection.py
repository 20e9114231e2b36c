"""HTTP/1.1 over connections of our own: sync and async, one deadline over everything, nothing sent twice.

What a caller may rely on:

- `on_send` is called right before the first byte of a request is given to the kernel. An exception before it means that
  nothing was sent; after it, the request may have been sent. Nothing is ever sent twice.
- `deadline` bounds the whole and `step_timeout` each step: resolving the name, each connecting, the proxy, TLS, writing
  and each read.
- A request owns its connection. It is used again only if nothing but its own response arrived, which is looked at again
  right before the next request is sent. What remains: an unasked-for response that is on its way at that moment, after
  the last look at the socket, is taken for the response to the new request. HTTP/1.1 has no means against it.
- Whatever is not the network's (`KeyboardInterrupt`, cancellation, what a signal handler or `on_send` raised) passes
  unchanged. A connection that an exception passed is closed.
- After a fork, parent and child go on with connections of their own. Each event loop has its own as well.
- No exception of this module, and nothing that lives longer than a call, holds a request.

What sync and async share is written once, as coroutines: those in sync never wait, since their steps block.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import h11
from attrs import field, frozen

from leverset._http._channel import Resolver, resolve, secure, system_resolver
from leverset._http._messages import ConnectionFailed as ConnectionFailed
from leverset._http._messages import ConnectionsClosed as ConnectionsClosed
from leverset._http._messages import HttpError as HttpError
from leverset._http._messages import InvalidRequest as InvalidRequest
from leverset._http._messages import Origin as Origin
from leverset._http._messages import ProxyAddress as ProxyAddress
from leverset._http._messages import failed, is_of_the_network, spoke_first
from leverset._http._socket import AsyncConnection, Budget, Connection, Headers, RoundTrip
from leverset._http._socket import BodyTooLarge as BodyTooLarge
from leverset._http._socket import RawResponse as RawResponse

if TYPE_CHECKING:
    import asyncio

_LENGTH = frozenset(("content-length", b"content-length"))
MAX_BODY = 1_048_576
"""The largest body that is read, in bytes, before and after decompression; the documents' own have under 1,000."""
MAX_IDLE = 20
"""Idle connections that are kept, per process and event loop."""
IDLE_SECONDS = 30.0
"""How long they are kept."""

OnSend = Callable[[], None]
Stack = deque[Connection]
"""Idle connections. Its methods are atomic; a lock could be held by another thread when one forks, and for ever."""


@frozen
class RawRequest:
    """A request as it is sent.

    Args:
        method: "GET" or "POST"; not "HEAD" or "CONNECT".
        target: Path and query.
        headers: Names and values in order, Host among them. Content-Length is added where there is a body without it.
            Never shown: they hold signature and passphrase.
        body: The whole body. Never shown.
    """

    method: str
    target: str
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)


class _Connections:
    """What sync and async share; the arguments are described there."""

    _kind: Callable[[int], Connection] = Connection

    def __init__(
        self,
        origin: Origin,
        proxy: ProxyAddress | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_body: int = MAX_BODY,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._origin, self._proxy = origin, proxy
        self._clock, self._max_body, self._resolver = clock, max_body, resolver
        self._closed = False
        self._stacks: dict[Any, Stack] = {}  # by event loop; None in sync

    def _stack(self) -> Stack:
        return self._stacks.setdefault(None, Stack())

    async def _send(self, request: RawRequest, budget: Budget, on_send: OnSend) -> RawResponse:
        trip = self._round_trip(request)
        try:
            return await self._run(trip, budget, on_send)
        except (OSError, h11.RemoteProtocolError) as error:
            if not is_of_the_network(error):
                raise
            failure = [failed(error, budget.step, responded=trip.responded)]
        # Here it has no context, whose frames hold the request, and it is in no frame of its own traceback: a circle.
        raise failure.pop()

    def close_idle(self) -> None:
        """Close the idle connections; in async, those of this event loop."""
        take(self._stack(), math.inf)

    def _round_trip(self, request: RawRequest) -> RoundTrip:
        headers, target = list(request.headers), request.target
        if request.body and not any(name.lower() in _LENGTH for name, _ in headers):
            headers.append(("Content-Length", str(len(request.body))))
        if self._proxy is not None and self._origin.scheme == "http":
            target = f"http://{self._origin.authority}{target}"
            headers += self._proxy.headers
        return RoundTrip(request.method, target, headers, request.body, self._max_body)

    async def _run(self, trip: RoundTrip, budget: Budget, on_send: OnSend) -> RawResponse:
        stack = self._stack()
        while True:
            kept = take(stack, self._clock())
            connection = kept or await self._connect(budget)
            try:
                if kept is None and self._origin.scheme == "https":
                    await secure(connection, self._origin, self._proxy, budget)
                data = trip.data if connection.tls is None else connection.tls.encrypt(trip.data)
                budget.left("Write")
                self._check_open()
                if connection.is_quiet():
                    on_send()
                    response = await trip.run(data, connection, budget)
                    if trip.is_over and (connection.tls is None or connection.tls.is_quiet):
                        put(stack, connection, self._clock())
                        if self._closed:
                            take(stack, math.inf)
                    else:
                        connection.close()
                    return response
            except BaseException:
                connection.close()
                raise
            connection.close()
            if kept is None:
                raise spoke_first()

    async def _connect(self, budget: Budget) -> Connection:
        self._check_open()
        peer, sync = self._proxy or self._origin, self._kind is Connection
        addresses = deque(await resolve(self._resolver, peer, budget, sync=sync))
        while True:
            self._check_open()
            family, address = addresses.popleft()
            connection = None
            try:
                connection = self._kind(family)
                await connection.connect(address, budget, len(addresses) + 1)
            except BaseException as error:
                if connection is not None:
                    connection.close()
                if not addresses or not is_of_the_network(error):
                    raise
            else:
                return connection

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionsClosed


class SyncConnections(_Connections):
    """Sends requests from any thread.

    Args:
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: Seconds that only grow; what deadlines are measured on.
        max_body: The most bytes of a response's body.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.
    """

    def send(self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: OnSend) -> RawResponse:
        """Send a request, at most once, and read the response.

        Args:
            request: The request.
            deadline: When the whole must be over, on `clock`.
            step_timeout: The most seconds that one step may take.
            on_send: Called right before the first byte of the request is sent. What it raises is raised, and nothing is
                sent then.

        Returns:
            The response, whatever its status.

        Raises:
            ConnectionFailed: The network, the server or the proxy failed, or it took too long (`late`).
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `close()` was called before it was sent.
        """
        steps = self._send(request, Budget(self._clock, deadline, step_timeout), on_send)
        while True:
            try:
                steps.send(None)
            except StopIteration as end:
                response: RawResponse = end.value
                return response

    def close(self) -> None:
        """Close the idle connections. Requests under way may finish; no other is sent."""
        self._closed = True
        take(self._stack(), math.inf)


def async_connection(family: int) -> Connection:
    """Return a connection of the running event loop, as the loop can have one.

    Args:
        family: The address family.

    Raises:
        OSError: There is no such socket to be had.
    """
    try:
        return AsyncConnection(family)
    except NotImplementedError:
        from leverset._http._proactor import ProactorConnection

        return ProactorConnection(family)


class AsyncConnections(_Connections):
    """Sends requests from any event loop; each has connections of its own.

    Args:
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: Seconds that only grow; what deadlines are measured on.
        max_body: The most bytes of a response's body.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.
    """

    _kind = staticmethod(async_connection)

    async def send(self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: OnSend) -> RawResponse:
        """Send a request, at most once, and read the response.

        Args:
            request: The request.
            deadline: When the whole must be over, on `clock`.
            step_timeout: The most seconds that one step may take.
            on_send: Called right before the first byte of the request is sent. What it raises is raised, and nothing is
                sent then.

        Returns:
            The response, whatever its status.

        Raises:
            ConnectionFailed: The network, the server or the proxy failed, or it took too long (`late`).
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `aclose()` was called before it was sent.
        """
        return await self._send(request, Budget(self._clock, deadline, step_timeout), on_send)

    async def aclose(self) -> None:
        """Close the idle connections of every loop. Requests under way may finish; no other is sent."""
        import asyncio

        self._close()
        await asyncio.sleep(0)  # those of this loop are closed now

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        self._closed = True
        for loop in list(vars(self).get("_stacks", ())):  # there are none where making it failed
            self._drop(loop)

    def _stack(self) -> Stack:
        import asyncio

        loop = asyncio.get_running_loop()
        if loop not in self._stacks:
            for other in list(self._stacks):
                if other.is_closed():
                    self._drop(other)
        return self._stacks.setdefault(loop, Stack())

    def _drop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the idle connections of a loop; in the loop itself, unless it is closed."""
        stack = self._stacks.pop(loop, Stack())
        if all(connection.closed for connection in list(stack)):
            return  # in a child process, where the loop is the parent's and must not be woken up
        try:
            loop.call_soon_threadsafe(take, stack, math.inf)
        except RuntimeError:  # it is
            take(stack, math.inf)


def take(stack: Stack, now: float) -> Connection | None:
    """The connection that was put last, if any. Those above it that expired are closed, by `math.inf` all of them."""
    try:
        while _is_of_no_use(connection := stack.pop(), now):
            connection.close()
    except IndexError:
        return None
    return connection


def put(stack: Stack, connection: Connection, now: float) -> None:
    """Keep one; those that expired, and the oldest of too many, are closed."""
    connection.idle_since = now
    stack.append(connection)
    try:
        while _is_of_no_use(stack[0], now) or len(stack) > MAX_IDLE:
            stack.popleft().close()
    except IndexError:
        return  # another thread took the last one meanwhile


def _is_of_no_use(connection: Connection, now: float) -> bool:
    return connection.closed or connection.idle_since <= now - IDLE_SECONDS
