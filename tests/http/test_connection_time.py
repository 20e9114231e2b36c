"""One deadline over everything: whatever is slow, the caller has its failure in time, and no thread is waited for."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from leverset._http import connection
from leverset._http._dial import Address
from leverset._http._event_loop import AsyncConnection
from leverset._http._messages import ConnectionFailed, Origin, Step, failed
from leverset._http.attempt import Budget
from leverset._http.connection import Connections
from tests.clock import Clock
from tests.http.connections import ALL, BOTH, OK, Caller, Peer, Server, http, request, until

SECONDS = 0.3
SOON = 3.0  # a machine that is busy with other things is slower than SECONDS, and far quicker than what is waited for
HEAD = b"HTTP/1.1 200 OK\r\n"
LIMITS = pytest.mark.parametrize("limits", [{"seconds": SECONDS}, {"step": SECONDS}], ids=["deadline", "step"])


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Fail where what is inside takes longer."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


def dripping(start: bytes, piece: bytes) -> Server:
    """A server whose response begins, and goes on in small pieces for ever."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(start)
        peer.drip(piece)

    return Server(script)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (HEAD, b"X: y\r\n"),
        (HEAD + b"X: ", b"y"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b"x"),
        (HEAD + b"\r\n", b"x"),
    ],
)
@BOTH
def test_a_response_that_trickles_is_late(kind: str, start: bytes, piece: bytes) -> None:
    with dripping(start, piece) as server, Caller(kind, server.origin) as calling, soon():
        calling.fail("ReadTimeout: the time ran out while reading", late=True, seconds=SECONDS, sent=1)
        assert calling.open_sockets == []


@BOTH
def test_nothing_is_written_once_the_time_ran_out(kind: str) -> None:
    clock = Clock()

    def wait() -> None:
        clock.now += 6.0

    with Server(Peer.rest) as server, Caller(kind, server.origin, clock=clock) as calling:
        calling.fail("WriteTimeout: the time ran out while writing", late=True, sent=1, on_send=wait)


@LIMITS
def test_a_response_that_arrived_while_the_event_loop_was_busy_is_read(limits: dict[str, Any]) -> None:
    """However long it was busy: the response is there, and says whether the change was made."""
    asked, go, answered = threading.Event(), threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        asked.set()
        assert go.wait(10)
        peer.send(OK)
        answered.set()
        peer.silence()

    with Server(script) as server, Caller("async", server.origin) as calling:

        async def call() -> Any:
            deadline, step = time.monotonic() + limits.get("seconds", 5.0), limits.get("step", 5.0)
            sending = asyncio.create_task(
                calling.connections.send(request(), deadline=deadline, step_timeout=step, on_send=lambda: None)
            )
            await until(asked.is_set)
            go.set()
            assert answered.wait(10)
            time.sleep(SECONDS)  # noqa: ASYNC251 - it does nothing else until no time is left
            return await sending

        assert calling.run(call()).status == 200


@LIMITS
@pytest.mark.parametrize("scheme", ["http", "https"])
@ALL
def test_a_silent_server_is_late(kind: str, scheme: str, limits: dict[str, Any]) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.silence()

    with Server(script, scheme=scheme) as server, Caller(kind, server.origin) as calling, soon():
        calling.fail("ReadTimeout", late=True, sent=1, **limits)


