"""What a request is for, as a mapping and as text."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from leverset_bitget.operations import SET_LEVERAGE as BITGET
from leverset_okx.operations import SET_LEVERAGE as OKX

from leverset import Bitget, Okx
from leverset._protocols import Operation
from leverset._request_facts import RequestFacts, describe, fields_of, request_facts
from tests.caller import CREDENTIALS

LONG = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated", "posSide": "long"}


def facts(fields: dict[str, Any], environment: str = "live") -> RequestFacts:
    return request_facts(
        OKX,
        fields,
        exchange="okx",
        environment=environment,
        host="www.okx.com",
        redact=lambda text: text.replace("hush", "[hidden]"),
    )


@pytest.mark.parametrize(
    ("operation", "fields", "text"),
    [
        (OKX, LONG, 'BTC-USDT isolated, lever 5, posSide="long"'),
        (OKX, {"ccy": "BTC", "instId": "", "lever": "2.5", "mgnMode": "cross"}, "BTC cross, lever 2.5"),
        (OKX, {"instId": "a b\n", "lever": 5, "mgnMode": None}, 'instId="a b\\n", lever=5, mgnMode=None'),
        (OKX, {"instId": "x" * 61}, f'instId="{"x" * 61}"'),
        (OKX, {"lever": "5\x1b"}, 'lever="5\\u001b"'),
        (OKX, {"tdMode": "cross", "a\nb": [1]}, 'tdMode="cross", "a\\nb"=[1]'),
        (OKX, {f"f{number}": 1 for number in range(9)}, ", ".join(f"f{n}=1" for n in range(8)) + ", …"),
        (OKX, {f"f{number}": 1 for number in range(8)}, ", ".join(f"f{n}=1" for n in range(8))),
        (OKX, {}, ""),
        (
            BITGET,
            {
                "leverage": "20",
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "marginCoin": "USDT",
                "holdSide": "long",
            },
            'BTCUSDT USDT-FUTURES USDT, leverage 20, holdSide="long"',
        ),
        (BITGET, {"symbol": "龙虎USDT", "leverage": "20"}, 'symbol="龙虎USDT", leverage 20'),
    ],
)
def test_the_fields_in_a_few_words(operation: Operation, fields: dict[str, Any], text: str) -> None:
    assert describe(operation, fields) == text


def test_one_field_can_be_left_out() -> None:
    assert describe(OKX, LONG, besides="posSide") == "BTC-USDT isolated, lever 5"


def test_the_text_has_endpoint_fields_environment_and_host() -> None:
    place = "okx POST /api/v5/account/set-leverage"
    assert facts(LONG).place == place
    assert facts(LONG).text == f'{place}, BTC-USDT isolated, lever 5, posSide="long", live at www.okx.com'
    assert facts({}, "www.okx.com").text == f"{place}, at www.okx.com"


def test_the_mapping_has_the_same() -> None:
    found = facts(LONG)
    fixed = {"exchange": "okx", "environment": "live", "host": "www.okx.com", "method": "POST", "path": OKX.path}
    assert found == fixed | LONG
    assert list(found) == [*fixed, *LONG]
    assert (len(found), found["instId"], found.get("ccy")) == (9, "BTC-USDT", None)
    assert repr(found) == f"RequestFacts({fixed | LONG!r})"
    assert facts({"host": "elsewhere"})["host"] == "www.okx.com"


def test_it_cannot_be_changed_and_survives_copies_and_pickling() -> None:
    found = facts(LONG)
    with pytest.raises(TypeError):
        found["lever"] = "6"  # type: ignore[index] # that is the test
    with pytest.raises(AttributeError):
        found.text = ""  # type: ignore[misc] # likewise
    for again in (copy.copy(found), copy.deepcopy(found), *(pickle.loads(pickle.dumps(found, p)) for p in range(6))):  # noqa: S301 - our own
        assert (again, again.text, again.place) == (found, found.text, found.place)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a hush b", "a [hidden] b"),
        ("x" * 201, "x" * 200 + "…"),
        ("x" * 200, "x" * 200),
        (5, 5),
        (2.5, 2.5),
        (True, True),
        (None, None),
        (["hush"], "['[hidden]']"),
    ],
)
def test_values_are_short_and_without_secrets(value: object, kept: object) -> None:
    found = facts({"instId": value, "hush": "1"})
    assert found["instId"] == kept
    assert found["[hidden]"] == "1"
    assert "hush" not in found.text


@pytest.mark.parametrize(
    ("target", "body", "fields"),
    [
        ("/p", b"", {}),
        ("/p?a=1&b=&c=x%20y", b"", {"a": "1", "b": "", "c": "x y"}),
        ("/p", b'{"a":5,"b":null}', {"a": 5, "b": None}),
        ("/p?a=1", b'{"b":2}', {"a": "1", "b": 2}),
        ("/p?a=1", b"[1]", {"a": "1"}),
        ("/p?a=1", b"\xff{", {"a": "1"}),
        ("/p", b"[" * 100_000, {}),
    ],
)
def test_the_fields_are_read_from_what_is_sent(target: str, body: bytes, fields: dict[str, object]) -> None:
    assert fields_of(target, body) == fields


@pytest.mark.parametrize(
    ("arguments", "environment", "host"),
    [
        ({}, "live", "www.okx.com"),
        ({"region": "eea"}, "live", "eea.okx.com"),
        ({"demo": True}, "demo", "www.okx.com"),
        ({"base_url": "https://www.okx.com"}, "live", "www.okx.com"),
        ({"base_url": "https://okx.example:8443"}, "okx.example:8443", "okx.example:8443"),
        ({"base_url": "https://okx.example", "demo": True}, "demo", "okx.example"),
        ({"base_url": "http://127.0.0.1:8765"}, "sandbox", "127.0.0.1:8765"),
        ({"base_url": "http://[::1]:8765", "demo": True}, "sandbox", "[::1]:8765"),
    ],
)
def test_the_environment_is_named_after_where_requests_go(
    arguments: dict[str, Any], environment: str, host: str
) -> None:
    config = Okx(CREDENTIALS, **arguments).config
    assert (config.environment, config.host) == (environment, host)
    assert Bitget(CREDENTIALS).config.environment == "live"


def test_facts_go_into_json() -> None:
    assert json.loads(json.dumps(dict(facts(LONG)))) == dict(facts(LONG))
