"""Every hostile response over a real socket, on both exchanges, in sync and async, over both carriers."""

from __future__ import annotations

import pytest

from leverset import MalformedResponse
from leverset._http.response import MAX_BYTES
from tests.caller import CARRIERS, EXCHANGES, FORMS, SECRETS, call, carried
from tests.server import Raw, Untouched, http
from tests.system.hostile import HTML, ROWS, SIZE, Row, success

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
    assert read == MAX_BYTES < SIZE
    assert f"it has more than {MAX_BYTES} bytes" in str(claim.error)


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
