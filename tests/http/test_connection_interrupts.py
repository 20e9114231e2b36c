"""Interrupts: what is not the network's passes as it is, wherever it comes, and ends the connection that it passed."""

from __future__ import annotations

import asyncio
import contextlib
import linecache
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leverset._http import _dial
from leverset._http._event_loop import AsyncConnection, ProactorConnection
from leverset._http._messages import Origin, RawRequest
from leverset._http.connection import Connection, Connections
from tests.http.connections import ALL, OK, Caller, Opened, Peer, Server, request, until
from tests.http.test_connection_time import Slow, swallowing


class Interrupt(BaseException):
    """Like KeyboardInterrupt, which pytest takes for itself."""


class Odd(Exception):
    """What a signal handler of an application raises."""


ERRORS = [Interrupt(), Odd(), TimeoutError("the handler's"), OSError(110, "the handler's"), BlockingIOError()]


def waits_in(thread: int, call: str) -> bool:
    """Whether a thread is at a call of the connection's code."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if "_http" in frame.f_code.co_filename and call in linecache.getline(frame.f_code.co_filename, frame.f_lineno):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def interrupted(error: BaseException, call: str) -> Iterator[None]:
    """Let a signal handler raise an error as soon as this thread waits in that call."""

    def handler(*_: object) -> None:
        raise error

    def watch(thread: int) -> None:
        deadline = time.monotonic() + 5
        while not waits_in(thread, call):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        signal.pthread_kill(thread, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    watcher = threading.Thread(target=watch, args=(threading.get_ident(),))
    watcher.start()
    try:
        yield
    finally:
        watcher.join(10)
        signal.signal(signal.SIGUSR1, before)


def is_raised(calling: Caller, error: BaseException, call: str, **how: Any) -> None:
    """Hold that a handler's error comes out of a request as it is."""
    with interrupted(error, call), pytest.raises(type(error)) as caught:
        calling.send(**how)
    assert caught.value is error
    # A handler may raise between making a socket and closing it: then it is closed with the last frame that has it.
    error.__traceback__ = error.__context__ = None
    del caught
    assert calling.open_sockets == []


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_while_a_response_is_waited_for(error: BaseException) -> None:
    def script(peer: Peer) -> None:
        if peer.request() and peer.number:
            peer.send(OK)
        peer.rest()

    with Server(script) as server, Caller("sync", server.origin) as calling:
        is_raised(calling, error, ".recv(SIZE")
        assert calling.sent == 1
        assert calling.send().status == 200
    assert server.connections == 2


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_while_a_request_is_written(error: BaseException) -> None:
    with Server(Peer.silence) as server, Caller("sync", server.origin) as calling:
        is_raised(calling, error, ".sendall(", raw=request(body=b"x" * 20_000_000))
        assert calling.sent == 1


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_while_connecting(error: BaseException) -> None:
    with swallowing() as address:
        addresses = [address, address]
        with Caller("sync", Origin("http", "exchange.test", 1), resolver=lambda *_: addresses) as calling:
            is_raised(calling, error, ".connect(address")
            assert calling.sent == 0


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_while_a_name_is_resolved(error: BaseException) -> None:
    slow = Slow()
    with Caller("sync", Origin("http", "exchange.test", 1), resolver=slow) as calling:
        is_raised(calling, error, "outcome.result(")
    slow.finish()


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_in_the_handshake(error: BaseException) -> None:
    with Server(Peer.silence) as server, Caller("sync", Origin("https", "localhost", server.port)) as calling:
        is_raised(calling, error, ".recv(SIZE")
        assert calling.sent == 0


class Instead:
    """A socket of which some functions are a test's."""

    def __init__(self, real: socket.socket, **functions: Any) -> None:
        self._real = real
        vars(self).update(functions)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def silent_proxy(server: Server) -> Connections:
    """Connections that wait for a proxy."""
    return Connections(AsyncConnection, Origin("https", "exchange.test", 1), Origin("http", "127.0.0.1", server.port))


WAITS: dict[str, Callable[[Server], Connections]] = {
    "response": lambda server: Connections(AsyncConnection, server.origin),
    "writing": lambda server: Connections(AsyncConnection, server.origin),
    "handshake": lambda server: Connections(AsyncConnection, Origin("https", "localhost", server.port)),
    "proxy": silent_proxy,
}


async def cancel(connections: Connections, raw: RawRequest, when: Callable[[], object], opened: Opened) -> list[int]:
    """Cancel a request as soon as something holds; what was begun to be sent."""
    sent: list[int] = []
    task = asyncio.create_task(
        connections.send(raw, deadline=time.monotonic() + 5, step_timeout=5, on_send=lambda: sent.append(1))
    )
    await until(when)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert opened() == []
    await connections.aclose()
    return sent


@pytest.mark.parametrize("wait", WAITS)
def test_a_cancelled_request_closes_its_connection(wait: str) -> None:
    inside, ended = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.socket.recv(1)
        inside.set()
        if wait == "writing":
            assert closed.wait(5)
        peer.rest()
        ended.set()

    closed = threading.Event()
    with Server(script) as server:
        raw = request(body=b"x" * 20_000_000 if wait == "writing" else b"{}")
        sent = asyncio.run(cancel(WAITS[wait](server), raw, inside.is_set, Opened()))
        closed.set()
        assert ended.wait(5)
    assert sent == ([1] if wait in ("response", "writing") else [])


