"""Connections of both kinds that look the same to a test; their servers are in tests/server.py."""

from __future__ import annotations

import asyncio
import socket
import time
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

import pytest

from leverset._http import _dial
from leverset._http._event_loop import AsyncConnection
from leverset._http._messages import ConnectionFailed, Origin, RawRequest, RawResponse
from leverset._http.connection import Connection, Connections
from tests.server import Arrived, Peer, Server, http
from tests.system.without_posix import WATCHING, gone

T = TypeVar("T")
SECRET = "passphrase-that-nobody-may-see"
OK = http(200, b'{"code":"0"}')
BOTH = pytest.mark.parametrize("kind", ["sync", "async"])
ALL = pytest.mark.parametrize("kind", ["sync", "async", "proactor"])
"""In event loops that watch no sockets too."""
SCHEMES = pytest.mark.parametrize("scheme", ["http", "https"])

__all__ = [
    "ALL",
    "BOTH",
    "OK",
    "SCHEMES",
    "SECRET",
    "Arrived",
    "Caller",
    "Opened",
    "Peer",
    "Server",
    "WatchesNothing",
    "finish",
    "http",
    "is_violation",
    "request",
    "until",
]


def request(method: str = "POST", target: str = "/path?a=1", body: bytes = b'{"a":"b"}', **more: str) -> RawRequest:
    """A request with a secret in a header and in its body."""
    if method == "POST":
        body = body + SECRET.encode()
    headers: list[tuple[str | bytes, str | bytes]] = [("Host", "localhost"), ("OK-ACCESS-PASSPHRASE", SECRET)]
    return RawRequest(method, target, [*headers, *more.items()], body if method == "POST" else b"")


def is_violation(error: ConnectionFailed) -> bool:
    """Whether it says that the server broke the protocol, rather than that the network failed."""
    return str(error).startswith(("ProtocolViolation: ", "RemoteProtocolError: "))


class Opened:
    """The connections that were opened since this was made, and are open; other tests may have left some."""

    def __init__(self) -> None:
        self._before = weakref.WeakSet(_dial.of_this_process)

    def __call__(self) -> list[Any]:
        """They."""
        return [one for one in _dial.of_this_process if one not in self._before and not one.closed]


async def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread does, or the event loop; 5 s at most."""
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it does not come about")


class WatchesNothing(asyncio.SelectorEventLoop):
    """An event loop that cannot watch sockets, as Windows' usual one."""


for _name in WATCHING:
    setattr(WatchesNothing, _name, gone(_name))


class Caller:
    """Sync or async, in a loop of its own, to be called in the same way; `sent` counts what began to be sent."""

    def __init__(self, kind: str, origin: Origin, proxy: Origin | None = None, **options: Any) -> None:
        self.sent = 0
        self.opened = Opened()
        self._clock = options.get("clock", time.monotonic)
        loop = WatchesNothing if kind == "proactor" else None
        self._runner = None if kind == "sync" else asyncio.Runner(loop_factory=loop)
        self.connections = Connections(Connection if kind == "sync" else AsyncConnection, origin, proxy, **options)

    def send(
        self, raw: RawRequest | None = None, *, seconds: float = 5, step: float = 5, on_send: Any = None
    ) -> RawResponse:
        """Send a request that has so many seconds."""

        def count() -> None:
            self.sent += 1
            if on_send is not None:
                on_send()

        deadline = self._clock() + seconds
        sending = self.connections.send(raw or request(), deadline=deadline, step_timeout=step, on_send=count)
        response: RawResponse = self.run(sending)
        return response

    def fail(self, text: str, *, late: bool = False, sent: int = 0, **how: Any) -> ConnectionFailed:
        """Send a request that must fail in this way, with so many that began to be sent in all."""
        with pytest.raises(ConnectionFailed) as caught:
            self.send(**how)
        assert (caught.value.late, self.sent) == (late, sent), caught.value
        assert text in str(caught.value), caught.value
        assert caught.value.__context__ is None
        return caught.value

    def close(self) -> None:
        """Close the connections."""
        self.connections.close()

    def spin(self) -> None:
        """Let the event loop see what has arrived; in sync there is none."""
        if self._runner is not None:
            self._runner.run(asyncio.sleep(0.01))

    def at_once(self, count: int) -> list[RawResponse]:
        """Send so many requests at the same time."""
        if self._runner is None:
            with ThreadPoolExecutor(count) as pool:
                return list(pool.map(lambda _: self.send(), range(count)))

        async def work() -> Any:
            deadline = self._clock() + 5
            sends = (
                self.connections.send(request(), deadline=deadline, step_timeout=5, on_send=lambda: None)
                for _ in range(count)
            )
            return await asyncio.gather(*sends)

        responses: list[RawResponse] = self._runner.run(work())
        return responses

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """Its event loop; None in sync."""
        return None if self._runner is None else self._runner.get_loop()

    @property
    def open_sockets(self) -> list[socket.socket]:
        """The sockets of the connections that are open."""
        return [one._socket for one in self.opened()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        if self._runner is not None:
            self._runner.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it; in async in the event loop."""
        return finish(work) if self._runner is None else self._runner.run(work)


def finish(steps: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that never waits for an event loop."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits")
