"""Lenient: what other clients send in practice passes, and nothing more."""

import pytest

from leverset.sandbox import Sandbox
from tests.sandbox.caller import PERP, SWAP, Caller, bitget_data, code, okx_data

MARGIN = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}
NET_SWAP = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "net"}


@pytest.fixture(autouse=True)
def _lenient(caller: Caller) -> None:
    caller.sandbox.configure(lenient=True, limits=False)


def strict(caller: Caller) -> None:
    caller.sandbox.configure(lenient=False)


@pytest.mark.parametrize(
    ("body", "lever", "side"),
    [
        ({**MARGIN, "lever": 5}, "5", ""),
        ({**MARGIN, "lever": 2.5}, "2.5", ""),
        ({**MARGIN, "posSide": "net"}, "5", ""),
        ({**MARGIN, "posSide": ""}, "5", ""),
        ({**MARGIN, "mgnMode": "cross", "posSide": "net"}, "5", ""),
        ({**MARGIN, "ccy": "", "posSide": ""}, "5", ""),
        ({**SWAP, "mgnMode": "cross", "posSide": ""}, "5", ""),
    ],
)
def test_okx_tolerates(caller: Caller, body: dict[str, object], lever: str, side: str) -> None:
    data = okx_data(caller.okx(body))
    assert (data["lever"], data["posSide"]) == (lever, side)
    strict(caller)
    assert code(caller.okx(body)) == "51000"


def test_okx_tolerates_net_with_a_currency(caller: Caller) -> None:
    account = caller.sandbox.account("okx", level="multi_currency")
    body = {"ccy": "BTC", "lever": "5", "mgnMode": "cross", "posSide": "net", "instId": ""}
    assert okx_data(caller.okx(body, account))["ccy"] == "BTC"
    strict(caller)
    assert code(caller.okx(body, account)) == "51000"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NET_SWAP, "51000"),
        ({**NET_SWAP, "posSide": ""}, "51000"),
        ({**MARGIN, "posSide": "long"}, "51000"),
        ({**MARGIN, "lever": True}, "51000"),
        ({**MARGIN, "lever": None}, "51000"),
        (b'{"instId":"BTC-USDT","lever":1e1,"mgnMode":"isolated"}', "51000"),
        ({**MARGIN, "color": ""}, "51000"),
        ({**MARGIN, "lever": ""}, "50014"),
        ({**MARGIN, "ccy": "BTC"}, "50016"),
        ({**SWAP, "mgnMode": "cross"}, "51000"),
        ({**MARGIN, "instId": "btc-usdt", "posSide": "net"}, "51001"),
    ],
)
def test_okx_still_refuses(caller: Caller, body: object, expected: str) -> None:
    assert code(caller.okx(body)) == expected


def test_net_still_counts_in_net_mode(caller: Caller) -> None:
    account = caller.sandbox.account("okx", position_mode="net_mode")
    assert okx_data(caller.okx(NET_SWAP, account))["posSide"] == "net"


def test_bitget_tolerates(caller: Caller) -> None:
    body = {**PERP, "leverage": 20, "marginCoin": "usdt"}
    data = bitget_data(caller.bitget(body))
    assert (data["longLeverage"], data["marginCoin"]) == ("20", "USDT")
    crossed = caller.sandbox.account("bitget", margin_mode="crossed")
    assert bitget_data(caller.bitget({**PERP, "holdSide": ""}, crossed))["crossMarginLeverage"] == "20"
    strict(caller)
    assert code(caller.bitget({**PERP, "marginCoin": "usdt"})) == "40020"
    assert code(caller.bitget({**PERP, "holdSide": ""}, crossed)) == "40020"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({**PERP, "holdSide": ""}, "40808"),
        ({**PERP, "holdSide": "net"}, "40020"),
        ({**PERP, "productType": "usdt-futures"}, "40020"),
        ({**PERP, "leverage": False}, "40409"),
    ],
)
def test_bitget_still_refuses(caller: Caller, body: object, expected: str) -> None:
    assert code(caller.bitget(body)) == expected


def test_start_lenient_without_limits() -> None:
    with Sandbox(lenient=True, limits=False) as sandbox:
        settings = sandbox.configure()
        assert (settings["lenient"], settings["limits"]) == (True, False)
