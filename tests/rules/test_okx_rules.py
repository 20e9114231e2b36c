"""OKX: what every rule refuses, and the nearest thing that it lets through."""

from itertools import product
from typing import Any

import pytest

from leverset import OkxAccount
from leverset.okx import _rules as okx
from tests.rules.bodies import (
    ABSENT,
    CURRENCY,
    EVENT,
    FUTURES,
    LONG_SHORT,
    NET,
    OPTION,
    PAIR,
    SWAP,
    UNKNOWN,
    changed,
    names,
    okx_violations,
)

MULTI = OkxAccount(level="multi_currency")
SINGLE = OkxAccount(level="single_currency")

UM = changed(SWAP, instId="BTC-USD_UM-SWAP", posSide="long")
XPERP = changed(FUTURES, instId="BTC-USD_UM_XPERP-310404", posSide="long")

# rule, account, what it refuses, the nearest thing that passes every rule
CASES: list[tuple[str, OkxAccount | None, dict[str, Any], dict[str, Any]]] = [
    ("field-known", None, changed(PAIR, tdMode="cross"), PAIR),
    ("field-known", None, changed(PAIR, instID="BTC-USDT"), PAIR),
    ("instrument-is-text", None, changed(PAIR, instId=5), changed(PAIR, instId="5-5")),
    ("instrument-is-text", None, changed(PAIR, instId=None), PAIR),
    ("instrument-is-text", None, changed(PAIR, instId="BTC-\ud800"), changed(PAIR, instId="BTC-\U0001f600")),
    ("currency-is-text", None, changed(CURRENCY, ccy=["BTC"]), CURRENCY),
    ("currency-is-text", None, changed(CURRENCY, ccy="\udfff"), changed(CURRENCY, ccy="ü")),
    ("instrument-possible", None, changed(PAIR, instId="BTCUSDT"), changed(PAIR, instId="B-U")),
    ("instrument-possible", None, changed(PAIR, instId="BTC--USDT"), changed(PAIR, instId="BTC-USDT-A-B-C-D")),
    ("instrument-possible", None, changed(PAIR, instId="-"), changed(PAIR, instId="B-U")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-USDT\n"), changed(PAIR, instId="BTC-USDT.")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-USDT SWAP"), changed(PAIR, instId="btc-usdt_swap")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-\u200bUSDT"), changed(PAIR, instId="BTC-ÜSDT")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-USDT-209931"), FUTURES),
    ("instrument-possible", None, changed(PAIR, instId="BTC-USDT-260229"), changed(PAIR, instId="BTC-USDT-280229")),
    ("instrument-possible", None, changed(OPTION, instId="BTC-USD-261301-1-C"), OPTION),
    ("instrument-possible", None, changed(PAIR, instId="BTCUSDT-SWAP"), changed(PAIR, instId="SWAP-USDT")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-PERP"), changed(PAIR, instId="PERP-USDT")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-PERPETUAL"), changed(PAIR, instId="BTC-USDT-PERP")),
    ("instrument-possible", None, changed(PAIR, instId="BTC-260327"), changed(PAIR, instId="BTC-26032")),
    ("currency-possible", None, changed(CURRENCY, ccy=" "), changed(CURRENCY, ccy="B")),
    ("currency-possible", None, changed(CURRENCY, ccy="BTC\t"), changed(CURRENCY, ccy="btc")),
    ("instrument-or-currency", None, changed(PAIR, instId=ABSENT), PAIR),
    ("instrument-or-currency", None, changed(PAIR, instId=""), changed(PAIR, ccy="")),
    ("instrument-or-currency", None, changed(CURRENCY, ccy="", instId=""), changed(CURRENCY, instId="")),
    ("currency-is-cross", None, changed(CURRENCY, mgnMode="isolated"), CURRENCY),
    ("currency-is-cross", None, changed(PAIR, ccy="BTC"), changed(PAIR, ccy="BTC", mgnMode="cross")),
    ("currency-is-cross", None, changed(PAIR, ccy="BTC"), changed(PAIR, ccy="")),
    ("currency-needs-multi-currency", SINGLE, CURRENCY, changed(CURRENCY, instId="BTC-USDT")),
    ("currency-needs-multi-currency", OkxAccount(level="spot"), CURRENCY, changed(PAIR, ccy="")),
    ("currency-needs-multi-currency", OkxAccount(level="portfolio"), changed(CURRENCY, instId=""), PAIR),
    ("side-needs-contract", None, changed(PAIR, posSide="long"), changed(SWAP, posSide="long")),
    ("side-needs-contract", None, changed(PAIR, posSide="net"), changed(FUTURES, posSide="net")),
    ("side-needs-contract", None, changed(OPTION, posSide="long"), changed(FUTURES, posSide="long")),
    ("side-needs-contract", None, changed(PAIR, posSide="short"), changed(UNKNOWN, posSide="short")),
    ("side-needs-contract", None, changed(EVENT, posSide="long"), EVENT),
    ("side-needs-contract", None, changed(OPTION, instId="XRP-USD-260130-0.5-C", posSide="net"), UM),
    ("side-needs-contract", None, changed(OPTION, instId="BTC-USD_UM-260626-61000-P", posSide="net"), XPERP),
    ("side-needs-contract", None, changed(CURRENCY, posSide="net"), CURRENCY),
    (
        "side-needs-contract",
        None,
        changed(CURRENCY, instId="", posSide="net"),
        changed(CURRENCY, instId="BTC-USDT-SWAP", posSide="net"),
    ),
    (
        "cross-side-is-net",
        None,
        changed(SWAP, mgnMode="cross", posSide="long"),
        changed(SWAP, mgnMode="cross", posSide="net"),
    ),
    ("cross-side-is-net", None, changed(SWAP, mgnMode="cross", posSide="short"), changed(SWAP, posSide="short")),
    ("cross-side-is-net", None, changed(UNKNOWN, mgnMode="cross", posSide="long"), changed(UNKNOWN, posSide="long")),
    ("hedge-isolated-needs-side", LONG_SHORT, SWAP, changed(SWAP, posSide="long")),
    ("hedge-isolated-needs-side", LONG_SHORT, FUTURES, changed(FUTURES, posSide="short")),
    ("hedge-isolated-needs-side", LONG_SHORT, changed(SWAP, posSide="net"), changed(SWAP, mgnMode="cross")),
    ("hedge-isolated-needs-side", LONG_SHORT, FUTURES, PAIR),
    ("hedge-isolated-needs-side", LONG_SHORT, SWAP, UNKNOWN),
    ("hedge-isolated-needs-side", LONG_SHORT, SWAP, OPTION),
    ("hedge-isolated-needs-side", LONG_SHORT, changed(UM, posSide=ABSENT), UM),
    ("hedge-isolated-needs-side", LONG_SHORT, changed(XPERP, posSide=ABSENT), XPERP),
    ("hedge-isolated-needs-side", LONG_SHORT, SWAP, EVENT),
    ("one-way-side-is-net", NET, changed(SWAP, posSide="long"), changed(SWAP, posSide="net")),
    ("one-way-side-is-net", NET, changed(FUTURES, posSide="short"), FUTURES),
    ("lever-is-positive-decimal", None, changed(PAIR, lever=ABSENT), PAIR),
    ("lever-is-positive-decimal", None, changed(PAIR, lever="0.0"), changed(PAIR, lever="0.01")),
    ("lever-is-positive-decimal", None, changed(PAIR, lever="5\n"), changed(PAIR, lever="05")),
    ("margin-mode-known", None, changed(PAIR, mgnMode=ABSENT), PAIR),
    ("margin-mode-known", None, changed(PAIR, mgnMode="Isolated"), PAIR),
    ("margin-mode-known", None, changed(PAIR, mgnMode="crossed"), changed(PAIR, mgnMode="cross")),
    ("position-side-known", None, changed(SWAP, posSide="both"), changed(SWAP, posSide="net")),
    ("position-side-known", None, changed(SWAP, posSide=""), SWAP),
    ("position-side-known", LONG_SHORT, changed(SWAP, posSide="Long"), changed(SWAP, posSide="long")),
]


