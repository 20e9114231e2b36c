"""Names of instruments as other exchanges and programs write them, and OKX's names for the same.

Sources: OKX API guide, Get instruments; the unified symbols of ccxt, such as `BTC/USDT:USDT`.
"""

from __future__ import annotations

import re

# Compiled by `re` when a name is none.
_UNIFIED = r"([^/:-]+)/([^/:-]+)(?::(?P<settled>[^/:-]+)(?:-(?P<day>[0-9]{6})(?:-([0-9.]+)-([CP]))?)?)?"
_JOINED = r"(.+?)(USDT|USDC|USD|EUR|BTC|ETH)"
_KNOWN = r"[^-]+-[^-]+(?:-SWAP|-[0-9]{6}(?:-[0-9.]+-[CP])?)?"
_SEPARATORS = r"(?:[\s/:.-]|_(?!(?:UM|XPERP)(?![A-Z0-9])))+"
_PERPETUAL = ("SWAP", "PERP", "PERPETUAL", "P", "UMCBL", "CMCBL", "DMCBL")


def candidates(name: str) -> tuple[str, ...]:
    """Return what OKX may call an instrument; the rules decide whether it can be a name."""
    return tuple(each for each in _candidates(name.upper()) if re.fullmatch(_KNOWN, each))


def _candidates(name: str) -> tuple[str, ...]:
    if unified := re.fullmatch(_UNIFIED, name):
        parts = [part for number, part in enumerate(unified.groups(), 1) if part and number != 3]
        return ("-".join([*parts, "SWAP"] if unified["settled"] and not unified["day"] else parts),)
    first, *rest = [part for part in re.split(_SEPARATORS, name) if part] or [""]
    rest = ["SWAP" if part in _PERPETUAL else part for part in rest]
    if joined := re.fullmatch(_JOINED, first):
        pair = "-".join(joined.groups())
        return ("-".join([pair, *rest]),) if rest else (f"{pair}-SWAP", pair)
    return ("-".join([first, *rest]),)
