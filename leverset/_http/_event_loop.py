"""Connections of an event loop, which is what an async client has."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from leverset._http._messages import Step
from leverset._http.connection import SIZE, Connection, is_of_a_handler

if TYPE_CHECKING:
    from leverset._http.attempt import Budget

T = TypeVar("T")
Side = Literal["reader", "writer"]


class AsyncConnection(Connection):
    """One that belongs to the running event loop, which watches its socket while a step waits.

    Only the steps themselves use the socket: what a signal handler raises there passes to the caller. In the callbacks
    of `loop.sock_recv` the event loop would log it, and go on watching the socket. It is no `asyncio.Protocol` either:
    a transport whose loop was closed can never be closed without a `ResourceWarning`, and the socket of one that a
    child inherits is out of reach.

    Args:
        family: The address family.

    Raises:
        OSError: There is no such socket to be had.
    """

    @classmethod
    def new(cls, family: int) -> Connection:
        """One of the kind that the running event loop can have."""
        connection = cls(family)
        try:
            cls.loop().remove_reader(connection._socket)  # there is none; some loops have no readers at all
        except NotImplementedError:
            connection.close()
            return ProactorConnection(family)
        return connection

    @staticmethod
    def loop() -> Any:
        """The event loop that is running."""
        import asyncio

        return asyncio.get_running_loop()

    async def connect(self, address: Any, budget: Budget, parts: int) -> None:
        """Connect to the first of several addresses that are left, in its share of the time."""
        seconds = budget.left("Connect", parts)
        with contextlib.suppress(BlockingIOError):
            self._socket.connect(address)
        if not await self._ready("writer", seconds):
            raise TimeoutError
        if code := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))

    async def write(self, data: bytes, budget: Budget, step: Step) -> None:
        """Send bytes as they are."""
        while data:
            data = data[await self._run("writer", budget, step, self._socket.send, data) :]

    async def read(self, budget: Budget, step: Step) -> bytes:
        """Bytes as they arrived; nothing is the end."""
        return await self._run("reader", budget, step, self._socket.recv, SIZE)

    async def _run(self, side: Side, budget: Budget, step: Step, function: Callable[[Any], T], argument: object) -> T:
        """What a function of the socket returns, once it need not wait."""
        budget.left(step)
        in_time = True
        while True:
            try:
                return function(argument)
            except BlockingIOError as error:
                if is_of_a_handler(error):
                    raise
            if not in_time:
                raise TimeoutError
            in_time = await self._ready(side, budget.left(step))

    async def _ready(self, side: Side, seconds: float) -> bool:
        """Wait until the socket can be read or written, or failed; whether it was in time.

        Not by `asyncio.timeout`: where the event loop was busy for longer, it discards what has arrived meanwhile.
        """
        loop, ready = self.loop(), self.loop().create_future()
        timer = loop.call_later(seconds, _end, ready, False)
        try:
            getattr(loop, f"add_{side}")(self._socket, _end, ready, True)
            return bool(await ready)
        finally:
            timer.cancel()
            if not self.closed:  # else this is a child process, which shares with its parent what the loop waits with
                getattr(loop, f"remove_{side}")(self._socket)


def _end(ready: Any, in_time: bool) -> None:
    if not ready.done():  # it may be watched a moment longer
        ready.set_result(in_time)


class ProactorConnection(AsyncConnection):
    """One of an event loop that connects, writes and reads itself, as Windows' usual one does: it watches no sockets.

    Args:
        family: The address family.

    Raises:
        OSError: There is no such socket to be had.
    """

    async def connect(self, address: Any, budget: Budget, parts: int) -> None:
        """Connect to the first of several addresses that are left, in its share of the time."""
        await _within(budget.left("Connect", parts), self.loop().sock_connect(self._socket, address))

    async def write(self, data: bytes, budget: Budget, step: Step) -> None:
        """Send bytes as they are."""
        await _within(budget.left(step), self.loop().sock_sendall(self._socket, data))

    async def read(self, budget: Budget, step: Step) -> bytes:
        """Bytes as they arrived; nothing is the end."""
        return await _within(budget.left(step), self.loop().sock_recv(self._socket, SIZE))


async def _within(seconds: float, step: Awaitable[T]) -> T:
    import asyncio

    async with asyncio.timeout(seconds):  # Python 3.11: `wait_for` loses a cancellation that comes with the result
        return await step
