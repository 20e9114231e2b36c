"""A server on loopback that keeps what arrives, byte for byte, and responses what a test says."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, cast

from leverset import Credentials

CREDENTIALS = Credentials("test-key-0001", "Test+Secret/With=Base64==", "test pass!1")
SECRETS = (CREDENTIALS.api_key, CREDENTIALS.secret, CREDENTIALS.passphrase)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived; `at` is the moment on the monotonic clock."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    at: float

    def header(self, name: str) -> str | None:
        """A header's value, its name in any case; None where it did not arrive."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Respond = Callable[[Seen], tuple[int, Any]]


class Loopback:
    """Responds to every request with `response`: a status and JSON, or for a callable what it makes of the request."""

    def __init__(self, response: Any) -> None:
        self.seen: list[Seen] = []
        self._respond: Respond = response if callable(response) else lambda _: (200, response)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, seen: Seen) -> tuple[int, bytes]:
        """Keep a request; the status and body to respond with."""
        self.seen.append(seen)
        status, document = self._respond(seen)
        return status, json.dumps(document).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a kept-alive connection ends with its client
    owner: Loopback


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one piece
    disable_nagle_algorithm = True

    def _take(self) -> None:
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        seen = Seen(self.command, self.path, list(self.headers.items()), body, at)
        status, response = cast(_Server, self.server).owner.take(seen)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    do_GET = do_POST = _take  # noqa: N815 - the standard library's names

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


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
