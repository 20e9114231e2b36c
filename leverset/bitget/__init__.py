"""Bitget: its clients and its account."""

from leverset.bitget._account import BitgetAccount, BitgetMarginMode, BitgetPositionMode
from leverset.bitget._client import AsyncBitget, Bitget

__all__ = ["AsyncBitget", "Bitget", "BitgetAccount", "BitgetMarginMode", "BitgetPositionMode"]
