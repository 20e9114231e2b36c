"""Bitget's lists of symbols.

Source: Bitget API, Futures, Market, Get All Symbols - Contracts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from leverset_bitget.api.market import get_contracts
from leverset_bitget.models import Contract
from leverset_bitget.operations import GET_CONTRACTS

from leverset._format import Violation
from leverset._listing import Listed, Sought
from leverset._read_back import Read
from leverset._verify import filled
from leverset.bitget._reads import BitgetReads, contracts, limits_of
from leverset.bitget._rules import PRODUCT_TYPES
from leverset.bitget._types import BitgetAccount

_LIVE = "normal"


class BitgetListing:
    """The lists by product type."""

    def sought(self, body: Mapping[str, Any]) -> Sought | None:
        """Return the symbol; None where there is none, or no such product type."""
        symbol, product_type = body.get("symbol"), body.get("productType")
        if not isinstance(symbol, str) or not symbol or product_type not in PRODUCT_TYPES:
            return None
        return Sought(field="symbol", name=symbol.upper(), lists=(str(product_type),))

    def read(self, name: str) -> Read:
        """Read all symbols of a product type in one request."""
        return Read(GET_CONTRACTS, get_contracts, {"product_type": name}, symbols)

    def alone(self, body: Mapping[str, Any]) -> Read:
        """Read one symbol."""
        name = body["symbol"].upper()
        return evolve(BitgetReads().limits(body), extract=lambda response: symbols(response).get(name))

    def unfit(self, body: Mapping[str, Any], account: BitgetAccount) -> Violation | None:  # noqa: ARG002 - none is
        """Every mode has a leverage."""
        return None


def symbols(response: Any) -> dict[str, Listed]:
    """The symbols of a response, by their names in capitals."""
    found = map(_listed, contracts(response))
    return {each.name.upper(): each for each in found if each is not None}


def _listed(entry: Contract) -> Listed | None:
    name, limits = filled(entry.symbol), limits_of(entry)
    if name is None:
        return None
    listed = entry.support_margin_coins
    coins = tuple(coin for each in (listed if isinstance(listed, list) else ()) if (coin := filled(each)) is not None)
    offered = {"marginCoin": coins} if coins else {}
    return Listed(name=name, limits=limits, is_live=limits.state == _LIVE, offered=offered)
