# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""What `leverset._registry` reads of Kestrel."""

from __future__ import annotations

from collections.abc import Mapping

from leverset.kestrel._client import AsyncKestrel, Kestrel
from leverset.kestrel._rules import scopes

__all__ = ["scopes"]

TITLE = "Kestrel"
CLIENT = Kestrel
ASYNC_CLIENT = AsyncKestrel
SUBJECT = "a market"
ACCOUNT_HELP: Mapping[str, str] = {"margin_mode": "Whether sides are netted"}
WRONG_EXAMPLES: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
    (
        "a side in a netted account",
        {"market": "EUR/USD", "gearing": "5", "marginMode": "shared", "side": "buy"},
        {"margin_mode": "netted"},
    ),
)
