"""The sandbox behind TLS, for `localhost`: what speaks TLS on one side and plain HTTP on the other."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator

import httpx

from tests.fixtures import CERTIFICATE


class _Terminator:
    """Takes the TLS off each connection and passes it on.

    In one event loop: OpenSSL's state of a connection may not be read and written by two threads at once.
    """

    def __init__(self, host: str, port: int) -> None:
        self._onward = (host, port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    async def _open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            onward, back = await asyncio.open_connection(*self._onward)
            writers.append(back)
            await asyncio.gather(_copy(reader, back), _copy(onward, writer))
        finally:
            for each in writers:
                each.transport.abort()  # what there was to say has been said

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(3):  # an aborted transport closes its socket in the next round of the loop
            await asyncio.sleep(0)

    def __enter__(self) -> _Terminator:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(self._server), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends, and then the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@contextlib.contextmanager
def through_tls(url: str) -> Iterator[str]:
    """An https:// address of a server that speaks plain HTTP."""
    where = httpx.URL(url)
    with _Terminator(where.host, where.port or 80) as terminator:
        yield f"https://localhost:{terminator.port}"
