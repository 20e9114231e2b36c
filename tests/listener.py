"""A port of loopback whose every connection is served in a thread of its own, all of them waited for at the end."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self


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
    """`connections` is how many there were so far."""

    def __init__(self) -> None:
        self.connections = 0
        self._threads: list[threading.Thread] = []

    @abstractmethod
    def _serve(self, connection: socket.socket, number: int) -> None:
        """Serve one connection, the given one from 0 on, and close it."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._socket.getsockname()[1])

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
