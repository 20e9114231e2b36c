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
import os
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import h11

from leverset._http import _tls
from leverset._http._channel import event_of, spoke_first
from leverset._http._messages import (
    BodyTooLarge,
    Budget,
    Clock,
    ConnectionFailed,
    ConnectionsClosed,
    InvalidRequest,
    Origin,
    ProtocolViolation,
    ProxyAddress,
    RawRequest,
    RawResponse,
    late,
)
from leverset._http._resolver import Address, Resolver, resolve, resolve_async, system_resolver
from leverset._http._socket import AsyncConnection, Connection, SyncConnection

__all__ = [
    "Address",
    "AsyncConnections",
    "BodyTooLarge",
    "ConnectionFailed",
    "ConnectionsClosed",
    "InvalidRequest",
    "Origin",
    "ProtocolViolation",
    "ProxyAddress",
    "RawRequest",
    "RawResponse",
    "Resolver",
    "SyncConnections",
]

MAX_BODY = 1_048_576
"""Bytes."""
MAX_IDLE = 20
"""Idle connections that are kept, per process and event loop."""
IDLE_SECONDS = 30.0
"""How long they are kept."""

OnSend = Callable[[], None]
_ConnectionT = TypeVar("_ConnectionT", bound=Connection)


class _Stack(Generic[_ConnectionT]):
    """Idle connections, the last one first. Without a lock: a thread that forks could leave it locked in the child."""

    def __init__(self) -> None:
        self._idle: deque[_ConnectionT] = deque()  # its methods are atomic

    def take(self, now: float) -> _ConnectionT | None:
        with contextlib.suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if not connection.closed:
                    if connection.idle_since > now - IDLE_SECONDS:
                        return connection
                    connection.close()
        return None

    def put(self, connection: _ConnectionT, now: float) -> None:
        connection.idle_since = now
        self._idle.append(connection)
        with contextlib.suppress(IndexError):  # another thread may take the last one meanwhile
            while True:
                oldest = self._idle[0]
                if not oldest.closed and oldest.idle_since > now - IDLE_SECONDS and len(self._idle) <= MAX_IDLE:
                    return
                self._idle.popleft().close()

    def clear(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


class _Connections:
    """What both kinds share.

    Args:
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: What deadlines are measured on.
        max_body: The most bytes of a response's body.
        resolver: From a name to addresses; IP addresses do not need it.
    """

    def __init__(
        self,
        origin: Origin,
        proxy: ProxyAddress | None = None,
        *,
        clock: Clock = time.monotonic,
        max_body: int = MAX_BODY,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._origin, self._proxy = origin, proxy
        self._clock, self._max_body, self._resolver = clock, max_body, resolver
        self._host, self._port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        self._closed = False
        self._open_ones: weakref.WeakSet[Connection] = weakref.WeakSet()
        _all.add(self)

    def start_over(self) -> None:
        """In a child process: leave everything to the parent."""
        inherited = list(self._open_ones)
        for connection in inherited:
            connection.leave_to_the_parent()
        _of_the_parent.extend(inherited)  # kept: freeing TLS takes a lock that a thread of the parent may hold
        self._open_ones = weakref.WeakSet()

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionsClosed

    def _ready(self, connection: Connection, event: h11.Request, body: bytes, budget: Budget) -> bytes | None:
        """What to send, right before sending it; None if the connection takes no request any more."""
        data = connection.channel.start(event, body)
        budget.left("Write")
        self._check_open()
        return data if connection.is_quiet() else None


class SyncConnections(_Connections):
    """Sends requests from any thread."""

    def __init__(
        self,
        origin: Origin,
        proxy: ProxyAddress | None = None,
        *,
        clock: Clock = time.monotonic,
        max_body: int = MAX_BODY,
        resolver: Resolver = system_resolver,
    ) -> None:
        super().__init__(origin, proxy, clock=clock, max_body=max_body, resolver=resolver)
        self._stack: _Stack[SyncConnection] = _Stack()

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
            ProtocolViolation: The server sent something else than one response.
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `close()` was called before it was sent.
        """
        budget = Budget(self._clock, deadline, step_timeout)
        event = event_of(request, self._origin, self._proxy)
        while True:
            kept = self._stack.take(self._clock())
            connection = kept or self._connect(budget)
            try:
                data = self._ready(connection, event, request.body, budget)
                if data is not None:
                    on_send()
                    response = connection.exchange(data, budget)
                    self._give_back(connection)
                    return response
            except BaseException:
                connection.close()
                raise
            connection.close()
            if kept is None:
                raise spoke_first()

    def close(self) -> None:
        """Close the idle connections. Requests under way may finish; no other is sent."""
        self._closed = True
        self._stack.clear()

    def start_over(self) -> None:
        """In a child process: leave everything to the parent."""
        super().start_over()
        self._stack = _Stack()

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
        raise failure

    def _give_back(self, connection: SyncConnection) -> None:
        if not connection.channel.start_over():
            connection.close()
            return
        self._stack.put(connection, self._clock())
        if self._closed:
            self._stack.clear()


class AsyncConnections(_Connections):
    """Sends requests from any event loop; each has connections of its own."""

    def __init__(
        self,
        origin: Origin,
        proxy: ProxyAddress | None = None,
        *,
        clock: Clock = time.monotonic,
        max_body: int = MAX_BODY,
        resolver: Resolver = system_resolver,
    ) -> None:
        super().__init__(origin, proxy, clock=clock, max_body=max_body, resolver=resolver)
        self._stacks: dict[asyncio.AbstractEventLoop, _Stack[AsyncConnection]] = {}

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
            ProtocolViolation: The server sent something else than one response.
            BodyTooLarge: The response is longer than `max_body`.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `aclose()` was called before it was sent.
        """
        budget = Budget(self._clock, deadline, step_timeout)
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
            except BaseException:
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

    def start_over(self) -> None:
        """In a child process: leave everything to the parent."""
        super().start_over()
        self._stacks = {}

    def _close(self, running: asyncio.AbstractEventLoop | None) -> None:
        self._closed = True
        for loop in list(self._stacks):
            stack = self._stacks.pop(loop, None)
            if stack is not None:
                _clear(stack, loop, running)

    def _stack_of(self, loop: asyncio.AbstractEventLoop) -> _Stack[AsyncConnection]:
        stack = self._stacks.get(loop)
        if stack is None:
            for other in list(self._stacks):
                if other.is_closed() and (ended := self._stacks.pop(other, None)) is not None:
                    ended.clear()
            stack = self._stacks.setdefault(loop, _Stack())
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
        raise failure

    def _give_back(self, connection: AsyncConnection, stack: _Stack[AsyncConnection]) -> None:
        if not connection.channel.start_over():
            connection.close()
            return
        stack.put(connection, self._clock())
        if self._closed:
            stack.clear()


def _clear(
    stack: _Stack[AsyncConnection], loop: asyncio.AbstractEventLoop, running: asyncio.AbstractEventLoop | None
) -> None:
    """Close the idle connections of a loop; in the loop itself, unless it is closed."""
    if loop is not running and not loop.is_closed():
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            loop.call_soon_threadsafe(stack.clear)
            return
    stack.clear()


_all: weakref.WeakSet[_Connections] = weakref.WeakSet()
_of_the_parent: list[object] = []


def _in_child() -> None:
    _tls.start_over()
    for connections in _all:
        connections.start_over()


os.register_at_fork(after_in_child=_in_child)
