"""A proxy in front of stores: each new connection may lead to another one, or end in the middle of a command."""

from __future__ import annotations

import contextlib
import socket

from tests.server import Listener, carry

CUT = 0
"""Instead of a port: the connection ends as soon as a script is run."""


class Proxy(Listener):
    """Leads the first connection to the first port, the next one to the next, and all others to the last."""

    def __init__(self, *ports: int) -> None:
        super().__init__()
        self._ports = ports

    @property
    def url(self) -> str:
        """What a limiter is given."""
        return f"redis://127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket, number: int) -> None:
        """Carry bytes both ways until either side is done."""
        port = self._ports[min(number, len(self._ports) - 1)]
        cut = port == CUT
        port = next(other for other in self._ports if other != CUT) if cut else port
        with connection, socket.create_connection(("127.0.0.1", port)) as store, contextlib.suppress(OSError):
            carry(connection, store, end=b"EVALSHA" if cut else None)
