"""What only connecting needs: addresses of a name, the proxy's tunnel, the TLS handshake."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import h11

from leverset import _fork
from leverset._http._messages import (
    MAX_HEAD,
    ConnectionFailed,
    ConnectionsClosed,
    Origin,
    failed,
    is_of_the_network,
    spoke_first,
)
from leverset._http._tls import Tls

if TYPE_CHECKING:
    from leverset._http.attempt import Budget
    from leverset._http.connection import Connection

Address = tuple[int, Any]
"""An address family, and an address as `socket.connect` takes it."""
Resolver = Callable[[str, int], Sequence[Address]]
"""From a host and a port to addresses, in the order in which to try them. Runs in a daemon thread."""


def system_resolver(host: str, port: int, flags: int = 0) -> Sequence[Address]:
    """What the system says."""
    name = host.encode("ascii")  # a text would go through a codec that Python imports when it is first used
    return [(one[0], one[4]) for one in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=flags)]


class Dialer:
    """Opens connections to an origin, through the proxy if there is one, until it is closed.

    Args:
        kind: What a connection is, sync or async.
        origin: Where they lead.
        proxy: Through which proxy; None is none.
        resolver: From a name to addresses, in a daemon thread; IP addresses do not need it.

    Attributes:
        closed: Whether it opens no other connection.
        prefix: What stands before the target of each request.
        headers: Headers that each request has as well.
    """

    def __init__(self, kind: type[Connection], origin: Origin, proxy: Origin | None, resolver: Resolver) -> None:
        self._kind, self._origin, self._proxy, self._resolver = kind, origin, proxy, resolver
        self.closed = False
        self.prefix, self.headers = "", list[Any]()
        if proxy is not None and origin.scheme == "http":  # it reads the requests, and else passes on TLS
            self.prefix, self.headers = f"http://{origin.authority}", proxy.headers

    async def open(self, budget: Budget) -> Connection:
        """A connection that is ready for a request to the origin.

        Raises:
            ConnectionsClosed: It is closed.
            ConnectionFailed: There is no address, the proxy refused, or somebody sent what nobody asked for.
            OSError: The network or TLS failed.
            h11.RemoteProtocolError: The proxy sent what is no response.
        """
        connection = await self._connect(budget)
        if self._origin.scheme == "https":
            try:
                await self._secure(connection, budget)
            except BaseException:
                connection.close()
                raise
        return connection

    async def _connect(self, budget: Budget) -> Connection:
        addresses = deque(await self._addresses(budget))
        while True:
            if self.closed:
                raise ConnectionsClosed
            family, address = addresses.popleft()
            connection = None
            try:
                connection = self._kind.new(family)
                of_this_process.add(connection)
                await connection.connect(address, budget, len(addresses) + 1)
            except BaseException as error:
                if connection is not None:
                    connection.close()
                if not addresses or not is_of_the_network(error):
                    raise
            else:
                return connection

    async def _addresses(self, budget: Budget) -> Sequence[Address]:
        """The addresses of the host, from a thread that can be left behind: the system's resolver knows no deadline.

        It is not one of the event loop's executor, for which `asyncio.run` waits at its end.
        """
        peer = self._proxy or self._origin
        with contextlib.suppress(socket.gaierror, UnicodeError):  # it is a name
            return system_resolver(peer.host, peer.port, socket.AI_NUMERICHOST)
        seconds = budget.left("Resolve")
        outcome: Future[Sequence[Address] | BaseException] = Future()
        outcome.set_running_or_notify_cancel()  # from here on nobody can cancel it, and the thread can always set it

        def run() -> None:
            try:
                outcome.set_result(self._resolver(peer.host, peer.port))
            except BaseException as error:  # handed over to whoever waits
                outcome.set_result(error)

        threading.Thread(target=run, name="leverset-resolver", daemon=True).start()
        if self._kind.loop() is None:
            found = outcome.result(seconds)
        else:
            import asyncio

            async with asyncio.timeout(seconds):  # Python 3.11: `wait_for` loses a cancellation that comes with it
                found = await asyncio.wrap_future(outcome)
        if isinstance(found, BaseException):
            raise failed(found, "Resolve") if isinstance(found, (OSError, UnicodeError)) else found
        if not found:
            raise ConnectionFailed("ResolveError: the host has no address")
        return found

    async def _secure(self, connection: Connection, budget: Budget) -> None:
        """Go through the proxy, if there is one, and make the TLS handshake with the origin."""
        if self._proxy is not None:
            await self._open_tunnel(self._proxy, connection, budget)
        budget.left("Handshake")
        tls = Tls(self._origin.host)
        while not tls.shake_hands():
            await connection.write(tls.outgoing.read(), budget, "Handshake")
            tls.receive(await connection.read(budget, "Handshake"))
        if tls.decrypt():  # an end, or a part of something, is seen where each connection is looked at
            raise spoke_first()
        connection.tls = tls

    async def _open_tunnel(self, proxy: Origin, connection: Connection, budget: Budget) -> None:
        http = h11.Connection(h11.CLIENT, MAX_HEAD)
        headers: Any = [("Host", self._origin.authority), *proxy.headers]
        head = http.send(h11.Request(method="CONNECT", target=self._origin.authority, headers=headers))
        await connection.write(head or b"", budget, "Tunnel")
        while not isinstance(event := http.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                if not (received := await connection.read(budget, "Tunnel")):
                    what = "ConnectionClosed: the proxy closed the connection instead of opening a tunnel"
                    raise ConnectionFailed(what)
                http.receive_data(received)
        if event.status_code >= 300:
            raise ConnectionFailed(f"ProxyRefused: the proxy answered CONNECT with status {event.status_code}")
        if http.trailing_data != (b"", False):
            raise spoke_first()


of_this_process: weakref.WeakSet[Connection] = weakref.WeakSet()
"""For a child process, whose copies are closed. The parent's stay open, since nothing is shut down."""


def _in_child() -> None:
    for connection in list(of_this_process):
        connection.close()  # an event loop that is inherited is shared with the parent, and left alone


_fork.register_at_fork(after_in_child=_in_child)
