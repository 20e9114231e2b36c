"""What leverages a request sets: that of a currency, a pair, an underlying, a contract, or one side of it."""

from typing import Any

import pytest

from leverset import BitgetAccount
from leverset.bitget import _rules as bitget
from leverset.okx import _rules as okx
from tests.rules.bodies import (
    ABSENT,
    CURRENCY,
    EVENT,
    FUTURES,
    HEDGE_ISOLATED,
    OPTION,
    PAIR,
    SWAP,
    SYMBOL,
    UNKNOWN,
    changed,
)

UNDERLYING = ("cross", "underlying", "BTC-USDT")
SWAPS = [("cross", "instrument", "BTC-USDT-SWAP"), UNDERLYING]
LONG, SHORT = (("isolated", "instrument", "BTC-USDT-SWAP", side) for side in ("long", "short"))


@pytest.mark.parametrize(
    ("body", "scopes"),
    [
        (CURRENCY, [("cross", "currency", "BTC")]),
        (changed(CURRENCY, ccy="btc", instId=""), [("cross", "currency", "BTC")]),
        (changed(CURRENCY, instId="BTC-USDT"), [("cross", "instrument", "BTC-USDT")]),
        (PAIR, [("isolated", "instrument", "BTC-USDT")]),
        (OPTION, [("isolated", "instrument", "BTC-USD-200802-10000-C")]),
        (changed(SWAP, mgnMode="cross"), SWAPS),
        (changed(SWAP, mgnMode="Cross ", instId=" btc\u2011usdt-swap"), SWAPS),
        (changed(FUTURES, mgnMode="cross"), [("cross", "futures", "BTC-USDT"), UNDERLYING]),
        (
            changed(FUTURES, mgnMode="cross", instId="BTC-USD_UM_XPERP-310404"),
            [("cross", "futures", "BTC-USD_UM_XPERP"), ("cross", "underlying", "BTC-USD_UM_XPERP")],
        ),
        (EVENT, [("isolated", "instrument", "BTC-ABOVE-DAILY-260224-1600-65000")]),
        (changed(SWAP, posSide="Long\n"), [LONG]),
        (SWAP, [LONG, SHORT]),
        (changed(SWAP, posSide="net"), [LONG, SHORT]),
        (changed(SWAP, posSide="long"), [LONG]),
        (changed(SWAP, posSide="short"), [SHORT]),
        (changed(UNKNOWN, posSide="long"), [("isolated", "instrument", "NEW-SHAPE-X-1", "long")]),
        (changed(UNKNOWN, mgnMode="cross"), [("cross", "instrument", "NEW-SHAPE-X-1")]),
        ({"mgnMode": "cross"}, []),
        ({"ccy": "BTC"}, []),
        (changed(CURRENCY, ccy=5), []),
    ],
)
def test_scopes_of_okx(body: dict[str, Any], scopes: list[tuple[str, ...]]) -> None:
    assert okx.scopes(body, None) == tuple(scopes)


BOTH = [("USDT-FUTURES", "BTCUSDT", "long"), ("USDT-FUTURES", "BTCUSDT", "short")]


@pytest.mark.parametrize(
    ("body", "account", "scopes"),
    [
        (SYMBOL, None, BOTH),
        (changed(SYMBOL, symbol="btcusdt"), None, BOTH),
        (changed(SYMBOL, symbol="BTC USDT\u200b", productType=" usdt\u2013futures"), None, BOTH),
        (changed(SYMBOL, holdSide="Long "), None, BOTH[:1]),
        (changed(SYMBOL, holdSide="long"), None, BOTH[:1]),
        (changed(SYMBOL, holdSide="short"), HEDGE_ISOLATED, BOTH[1:]),
        (changed(SYMBOL, holdSide="both"), HEDGE_ISOLATED, BOTH),
        (changed(SYMBOL, holdSide="long"), BitgetAccount(margin_mode="crossed"), BOTH),
        (changed(SYMBOL, holdSide="long"), BitgetAccount(position_mode="one_way_mode"), BOTH),
        (changed(SYMBOL, symbol=ABSENT), None, []),
        (changed(SYMBOL, productType=""), None, []),
        (changed(SYMBOL, symbol=5), None, []),
    ],
)
def test_scopes_of_bitget(body: dict[str, Any], account: BitgetAccount | None, scopes: list[tuple[str, ...]]) -> None:
    assert bitget.scopes(body, account) == tuple(scopes)
