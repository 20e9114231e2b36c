"""Sets one leverage on each exchange with whatever leverset is installed, against its sandbox, and prints where it is.

    python tests/packaging/set_once.py

It needs leverset[sandbox] and nothing of the repository.
"""

import asyncio
import json
import sys

import leverset_bitget
import leverset_okx

import leverset
from leverset import AsyncBitget, Credentials, Okx
from leverset.sandbox import Sandbox


def okx(sandbox: Sandbox, credentials: Credentials) -> str:
    """Set one in sync."""
    with Okx(credentials, base_url=sandbox.url) as client:
        return str(client.set_leverage(inst_id="BTC-USDT-SWAP", lever=7, mgn_mode="cross").lever)


async def bitget(sandbox: Sandbox, credentials: Credentials) -> str:
    """Set one in async."""
    async with AsyncBitget(credentials, base_url=sandbox.url) as client:
        result = await client.set_leverage(
            symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=9, hold_side="short"
        )
        return str(result.lever)


with Sandbox() as sandbox:
    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
    levers = [okx(sandbox, credentials), asyncio.run(bitget(sandbox, credentials))]
    held = [sandbox.leverage(exchange)[0] for exchange in ("okx", "bitget")]

files = [package.__file__ for package in (leverset, leverset_okx, leverset_bitget)]
print(json.dumps({"levers": levers, "held": held, "files": files, "python": sys.version}))  # noqa: T201 - its result
if levers != ["7", "9"] or "7" not in held[0].values() or "9" not in held[1].values():
    sys.exit("the leverages were not set")
