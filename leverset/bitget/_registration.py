"""What `leverset._registry` reads of Bitget; nobody else imports this module."""

from __future__ import annotations

from collections.abc import Mapping

from leverset_bitget.operations import GET_ACCOUNT

from leverset.bitget._client import AsyncBitget, Bitget
from leverset.bitget._diagnosis import DIAGNOSIS
from leverset.bitget._listing import BitgetListing
from leverset.bitget._rules import scopes
from leverset.bitget._snapshot import BitgetSnapshot

__all__ = ["DIAGNOSIS", "scopes"]

TITLE = "Bitget"
CLIENT = Bitget
ASYNC_CLIENT = AsyncBitget

SUBJECT = "a symbol"
"""What the operation sets the leverage of."""

LISTING = BitgetListing()
SNAPSHOT = BitgetSnapshot()
READ_OPERATION = GET_ACCOUNT

ACCOUNT_HELP: Mapping[str, str] = {"position_mode": "Position mode", "margin_mode": "Margin mode"}
"""The account's fields in a few words."""

WRONG_EXAMPLES: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
    (
        "the document's own example, word for word",
        {
            "symbol": "btcusdt",
            "productType": "USDT-FUTURES",
            "marginCoin": "usdt",
            "leverage": "20",
            "holdSide": "long",
        },
        {"margin_mode": "isolated", "position_mode": "hedge_mode"},
    ),
)
"""Requests that violate rules, for the demo: a title, the body, and the fields of the account."""
