"""Event loops: each has connections of its own, and one that ended leaves nothing behind, whoever closes what when."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leverset._http._event_loop import AsyncConnection, ProactorConnection
from leverset._http._messages import ConnectionsClosed
from leverset._http.connection import Connection, Connections
from tests.http.connections import OK, SCHEMES, Opened, Peer, Server, WatchesNothing, finish, http, request, until


class Numbered:
    """A server whose responses say which connection they came on; `ended` is what a test waits for."""

    def __init__(self, scheme: str = "http") -> None:
        self.ended: list[int] = []
        self._some = threading.Condition()
        self.server = Server(self._script, scheme=scheme)

    def wait_for_ends(self, *numbers: int) -> None:
        """Wait until these connections, and no others, were closed by the client."""
        with self._some:
            assert self._some.wait_for(lambda: len(self.ended) >= len(numbers), 5), self.ended
        assert sorted(self.ended) == list(numbers)

    def _script(self, peer: Peer) -> None:
        try:
            while peer.request():
                peer.send(http(200, str(peer.number).encode()))
        finally:
            with self._some:
                self.ended.append(peer.number)
                self._some.notify_all()


async def send(connections: Connections) -> bytes:
    """The body of a response."""
    response = await connections.send(request(), deadline=time.monotonic() + 5, step_timeout=5, on_send=lambda: None)
    return response.body


async def twice(connections: Connections) -> list[bytes]:
    """The bodies of two responses."""
    return [await send(connections), await send(connections)]


@SCHEMES
def test_one_object_serves_a_loop_after_another(scheme: str) -> None:
    numbered = Numbered(scheme)
    with numbered.server as server:
        connections = Connections(AsyncConnection, server.origin)
        for number in range(3):
            assert asyncio.run(twice(connections)) == [str(number).encode()] * 2
            numbered.wait_for_ends(*range(number))  # those of the loops that ended
            gc.collect()
        asyncio.run(connections.aclose())
        numbered.wait_for_ends(0, 1, 2)
        gc.collect()


def test_a_loop_that_goes_on_keeps_its_connection_while_others_come_and_go() -> None:
    numbered = Numbered()
    with numbered.server as server, asyncio.Runner() as first:
        connections = Connections(AsyncConnection, server.origin)
        assert first.run(twice(connections)) == [b"0", b"0"]
        for number in (b"1", b"2"):
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(asyncio.run, twice(connections)).result(5) == [number] * 2
            assert first.run(twice(connections)) == [b"0", b"0"]
        first.run(connections.aclose())
        numbered.wait_for_ends(0, 1, 2)


def test_many_loops_at_the_same_time_do_not_meet() -> None:
    numbered = Numbered()

    async def work(connections: Connections) -> set[bytes]:
        return {await send(connections) for _ in range(20)}

    with numbered.server as server, ThreadPoolExecutor(6) as pool:
        connections = Connections(AsyncConnection, server.origin)
        runs = [pool.submit(asyncio.run, work(connections)) for _ in range(12)]
        bodies = [run.result(20) for run in runs]
        assert all(len(body) == 1 for body in bodies)
        assert len(set[bytes]().union(*bodies)) == 12
        asyncio.run(connections.aclose())
        numbered.wait_for_ends(*range(12))


def test_closing_closes_the_connection_of_a_loop_that_stands_still() -> None:
    numbered = Numbered()
    with numbered.server as server, asyncio.Runner() as first:
        connections = Connections(AsyncConnection, server.origin)
        first.run(send(connections))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, connections.aclose()).result(5)
        numbered.wait_for_ends(0)
        with pytest.raises(ConnectionsClosed):
            first.run(send(connections))


def test_closing_what_belongs_to_a_loop_that_is_closed() -> None:
    numbered = Numbered()
    with numbered.server as server:
        connections = Connections(AsyncConnection, server.origin)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(send(connections))
        loop.close()
        asyncio.run(connections.aclose())
        numbered.wait_for_ends(0)


def test_a_loop_that_is_closed_in_the_middle_of_a_request_leaves_nothing() -> None:
    inside = threading.Event()
    ends: list[bytes] = []
    opened = Opened()

    def script(peer: Peer) -> None:
        peer.request()
        inside.set()
        ends.append(peer.rest())

    async def begin(connections: Connections) -> asyncio.Task[bytes]:
        task = asyncio.create_task(send(connections))
        await until(inside.is_set)
        return task

    with Server(script) as server:
        connections = Connections(AsyncConnection, server.origin)
        loop = asyncio.new_event_loop()
        task = loop.run_until_complete(begin(connections))
        loop.set_exception_handler(lambda *_: None)  # "Task was destroyed but it is pending"
        loop.close()
        del task, loop
        gc.collect()
        assert opened() == []
    assert ends == [b""]


@SCHEMES
def test_async_connections_that_nobody_closed_are_closed_with_their_owner(scheme: str) -> None:
    numbered = Numbered(scheme)

    async def work() -> None:
        connections = Connections(AsyncConnection, numbered.server.origin)
        await send(connections)
        gone = weakref.ref(connections)
        del connections
        gc.collect()
        assert gone() is None
        await asyncio.to_thread(numbered.wait_for_ends, 0)

    with numbered.server:
        asyncio.run(work())


@SCHEMES
def test_sync_connections_that_nobody_closed_are_closed_with_their_owner(scheme: str) -> None:
    numbered = Numbered(scheme)
    with numbered.server as server:
        connections = Connections(Connection, server.origin)
        finish(send(connections))
        del connections
        gc.collect()
        numbered.wait_for_ends(0)


def test_fifty_at_once_each_have_their_own() -> None:
    async def work(connections: Connections) -> list[bytes]:
        bodies = await asyncio.gather(*(send(connections) for _ in range(50)))
        await connections.aclose()
        return bodies

    with Server.answering(OK) as server:
        assert asyncio.run(work(Connections(AsyncConnection, server.origin))) == [b'{"code":"0"}'] * 50
    assert server.connections == 50


def test_a_loop_that_watches_no_sockets_has_one_socket_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one, with which it was tried, is closed before there is another."""
    made: list[socket.socket] = []

    class Alone(socket.socket):
        def __init__(self, *positional: Any) -> None:
            assert [one for one in made if one.fileno() != -1] == []
            super().__init__(*positional)
            made.append(self)

    async def work() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", Alone)
            connection = AsyncConnection.new(socket.AF_INET)
        assert isinstance(connection, ProactorConnection)
        connection.close()

    with asyncio.Runner(loop_factory=WatchesNothing) as runner:
        runner.run(work())
    assert [one.fileno() for one in made] == [-1, -1]
