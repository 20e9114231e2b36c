"""A server on loopback that speaks in bytes: what it responses is written out by the test, right or wrong."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.listener import Listener

Respond = Callable[[socket.socket, int], None]
"""What to do with the connection when its request, the given one from 1 on, has arrived whole. It is closed after."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request, as its bytes came."""

    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value by its name in any case; None where it is not there."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name.lower():
                return value.decode("latin-1").strip()
        return None


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A response, its Content-Length true unless another one is given."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class Raw(Listener):
    """Answers with bytes, or with what a function does; `arrived` is what came."""

    def __init__(self, response: bytes | Respond) -> None:
        super().__init__()
        self.arrived: list[Arrived] = []
        self._respond: Respond = (
            (lambda connection, _: connection.sendall(response)) if isinstance(response, bytes) else response
        )
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            arrived = read(connection)
            if arrived is None:
                return
            with self._lock:
                self.arrived.append(arrived)
                arrivals = len(self.arrived)
            self._respond(connection, arrivals)
            # An orderly end: what was sent arrives, and whatever the other side still says is heard.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


def read(connection: socket.socket) -> Arrived | None:
    """The next request of a connection; None where the other side went away."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    arrived = Arrived(head, body)
    missing = int(arrived.header("content-length") or "0") - len(body)
    while missing > 0:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
        missing -= len(more)
    return Arrived(head, body)
