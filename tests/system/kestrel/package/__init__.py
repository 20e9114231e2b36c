# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""Kestrel: its clients and its account. An invented exchange, for test_third_exchange.py."""

from leverset.kestrel._account import KestrelAccount
from leverset.kestrel._client import AsyncKestrel, Kestrel

__all__ = ["AsyncKestrel", "Kestrel", "KestrelAccount"]
