"""Every error and every log record of a call names what the request is for, where it goes, and no secret."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest

from leverset import AsyncOkx, Limiter, Okx, OkxAccount, RuleViolation
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS, FORMS, SECRETS, call, settings, without_port
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, Watched
from tests.system.faults import credentials
from tests.system.hostile import refusal, success

PATH = "/api/v5/account/set-leverage"
BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
TARGET = f'okx POST {PATH}, BTC-USDT-SWAP isolated, lever 5, posSide="long", sandbox at 127.0.0.1'
MISMATCH = success("okx").replace(b'"5"', b'"3"')
UNREADABLE = b'{"code":"0","data":5,"msg":{}}'


def facts(url: str) -> dict[str, Any]:
    host = url.partition("://")[2]
    return {"exchange": "okx", "environment": "sandbox", "host": host, "method": "POST", "path": PATH, **BODY}


RESPONSES: dict[str, bytes] = {
    "ExchangeError": http(400, refusal("okx", "51000")),
    "RateLimitExceeded": http(429, b""),
    "MalformedResponse": http(403, b"<html>", "cf-ray: 8f1c2d3e4a5b6c7d-FRA"),
    "TransportError": b"",
    "ResultMismatch": http(200, MISMATCH),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES.keys())
def test_an_error_of_a_call_names_its_request(response: bytes, form: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset")
    with Raw(response) as server:
        url = server.url
        claim = call("okx", form, url)
    assert claim.error is not None
    assert claim.error.request == facts(url)
    assert without_port(claim.error.where).startswith(TARGET)
    assert f"\n  --> {claim.error.where}\n" in str(claim.error)
    assert pickle.loads(pickle.dumps(claim.error)).request == facts(url)  # noqa: S301 - our own
    records = [record for record in caplog.records if record.name != "leverset.limits"]
    assert records
    for record in records:
        assert vars(record)["request"] == facts(url)
        assert without_port(record.getMessage()).startswith(TARGET)
    seen = f"{claim.error} {vars(claim.error)} {[vars(record) for record in caplog.records]}"
    assert not [secret for secret in SECRETS if secret in seen]


@pytest.mark.parametrize("form", FORMS)
def test_retries_and_giving_up_are_logged_with_the_request(form: str, caplog: pytest.LogCaptureFixture) -> None:
    with Raw(b"") as server:
        url = server.url
        call("okx", form, url, retries=1)
    again, gave_up = (record for record in caplog.records if record.name == "leverset.retry")
    for record, text in ((again, "retrying in"), (gave_up, "gave up after 2 attempts")):
        assert text in record.getMessage()
        assert without_port(record.getMessage()).startswith(TARGET)
        assert (vars(record)["exchange"], vars(record)["operation"]) == ("okx", "set_leverage")
        assert vars(record)["request"] == facts(url)


def test_a_line_that_nobody_reads_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("leverset._retry.Call._facts", lambda *_: made.append(1))
    with Raw(http(200, success("okx"))) as server:
        url = server.url
        assert call("okx", "sync", url).outcome == "success"
    assert made == []


def test_a_corrected_clock_is_logged_with_the_request(caplog: pytest.LogCaptureFixture) -> None:
    expired = http(401, b'{"msg":"expired","code":"50102"}', "Date: Mon, 30 Nov 2026 08:00:00 GMT")
    with Raw(expired) as server:
        url = server.url
        call("okx", "sync", url)
    [record] = [record for record in caplog.records if record.name == "leverset.http"]
    assert vars(record)["request"] == facts(url)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["acquire", "release"])
def test_a_limiter_out_of_reach_is_told_with_the_request(
    step: str, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Raw(http(200, success("okx"))) as server:
        url = server.url
        claim = call("okx", form, url, limiter=Watched(fails=step))
    if claim.error is not None:
        assert claim.error.request == facts(url)
        assert without_port(claim.error.where) == TARGET
    else:
        [record] = [record for record in caplog.records if record.name == "leverset.http"]
        assert vars(record)["request"] == facts(url)


def test_a_wait_for_the_limit_that_is_too_long_names_its_request_and_the_limit() -> None:
    limiter = Limiter()
    with Okx(CREDENTIALS, base_url=NOWHERE, **settings(limiter=limiter, max_wait=0.01)) as okx:
        limiter.pause(okx.config.key(okx.operation), 60)
        claim = call("okx", "sync", NOWHERE, limiter=limiter, max_wait=0.01)
    assert claim.error is not None
    assert claim.error.request == facts(NOWHERE)
    assert without_port(claim.error.where).startswith(f"{TARGET}; okx:")


@pytest.fixture
def locked() -> Iterator[Okx]:
    """A client of which another call for the same leverage is under way."""
    with Okx(CREDENTIALS, base_url=NOWHERE, **settings(max_wait=0.01)) as okx, okx._locks.acquire(okx.scope(BODY), 1.0):
        yield okx


def test_a_wait_for_an_earlier_call_that_is_too_long_names_its_request(locked: Okx) -> None:
    with pytest.raises(Exception, match="an earlier call for isolated BTC-USDT-SWAP long did not end within") as caught:
        locked.set_leverage_from(BODY)
    error: Any = caught.value
    assert error.request == facts(NOWHERE)
    assert error.where == f"{TARGET}:9; isolated BTC-USDT-SWAP long"


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_a_broken_rule_has_the_request_too(make: Any) -> None:
    client = make(CREDENTIALS, base_url=NOWHERE, account=OkxAccount(position_mode="net_mode"))

    async def awaited() -> None:
        await client.set_leverage_from({**BODY, "lever": 5})

    with pytest.raises(RuleViolation) as caught:
        asyncio.run(awaited())  # the sync client raises before there is anything to await
    assert caught.value.request == facts(NOWHERE)
    [violation] = caught.value.violations
    assert violation.where == f'okx POST {PATH}, BTC-USDT-SWAP isolated, lever 5, posSide="long"'


@pytest.mark.parametrize("response", [http(400, refusal("okx", "51000")), http(200, UNREADABLE), b""])
def test_any_operation_and_the_bare_client_name_their_request(response: bytes) -> None:
    with Raw(response) as server, Okx(CREDENTIALS, base_url=server.url, **settings()) as okx:
        url = server.url
        body = SetLeverageRequest.from_dict(BODY)
        ways: list[Callable[[], object]] = [
            lambda: okx.call(set_leverage, body=body),
            lambda: set_leverage.sync(client=okx.client, body=body),
        ]
        for way in ways:
            try:
                way()
            except Exception as problem:
                error: Any = problem
                if hasattr(error, "request") or response != http(200, UNREADABLE):
                    assert error.request == facts(url)
                    assert without_port(error.where).startswith(TARGET)


def test_arguments_that_cannot_be_sent_name_the_endpoint() -> None:
    with Okx(CREDENTIALS, base_url=NOWHERE, **settings()) as okx, pytest.raises(Exception, match="could not") as caught:
        okx.call(set_leverage, wrong=1)
    error: Any = caught.value
    assert error.request == {key: value for key, value in facts(NOWHERE).items() if key not in BODY}
    assert error.where == f"okx POST {PATH}, sandbox at 127.0.0.1:9"


def test_a_secret_in_a_field_is_hidden() -> None:
    with Raw(http(400, refusal("okx", "51001"))) as server:
        url = server.url
        claim = call("okx", "sync", url, request={"inst_id": f"A-{SECRETS[0]}", "lever": 5, "mgn_mode": "cross"})
    assert claim.error is not None
    assert claim.error.request is not None
    assert claim.error.request["instId"] == "A-[hidden]"
    assert 'instId="A-[hidden]"' in claim.error.where
    assert not [secret for secret in SECRETS if secret in f"{claim.error} {vars(claim.error)}"]


def test_the_sandbox_of_the_tests_is_named_as_what_it_is() -> None:
    with Sandbox() as exchange:
        claim = call("okx", "sync", exchange.url)
    assert claim.error is not None
    assert claim.error.request == facts(exchange.url)
    assert "error[okx/50111]" in str(claim.error)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reads_fail", [False, True])
def test_what_is_logged_of_a_read_back_names_the_request(
    reads_fail: bool, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "leverset.read_back")
    with Sandbox() as exchange:
        exchange.fault(exchange="okx", close="before")
        if reads_fail:
            exchange.fault(exchange="okx", path="/api/v5/account/leverage-info", times=None, status=502, body="<html>")
        claim = call("okx", form, exchange.url, credentials(exchange, "okx"), read_back="on_doubt")
        url = exchange.url
    assert claim.outcome == ("unknown" if reads_fail else "success")
    [record] = [record for record in caplog.records if record.name == "leverset.read_back"]
    assert without_port(record.getMessage()).startswith(f"{TARGET}")
    assert vars(record)["request"] == facts(url)
    assert vars(record)["exchange"] == "okx"


@pytest.mark.parametrize("form", FORMS)
def test_an_account_that_cannot_be_read_is_logged_with_the_request(form: str, caplog: pytest.LogCaptureFixture) -> None:
    with Sandbox() as exchange:
        exchange.fault(exchange="okx", path="/api/v5/account/config", status=502, body="<html>")
        call("okx", form, exchange.url, credentials(exchange, "okx"), account="read")
        url = exchange.url
    [record] = [record for record in caplog.records if record.name == "leverset.account"]
    assert "the account could not be read: okx/malformed-response" in record.getMessage()
    assert without_port(record.getMessage()).startswith(TARGET)
    assert vars(record)["request"] == facts(url)
