"""Servers on loopback: bytes that a test writes out, JSON, or nothing at all."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from leverset._http._messages import Origin
from tests.fixtures import CERTIFICATE


def carry(one: socket.socket, other: socket.socket, *, end: bytes | None = None) -> None:
    """Carry bytes both ways until either side is done, says `end`, or nobody has said anything for 20 s."""
    while True:
        ready, _, _ = select.select([one, other], [], [], 20)
        for side in ready:
            data = side.recv(65536)
            if not data or (end is not None and end in data):
                return
            (other if side is one else one).sendall(data)
        if not ready:
            return


class Listener(ABC):
    """`connections` is how many there were so far, `port` where it listens."""

    port: int

    def __init__(self) -> None:
        self.connections = 0
        self._threads: list[threading.Thread] = []

    @abstractmethod
    def _serve(self, connection: socket.socket, number: int) -> None:
        """Serve one connection, the given one from 0 on, and close it."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def stop(self) -> None:
        """Listen no more; connections that are there go on."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection, self.connections - 1)


Respond = Callable[[socket.socket, int], None]
"""What to do with the connection when its request, the given one from 1 on, has arrived whole. It is closed after."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request, as its bytes came."""

    head: bytes
    body: bytes
    at: float = field(default_factory=time.monotonic)
    """When it had arrived, on the monotonic clock."""

    @property
    def method(self) -> str:
        """The method."""
        return self.head.split(b" ", 1)[0].decode("ascii")

    @property
    def target(self) -> str:
        """The path with its query."""
        return self.head.split(b" ", 2)[1].decode("ascii")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in order."""
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return [(name.decode("latin-1"), value.decode("latin-1").strip()) for name, _, value in lines]

    def header(self, name: str) -> str | None:
        """A header's value by its name in any case; None where it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A response, its Content-Length true unless another one is given."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def silent(connection: socket.socket, _: int) -> None:
    """Respond to nothing, until the client goes away."""
    connection.recv(1)


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


class Loopback(Listener):
    """Responds to every request with JSON: `respond` itself with status 200, or the status and JSON that it returns.

    `seen` are the requests.
    """

    def __init__(self, respond: Any) -> None:
        super().__init__()
        self.seen: list[Arrived] = []
        self._respond: Callable[[Arrived], tuple[int, Any]] = respond if callable(respond) else lambda _: (200, respond)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(ConnectionError):
            while (arrived := read(connection)) is not None:
                self.seen.append(arrived)
                status, document = self._respond(arrived)
                connection.sendall(http(status, json.dumps(document).encode(), "Content-Type: application/json"))


class Untouched:
    """A listening socket that nobody may connect to: leaving it fails when somebody did."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        return self

    def __exit__(self, *_: object) -> None:
        # The kernel completes a connection to a listening socket at once: if there was one, it waits here.
        self._socket.setblocking(False)
        try:
            connection, _address = self._socket.accept()
        except BlockingIOError:
            return
        finally:
            self._socket.close()
        connection.close()
        raise AssertionError("somebody connected")

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"


class Peer:
    """One connection of a server, the given one from 0 on."""

    def __init__(self, connection: socket.socket, number: int, server: Server) -> None:
        self.socket, self.number, self._server = connection, number, server

    def request(self) -> Arrived | None:
        """The next request; None where the client went away."""
        arrived = read(self.socket)
        if arrived is not None:
            self._server.arrived.append(arrived)
        return arrived

    def send(self, data: bytes) -> None:
        """Send it as it is."""
        self.socket.sendall(data)

    def drip(self, piece: bytes, every: float = 0.02) -> None:
        """Send it again and again, until the client goes away or the test is over."""
        with contextlib.suppress(OSError):
            while not self._server.over.wait(every):
                self.socket.sendall(piece)

    def silence(self) -> None:
        """Read nothing and say nothing until the test is over."""
        self._server.over.wait(10)

    def rest(self) -> bytes:
        """Whatever the client still sends before it goes away."""
        data = b""
        with contextlib.suppress(OSError):
            while more := self.socket.recv(65536):
                data += more
        return data


class Server(Listener):
    """Runs a script for every connection, over TLS if it is told so; `arrived` are the requests.

    `problems` are what TLS and scripts failed with.
    """

    def __init__(self, script: Callable[[Peer], object], *, scheme: str = "http") -> None:
        super().__init__()
        self.arrived: list[Arrived] = []
        self.problems: list[Exception] = []
        self.over = threading.Event()
        self.scheme: Any = scheme
        self._script = script
        if scheme == "https":
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(CERTIFICATE)

    @classmethod
    def answering(cls, *responses: bytes, scheme: str = "http") -> Server:
        """Each request of a connection is answered by the next response, the last one for ever."""

        def script(peer: Peer) -> None:
            remaining = list(responses)
            while peer.request():
                peer.send(remaining.pop(0) if len(remaining) > 1 else remaining[0])

        return cls(script, scheme=scheme)

    @property
    def origin(self) -> Origin:
        """Where it is."""
        return Origin(self.scheme, "localhost" if self.scheme == "https" else "127.0.0.1", self.port)

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        super().__exit__(*problem)

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.scheme == "https":
                connection = self.context.wrap_socket(connection, server_side=True)
            self._script(Peer(connection, number, self))
        except OSError as problem:
            self.problems.append(problem)
        finally:
            connection.close()
