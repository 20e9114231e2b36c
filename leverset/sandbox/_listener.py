"""The server: uvicorn's HTTP/1.1 protocol on a loopback socket, on an event loop in a thread of its own."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_T = TypeVar("_T")
_KEEP_ALIVE = 60  # seconds an idle connection stays open
_BACKLOG = 2048
_ONE_SERVER: int = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
"""A port is used again at once, and by one server only; on Windows SO_REUSEADDR would let two have it."""


class _Protocol(H11Protocol):
    """Passes the connection to the application: a fault cuts it at the socket, below HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn itself has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}  # arrives as scope["state"]


def loopback_socket(host: str, port: int) -> socket.socket:
    """Bind a listening socket.

    Raises:
        ValueError: The address is not a loopback address.
        OSError: The port is taken.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the sandbox listens on loopback addresses only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it says TCP; with it on,
    # every response waits 40 ms for an acknowledgement between its headers and its body.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, _ONE_SERVER, 1)
        bound.bind((host, port))
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


class Listener:
    """Serves an ASGI application until it is closed.

    uvicorn's own Server takes tenths of a second to stop, and waits for its clients.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        self._config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE,
        )
        self._config.load()
        self._bound = bound
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leverset-sandbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def open(self) -> None:
        """Start; returns once connections are accepted."""
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Stop; returns once every connection, the socket and the thread are gone."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def call(self, function: Callable[[], _T], then: Callable[[], None]) -> _T:
        """Run two functions on the server's thread, where nothing else touches what they read or change.

        Returns:
            The first one's result. Where the server has stopped, it is run alone, on this thread.
        """
        loop = self._loop
        if loop is None:
            return function()

        async def run() -> _T:
            try:
                return function()
            finally:
                then()

        return asyncio.run_coroutine_threadsafe(run(), loop).result()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        state = ServerState()
        server = await loop.create_server(
            lambda: _Protocol(self._config, state, {}), sock=self._bound, backlog=_BACKLOG
        )
        self._loop = loop
        self._ready.set()
        await self._stop.wait()
        self._loop = None
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # connections learn that they are lost before their requests are cancelled
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
