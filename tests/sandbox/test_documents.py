"""The documents' own examples, verbatim."""

import re

import pytest

from tests.sandbox.caller import Caller, bitget_data, code, okx_data

OKX_EXAMPLES = [
    (b'{"instId":"BTC-USDT","lever":"5","mgnMode":"isolated"}', "single_currency", "pair"),
    (b'{"instId":"BTC-USDT","lever":"5","mgnMode":"cross"}', "single_currency", "pair"),
    (b'{"ccy":"BTC","lever":"5","mgnMode":"cross"}', "multi_currency", "currency"),
    (
        b'{"instId":"BTC-USDT-200802","lever":"5","posSide":"long","mgnMode":"isolated"}',
        "single_currency",
        "contract",
    ),
    (b'{"instId":"BTC-USDT-200802","lever":"5","mgnMode":"cross"}', "single_currency", "underlying"),
]
BITGET_EXAMPLE = (
    b'{"symbol":"btcusdt","productType":"USDT-FUTURES","marginCoin":"usdt","leverage":"20","holdSide":"long"}'
)


@pytest.mark.parametrize(("body", "level", "scope"), OKX_EXAMPLES)
def test_okx_examples_succeed(caller: Caller, body: bytes, level: str, scope: str) -> None:
    account = caller.sandbox.account("okx", level=level)
    data = okx_data(caller.okx(body, account))
    assert data["lever"] == "5"
    [kept] = caller.sandbox.leverage("okx", account)
    assert (kept["scope"], kept["lever"]) == (scope, "5")


def test_okx_response_has_the_documented_shape(caller: Caller) -> None:
    body = {"instId": "BTC-USDT-SWAP", "lever": "30", "mgnMode": "isolated", "posSide": "long"}
    response = caller.okx(body)
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "code": "0",
        "msg": "",
        "data": [{"lever": "30", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long"}],
    }


def test_okx_response_for_a_currency(caller: Caller) -> None:
    account = caller.sandbox.account("okx", level="multi_currency")
    data = okx_data(caller.okx({"ccy": "BTC", "lever": "5", "mgnMode": "cross"}, account))
    assert data == {"lever": "5", "mgnMode": "cross", "instId": "", "ccy": "BTC", "posSide": ""}


def test_bitget_example_with_margin_coin_in_capitals(caller: Caller) -> None:
    response = caller.bitget(BITGET_EXAMPLE.replace(b"usdt", b"USDT").replace(b"btcUSDT", b"btcusdt"))
    assert bitget_data(response) == {
        "symbol": "BTCUSDT",
        "marginCoin": "USDT",
        "longLeverage": "20",
        "shortLeverage": "10",
        "crossMarginLeverage": "20",
        "marginMode": "isolated",
    }
    assert response.json()["requestTime"] == 1_700_000_000_000


def test_bitget_example_as_printed_is_refused(caller: Caller) -> None:
    """The document says the coin must be capitalised, and then writes usdt."""
    response = caller.bitget(BITGET_EXAMPLE)
    assert (response.status_code, code(response)) == (400, "40020")
    assert "marginCoin" in response.json()["msg"]
    assert response.json()["data"] is None


def test_public_times_need_no_signature(caller: Caller) -> None:
    url = caller.sandbox.url
    okx = caller.client.get(f"{url}/api/v5/public/time").json()
    bitget = caller.client.get(f"{url}/api/v2/public/time").json()
    assert okx == {"code": "0", "msg": "", "data": [{"ts": "1700000000000"}]}
    assert bitget["data"] == {"serverTime": "1700000000000"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v3/account/settings", 404),
        ("GET", "/index.html", 404),
        ("POST", "/api/v5/account/set-leverage/", 404),
        ("POST", "/api/v2/mix/account/unknown", 404),
        ("GET", "/api/v5/account/set-leverage", 405),
        ("POST", "/api/v2/public/time", 405),
    ],
)
def test_anything_else_is_plain_json(caller: Caller, method: str, path: str, status: int) -> None:
    response = caller.client.request(method, caller.sandbox.url + path)
    assert (response.status_code, code(response)) == (status, str(status))


def test_date_is_the_sandbox_clock(caller: Caller) -> None:
    assert caller.okx().headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    caller.sandbox.configure(clock_offset=3600)
    assert re.search("23:13:20", caller.okx().headers["date"])
