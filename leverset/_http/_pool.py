"""Idle connections, kept per process and event loop, and what a fork makes of them."""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections import deque
from typing import Generic, TypeVar

import h11

from leverset._http._messages import Budget, Clock, ConnectionsClosed, Origin, ProxyAddress
from leverset._http._resolver import Resolver, system_resolver
from leverset._http._socket import Connection

MAX_BODY = 1_048_576
"""Bytes."""
MAX_IDLE = 20
"""Idle connections that are kept, per process and event loop."""
IDLE_SECONDS = 30.0
"""How long they are kept."""

_ConnectionT = TypeVar("_ConnectionT", bound=Connection)


class Stack(Generic[_ConnectionT]):
    """Idle connections, the last one first. Without a lock: a thread that forks could leave it locked in the child."""

    def __init__(self) -> None:
        self._idle: deque[_ConnectionT] = deque()  # its methods are atomic

    def take(self, now: float) -> _ConnectionT | None:
        """The one that was put last; None where there is none."""
        with contextlib.suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if not connection.closed:
                    if connection.idle_since > now - IDLE_SECONDS:
                        return connection
                    connection.close()
        return None

    def put(self, connection: _ConnectionT, now: float) -> None:
        """Keep one; those that expired, and the oldest of too many, are closed."""
        connection.idle_since = now
        self._idle.append(connection)
        with contextlib.suppress(IndexError):  # another thread may take the last one meanwhile
            while True:
                oldest = self._idle[0]
                if not oldest.closed and oldest.idle_since > now - IDLE_SECONDS and len(self._idle) <= MAX_IDLE:
                    return
                self._idle.popleft().close()

    def clear(self) -> None:
        """Close them all."""
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


class Connections:
    """What sync and async share; the arguments are described there."""

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
        self._begin()
        _all.add(self)

    def start_over(self) -> None:
        """In a child process: leave everything to the parent."""
        for connection in list(self._open_ones):
            connection.leave_to_the_parent()
        self._begin()

    def _begin(self) -> None:
        """Begin without connections, in each process anew."""
        self._open_ones: weakref.WeakSet[Connection] = weakref.WeakSet()

    def _give_back(self, connection: _ConnectionT, stack: Stack[_ConnectionT]) -> None:
        """Keep a connection whose response is there, if it takes another request."""
        if not connection.channel.start_over():
            connection.close()
            return
        stack.put(connection, self._clock())
        if self._closed:
            stack.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionsClosed

    def _ready(self, connection: Connection, event: h11.Request, body: bytes, budget: Budget) -> bytes | None:
        """What to send, right before sending it; None if the connection takes no request any more."""
        data = connection.channel.start(event, body)
        budget.left("Write")
        self._check_open()
        return data if connection.is_quiet() else None


_all: weakref.WeakSet[Connections] = weakref.WeakSet()


def _in_child() -> None:
    for connections in _all:
        connections.start_over()


os.register_at_fork(after_in_child=_in_child)
