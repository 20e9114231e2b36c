"""What the tests of reading back have in common: one call against the sandbox, and what it said and read."""

from __future__ import annotations

from typing import Any

from leverset.sandbox import Sandbox
from tests.caller import Claim, call
from tests.system.faults import credentials

READ_PATH = {"okx": "/api/v5/account/leverage-info", "bitget": "/api/v2/mix/account/account"}
LIMITS_PATH = {"okx": "/api/v5/public/instruments", "bitget": "/api/v2/mix/market/contracts"}
FIELDS: dict[str, dict[str, str]] = {
    "okx": {"instId": "BTC-USDT-SWAP", "mgnMode": "isolated", "posSide": "long"},
    "bitget": {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "holdSide": "long"},
}
"""What `tests.caller.arguments` sets the leverage of, in the document's own field names."""
LEVER = {"okx": "lever", "bitget": "leverage"}
REPORTED = {"okx": "lever", "bitget": "longLeverage"}
"""The field of a response that has the leverage."""


def set_outside(sandbox: Sandbox, exchange: str, lever: str) -> None:
    """Somebody else sets the leverage."""
    sandbox.change_leverage(sandbox.account(exchange), **FIELDS[exchange], **{LEVER[exchange]: lever})


def ask(sandbox: Sandbox, exchange: str, form: str, *, lever: str = "7", **changed: Any) -> Claim:
    """Set a leverage, read back on doubt."""
    given = {"read_back": "on_doubt", **changed}
    return call(exchange, form, sandbox.url, credentials(sandbox, exchange), lever=lever, **given)


def methods(sandbox: Sandbox, exchange: str) -> list[str]:
    """The methods of the requests that arrived, in their order."""
    return [str(one["method"]) for one in sandbox.requests(exchange)]


def observed(claim: Claim) -> list[str]:
    """The leverages that an error says were read."""
    assert claim.error is not None
    return [str(each.lever) for each in claim.error.observed]
