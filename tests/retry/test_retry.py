"""Retries: what is retried, when, how often, in which order, and what is claimed over all attempts."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import types
from typing import Any

import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest, SetLeverageResponse
from leverset_okx.operations import SET_LEVERAGE

from leverset import (
    AsyncOkx,
    ClockSkew,
    ConfigurationError,
    LeversetError,
    MalformedResponse,
    Okx,
    RateLimitExceeded,
    TransportError,
    _retry,
)
from leverset._http.attempt import PreparedRequest
from leverset._retry import _FIRST_BACKOFF as FIRST  # as it is before a fixture makes it short
from leverset._retry import Call
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS, FORMS, arguments, call, settings
from tests.clock import clocked
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, mock
from tests.system.faults import credentials
from tests.system.hostile import refusal, success

REQUEST = PreparedRequest(SET_LEVERAGE, SET_LEVERAGE.path, {}, b"{}")


@pytest.mark.parametrize(
    ("outcomes", "last", "claimed"),
    [
        ([], "not_sent", "not_sent"),
        (["not_sent"], "not_sent", "not_sent"),
        (["refused"], "refused", "refused"),
        (["refused", "not_sent"], "not_sent", "refused"),
        (["unknown", "refused"], "refused", "unknown"),
        (["unknown", "not_sent"], "not_sent", "unknown"),
        (["not_sent", "unknown", "refused"], "refused", "unknown"),
        (["unknown"], "differs", "differs"),
    ],
)
def test_the_outcome_is_over_all_attempts(outcomes: Any, last: Any, claimed: str) -> None:
    error = LeversetError("x", reference="x/y", outcome=last)
    error.add_outcomes(outcomes)
    assert error.outcome == claimed


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_attempt_stays_unknown_after_a_refusal(sandbox: Sandbox, form: str) -> None:
    sandbox.fault(close="before")
    sandbox.fault(exchange_code={"code": "51000", "msg": "no"}, apply=False)
    claim = call("okx", form, sandbox.url, credentials(sandbox, "okx"), retries=2)
    assert (claim.outcome, claim.kind) == ("unknown", "RequestRefused")
    assert claim.error is not None
    assert [(a.number, a.result, a.outcome) for a in claim.error.attempts] == [
        (1, "network", "unknown"),
        (2, "51000", "refused"),
    ]


@pytest.mark.parametrize("retries", [0, 1, 2, 4])
@pytest.mark.parametrize("form", FORMS)
def test_attempts_are_retries_plus_one(form: str, retries: int, caplog: pytest.LogCaptureFixture) -> None:
    with Raw(b"") as server:
        claim = call("okx", form, server.url, retries=retries)
    assert (len(server.arrived), claim.outcome) == (retries + 1, "unknown")
    assert claim.error is not None
    assert len(claim.error.attempts) == retries + 1
    gave_up = f"gave up after {retries + 1} attempts: {'; '.join(['network (unknown)'] * (retries + 1))}\n"
    assert caplog.text.count("gave up after") == caplog.text.count(gave_up) == int(retries > 0)


def test_log_lines_of_retries_carry_their_facts(caplog: pytest.LogCaptureFixture) -> None:
    responses = {1: http(502, b"<html>"), 2: http(200, refusal("okx", "51000"))}
    with Raw(lambda connection, number: connection.sendall(responses[number])) as server:
        claim = call("okx", "sync", server.url, retries=2)
    assert claim.outcome == "unknown"
    again, gave_up = (vars(record) for record in caplog.records if "delay_seconds" in vars(record))
    facts = ("operation", "attempt", "result", "outcome")
    assert [again[fact] for fact in facts] == ["set_leverage", 1, "okx/malformed-response", "unknown"]
    assert (again["name"], gave_up["name"]) == ("leverset.retry", "leverset.retry")
    assert 0 < again["delay_seconds"] < 1
    assert [gave_up[fact] for fact in facts] == ["set_leverage", 2, "okx/51000", "unknown"]
    assert gave_up["delay_seconds"] is None


def failed(call: Call, outcome: Any, *, deadline: float | None) -> float | None:
    """The delay after an attempt of a call that failed like this."""
    attempt = call._attempt(REQUEST)
    attempt.deadline = deadline
    error = TransportError("x", reference="leverset/network", outcome=outcome)
    error.retryable = True
    return call._failed(attempt, error)


def test_waits_grow_with_jitter_and_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_retry, "_FIRST_BACKOFF", FIRST)
    now = 100.0
    client = clocked(Okx, monotonic=lambda: now)(
        CREDENTIALS, base_url=NOWHERE, **settings(retries=5000, deadline=1000.0)
    )
    call = client.new_call()
    waits = []
    for _ in range(1999):  # so many that the doubling would not fit into a float
        delay = failed(call, "unknown", deadline=now + 1000.0)
        assert delay is not None
        waits.append(delay)
    for wait, longest in zip(waits, [0.2, 0.4, 0.8, 1.6, 2.0, 2.0], strict=False):
        assert longest / 2 <= wait <= longest
    assert max(waits) <= 2.0
    assert len(set(waits)) > 1000
    assert [attempt.number for attempt in call.attempts] == list(range(1, 2000))
    assert failed(call, "unknown", deadline=now + 0.5) is None


def levers(sandbox: Sandbox) -> list[str]:
    """What was asked for, in the order in which it arrived."""
    return [json.loads(base64.b64decode(str(entry["body_b64"])))["lever"] for entry in sandbox.requests("okx")]


@pytest.mark.parametrize("form", FORMS)
def test_a_newer_call_waits_for_the_retries_of_the_older(sandbox: Sandbox, form: str) -> None:
    sandbox.fault(status=502, body="<html>", delay_after=0.1, times=2)
    keys, given = credentials(sandbox, "okx"), settings(retries=2)

    def arrived() -> bool:
        return bool(sandbox.requests("okx"))

    async def awaited() -> None:
        async with AsyncOkx(keys, base_url=sandbox.url, **given) as client:
            older = asyncio.create_task(client.set_leverage(**arguments("okx", "5")))
            for _ in range(1000):
                await asyncio.sleep(0.005)
                if await asyncio.to_thread(arrived):
                    break
            await client.set_leverage(**arguments("okx", "6"))
            await older

    def sync() -> None:
        with Okx(keys, base_url=sandbox.url, **given) as client:
            older = threading.Thread(target=lambda: client.set_leverage(**arguments("okx", "5")))
            older.start()
            for _ in range(1000):
                older.join(0.005)
                if arrived():
                    break
            client.set_leverage(**arguments("okx", "6"))
            older.join()

    sync() if form == "sync" else asyncio.run(awaited())
    assert levers(sandbox) == ["5", "5", "5", "6"]
    assert [scope["lever"] for scope in sandbox.leverage("okx")] == ["6"]


BODY = SetLeverageRequest.from_dict({"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"})


def called(form: str, module: Any, arguments: dict[str, Any], **given: Any) -> Any:
    """`call` of a client in sync and in async."""

    async def awaited() -> Any:
        async with AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings(**given)) as client:
            return await client.call(module, **arguments)

    if form == "async":
        return asyncio.run(awaited())
    with Okx(CREDENTIALS, base_url=NOWHERE, **settings(**given)) as client:
        return client.call(module, **arguments)


@pytest.mark.parametrize("form", FORMS)
def test_call_runs_any_operation_and_refuses_what_is_none(form: str) -> None:
    response = called(form, set_leverage, {"body": BODY}, transport=mock(success("okx")))
    assert response.data[0].lever == "5"
    for module in (types, "set_leverage", None):
        with pytest.raises(ConfigurationError, match="no generated operation") as caught:
            called(form, module, {})
        assert caught.value.outcome == "not_sent"


@pytest.mark.parametrize("form", FORMS)
def test_wrong_arguments_are_not_sent(form: str) -> None:
    for wrong in ({"bdy": BODY}, {"body": 5}, {}):
        with pytest.raises(ConfigurationError) as caught:
            called(form, set_leverage, wrong, transport=mock(success("okx")))
        assert (caught.value.outcome, caught.value.attempts) == ("not_sent", ())
        assert isinstance(caught.value.__cause__, TypeError | AttributeError)


@pytest.mark.parametrize("form", FORMS)
def test_an_unreadable_success_is_unknown(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> SetLeverageResponse:
        raise KeyError("lever")

    monkeypatch.setattr(SetLeverageResponse, "from_dict", broken)
    with pytest.raises(MalformedResponse, match="reports success") as caught:
        called(form, set_leverage, {"body": BODY}, transport=mock(success("okx")), retries=2)
    assert (caught.value.outcome, caught.value.reference) == ("unknown", "leverset/unreadable-response")
    assert caught.value.request is not None
    assert caught.value.request["instId"] == "BTC-USDT-SWAP"


@pytest.mark.parametrize("form", FORMS)
def test_what_was_not_sent_is_retried(form: str) -> None:
    claim = call("okx", form, NOWHERE, retries=2)
    assert (claim.outcome, claim.kind) == ("not_sent", "TransportError")
    assert claim.error is not None
    assert [attempt.outcome for attempt in claim.error.attempts] == ["not_sent"] * 3


@pytest.mark.parametrize("form", FORMS)
def test_a_connection_closed_while_idle_is_replaced(sandbox: Sandbox, form: str) -> None:
    """The exchange closes after each response; the second call finds that out before it sends."""
    with Raw(http(200, success("okx"))) as server:

        async def awaited() -> None:
            async with AsyncOkx(CREDENTIALS, base_url=server.url, **settings()) as client:
                for _ in range(3):
                    await client.set_leverage(**arguments("okx"))
                    await asyncio.sleep(0.05)

        if form == "async":
            asyncio.run(awaited())
        else:
            with Okx(CREDENTIALS, base_url=server.url, **settings()) as client:
                for _ in range(3):
                    client.set_leverage(**arguments("okx"))
                    threading.Event().wait(0.05)
    assert (len(server.arrived), server.connections) == (3, 3)


@pytest.mark.parametrize(
    ("error", "retry_after", "deadline", "delay"),
    [
        (RateLimitExceeded, 7.0, 107.0, None),
        (RateLimitExceeded, 7.0, 107.1, 0.0),  # the limiter is paused meanwhile, and the retry waits there
        (RateLimitExceeded, None, 100.02, None),
        (RateLimitExceeded, None, 100.03, 0.0),
        (ClockSkew, None, 100.0, None),
        (ClockSkew, None, 100.1, 0.0),
        (ClockSkew, None, None, None),  # no slot yet, so no deadline: nothing to retry
    ],
)
def test_it_is_retried_only_where_the_deadline_leaves_time(
    error: type[LeversetError], retry_after: float | None, deadline: float | None, delay: float | None
) -> None:
    client = clocked(Okx, monotonic=lambda: 100.0)(CREDENTIALS, base_url=NOWHERE, **settings(retries=2))
    call = client.new_call()
    attempt = call._attempt(REQUEST)
    attempt.deadline = deadline
    problem = error("x", reference="okx/x", outcome="refused")
    problem.retryable = True
    if isinstance(problem, RateLimitExceeded):
        problem.retry_after = retry_after
    assert call._failed(attempt, problem) == delay


@pytest.mark.parametrize("form", FORMS)
def test_a_body_is_built_once_and_a_response_parsed_once(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    build, parse = set_leverage._get_kwargs, set_leverage._parse_response

    def counted_build(**given: Any) -> Any:
        calls.append("built")
        return build(**given)

    def counted_parse(**given: Any) -> Any:
        calls.append("parsed")
        return parse(**given)

    monkeypatch.setattr(set_leverage, "_get_kwargs", counted_build)
    monkeypatch.setattr(set_leverage, "_parse_response", counted_parse)
    responses = {1: b"", 2: http(502, b"<html>"), 3: http(200, success("okx"))}
    with Raw(lambda connection, number: connection.sendall(responses[number])) as server:
        assert call("okx", form, server.url, retries=2).outcome == "success"
    assert calls == ["built", "parsed"]
    assert len({arrived.body for arrived in server.arrived}) == 1
    assert len({arrived.header("OK-ACCESS-SIGN") for arrived in server.arrived}) == 3, "each is signed afresh"
