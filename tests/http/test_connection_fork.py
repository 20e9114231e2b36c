"""A process that forks: parent and child go on, and the child leaves the parent's connections alone."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe

import pytest

from leverset._http import _dial, _tls
from leverset._http._event_loop import AsyncConnection
from leverset._http._messages import ConnectionFailed, Origin
from leverset._http.connection import Connections
from tests.http.connections import BOTH, OK, SCHEMES, Caller, Peer, Server, http, request

FORK = multiprocessing.get_context("fork")

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can be harmed by it"),
    # From Python 3.12 on it warns of what is tested here.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]


def in_child(work: Callable[[], object]) -> object:
    """What the work returned in a forked child; a child that hangs is a failure."""

    def run(end: Pipe) -> None:
        end.send(work())

    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=run, args=(theirs,))
    child.start()
    theirs.close()
    try:
        assert ours.poll(10), "the child hangs"
        return ours.recv()
    finally:
        child.join(5)
        child.kill()
        child.join()
        ours.close()


class Numbered:
    """A server whose responses say which connection they came on, and which notes how each connection ended."""

    def __init__(self, scheme: str) -> None:
        self.ends: dict[int, bytes] = {}
        self.server = Server(self._script, scheme=scheme)

    def _script(self, peer: Peer) -> None:
        try:
            while peer.request():
                peer.send(http(200, str(peer.number).encode()))
            self.ends[peer.number] = b"an end"
        except OSError as problem:
            self.ends[peer.number] = str(problem).encode()


@SCHEMES
@BOTH
def test_both_go_on_with_connections_of_their_own(kind: str, scheme: str) -> None:
    numbered = Numbered(scheme)
    with numbered.server as server, Caller(kind, server.origin) as calling:

        def child() -> list[bytes]:
            with Caller(kind, server.origin) as fresh:
                fresh.connections = calling.connections
                bodies = [fresh.send().body for _ in range(2)]
                fresh.close()  # the child's are closed, and nobody else's
            return bodies

        assert calling.send().body == b"0"
        for number in (b"1", b"2"):
            assert in_child(child) == [number, number]
            assert calling.send().body == b"0"
        assert (calling.send().body, 0 in numbered.ends) == (b"0", False)
    assert server.connections == 3
    assert server.problems == []


@SCHEMES
@BOTH
def test_a_child_does_not_keep_the_parents_connections_open(kind: str, scheme: str) -> None:
    """Its copies are closed: what the parent closes ends, for the server too."""
    go, numbered = FORK.Event(), Numbered(scheme)
    with numbered.server as server, Caller(kind, server.origin) as calling:
        calling.send()
        child = FORK.Process(target=go.wait, args=(10,))
        child.start()
        try:
            calling.close()
            for thread in server._threads[1:]:
                thread.join(5)
            assert numbered.ends.keys() == {0}
        finally:
            go.set()
            child.join(5)


@SCHEMES
@BOTH
def test_a_request_of_another_thread_is_not_disturbed(kind: str, scheme: str) -> None:
    """And a child that was forked in the middle of it does not hang in anything that the thread held."""
    inside, go = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        while peer.request():
            if peer.number == 0:
                inside.set()
                assert go.wait(10)
            peer.send(http(200, str(peer.number).encode()))

    with Server(script, scheme=scheme) as server, Caller(kind, server.origin) as calling:
        results: list[bytes] = []
        thread = threading.Thread(target=lambda: results.append(calling.send().body))
        thread.start()
        assert inside.wait(5)

        def child() -> bytes:
            with Caller(kind, server.origin) as fresh:
                fresh.connections = calling.connections
                return fresh.send().body

        assert in_child(child) == b"1"
        go.set()
        thread.join(5)
        assert results == [b"0"]
        assert calling.send().body == b"0"


@contextlib.contextmanager
def elsewhere() -> Iterator[Origin]:
    """A server with TLS in a process of its own: no thread of it is inside OpenSSL in this one."""

    def serve(end: Pipe) -> None:
        with Server.answering(OK, scheme="https") as server:
            end.send(server.port)
            end.recv()

    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield Origin("https", "localhost", ours.recv())
        ours.send("end")
    finally:
        process.join(5)
        process.kill()
        process.join()
        ours.close()
        theirs.close()


@BOTH
def test_children_of_a_process_whose_threads_make_handshakes_do_not_hang(kind: str) -> None:
    stop = threading.Event()
    with elsewhere() as origin, Caller(kind, origin) as calling:

        def work() -> None:
            while not stop.is_set():
                with Caller(kind, origin) as own:
                    own.send()

        def child() -> int:
            with Caller(kind, origin) as fresh:
                fresh.connections = calling.connections
                return fresh.send().status

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            assert [in_child(child) for _ in range(5)] == [200] * 5
        finally:
            stop.set()
            for thread in threads:
                thread.join(10)


def test_no_process_forks_while_a_thread_is_inside_openssl() -> None:
    """The locks in there are its own, and nobody would unlock them in the child."""
    forked = threading.Event()

    def fork() -> None:
        assert in_child(lambda: _tls._openssl.acquire(blocking=False)) is True
        forked.set()

    thread = threading.Thread(target=fork)
    with _tls._openssl:
        thread.start()
        assert not forked.wait(0.1)
    assert forked.wait(10)
    thread.join(10)


def test_nothing_is_imported_by_the_first_request() -> None:
    """A child that is forked while another thread imports would wait for that for ever."""
    script = (
        "import sys, time; from leverset._http._messages import Origin, RawRequest;"
        "from leverset._http.connection import Connection, Connections;"
        "before = set(sys.modules);"
        "raw = RawRequest('GET', '/', [('Host', 'h')]);"
        "connections = Connections(Connection, Origin('http', '127.0.0.1', int(sys.argv[1])));"
        "steps = connections.send(raw, deadline=time.monotonic() + 5, step_timeout=5, on_send=lambda: None);"
        "list(steps.__await__());"
        "print(sorted(set(sys.modules) - before))"
    )
    with Server.answering(OK) as server:
        ran = subprocess.run(
            [sys.executable, "-c", script, str(server.port)], capture_output=True, text=True, timeout=30
        )
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


@BOTH
def test_a_child_that_is_forked_right_before_a_request_is_sent_sends_nothing(kind: str) -> None:
    """The connection is the parent's, whose request it is."""
    numbered = Numbered("http")
    ours, theirs = os.pipe()
    children: list[int] = []

    def fork() -> None:
        child = os.fork()
        if child:
            children.append(child)
            os.waitpid(child, 0)
        else:
            signal.alarm(10)
            children.clear()

    with numbered.server as server, Caller(kind, server.origin) as calling:
        calling.send()
        text = ""
        try:
            assert calling.send(on_send=fork).body == b"0"
        except ConnectionFailed as error:
            text = str(error)
        finally:
            if not children:
                os.write(theirs, text.encode())
                os._exit(0)
        os.close(theirs)
        assert os.read(ours, 1000).startswith(b"OSError: [Errno 9] Bad file descriptor")
        os.close(ours)
    assert len(server.arrived) == 2


