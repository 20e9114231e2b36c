"""A doubt is resolved by reading what holds: each row and column of the table in docs/outcomes.md, on real sockets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from leverset import ExchangeError, NoChange, OpenOrdersOrPositions, ResultMismatch
from leverset.sandbox import Sandbox
from tests.caller import EXCHANGES, FORMS, Claim
from tests.read_back.reading import READ_PATH, REPORTED, ask, methods, observed, set_outside

pytestmark = [pytest.mark.parametrize("exchange", EXCHANGES), pytest.mark.parametrize("form", FORMS)]
ORDERS = {"okx": "59000", "bitget": "45097"}
NO_CHANGE = {"bitget": "40814"}
LOST = {"close": "before"}


def fails(sandbox: Sandbox, exchange: str) -> None:
    """No read is answered."""
    sandbox.fault(exchange=exchange, path=READ_PATH[exchange], times=None, status=503, body="<html>")


def confirmed(claim: Claim, lever: str = "7") -> str:
    assert claim.error is None, claim.error
    assert claim.result.lever == Decimal(lever)
    return str(claim.result.confirmed)


# --- the outcome is unknown


@pytest.mark.parametrize(
    "fault",
    [LOST, {"close": "headers"}, {"status": 503, "body": "<html>"}, {"body": "{}"}, {"null": ["code"]}],
    ids=["closed", "cut", "503", "odd", "no-code"],
)
def test_what_was_applied_is_a_success(sandbox: Sandbox, exchange: str, form: str, fault: dict[str, Any]) -> None:
    sandbox.fault(exchange=exchange, **fault)
    claim = ask(sandbox, exchange, form)
    assert confirmed(claim) == "read_back"
    assert methods(sandbox, exchange) == ["POST", "GET"]


def test_a_code_in_no_table_is_a_doubt(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, exchange_code={"code": "77777", "msg": "new"})
    assert confirmed(ask(sandbox, exchange, form)) == "read_back"


def test_what_was_not_applied_stays_unknown(sandbox: Sandbox, exchange: str, form: str) -> None:
    """It may still arrive: to say refused would be a guess."""
    set_outside(sandbox, exchange, "4")
    sandbox.fault(exchange=exchange, apply=False, **LOST)
    claim = ask(sandbox, exchange, form)
    assert claim.outcome == "unknown"
    assert observed(claim) == ["4"]
    text = str(claim.error)
    assert "\n  fix:   another value holds now, and a request without a response may still arrive for a while" in text
    assert "\n  read:  lever 4 (" in text


def test_what_is_applied_after_the_read_was_rightly_unknown(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, apply_after=2.0, **LOST)
    claim = ask(sandbox, exchange, form)
    assert claim.outcome == "unknown"
    assert observed(claim) != ["7"]


def test_a_read_that_fails_makes_nothing_worse(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, **LOST)
    fails(sandbox, exchange)
    claim = ask(sandbox, exchange, form)
    assert (claim.outcome, claim.kind, observed(claim)) == ("unknown", "TransportError", [])
    assert claim.error is not None
    assert claim.error.read_failure.startswith(f"{exchange}/malformed-response: ")
    assert f"\n  read:  failed, {exchange}/malformed-response: " in str(claim.error)
    assert len(claim.error.attempts) == 1


@pytest.mark.parametrize(
    "data", ["[]", "{}", "null", '[{"lever": "x", "instId": "BTC-USDT-SWAP"}]', '[{"lever": "7"}]']
)
def test_a_read_that_names_no_leverage_proves_nothing(sandbox: Sandbox, exchange: str, form: str, data: str) -> None:
    """The value of something else proves nothing either."""
    code = "0" if exchange == "okx" else "00000"
    sandbox.fault(exchange=exchange, **LOST)
    sandbox.fault(exchange=exchange, path=READ_PATH[exchange], body=f'{{"code": "{code}", "msg": "", "data": {data}}}')
    claim = ask(sandbox, exchange, form)
    assert claim.error is not None
    assert (claim.outcome, claim.error.read_failure) == ("unknown", "the exchange named no leverage")


def test_reads_come_after_the_last_attempt(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, times=None, **LOST)
    assert confirmed(ask(sandbox, exchange, form, retries=2)) == "read_back"
    assert methods(sandbox, exchange) == ["POST", "POST", "POST", "GET"]


def test_a_read_is_retried(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, times=3, **LOST)
    sandbox.fault(exchange=exchange, path=READ_PATH[exchange], **LOST)
    assert confirmed(ask(sandbox, exchange, form, retries=2)) == "read_back"
    assert methods(sandbox, exchange) == ["POST", "POST", "POST", "GET", "GET"]


# --- the exchange reports another value


def test_another_reported_value_is_read_again(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, replace={REPORTED[exchange]: "3"})
    assert confirmed(ask(sandbox, exchange, form)) == "read_back"


def test_another_value_that_holds_differs(sandbox: Sandbox, exchange: str, form: str) -> None:
    set_outside(sandbox, exchange, "4")
    sandbox.fault(exchange=exchange, apply=False, replace={REPORTED[exchange]: "4"})
    claim = ask(sandbox, exchange, form)
    assert (claim.outcome, claim.kind, observed(claim)) == ("differs", "ResultMismatch", ["4"])


def test_a_mismatch_stays_where_the_read_fails(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, replace={REPORTED[exchange]: "3"})
    fails(sandbox, exchange)
    claim = ask(sandbox, exchange, form)
    assert (claim.outcome, claim.kind, observed(claim)) == ("differs", "ResultMismatch", [])


# --- a refusal over orders, positions or no change


def refuse(sandbox: Sandbox, exchange: str, code: str) -> None:
    sandbox.fault(exchange=exchange, apply=False, exchange_code={"code": code, "msg": "", "status": 400})


@pytest.mark.parametrize("codes", [ORDERS, NO_CHANGE], ids=["orders", "no-change"])
def test_what_holds_already_needs_no_write(sandbox: Sandbox, exchange: str, form: str, codes: dict[str, str]) -> None:
    if exchange not in codes:
        return
    set_outside(sandbox, exchange, "7")
    refuse(sandbox, exchange, codes[exchange])
    assert confirmed(ask(sandbox, exchange, form)) == "read_back"


@pytest.mark.parametrize("codes", [ORDERS, NO_CHANGE], ids=["orders", "no-change"])
def test_what_does_not_hold_is_refused(sandbox: Sandbox, exchange: str, form: str, codes: dict[str, str]) -> None:
    if exchange not in codes:
        return
    set_outside(sandbox, exchange, "4")
    refuse(sandbox, exchange, codes[exchange])
    claim = ask(sandbox, exchange, form)
    assert isinstance(claim.error, OpenOrdersOrPositions | NoChange)
    assert (claim.outcome, observed(claim)) == ("refused", ["4"])
    assert "may still arrive" not in claim.error.fix


def test_a_refusal_stays_where_the_read_fails(sandbox: Sandbox, exchange: str, form: str) -> None:
    refuse(sandbox, exchange, ORDERS[exchange])
    fails(sandbox, exchange)
    claim = ask(sandbox, exchange, form)
    assert (claim.outcome, claim.kind, observed(claim)) == ("refused", "OpenOrdersOrPositions", [])


def test_other_refusals_are_not_read_back(sandbox: Sandbox, exchange: str, form: str) -> None:
    refuse(sandbox, exchange, "51001" if exchange == "okx" else "40034")
    claim = ask(sandbox, exchange, form)
    assert isinstance(claim.error, ExchangeError)
    assert claim.outcome == "refused"
    assert methods(sandbox, exchange) == ["POST"]


# --- a success without a value


def test_a_success_without_a_value_is_read_back(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, drop=[REPORTED[exchange]])
    assert confirmed(ask(sandbox, exchange, form)) == "read_back"
    assert methods(sandbox, exchange) == ["POST", "GET"]


def test_a_success_without_a_value_is_looked_at_twice(sandbox: Sandbox, exchange: str, form: str) -> None:
    set_outside(sandbox, exchange, "4")
    sandbox.fault(exchange=exchange, apply=False, drop=[REPORTED[exchange]])
    claim = ask(sandbox, exchange, form)
    assert isinstance(claim.error, ResultMismatch)
    assert (claim.outcome, observed(claim)) == ("differs", ["4"])
    assert "4 holds where 7 was requested" in claim.error.summary
    assert (list(claim.error.expected.values()), list(claim.error.reported.values())) == (["7"], ["4"])
    assert methods(sandbox, exchange) == ["POST", "GET", "GET"]


def test_a_success_that_takes_a_moment(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, apply_after=0.45, drop=[REPORTED[exchange]])
    assert confirmed(ask(sandbox, exchange, form)) == "read_back"
    # Twice, unless the machine is so busy that it was applied before the first look.
    assert methods(sandbox, exchange) in (["POST", "GET", "GET"], ["POST", "GET"])


def test_a_success_without_a_value_and_without_a_read(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.fault(exchange=exchange, drop=[REPORTED[exchange]])
    fails(sandbox, exchange)
    assert confirmed(ask(sandbox, exchange, form)) == "no"


# --- after every call, and never


def test_a_certain_success_is_not_read_back(sandbox: Sandbox, exchange: str, form: str) -> None:
    assert confirmed(ask(sandbox, exchange, form)) == "response"
    assert methods(sandbox, exchange) == ["POST"]


def test_always_reads_what_holds(sandbox: Sandbox, exchange: str, form: str) -> None:
    assert confirmed(ask(sandbox, exchange, form, read_back="always")) == "read_back"
    assert methods(sandbox, exchange) == ["POST", "GET"]


def test_always_finds_what_somebody_else_set(sandbox: Sandbox, exchange: str, form: str) -> None:
    set_outside(sandbox, exchange, "4")
    sandbox.fault(exchange=exchange, apply=False)  # as if it had been overwritten at once
    claim = ask(sandbox, exchange, form, read_back="always")
    assert (claim.outcome, claim.kind, observed(claim)) == ("differs", "ResultMismatch", ["4"])
    assert methods(sandbox, exchange) == ["POST", "GET", "GET"]


def test_always_keeps_a_success_whose_read_fails(sandbox: Sandbox, exchange: str, form: str) -> None:
    fails(sandbox, exchange)
    assert confirmed(ask(sandbox, exchange, form, read_back="always")) == "response"


@pytest.mark.parametrize(
    "fault", [LOST, {"body": "<html>"}, {"drop": ["lever", "longLeverage"]}], ids=["lost", "odd", "silent"]
)
def test_never_sends_what_it_always_sent(sandbox: Sandbox, exchange: str, form: str, fault: dict[str, Any]) -> None:
    sandbox.fault(exchange=exchange, **fault)
    claim = ask(sandbox, exchange, form, read_back="never")
    assert claim.outcome == "unknown" or claim.result.confirmed == "no"
    assert methods(sandbox, exchange) == ["POST"]
