"""One call over its attempts, without a server: what it waits for, knows, logs and claims, and its withdrawal."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageResponse
from leverset_okx.operations import SET_LEVERAGE

from leverset import (
    ClockSkew,
    ConfigurationError,
    LeversetError,
    MalformedResponse,
    Okx,
    RateLimitTimeout,
    TransportError,
)
from leverset._format import Note
from leverset._http.attempt import PreparedRequest, RequestAttempt
from leverset._retry import Call
from tests.caller import CREDENTIALS, FORMS, call, settings, without_port
from tests.clock import Clock, clocked
from tests.stand_ins import NOWHERE, mock
from tests.system.hostile import success

REQUEST = PreparedRequest(SET_LEVERAGE, SET_LEVERAGE.path, {}, b'{"instId":"BTC-USDT-SWAP"}')
WHERE = "okx POST /api/v5/account/set-leverage, BTC-USDT-SWAP, sandbox at 127.0.0.1"


def new_call(clock: Clock | None = None, **given: Any) -> Call:
    options = settings(**{"retries": 2, **given})
    return clocked(Okx, monotonic=clock or Clock())(CREDENTIALS, base_url=NOWHERE, **options).new_call()


def attempt(call: Call, known: Any = "not_sent", waited: float = 0.0) -> RequestAttempt:
    """The next attempt of a call, which has so much of its deadline left."""
    attempt = call._attempt(REQUEST)
    attempt.deadline, attempt.known, attempt.waited = 115.0, known, waited
    return attempt


def lost(outcome: Any = "unknown") -> LeversetError:
    error = TransportError("cut", reference="leverset/network", outcome=outcome)
    error.retryable = True
    return error


@pytest.mark.parametrize(
    ("longest", "deadline", "now", "left"),
    [
        (10.0, None, 104.0, 6.0),
        (10.0, None, 111.0, 0.0),
        (None, None, 111.0, None),
        (10.0, 123.0, 120.0, 3.0),
        (10.0, 133.0, 120.0, 10.0),  # a retry has the whole of it again, as far as the deadline goes
        (10.0, 119.0, 120.0, 0.0),
        (None, 123.0, 120.0, 3.0),
    ],
)
def test_how_long_is_waited_for_a_slot(
    longest: float | None, deadline: float | None, now: float, left: float | None
) -> None:
    clock = Clock(100.0)
    call = new_call(clock, max_wait=longest)
    clock.now, call.deadline = now, deadline
    assert call.max_wait == left


@pytest.mark.parametrize(
    ("outcomes", "current", "known"),
    [
        ([], None, "not_sent"),
        ([], "not_sent", "not_sent"),
        ([], "unknown", "unknown"),
        ([], "refused", "refused"),
        ([], "accepted", "accepted"),
        (["unknown"], "accepted", "accepted"),
        (["unknown"], "refused", "unknown"),
        (["unknown"], None, "unknown"),
        (["refused"], "not_sent", "refused"),
        (["refused", "not_sent"], None, "refused"),
        (["refused", "unknown"], "not_sent", "unknown"),
    ],
)
def test_what_is_known_at_this_moment_is_over_all_attempts(outcomes: list[Any], current: Any, known: str) -> None:
    call = new_call()
    for outcome in outcomes:
        call._failed(attempt(call), lost(outcome))
    if current is not None:
        attempt(call, current)
    assert call.known == known


def test_a_call_can_be_withdrawn_at_every_moment() -> None:
    call, later = new_call(), new_call()
    under_way, call.reading = attempt(call), later
    assert (call.withdrawn, under_way.withdrawn, later.withdrawn) == (False, False, False)
    call.withdraw()
    assert [call.withdrawn, under_way.withdrawn, later.withdrawn] == [True] * 3
    assert call._failed(under_way, lost()) is None, "it is not retried"
    assert attempt(call).withdrawn
    early = new_call()
    early.withdraw()
    assert attempt(early).withdrawn
    assert not attempt(new_call()).withdrawn


def test_what_cannot_be_built_names_the_operation() -> None:
    with pytest.raises(ConfigurationError) as caught:
        new_call().build(set_leverage, {"body": 5})
    assert caught.value.reference == "leverset/configuration"
    assert caught.value.summary == "the call could not be made (AttributeError)"
    assert (caught.value.where, caught.value.docs) == ("okx POST /api/v5/account/set-leverage", SET_LEVERAGE.docs)


def test_a_client_that_is_closed_between_attempts_ends_the_call_with_them() -> None:
    client = Okx(CREDENTIALS, base_url=NOWHERE, **settings(retries=2))
    call = client.new_call()
    call._failed(attempt(call), lost())
    client.close()
    with pytest.raises(ConfigurationError) as caught:
        attempt(call)
    assert caught.value.outcome == "unknown"
    assert [str(each) for each in caught.value.attempts] == ["network (unknown)"]


def test_every_attempt_is_logged_with_its_facts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset.retry")
    call = new_call()
    delay = call._failed(attempt(call, waited=0.25), lost())
    call._succeeded(attempt(call, waited=0.5))
    first, again, last = caplog.records
    assert [without_port(each.getMessage()) for each in (first, last)] == [
        f"{WHERE} attempt 1: network (unknown)",
        f"{WHERE} attempt 2: accepted (accepted)",
    ]
    assert without_port(again.getMessage()) == f"{WHERE}: leverset/network (unknown); retrying in {delay:.2g} s"
    assert [each.levelname for each in (first, again, last)] == ["DEBUG", "WARNING", "INFO"]
    facts = ("exchange", "operation", "attempt", "result", "outcome")
    said = [[vars(each)[fact] for fact in facts] for each in (first, again, last)]
    assert said == [
        ["okx", "set_leverage", 1, "network", "unknown"],
        ["okx", "set_leverage", 1, "leverset/network", "unknown"],
        ["okx", "set_leverage", 2, "accepted", "accepted"],
    ]
    assert [vars(each)["waited_seconds"] for each in (first, last)] == [0.25, 0.5]
    assert vars(again)["delay_seconds"] == delay
    assert vars(first)["request"]["instId"] == "BTC-USDT-SWAP"


def test_a_success_at_once_and_a_last_failure_are_no_news(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset.retry")
    call = new_call()
    call._succeeded(attempt(call))
    call = new_call(retries=0)
    assert call._failed(attempt(call), lost()) is None
    assert [record.levelname for record in caplog.records] == ["DEBUG", "DEBUG"]
    call = new_call(retries=1)
    for _ in range(2):
        call._failed(attempt(call), lost())
    assert [record.levelname for record in caplog.records[2:]] == ["DEBUG", "WARNING"] * 2
    text = without_port(caplog.records[-1].getMessage())
    assert text == f"{WHERE}: gave up after 2 attempts: network (unknown); network (unknown)"


def test_a_success_that_cannot_be_read_ends_the_call_with_its_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> SetLeverageResponse:
        raise KeyError("lever")

    monkeypatch.setattr(SetLeverageResponse, "from_dict", broken)
    call = new_call()
    call._failed(attempt(call), lost("not_sent"))
    attempt(call, "accepted")
    with pytest.raises(MalformedResponse) as caught:
        call.parse(set_leverage, {"code": "0"})
    assert [str(each) for each in caught.value.attempts] == ["network (not_sent)"]
    assert call.known == "unknown"


def test_a_wait_that_ended_without_a_slot_counts_as_waited() -> None:
    call = new_call()
    error = RateLimitTimeout(key="k", waited=3.0, at_least=4.0)
    assert call._failed(attempt(call, waited=0.25), error) is None
    assert error.attempts == tuple(call.attempts)
    assert [(each.number, each.waited, each.result) for each in error.attempts] == [(1, 3.0, "rate-limit-timeout")]


def test_a_clock_is_corrected_once() -> None:
    call = new_call(retries=5)
    for delay in (0.0, None):
        error = ClockSkew("late", reference="okx/50102", outcome="refused")
        error.retryable = True
        assert call._failed(attempt(call), error) == delay


@pytest.mark.parametrize(
    ("known", "note", "outcome"),
    [
        ("accepted", "was applied: the exchange had reported success", "applied"),
        ("unknown", "was under way and may have been applied", "unknown"),
        ("refused", "was not applied: the exchange had refused it", "refused"),
        ("not_sent", "was not applied: nothing was sent", "not_sent"),
    ],
)
def test_an_interrupt_has_a_note_of_what_is_known(known: Any, note: str, outcome: str) -> None:
    call, error = new_call(), KeyboardInterrupt()
    attempt(call, known)
    call.annotate(error)
    [said] = error.__notes__
    assert without_port(said) == f"leverset: {WHERE} {note}"
    assert isinstance(said, Note)
    assert (said.outcome, dict(said.request or {})["instId"]) == (outcome, "BTC-USDT-SWAP")


def test_a_success_that_is_not_confirmed_may_have_been_applied() -> None:
    call, error = new_call(), KeyboardInterrupt()
    call._succeeded(attempt(call, "accepted"))
    call.complete(lost("differs"))
    assert call.known == "unknown"
    call.annotate(error)
    [said] = error.__notes__
    assert said.endswith(" may have been applied: the response had the code of a success, and did not confirm it")


@pytest.mark.parametrize("form", FORMS)
def test_a_success_is_noted_in_either_form(form: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset.retry")
    assert call("okx", form, NOWHERE, transport=mock(success("okx"))).outcome == "success"
    assert [record.getMessage().rpartition(" attempt ")[2] for record in caplog.records] == ["1: accepted (accepted)"]
