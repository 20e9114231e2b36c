"""Bitget: its clients, its account and its results."""

from leverset_bitget.operations import RegionName as BitgetRegion

from leverset.bitget._client import AsyncBitget, Bitget
from leverset.bitget._types import (
    BitgetAccount,
    BitgetLeverage,
    BitgetMarginMode,
    BitgetPositionMode,
    HoldSide,
    ProductType,
)

__all__ = [
    "AsyncBitget",
    "Bitget",
    "BitgetAccount",
    "BitgetLeverage",
    "BitgetMarginMode",
    "BitgetPositionMode",
    "BitgetRegion",
    "HoldSide",
    "ProductType",
]
