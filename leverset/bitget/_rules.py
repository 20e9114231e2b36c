"""The rules of Bitget's document on changing leverage, one function per sentence; what leverages a request sets.

Source: Bitget API, Change Leverage. What depends on the account is checked where the caller said how it is set up.
"""

from __future__ import annotations

import re

from leverset._format import Violation
from leverset._rules import Body, Rule, one_of, only_fields, positive_decimal, text
from leverset.bitget._account import BitgetAccount

PRODUCT_TYPES = (
    "USDT-FUTURES",
    "COIN-FUTURES",
    "USDC-FUTURES",
    "SUSDT-FUTURES",
    "SCOIN-FUTURES",
    "SUSDC-FUTURES",
)
HOLD_SIDES = ("long", "short")
FIELDS = ("symbol", "productType", "marginCoin", "leverage", "holdSide")

_CAPITAL = re.compile(r"[A-Z0-9]+")


def field_known(body: Body, account: BitgetAccount | None) -> Violation | None:
    """Only the document's fields are sent."""
    return only_fields("bitget/field-known", body, FIELDS)


def symbol_given(body: Body, account: BitgetAccount | None) -> Violation | None:
    """`symbol` is required."""
    return text("bitget/symbol-given", body, "symbol", filled=True)


def product_type_known(body: Body, account: BitgetAccount | None) -> Violation | None:
    """`productType` is required and is one of six."""
    return one_of("bitget/product-type-known", body, "productType", PRODUCT_TYPES, required=True)


def margin_coin_capitalised(body: Body, account: BitgetAccount | None) -> Violation | None:
    """`marginCoin` is required and must be capitalised."""
    coin = body.get("marginCoin")
    if isinstance(coin, str) and _CAPITAL.fullmatch(coin):
        return None
    summary, better = "marginCoin is not in capital letters", ""
    if coin is None or coin == "":
        summary = "marginCoin is missing"
    elif not isinstance(coin, str):
        summary = "marginCoin is not a text"
    elif coin.isascii():
        better = coin.strip().upper()
    return Violation(
        rule="bitget/margin-coin-capitalised",
        field="marginCoin",
        value=coin,
        summary=summary,
        why="the document requires the margin coin, in capital letters",
        fix=f'give marginCoin as "{better}"' if _CAPITAL.fullmatch(better) else 'give marginCoin such as "USDT"',
    )


def leverage_is_positive_decimal(body: Body, account: BitgetAccount | None) -> Violation | None:
    """`leverage` is required, a String, and a positive decimal."""
    return positive_decimal("bitget/leverage-is-positive-decimal", body, "leverage")


def hold_side_known(body: Body, account: BitgetAccount | None) -> Violation | None:
    """`holdSide` is long or short where it is given."""
    return one_of("bitget/hold-side-known", body, "holdSide", HOLD_SIDES)


def hedge_isolated_needs_side(body: Body, account: BitgetAccount | None) -> Violation | None:
    """Isolated margin in hedge mode: `holdSide` is required. In crossed or one-way it is not, and giving it passes."""
    if account is None or account.margin_mode != "isolated" or account.position_mode != "hedge_mode":
        return None
    if "holdSide" in body:
        return None
    return Violation(
        rule="bitget/hedge-isolated-needs-side",
        field="holdSide",
        value=None,
        summary="holdSide has to be given here",
        why="in hedge mode each side of an isolated position has its own leverage",
        fix="give holdSide long or short, once for each side",
    )


RULES: tuple[Rule[BitgetAccount], ...] = (
    field_known,
    symbol_given,
    product_type_known,
    margin_coin_capitalised,
    leverage_is_positive_decimal,
    hold_side_known,
    hedge_isolated_needs_side,
)


def scopes(body: Body, account: BitgetAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of the sides of a symbol.

    Without a side, and where the account has one leverage for both, both are set. A body that cannot be read sets
    nothing.

    Source: Bitget API, Change Leverage, `holdSide`.
    """
    symbol, product_type, side = _text(body, "symbol").upper(), _text(body, "productType"), _text(body, "holdSide")
    if not symbol or not product_type:
        return ()
    one_for_both = account is not None and (account.margin_mode == "crossed" or account.position_mode == "one_way_mode")
    sides = (side,) if side in HOLD_SIDES and not one_for_both else HOLD_SIDES
    return tuple((product_type, symbol, each) for each in sides)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
