"""The rules of Bitget's document across fields, one function per sentence; what leverages a request sets.

Source: Bitget API, Change Leverage. What depends on the account is checked where the caller said how it is set up.
Single fields are checked from the spec.
"""

from __future__ import annotations

from leverset_bitget.operations import EXCHANGE, SET_LEVERAGE

from leverset._format import Violation, because
from leverset._rules import Body, Rules, typed_text
from leverset.bitget._names import candidates
from leverset.bitget._types import BitgetAccount
from leverset.errors import ExchangeError

HOLD_SIDES = ("long", "short")
DEMO_TYPES = ("SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")
"""The product types of demo trading without a header."""

# A COIN product has the coin of each symbol, and whatever else the exchange supports for it.
MARGIN_COINS = {
    "USDT-FUTURES": "USDT",
    "USDC-FUTURES": "USDC",
    "SUSDT-FUTURES": "SUSDT",
    "SUSDC-FUTURES": "SUSDC",
}
PRODUCT_TYPES = {value for field in SET_LEVERAGE.fields if field.name == "productType" for value in field.values}
# The ends of symbols that belong to some product types only; other ends are left to the exchange.
_ENDS = {
    "PERP": ("USDC-FUTURES", "SUSDC-FUTURES"),
    "USDT": ("USDT-FUTURES", "SUSDT-FUTURES"),
}


def symbol_of_product(body: Body, account: BitgetAccount | None) -> Violation | None:
    """A symbol that ends with USDT or PERP, or does not begin with S, belongs to certain product types only."""
    symbol, product_type = body.get("symbol"), body.get("productType")
    if not isinstance(symbol, str) or not isinstance(product_type, str):
        return None
    why, right = "", ""
    end = symbol[-4:].upper() if symbol[-4:].isascii() else ""  # letters that only look so are no USDT
    if end in _ENDS and product_type not in _ENDS[end]:
        why = f"symbols that end with {end} are of {' and '.join(_ENDS[end])}"
        right = _ENDS[end][product_type in DEMO_TYPES]
    if not why and product_type in DEMO_TYPES and symbol[:1] not in ("S", "s"):
        why, right = f"symbols of {product_type} begin with S", product_type.removeprefix("S")
    if not why or not symbol or product_type not in PRODUCT_TYPES:
        return None
    return Violation(
        rule="bitget/symbol-of-product",
        field="symbol",
        value=symbol,
        summary=f"symbol is none of {product_type}",
        why=why,
        fix=f"give productType {right}, or a symbol of {product_type}",
    )


def margin_coin_of_product(body: Body, account: BitgetAccount | None) -> Violation | None:
    """A product type of USDT or USDC, or of their demo coins, has this one margin coin."""
    product_type = body.get("productType")
    coin = MARGIN_COINS.get(product_type) if isinstance(product_type, str) else None
    if coin is None or body.get("marginCoin", coin) == coin or symbol_of_product(body, account):
        return None
    return Violation(
        rule="bitget/margin-coin-of-product",
        field="marginCoin",
        value=body["marginCoin"],
        summary=f"marginCoin is not the one of {product_type}",
        why=f"all symbols of {product_type} are margined in {coin}",
        fix=f'give marginCoin as "{coin}", or another productType',
    )


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
        why=f"in hedge mode each side of an isolated position has its own leverage; {_modes(account)}",
        fix="give holdSide long or short, once for each side",
    )


def _modes(account: BitgetAccount) -> str:
    return f"these are its modes, {because(account, f'{account.position_mode} and {account.margin_mode}')}"


def one_demo(body: Body, demo: bool) -> Violation | None:
    """A product type of demo trading does not go with a client whose `demo` is True: both ways at once."""
    product_type = body.get("productType")
    if not demo or product_type not in DEMO_TYPES:
        return None
    return Violation(
        rule="bitget/one-demo",
        field="productType",
        value=product_type,
        summary="these are both ways of demo trading at once",
        why=f"{product_type} is demo trading by itself, and demo=True sends {': '.join(EXCHANGE.demo_header)} besides",
        fix=f"give productType {str(product_type)[1:]} and its symbol, or leave demo out",
    )


RULES = Rules(
    "bitget",
    SET_LEVERAGE,
    (symbol_of_product, margin_coin_of_product, hedge_isolated_needs_side),
    {"symbol": candidates},
)


def scopes(body: Body, account: BitgetAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of the sides of a symbol.

    Without a side, and where the account has one leverage for both, both are set. A body that cannot be read sets
    nothing. Names are read as they would be typed, so that a blank does not hide what is the same.

    Source: Bitget API, Change Leverage, `holdSide`.
    """
    symbol, product_type = typed_text(body, "symbol").upper(), typed_text(body, "productType").upper()
    side = typed_text(body, "holdSide").lower()
    if not symbol or not product_type:
        return ()
    one_for_both = account is not None and (account.margin_mode == "crossed" or account.position_mode == "one_way_mode")
    sides = (side,) if side in HOLD_SIDES and not one_for_both else HOLD_SIDES
    return tuple((product_type, symbol, each) for each in sides)


_SIDE = "in hedge mode with isolated margin give holdSide long or short, once for each side"
_KNOWN = (
    'account=BitgetAccount(position_mode=..., margin_mode=...), or account="read", has it checked before anything is '
    "sent (in commands: --position-mode and --margin-mode, or with --bitget- before them)"
)


def advice(error: ExchangeError, body: Body, account: BitgetAccount | None) -> str:
    """Return what to do about a refusal; empty where the table of errors says all."""
    # Its message is "hold side is null", in the language of the locale header: the request says it as well.
    if error.code != "40808" or body.get("holdSide"):
        return ""
    if account is None or account.position_mode is None or account.margin_mode is None:
        return f"{_SIDE}; {_KNOWN}"
    mode = f"{account.position_mode} and {account.margin_mode}"
    return (
        f"the account seems to be in another mode than {mode}, {because(account, mode)}: look at its modes for this "
        f"symbol; {_SIDE}"
    )
