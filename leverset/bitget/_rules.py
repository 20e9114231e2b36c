"""The rules of Bitget's document across fields, one function per sentence; what leverages a request sets.

Source: Bitget API, Change Leverage. What depends on the account is checked where the caller said how it is set up.
Single fields are checked from the spec.
"""

from __future__ import annotations

from leverset_bitget.operations import GET_ACCOUNT, GET_CONTRACTS, SET_LEVERAGE

from leverset._format import Violation
from leverset._rules import Body, Rules
from leverset.bitget._account import BitgetAccount

HOLD_SIDES = ("long", "short")


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


RULES = Rules("bitget", SET_LEVERAGE, (hedge_isolated_needs_side,))
READ_RULES: Rules[BitgetAccount] = Rules("bitget", GET_ACCOUNT, (), "query")
LIMITS_RULES: Rules[BitgetAccount] = Rules("bitget", GET_CONTRACTS, (), "query")


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
