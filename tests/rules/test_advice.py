"""What a violation advises: the field or the value that was meant, and no second error that follows from the first."""

from __future__ import annotations

from typing import Any

import pytest

from leverset import OkxAccount
from leverset._suggest import nearest, plain_name, slips
from tests.rules.bodies import (
    ABSENT,
    CURRENCY,
    HEDGE_ISOLATED,
    LONG_SHORT,
    PAIR,
    SWAP,
    SYMBOL,
    bitget_violations,
    changed,
    names,
    okx_violations,
)


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        *(
            ("instID", "instId"),
            ("InstId", "instId"),
            ("inst_id", "instId"),
            ("instid ", "instId"),
            ("insId", "instId"),
        ),
        *(("symbol", "instId"), ("instrument", "instId"), ("Inst ID", "instId"), ("inst\u200bId", "instId")),
        *(("leverage", "lever"), ("Lever", "lever"), ("levr", "lever"), ("LEVERAGE", "lever")),
        *(("mgn_mode", "mgnMode"), ("marginMode", "mgnMode"), ("tdMode", "mgnMode"), ("mngMode", "mgnMode")),
    ],
)
def test_a_misspelt_field_is_one_violation_that_names_the_field(misspelt: str, meant: str) -> None:
    body = {misspelt if name == meant else name: value for name, value in SWAP.items()}
    [violation] = okx_violations(body)
    assert (violation.rule, violation.fix) == ("okx/field-known", f"did you mean {meant}?")
    assert violation.value == SWAP[meant]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        *(("instId", "symbol"), ("pair", "symbol"), ("Symbol", "symbol"), ("product_type", "productType")),
        *(("prodType", "productType"), ("category", "productType"), ("lever", "leverage"), ("leverge", "leverage")),
        *(("marginCcy", "marginCoin"), ("margin_coin", "marginCoin"), ("coin", "marginCoin")),
    ],
)
def test_a_misspelt_field_of_bitget(misspelt: str, meant: str) -> None:
    body = {misspelt if name == meant else name: value for name, value in SYMBOL.items()}
    assert [violation.fix for violation in bitget_violations(body)] == [f"did you mean {meant}?"]


@pytest.mark.parametrize("side", ["holdSide", "side", "possSide", "pos_side", "PosSide"])
def test_a_misspelt_side_is_none_that_is_missing(side: str) -> None:
    [violation] = okx_violations(changed(SWAP, **{side: "long"}), LONG_SHORT)
    assert violation.fix == "did you mean posSide?"
    [violation] = bitget_violations(changed(SYMBOL, posSide="long"), HEDGE_ISOLATED)
    assert violation.fix == "did you mean holdSide?"


@pytest.mark.parametrize("name", ["BTC–USDT-SWAP", "BTC—USDT-260327", "BTC\u200b-USDT-SWAP", "BTC-USDT-SWAP "])
def test_a_contract_with_another_dash_is_no_pair_without_sides(name: str) -> None:
    [violation] = okx_violations(changed(SWAP, instId=name, posSide="long"))
    assert violation.rule == "okx/instrument-possible"


def test_a_misspelt_field_is_checked_as_the_one_that_is_meant() -> None:
    found = okx_violations({"instID": "BTCUSDT", "Lever": "5x", "mgnMode": "isolated"})
    assert names(found) == ["okx/field-known", "okx/instrument-possible", "okx/lever-is-positive-decimal"]
    assert found[0].fix == "did you mean instId instead of instID? did you mean lever instead of Lever?"
    assert found[1].where.endswith('instId="BTCUSDT"')


