"""One connection over a socket of its own: waiting for it in sync and in async, next to each other."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import socket
import weakref

from leverset._http._channel import Channel
from leverset._http._messages import Budget, Origin, ProxyAddress, RawResponse, Step, failed, late, unusable
from leverset._http._resolver import Address

_SIZE = 65536


class Connection:
    """What both kinds share. Whoever uses it owns it.

    Args:
        family: The address family.
        max_body: The most bytes of a response's body.
        registry: Where it is found as long as it is open, for a child process.

    Raises:
        ConnectionFailed: There is no such socket to be had.
    """

    def __init__(self, family: int, max_body: int, registry: weakref.WeakSet[Connection]) -> None:
        self.closed = True  # until there is a socket
        self.idle_since = 0.0
        self.channel = Channel(max_body)
        try:
            # asyncio and httpx set TCP_NODELAY as well: a request is one packet, and waits for no acknowledgement.
            self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        except OSError as error:
            raise unusable(error, "Connect") from None
        self.closed = False
        self._registry = registry
        registry.add(self)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def __del__(self) -> None:
        if not self.closed:  # an owner that was interrupted before it could close it, or an ended loop's
            self._socket.close()

    def is_quiet(self) -> bool:
        """Whether nothing has arrived, and not the end either, since the last response.

        Over TLS this is nothing either: session tickets come before the first response. What arrives after this looked
        cannot be told from a response to the next request.
        """
        return not self._poll.poll(0)

    def close(self) -> None:
        """Close it, whatever it is doing. Nothing is said to the server, over TLS neither."""
        self.closed = True
        self._registry.discard(self)
        self._socket.close()

    def leave_to_the_parent(self) -> None:
        """In a child process: give up this copy. The parent's stays open, since nothing is shut down."""
        self.closed = True
        self._socket.close()


class SyncConnection(Connection):
    """One that blocks its thread."""

    def connect(self, address: Address, budget: Budget, parts: int) -> None:
        """Connect to one of several addresses that are left.

        Raises:
            ConnectionFailed: In its share of the time, or at all, it did not succeed.
        """
        seconds = budget.share("Connect", parts)
        try:
            self._socket.settimeout(seconds)
            self._socket.connect(address[1])
        except OSError as error:
            raise failed(error, "Connect") from None

    def open(self, origin: Origin, proxy: ProxyAddress | None, budget: Budget) -> None:
        """Go through the proxy and make the TLS handshake, where there are any.

        Raises:
            ConnectionFailed: It did not succeed.
        """
        for step, out in self.channel.opening(origin, proxy):
            if out:
                self._write(out, budget, step)
            self.channel.received = self._read(budget, step)

    def exchange(self, data: bytes, budget: Budget) -> RawResponse:
        """Send a request and read the response to it.

        Raises:
            ConnectionFailed: There is none.
            BodyTooLarge: It is too long.
        """
        self._write(data, budget, "Write")
        while (response := self.channel.read(self._read(budget, "Read"))) is None:
            pass
        return response

    def _write(self, data: bytes, budget: Budget, step: Step) -> None:
        seconds = budget.left(step)
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(data)
        except OSError as error:
            raise failed(error, step) from None

    def _read(self, budget: Budget, step: Step) -> bytes:
        seconds = budget.left(step)
        try:
            self._socket.settimeout(seconds)
            return self._socket.recv(_SIZE)
        except OSError as error:
            raise failed(error, step) from None


class AsyncConnection(Connection):
    """One that belongs to the running event loop, and is used and closed in it alone.

    It watches its own socket (`loop.add_reader`) instead of being a `Protocol`: a transport whose loop was closed can
    never be closed without a `ResourceWarning`, and the socket of one that a child inherits is out of reach.
    """

    def __init__(self, family: int, max_body: int, registry: weakref.WeakSet[Connection]) -> None:
        super().__init__(family, max_body, registry)
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[bytes | Exception] | None = None

    async def connect(self, address: Address, budget: Budget, parts: int) -> None:
        """Connect to one of several addresses that are left.

        Raises:
            ConnectionFailed: In its share of the time, or at all, it did not succeed.
        """
        seconds = budget.share("Connect", parts)
        code = self._socket.connect_ex(address[1])
        if code == errno.EINPROGRESS:
            await self._wait_until_writable(seconds, "Connect")
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise failed(OSError(code, os.strerror(code)), "Connect")
        self._loop.add_reader(self._socket, self._on_readable)

    async def open(self, origin: Origin, proxy: ProxyAddress | None, budget: Budget) -> None:
        """Go through the proxy and make the TLS handshake, where there are any.

        Raises:
            ConnectionFailed: It did not succeed.
        """
        for step, out in self.channel.opening(origin, proxy):
            await self._write(out, budget, step)
            self.channel.received = await self._wait(budget.left(step), step)

    async def exchange(self, data: bytes, budget: Budget) -> RawResponse:
        """Send a request and read the response to it.

        Raises:
            ConnectionFailed: There is none.
            BodyTooLarge: It is too long.
        """
        await self._write(data, budget, "Write")
        while (response := self.channel.read(await self._wait(budget.left("Read"), "Read"))) is None:
            pass
        return response

    def close(self) -> None:
        """Close it, whatever it is doing. Nothing is said to the server, over TLS neither."""
        if not self.closed and not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        super().close()

    async def _write(self, data: bytes, budget: Budget, step: Step) -> None:
        seconds = budget.left(step)
        while data := data[self._send(data, step) :]:
            # As in sync, what arrives meanwhile waits in the kernel.
            self._loop.remove_reader(self._socket)
            await self._wait_until_writable(seconds, step)
            self._loop.add_reader(self._socket, self._on_readable)
            seconds = budget.left(step)

    def _send(self, data: bytes, step: Step) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise failed(error, step) from None

    async def _wait_until_writable(self, seconds: float, step: Step) -> None:
        self._loop.add_writer(self._socket, self._settle, b"")
        try:
            await self._wait(seconds, step)
        finally:
            if not self.closed:
                self._loop.remove_writer(self._socket)

    async def _wait(self, seconds: float, step: Step) -> bytes:
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._out_of_time, step)
        try:
            outcome = await waiter
        finally:
            timer.cancel()
            self._waiter = None
        if isinstance(outcome, bytes):
            return outcome
        try:
            raise outcome
        finally:
            # An exception in a frame of its own traceback is a circle, in which a request would stay.
            del outcome, waiter

    def _out_of_time(self, step: Step) -> None:
        self._settle(late(step))

    def _settle(self, outcome: bytes | Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(outcome)

    def _on_readable(self) -> None:
        if self._waiter is None:
            self.close()  # idle: whatever it is, this connection takes no request any more
        elif not self._waiter.done():  # else whoever waited has not gone on yet, and it waits in the kernel
            try:
                outcome = self._receive()
            except Exception as error:  # a signal handler's: it may have lost what arrived
                self.close()
                outcome = error
            except BaseException:
                self.close()
                raise
            if outcome is not None:
                self._settle(outcome)

    def _receive(self) -> bytes | Exception | None:
        try:
            return self._socket.recv(_SIZE)
        except BlockingIOError:
            return None  # there was nothing after all
        except OSError as error:
            return failed(error, "Read")
