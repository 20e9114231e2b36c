"""Only the leverages that a request sets say whether it holds."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from leverset_bitget.models import Contract, FuturesAccount
from leverset_okx.models import Instrument

from leverset.bitget._reads import BitgetReads
from leverset.bitget._types import BitgetLeverage
from leverset.okx._reads import OkxReads
from leverset.okx._types import OkxLeverage

SWAP, ISOLATED = {"instId": "BTC-USDT-SWAP"}, {"instId": "BTC-USDT-SWAP", "mgnMode": "isolated"}


def on_okx(side: Any, instrument: str | None = "BTC-USDT-SWAP", ccy: str | None = None) -> OkxLeverage:
    return OkxLeverage(
        lever=Decimal(5), mgn_mode="cross", inst_id=instrument, ccy=ccy, pos_side=side, confirmed="response", raw={}
    )


@pytest.mark.parametrize(
    ("body", "sides"),
    [
        ({**ISOLATED, "posSide": "long"}, ["long"]),
        ({**ISOLATED, "posSide": "short"}, ["short"]),
        ({**ISOLATED, "posSide": "net"}, ["long", "short", "net"]),
        (ISOLATED, ["long", "short", "net"]),
        ({**SWAP, "mgnMode": "cross", "posSide": "long"}, ["long", "short", "net"]),
        ({"instId": "btc-usdt-swap", "mgnMode": "cross"}, ["long", "short", "net"]),
        ({"instId": "ETH-USDT-SWAP", "mgnMode": "cross"}, []),
    ],
)
def test_sides_and_instruments_on_okx(body: dict[str, str], sides: list[str]) -> None:
    """In cross margin both sides have one leverage, and an account in net mode has one side."""
    found = OkxReads().matching(body, tuple(on_okx(side) for side in ("long", "short", "net")))
    assert [each.pos_side for each in found] == sides


def test_currencies_on_okx() -> None:
    found = (on_okx(None, None, "BTC"), on_okx(None, None, "ETH"), on_okx(None, "BTC", None))
    for given in ({"ccy": "btc"}, {"ccy": "btc", "instId": ""}):
        assert OkxReads().matching({**given, "mgnMode": "cross"}, found) == found[:1]


@pytest.mark.parametrize(("side", "sides"), [("long", ["long", None]), ("short", ["short", None]), (None, None)])
def test_sides_on_bitget(side: str | None, sides: list[str | None] | None) -> None:
    """In crossed margin there is one leverage, which is of no side."""
    found = tuple(
        BitgetLeverage(
            lever=Decimal(5),
            symbol="BTCUSDT",
            product_type="USDT-FUTURES",
            margin_coin="USDT",
            hold_side=each,
            margin_mode="isolated",
            confirmed="response",
            raw={},
        )
        for each in ("long", "short", None)
    )
    body = {"symbol": "BTCUSDT"} if side is None else {"symbol": "BTCUSDT", "holdSide": side}
    assert [each.hold_side for each in BitgetReads().matching(body, found)] == (sides or ["long", "short", None])


BITGET = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "7"}


@pytest.mark.parametrize(
    ("named", "count"),
    [
        ({}, 2),
        ({"symbol": "btcusdt", "marginCoin": "usdt"}, 2),
        ({"symbol": "ETHUSDT"}, 0),
        ({"marginCoin": "USDC"}, 0),
        ({"isolatedLongLever": None}, 1),
        ({"marginMode": "sideways"}, 0),
        ({"marginMode": None}, 0),
    ],
)
def test_leverages_of_something_else_on_bitget_are_none(named: dict[str, Any], count: int) -> None:
    said = {"marginMode": "isolated", "isolatedLongLever": "7", "isolatedShortLever": 9, **named}
    response = SimpleNamespace(data=FuturesAccount.from_dict(said))
    found = BitgetReads().leverage(BITGET).extract(response)
    assert isinstance(found, tuple)
    assert len(found) == count
    assert BitgetReads().leverage(BITGET).extract(SimpleNamespace(data=None)) == ()


@pytest.mark.parametrize("side", ["long", None])
def test_the_result_on_bitget(side: str | None) -> None:
    said = {"marginMode": "isolated", "isolatedLongLever": "7", "isolatedShortLever": 7}
    found = BitgetReads().leverage(BITGET).extract(SimpleNamespace(data=FuturesAccount.from_dict(said)))
    result = BitgetReads().confirmed(BITGET if side is None else {**BITGET, "holdSide": side}, found)
    assert (result.lever, result.hold_side, result.confirmed) == (Decimal(7), side, "read_back")


@pytest.mark.parametrize(
    ("body", "sides", "expected"),
    [
        ({**ISOLATED, "posSide": "long"}, ["long"], ("BTC-USDT-SWAP", None, "long")),
        ({**SWAP, "mgnMode": "cross"}, ["long", "short"], ("BTC-USDT-SWAP", None, None)),
        ({**SWAP, "mgnMode": "cross"}, ["net"], ("BTC-USDT-SWAP", None, "net")),
        ({**SWAP, "mgnMode": "cross", "posSide": "net"}, ["long", "short"], ("BTC-USDT-SWAP", None, "net")),
        ({"ccy": "BTC", "instId": "", "mgnMode": "cross"}, [None], (None, "BTC", None)),
        ({"ccy": "BTC", **SWAP, "mgnMode": "cross"}, ["net"], ("BTC-USDT-SWAP", None, "net")),
    ],
)
def test_the_result_on_okx(body: dict[str, str], sides: list[Any], expected: tuple[Any, ...]) -> None:
    result = OkxReads().confirmed(body, tuple(on_okx(side) for side in sides))
    assert (result.inst_id, result.ccy, result.pos_side) == expected
    assert (result.lever, result.mgn_mode, result.confirmed) == (Decimal(5), body["mgnMode"], "read_back")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"instId": "BTC-USDT"}, "MARGIN"),
        ({"instId": "BTC-USDT-SWAP", "ccy": "BTC"}, "SWAP"),
        ({"instId": "BTC-USDT-261225"}, "FUTURES"),
        ({"instId": "BTC-USD-261225-50000-C"}, None),
        ({"instId": "", "ccy": "BTC"}, None),
        ({"ccy": "BTC"}, None),
    ],
)
def test_the_limits_that_can_be_asked_for_on_okx(body: dict[str, str], kind: str | None) -> None:
    read = OkxReads().limits(body)
    asked = None if read is None else dict(read.arguments)
    assert asked == (None if kind is None else {"inst_type": kind, "inst_id": body["instId"]})


def test_what_an_account_is_the_same_for() -> None:
    assert OkxReads().account_key({"instId": "BTC-USDT"}) == ()
    body = {"symbol": "btcusdt", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "5"}
    assert BitgetReads().account_key(body) == ("USDT-FUTURES", "BTCUSDT", "USDT")


@pytest.mark.parametrize("reads", [OkxReads(), BitgetReads()], ids=["okx", "bitget"])
def test_every_way_to_set_up_an_account_is_there_once(reads: Any) -> None:
    ways = {"okx": 2 * 4, "bitget": 2 * 2}["okx" if isinstance(reads, OkxReads) else "bitget"]
    assert len(set(map(repr, reads.modes()))) == len(reads.modes()) == ways


def test_limits_of_another_instrument_are_none() -> None:
    """An entry that cannot be read, which the generated parser passes through as it is, is none either."""
    contracts: list[Any] = [5, *map(Contract.from_dict, ({"symbol": "ETHUSDT", "maxLever": "50"}, {"maxLever": "9"}))]
    read = BitgetReads().limits(BITGET)
    assert read.extract(SimpleNamespace(data=contracts)) is None
    contracts.append(Contract.from_dict({"symbol": "btcusdt", "maxLever": "75"}))
    assert read.extract(SimpleNamespace(data=contracts)).maximum == Decimal(75)
    instruments: list[Any] = [5, Instrument.from_dict({"instId": "ETH-USDT-SWAP", "lever": "50"})]
    other = OkxReads().limits(SWAP)
    assert other is not None
    assert other.extract(SimpleNamespace(data=instruments)) is None
    instruments.append(Instrument.from_dict({"instId": "btc-usdt-swap", "lever": "75"}))
    assert other.extract(SimpleNamespace(data=instruments)).maximum == Decimal(75)
