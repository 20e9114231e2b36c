"""Which connection a request goes out on: the last one used, unless anything but its response ever arrived on it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from leverset._http import connection
from leverset._http._messages import ConnectionsClosed, Origin
from tests.clock import Clock
from tests.http.connections import ALL, BOTH, OK, SCHEMES, Caller, Peer, Server, http, is_violation

WRONG = http(200, b"the response to nothing")
END, RESET = b"<end>", b"<reset>"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        http(200, b"{}") + WRONG,
        http(200, b"{}") + b"\r\n",
        http(200, b"{}") + b"H",
    ],
)
@SCHEMES
@BOTH
def test_a_connection_that_takes_no_other_request_is_closed(kind: str, scheme: str, answer: bytes) -> None:
    with Server.answering(answer, scheme=scheme) as server, Caller(kind, server.origin) as calling:
        for _ in range(2):
            assert calling.send().body == b"{}"
            assert calling.open_sockets == []
    assert server.connections == 2


@BOTH
def test_a_body_until_the_end_of_the_connection_is_read(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf, ")
        peer.send(b"and half")

    with Server(script) as server, Caller(kind, server.origin) as calling:
        assert [calling.send().body for _ in range(2)] == [b"half, and half"] * 2
    assert server.connections == 2


def _say(peer: Peer, more: bytes) -> None:
    if more in (END, RESET):
        if more == RESET:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.socket.close()
    else:
        peer.send(more)


class Talkative:
    """A server that says something after its first response, when it is told to."""

    def __init__(self, more: bytes, scheme: str) -> None:
        self._say, self._said = threading.Event(), threading.Event()
        self._more = more
        self.server = Server(self._script, scheme=scheme)

    def speak(self) -> None:
        """Say it; it has arrived when this returns, since this is loopback."""
        self._say.set()
        assert self._said.wait(5)

    def _script(self, peer: Peer) -> None:
        while peer.request():
            peer.send(OK)
            if peer.number == 0:
                assert self._say.wait(5)
                _say(peer, self._more)
                self._said.set()


@pytest.mark.parametrize("more", [WRONG, b"H", END, RESET])
@pytest.mark.parametrize("spin", [False, True])
@SCHEMES
@ALL
def test_what_arrives_while_a_connection_is_idle_is_no_response(
    kind: str, scheme: str, spin: bool, more: bytes
) -> None:
    talkative = Talkative(more, scheme)
    with talkative.server as server, Caller(kind, server.origin) as calling:
        calling.send()
        talkative.speak()
        if spin:
            calling.spin()
            assert len(calling.open_sockets) == 1
        with contextlib.ExitStack() as others:
            for other in socket.socketpair():  # it may have the number that the closed one had
                others.enter_context(other)
            for _ in range(2):
                assert calling.send().body == b'{"code":"0"}'
        assert len(calling.open_sockets) == 1
    assert (server.connections, [arrived.body != b"" for arrived in server.arrived]) == (2, [True] * 3)


@BOTH
def test_what_arrives_right_before_a_request_is_sent_is_seen(kind: str) -> None:
    """The socket is looked at after the clock was: the last thing before `on_send`."""
    talkative = Talkative(WRONG, "http")
    clock = _Speaking(talkative)
    with talkative.server as server, Caller(kind, server.origin, clock=clock) as calling:
        calling.send()
        clock.after = 3  # the deadline, the stack, the last look at the time left
        assert calling.send().body == b'{"code":"0"}'
    assert clock.after == 0
    assert server.connections == 2


class _Speaking:
    """A clock that makes the server speak when it is asked for the time so many times."""

    def __init__(self, talkative: Talkative) -> None:
        self.after = 0
        self._talkative = talkative

    def __call__(self) -> float:
        if self.after:
            self.after -= 1
            if not self.after:
                self._talkative.speak()
        return 1.0


@pytest.mark.parametrize("more", [WRONG, b"H", END, RESET])
@ALL
def test_a_server_that_speaks_first_gets_no_request(kind: str, more: bytes) -> None:
    spoken = threading.Event()

    def script(peer: Peer) -> None:
        _say(peer, more)
        spoken.set()
        peer.rest()

    def clock() -> float:
        for ours in calling.open_sockets:
            with contextlib.suppress(OSError):
                ours.getpeername()
                assert spoken.wait(5)
        return 1.0

    with Server(script) as server, Caller(kind, server.origin, clock=clock) as calling:
        error = calling.fail(
            "" if more == RESET else "the server sent something, or closed, before the request was sent"
        )
        assert is_violation(error) or more == RESET  # it may be seen while connecting
        assert calling.open_sockets == []
    assert server.arrived == []


class Held:
    """A server that answers the requests of its first connections together, or in the order that a test says."""

    def __init__(self, count: int) -> None:
        self.used: list[int] = []
        self._barrier = threading.Barrier(count)
        self.server = Server(self._script)

    def _script(self, peer: Peer) -> None:
        first = True
        while peer.request():
            self.used.append(peer.number)
            if first:
                self._barrier.wait(5)
                first = False
            peer.send(OK)


@BOTH
def test_the_last_connection_used_is_the_next_one(kind: str) -> None:
    held = Held(3)
    with held.server as server, Caller(kind, server.origin) as calling:
        calling.at_once(3)
        for _ in range(5):
            calling.send()
        assert len(calling.open_sockets) == 3
    assert len(set(held.used[3:])) == 1


@ALL
def test_no_more_than_so_many_idle_connections_are_kept(kind: str) -> None:
    held = Held(connection.MAX_IDLE + 5)
    with held.server as server, Caller(kind, server.origin) as calling:
        assert len(calling.at_once(connection.MAX_IDLE + 5)) == connection.MAX_IDLE + 5
        assert len(calling.open_sockets) == connection.MAX_IDLE


@BOTH
def test_an_idle_connection_is_kept_for_so_long(kind: str) -> None:
    clock = Clock()
    with Server.answering(OK) as server, Caller(kind, server.origin, clock=clock) as calling:
        for seconds, connections in ((0, 1), (connection.IDLE_SECONDS - 1, 1), (connection.IDLE_SECONDS + 1, 2)):
            clock.now += seconds
            calling.send()
            assert (server.connections, len(calling.open_sockets)) == (connections, 1)


@BOTH
def test_connections_that_are_needed_no_more_expire_below_the_ones_that_are(kind: str) -> None:
    held, clock = Held(3), Clock()
    with held.server as server, Caller(kind, server.origin, clock=clock) as calling:
        calling.at_once(3)
        for _ in range(2):
            clock.now += connection.IDLE_SECONDS * 0.6
            calling.send()
        assert len(calling.open_sockets) == 1
        calling.send()
    assert server.connections == 3


def test_the_last_idle_connection_may_be_gone_when_it_is_looked_at() -> None:
    """Another thread took it while one that expired was closed."""
    stack: Any = connection.Stack()
    stack.append(SimpleNamespace(idle_since=-connection.IDLE_SECONDS, close=stack.clear))
    connection.put(stack, SimpleNamespace(), 0.0)  # type: ignore[arg-type] # it is not looked at
    assert list(stack) == []


@ALL
def test_what_is_closed_is_closed(kind: str) -> None:
    ends: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        ends.append(peer.rest())

    with Server(script) as server, Caller(kind, server.origin) as calling:
        calling.send()
        for _ in range(2):
            calling.close()
        assert calling.open_sockets == []
        with pytest.raises(ConnectionsClosed, match="the connections are closed"):
            calling.send()
    assert (ends, len(server.arrived), calling.sent) == ([b""], 1, 1)


@BOTH
def test_a_request_under_way_while_they_are_closed_gets_its_response(kind: str) -> None:
    ends: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.request()
        calling.connections.close()
        peer.send(OK)
        ends.append(peer.rest())

    with Server(script) as server, Caller(kind, server.origin) as calling:
        assert calling.send().status == 200
        assert calling.open_sockets == []
        with pytest.raises(ConnectionsClosed):
            calling.send()
    assert ends == [b""]


@BOTH
def test_a_request_that_has_not_begun_when_they_are_closed_is_not_sent(kind: str) -> None:
    with Server.answering(OK, scheme="https") as server, Caller(kind, server.origin) as calling:
        server.context.sni_callback = lambda *_: calling.connections.close()
        with pytest.raises(ConnectionsClosed):
            calling.send()
        assert calling.open_sockets == []
    assert (server.connections, server.arrived, calling.sent) == (1, [], 0)


@BOTH
def test_nothing_is_connected_to_any_more_once_they_are_closed(kind: str) -> None:
    with Server.answering(OK) as server:
        origin = Origin("http", "exchange.test", server.port)

        def resolver(*_: object) -> Any:
            calling.connections.close()
            return [(2, ("127.0.0.1", server.port))]

        with Caller(kind, origin, resolver=resolver) as calling, pytest.raises(ConnectionsClosed):
            calling.send()
    assert (server.connections, calling.sent) == (0, 0)


def test_many_threads_share_them() -> None:
    with Server.answering(OK) as server, Caller("sync", server.origin) as calling:
        threads = [threading.Thread(target=lambda: [calling.send() for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(server.arrived) == 400
        assert server.connections <= 8 + 2
