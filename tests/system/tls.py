"""The sandbox behind TLS, for `localhost`: what speaks TLS on one side and plain HTTP on the other."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import httpx

from tests.fixtures import CERTIFICATE
from tests.server import Listener


class _Terminator(Listener):
    """Takes the TLS off each connection and passes it on."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._onward = (host, port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            with (
                self._context.wrap_socket(connection, server_side=True) as secure,
                socket.create_connection(self._onward, timeout=10) as onward,
            ):
                back = threading.Thread(target=_copy, args=(onward, secure), daemon=True)
                back.start()
                _copy(secure, onward)
                back.join(10)


def _copy(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes until it ends, and then the end."""
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def through_tls(url: str) -> Iterator[str]:
    """An https:// address of a server that speaks plain HTTP."""
    where = httpx.URL(url)
    with _Terminator(where.host, where.port or 80) as terminator:
        yield f"https://localhost:{terminator.port}"
