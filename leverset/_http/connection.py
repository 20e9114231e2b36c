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

Sync and async are written once, as coroutines: those in sync never wait for an event loop, since their steps block.
What differs is the kind of connection.
"""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import h11

from leverset._http._dial import Dialer, Resolver, system_resolver
from leverset._http._messages import (
    MAX_BODY,
    MAX_HEAD,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    InvalidRequest,
    OnSend,
    Origin,
    RawRequest,
    RawResponse,
    Step,
    failed,
    is_of_the_network,
    spoke_first,
)
from leverset._http.attempt import Budget

if TYPE_CHECKING:
    from leverset._http._tls import Tls

MAX_IDLE = 20
"""Idle connections that are kept, per process and event loop."""
IDLE_SECONDS = 30.0
"""How long they are kept."""
SIZE = 65536
"""Bytes that are read at once."""


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
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)

    def __del__(self) -> None:
        if not self.closed:  # an owner that was interrupted before it could close it, or that nobody closed
            self._socket.close()

    @classmethod
    def new(cls, family: int) -> Connection:
        """One that is not connected yet, as it can be had here."""
        return cls(family)

    @staticmethod
    def loop() -> Any:
        """The event loop that is running, where connections belong to one; None."""
        return None

    def is_quiet(self) -> bool:
        """Whether nothing has arrived, and not the end either, since the last response.

        Over TLS this is nothing either: session tickets come before the first response. What arrives after this looked
        cannot be told from a response to the next request.
        """
        try:
            self._socket.setblocking(False)
            self._socket.recv(1, socket.MSG_PEEK)
        except OSError as error:
            if is_of_a_handler(error):
                raise
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


def is_of_a_handler(error: OSError) -> bool:
    """Whether a signal handler raised it within a function of the socket, which is none in Python as handlers are."""
    return bool(error.__traceback__ and error.__traceback__.tb_next) and not is_of_the_network(error)


Stack = deque[Connection]
"""Idle connections. Its methods are atomic; a lock could be held by another thread when one forks, and for ever."""


class Connections:
    """Sends requests to one origin: from any thread, or from any event loop, each of which has connections of its own.

    Args:
        kind: `Connection` where the steps of a request block, or else `AsyncConnection` (`_event_loop`).
        origin: Where every request goes.
        proxy: Through which proxy; None is none.
        clock: Seconds that only grow; what deadlines are measured on.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.
    """

    def __init__(
        self,
        kind: type[Connection],
        origin: Origin,
        proxy: Origin | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._kind, self._clock = kind, clock
        self._dialer = Dialer(kind, origin, proxy, resolver)
        self._stacks: dict[Any, Stack] = {}  # by event loop; None in sync

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
            BodyTooLarge: The body is longer than MAX_BODY.
            InvalidRequest: HTTP does not allow the request.
            ConnectionsClosed: `close()` was called before it was sent.
        """
        budget = Budget(self._clock, deadline, step_timeout)
        trip = RoundTrip(request, self._dialer.prefix, self._dialer.headers)
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

    def close(self) -> None:
        """Close the idle connections. Requests under way may finish; no other is sent."""
        self._dialer.closed = True
        for stack in list(self._stacks.values()):
            take(stack, math.inf)

    async def aclose(self) -> None:
        """Like `close`."""
        self.close()

    def _stack(self) -> Stack:
        loop = self._kind.loop()
        if loop not in self._stacks:
            for ended in [one for one in list(self._stacks) if one.is_closed()]:
                take(self._stacks.pop(ended, Stack()), math.inf)
        return self._stacks.setdefault(loop, Stack())

    async def _run(self, trip: RoundTrip, budget: Budget, on_send: OnSend) -> RawResponse:
        stack = self._stack()
        while True:
            kept = take(stack, self._clock())
            connection = kept or await self._dialer.open(budget)
            keep = False
            try:
                data = trip.data if connection.tls is None else connection.tls.encrypt(trip.data)
                budget.left("Write")
                if self._dialer.closed:
                    raise ConnectionsClosed
                if connection.is_quiet():
                    on_send()
                    response = await trip.run(data, connection, budget)
                    keep = trip.is_over and (connection.tls is None or connection.tls.is_quiet)
                    return response
            finally:
                if keep:
                    put(stack, connection, self._clock())
                else:
                    connection.close()
                if self._dialer.closed:
                    take(stack, math.inf)
            if kept is None:
                raise spoke_first()


def take(stack: Stack, now: float) -> Connection | None:
    """The connection that was put last, if any. Those above it that expired are closed, by `math.inf` all of them."""
    with contextlib.suppress(IndexError):
        while (connection := stack.pop()).idle_since <= now - IDLE_SECONDS:
            connection.close()
        return connection
    return None


def put(stack: Stack, connection: Connection, now: float) -> None:
    """Keep one; those that expired, and the oldest of too many, are closed."""
    connection.idle_since = now
    stack.append(connection)
    with contextlib.suppress(IndexError):  # another thread took the last one meanwhile
        while stack[0].idle_since <= now - IDLE_SECONDS or len(stack) > MAX_IDLE:
            stack.popleft().close()


class RoundTrip:
    """One request and its response.

    Args:
        request: The request.
        prefix: What stands before its target, where a proxy reads it.
        more: Headers for that proxy.

    Raises:
        InvalidRequest: HTTP does not allow the request. Without a context: h11's errors quote the value.
    """

    def __init__(self, request: RawRequest, prefix: str, more: list[Any]) -> None:
        self._http = h11.Connection(h11.CLIENT, MAX_HEAD)
        self.responded = False
        body, headers = request.body, [*request.headers, *more]
        if body and not {"content-length", b"content-length"}.intersection(name.lower() for name, _ in headers):
            headers.append(("Content-Length", str(len(body))))
        with contextlib.suppress(h11.LocalProtocolError, UnicodeError):
            head = h11.Request(method=request.method, target=prefix + request.target, headers=headers)
            self.data = b"".join(self._http.send(one) or b"" for one in (head, h11.Data(body), h11.EndOfMessage()))
            return
        raise InvalidRequest

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
            BodyTooLarge: Its body is longer than MAX_BODY.
        """
        await connection.write(data, budget, "Write")
        status, body = 0, bytearray()
        headers: dict[str, str] = {}
        event: object = h11.NEED_DATA
        while type(event) is not h11.EndOfMessage:
            if event is h11.NEED_DATA:
                tls = connection.tls
                received = await (connection.read(budget, "Read") if tls is None else tls.read(connection, budget))
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
                if len(body) > MAX_BODY:
                    raise BodyTooLarge(RawResponse(status, headers, bytes(body[:MAX_BODY])))
            event = self._http.next_event()
        return RawResponse(status, headers, bytes(body))
