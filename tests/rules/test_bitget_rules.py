"""Bitget: what every rule refuses, and the nearest thing that it lets through."""

from typing import Any

import pytest

from leverset import BitgetAccount
from leverset.bitget import _rules as bitget
from tests.rules.bodies import ABSENT, HEDGE_ISOLATED, SYMBOL, bitget_violations, changed, names

COIN = changed(SYMBOL, symbol="BTCUSD", productType="COIN-FUTURES", marginCoin="BTC")
USDC = changed(SYMBOL, symbol="BTCPERP", productType="USDC-FUTURES", marginCoin="USDC")
DEMO = changed(SYMBOL, symbol="sbtcsusdt", productType="SUSDT-FUTURES", marginCoin="SUSDT")

# rule, account, what it refuses, the nearest thing that passes every rule
CASES: list[tuple[str, BitgetAccount | None, dict[str, Any], dict[str, Any]]] = [
    ("field-known", None, changed(SYMBOL, longLeverage="5"), SYMBOL),
    ("symbol-given", None, changed(SYMBOL, symbol=ABSENT), SYMBOL),
    ("symbol-given", None, changed(SYMBOL, symbol=""), changed(SYMBOL, symbol="x")),
    ("symbol-given", None, changed(SYMBOL, symbol=5), changed(SYMBOL, symbol="5")),
    ("symbol-given", None, changed(SYMBOL, symbol="\ud800"), changed(SYMBOL, symbol="\U0001f600")),
    ("symbol-possible", None, changed(SYMBOL, symbol="BTCUSDT\n"), SYMBOL),
    ("symbol-possible", None, changed(SYMBOL, symbol="BTC USDT"), changed(SYMBOL, symbol="BTC$USDT")),
    ("product-type-known", None, changed(SYMBOL, productType=ABSENT), SYMBOL),
    ("product-type-known", None, changed(SYMBOL, productType="usdt-futures"), SYMBOL),
    ("product-type-known", None, changed(SYMBOL, productType="umcbl"), COIN),
    ("margin-coin-capitalised", None, changed(SYMBOL, marginCoin=ABSENT), SYMBOL),
    ("margin-coin-capitalised", None, changed(SYMBOL, marginCoin="usdt"), SYMBOL),
    ("margin-coin-capitalised", None, changed(SYMBOL, marginCoin="USDt"), changed(COIN, marginCoin="1INCH")),
    ("margin-coin-capitalised", None, changed(SYMBOL, marginCoin="USDT\n"), SYMBOL),
    ("margin-coin-capitalised", None, changed(SYMBOL, marginCoin="ÜSDT"), SYMBOL),
    ("symbol-of-product", None, changed(SYMBOL, symbol="BTCPERP"), changed(SYMBOL, symbol="PERPUSDT")),
    ("symbol-of-product", None, changed(SYMBOL, productType="USDC-FUTURES", marginCoin="USDC"), SYMBOL),
    ("symbol-of-product", None, changed(COIN, symbol="btcusdt"), changed(COIN, symbol="btcusd")),
    ("symbol-of-product", None, changed(SYMBOL, productType="SUSDT-FUTURES", marginCoin="SUSDT"), DEMO),
    ("symbol-of-product", None, changed(COIN, productType="SCOIN-FUTURES"), changed(COIN, symbol="SATSUSD")),
    ("margin-coin-of-product", None, changed(SYMBOL, marginCoin="USDC"), SYMBOL),
    ("margin-coin-of-product", None, changed(SYMBOL, marginCoin="BTC"), COIN),
    ("margin-coin-of-product", None, changed(DEMO, marginCoin="USDT"), DEMO),
    ("margin-coin-of-product", None, changed(USDC, marginCoin="USDT"), USDC),
    ("leverage-is-positive-decimal", None, changed(SYMBOL, leverage=ABSENT), SYMBOL),
    ("leverage-is-positive-decimal", None, changed(SYMBOL, leverage="0"), changed(SYMBOL, leverage="0.1")),
    ("hold-side-known", None, changed(SYMBOL, holdSide="net"), changed(SYMBOL, holdSide="long")),
    ("hold-side-known", None, changed(SYMBOL, holdSide=""), SYMBOL),
    ("hold-side-known", None, changed(SYMBOL, holdSide="SHORT"), changed(SYMBOL, holdSide="short")),
    ("hedge-isolated-needs-side", HEDGE_ISOLATED, SYMBOL, changed(SYMBOL, holdSide="long")),
    ("hedge-isolated-needs-side", HEDGE_ISOLATED, SYMBOL, changed(SYMBOL, holdSide="short")),
]


@pytest.mark.parametrize(("rule", "account", "refused", "passes"), CASES)
def test_a_rule_refuses_this_and_lets_that_through(
    rule: str, account: BitgetAccount | None, refused: dict[str, Any], passes: dict[str, Any]
) -> None:
    assert names(bitget_violations(refused, account)) == [f"bitget/{rule}"]
    assert bitget_violations(passes, account) == ()


