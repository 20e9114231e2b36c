"""TLS and proxies: nothing is sent to who is not the host, and no proxy sees more than it must."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
from pathlib import Path

import pytest

from leverset._http import _tls, connection
from leverset._http._messages import Origin, Step
from leverset._http.attempt import Budget
from tests.fixtures import CERTIFICATE
from tests.http.connections import ALL, BOTH, OK, SECRET, Caller, Peer, Server, http, is_violation
from tests.server import carry


@BOTH
def test_a_certificate_that_nobody_vouches_for_sends_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")  # the usual list, in which this certificate is not
    with Server.answering(OK, scheme="https") as server, Caller(kind, server.origin) as calling:
        calling.fail("SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
        assert calling.open_sockets == []
    assert server.arrived == []


@BOTH
def test_another_hosts_certificate_sends_nothing(kind: str) -> None:
    with Server.answering(OK, scheme="https") as server:
        address = socket.AF_INET, ("127.0.0.1", server.port)
        with Caller(kind, Origin("https", "exchange.test", 443), resolver=lambda *_: [address]) as calling:
            calling.fail("certificate is not valid for 'exchange.test'")
    assert server.arrived == []


@BOTH
def test_a_certificate_may_be_for_an_address(kind: str) -> None:
    server = Server.answering(OK, scheme="https")
    with server, Caller(kind, Origin("https", "127.0.0.1", server.port)) as calling:
        assert calling.send().status == 200


@BOTH
def test_a_server_without_tls_gets_nothing(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.socket.recv(65536)
        peer.send(http(400, b"plain HTTP"))
        rests.append(peer.rest())

    rests: list[bytes] = []
    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling:
        calling.fail("SSLError: [SSL")
    assert rests == [b""]


@BOTH
def test_a_server_that_goes_away_in_the_handshake_gets_nothing(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.socket.recv(65536)

    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling:
        calling.fail("SSLEOFError: [SSL: UNEXPECTED_EOF_WHILE_READING]")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@BOTH
def test_each_version_of_tls_serves_many_requests_and_names_http(kind: str, version: ssl.TLSVersion) -> None:
    def script(peer: Peer) -> None:
        protocols.append(peer.socket.selected_alpn_protocol())  # type: ignore[attr-defined]
        while peer.request():
            peer.send(OK)

    protocols: list[str | None] = []
    server = Server(script, scheme="https")
    server.context.minimum_version = server.context.maximum_version = version
    server.context.set_alpn_protocols(["h2", "http/1.1"])
    with server, Caller(kind, server.origin) as calling:
        for _ in range(3):
            calling.send()
            calling.spin()  # session tickets are nothing that a server said
    assert (server.connections, protocols) == (1, ["http/1.1"])


class Buffered:
    """The server's side of TLS, whose bytes a test sends as it likes."""

    def __init__(self, peer: Peer) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # in which the server speaks last, and can go on at once
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._peer = peer

    def shake_hands(self) -> None:
        """Make the handshake, but for its last bytes: `encrypt` sends them."""
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                self._object.do_handshake()
                return
            self._peer.send(self._outgoing.read())
            self._incoming.write(self._peer.socket.recv(65536))

    def request(self) -> None:
        """Wait until something of a request is there."""
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                self._object.read(65536)
                return
            self._incoming.write(self._peer.socket.recv(65536))

    def encrypt(self, data: bytes) -> bytes:
        """The bytes for it."""
        self._object.write(data)
        return self._outgoing.read()

    def end(self) -> bytes:
        """The bytes that say that nothing follows."""
        with contextlib.suppress(ssl.SSLWantReadError):  # it would wait for the client's end
            self._object.unwrap()
        return self._outgoing.read()


