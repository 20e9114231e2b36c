"""Bitget: every rule of the document, every code, every scope."""

import pytest

from tests.sandbox.caller import PERP, Caller, bitget_data, code

NO_SIDE = {name: value for name, value in PERP.items() if name != "holdSide"}


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def without(name: str) -> dict[str, str]:
    return {field: value for field, value in PERP.items() if field != name}


@pytest.mark.parametrize(
    ("body", "expected", "named"),
    [
        (b"", "40019", "body"),
        (b"{", "40409", ""),
        (b"[]", "40409", ""),
        (b'{"symbol":"BTCUSDT","symbol":"ETHUSDT"}', "40409", ""),
        ({**PERP, "longLeverage": "20"}, "40017", "longLeverage"),
        ({**PERP, "leverage": 20}, "40409", "leverage"),
        ({**PERP, "symbol": None}, "40409", "symbol"),
        (without("symbol"), "40019", "symbol"),
        (without("productType"), "40019", "productType"),
        (without("marginCoin"), "40019", "marginCoin"),
        (without("leverage"), "40019", "leverage"),
        ({**PERP, "symbol": ""}, "40019", "symbol"),
        ({**PERP, "productType": "usdt-futures"}, "40020", "productType"),
        ({**PERP, "productType": "UMCBL"}, "40020", "productType"),
        ({**PERP, "marginCoin": "usdt"}, "40020", "marginCoin"),
        ({**PERP, "marginCoin": "USDt"}, "40020", "marginCoin"),
        ({**PERP, "marginCoin": "US DT"}, "40020", "marginCoin"),
        ({**PERP, "marginCoin": "ＵＳＤＴ"}, "40020", "marginCoin"),
        ({**PERP, "holdSide": "LONG"}, "40020", "holdSide"),
        ({**PERP, "holdSide": "net"}, "40020", "holdSide"),
        ({**PERP, "holdSide": ""}, "40020", "holdSide"),
        ({**PERP, "leverage": "-1"}, "40020", "leverage"),
        ({**PERP, "leverage": "0"}, "40020", "leverage"),
        ({**PERP, "leverage": "2e1"}, "40020", "leverage"),
        ({**PERP, "leverage": "20\n"}, "40020", "leverage"),
        ({**PERP, "leverage": "125.5"}, "40797", ""),
        ({**PERP, "leverage": "0.99"}, "40053", ""),
        ({**PERP, "symbol": "NOPEUSDT"}, "40034", "symbol"),
        ({**PERP, "symbol": "BTC-USDT"}, "40034", "symbol"),
        ({**PERP, "symbol": "btcuſdt"}, "40034", "symbol"),
        ({**PERP, "symbol": "BTCPERP"}, "40034", "symbol"),
        ({**PERP, "marginCoin": "USDC"}, "40778", "USDT"),
        ({**PERP, "marginCoin": "BTC"}, "40778", "USDT"),
    ],
)
def test_refused_bodies(caller: Caller, body: object, expected: str, named: str) -> None:
    response = caller.bitget(body)
    assert (response.status_code, code(response)) == (400, expected)
    assert named in response.json()["msg"]
    assert (response.json()["data"], response.json()["requestTime"]) == (None, 1_700_000_000_000)
    assert caller.sandbox.leverage("bitget") == []


def test_content_type(caller: Caller) -> None:
    response = caller.bitget(headers={"Content-Type": "text/plain"})
    assert (code(response), "Content-Type" in response.json()["msg"]) == ("40017", True)


@pytest.mark.parametrize("leverage", ["1", "125", "020", "5.50"])
def test_leverage_within_bounds(caller: Caller, leverage: str) -> None:
    data = bitget_data(caller.bitget({**PERP, "leverage": leverage}))
    assert data["longLeverage"] == {"020": "20", "5.50": "5.5"}.get(leverage, leverage)


@pytest.mark.parametrize(
    ("symbol", "product_type", "margin_coin"),
    [
        ("BTCUSDT", "USDT-FUTURES", "USDT"),
        ("T123USDT", "USDT-FUTURES", "USDT"),
        ("ethperp", "USDC-FUTURES", "USDC"),
        ("BTCUSD", "COIN-FUTURES", "BTC"),
        ("SBTCSUSDT", "SUSDT-FUTURES", "SUSDT"),
        ("SBTCSPERP", "SUSDC-FUTURES", "SUSDC"),
        ("SBTCSUSD", "SCOIN-FUTURES", "SBTC"),
    ],
)
def test_product_types(caller: Caller, symbol: str, product_type: str, margin_coin: str) -> None:
    body = {**PERP, "symbol": symbol, "productType": product_type, "marginCoin": margin_coin}
    data = bitget_data(caller.bitget(body))
    assert (data["symbol"], data["marginCoin"]) == (symbol.upper(), margin_coin)
    assert code(caller.bitget({**body, "marginCoin": "XRP"})) == "40778"


def test_isolated_hedge_needs_a_side(caller: Caller) -> None:
    response = caller.bitget(NO_SIDE)
    assert (code(response), "hold side is null" in response.json()["msg"]) == ("40808", True)


@pytest.mark.parametrize(
    ("margin_mode", "position_mode", "changed"),
    [
        ("crossed", "one_way_mode", ["crossed"]),
        ("crossed", "hedge_mode", ["crossed"]),
        ("isolated", "one_way_mode", ["long", "short"]),
    ],
)
@pytest.mark.parametrize("body", [NO_SIDE, PERP, {**PERP, "holdSide": "short"}])
def test_elsewhere_a_side_is_not_required_and_passes(
    caller: Caller, margin_mode: str, position_mode: str, changed: list[str], body: dict[str, str]
) -> None:
    account = caller.sandbox.account("bitget", margin_mode=margin_mode, position_mode=position_mode)
    data = bitget_data(caller.bitget({**body, "leverage": "33"}, account))
    assert data == {
        "symbol": "BTCUSDT",
        "marginCoin": "USDT",
        "longLeverage": "33" if "long" in changed else "10",
        "shortLeverage": "33" if "short" in changed else "10",
        "crossMarginLeverage": "33" if "crossed" in changed else "20",
        "marginMode": margin_mode,
    }
    assert [kept["scope"] for kept in caller.sandbox.leverage("bitget", account)] == changed


def test_isolated_hedge_keeps_the_sides_apart(caller: Caller) -> None:
    bitget_data(caller.bitget({**PERP, "leverage": "25"}))
    data = bitget_data(caller.bitget({**PERP, "leverage": "30", "holdSide": "short"}))
    assert (data["longLeverage"], data["shortLeverage"], data["crossMarginLeverage"]) == ("25", "30", "20")
    assert caller.sandbox.leverage("bitget") == [
        {"scope": "long", "productType": "USDT-FUTURES", "symbol": "BTCUSDT", "lever": "25"},
        {"scope": "short", "productType": "USDT-FUTURES", "symbol": "BTCUSDT", "lever": "30"},
    ]


def test_the_two_margin_modes_keep_their_values_apart(caller: Caller) -> None:
    """The document's own pair: 20 requested for long in crossed, reported as long 25, cross 20."""
    account = caller.sandbox.account("bitget")
    bitget_data(caller.bitget({**PERP, "leverage": "25"}))
    caller.sandbox.change_account(account, margin_mode="crossed")
    data = bitget_data(caller.bitget({**PERP, "leverage": "20"}))
    assert (data["longLeverage"], data["crossMarginLeverage"], data["marginMode"]) == ("25", "20", "crossed")
    assert bitget_data(caller.bitget({**PERP, "symbol": "ETHUSDT"}))["longLeverage"] == "10"
