"""Responses under a fault, as the client receives them."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from leverset.sandbox._fault_response import ResponseSender
from leverset.sandbox._faults import Fault
from leverset.sandbox._messages import Response
from tests.sandbox.caller import Caller, StillClock, okx_data


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def raw(caller: Caller) -> bytes:
    """Everything the server sends until it closes the connection, as bytes."""
    host, port = caller.sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"POST /api/v5/account/set-leverage HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_chunked(caller: Caller) -> None:
    caller.sandbox.fault(chunked=True)
    response = caller.okx()
    assert okx_data(response)["lever"] == "5"
    assert response.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in response.headers
    assert caller.okx().headers["content-length"]


@pytest.mark.parametrize("chunked", [False, True])
def test_trickle(caller: Caller, chunked: bool) -> None:
    caller.sandbox.fault(body="0123456789", repeat=3, trickle={"bytes": 4, "seconds": 0.5}, chunked=chunked)
    assert caller.okx().content == b"0123456789" * 3
    assert caller.clock.slept == [0.5] * 7


def test_close_before(caller: Caller) -> None:
    caller.sandbox.fault(close="before")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        caller.okx()
    [entry] = caller.sandbox.requests()
    assert (entry["applied"], entry["response_status"], entry["response_body_b64"]) == (True, None, None)
    assert caller.okx().is_success


def test_close_with_a_reset(caller: Caller) -> None:
    caller.sandbox.fault(close="before", reset=True)
    with pytest.raises(httpx.ReadError):
        caller.okx()
    assert caller.okx().is_success


@pytest.mark.parametrize("close", ["headers", "middle", "after"])
@pytest.mark.parametrize("chunked", [False, True])
def test_close_later(caller: Caller, close: str, chunked: bool) -> None:
    caller.sandbox.fault(close=close, body="0123456789", status=200, chunked=chunked)
    head, _, body = raw(caller).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" not in head.lower(), "not announced"
    plain = {"headers": b"", "middle": b"01234", "after": b"0123456789"}
    chunks = {"headers": b"", "middle": b"5\r\n01234\r\n", "after": b"a\r\n0123456789\r\n0\r\n\r\n"}
    assert body == (chunks if chunked else plain)[close]
    if close != "after":
        caller.sandbox.fault(close=close, chunked=chunked)
        with pytest.raises(httpx.RemoteProtocolError):
            caller.okx()
        assert caller.okx().is_success


@pytest.mark.parametrize("close", ["headers", "middle", "after"])
def test_close_around_an_empty_body(caller: Caller, close: str) -> None:
    caller.sandbox.fault(close=close, body="")
    head, _, body = raw(caller).partition(b"\r\n\r\n")
    assert (b"content-length: 0" in head, body) == (True, b"")


@pytest.mark.parametrize("claimed", [0, 4, 10, 25])
def test_content_lengths_that_lie(caller: Caller, claimed: int) -> None:
    caller.sandbox.fault(body="0123456789", repeat=2, content_length=claimed)
    head, _, body = raw(caller).partition(b"\r\n\r\n")
    assert f"content-length: {claimed}".encode() in head
    assert body == b"0123456789" * 2


def test_a_true_content_length_keeps_the_connection(caller: Caller) -> None:
    caller.sandbox.fault(body="0123456789", content_length=10)
    assert caller.okx().content == b"0123456789"
    assert caller.okx().is_success


def test_a_trickle_ends_when_the_client_has_gone(caller: Caller) -> None:
    sent: list[Any] = []

    class Gone(asyncio.Transport):
        def is_closing(self) -> bool:
            return bool(sent)

        def close(self) -> None:
            pass

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    clock = StillClock()
    sender = ResponseSender({"type": "http", "state": {"transport": Gone()}}, receive, send, clock)
    fault = Fault(trickle={"bytes": 1, "seconds": 60}, close="after")
    asyncio.run(sender.send(Response(200, b"0123456789", {}), [], fault))
    assert clock.slept == []
