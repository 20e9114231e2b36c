"""One deadline over everything that a server can do to a call, and over what comes before the server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from leverset import AsyncOkx, LeversetError, Okx
from tests.caller import CREDENTIALS, FORMS, arguments, call, settings
from tests.http.test_connection_time import swallowing
from tests.server import Raw, http
from tests.system.hostile import success

DEADLINE = 0.6
SLACK = 0.4
"""Seconds that a machine with other work may take on top."""


def drip(start: bytes, piece: bytes, every: float = 0.05) -> Callable[[socket.socket, int], None]:
    """What begins, and then goes on for as long as the client listens."""

    def respond(connection: socket.socket, _: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            connection.sendall(start)
            for _ in range(200):
                time.sleep(every)  # the slowness is what is tested
                connection.sendall(piece)

    return respond


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = success("okx")
TRICKLES = {
    "nothing": lambda _connection, _number: time.sleep(1.2),
    "interim responses": drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a status line": drip(b"HTTP/1.1 200 ", b"O"),
    "a header": drip(HEAD + b"X: ", b"x"),
    "headers": drip(HEAD, b"X-More: 1\r\n"),
    "a body": drip(HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    "chunks": drip(CHUNKED, b"1\r\n \r\n"),
    "a chunk extension": drip(CHUNKED + b"1;x=", b"x"),
    "trailers": drip(CHUNKED + b"%x\r\n%s\r\n0\r\n" % (len(WHOLE), WHOLE), b"X-More: 1\r\n"),
    "a body without length": drip(HEAD + b"Connection: close\r\n\r\n", b" "),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("trickle", TRICKLES)
def test_a_trickling_server_is_given_up_at_the_deadline(trickle: str, form: str) -> None:
    """With retries, and with far more time for each step: `asyncio.run` has ended as well."""
    with Raw(TRICKLES[trickle]) as server:
        began = time.monotonic()
        claim = call("okx", form, server.url, deadline=DEADLINE, timeout=5.0, retries=5, max_wait=5.0)
        took = time.monotonic() - began
        assert len(server.arrived) == 1
    assert claim.error is not None
    assert (claim.outcome, claim.error.reference) == ("unknown", "leverset/timeout")
    assert DEADLINE - 0.1 < took < DEADLINE + SLACK


@pytest.mark.parametrize("form", FORMS)
def test_retries_share_one_deadline(form: str) -> None:
    """Each attempt stalls for its timeout of 0.2 s, and there may be a hundred."""
    with Raw(lambda _connection, _number: time.sleep(0.5)) as server:
        began = time.monotonic()
        claim = call("okx", form, server.url, deadline=DEADLINE, timeout=0.2, retries=100, max_wait=5.0)
        took = time.monotonic() - began
    assert (claim.outcome, claim.kind) == ("unknown", "TransportError")
    assert claim.error is not None
    assert len(claim.error.attempts) == len(server.arrived) > 1
    assert took < DEADLINE + SLACK


@pytest.mark.parametrize("form", FORMS)
def test_addresses_that_swallow_are_given_up_at_the_deadline(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight addresses that never respond, and nothing is sent to any."""
    with swallowing() as swallows:
        addresses = [swallows] * 8
        claim, took = resolved(form, lambda *_: addresses)
    assert claim[0] == "not_sent"
    assert took < DEADLINE + SLACK


@pytest.mark.parametrize("form", FORMS)
def test_slow_name_resolution_is_given_up_at_the_deadline(form: str) -> None:
    over = threading.Event()

    def slow(*_: object) -> Any:
        over.wait(10)
        return []

    try:
        claim, took = resolved(form, slow)
    finally:
        over.set()
    assert claim[0] == "not_sent"
    assert took < DEADLINE + SLACK


def resolved(form: str, resolver: Callable[..., Any]) -> tuple[tuple[str, str], float]:
    """Outcome and text of a call whose host is resolved like this, and how long it took, `asyncio.run` included."""
    options = settings(deadline=DEADLINE, timeout=5.0, retries=5, max_wait=5.0)
    kind: Any = Okx if form == "sync" else AsyncOkx
    client = kind(CREDENTIALS, base_url="https://exchange.test", **options)
    client._transport._sync._resolver = client._transport._async._resolver = resolver
    began = time.monotonic()
    with pytest.raises(LeversetError) as caught:
        client.set_leverage(**arguments("okx")) if form == "sync" else asyncio.run(
            client.set_leverage(**arguments("okx"))
        )
    return (caught.value.outcome, str(caught.value)), time.monotonic() - began


@pytest.mark.parametrize("form", FORMS)
def test_a_trickling_proxy_is_given_up_at_the_deadline(form: str) -> None:
    with Raw(drip(b"HTTP/1.1 200 Connection established\r\n", b"X-More: 1\r\n")) as proxy:
        began = time.monotonic()
        claim = call(
            "okx",
            form,
            "https://localhost:9",
            proxy=f"http://127.0.0.1:{proxy.port}",
            deadline=DEADLINE,
            timeout=5.0,
            retries=5,
        )
        took = time.monotonic() - began
    assert (claim.outcome, claim.kind) == ("not_sent", "TransportError")
    assert took < DEADLINE + SLACK


@pytest.mark.parametrize("form", FORMS)
def test_a_response_right_before_the_deadline_is_a_success(form: str) -> None:
    def respond(connection: socket.socket, _: int) -> None:
        time.sleep(0.3)  # the slowness is what is tested
        connection.sendall(http(200, WHOLE))

    with Raw(respond) as server:
        assert call("okx", form, server.url, deadline=2.0, timeout=1.0).outcome == "success"
