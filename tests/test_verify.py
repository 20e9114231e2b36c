"""Verification: the reported result of a success is compared with the request, where the exchange filled it."""

import logging
from typing import Any

import leverset_okx.operations
import pytest

from leverset import ResultMismatch
from leverset._request_facts import RequestFacts, request_facts
from leverset._verify import entry_for, filled, verify_result

SET_LEVERAGE = leverset_okx.operations.SET_LEVERAGE
TARGET = 'BTC-USDT-SWAP isolated, lever 5, posSide="long", live at www.okx.com'
ASKED = {"lever": "5", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long"}


def facts_of(fields: dict[str, str]) -> RequestFacts:
    return request_facts(
        SET_LEVERAGE, fields, exchange="okx", environment="live", host="www.okx.com", redact=lambda text: text
    )


def look(
    reported: dict[str, Any], expected: dict[str, str] | None = None, numbers: tuple[str, ...] = ("lever",)
) -> None:
    wanted = ASKED if expected is None else expected
    verify_result(
        SET_LEVERAGE,
        wanted,
        reported,
        numbers=numbers,
        redact=lambda text: text.replace("hush", "[hidden]"),
        facts=lambda: facts_of(wanted),
    )


@pytest.mark.parametrize(
    "lever", ["5", "5.0", "05", "5.000", "0.5E1", 5, 5.0, "5" + "." + "0" * 100], ids=lambda v: repr(v)[:12]
)
def test_the_same_number_in_another_notation_is_equal(lever: object, caplog: pytest.LogCaptureFixture) -> None:
    look({**ASKED, "lever": lever})
    assert caplog.records == []


def test_names_are_compared_without_regard_to_case(caplog: pytest.LogCaptureFixture) -> None:
    look({"lever": "5", "mgnMode": "ISOLATED", "instId": "btc-usdt-swap", "posSide": "Long"})
    assert caplog.records == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lever", "3"),
        ("lever", "5.0001"),
        ("lever", "50"),
        ("lever", "-5"),
        ("lever", 4.999),
        ("lever", "5." + "0" * 60 + "1"),
        ("mgnMode", "cross"),
        ("instId", "BTC-USDT"),
        ("instId", 5),
        ("posSide", "short"),
    ],
)
def test_another_value_is_a_mismatch(field: str, value: object) -> None:
    with pytest.raises(ResultMismatch) as caught:
        look({**ASKED, field: value})
    error = caught.value
    assert (error.outcome, error.retryable) == ("differs", False)
    assert (error.expected, error.reported) == (ASKED, {field: str(value)})
    assert error.reference == "leverset/result-mismatch"
    assert error.docs == SET_LEVERAGE.docs


def test_every_field_that_differs_is_named() -> None:
    with pytest.raises(ResultMismatch) as caught:
        look({"lever": "3", "mgnMode": "isolated", "instId": "ETH-USDT-SWAP", "posSide": "x\ny"})
    assert caught.value.summary == (
        'the exchange reports success with lever "3" where "5" was requested, '
        'instId "ETH-USDT-SWAP" where "BTC-USDT-SWAP" was requested, posSide "x\\ny" where "long" was requested'
    )
    assert list(caught.value.reported) == ["lever", "instId", "posSide"]


@pytest.mark.parametrize("value", ["", None, [], {}, True, False])
@pytest.mark.parametrize("field", ["mgnMode", "instId", "posSide"])
def test_a_name_that_came_back_empty_is_not_compared(
    field: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    look({**ASKED, field: value})
    look({name: text for name, text in ASKED.items() if name != field})
    assert caplog.records == []


@pytest.mark.parametrize(
    "value",
    ["", None, [], True, "abc", "NaN", "sNaN", "Infinity", float("nan"), float("inf"), "5x", "1E+99999999999999999999"],
)
def test_a_leverage_that_does_not_come_back_is_a_warning(value: object, caplog: pytest.LogCaptureFixture) -> None:
    look({**ASKED, "lever": value})
    [record] = caplog.records
    assert (record.levelno, record.name) == (logging.WARNING, "leverset.verify")
    assert record.getMessage() == (
        f"okx POST /api/v5/account/set-leverage, {TARGET}: success without a reported lever; taken as applied"
    )
    fields = vars(record)
    assert (fields["exchange"], fields["operation"], fields["missing"]) == ("okx", "set_leverage", ["lever"])
    assert fields["request"] == dict(facts_of(ASKED))


def test_a_success_that_names_no_leverage_at_all_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    look({}, numbers=())
    assert [record.getMessage() for record in caplog.records] == [
        f"okx POST /api/v5/account/set-leverage, {TARGET}: success without a reported leverage; taken as applied"
    ]


def test_every_leverage_that_is_missing_is_named(caplog: pytest.LogCaptureFixture) -> None:
    look({}, {"a": "1", "b": "2", "c": "x"}, ("a", "b"))
    assert "a reported a, b;" in caplog.text


def test_a_mismatch_beside_a_missing_leverage_is_a_mismatch(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ResultMismatch):
        look({**ASKED, "lever": "", "mgnMode": "cross"})
    assert caplog.records == []


@pytest.mark.parametrize(
    ("value", "text"),
    [("5", "5"), (5, "5"), (2.5, "2.5"), ("", None), (None, None), (True, None), ([], None), ({}, None), (b"5", None)],
)
def test_what_can_be_compared(value: object, text: str | None) -> None:
    assert filled(value) == text


def test_what_differs_is_quoted_without_the_credentials() -> None:
    with pytest.raises(ResultMismatch) as caught:
        look({"lever": "hush", "instId": "hush-SWAP"})
    assert caught.value.reported == {"instId": "[hidden]-SWAP"}
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("lever", ["[hidden]", "x[hidden]"])
def test_a_leverage_that_was_redacted_came_back_and_differs(lever: str) -> None:
    with pytest.raises(ResultMismatch) as caught:
        look({**ASKED, "lever": lever})
    assert caught.value.reported == {"lever": lever}


SHORT = {**ASKED, "lever": "3", "posSide": "short"}
OTHER = {**ASKED, "lever": "7", "instId": "ETH-USDT-SWAP"}


@pytest.mark.parametrize(
    ("entries", "chosen"),
    [
        ([], {}),
        ([ASKED], ASKED),
        ([SHORT, ASKED], ASKED),
        ([OTHER, SHORT, ASKED], ASKED),
        ([{"lever": "9"}, ASKED], ASKED),  # an entry that names nothing could be about anything
        ([OTHER, {"lever": "9"}], {"lever": "9"}),
        ([{}, OTHER], {}),
        ([SHORT, OTHER], SHORT),  # none is about it: the first one differs
        (
            [{**ASKED, "instId": "btc-usdt-swap", "posSide": ""}, OTHER],
            {**ASKED, "instId": "btc-usdt-swap", "posSide": ""},
        ),
        ([ASKED, {**ASKED, "lever": "4"}], {**ASKED, "lever": "4"}),  # one of them says that something else holds
        ([{**ASKED, "lever": "5.0"}, ASKED, {**ASKED, "lever": ""}], {**ASKED, "lever": "5.0"}),
    ],
)
def test_the_entry_that_is_compared_is_the_one_about_the_request(entries: list[Any], chosen: dict[str, str]) -> None:
    assert entry_for(ASKED, entries, numbers=("lever",)) == chosen
