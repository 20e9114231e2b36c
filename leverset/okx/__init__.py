"""OKX: its clients, its account and its results."""

from leverset_okx.operations import RegionName as OkxRegion

from leverset.okx._client import AsyncOkx, Okx
from leverset.okx._types import MarginMode, OkxAccount, OkxLevel, OkxLeverage, OkxPositionMode, PositionSide

__all__ = [
    "AsyncOkx",
    "MarginMode",
    "Okx",
    "OkxAccount",
    "OkxLevel",
    "OkxLeverage",
    "OkxPositionMode",
    "OkxRegion",
    "PositionSide",
]
