"""What holds on Bitget, as the requests that set it."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, get_args

from leverset._format import Violation
from leverset._held import Held
from leverset._listing import Listed
from leverset._read_back import Read
from leverset._snapshot import Questions
from leverset.bitget._listing import BitgetListing
from leverset.bitget._reads import READ_RULES
from leverset.bitget._rules import MARGIN_COINS
from leverset.bitget._types import BitgetAccount, BitgetPositionMode
from leverset.errors import LeversetError

_LISTING = BitgetListing()
_USUAL = ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")
_DEMO = re.compile("S.+S(?:USDT|PERP|USD.*)")
"""Symbols such as SBTCSUSDT are of demo trading, or of a coin whose name happens to be so."""


class BitgetSnapshot:
    """Asks for the product type that a symbol's name tells, and for its margin coin, where they are not named."""

    names = ("symbol",)
    completes = "The product type and the margin coin are found by the symbol."

    def violations(self, fields: Mapping[str, str]) -> tuple[Violation, ...]:
        """Check each symbol by itself."""
        if "symbol" not in fields:
            # All symbols of a product type; which ones is not known yet.
            body = {"symbol": "BTC", "marginCoin": "BTC", "productType": _USUAL[0], **fields}
            return tuple(each for each in READ_RULES.violations(body, None) if each.field == "productType")
        found: dict[tuple[object, ...], Violation] = {}
        for symbol in _names(fields):
            product_type = fields.get("productType") or _types(symbol)[0]
            coin = fields.get("marginCoin") or _coin(symbol, product_type, None)
            body = {"symbol": symbol, "productType": product_type, "marginCoin": coin or "USDT"}
            found |= {(each.rule, each.field, each.value): each for each in READ_RULES.violations(body, None)}
        return tuple(found.values())

    def questions(self, fields: Mapping[str, str]) -> Generator[Read, Any, Questions]:
        """Read the lists of symbols where the product type, or the margin coin, is not told without."""
        lists: dict[str, Mapping[str, Listed]] = {}
        given = fields.get("productType")
        symbols = _names(fields)
        asked = {symbol: (given,) if given else _types(symbol) for symbol in symbols}
        types: tuple[str, ...] = (given,) if given else _USUAL
        if symbols:
            coin = "marginCoin" in fields
            types = tuple(each[0] for each in asked.values() if each[1:] or not (coin or each[0] in MARGIN_COINS))
        for type_ in dict.fromkeys(types):
            listed = yield _LISTING.read(type_)
            if isinstance(listed, LeversetError):
                raise listed
            lists[type_] = listed
        if not symbols:
            live = [(name, type_) for type_ in lists for name, each in lists[type_].items() if each.is_live]
            chosen = sorted(live, key=lambda each: (types.index(each[1]), each[0]))
        else:
            # What the first type does not list is of the second, where there is one.
            chosen = [
                (symbol, next((type_ for type_ in types_of if symbol in lists.get(type_, ())), types_of[-1]))
                for symbol, types_of in asked.items()
            ]
        return Questions(
            bodies=tuple(
                {
                    "symbol": symbol,
                    "productType": type_,
                    "marginCoin": fields.get("marginCoin") or _coin(symbol, type_, lists.get(type_, {}).get(symbol)),
                }
                for symbol, type_ in chosen
            )
        )

    def requests(self, body: Mapping[str, str], held: Held) -> tuple[tuple[Mapping[str, str], ...], str]:
        """Return one request for each side in isolated margin with hedge mode, else one."""
        levers = {each.hold_side: f"{each.lever:f}" for each in held.leverages}
        if None not in levers and _modes(held).position_mode != "one_way_mode":
            missing = [side for side in ("long", "short") if side not in levers]
            why = f"Bitget names no leverage of {' and '.join(missing)}" if missing else ""
            return tuple({**body, "leverage": lever, "holdSide": str(side)} for side, lever in levers.items()), why
        values = list(dict.fromkeys(levers.values()))
        if len(values) == 1:
            return ({**body, "leverage": values[0]},), ""
        return (), f"in one-way mode both sides have one leverage, and Bitget names {' and '.join(values)}"

    def account(self, account: None, held: tuple[Held, ...]) -> BitgetAccount | None:  # noqa: ARG002 - see above
        """Return the modes that are the same for all symbols."""
        found = [_modes(each) for each in held if each.leverages]
        position = {each.position_mode for each in found}
        margin = {each.margin_mode for each in found}
        return BitgetAccount(
            position_mode=position.pop() if len(position) == 1 else None,
            margin_mode=margin.pop() if len(margin) == 1 else None,
            source="the exchange",
        )


def _names(fields: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(fields["symbol"].upper().split(","))) if "symbol" in fields else []


def _types(symbol: str) -> tuple[str, ...]:
    """The product types that a symbol may be of, by its name; the demo ones last."""
    usual = "USDC" if symbol.endswith("PERP") else "USDT" if symbol.endswith("USDT") else "COIN"
    types = (f"{usual}-FUTURES",)
    return (*types, f"S{types[0]}") if _DEMO.fullmatch(symbol) else types


def _coin(symbol: str, product_type: str, listed: Listed | None) -> str:
    """The margin coin of a symbol: that of its product type, or its own, or the first one that is offered with it."""
    if product_type in MARGIN_COINS:
        return MARGIN_COINS[product_type]
    own = symbol.partition("USD")[0] or symbol
    offered = () if listed is None else listed.offered.get("marginCoin", ())
    return next((coin for coin in offered if symbol.startswith(coin)), offered[0] if offered else own)


def _modes(held: Held) -> BitgetAccount:
    """How the account is set up for a symbol; its leverages came with it."""
    raw = held.leverages[0].raw if held.leverages else {}
    position = raw.get("posMode")
    return BitgetAccount(
        position_mode=position if position in get_args(BitgetPositionMode) else None,
        margin_mode=held.leverages[0].margin_mode if held.leverages else None,
    )
