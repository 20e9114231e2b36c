"""Every hostile response over a real socket, on both exchanges, in sync and async, over both carriers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import pytest

from leverset import AsyncOkx, MalformedResponse, Okx
from leverset._http._messages import MAX_BODY
from tests.caller import CARRIERS, CREDENTIALS, EXCHANGES, FORMS, SECRETS, arguments, call, carried, settings
from tests.server import Raw, Untouched, http, read
from tests.system.hostile import HTML, ROWS, SIZE, Row, refusal, success

CASES = [
    pytest.param(row, exchange, id=f"{row.name}-{exchange}")
    for row in ROWS
    for exchange in EXCHANGES
    if row.only in (None, exchange)
]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("row", "exchange"), CASES)
def test_a_hostile_response_claims_no_more_than_it_says(row: Row, exchange: str, form: str, carrier: str) -> None:
    with Raw(row.response(exchange)) as server:
        claim = call(exchange, form, server.url, **row.changed, **carried(carrier, form))
    assert (claim.outcome, claim.kind) == (row.outcome, row.error or "success"), claim.error
    assert len(server.arrived) == 1
    if claim.error is not None:
        shown = f"{claim.error} {claim.error!r} {claim.error.__dict__}"
        assert len(str(claim.error)) < 2500
        assert str(claim.error).isascii() or str(claim.error).replace("\n", "").isprintable()
        assert not [secret for secret in SECRETS if secret in shown]
        assert len(claim.error.attempts) == (0 if row.error == "ResultMismatch" else 1)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_of_50_mb_no_more_than_the_documented_size_is_read(form: str, carrier: str) -> None:
    row = next(row for row in ROWS if row.name == "a body of 50 MB")
    with Raw(row.response("okx")) as server:
        claim = call("okx", form, server.url, **carried(carrier, form))
    assert isinstance(claim.error, MalformedResponse)
    read = int(claim.error.where.rpartition("HTTP 200, ")[2].split()[0])
    assert read == MAX_BODY < SIZE
    assert f"it has more than {MAX_BODY} bytes" in str(claim.error)


class Kept(Raw):
    """Serves one request after the other on each connection, as a function of their number says."""

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (arrived := read(connection)) is not None:
                self.arrived.append(arrived)
                self._respond(connection, len(self.arrived))


@pytest.mark.parametrize("more", [http(400, refusal("okx", "51000")), http(200, success("okx"))[:30], b"x"])
@pytest.mark.parametrize("form", FORMS)
def test_bytes_behind_a_response_belong_to_no_request(form: str, more: bytes) -> None:
    """What a server sends unasked for is neither the response to the next request nor the beginning of it."""
    respond = http(200, success("okx")) + more

    async def awaited() -> list[Any]:
        async with AsyncOkx(CREDENTIALS, base_url=server.url, **settings()) as client:
            return [(await client.set_leverage(**arguments("okx"))).lever for _ in range(3)]

    with Kept(lambda connection, _: connection.sendall(respond)) as server:
        if form == "async":
            levers = asyncio.run(awaited())
        else:
            with Okx(CREDENTIALS, base_url=server.url, **settings()) as client:
                levers = [client.set_leverage(**arguments("okx")).lever for _ in range(3)]
    assert (levers, server.connections, len(server.arrived)) == ([5, 5, 5], 3, 3)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_redirect_is_never_followed(exchange: str, form: str, status: int) -> None:
    with Untouched() as other, Raw(http(status, b"", f"Location: {other.url}/api/v5/account/set-leverage")) as server:
        claim = call(exchange, form, server.url, retries=1)
    assert (claim.outcome, claim.kind) == ("unknown", "MalformedResponse")
    assert "redirect" in str(claim.error)
    assert len(server.arrived) == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_redirect_with_a_success_is_not_followed(form: str) -> None:
    with Untouched() as other, Raw(http(307, success("okx"), f"Location: {other.url}/")) as server:
        assert call("okx", form, server.url).outcome == "success"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_passing_fault_is_retried_until_it_is_over(exchange: str, form: str) -> None:
    responses = {1: http(502, HTML), 2: b"", 3: http(200, success(exchange))}
    with Raw(lambda connection, number: connection.sendall(responses[number])) as server:
        assert call(exchange, form, server.url, retries=2).outcome == "success"
    assert len(server.arrived) == 3
    signatures = {
        arrived.header("OK-ACCESS-TIMESTAMP") or arrived.header("ACCESS-TIMESTAMP") for arrived in server.arrived
    }
    assert len(signatures) == 3, "each attempt is signed afresh"