def test_a_connecting_that_is_cancelled_closes_its_connection() -> None:
    with swallowing() as address:
        connections = Connections(AsyncConnection, Origin("http", *address[1]))
        opened = Opened()
        assert asyncio.run(cancel(connections, request(), opened, opened)) == []


@ALL
def test_what_is_not_the_networks_ends_the_connecting_and_closes_the_connection(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: the error's frames keep it, and it would else be closed with them, whenever that is."""
    addresses: list[object] = []

    async def connect(_: object, address: object, *__: object) -> None:
        addresses.append(address)
        raise Odd

    for each in (Connection, AsyncConnection, ProactorConnection):
        monkeypatch.setattr(each, "connect", connect)
    both = [(socket.AF_INET, ("127.0.0.1", port)) for port in (1, 2)]
    with Caller(kind, Origin("http", "exchange.test", 1), resolver=lambda *_: both) as calling:
        with pytest.raises(Odd) as caught:
            calling.send()
        assert calling.opened() == []
        assert caught.value.__traceback__ is not None
    assert addresses == [("127.0.0.1", 1)]


def test_a_resolving_that_is_cancelled_is_left_behind() -> None:
    slow = Slow((socket.AF_INET, ("127.0.0.1", 1)))
    connections = Connections(AsyncConnection, Origin("http", "exchange.test", 1), resolver=slow)
    assert asyncio.run(cancel(connections, request(), lambda: slow.threads, Opened())) == []
    slow.finish()


@pytest.mark.parametrize("rounds", range(4))
def test_a_cancellation_that_comes_with_the_addresses_ends_the_request(rounds: int) -> None:
    """Each round of the event loop carries the result a step further to who waits for it."""
    opened, sent = Opened(), list[int]()

    async def work(connections: Connections) -> None:
        deadline = time.monotonic() + 5
        send = connections.send(request(), deadline=deadline, step_timeout=5, on_send=lambda: sent.append(1))
        task = asyncio.create_task(send)
        await until(lambda: slow.threads)
        slow.finish()
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Server.answering(OK) as server:
        slow = Slow((socket.AF_INET, ("127.0.0.1", server.port)))
        asyncio.run(work(Connections(AsyncConnection, Origin("http", "exchange.test", 1), resolver=slow)))
        assert (opened(), sent, server.arrived) == ([], [], [])


@pytest.mark.parametrize("error", [*ERRORS, BlockingIOError("the handler's"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("function", ["send", "recv"])
def test_a_signal_handlers_error_in_an_event_loop_ends_the_request(function: str, error: BaseException) -> None:
    def handler(_: object) -> None:
        raise error

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(OK)

    with Server(script) as server, Caller("async", server.origin) as calling:
        calling.send()
        [one] = calling.opened()
        instead = Instead(one._socket, **{function: handler})
        with pytest.raises(type(error)) as caught:
            calling.send(on_send=lambda: setattr(one, "_socket", instead))
        assert caught.value is error
        assert calling.sent == 2
        assert one.closed


@ALL
def test_a_body_that_fits_in_no_buffer_is_waited_with(kind: str) -> None:
    with Server.answering(OK) as server, Caller(kind, server.origin) as calling:
        assert calling.send(request(body=b"x" * 20_000_000)).status == 200
        assert calling.send().status == 200
    assert (len(server.arrived), server.connections) == (2, 1)


def test_a_loop_of_the_parent_is_not_touched_by_a_request_that_a_child_inherits() -> None:
    """Parent and child share what the loop waits with: the child would take the parent's sockets out of it."""
    opened = Opened()

    async def work(connections: Connections) -> list[object]:
        raw = request(body=b"x" * 20_000_000)
        send = connections.send(raw, deadline=time.monotonic() + 5, step_timeout=5, on_send=lambda: None)
        task = asyncio.create_task(send)
        loop: Any = asyncio.get_running_loop()
        add_writer, remove_writer = loop.add_writer, loop.remove_writer
        watched: list[int] = []

        def watch(one: socket.socket, *call: Any) -> None:
            watched.append(one.fileno())
            add_writer(one, *call)

        loop.add_writer = watch
        await until(lambda: len(watched) > 1)  # to connect, and to write
        touched: list[object] = []
        loop.remove_reader = loop.remove_writer = touched.append
        _dial._in_child()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del loop.remove_reader, loop.remove_writer, loop.add_writer
        remove_writer(watched[-1])
        return touched

    with Server(Peer.silence) as server:
        assert asyncio.run(work(Connections(AsyncConnection, server.origin))) == []
    assert opened() == []


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_signal_handlers_error_passes_where_an_idle_connection_is_looked_at(form: str, error: BaseException) -> None:
    """Its BlockingIOError would else say that nothing has come, and its OSError that the connection is over."""

    def handler(*_: object) -> bytes:
        raise error

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(OK)

    with Server(script) as server, Caller(form, server.origin) as calling:
        assert calling.send().status == 200
        [one] = calling.opened()
        one._socket = Instead(one._socket, recv=handler)
        with pytest.raises(type(error)) as caught:
            calling.send()
        assert caught.value is error
        assert calling.sent == 1
