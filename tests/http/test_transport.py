"""Slots, pauses, closing and log lines around one request, in sync and in async."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE

from leverset import AsyncOkx, ConfigurationError, Okx, RateLimitTimeout
from leverset.sandbox import Sandbox
from tests.caller import FAST, FORMS, SECRETS, arguments, call, settings, without_port
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, Watched
from tests.system.faults import credentials
from tests.system.hostile import refusal, success

WHERE = (
    "leverset: okx POST /api/v5/account/set-leverage, "
    'BTC-USDT-SWAP isolated, lever 5, posSide="long", sandbox at 127.0.0.1'
)


@pytest.mark.parametrize("form", FORMS)
def test_a_transport_of_the_other_form_takes_no_slot(form: str) -> None:
    limiter = Watched()
    inner: Any = httpx.AsyncHTTPTransport() if form == "sync" else httpx.HTTPTransport()
    claim = call("okx", form, NOWHERE, transport=inner, limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.stats()) == ("not_sent", "ConfigurationError", {})


@pytest.mark.parametrize("form", FORMS)
def test_a_limiter_out_of_reach_has_sent_nothing(sandbox: Sandbox, form: str) -> None:
    claim = call("okx", form, sandbox.url, credentials(sandbox, "okx"), limiter=Watched(fails="acquire"), retries=2)
    assert (claim.outcome, claim.kind, sandbox.requests()) == ("not_sent", "LimiterUnavailable", [])
    assert claim.error is not None
    assert [(attempt.number, attempt.outcome) for attempt in claim.error.attempts] == [(1, "not_sent")]


@pytest.mark.parametrize("form", FORMS)
def test_release_out_of_reach_is_logged_and_masks_nothing(
    sandbox: Sandbox, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys = credentials(sandbox, "okx")
    assert call("okx", form, sandbox.url, keys, limiter=Watched(fails="release")).outcome == "success"
    problem = next(record for record in caplog.records if "could not be released" in record.getMessage())
    assert (problem.name, problem.levelname) == ("leverset.http", "ERROR")
    assert vars(problem)["limit_key"].startswith("okx:")
    sandbox.fault(exchange_code={"code": "51000", "msg": "no"}, apply=False)
    assert call("okx", form, sandbox.url, keys, limiter=Watched(fails="release")).kind == "RequestRefused"


@pytest.mark.parametrize("form", FORMS)
def test_pause_out_of_reach_is_logged_and_masks_nothing(form: str, caplog: pytest.LogCaptureFixture) -> None:
    limiter = Watched(fails="pause")
    with Raw(http(429, b"slow down", "Retry-After: 3")) as server:
        claim = call("okx", form, server.url, limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.pauses) == ("refused", "RateLimitExceeded", [3.0])
    assert limiter.released == ["responded"]
    assert "is not known to others" in caplog.text


OK, HTML = http(200, success("okx")), http(502, b"<html>")
REFUSED, LIMITED = http(400, refusal("okx", "51000")), http(429, refusal("okx", "50011"))


@pytest.mark.parametrize(
    ("step", "response", "note", "sent"),
    [
        pytest.param("acquire", b"", "was not applied: nothing was sent", 0, id="acquire"),
        pytest.param("release", OK, "was applied: the exchange had reported success", 1, id="release-accepted"),
        pytest.param("release", REFUSED, "was not applied: the exchange had refused it", 1, id="release-refused"),
        pytest.param("release", HTML, "was under way and may have been applied", 1, id="release-malformed"),
        pytest.param("release", b"", "was under way and may have been applied", 1, id="release-closed"),
        pytest.param("pause", LIMITED, "was not applied: the exchange had refused it", 1, id="pause"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_what_a_limiter_raises_passes_with_a_note(step: str, response: bytes, note: str, sent: int, form: str) -> None:
    problem = OSError(f"{step} failed")
    with Raw(response) as server, pytest.raises(OSError, match=f"^{step} failed") as caught:
        call("okx", form, server.url, limiter=Watched(fails=step, problem=problem), retries=2)
    assert caught.value is problem
    assert [without_port(each) for each in problem.__notes__] == [f"{WHERE} {note}"]
    assert len(server.arrived) == sent


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7.0),
        ("0", 0.02),
        ("", 0.02),
        ("-3", 0.02),
        ("1.5", 0.02),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.02),
        ("9" * 9, 0.02),
    ],
)
def test_retry_after_is_honoured_where_it_is_a_number(header: str, pause: float, form: str) -> None:
    limiter = Watched()
    with Raw(http(429, refusal("okx", "50011"), f"Retry-After: {header}")) as server:
        claim = call("okx", form, server.url, limiter=limiter)
    assert (claim.kind, limiter.pauses) == ("RateLimitExceeded", [pause])


@pytest.mark.parametrize("form", FORMS)
def test_a_pause_longer_than_the_deadline_is_not_waited_for(form: str) -> None:
    with Raw(http(429, refusal("okx", "50011"), "Retry-After: 60")) as server:
        claim = call("okx", form, server.url, retries=3)
    assert (claim.kind, len(server.arrived)) == ("RateLimitExceeded", 1)
    assert claim.error is not None
    assert getattr(claim.error, "retry_after", None) == 60.0


@pytest.mark.parametrize("form", FORMS)
def test_a_retry_waits_for_its_slot_until_the_deadline(form: str) -> None:
    """One slot, held by the first attempt for longer than the call may take."""
    slow = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}
    with Raw(http(502, b"<html>")) as server:
        began = time.monotonic()
        claim = call("okx", form, server.url, retries=3, deadline=0.5, max_wait=60.0, rate_limits=slow)
    assert time.monotonic() - began < 5.0
    assert isinstance(claim.error, RateLimitTimeout)
    assert (claim.outcome, len(server.arrived)) == ("unknown", 1)
    assert [attempt.outcome for attempt in claim.error.attempts] == ["unknown", "not_sent"]
    assert 0.2 < claim.error.attempts[1].waited < 5.0


def test_a_retry_keeps_the_deadline_without_max_wait() -> None:
    slow = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}
    with Raw(http(502, b"<html>")) as server:
        claim = call("okx", "sync", server.url, retries=3, deadline=0.3, max_wait=None, rate_limits=slow)
    assert (claim.outcome, claim.kind) == ("unknown", "RateLimitTimeout")


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_client_sends_nothing(sandbox: Sandbox, form: str) -> None:
    keys, given = credentials(sandbox, "okx"), settings()

    def sync() -> None:
        client = Okx(keys, base_url=sandbox.url, **given)
        client.close()
        with client, pytest.raises(ConfigurationError, match="closed"):
            client.set_leverage(**arguments("okx"))

    async def awaited() -> None:
        client = AsyncOkx(keys, base_url=sandbox.url, **given)
        await client.aclose()
        async with client:
            with pytest.raises(ConfigurationError, match="closed"):
                await client.set_leverage(**arguments("okx"))

    sync() if form == "sync" else asyncio.run(awaited())
    assert sandbox.requests() == []


def test_debug_info_and_warning_lines_carry_their_facts(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset")
    sandbox.fault(status=502, body="<html>")
    assert call("okx", "sync", sandbox.url, credentials(sandbox, "okx"), retries=2).outcome == "success"
    assert call("okx", "sync", sandbox.url, credentials(sandbox, "okx")).outcome == "success"
    facts = [
        (
            record.levelname,
            record.__dict__.get("attempt"),
            record.__dict__.get("result"),
            record.__dict__.get("outcome"),
        )
        for record in caplog.records
        if "attempt" in record.__dict__
    ]
    assert facts == [
        ("DEBUG", 1, "malformed-response", "unknown"),
        ("WARNING", 1, "okx/malformed-response", "unknown"),
        ("INFO", 2, "accepted", "accepted"),
        ("DEBUG", 1, "accepted", "accepted"),
    ]
    first = next(record for record in caplog.records if "waited_seconds" in record.__dict__)
    assert first.name == "leverset.retry"
    assert (first.__dict__["exchange"], first.__dict__["operation"]) == ("okx", "set_leverage")


@pytest.mark.off_contract("the spec's operation is signed; here it is taken for one that is not")
@pytest.mark.parametrize("form", FORMS)
def test_an_operation_that_is_not_signed_carries_no_secret(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = replace(SET_LEVERAGE, signed=False)
    monkeypatch.setattr(Okx, "exchange", replace(EXCHANGE, operations={(public.method, public.path): public}))
    monkeypatch.setattr(AsyncOkx, "exchange", Okx.exchange)
    with Raw(http(200, success("okx"))) as server:
        assert call("okx", form, server.url).outcome == "success"
    head = server.arrived[0].head.decode()
    assert not [secret for secret in SECRETS if secret in head]
    assert "ok-access" not in head.lower()
