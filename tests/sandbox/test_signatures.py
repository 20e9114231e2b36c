"""Authentication: each part that is wrong has its own code."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from leverset.sandbox._messages import Request
from leverset.sandbox._signatures import signature
from tests.sandbox.caller import OKX_PATH, PERP, START, SWAP, Caller, bitget_data, code, okx_data, okx_timestamp

VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"OK-ACCESS-KEY": None}, "50103"),
        ({"OK-ACCESS-KEY": ""}, "50103"),
        ({"OK-ACCESS-PASSPHRASE": None}, "50104"),
        ({"OK-ACCESS-SIGN": None}, "50106"),
        ({"OK-ACCESS-TIMESTAMP": None}, "50107"),
        ({"OK-ACCESS-TIMESTAMP": "1700000000000"}, "50112"),
        ({"OK-ACCESS-TIMESTAMP": "2023-11-14T22:13:20Z"}, "50112"),
        ({"OK-ACCESS-TIMESTAMP": "2023-11-14T22:13:20.000ZZ"}, "50112"),
        ({"OK-ACCESS-TIMESTAMP": "2023-13-14T22:13:20.000Z"}, "50112"),
        ({"OK-ACCESS-KEY": "nobody"}, "50111"),
        ({"OK-ACCESS-PASSPHRASE": "wrong"}, "50105"),
        ({"OK-ACCESS-SIGN": "wrong"}, "50113"),
    ],
)
def test_okx_refusals(caller: Caller, headers: dict[str, str | None], expected: str) -> None:
    response = caller.okx(headers=headers)
    assert (response.status_code, code(response)) == (401, expected)
    assert set(response.json()) == {"code", "msg"}, "the gateway's errors have no data"
    assert caller.sandbox.leverage("okx") == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ACCESS-KEY": None}, "40001"),
        ({"ACCESS-SIGN": None}, "40002"),
        ({"ACCESS-TIMESTAMP": None}, "40005"),
        ({"ACCESS-TIMESTAMP": "2023-11-14T22:13:20.000Z"}, "40005"),
        ({"ACCESS-PASSPHRASE": None}, "40011"),
        ({"ACCESS-KEY": "nobody", "ACCESS-SIGN": "wrong"}, "40006"),
        ({"ACCESS-PASSPHRASE": "wrong"}, "40012"),
        ({"ACCESS-SIGN": "wrong"}, "40009"),
    ],
)
def test_bitget_refusals(caller: Caller, headers: dict[str, str | None], expected: str) -> None:
    response = caller.bitget(headers=headers)
    assert (response.status_code, code(response)) == (400, expected)
    assert set(response.json()) == {"code", "msg", "requestTime", "data"}
    assert caller.sandbox.leverage("bitget") == []


@pytest.mark.parametrize(("exchange", "expired"), [("okx", "50102"), ("bitget", "40008")])
@pytest.mark.parametrize("direction", [-1, 1])
def test_a_clock_more_than_30_seconds_off(caller: Caller, exchange: str, expired: str, direction: int) -> None:
    assert caller.request(exchange, at=START + direction * 30).status_code == 200
    late = caller.request(exchange, at=START + direction * 30.001)
    assert code(late) == expired
    caller.sandbox.configure(clock_offset=direction * 0.001)
    assert caller.request(exchange, at=START + direction * 30.001).status_code == 200


def test_secret_of_another_account_is_refused(caller: Caller) -> None:
    other = caller.sandbox.account("okx", level="multi_currency")
    response = caller.okx(account=other, headers={"OK-ACCESS-KEY": caller.sandbox.api_key})
    assert code(response) == "50105"
    mine = {"OK-ACCESS-KEY": caller.sandbox.api_key, "OK-ACCESS-PASSPHRASE": caller.sandbox.passphrase}
    assert code(caller.okx(account=other, headers=mine)) == "50113"


def _without(part: str) -> Callable[[str, str], str]:
    def text(timestamp: str, body: str) -> str:
        return (timestamp + "POST" + OKX_PATH + "?a=1" + body).replace(part, "", 1)

    return text


@pytest.mark.parametrize("part", ["POST", "?a=1", OKX_PATH, "2023", "lever"])
def test_every_part_is_signed(caller: Caller, part: str) -> None:
    signed = _without(part)(okx_timestamp(START), json.dumps(SWAP))
    assert code(caller.okx(query="?a=1", signed=signed)) == "50113"


def test_the_query_belongs_to_the_path(caller: Caller) -> None:
    okx_data(caller.okx(query="?a=1&b=%20"))
    bitget_data(caller.bitget(query="?a=1"))
    assert code(caller.bitget(query="?a=1", signed="")) == "40009"


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_header_names_in_any_case(caller: Caller, change: Callable[[str], str]) -> None:
    response = caller.okx()
    sent = response.request.headers.raw
    headers = [(change(name.decode()), value.decode()) for name, value in sent]
    again = caller.client.post(caller.sandbox.url + OKX_PATH, content=response.request.content, headers=headers)
    okx_data(again)


def test_the_first_of_a_repeated_header_counts(caller: Caller) -> None:
    response = caller.okx()
    headers = [(name.decode(), value.decode()) for name, value in response.request.headers.raw]
    twice = [*headers, ("OK-ACCESS-KEY", "nobody")]
    again = caller.client.post(caller.sandbox.url + OKX_PATH, content=response.request.content, headers=twice)
    okx_data(again)


@pytest.mark.parametrize("spacing", [{"separators": (",", ":")}, {"indent": 2}, {"sort_keys": True}])
def test_any_spacing_and_order_of_keys(caller: Caller, spacing: dict[str, Any]) -> None:
    okx_data(caller.okx(json.dumps(SWAP, **spacing).encode()))
    bitget_data(caller.bitget(json.dumps(PERP, **spacing).encode() + b"\n"))


def test_signature_covers_the_exact_bytes(caller: Caller) -> None:
    signed = okx_timestamp(START) + "POST" + OKX_PATH + json.dumps(SWAP)
    assert code(caller.okx(json.dumps(SWAP, indent=1).encode(), signed=signed)) == "50113"
    okx_data(caller.okx(json.dumps(SWAP).encode(), signed=signed))


@pytest.mark.parametrize(
    ("exchange", "header", "mismatch", "status"),
    [("okx", "x-simulated-trading", "50101", 401), ("bitget", "paptrading", "40099", 400)],
)
def test_the_environment_of_the_account(caller: Caller, exchange: str, header: str, mismatch: str, status: int) -> None:
    def attempt(value: str | None) -> httpx.Response:
        caller.clock.now += 60
        return caller.request(exchange, headers={header: value})

    assert attempt("0").status_code == 200
    assert (attempt("1").status_code, code(attempt("1"))) == (status, mismatch)
    caller.sandbox.change_account(caller.sandbox.account(exchange), environment="demo")
    assert attempt("1").status_code == 200
    assert code(attempt(None)) == code(attempt("0")) == mismatch


@pytest.mark.parametrize("environment", ["live", "demo"])
def test_bitgets_demo_products_are_open_in_both(caller: Caller, environment: str) -> None:
    account = caller.sandbox.account("bitget")
    caller.sandbox.change_account(account, environment=environment)
    headers = {"paptrading": "1"} if environment == "demo" else {}
    body = {**PERP, "symbol": "SBTCSUSDT", "productType": "SUSDT-FUTURES", "marginCoin": "SUSDT"}
    assert bitget_data(caller.bitget(body, headers=headers))["symbol"] == "SBTCSUSDT"


def test_signature_is_checked_before_the_environment(caller: Caller) -> None:
    assert code(caller.okx(headers={"x-simulated-trading": "1", "OK-ACCESS-SIGN": "wrong"})) == "50113"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_signatures_of_unrelated_clients(path: Path) -> None:
    vectors = json.loads(path.read_text())["vectors"]
    assert vectors
    for vector in vectors:
        body = base64.b64decode(vector["body_b64"])
        request = Request(vector["method"], vector["path"], vector["target"], [], body)
        expected = vector["signature"].encode()
        assert signature(vector["credentials"]["secret"], str(vector["timestamp"]), request) == expected
