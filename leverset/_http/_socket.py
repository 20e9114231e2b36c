"""One connection: its socket, waited for in sync and in async next to each other, and one request over it."""

from __future__ import annotations

import contextlib
import os
import socket
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import h11
from attrs import define, field, frozen

from leverset import _fork
from leverset._http._messages import ConnectionFailed, HttpError, InvalidRequest, Step, is_of_the_network
from leverset._http._tls import Tls

if TYPE_CHECKING:
    import asyncio

Headers = Sequence[tuple[bytes | str, bytes | str]]

MAX_HEAD = 100 * 1024
"""Bytes."""
SIZE = 65536
"""Bytes that are read at once."""
_LEAST_SHARE = 0.25  # seconds; a connection to the other side of the earth is made in this time


@frozen
class RawResponse:
    """A response as it arrived.

    Args:
        status: The status, from 200 on.
        headers: Values by lower-cased name, joined by ", " where a name came more than once.
        body: The whole body, of at most `max_body` bytes.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class BodyTooLarge(HttpError):
    """The body of a response is longer than `max_body`.

    Args:
        response: The response as far as it was read, its body cut to `max_body`.
    """

    def __init__(self, response: RawResponse) -> None:
        super().__init__(f"the body is longer than {len(response.body)} bytes")
        self.response = response


@define
class Budget:
    """The time that one request has.

    Args:
        clock: Seconds that only grow.
        deadline: When the whole must be over, on that clock.
        step_timeout: The most seconds that one step may take.
        step: The last step that was begun.
    """

    clock: Callable[[], float]
    deadline: float
    step_timeout: float
    step: Step = "Resolve"

    def left(self, step: Step, parts: int = 1) -> float:
        """Seconds for a step that begins; for the first of several ways that are tried in order, a share of them.

        Raises:
            TimeoutError: There are none.
        """
        self.step = step
        whole = self.deadline - self.clock()
        seconds = min(self.step_timeout, whole)
        if parts > 1:
            seconds = min(seconds, max(whole / parts, _LEAST_SHARE))
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Connection:
    """One whose steps block the thread; whoever uses it owns it.

    They are coroutines, as those in async are, that never wait for an event loop.

    Args:
        family: The address family.

    Raises:
        OSError: There is no such socket to be had.
    """

    closed = True

    def __init__(self, family: int) -> None:
        # asyncio and httpx set TCP_NODELAY as well: a request is one packet, and waits for no acknowledgement.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.closed = False
        self.idle_since = 0.0
        self.tls: Tls | None = None
        of_this_process.add(self)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __del__(self) -> None:
        if not self.closed:  # an owner that was interrupted before it could close it, or an ended loop's
            self._socket.close()

    def is_quiet(self) -> bool:
        """Whether nothing has arrived, and not the end either, since the last response.

        Over TLS this is nothing either: session tickets come before the first response. What arrives after this looked
        cannot be told from a response to the next request.
        """
        self._socket.setblocking(False)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except OSError as error:
            if error.__traceback__ and error.__traceback__.tb_next and not is_of_the_network(error):
                raise  # it has come out of a function in Python, which recv is not: a signal handler's
            return isinstance(error, BlockingIOError) and (self.tls is None or self.tls.is_quiet)
        return False

    def close(self) -> None:
        """Close it, whatever it is doing. Nothing is said to the server, over TLS neither."""
        self.closed = True
        self._socket.close()

    async def connect(self, address: Any, budget: Budget, parts: int) -> None:
        """Connect to the first of several addresses that are left, in its share of the time."""
        self._socket.settimeout(budget.left("Connect", parts))
        self._socket.connect(address)

    async def write(self, data: bytes, budget: Budget, step: Step) -> None:
        """Send bytes as they are."""
        self._socket.settimeout(budget.left(step))
        self._socket.sendall(data)

    async def read(self, budget: Budget, step: Step) -> bytes:
        """Bytes as they arrived; nothing is the end."""
        self._socket.settimeout(budget.left(step))
        return self._socket.recv(SIZE)

    async def receive(self, budget: Budget) -> bytes:
        """What the server says next; over TLS decrypted, where an end that it did not announce is a failure."""
        if self.tls is None:
            return await self.read(budget, "Read")
        data = b""
        while not data and not self.tls.ended:
            self.tls.receive(await self.read(budget, "Read"))
            data = self.tls.decrypt()
        return data


class AsyncConnection(Connection):
    """One that belongs to the running event loop, and is used and closed in it alone.

    It watches its own socket (`loop.add_reader`) instead of being a `Protocol`: a transport whose loop was closed can
    never be closed without a `ResourceWarning`, and the socket of one that a child inherits is out of reach.

    Raises:
        NotImplementedError: The event loop watches no sockets; see `_proactor`.
    """

    def __init__(self, family: int) -> None:
        import asyncio

        super().__init__(family)
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.remove_reader(self._socket)  # there is none; some loops have no readers at all
        self._waiter: asyncio.Future[bytes | None] | None = None

    def close(self) -> None:
        """Close it, whatever it is doing. Nothing is said to the server, over TLS neither."""
        if not self.closed and not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        super().close()

    async def connect(self, address: Any, budget: Budget, parts: int) -> None:
        """Connect to the first of several addresses that are left, in its share of the time."""
        seconds = budget.left("Connect", parts)
        with contextlib.suppress(BlockingIOError):
            self._socket.connect(address)
        await self._wait_until_writable(seconds)
        if code := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))
        self._loop.add_reader(self._socket, self._on_readable)

    async def write(self, data: bytes, budget: Budget, step: Step) -> None:
        """Send bytes as they are."""
        while data:
            seconds = budget.left(step)
            try:  # noqa: SIM105 - each request passes here, and contextlib.suppress costs a microsecond
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                pass
            if data:
                # As in sync, what arrives meanwhile waits in the kernel.
                self._loop.remove_reader(self._socket)
                await self._wait_until_writable(seconds)
                self._loop.add_reader(self._socket, self._on_readable)

    async def read(self, budget: Budget, step: Step) -> bytes:
        """Bytes as they arrived; nothing is the end."""
        return await self._wait(budget.left(step))

    async def _wait_until_writable(self, seconds: float) -> None:
        self._loop.add_writer(self._socket, self._end_wait, b"")
        try:
            await self._wait(seconds)
        finally:
            if not self.closed:
                self._loop.remove_writer(self._socket)

    async def _wait(self, seconds: float) -> bytes:
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._end_wait, None)
        try:
            data = await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        if data is None:
            raise TimeoutError
        return data

    def _end_wait(self, data: bytes | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(data)

    def _on_readable(self) -> None:
        if self._waiter is None:
            self.close()  # idle: whatever it is, this connection takes no request any more
        elif not self._waiter.done():  # else whoever waited has not gone on yet, and it waits in the kernel
            try:
                self._waiter.set_result(self._socket.recv(SIZE))
            except BaseException as error:  # the network's, or a signal handler's: it may have lost what arrived
                if isinstance(error, BlockingIOError) and is_of_the_network(error):
                    return  # there was nothing after all
                self.close()
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise  # the event loop passes these on, and no others
                if not self._waiter.done():
                    self._waiter.set_exception(error)


class RoundTrip:
    """One request and its response.

    Args:
        method: Its method.
        target: Its target.
        headers: Its headers, Host and Content-Length among them.
        body: Its whole body.
        max_body: The most bytes of the response's body.

    Raises:
        InvalidRequest: HTTP does not allow the request.
    """

    def __init__(self, method: str, target: str, headers: Headers, body: bytes, max_body: int) -> None:
        self._http = h11.Connection(h11.CLIENT, MAX_HEAD)
        self._max_body = max_body
        self.responded = False
        self.data = encoded(self._http, method, target, headers, body)

    @property
    def is_over(self) -> bool:
        """Whether request and response are whole, the connection goes on, and nothing follows the response."""
        return self._http.our_state is self._http.their_state is h11.DONE and self._http.trailing_data == (b"", False)

    async def run(self, data: bytes, connection: Connection, budget: Budget) -> RawResponse:
        """Send the request, as `data` of this connection, and read the response; see `responded` where that fails.

        Raises:
            ConnectionFailed: The server closed the connection instead.
            OSError: The network or TLS failed.
            h11.RemoteProtocolError: What was sent is no response, or was cut off.
            BodyTooLarge: Its body is longer than `max_body`.
        """
        await connection.write(data, budget, "Write")
        status, body = 0, bytearray()
        headers: dict[str, str] = {}
        event: object = h11.NEED_DATA
        while type(event) is not h11.EndOfMessage:
            if event is h11.NEED_DATA:
                received = await connection.receive(budget)
                if not received and not self.responded and not self._http.trailing_data[0]:
                    raise ConnectionFailed("ConnectionClosed: the server closed the connection without a response")
                self._http.receive_data(received)
            elif event is h11.PAUSED:
                raise h11.RemoteProtocolError("the server switched protocols")
            elif type(event) is h11.Response:
                self.responded, status = True, event.status_code
                for raw_name, raw_value in event.headers:
                    name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
                    headers[name] = f"{headers[name]}, {value}" if name in headers else value
            elif type(event) is h11.Data:
                body += event.data
                if len(body) > self._max_body:
                    raise BodyTooLarge(RawResponse(status, headers, bytes(body[: self._max_body])))
            event = self._http.next_event()
        return RawResponse(status, headers, bytes(body))


def encoded(http: h11.Connection, method: str, target: str, headers: Headers, body: bytes = b"") -> bytes:
    """Head and body of a request as they are sent.

    Raises:
        InvalidRequest: HTTP does not allow it. Without a context: h11's errors quote the value.
    """
    try:
        request = h11.Request(method=method, target=target, headers=cast(Any, headers))
        pieces = http.send(request), http.send(h11.Data(body)), http.send(h11.EndOfMessage())
    except (h11.LocalProtocolError, UnicodeError):
        text = "HTTP does not allow the method, the target or a header, or Host is missing, or Content-Length is wrong"
    else:
        return b"".join([piece or b"" for piece in pieces])
    raise InvalidRequest(text)


of_this_process: weakref.WeakSet[Connection] = weakref.WeakSet()
"""For a child process, whose copies are closed. The parent's stay open, since nothing is shut down."""


def _in_child() -> None:
    for connection in list(of_this_process):
        Connection.close(connection)  # an event loop that is inherited is shared with the parent, and left alone


_fork.register_at_fork(after_in_child=_in_child)
