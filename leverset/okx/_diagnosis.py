"""What OKX says about its clock, an account, and the API key that asks.

Source: OKX API guide, Public data, Get system time; Trading account, Get account configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leverset_okx import operations
from leverset_okx.api.account import get_account_config
from leverset_okx.api.public import get_time
from leverset_okx.models import AccountConfig, SystemTime

from leverset._diagnosis import AccountFacts, Diagnosis
from leverset._read_back import Read
from leverset._verify import decimal, filled
from leverset.okx._reads import OkxReads, entries
from leverset.okx._types import OkxAccount

_PORTFOLIO = (
    "in portfolio margin the cross leverage of FUTURES and SWAP cannot be set",
    "use isolated margin for them, or a sub-account with another account mode",
)
_SPOT = (
    "in spot mode instruments have no leverage",
    "give a currency (ccy) where borrowing is enabled, or change the account mode in OKX's settings",
)
_WITHDRAW = (
    "the API key may withdraw, which no leverage needs",
    "use a key that may only read and trade",
)


def _milliseconds(response: Any) -> Any:
    return next((decimal(filled(entry.ts)) for entry in entries(response, SystemTime)), None)


def _facts(response: Any) -> AccountFacts:
    account: OkxAccount = OkxReads().account({}).extract(response)
    raw: Mapping[str, Any] = next((entry.to_dict() for entry in entries(response, AccountConfig)), {})
    permissions = _listed(raw.get("perm"))
    hints = {"portfolio": [_PORTFOLIO], "spot": [_SPOT]}.get(account.level or "", [])
    modes = {"level": account.level, "position_mode": account.position_mode}
    return AccountFacts(
        uid=account.uid,
        modes={name: mode for name, mode in modes.items() if mode is not None},
        permissions=permissions or None,
        may_set="trade" in permissions if permissions else None,
        addresses=_listed(raw["ip"]) if isinstance(raw.get("ip"), str) else None,
        hints=(*hints, *([_WITHDRAW] if "withdraw" in permissions else [])),
    )


def _listed(text: object) -> tuple[str, ...]:
    return tuple(part for each in (filled(text) or "").split(",") if (part := each.strip()))


DIAGNOSIS = Diagnosis(
    time=Read(operations.GET_TIME, get_time, {}, _milliseconds),
    tolerance=30.0,  # OKX API guide, REST authentication
    operation=operations.GET_ACCOUNT_CONFIG,
    account=lambda _: Read(operations.GET_ACCOUNT_CONFIG, get_account_config, {}, _facts),
)