def test_a_child_forked_in_an_event_loop_can_use_a_loop_of_its_own() -> None:
    numbered = Numbered("http")

    async def send(connections: Connections) -> bytes:
        deadline = asyncio.get_running_loop().time() + 5
        response = await connections.send(request(), deadline=deadline, step_timeout=5, on_send=lambda: None)
        return response.body

    async def parent(connections: Connections) -> list[object]:
        bodies: list[object] = [await send(connections)]
        waiting = asyncio.create_task(send(connections))
        await asyncio.sleep(0)  # it has sent its request
        bodies.append(in_child(lambda: asyncio.run(send(connections))))
        bodies += [await waiting, await send(connections)]
        await connections.aclose()
        return bodies

    with numbered.server as server:
        assert asyncio.run(parent(Connections(AsyncConnection, server.origin))) == [b"0", b"1", b"0", b"0"]


@SCHEMES
@BOTH
def test_what_happens_in_a_child_happens_here(kind: str, scheme: str) -> None:
    """The same in this process, where its effect can be looked at."""
    numbered = Numbered(scheme)
    with numbered.server as server, Caller(kind, server.origin) as calling:
        calling.send()
        [inherited] = calling.opened()
        inside = _tls._openssl
        _dial._in_child()
        _tls._anew()
        assert _tls._openssl is not inside
        assert inherited.closed
        assert calling.open_sockets == []
        assert calling.send().body == b"1"
