"""Bitget's symbols, by their names and product types."""

import re
from dataclasses import dataclass

from ._coins import COINS, LISTED_COINS
from ._leverage import Book, Scope, scope, within
from ._listing import Listing

# The leverage where none was ever set, so that a first response has all of its fields.
_INITIAL = {"crossed": "20", "long": "10", "short": "10"}
_LOWEST, _HIGHEST = "1", "125"
STATES = ("normal", "listed", "maintain", "limit_open", "restrictedAPI", "off")
_DELIVERY = "(?P<month>[FGHJKMNQUVXZ])(?P<year>[0-9]{2})"

# Product type -> the shape of its symbols, what follows a coin in the usual ones, and the margin coin ("{coin}": the
# symbol's own coin).
PRODUCTS = {
    "USDT-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)USDT"), ("{}USDT",), "USDT"),
    "USDC-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)PERP"), ("{}PERP",), "USDC"),
    "COIN-FUTURES": (re.compile(f"(?P<coin>[A-Z0-9]+)USD(?:{_DELIVERY})?"), ("{}USD", "{}USDZ26"), "{coin}"),
    "SUSDT-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SUSDT"), ("S{}SUSDT",), "SUSDT"),
    "SUSDC-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SPERP"), ("S{}SPERP",), "SUSDC"),
    "SCOIN-FUTURES": (re.compile(f"S(?P<coin>[A-Z0-9]+)SUSD(?:{_DELIVERY})?"), ("S{}SUSD", "S{}SUSDZ26"), "S{coin}"),
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of a product type, which lists it.

    Attributes:
        name: The symbol in capitals.
        product_type: Its product type.
        coin: What it is about, such as "BTC".
        margin_coin: Its margin coin.
        delivery: Month letter and year of a delivery contract, such as "Z26"; "" for a perpetual one.
        state: One of `STATES`.
        lowest: Lowest leverage.
        highest: Highest leverage.
    """

    name: str
    product_type: str
    coin: str
    margin_coin: str
    delivery: str
    state: str
    lowest: str
    highest: str

    def scope(self, side: str) -> Scope:
        """Return the scope of "crossed", "long" or "short"."""
        return scope(side, [("productType", self.product_type), ("symbol", self.name)])

    def leverages(self, book: Book) -> dict[str, str]:
        """Return the leverages that hold, by "crossed", "long" and "short"."""
        return {side: book.get(self.scope(side), self._at_most(initial)) for side, initial in _INITIAL.items()}

    def _at_most(self, initial: str) -> str:
        return self.highest if within(initial, self.lowest, self.highest) > 0 else initial


def find_symbol(name: str, product_type: str, listing: Listing | None = None) -> Symbol | None:
    """Find a symbol, in capitals or not; None when the product type does not list it.

    Args:
        name: The symbol.
        product_type: One of `PRODUCTS`.
        listing: What is set about symbols from outside.
    """
    symbol = name.upper()
    shape, _, margin_coin = PRODUCTS[product_type]
    # isascii: upper() makes ASCII of some letters that are none ("ſ" becomes "S").
    match = shape.fullmatch(symbol) if name.isascii() else None
    if match is None:
        return None
    coin = match["coin"]
    listed = (listing or Listing()).get(symbol)
    if not (coin in COINS if listed.exists is None else listed.exists):
        return None
    parts = match.groupdict()
    return Symbol(
        symbol,
        product_type,
        coin,
        margin_coin.format(coin=coin),
        f"{parts['month']}{parts['year']}" if parts.get("month") else "",
        listed.state or STATES[0],
        listed.minimum or _LOWEST,
        listed.maximum or _HIGHEST,
    )


def usual_symbols(product_type: str) -> list[str]:
    """Return the symbols that are in the sandbox's lists; others exist as well."""
    return [form.format(coin) for coin in LISTED_COINS for form in PRODUCTS[product_type][1]]