@pytest.mark.parametrize(("rule", "account", "refused", "passes"), CASES)
def test_a_rule_refuses_this_and_lets_that_through(
    rule: str, account: OkxAccount | None, refused: dict[str, Any], passes: dict[str, Any]
) -> None:
    assert names(okx_violations(refused, account)) == [f"okx/{rule}"]
    assert okx_violations(passes, account) == ()


def test_every_rule_has_a_case() -> None:
    assert {f"okx/{rule}" for rule, *_ in CASES} == okx.RULES.sentences().keys()


@pytest.mark.parametrize(
    ("rule", "account", "refused"),
    [
        ("okx/currency-needs-multi-currency", SINGLE, CURRENCY),
        ("okx/hedge-isolated-needs-side", LONG_SHORT, SWAP),
        ("okx/one-way-side-is-net", NET, changed(SWAP, posSide="long")),
    ],
)
def test_what_depends_on_the_account_is_left_to_the_exchange_where_nothing_is_known_of_it(
    rule: str, account: OkxAccount, refused: dict[str, Any]
) -> None:
    assert names(okx_violations(refused, account)) == [rule]
    assert okx_violations(refused, None) == ()
    assert okx_violations(refused, OkxAccount(uid="44")) == ()


def test_an_account_in_multi_currency_margin_may_set_a_currency() -> None:
    assert okx_violations(CURRENCY, MULTI) == ()


