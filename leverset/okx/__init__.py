"""OKX: its clients and its account."""

from leverset.okx._account import OkxAccount, OkxLevel, OkxPositionMode
from leverset.okx._client import AsyncOkx, Okx

__all__ = ["AsyncOkx", "Okx", "OkxAccount", "OkxLevel", "OkxPositionMode"]
