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
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from leverset._http._channel import event_of, spoke_first
from leverset._http._messages import (
    BodyTooLarge,
    Budget,
    ConnectionFailed,
    ConnectionsClosed,
    HttpError,
    InvalidRequest,
    Origin,
    ProtocolViolation,
    ProxyAddress,
    RawRequest,
    RawResponse,
    late,
)
from leverset._http._pool import Connections, Stack
from leverset._http._resolver import Address, Resolver, resolve, resolve_async
from leverset._http._socket import AsyncConnection, SyncConnection

__all__ = [
    "Address",
    "AsyncConnections",
    "BodyTooLarge",
    "ConnectionFailed",
    "ConnectionsClosed",
    "HttpError",
    "InvalidRequest",
    "Origin",
    "ProtocolViolation",
    "ProxyAddress",
    "RawRequest",
    "RawResponse",
    "Resolver",
    "SyncConnections",
]


class SyncConnections(Connections):
    """Sends requests from any thread.

    Args:
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: Seconds that only grow; what deadlines are measured on.
        max_body: The most bytes of a response's body.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.
    """

    def send(
        self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: Callable[[], None]
    ) -> RawResponse:
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
            ProtocolViolation: The server sent something else than one response.
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `close()` was called before it was sent.
        """
        try:
            return self._send(request, Budget(self._clock, deadline, step_timeout), on_send)
        except HttpError as error:
            error.__context__ = None  # it, or its frames, may hold the request
            raise

    def _send(self, request: RawRequest, budget: Budget, on_send: Callable[[], None]) -> RawResponse:
        event = event_of(request, self._origin, self._proxy)
        while True:
            kept = self._stack.take(self._clock())
            connection = kept or self._connect(budget)
            try:
                data = self._ready(connection, event, request.body, budget)
                if data is not None:
                    on_send()
                    response = connection.exchange(data, budget)
                    self._give_back(connection, self._stack)
                    return response
            except BaseException as error:
                if isinstance(error, ConnectionFailed):
                    error.responded = connection.channel.has_response
                connection.close()
                raise
            connection.close()
            if kept is None:
                raise spoke_first()

    def close(self) -> None:
        """Close the idle connections. Requests under way may finish; no other is sent."""
        self._closed = True
        self._stack.clear()

    def _begin(self) -> None:
        super()._begin()
        self._stack: Stack[SyncConnection] = Stack()

    def _connect(self, budget: Budget) -> SyncConnection:
        self._check_open()
        addresses = resolve(self._resolver, self._host, self._port, budget)
        failure = late("Connect")
        for index, address in enumerate(addresses):
            self._check_open()
            try:
                connection = SyncConnection(address[0], self._max_body, self._open_ones)
                try:
                    connection.connect(address, budget, len(addresses) - index)
                except BaseException:
                    connection.close()
                    raise
            except ConnectionFailed as error:
                failure = error
                continue
            try:
                connection.open(self._origin, self._proxy, budget)
            except BaseException:
                connection.close()
                raise
            return connection
        try:
            raise failure
        finally:
            del failure  # an exception in a frame of its own traceback is a circle


class AsyncConnections(Connections):
    """Sends requests from any event loop; each has connections of its own.

    Args:
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: Seconds that only grow; what deadlines are measured on.
        max_body: The most bytes of a response's body.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.
    """

    async def send(
        self, request: RawRequest, *, deadline: float, step_timeout: float, on_send: Callable[[], None]
    ) -> RawResponse:
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
            ProtocolViolation: The server sent something else than one response.
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `aclose()` was called before it was sent.
        """
        try:
            return await self._send(request, Budget(self._clock, deadline, step_timeout), on_send)
        except HttpError as error:
            error.__context__ = None  # it, or its frames, may hold the request
            raise

    async def _send(self, request: RawRequest, budget: Budget, on_send: Callable[[], None]) -> RawResponse:
        event = event_of(request, self._origin, self._proxy)
        stack = self._stack_of(asyncio.get_running_loop())
        while True:
            kept = stack.take(self._clock())
            connection = kept or await self._connect(budget)
            try:
                data = self._ready(connection, event, request.body, budget)
                if data is not None:
                    on_send()
                    response = await connection.exchange(data, budget)
                    self._give_back(connection, stack)
                    return response
            except BaseException as error:
                if isinstance(error, ConnectionFailed):
                    error.responded = connection.channel.has_response
                connection.close()
                raise
            connection.close()
            if kept is None:
                raise spoke_first()

    async def aclose(self) -> None:
        """Close the idle connections of every loop. Requests under way may finish; no other is sent."""
        self._close(asyncio.get_running_loop())

    def __del__(self) -> None:
        if "_stacks" in vars(self):
            self._close(None)

    def _begin(self) -> None:
        super()._begin()
        self._stacks: dict[asyncio.AbstractEventLoop, Stack[AsyncConnection]] = {}

    def _close(self, running: asyncio.AbstractEventLoop | None) -> None:
        self._closed = True
        with contextlib.suppress(KeyError):  # until there are none
            while True:
                loop, stack = self._stacks.popitem()
                _clear(stack, loop, running)

    def _stack_of(self, loop: asyncio.AbstractEventLoop) -> Stack[AsyncConnection]:
        stack = self._stacks.get(loop)
        if stack is None:
            for other in list(self._stacks):
                if other.is_closed():
                    self._stacks.pop(other, Stack()).clear()
            stack = self._stacks.setdefault(loop, Stack())
        return stack

    async def _connect(self, budget: Budget) -> AsyncConnection:
        self._check_open()
        addresses = await resolve_async(self._resolver, self._host, self._port, budget)
        failure = late("Connect")
        for index, address in enumerate(addresses):
            self._check_open()
            try:
                connection = AsyncConnection(address[0], self._max_body, self._open_ones)
                try:
                    await connection.connect(address, budget, len(addresses) - index)
                except BaseException:
                    connection.close()
                    raise
            except ConnectionFailed as error:
                failure = error
                continue
            try:
                await connection.open(self._origin, self._proxy, budget)
            except BaseException:
                connection.close()
                raise
            return connection
        try:
            raise failure
        finally:
            del failure  # an exception in a frame of its own traceback is a circle


def _clear(
    stack: Stack[AsyncConnection], loop: asyncio.AbstractEventLoop, running: asyncio.AbstractEventLoop | None
) -> None:
    """Close the idle connections of a loop; in the loop itself, unless it is closed."""
    if loop is not running:
        with contextlib.suppress(RuntimeError):  # it is
            loop.call_soon_threadsafe(stack.clear)
            return
    stack.clear()
