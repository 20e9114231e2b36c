"""A way to a store that leads somewhere else with each new connection, or ends in the middle of a question."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Self

CUT = 0
"""Instead of a port: the connection ends as soon as a script is asked for."""


class Proxy:
    """Leads the first connection to the first port, the next one to the next, and all others to the last."""

    def __init__(self, *ports: int) -> None:
        self.connections = 0
        self._ports = ports
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}"
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

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
            port = self._ports[min(self.connections, len(self._ports) - 1)]
            self.connections += 1
            self._start(self._carry, connection, port)

    def _carry(self, connection: socket.socket, port: int) -> None:
        """Carry bytes both ways until either side is done."""
        cut = port == CUT
        port = next(other for other in self._ports if other != CUT) if cut else port
        with connection, socket.create_connection(("127.0.0.1", port)) as store, selectors.DefaultSelector() as ready:
            ready.register(connection, selectors.EVENT_READ, store)
            ready.register(store, selectors.EVENT_READ, connection)
            with contextlib.suppress(OSError):
                while True:
                    for key, _ in ready.select(20):
                        data = key.fileobj.recv(65536)  # type: ignore[union-attr] # a socket
                        if not data or (cut and b"EVALSHA" in data):
                            return
                        key.data.sendall(data)
