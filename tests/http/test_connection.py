"""One request and its response: what is sent, what counts as a response, what ends in which failure."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import struct
import time
import types
import weakref
from typing import Any

import pytest

from leverset._http import connection
from leverset._http._messages import (
    BodyTooLarge,
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    Origin,
    RawRequest,
)
from tests.http.connections import ALL, BOTH, OK, SCHEMES, SECRET, Caller, Peer, Server, http, is_violation, request
from tests.system.leaks import chain

HEAD = b"HTTP/1.1 200 OK\r\n"


@SCHEMES
@ALL
def test_a_request_arrives_as_it_was_given(kind: str, scheme: str) -> None:
    answer = http(200, b"{}", "X-One: 1", "x-one: 2", "Content-Type: application/json")
    with Server.answering(answer, scheme=scheme) as server, Caller(kind, server.origin) as calling:
        response = calling.send(request(X_Two="2"))
        calling.send(request("GET", "/get"))
    assert (response.status, response.body) == (200, b"{}")
    assert response.headers == {"x-one": "1, 2", "content-type": "application/json", "content-length": "2"}
    post, get = server.arrived
    assert post.head.split(b"\r\n") == [
        b"POST /path?a=1 HTTP/1.1",
        b"Host: localhost",
        b"OK-ACCESS-PASSPHRASE: " + SECRET.encode(),
        b"X_Two: 2",
        b"Content-Length: %d" % len(post.body),
    ]
    assert post.body == b'{"a":"b"}' + SECRET.encode()
    assert (get.head.split(b"\r\n")[0], get.body) == (b"GET /get HTTP/1.1", b"")
    assert get.header("content-length") is None
    assert (server.connections, calling.sent) == (1, 2)


@BOTH
def test_a_content_length_that_is_given_stays_the_only_one(kind: str) -> None:
    raw = RawRequest("POST", "/", [(b"Host", b"h"), (b"content-length", b"2")], b"{}")
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        calling.send(raw)
    assert server.arrived[0].head.lower().count(b"content-length") == 1


@BOTH
def test_head_and_body_are_one_packet_and_wait_for_no_acknowledgement(kind: str) -> None:
    packets = []

    def script(peer: Peer) -> None:
        packets.append(peer.socket.recv(65536))
        peer.send(OK)
        peer.rest()

    with Server(script) as server, Caller(kind, server.origin) as calling:
        calling.send()
        [ours] = calling.open_sockets
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    assert packets[0].startswith(b"POST")
    assert packets[0].endswith(SECRET.encode())


FRAMINGS = {
    "length": (HEAD + b"Content-Length: 4\r\n\r\nbody", b"body"),
    "chunked": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nbo\r\n2\r\ndy\r\n0\r\nX: y\r\n\r\n", b"body"),
    "informational": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\n" * 50 + OK,
        b'{"code":"0"}',
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
    "big head": (HEAD + b"X: " + b"x" * 90_000 + b"\r\nContent-Length: 0\r\n\r\n", b""),
}


@pytest.mark.parametrize("framing", FRAMINGS)
@BOTH
def test_a_body_is_what_its_framing_says_and_the_connection_goes_on(kind: str, framing: str) -> None:
    answer, body = FRAMINGS[framing]
    with Server.answering(answer) as server, Caller(kind, server.origin) as calling:
        assert [calling.send().body, calling.send().body] == [body, body]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"", "ConnectionClosed: the server closed the connection without a response"),
        (b"HTTP/1.1 102 Processing\r\n\r\n", "ConnectionClosed"),
        (b"HTTP/1.1 200 O", "RemoteProtocolError: peer unexpectedly closed"),
        (HEAD + b"Content-Length: 5\r\n\r\nbody", "received 4 bytes, expected 5"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", "incomplete chunked read"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n", "peer"),
    ],
)
@ALL
def test_a_response_that_is_cut_off_is_a_failure(kind: str, answer: bytes, text: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer)

    with Server(script) as server, Caller(kind, server.origin) as calling:
        calling.fail(text, sent=1)
        assert calling.open_sockets == []
    assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"220 smtp.example ESMTP\r\n\r\n", "RemoteProtocolError: illegal status line"),
        (b"\x15\x03\x01\x00\x02\x02\x16", "RemoteProtocolError: illegal"),
        (HEAD + f"{SECRET}\r\n\r\n".encode(), "RemoteProtocolError: illegal header line"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "RemoteProtocolError"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "RemoteProtocolError"),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", "RemoteProtocolError"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + SECRET.encode() + b"\r\n", "illegal chunk header"),
        (HEAD + b"X: " + b"x" * 300_000, "Receive buffer too long"),
        (HEAD + b"X: y\r\n" * 50_000, "Receive buffer too long"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 300_000, "Receive buffer too long"),
    ],
)
@BOTH
def test_what_is_no_response_is_a_violation_that_quotes_none_of_it(kind: str, answer: bytes, text: str) -> None:
    with Server.answering(answer) as server, Caller(kind, server.origin) as calling:
        error = calling.fail(text, sent=1)
        assert is_violation(error)
        assert SECRET not in str(error)
        assert calling.open_sockets == []


@BOTH
def test_switching_protocols_is_a_violation_for_who_asked_for_it_too(kind: str) -> None:
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with Server.answering(answer) as server, Caller(kind, server.origin) as calling:
        calling.fail("the server switched protocols", raw=request(Upgrade="x", Connection="upgrade"), sent=1)


@ALL
def test_a_reset_is_the_networks(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with Server(script) as server, Caller(kind, server.origin) as calling:
        error = calling.fail("ConnectionResetError: [Errno 104] Connection reset by peer, while reading", sent=1)
    assert not is_violation(error)


@ALL
def test_a_reset_while_a_request_is_written_is_the_networks(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.socket.recv(1)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with Server(script) as server, Caller(kind, server.origin) as calling:
        calling.fail("Error: [Errno ", raw=request(body=b"x" * 20_000_000), sent=1)


@BOTH
def test_a_refused_connection_sends_nothing(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with Caller(kind, Origin("http", "127.0.0.1", port)) as calling:
        calling.fail("ConnectionRefusedError: [Errno 111] Connection refused, while connecting")
        assert calling.open_sockets == []


@pytest.mark.parametrize(
    "head", [b"Content-Length: 2000", b"Transfer-Encoding: chunked\r\n\r\n7d0", b"Connection: close"]
)
@BOTH
def test_a_body_that_is_too_large_comes_with_what_was_read(
    kind: str, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_BODY", 1999)
    end = b"\r\n" if b"chunked" in head else b"\r\n\r\n"
    answer = b"HTTP/1.1 503 Busy\r\n" + head + end + b"x" * 2000
    with Server.answering(answer) as server, Caller(kind, server.origin) as calling:
        with pytest.raises(BodyTooLarge, match="longer than 1999 bytes") as caught:
            calling.send()
        assert (caught.value.response.status, caught.value.response.body) == (503, b"x" * 1999)
        assert calling.open_sockets == []


@ALL
def test_a_body_of_the_largest_size_is_read(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_BODY", 2000)
    with Server.answering(http(200, b"x" * 2000)) as server, Caller(kind, server.origin) as calling:
        assert len(calling.send().body) == 2000


@pytest.mark.parametrize(
    "raw",
    [
        RawRequest("POST", "/", [("Host", "h"), ("X", f"{SECRET}\r\nInjected: 1")]),
        RawRequest("POST", "/", [("Host", "h"), ("X", f"{SECRET}é")]),
        RawRequest("POST", "/", [("Host", "h"), (SECRET + ":", "x")]),
        RawRequest("POST", f"/ {SECRET}", [("Host", "h")]),
        RawRequest("PO ST", "/", [("Host", "h"), ("X", SECRET)]),
        RawRequest("POST", "/", [("X", SECRET)]),
        RawRequest("POST", "/", [("Host", "h"), ("Content-Length", "2")], SECRET.encode()),
        RawRequest("POST", "/", [("Host", "h"), ("Content-Length", "200")], SECRET.encode()),
    ],
)
@BOTH
def test_a_request_that_http_does_not_allow_is_not_sent_and_not_quoted(kind: str, raw: RawRequest) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        with pytest.raises(InvalidRequest) as caught:
            calling.send(raw)
        assert calling.send().status == 200
    assert [arrived.head[:10] for arrived in server.arrived] == [b"POST /path"]
    assert calling.sent == 1
    assert [SECRET in f"{error} {error!r} {vars(error)}" for error in chain(caught.value)] == [False]


class Odd(Exception):
    """What a caller raises in `on_send`."""


@pytest.mark.parametrize("error", [Odd(), OSError("mine"), TimeoutError("mine"), ConnectionFailed("mine")], ids=repr)
@BOTH
def test_what_on_send_raises_passes_and_nothing_is_sent(kind: str, error: Exception) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        calling.send()
        with pytest.raises(type(error)) as caught:
            calling.send(on_send=lambda: (_ for _ in ()).throw(error))
        assert caught.value is error
        assert calling.open_sockets == []
        calling.send()
    assert (len(server.arrived), server.connections) == (2, 2)


@BOTH
def test_what_a_socket_of_on_sends_own_fails_with_is_not_our_networks(kind: str) -> None:
    def refused() -> None:
        socket.create_connection(("127.0.0.1", 1), timeout=5)

    with Server.answering(OK) as server, Caller(kind, server.origin) as calling, pytest.raises(ConnectionRefusedError):
        calling.send(on_send=refused)
    assert server.arrived == []


@SCHEMES
@BOTH
def test_on_send_comes_before_the_first_byte(kind: str, scheme: str) -> None:
    with Server.answering(OK, scheme=scheme) as server, Caller(kind, server.origin) as calling:
        seen: list[int] = []
        for _ in range(3):
            calling.send(on_send=lambda: seen.append(len(server.arrived)))
    assert seen == [0, 1, 2]


def test_what_is_shown_of_a_request_holds_no_secret() -> None:
    texts = f"{request()!r} {request()} {Origin('http', 'proxy', 1, SECRET.encode())!r}"
    assert SECRET not in texts
    assert "/path?a=1" in texts


def kept(start: object) -> list[object]:
    """What can be reached from an object and holds the secret; code and modules are not followed."""
    code = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)
    seen: dict[int, object] = {}
    todo = [start]
    while todo:
        one = todo.pop()
        if id(one) not in seen and not isinstance(one, code):
            seen[id(one)] = one
            todo += gc.get_referents(one)
    assert len(seen) > 20
    return [
        one
        for one in seen.values()
        if (isinstance(one, str) and SECRET in one)
        or (isinstance(one, bytes | bytearray | memoryview) and SECRET.encode() in bytes(one))
    ]


@pytest.mark.parametrize("answer", [OK, HEAD + b"Content-Length: 9\r\n\r\n", b"what?\r\n\r\n"])
@SCHEMES
@ALL
def test_nothing_that_stays_holds_a_request_that_is_over(kind: str, scheme: str, answer: bytes) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(answer)
            if answer != OK:
                return

    with Server(script, scheme=scheme) as server, Caller(kind, server.origin) as calling:
        ends: list[Any] = []
        for body in (b"{}", b"x" * 3_000_000):
            try:
                ends.append(calling.send(request(body=body)))
            except ConnectionFailed as error:
                ends.append([error.args, vars(error), error.__cause__, error.__context__])
        assert kept([calling.connections, calling.opened, calling.opened(), *ends]) == []


def test_the_search_for_what_is_kept_finds_it() -> None:
    assert kept([list(range(30)), {"a": [f"x{SECRET}"]}]) == [f"x{SECRET}"]
    assert len(kept([list(range(1000, 1030)), bytearray(SECRET.encode())])) == 1


@pytest.mark.parametrize("how", ["cut", "late", "refused", "handshake", "name", "closed", "invalid"])
@BOTH
def test_a_failure_that_is_dropped_takes_the_request_with_it(kind: str, how: str) -> None:
    """Without waiting for the collector: an exception in a frame of its own traceback would be a circle."""

    def script(peer: Peer) -> None:
        peer.request()
        if how == "late":
            peer.silence()

    with Server(script) as server:
        host = "exchange.test" if how == "name" else "127.0.0.1"
        port = 1 if how == "refused" else server.port
        origin = Origin("https" if how == "handshake" else "http", host, port)
        with Caller(kind, origin, resolver=lambda *_: []) as calling:
            if how == "closed":
                calling.close()
            gc.disable()
            try:
                assert calling.run(drop(calling, "\n" if how == "invalid" else "x")) is None
            finally:
                gc.enable()


async def drop(calling: Caller, header: str) -> object:
    """What is left of a request whose failure was dropped; from within a coroutine, as tasks make circles."""
    raw = [request(X=header)]
    gone = weakref.ref(raw[0])
    deadline = time.monotonic() + 0.1
    with contextlib.suppress(HttpError):
        await calling.connections.send(raw.pop(), deadline=deadline, step_timeout=5, on_send=lambda: None)
        raise AssertionError("it did not fail")
    if calling.loop is not None:
        await asyncio.sleep(0)  # what woke this task up holds the failure
    return gone()


class InPython(socket.socket):
    """A socket whose functions are Python's, as what gevent puts in the place of the system's has them."""

    def connect(self, address: Any) -> None:
        super().connect(address)

    def recv(self, *positional: Any) -> bytes:
        return super().recv(*positional)

    def send(self, *positional: Any) -> int:
        return super().send(*positional)

    def sendall(self, *positional: Any) -> None:
        super().sendall(*positional)


@BOTH
def test_another_socket_in_the_place_of_the_systems_fails_as_the_network_does(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK)
        peer.request()
        if peer.number:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            peer.rest()

    monkeypatch.setattr(socket, "socket", InPython)
    with Server(script) as server, Caller(kind, server.origin) as calling:
        assert calling.send().status == 200
        calling.fail("ReadTimeout", late=True, seconds=0.2, sent=2)
        assert calling.send().status == 200
        calling.fail("ConnectionResetError", sent=4)
        assert server.connections == 2, "an idle connection is used again"
    with Caller(kind, server.origin) as calling:
        calling.fail("ConnectionRefusedError", sent=0)
