"""Symbols as other exchanges, other programs and Bitget's first version write them, and the second version's names.

Sources: Bitget API, Futures, Market, Get Contract Config; the unified symbols of ccxt, such as `BTC/USDT:USDT`.
"""

from __future__ import annotations

import re

# Compiled by `re` when a symbol is none.
_UNIFIED = r"([^/:-]+)/([^/:-]+)(?::([^/:-]+))?"
_FIRST_VERSION = r"([^_]+)_(?:S?[CDU]MCBL|SPBL)"
_PERPETUAL = ("SWAP", "PERP", "PERPETUAL")


def candidates(symbol: str) -> tuple[str, ...]:
    """Return what Bitget may call a symbol; the rules decide whether it can be a name."""
    symbol = symbol.upper()
    if first_version := re.fullmatch(_FIRST_VERSION, symbol):
        return (first_version[1],)
    if unified := re.fullmatch(_UNIFIED, symbol):
        base, quote, settled = unified.groups()
        return (_symbol(base, "USDC" if settled == "USDC" else quote),)
    parts = [part for part in re.split(r"[\s_/:.-]+", symbol) if part]
    if len(parts) == 3 and parts[2] in _PERPETUAL:
        parts.pop()
    return (_symbol(*parts),) if len(parts) == 2 and parts[1] not in _PERPETUAL else ()


def _symbol(base: str, quote: str) -> str:
    return f"{base}PERP" if quote == "USDC" else f"{base}{quote}"