@BOTH
def test_a_step_may_be_as_long_as_it_is_allowed_and_there_may_be_many(kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        for byte in OK:
            peer.send(bytes([byte]))
            time.sleep(0.003)

    with Server(script) as server, Caller(kind, server.origin) as calling:
        assert calling.send(step=0.1).body == b'{"code":"0"}'


@ALL
def test_a_server_that_does_not_read_is_late(kind: str) -> None:
    with Server(Peer.silence) as server, Caller(kind, server.origin) as calling, soon():
        big = request(body=b"x" * 30_000_000)
        calling.fail("WriteTimeout: the time ran out while writing", raw=big, late=True, seconds=2 * SECONDS, sent=1)
        assert calling.open_sockets == []


@ALL
def test_a_server_that_reads_slowly_gets_everything(kind: str) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        for _ in range(2):
            calling.send(request(body=b"x" * 5_000_000))
    assert [len(arrived.body) for arrived in server.arrived] == [5_000_030] * 2
    assert server.connections == 1


@pytest.mark.parametrize("trickle", [b"", b"\0"])
@BOTH
def test_a_handshake_that_stalls_is_late(kind: str, trickle: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.socket.recv(1)
        if trickle:
            peer.send(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
            peer.drip(trickle)
        peer.silence()

    with Server(script) as server, Caller(kind, Origin("https", "localhost", server.port)) as calling, soon():
        calling.fail("HandshakeTimeout: the time ran out while making", late=True, seconds=SECONDS)
        assert calling.open_sockets == []


@pytest.mark.parametrize("piece", [b"HTTP/1.1 102 Processing\r\n\r\n", b"H", b""])
@BOTH
def test_a_proxy_that_trickles_is_late(kind: str, piece: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if piece:
            peer.send(b"HTTP/1.1 200 " if piece == b"H" else b"")
            peer.drip(piece)
        peer.silence()

    proxy = Server(script)
    with proxy, Caller(kind, Origin("https", "a.test", 1), Origin("http", "127.0.0.1", proxy.port)) as calling, soon():
        calling.fail("TunnelTimeout: the time ran out while opening", late=True, seconds=SECONDS)


@contextlib.contextmanager
def swallowing() -> Iterator[Address]:
    """An address that answers nothing: a listening socket whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as stack:
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield socket.AF_INET, full.getsockname()


def resolving(*addresses: Address) -> Any:
    """A resolver that knows these."""
    return lambda host, port: list(addresses)


@LIMITS
@ALL
def test_an_address_that_answers_nothing_is_late(kind: str, limits: dict[str, Any]) -> None:
    with swallowing() as address, Caller(kind, Origin("http", *address[1])) as calling, soon():
        calling.fail("ConnectTimeout: the time ran out while connecting", late=True, **limits)
        assert calling.open_sockets == []


@BOTH
def test_addresses_are_tried_in_order_within_what_is_left(kind: str) -> None:
    """None of them may take more than its share, or the ones after it would have no chance."""
    with swallowing() as address, Server.answering(OK) as server, soon():
        unknown, refusing = (9999, ("127.0.0.1", 1)), (socket.AF_INET, ("127.0.0.1", 1))
        working = (socket.AF_INET, ("127.0.0.1", server.port))
        resolver = resolving(unknown, refusing, address, working)
        with Caller(kind, Origin("http", "exchange.test", 1), resolver=resolver) as calling:
            assert calling.send(seconds=0.6).status == 200
            assert len(calling.open_sockets) == 1


@ALL
def test_each_address_has_its_share_of_the_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[float] = []

    class Noting(Budget):
        def left(self, step: Step, parts: int = 1) -> float:
            seconds.append(super().left(step, parts))
            return seconds[-1]

    monkeypatch.setattr(connection, "Budget", Noting)
    refusing = (socket.AF_INET, ("127.0.0.1", 1))
    resolver = resolving(*[refusing] * 4)
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=resolver, clock=Clock()) as calling:
        calling.fail("ConnectionRefusedError", seconds=12, step=12)
    assert seconds == [12, 3, 4, 6, 12]  # to resolve, and to connect


@BOTH
def test_many_addresses_that_answer_nothing_are_late_together(kind: str) -> None:
    origin, addresses = Origin("http", "exchange.test", 1), list[Address]()
    with swallowing() as address, soon(), Caller(kind, origin, resolver=lambda *_: addresses) as calling:
        addresses += [address] * 50
        calling.fail("ConnectTimeout", late=True, seconds=SECONDS)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ((9999, ("127.0.0.1", 1)), "OSError: [Errno 97] Address family not supported"),
        ((socket.AF_INET, ("127.0.0.1", 1)), "ConnectionRefusedError: [Errno 111]"),
        ((socket.AF_INET, ("255.255.255.255", 1)), "Error: [Errno "),
    ],
)
@BOTH
def test_the_last_addresss_failure_is_the_one_that_is_told(kind: str, address: Address, text: str) -> None:
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=resolving(address, address)) as calling:
        calling.fail(text)
        assert calling.open_sockets == []


def test_the_systems_own_timeout_is_the_networks() -> None:
    error = failed(OSError(errno.ETIMEDOUT, "Connection timed out"), "Connect")
    assert (str(error), error.late) == ("TimeoutError: [Errno 110] Connection timed out, while connecting", False)


@BOTH
def test_a_deadline_that_is_over_sends_and_connects_nothing(kind: str) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        calling.fail("ConnectTimeout", late=True, seconds=-1)
        assert server.connections == 0


@BOTH
def test_a_deadline_that_is_over_sends_nothing_on_a_connection_that_is_there(kind: str) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin, clock=Clock()) as calling:
        calling.send()
        calling.fail("WriteTimeout", late=True, seconds=0, sent=1)
        assert calling.open_sockets == []
    assert len(server.arrived) == 1


class Slow:
    """A resolver that says nothing until a test lets it."""

    def __init__(self, *addresses: Address) -> None:
        self.go, self.threads = threading.Event(), list[threading.Thread]()
        self._addresses = addresses

    def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.threads.append(threading.current_thread())
        assert self.go.wait(10)
        return self._addresses

    def finish(self) -> None:
        """Let it, and wait until it has."""
        self.go.set()
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()
            assert (thread.daemon, thread.name) == (True, "leverset-resolver")


@BOTH
def test_a_name_that_is_resolved_slowly_is_late_and_left_behind(kind: str) -> None:
    with Server.answering(OK) as server:
        slow = Slow((socket.AF_INET, ("127.0.0.1", server.port)))
        with Caller(kind, Origin("http", "exchange.test", 1), resolver=slow) as calling:
            with soon():
                calling.fail("ResolveTimeout: the time ran out while resolving", late=True, seconds=SECONDS)
            slow.finish()
            calling.spin()
            assert server.connections == 0
            assert calling.send().status == 200
    assert len(slow.threads) == 2


def test_asyncio_run_does_not_wait_for_a_name() -> None:
    slow = Slow()

    async def work() -> None:
        connections = Connections(AsyncConnection, Origin("http", "exchange.test", 1), resolver=slow)
        with pytest.raises(ConnectionFailed, match="ResolveTimeout"):
            await connections.send(request(), deadline=time.monotonic() + SECONDS, step_timeout=5, on_send=print)

    with soon():
        asyncio.run(work())
    slow.finish()  # its loop is closed


@BOTH
def test_asyncio_and_threads_end_promptly_after_a_timeout(kind: str) -> None:
    with Server(Peer.silence) as server, soon(), Caller(kind, server.origin) as calling:
        calling.fail("ReadTimeout", late=True, seconds=SECONDS, sent=1)


def _raising(error: BaseException) -> Any:
    def resolver(host: str, port: int) -> Sequence[Address]:
        raise error

    return resolver


@BOTH
def test_a_name_that_does_not_exist_sends_nothing(kind: str) -> None:
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=_raising(error)) as calling:
        calling.fail("gaierror: [Errno -2] Name or service not known, while resolving")


@BOTH
def test_a_name_that_is_none_sends_nothing(kind: str) -> None:
    with Caller(kind, Origin("http", f"{'a' * 64}.test", 1)) as calling:
        calling.fail("gaierror: [Errno -2] Name or service not known, while resolving")


@BOTH
def test_a_name_without_addresses_sends_nothing(kind: str) -> None:
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=resolving()) as calling:
        assert str(calling.fail("")) == "ResolveError: the host has no address"


@BOTH
def test_what_is_not_the_networks_in_a_resolver_passes(kind: str) -> None:
    error = LookupError("mine")
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=_raising(error)) as calling:
        with pytest.raises(LookupError) as caught:
            calling.send()
        assert caught.value is error


@BOTH
def test_a_name_is_resolved_by_the_system_and_an_address_needs_no_resolver(kind: str) -> None:
    with Server.answering(http(200, b"{}")) as server:
        with Caller(kind, Origin("http", "localhost", server.port)) as calling:
            assert calling.send().status == 200
        with Caller(kind, server.origin, resolver=_raising(AssertionError())) as calling:
            assert calling.send().status == 200