@pytest.mark.parametrize(
    ("more", "fix"),
    [
        ({"instID": "BTC-USDT"}, "leave instID out"),
        ({"tdMode": "cross"}, "leave tdMode out"),
        ({"clOrdId": "1"}, "leave clOrdId out"),
        ({"Ccy": "", "CCY": ""}, "did you mean ccy instead of Ccy? leave CCY out"),
        ({5: "x"}, "leave 5 out"),
        ({"": "x"}, 'leave "" out'),
        ({"longLeverage": "5"}, "leave longLeverage out"),
    ],
)
def test_a_field_that_stands_there_already_is_not_meant_again(more: dict[Any, str], fix: str) -> None:
    [violation] = okx_violations({**PAIR, **more})
    assert (violation.rule, violation.fix) == ("okx/field-known", fix)


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        *(("mgnMode", "cros", "cross"), ("mgnMode", "crossed", "cross"), ("mgnMode", "crossd", "cross")),
        *(("mgnMode", "isolate", "isolated"), ("mgnMode", "fixed", "isolated"), ("mgnMode", "crоss", "cross")),
        *(
            ("posSide", "buy", "long"),
            ("posSide", "Sell", "short"),
            ("posSide", "BOTH", "net"),
            ("posSide", "lng", "long"),
        ),
        *(
            ("posSide", "one_way", "net"),
            ("posSide", "up", None),
            ("posSide", "", None),
            ("posSide", "shortt", "short"),
        ),
    ],
)
def test_a_value_that_was_meant_is_asked_for(field: str, value: str, meant: str | None) -> None:
    [violation] = okx_violations(changed(SWAP, **{field: value}), OkxAccount())
    if meant:
        assert violation.fix == f'did you mean "{meant}"?'
    else:
        assert violation.fix.startswith(f"give {field} as one of them")


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        *(("holdSide", "buy", "long"), ("holdSide", "sell", "short"), ("holdSide", "lon", "long")),
        *(("productType", "umcbl", "USDT-FUTURES"), ("productType", "USDT_M", "USDT-FUTURES")),
        *(("productType", "USDT-FUTURE", "USDT-FUTURES"), ("productType", "UDST-FUTURES", "USDT-FUTURES")),
    ],
)
def test_a_value_of_bitget_that_was_meant_is_asked_for(field: str, value: str, meant: str) -> None:
    [violation] = bitget_violations(changed(SYMBOL, **{field: value}))
    assert violation.fix == f'did you mean "{meant}"?'


@pytest.mark.parametrize(
    "body",
    [
        changed(CURRENCY, mgnMode="cros"),
        changed(CURRENCY, mgnMode=5),
        changed(CURRENCY, ccy=ABSENT, Ccy="BTC"),
        changed(SWAP, mgnMode="corss", posSide="long"),
        changed(PAIR, posSide="buy"),
        changed(SWAP, mgnMode="cross", posSide="buy"),
        changed(CURRENCY, posSide="bth"),
        changed(PAIR, instId="BTC–USDT", posSide="long"),
    ],
)
def test_nothing_follows_from_a_wrong_field(body: dict[str, Any]) -> None:
    for account in (None, LONG_SHORT, OkxAccount(level="multi_currency")):
        assert len(okx_violations(body, account)) == 1


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("BTC-USDT", "BTC-USDT"),
        (" BTC - USDT\n", "BTC-USDT"),
        ("BTC USDT", "BTC USDT"),
        ("\x1b[31mBTC", "[31mBTC"),
        ("龙虎USDT", "龙虎USDT"),
        ("ÜSD ", "ÜSD"),
        ("\u3164A\u2800\u034fB\ufe0f", "AB"),
        ("\x00", ""),
    ],
)
def test_plain_names(given: str, plain: str) -> None:
    assert plain_name(given) == plain


def test_nearest_names() -> None:
    assert nearest("LONG-1", ["long1"]) == "long1"
    assert nearest("a", ["b", "c"]) is None
    assert nearest("", ["b"]) is None
    assert nearest(5, ["5"]) is None
    assert nearest("x", ["y"], {"X": "y"}) == "y"
    assert nearest("y", ["y", "x"], {"Y": "x"}) == "y"
    assert nearest("crozs", ["cross"]) == "cross"
    assert nearest("crzzs", ["cross"]) is None
    assert nearest("size", ["side"]) is None


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("eth-usdt-swap", ("ETH-USDT-SWAP",)),
        ("ETH-USTD-SWAP", ("ETH-USDT-SWAP", "ETH-USD-SWAP")),
        ("ETH-USDT-SWAPP", ("ETH-USDT-SWAP",)),
        ("ETH-USDTT-SWAP", ("ETH-USDT-SWAP",)),
        ("EH-USDT-SWAP", ("ETH-USDT-SWAP",)),
        ("ETX-USDT-SWAP", ("ETH-USDT-SWAP",)),
        ("ETH-USDT-SWA", ("ETH-USDT-SWAP",)),
        ("ETHUSD-SWAP", ("ETH-USD-SWAP",)),
        ("THE-USDT-SWAP", ()),
        ("QWRET-USDT-SWAP", ()),
        ("ETH-USDT-SWAPPY", ()),
        ("", ()),
    ],
)
def test_names_that_are_one_slip_away(given: str, meant: tuple[str, ...]) -> None:
    assert slips(given, ["ETH-USDT-SWAP", "ETH-USD-SWAP", "BTC-USDT-SWAP"]) == meant