def test_every_rule_has_a_case() -> None:
    assert {f"bitget/{rule}" for rule, *_ in CASES} == bitget.RULES.sentences().keys()


@pytest.mark.parametrize(
    "account",
    [
        None,
        BitgetAccount(),
        BitgetAccount(position_mode="hedge_mode"),
        BitgetAccount(margin_mode="isolated"),
        BitgetAccount(position_mode="hedge_mode", margin_mode="crossed"),
        BitgetAccount(position_mode="one_way_mode", margin_mode="isolated"),
        BitgetAccount(position_mode="one_way_mode", margin_mode="crossed"),
    ],
    ids=str,
)
def test_a_side_is_required_only_where_both_modes_say_so_and_may_be_given_anywhere(
    account: BitgetAccount | None,
) -> None:
    assert bitget_violations(SYMBOL, account) == ()
    assert bitget_violations(changed(SYMBOL, holdSide="short"), account) == ()


PRODUCTS = [
    ("USDT-FUTURES", "BTCUSDT", "USDT"),
    ("COIN-FUTURES", "BTCUSD", "ETH"),
    ("USDC-FUTURES", "BTCPERP", "USDC"),
    ("SUSDT-FUTURES", "SBTCSUSDT", "SUSDT"),
    ("SCOIN-FUTURES", "SBTCSUSDU26", "SBTC"),
    ("SUSDC-FUTURES", "SBTCSPERP", "SUSDC"),
]


@pytest.mark.parametrize(("product_type", "symbol", "coin"), PRODUCTS)
def test_all_six_product_types_pass(product_type: str, symbol: str, coin: str) -> None:
    assert bitget_violations(changed(SYMBOL, productType=product_type, symbol=symbol, marginCoin=coin)) == ()


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({"symbol": "BTCPERP"}, "give productType USDC-FUTURES, or a symbol of USDT-FUTURES"),
        ({"productType": "SUSDT-FUTURES"}, "give productType USDT-FUTURES, or a symbol of SUSDT-FUTURES"),
        ({"productType": "SUSDC-FUTURES"}, "give productType SUSDT-FUTURES, or a symbol of SUSDC-FUTURES"),
    ],
)
def test_a_symbol_of_another_product_is_one_violation(changes: dict[str, str], fix: str) -> None:
    """The margin coin that does not go with the product type either is no second one."""
    [violation] = bitget_violations(changed(SYMBOL, **changes))
    assert (violation.rule, violation.fix) == ("bitget/symbol-of-product", fix)


@pytest.mark.parametrize("changes", [{"symbol": 5}, {"productType": "nope"}, {"productType": 5}, {"symbol": ABSENT}])
def test_fields_that_are_wrong_by_themselves_are_of_no_wrong_product(changes: dict[str, Any]) -> None:
    assert len(bitget_violations(changed(SYMBOL, **changes))) == 1


def test_a_symbol_may_be_in_any_case() -> None:
    assert bitget_violations(changed(SYMBOL, symbol="btcusdt")) == ()


@pytest.mark.parametrize(
    ("coin", "summary", "fix"),
    [
        ("usdt", "marginCoin is not in capital letters", 'give marginCoin as "USDT"'),
        (" usdt\n", "marginCoin is not in capital letters", 'give marginCoin as "USDT"'),
        ("ß", "marginCoin is not in capital letters", 'give marginCoin as text such as "USDT"'),
        ("US DT", "marginCoin is not in capital letters", 'give marginCoin as text such as "USDT"'),
        ("", "marginCoin is empty", 'give marginCoin as text such as "USDT"'),
        (ABSENT, "marginCoin is missing", 'give marginCoin as text such as "USDT"'),
        (b"USDT", "marginCoin is not a text", 'give marginCoin as text such as "USDT"'),
    ],
)
def test_the_coin_that_was_meant_is_offered(coin: object, summary: str, fix: str) -> None:
    [violation] = bitget_violations(changed(SYMBOL, marginCoin=coin))
    assert (violation.summary, violation.fix) == (summary, fix)


def test_all_violations_of_a_request_come_at_once_in_the_order_of_the_rules() -> None:
    body = {"productType": "x", "marginCoin": "usdt", "leverage": "-1", "holdSide": "net", "side": "y"}
    assert names(bitget_violations(body, HEDGE_ISOLATED)) == [
        "bitget/field-known",
        "bitget/symbol-given",
        "bitget/product-type-known",
        "bitget/margin-coin-capitalised",
        "bitget/leverage-is-positive-decimal",
        "bitget/hold-side-known",
    ]
    assert names(bitget_violations({}, HEDGE_ISOLATED)) == [
        "bitget/symbol-given",
        "bitget/product-type-known",
        "bitget/margin-coin-capitalised",
        "bitget/leverage-is-positive-decimal",
        "bitget/hedge-isolated-needs-side",
    ]
