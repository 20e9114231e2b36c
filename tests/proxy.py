"""An HTTP proxy on this machine."""

from __future__ import annotations

import socket

import httpx

from tests.server import Raw, carry, http


class Proxy:
    """A proxy that does what `CONNECT` or a whole address says, where its user is the right one."""

    def __init__(self, user: str | None = None, *, status: int = 200) -> None:
        self.heads: list[bytes] = []
        self._user, self._status = user, status
        self.server = Raw(self._respond)

    def _respond(self, connection: socket.socket, number: int) -> None:
        arrived = self.server.arrived[number - 1]
        self.heads.append(arrived.head)
        method, target, _ = arrived.head.split(b"\r\n")[0].decode().split(" ")
        if self._user is not None and arrived.header("proxy-authorization") != self._user:
            connection.sendall(http(407, b"who are you?"))
            return
        if method == "CONNECT" and self._status != 200:
            connection.sendall(http(self._status, b""))
            return
        where = httpx.URL(f"//{target}") if method == "CONNECT" else httpx.URL(target)
        with socket.create_connection((where.host, where.port or 80), timeout=10) as onward:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                carry(connection, onward)
            else:
                first, *headers = arrived.head.replace(target.encode(), where.raw_path, 1).split(b"\r\n")
                kept = [each for each in headers if not each.lower().startswith((b"proxy-", b"connection:"))]
                head = b"\r\n".join([first, *kept, b"Connection: close"])  # one request a connection
                onward.sendall(head + b"\r\n\r\n" + arrived.body)
                carry(connection, onward)
