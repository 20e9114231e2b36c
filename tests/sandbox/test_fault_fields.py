"""Descriptions of faults are checked when a fault is added."""

from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.sandbox.caller import Caller, okx_data


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"color": 1}, "unknown fault field 'color'"),
        ({"exchange": "binance"}, "exchange must be one of"),
        ({"close": "never"}, "close must be one of"),
        ({"status": 199}, "status must be an HTTP status"),
        ({"status": True}, "status must be an HTTP status"),
        ({"status": "500"}, "status must be an HTTP status"),
        ({"nth": 0}, "nth must be an integer from 1 to"),
        ({"nth": None}, "nth must be an integer"),
        ({"times": True}, "times must be an integer"),
        ({"repeat": 1.5}, "repeat must be an integer"),
        ({"content_length": -1}, "content_length must be an integer from 0 to"),
        ({"apply": 1}, "apply must be true or false"),
        ({"delay_before": -1}, "delay_before must be a number from 0 to 86400"),
        ({"date_offset": "x"}, "date_offset must be a number"),
        ({"account": 1}, "account must be a text"),
        ({"drop": "lever"}, "drop must be a list"),
        ({"null": [1]}, "null must be a list"),
        ({"body_b64": "é"}, "body_b64 must be base64"),
        ({"body_b64": "a"}, "body_b64 must be base64"),
        ({"body_b64": 5}, "body_b64 must be base64"),
        ({"body": "x", "body_b64": ""}, "exclude each other"),
        ({"replace": []}, "replace must be an object"),
        ({"headers": {"a": 1}}, "headers must be names with texts"),
        ({"headers": {"Content-Length": "1"}}, "headers must be no framing"),
        ({"headers": {"a b": "1"}}, "headers: "),
        ({"headers": {"a": "€"}}, "headers: "),
        ({"trickle": {"bytes": 1}}, "trickle must be"),
        ({"trickle": {"bytes": 0, "seconds": 1}}, "trickle.bytes must be"),
        ({"trickle": {"bytes": 1, "seconds": -1}}, "trickle.seconds must be"),
        ({"exchange_code": {"msg": "x"}}, "exchange_code must be texts"),
        ({"exchange_code": {"code": "1", "data": []}}, "exchange_code must be"),
        ({"exchange_code": {"code": "1", "status": 700}}, "exchange_code.status must be"),
    ],
)
def test_wrong_descriptions(sandbox: Sandbox, description: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sandbox.fault(**description)
    assert sandbox.faults() == []


def test_a_description_is_copied_and_must_be_json(caller: Caller) -> None:
    echo = {"lever": "7"}
    caller.sandbox.fault(replace=echo)
    echo["lever"] = "8"
    assert okx_data(caller.okx())["lever"] == "7"
    with pytest.raises(ValueError, match=r"replace\.lever must be JSON"):
        caller.sandbox.fault(replace={"lever": object()})


def test_optional_fault_fields_may_be_null(sandbox: Sandbox) -> None:
    names = ("exchange", "account", "path", "times", "exchange_code", "redirect", "status")
    sandbox.fault(**dict.fromkeys((*names, "body", "body_b64", "content_length", "trickle", "close")))
    assert len(sandbox.faults()) == 1
