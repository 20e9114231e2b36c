"""Entries of a response with a code of their own: the reason of a refusal, and a refusal within a success."""

from __future__ import annotations

import json
from typing import Any

import leverset_bitget.operations
import pytest
from attrs import evolve
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE

from leverset import ExchangeError, OpenOrdersOrPositions, RequestRefused
from leverset._http._messages import RawResponse
from leverset._http.response import ResponseParser
from tests.caller import CREDENTIALS

PARSER = ResponseParser(exchange=EXCHANGE, operation=SET_LEVERAGE, credentials=CREDENTIALS)


def parsed(document: dict[str, Any], parser: ResponseParser = PARSER) -> Any:
    return parser.parse(RawResponse(status=200, headers={}, body=json.dumps(document).encode()))


def refused(code: str, data: object, msg: object = "") -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        parsed({"code": code, "msg": msg, "data": data})
    return caught.value


@pytest.mark.parametrize("code", ["1", "51000", "50026x"])
def test_the_reason_in_an_entry_is_the_reason_of_the_refusal(code: str) -> None:
    error = refused(code, [{"sCode": "51000", "sMsg": "Parameter posSide error"}])
    assert isinstance(error, RequestRefused)
    assert (error.code, error.message, error.name) == ("51000", "Parameter posSide error", "ParameterError")
    assert (error.reference, error.envelope_code, error.outcome) == ("okx/51000", code, "refused")
    assert error.summary == "ParameterError: Parameter posSide error"
    assert error.where.endswith(f"HTTP 200, code {code} around it")
    assert error.retryable is False


def test_the_first_refusal_of_several_entries_is_the_reason() -> None:
    data = [None, {"sCode": ""}, {"sCode": "59107", "sMsg": "first"}, {"sCode": "51000", "sMsg": "second"}]
    error = refused("1", data)
    assert isinstance(error, OpenOrdersOrPositions)
    assert (error.code, error.message) == ("59107", "first")


@pytest.mark.parametrize("data", [{"sCode": "51000", "sMsg": "m"}, [{"sCode": 51000, "sMsg": "m"}]])
def test_an_entry_alone_and_a_code_as_a_number_are_read(data: object) -> None:
    assert (refused("1", data).code, refused("1", data).message) == ("51000", "m")


@pytest.mark.parametrize("message", ["", None, 5, ["m"]])
def test_an_entry_without_a_message_leaves_that_of_the_envelope_or_none(message: object) -> None:
    error = refused("1", [{"sCode": "51000", "sMsg": message}], "of the envelope")
    assert error.message == ("" if message in (5, ["m"]) else "of the envelope")


@pytest.mark.parametrize(
    "data",
    [None, [], {}, "51000", [["51000"]], [{"sCode": ""}], [{"sCode": True}], [{"sCode": 1.5}], [{"sCode": {}}], [{}]],
)
def test_without_a_refusal_in_an_entry_the_envelope_is_the_reason(data: object) -> None:
    error = refused("1", data, "Operation failed.")
    assert (error.code, error.name, error.message) == ("1", "OperationFailed", "Operation failed.")
    assert (error.envelope_code, error.outcome) == ("", "refused")
    assert "around" not in error.where
    assert refused("2", data).outcome == "unknown"


@pytest.mark.parametrize(
    ("code", "inner", "outcome"),
    [
        (code, inner, outcome)
        for code, inner, outcome in [
            ("1", ["51000"], "refused"),
            ("1", ["51054"], "unknown"),  # the exchange itself does not know
            ("1", ["70000"], "refused"),  # in no table, and the envelope says that nothing was done
            ("70000", ["70001"], "unknown"),
            ("2", ["51000"], "unknown"),  # a part was done
            ("2", ["70000"], "unknown"),
            ("1", ["51000", "0"], "unknown"),
            ("1", ["0", "51000"], "unknown"),
            ("0", ["51000"], "unknown"),  # the envelope and its entry disagree
            ("0", ["0", "51000"], "unknown"),
            ("1", ["51000", "51054"], "unknown"),  # the exchange itself does not know of the other one
            ("1", ["51054", "51000"], "unknown"),
            ("1", ["51000", "70000"], "refused"),
        ]
    ],
)
def test_what_is_known_is_what_neither_the_envelope_nor_another_entry_denies(
    code: str, inner: list[str], outcome: str
) -> None:
    error = refused(code, [{"sCode": each, "sMsg": ""} for each in inner])
    assert error.outcome == outcome
    assert error.code == next(each for each in inner if each != "0")
    assert error.envelope_code == code


@pytest.mark.parametrize("code", ["1", "2", "51000"])
@pytest.mark.parametrize("inner", [["0"], [0], ["0", ""]])
def test_an_entry_that_reports_a_success_in_a_refusal_leaves_it_unknown(code: str, inner: list[object]) -> None:
    error = refused(code, [{"sCode": each, "sMsg": ""} for each in inner])
    assert (error.code, error.envelope_code, error.outcome) == (code, "", "unknown")


@pytest.mark.parametrize("inner", ["0", 0, "", None, False, {}])
def test_a_success_of_an_entry_is_a_success(inner: object) -> None:
    document = {"code": "0", "msg": "", "data": [{"sCode": inner, "sMsg": "", "lever": "5"}]}
    assert parsed(document) == document


def test_an_exchange_whose_entries_have_no_code_is_not_searched_for_one() -> None:
    bitget = leverset_bitget.operations
    parser = evolve(PARSER, exchange=bitget.EXCHANGE, operation=bitget.SET_LEVERAGE)
    document = {"code": "00000", "data": {"sCode": "51000"}}
    assert parsed(document, parser) == document


def test_a_secret_in_an_entry_is_hidden() -> None:
    key = CREDENTIALS.api_key
    error = refused(f"1{key}", [{"sCode": f"2{key}", "sMsg": f"no {key}"}])
    assert (error.code, error.message, error.envelope_code) == ("2[hidden]", "no [hidden]", "1[hidden]")
    assert key not in str(error)