@pytest.mark.parametrize("cut", [1, 30, 0])
@BOTH
def test_a_server_that_speaks_right_after_the_handshake_gets_no_request(kind: str, cut: int) -> None:
    """Even where the record that it sends has not arrived in whole."""

    def script(peer: Peer) -> None:
        secure = Buffered(peer)
        secure.shake_hands()
        early = secure.encrypt(OK)
        peer.send(early[: len(early) - cut])
        rests.append(peer.rest())

    rests: list[bytes] = []
    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling:
        calling.fail("the server sent something, or closed, before the request was sent")
    assert (rests, server.problems) == ([b""], [])


@BOTH
def test_a_server_that_closes_right_after_the_handshake_gets_no_request(kind: str) -> None:
    def script(peer: Peer) -> None:
        secure = Buffered(peer)
        secure.shake_hands()
        peer.send(secure.end())
        rests.append(peer.rest())

    rests: list[bytes] = []
    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling:
        calling.fail("the server sent something, or closed, before the request was sent")
        assert calling.open_sockets == []
    assert (rests, server.problems) == ([b""], [])


@pytest.mark.parametrize("part", [1, 4, 5, 6, 30])
@BOTH
def test_a_part_of_a_record_behind_a_response_ends_the_connection(kind: str, part: int) -> None:
    def script(peer: Peer) -> None:
        secure = Buffered(peer)
        secure.shake_hands()
        peer.send(secure.encrypt(b""))
        secure.request()
        peer.send(secure.encrypt(OK) + secure.encrypt(OK)[:part])
        peer.rest()

    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling:
        for _ in range(2):
            assert calling.send().status == 200
            assert calling.open_sockets == []
    assert (server.connections, server.problems) == (2, [])


