"""The whole text of every rule's violation, as a person reads it (tests/golden/rules.txt)."""

from typing import Any

import pytest

from leverset import BitgetAccount, OkxAccount
from leverset.bitget import _rules as bitget
from leverset.okx import _rules as okx
from tests.golden.read import sections
from tests.rules.bodies import (
    ABSENT,
    CURRENCY,
    EVENT,
    HEDGE_ISOLATED,
    LONG_SHORT,
    NET,
    OPTION,
    PAIR,
    SWAP,
    SYMBOL,
    bitget_violations,
    changed,
    okx_violations,
)

GOLDEN = sections("rules.txt")

BROKEN: dict[str, tuple[dict[str, Any], OkxAccount | BitgetAccount | None]] = {
    "okx/field-known": (changed(PAIR, tdMode="cross"), None),
    "okx/field-known, misspelt": (changed(PAIR, instId=ABSENT, instID="BTC-USDT"), None),
    "okx/field-known, two": (changed(PAIR, mgnMode=ABSENT, tdMode="isolated", x="1"), None),
    "okx/instrument-is-text": (changed(PAIR, instId=5), None),
    "okx/instrument-is-text, half a character": (changed(PAIR, instId="BTC-\ud800"), None),
    "okx/instrument-possible, no hyphen": (changed(PAIR, instId="BTCUSDT"), None),
    "okx/instrument-possible, a blank": (changed(PAIR, instId="BTC-USDT "), None),
    "okx/instrument-possible, an invisible character": (changed(PAIR, instId="BTC-\u200bUSDT"), None),
    "okx/instrument-possible, another dash": (changed(PAIR, instId="BTC\u2013USDT\u2013SWAP"), None),
    "okx/instrument-possible, another form": (changed(PAIR, instId="\uff22TC-USDT"), None),
    "okx/instrument-possible, quoted": (changed(PAIR, instId='"BTC-USDT"'), None),
    "okx/instrument-possible, of a library": (changed(PAIR, instId="BTC/USDT:USDT"), None),
    "okx/instrument-possible, one hyphen": (changed(PAIR, instId="BTCUSDT-SWAP"), None),
    "okx/instrument-possible, no such day": (changed(PAIR, instId="BTC-USDT-209931"), None),
    "okx/currency-is-text": (changed(CURRENCY, ccy=["BTC"]), None),
    "okx/currency-possible": (changed(CURRENCY, ccy="US DT"), None),
    "okx/lever-is-positive-decimal": (changed(PAIR, lever="5x"), None),
    "okx/lever-is-positive-decimal, absent": (changed(PAIR, lever=ABSENT), None),
    "okx/lever-is-positive-decimal, empty": (changed(PAIR, lever=""), None),
    "okx/lever-is-positive-decimal, a line break": (changed(PAIR, lever="5\n"), None),
    "okx/lever-is-positive-decimal, a truth value": (changed(PAIR, lever=True), None),
    "okx/lever-is-positive-decimal, too long": (changed(PAIR, lever=10**40), None),
    "okx/lever-is-positive-decimal, a float": (changed(PAIR, lever=2.5), None),
    "okx/margin-mode-known": (changed(PAIR, mgnMode="crossed"), None),
    "okx/margin-mode-known, capitals": (changed(PAIR, mgnMode="Cross"), None),
    "okx/margin-mode-known, misspelt": (changed(PAIR, mgnMode="cros"), None),
    "okx/margin-mode-known, absent": (changed(PAIR, mgnMode=ABSENT), None),
    "okx/position-side-known": (changed(SWAP, posSide="up"), None),
    "okx/position-side-known, of an order": (changed(SWAP, posSide="buy"), None),
    "okx/instrument-or-currency": (changed(PAIR, instId=ABSENT), None),
    "okx/currency-is-cross": (changed(CURRENCY, mgnMode="isolated"), None),
    "okx/currency-needs-multi-currency": (CURRENCY, OkxAccount(level="single_currency")),
    "okx/side-needs-contract": (changed(PAIR, posSide="long"), None),
    "okx/side-needs-contract, an option": (changed(OPTION, posSide="long"), None),
    "okx/side-needs-contract, an event": (changed(EVENT, posSide="long"), None),
    "okx/side-needs-contract, a currency": (changed(CURRENCY, posSide="net"), None),
    "okx/cross-side-is-net": (changed(SWAP, mgnMode="cross", posSide="long"), None),
    "okx/hedge-isolated-needs-side": (SWAP, LONG_SHORT),
    "okx/one-way-side-is-net": (changed(SWAP, posSide="short"), NET),
    "bitget/field-known": (changed(SYMBOL, longLeverage="5"), None),
    "bitget/symbol-given": (changed(SYMBOL, symbol=""), None),
    "bitget/symbol-given, not a text": (changed(SYMBOL, symbol=5), None),
    "bitget/symbol-given, absent": (changed(SYMBOL, symbol=ABSENT), None),
    "bitget/symbol-possible": (changed(SYMBOL, symbol="BTCUSDT\t"), None),
    "bitget/product-type-known": (changed(SYMBOL, productType="umcbl"), None),
    "bitget/symbol-possible, of the first version": (changed(SYMBOL, symbol="BTCUSDT_UMCBL"), None),
    "bitget/symbol-possible, of a library": (changed(SYMBOL, symbol="BTC/USDT:USDT"), None),
    "bitget/symbol-possible, an underscore": (changed(SYMBOL, symbol="BTC_USDT"), None),
    "bitget/symbol-of-product": (changed(SYMBOL, symbol="BTCPERP"), None),
    "bitget/symbol-of-product, demo": (changed(SYMBOL, productType="SUSDT-FUTURES"), None),
    "bitget/margin-coin-of-product": (changed(SYMBOL, marginCoin="USDC"), None),
    "bitget/margin-coin-capitalised": (changed(SYMBOL, marginCoin="usdt"), None),
    "bitget/margin-coin-capitalised, absent": (changed(SYMBOL, marginCoin=ABSENT), None),
    "bitget/margin-coin-capitalised, another script": (changed(SYMBOL, marginCoin="ÜSDT"), None),
    "bitget/leverage-is-positive-decimal": (changed(SYMBOL, leverage="1E+2"), None),
    "bitget/hold-side-known": (changed(SYMBOL, holdSide="net"), None),
    "bitget/hedge-isolated-needs-side": (SYMBOL, HEDGE_ISOLATED),
}


def texts() -> dict[str, str]:
    found = {}
    for name, (body, account) in BROKEN.items():
        if name.startswith("bitget/"):
            assert not isinstance(account, OkxAccount)
            [violation] = bitget_violations(body, account)
        else:
            assert not isinstance(account, BitgetAccount)
            [violation] = okx_violations(body, account)
        assert violation.rule == name.partition(",")[0]
        found[name] = str(violation)
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_the_whole_text(name: str) -> None:
    assert texts()[name] == GOLDEN[name]


def test_every_rule_has_a_text_and_every_text_a_rule() -> None:
    rules = okx.RULES.sentences().keys() | bitget.RULES.sentences().keys()
    assert {name.partition(",")[0] for name in GOLDEN} == rules
    assert list(GOLDEN) == list(BROKEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_text_says_what_where_why_how_to_mend_it_and_the_document(name: str) -> None:
    head, arrow, why, fix, docs = GOLDEN[name].splitlines()
    assert head.startswith(f"error[{name.partition(',')[0]}]: ")
    assert arrow.startswith("  --> ")
    assert (why[:9], fix[:9], docs[:17]) == ("  why:   ", "  fix:   ", "  docs:  https://")
