"""One call through a client of either exchange and either form."""

from __future__ import annotations

import asyncio
from typing import Any

from leverset import Bitget, Limiter, Okx
from tests.loopback import CREDENTIALS

OKX = {"inst_id": "BTC-USDT-SWAP", "lever": "5", "mgn_mode": "isolated", "pos_side": "long"}
BITGET = {
    "symbol": "BTCUSDT",
    "product_type": "USDT-FUTURES",
    "margin_coin": "USDT",
    "leverage": "20",
    "hold_side": "long",
}


def set_leverage(make: Any, url: str, arguments: dict[str, Any], **settings: Any) -> Any:
    """One call through a client of either form."""
    settings = {"base_url": url, "limiter": Limiter(), **settings}
    if make in (Okx, Bitget):
        with make(CREDENTIALS, **settings) as client:
            return client.set_leverage(**arguments)

    async def run() -> Any:
        async with make(CREDENTIALS, **settings) as client:
            return await client.set_leverage(**arguments)

    return asyncio.run(run())