@BOTH
def test_a_response_cut_off_over_tls_is_a_failure_even_where_its_end_is_its_length(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf, ")

    with Server(script, scheme="https") as server, Caller(kind, server.origin) as calling:
        calling.fail("SSLEOFError: [SSL: UNEXPECTED_EOF_WHILE_READING]", sent=1)


@BOTH
def test_a_body_until_the_end_that_tls_vouches_for_is_read(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf, and half")
        peer.socket.unwrap()  # type: ignore[attr-defined]

    with Server(script, scheme="https") as server, Caller(kind, server.origin) as calling:
        assert calling.send().body == b"half, and half"


@BOTH
def test_certificates_that_cannot_be_read_send_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with Server.answering(OK, scheme="https") as server, Caller(kind, server.origin) as calling:
        calling.fail("FileNotFoundError: [Errno 2] No such file or directory, while making the TLS handshake")
        assert calling.open_sockets == []


def test_certificates_are_read_once_and_not_for_http(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _tls._context.cache_clear()
    with Server.answering(OK) as server, Caller("sync", server.origin) as calling:
        calling.send()
    assert _tls._context.cache_info().misses == 0
    for _ in range(2):
        with Server.answering(OK, scheme="https") as server, Caller("sync", server.origin) as calling:
            calling.send()
    assert _tls._context.cache_info()[:2] == (1, 1)
    for name, value in (("SSL_CERT_DIR", tmp_path), ("SSL_CERT_FILE", shutil.copy(CERTIFICATE, tmp_path))):
        misses = _tls._context.cache_info().misses
        monkeypatch.setenv(name, str(value))
        _tls.Tls("localhost")
        assert _tls._context.cache_info().misses == misses + 1, "the environment names others"


PROXY_USER = b"Basic " + SECRET.encode()


class Proxy:
    """A proxy that answers CONNECT as a test says, and carries what follows to a server."""

    def __init__(self, onward: Server, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        self.carried = b""
        self.server = Server(self._script)
        self._onward, self._answer = onward, answer

    def address(self, authorization: bytes | None = PROXY_USER) -> Origin:
        """Where it is."""
        return Origin("http", "127.0.0.1", self.server.port, authorization)

    def _script(self, peer: Peer) -> None:
        peer.request()
        peer.send(self._answer)
        with socket.create_connection(("127.0.0.1", self._onward.port)) as onward:
            carry(peer.socket, onward)


@pytest.mark.parametrize("authorization", [PROXY_USER, None])
@BOTH
def test_a_proxy_tunnels_https_and_sees_no_secret(kind: str, authorization: bytes | None) -> None:
    answer = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n"
    with Server.answering(OK, scheme="https") as server:
        proxy = Proxy(server, answer)
        with proxy.server, Caller(kind, server.origin, proxy.address(authorization)) as calling:
            for _ in range(2):
                assert calling.send().status == 200
        [connect] = proxy.server.arrived
        authority = f"localhost:{server.port}".encode()
        expected = [b"CONNECT " + authority + b" HTTP/1.1", b"Host: " + authority]
        expected += [b"Proxy-Authorization: " + authorization] if authorization else []
        assert (connect.head.split(b"\r\n"), connect.body) == (expected, b"")
    assert len(server.arrived) == 2
    assert server.arrived[0].header("proxy-authorization") is None


@ALL
def test_each_step_has_its_name_of_which_a_failure_tells(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Step] = []

    class Noting(Budget):
        def left(self, step: Step, parts: int = 1) -> float:
            steps.append(step)
            return super().left(step, parts)

    monkeypatch.setattr(connection, "Budget", Noting)
    with Server.answering(OK, scheme="https") as server:
        proxy = Proxy(server)
        with proxy.server, Caller(kind, server.origin, proxy.address()) as calling:
            assert calling.send().status == 200
    assert list(dict.fromkeys(steps)) == ["Connect", "Tunnel", "Handshake", "Write", "Read"]


@pytest.mark.parametrize("authorization", [PROXY_USER, None])
@BOTH
def test_a_proxy_forwards_http(kind: str, authorization: bytes | None) -> None:
    with Server.answering(OK) as proxy:
        address = Origin("http", "127.0.0.1", proxy.port, authorization)
        with Caller(kind, Origin("http", "::1", 8080), address) as calling:
            for _ in range(2):
                assert calling.send().status == 200
    assert proxy.connections == 1
    for arrived in proxy.arrived:
        assert arrived.head.split(b"\r\n")[0] == b"POST http://[::1]:8080/path?a=1 HTTP/1.1"
        expected = None if authorization is None else authorization.decode()
        assert arrived.header("proxy-authorization") == expected


@pytest.mark.parametrize(
    ("answer", "text", "violation"),
    [
        (http(407, b"who are you?"), "ProxyRefused: the proxy answered CONNECT with status 407", False),
        (b"HTTP/1.1 300 Choose\r\n\r\n", "status 300", False),
        (b"HTTP/1.1 502 Bad\r\n\r\n", "status 502", False),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "RemoteProtocolError", True),
        (b"", "ConnectionClosed: the proxy closed the connection instead of opening a tunnel", False),
        (b"HTTP/1.1 2", "ConnectionClosed: the proxy", False),
        (
            b"what? " + SECRET.encode() + b"\r\n\r\n",
            "RemoteProtocolError: illegal status line, while opening the tunnel of the proxy",
            True,
        ),
        (b"HTTP/1.1 200 OK\r\n\r\n\x16", "the server sent something", True),
    ],
)
@BOTH
def test_a_proxy_that_makes_no_tunnel_gets_no_request(kind: str, answer: bytes, text: str, violation: bool) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer)

    with Server(script) as proxy, contextlib.ExitStack() as stack:
        address = Origin("http", "127.0.0.1", proxy.port, PROXY_USER)
        calling = stack.enter_context(Caller(kind, Origin("https", "exchange.test", 443), address))
        error = calling.fail(text)
        assert str(error).count(text) == 1
        assert is_violation(error) == violation
        assert SECRET not in f"{error!r} {vars(error)}"
        assert calling.open_sockets == []


@BOTH
def test_a_proxy_that_is_not_there_is_not_named(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    proxy = Origin("http", "127.0.0.1", port, PROXY_USER)
    with Caller(kind, Origin("https", "exchange.test", 443), proxy) as calling:
        error = calling.fail("ConnectionRefusedError: [Errno 111] Connection refused, while connecting")
    assert str(port) not in str(error)
