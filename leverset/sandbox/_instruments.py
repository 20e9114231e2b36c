"""Which instruments exist here: a table of coins, and how the exchanges build names from them."""

import re
from dataclasses import dataclass

# Well-known coins, and T000 to T999: a thousand more for load tests.
_COINS = (
    *("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "BCH", "TRX", "AVAX", "LINK"),
    *("DOT", "UNI", "ATOM", "ETC", "FIL", "APT", "ARB", "OP", "SUI", "TON", "NEAR"),
)
COINS = frozenset((*_COINS, *(f"T{number:03}" for number in range(1000))))

OKX_QUOTES = frozenset(("USDT", "USDC", "USD", "BTC"))
OKX_CURRENCIES = COINS | OKX_QUOTES

_PAIR = r"(?P<base>[A-Z0-9]+)-(?P<quote>[A-Z0-9]+)"
_OKX_SHAPES = {
    "MARGIN": re.compile(_PAIR),
    "SWAP": re.compile(_PAIR + "-SWAP"),
    "FUTURES": re.compile(_PAIR + "-[0-9]{6}"),
    "OPTION": re.compile(_PAIR + "-[0-9]{6}-[0-9]+-[CP]"),
}


@dataclass(frozen=True, slots=True)
class OkxInstrument:
    """An OKX instrument told by its name: kind is MARGIN, SWAP, FUTURES or OPTION."""

    kind: str
    underlying: str  # "BTC-USDT" for all of BTC-USDT, BTC-USDT-SWAP and BTC-USDT-200802
    exists: bool

    @property
    def is_contract(self) -> bool:
        """Whether posSide is about it at all."""
        return self.kind in ("SWAP", "FUTURES")


def okx_instrument(inst_id: str) -> OkxInstrument | None:
    """Read an instrument's name; None when its shape is unknown."""
    for kind, shape in _OKX_SHAPES.items():
        if match := shape.fullmatch(inst_id):
            base, quote = match["base"], match["quote"]
            exists = base in COINS and quote in OKX_QUOTES and base != quote
            return OkxInstrument(kind, f"{base}-{quote}", exists)
    return None


# Product type -> how its symbols are written, and the margin coin ("{coin}": the symbol's own coin).
_BITGET_PRODUCTS = {
    "USDT-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)USDT"), "USDT"),
    "USDC-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)PERP"), "USDC"),
    "COIN-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)USD"), "{coin}"),
    "SUSDT-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SUSDT"), "SUSDT"),
    "SUSDC-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SPERP"), "SUSDC"),
    "SCOIN-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SUSD"), "S{coin}"),
}
BITGET_PRODUCT_TYPES = tuple(_BITGET_PRODUCTS)


def bitget_margin_coin(symbol: str, product_type: str) -> str | None:
    """Margin coin of an upper-case symbol within a product type; None when there is no such symbol."""
    shape, margin_coin = _BITGET_PRODUCTS[product_type]
    match = shape.fullmatch(symbol)
    if match is None or match["coin"] not in COINS:
        return None
    return margin_coin.format(coin=match["coin"])
