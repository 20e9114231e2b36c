"""Bodies for the tests of the rules, and what the rules say of them."""

from __future__ import annotations

from typing import Any

from leverset import BitgetAccount, OkxAccount, Violation
from leverset.bitget import _rules as bitget
from leverset.okx import _rules as okx

PAIR = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}
SWAP = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}
FUTURES = {"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "isolated"}
OPTION = {"instId": "BTC-USD-200802-10000-C", "lever": "5", "mgnMode": "isolated"}
UNKNOWN = {"instId": "NEW-SHAPE-X-1", "lever": "5", "mgnMode": "isolated"}
EVENT = {"instId": "BTC-ABOVE-DAILY-260224-1600-65000", "lever": "5", "mgnMode": "isolated"}
CURRENCY = {"ccy": "BTC", "lever": "5", "mgnMode": "cross"}
SYMBOL = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "20"}

LONG_SHORT = OkxAccount(position_mode="long_short_mode")
NET = OkxAccount(position_mode="net_mode")
HEDGE_ISOLATED = BitgetAccount(position_mode="hedge_mode", margin_mode="isolated")

ABSENT = object()
"""As a changed field's value: take the field out."""


def changed(body: dict[str, str], **fields: Any) -> dict[str, Any]:
    """The body with other fields."""
    return {name: value for name, value in {**body, **fields}.items() if value is not ABSENT}


def okx_violations(body: dict[str, Any], account: OkxAccount | None = None) -> tuple[Violation, ...]:
    """What OKX's rules say."""
    return okx.RULES.violations(body, account)


def bitget_violations(body: dict[str, Any], account: BitgetAccount | None = None) -> tuple[Violation, ...]:
    """What Bitget's rules say."""
    return bitget.RULES.violations(body, account)


def names(violations: tuple[Violation, ...]) -> list[str]:
    """The rules that are broken."""
    return [violation.rule for violation in violations]
