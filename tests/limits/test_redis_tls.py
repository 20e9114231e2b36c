"""The shared limit over TLS: a real handshake in front of a real Redis."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from leverset.errors import LimiterUnavailable
from leverset.limits.redis import RedisLimiter
from tests.limits.rates import rate
from tests.limits.server import RedisServer
from tests.limits.test_redis import MODES, acquire

# A key and certificate for localhost, made for tests and good for nothing else.
CERTIFICATE = Path(__file__).parents[1] / "localhost.pem"


@contextlib.contextmanager
def tls(path: str) -> Iterator[int]:
    """A port of localhost that speaks TLS and hands everything on to a socket file."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        store_reader, store_writer = await asyncio.open_unix_connection(path)
        await asyncio.gather(copy(reader, store_writer), copy(store_reader, writer))

    async def run(ready: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        ready.send(str(server.sockets[0].getsockname()[1]).encode())
        await asyncio.to_thread(ready.recv, 1)  # until the other end is closed
        server.close()

    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    thread = Thread(target=lambda: asyncio.run(run(theirs)))
    thread.start()
    try:
        yield int(ours.recv(10))
    finally:
        ours.close()
        thread.join(10)
        theirs.close()


@MODES
def test_tls_is_spoken_and_checked(server: RedisServer, mode: str) -> None:
    with server.limiter(namespace="tls"):
        pass
    with tls(server.url.removeprefix("unix://")) as port:
        address = f"rediss://localhost:{port}/0"
        with RedisLimiter(f"{address}?ssl_ca_certs={CERTIFICATE}", namespace="tls", timeout=2) as limiter:
            assert acquire(limiter, mode, rate(5, 1000)).age >= 0
        with RedisLimiter(address, namespace="tls", timeout=2) as limiter, pytest.raises(LimiterUnavailable) as caught:
            acquire(limiter, mode, rate(5, 1000))
    assert "certificate verify failed" in str(caught.value).lower()
