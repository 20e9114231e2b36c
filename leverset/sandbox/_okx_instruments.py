"""OKX's instruments and currencies, by their names."""

import re
from dataclasses import dataclass

from ._coins import COINS

_QUOTES = frozenset(("USDT", "USDC", "USD", "BTC"))
CURRENCIES = COINS | _QUOTES
_PAIR = r"(?P<base>[A-Z0-9]+)-(?P<quote>[A-Z0-9]+)"
_SHAPES = {
    "MARGIN": re.compile(_PAIR),
    "SWAP": re.compile(_PAIR + "-SWAP"),
    "FUTURES": re.compile(_PAIR + "-[0-9]{6}"),
    "OPTION": re.compile(_PAIR + "-[0-9]{6}-[0-9]+-[CP]"),
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument by its name; `kind` is MARGIN, SWAP, FUTURES or OPTION."""

    kind: str
    underlying: str  # "BTC-USDT" for all of BTC-USDT, BTC-USDT-SWAP and BTC-USDT-200802
    exists: bool

    @property
    def is_contract(self) -> bool:
        """Whether posSide applies to it at all."""
        return self.kind in ("SWAP", "FUTURES")


def read_instrument(inst_id: str) -> Instrument | None:
    """Read an instrument's name; None when its shape is unknown."""
    for kind, shape in _SHAPES.items():
        if match := shape.fullmatch(inst_id):
            base, quote = match["base"], match["quote"]
            exists = base in COINS and quote in _QUOTES and base != quote
            return Instrument(kind, f"{base}-{quote}", exists)
    return None
