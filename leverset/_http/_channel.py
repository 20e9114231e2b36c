"""What only connecting needs: addresses of a name, the proxy's tunnel, the TLS handshake."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import h11

from leverset._http._messages import ConnectionFailed, Origin, ProxyAddress, failed, spoke_first
from leverset._http._socket import MAX_HEAD, Budget, Connection, encoded
from leverset._http._tls import Tls

Address = tuple[int, Any]
"""An address family, and an address as `socket.connect` takes it."""
Resolver = Callable[[str, int], Sequence[Address]]
"""From a host and a port to addresses, in the order in which to try them. Runs in a daemon thread."""


def system_resolver(host: str, port: int, flags: int = 0) -> Sequence[Address]:
    """What the system says."""
    return [(one[0], one[4]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)]


async def resolve(resolver: Resolver, peer: Origin | ProxyAddress, budget: Budget, *, sync: bool) -> Sequence[Address]:
    """The addresses of a host, from a thread that can be left behind: the system's resolver knows no deadline.

    It is not one of the event loop's executor, for which `asyncio.run` waits at its end.

    Raises:
        ConnectionFailed: The resolver says that there are none.
        TimeoutError: It says nothing in time.
    """
    with contextlib.suppress(socket.gaierror, UnicodeError):  # it is a name
        return system_resolver(peer.host, peer.port, socket.AI_NUMERICHOST)
    seconds = budget.left("Resolve")
    outcome: Future[Sequence[Address] | BaseException] = Future()
    outcome.set_running_or_notify_cancel()  # from here on nobody can cancel it, and the thread can always set it

    def run() -> None:
        try:
            outcome.set_result(resolver(peer.host, peer.port))
        except BaseException as error:  # handed over to whoever waits
            outcome.set_result(error)

    threading.Thread(target=run, name="leverset-resolver", daemon=True).start()
    if sync:
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


async def secure(connection: Connection, origin: Origin, proxy: ProxyAddress | None, budget: Budget) -> None:
    """Go through the proxy, if there is one, and make the TLS handshake with the origin.

    Raises:
        ConnectionFailed: The proxy refused, or somebody sent what nobody asked for.
        OSError: The network or TLS failed.
        h11.RemoteProtocolError: The proxy sent what is no response.
    """
    if proxy is not None:
        await _open_tunnel(connection, origin, proxy, budget)
    budget.left("Handshake")
    tls = Tls(origin.host)
    while not tls.shake_hands():
        await connection.write(tls.outgoing.read(), budget, "Handshake")
        tls.receive(await connection.read(budget, "Handshake"))
    if tls.decrypt() or not tls.is_quiet:
        raise spoke_first()
    connection.tls = tls


async def _open_tunnel(connection: Connection, origin: Origin, proxy: ProxyAddress, budget: Budget) -> None:
    headers = [("Host", origin.authority), *proxy.headers]
    http = h11.Connection(h11.CLIENT, MAX_HEAD)
    await connection.write(encoded(http, "CONNECT", origin.authority, headers), budget, "Tunnel")
    while not isinstance(event := http.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            if not (received := await connection.read(budget, "Tunnel")):
                raise ConnectionFailed("ConnectionClosed: the proxy closed the connection instead of opening a tunnel")
            http.receive_data(received)
    if not 200 <= event.status_code < 300:
        raise ConnectionFailed(f"ProxyRefused: the proxy answered CONNECT with status {event.status_code}")
    if http.trailing_data != (b"", False):
        raise spoke_first()
