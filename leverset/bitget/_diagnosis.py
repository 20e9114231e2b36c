"""What Bitget says about its clock and an account; of the API key that asks it says nothing.

Source: Bitget API, Common, Get Server Time; Futures, Account, Get Single Account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from leverset_bitget import operations
from leverset_bitget.api.public import get_time
from leverset_bitget.models import SystemTime

from leverset._diagnosis import AccountFacts, Diagnosis
from leverset._read_back import Read
from leverset._verify import decimal, filled
from leverset.bitget._reads import BitgetReads
from leverset.bitget._types import BitgetAccount


def _milliseconds(response: Any) -> Any:
    return decimal(filled(response.data.server_time)) if isinstance(response.data, SystemTime) else None


def _account(body: Mapping[str, Any]) -> Read:
    read = BitgetReads().account(body)

    def facts(response: Any) -> AccountFacts:
        account: BitgetAccount = read.extract(response)
        modes = {"position_mode": account.position_mode, "margin_mode": account.margin_mode}
        return AccountFacts(modes={name: mode for name, mode in modes.items() if mode is not None})

    return evolve(read, extract=facts)


DIAGNOSIS = Diagnosis(
    time=Read(operations.GET_TIME, get_time, {}, _milliseconds),
    tolerance=30.0,  # Bitget API, Common, Signature
    operation=operations.GET_ACCOUNT,
    rules=BitgetReads.rules,
    account=_account,
)