def test_all_violations_of_a_request_come_at_once_in_the_order_of_the_rules() -> None:
    body = {"ccy": "BTC", "lever": "0", "mgnMode": "isolate", "posSide": "up", "tdMode": "x"}
    assert names(okx_violations(body, SINGLE)) == [
        "okx/field-known",
        "okx/lever-is-positive-decimal",
        "okx/margin-mode-known",
        "okx/position-side-known",
        "okx/currency-needs-multi-currency",
    ]
    sides = changed(SWAP, mgnMode="cross", posSide="long")
    assert names(okx_violations(sides, NET)) == ["okx/cross-side-is-net", "okx/one-way-side-is-net"]
    assert names(okx_violations({})) == [
        "okx/lever-is-positive-decimal",
        "okx/margin-mode-known",
        "okx/instrument-or-currency",
    ]


@pytest.mark.parametrize("account", [None, SINGLE, NET, LONG_SHORT], ids=["unknown", "single", "net", "long/short"])
def test_no_rule_stumbles_over_any_body_and_each_speaks_of_what_is_there(account: OkxAccount | None) -> None:
    values = {
        "instId": [ABSENT, None, "", 5, "BTC-USDT", "BTC-USDT-SWAP"],
        "ccy": [ABSENT, None, "", [], "BTC"],
        "lever": [ABSENT, "5"],
        "mgnMode": [ABSENT, None, "", {}, "isolated", "cross"],
        "posSide": [ABSENT, None, "", b"long", "long", "net"],
    }
    for row in product(*values.values()):
        body = changed({}, **dict(zip(values, row, strict=True)))
        for violation in okx_violations(body, account):
            assert violation.value is body.get(violation.field)
            assert violation.where.endswith(" is absent") is (violation.field not in body)


def test_a_currency_that_is_not_given_breaks_no_rule_of_currencies() -> None:
    assert names(okx_violations({"lever": "5", "mgnMode": "isolated"}, SINGLE)) == ["okx/instrument-or-currency"]
    assert names(okx_violations({"lever": "5", "mgnMode": "cross", "instId": ""}, SINGLE)) == [
        "okx/instrument-or-currency"
    ]


@pytest.mark.parametrize(
    ("instrument", "kind"),
    [
        ("BTC-USDT", "MARGIN"),
        ("1INCH-USDT", "MARGIN"),
        ("BTC-USDT-SWAP", "SWAP"),
        ("BTC-USD-SWAP", "SWAP"),
        ("BTC-USDT-200802", "FUTURES"),
        ("BTC-USD-200802-10000-C", "OPTION"),
        ("BTC-USD-200802-10000-P", "OPTION"),
        ("BTC", None),
        ("btc-usdt", None),
        ("BTC-USDT\n", None),
        ("BTC-USDT-2008022", None),
        ("BTC-USDT-20080\u0662", None),
        ("BTC-USD-200802-10000-X", None),
        ("BTC-USD_UM-SWAP", "SWAP"),
        ("BTC-USD_UM-260327", "FUTURES"),
        ("BTC-USD_UM_XPERP-310404", "FUTURES"),
        ("AAPL-USD_UM_XPERP-310613", "FUTURES"),
        ("XRP-USD-260130-0.5-C", "OPTION"),
        ("BTC-USD_UM-260626-61000-P", "OPTION"),
        ("BTC-ABOVE-DAILY-260224-1600-65000", "EVENTS"),
        ("BTC-UPDOWN-15MIN-260224-1600-1615", "EVENTS"),
        ("1000PEPE-USDT-SWAP", "SWAP"),
        ("币安人生-USDT-SWAP", "SWAP"),
        ("BTC-USD_UM", None),
        ("BTC-USD_-SWAP", None),
        ("BTC-USD-260130-0.-C", None),
        ("BTC-ABOVE-DAILY-260224-65000", None),
        ("btc-usdt-swap", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_the_name_tells_what_an_instrument_is(instrument: object, kind: str | None) -> None:
    assert okx.kind(instrument) == kind


def test_a_side_without_any_instrument_is_one_violation_not_two() -> None:
    assert names(okx_violations({"lever": "5", "mgnMode": "cross", "posSide": "net"})) == ["okx/instrument-or-currency"]
