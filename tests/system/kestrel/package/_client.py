# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""Kestrel's clients."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any, ClassVar

import leverset_kestrel
from attrs import frozen
from leverset.kestrel._account import KestrelAccount
from leverset.kestrel._rules import RULES
from leverset_kestrel import operations
from leverset_kestrel.api.trading import set_gearing
from leverset_kestrel.models import GearingRequest, GearingResponse, GearingResult

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._keyed_lock import Scope
from leverset._rules import present


@frozen
class KestrelLeverage:
    """A leverage that was set on Kestrel."""

    lever: Decimal
    confirmed: str
    raw: Mapping[str, Any]


class _KestrelBase(BaseClient[leverset_kestrel.Client, KestrelAccount, operations.Region, KestrelLeverage]):
    exchange = operations.EXCHANGE
    account_type = KestrelAccount
    client_type = leverset_kestrel.Client
    operation = operations.SET_GEARING
    module: ClassVar[ModuleType] = set_gearing
    request_type = GearingRequest
    rules = RULES
    leverage_field = "gearing"

    @staticmethod
    def scope(body: Mapping[str, Any]) -> Scope:
        return (body["market"],)

    def _verified(self, body: Mapping[str, Any], response: GearingResponse) -> KestrelLeverage:
        raw = response.result.to_dict() if isinstance(response.result, GearingResult) else {}
        expected = {name: body[name] for name in ("market", "gearing")}
        confirmed = self._confirm(body, expected, raw, ("gearing",))
        return KestrelLeverage(Decimal(body["gearing"]), confirmed, raw)


class Kestrel(_KestrelBase, SyncClient[leverset_kestrel.Client, KestrelAccount, operations.Region, KestrelLeverage]):
    """A client of Kestrel that blocks."""

    def set_leverage(
        self, *, market: str, gearing: str | int | Decimal, margin_mode: str, side: str | None = None
    ) -> KestrelLeverage:
        """Set the leverage of a market."""
        body = present(market=market, gearing=gearing, marginMode=margin_mode, side=side)
        return self.set_leverage_from(body)


class AsyncKestrel(
    _KestrelBase, AsyncClient[leverset_kestrel.Client, KestrelAccount, operations.Region, KestrelLeverage]
):
    """A client of Kestrel that is awaited."""

    async def set_leverage(
        self, *, market: str, gearing: str | int | Decimal, margin_mode: str, side: str | None = None
    ) -> KestrelLeverage:
        """Set the leverage of a market."""
        body = present(market=market, gearing=gearing, marginMode=margin_mode, side=side)
        return await self.set_leverage_from(body)
