"""What `leverset._registry` reads of OKX; nobody else imports this module."""

from __future__ import annotations

from collections.abc import Mapping

from leverset_okx.operations import GET_LEVERAGE

from leverset.okx._client import AsyncOkx, Okx
from leverset.okx._diagnosis import DIAGNOSIS
from leverset.okx._listing import OkxListing
from leverset.okx._rules import scopes
from leverset.okx._snapshot import OkxSnapshot

__all__ = ["DIAGNOSIS", "scopes"]

TITLE = "OKX"
CLIENT = Okx
ASYNC_CLIENT = AsyncOkx

SUBJECT = "a pair, currency, underlying or contract"
"""What the operation sets the leverage of."""

LISTING = OkxListing()
SNAPSHOT = OkxSnapshot()
READ_OPERATION = GET_LEVERAGE
SEVERAL = ("instId", "ccy")
"""The fields of reading that take several values with commas between them."""

ACCOUNT_HELP: Mapping[str, str] = {"position_mode": "Position mode (posMode)", "level": "Account mode (acctLv)"}
"""The account's fields in a few words, with the document's names."""

WRONG_EXAMPLES: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
    (
        "an isolated contract in long/short mode, without a side",
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"},
        {"level": "single_currency", "position_mode": "long_short_mode"},
    ),
    (
        "three mistakes at once",
        {"instId": "BTC-USDT", "lever": "5x", "mgnMode": "cross", "posSide": "long"},
        {"level": "single_currency", "position_mode": "long_short_mode"},
    ),
)
"""Requests that violate rules, for the demo: a title, the body, and the fields of the account."""
