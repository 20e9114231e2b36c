"""OKX: the generated client with rules, signature, limit and a result that is verified."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any, ClassVar, Literal, SupportsIndex, overload

import leverset_okx
from leverset_okx import operations
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult
from leverset_okx.models.set_leverage_request_pos_side import SET_LEVERAGE_REQUEST_POS_SIDE_VALUES

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._keyed_lock import Scope
from leverset._rules import present
from leverset._verify import filled, verify_result
from leverset.okx._account import OkxAccount
from leverset.okx._result import MarginMode, OkxLeverage, PositionSide
from leverset.okx._rules import RULES


class _OkxBase(BaseClient[leverset_okx.Client, OkxAccount, operations.Region, OkxLeverage]):
    exchange = operations.EXCHANGE
    account_type = OkxAccount
    operation = operations.SET_LEVERAGE
    module: ClassVar[ModuleType] = set_leverage
    request_type = SetLeverageRequest
    rules = RULES
    leverage_field = "lever"

    def _make_client(self, **arguments: Any) -> leverset_okx.Client:
        return leverset_okx.Client(**arguments)

    @staticmethod
    def scope(body: Mapping[str, Any]) -> Scope:
        """What the leverage is for: an underlying or currency in cross margin, else a contract or one side of it."""
        instrument = body.get("instId", "")
        if body["mgnMode"] == "cross":
            return ("cross", "-".join(instrument.split("-")[:2]) or body["ccy"])
        return ("isolated", instrument, body.get("posSide", "net"))  # in net mode both say the same

    def _verified(self, body: Mapping[str, Any], response: SetLeverageResponse) -> OkxLeverage:
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        entries = response.data if isinstance(response.data, list) else []
        raw = entries[0].to_dict() if entries and isinstance(entries[0], SetLeverageResult) else {}
        expected = {name: value for name, value in body.items() if value}
        if "instId" in expected:
            expected.pop("ccy", None)  # where both are given, the exchange uses instId
        confirmed = verify_result(self.exchange, self.operation, expected, raw, numbers=("lever",), redact=self._redact)
        side = body.get("posSide") or filled(raw.get("posSide"))
        return OkxLeverage(
            lever=Decimal(body["lever"]),
            mgn_mode=body["mgnMode"],
            inst_id=expected.get("instId"),
            ccy=expected.get("ccy"),
            pos_side=side if side in SET_LEVERAGE_REQUEST_POS_SIDE_VALUES else None,
            confirmed=confirmed,
            raw=raw,
        )


class Okx(_OkxBase, SyncClient[leverset_okx.Client, OkxAccount, operations.Region, OkxLeverage]):
    """A client of OKX that blocks; see BaseClient for its arguments. Use it in a `with` block."""

    @overload
    def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["isolated"],
        inst_id: str,
        ccy: None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage: ...

    @overload
    def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["cross"],
        inst_id: str,
        ccy: str | None = None,
        pos_side: Literal["net"] | None = None,
    ) -> OkxLeverage: ...

    @overload
    def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["cross"],
        inst_id: None = None,
        ccy: str,
        pos_side: None = None,
    ) -> OkxLeverage: ...

    def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: MarginMode,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage:
        """Set the leverage of a pair, currency, underlying or contract, and return what the exchange reports.

        `lever`: leverage, a positive decimal without unit, as str, int or Decimal. `mgn_mode`: `isolated` or `cross`.
        `inst_id`: instrument ID such as `BTC-USDT-SWAP`; it or `ccy` is required. `ccy`: currency used for margin, for
        cross MARGIN in multi-currency margin. `pos_side`: `long`, `short` or `net`, for FUTURES and SWAP only.

        Raises RuleViolation before anything is sent, ExchangeError where the exchange refuses, ResultMismatch where it
        reports another value, and RateLimitTimeout, LimiterUnavailable, TransportError or MalformedResponse, each with
        `outcome`. Source: OKX API guide, Set leverage.
        """
        body = present(lever=lever, mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        return self.set_leverage_from(body)


class AsyncOkx(_OkxBase, AsyncClient[leverset_okx.Client, OkxAccount, operations.Region, OkxLeverage]):
    """A client of OKX that is awaited; see BaseClient for its arguments. Use it in an `async with` block."""

    @overload
    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["isolated"],
        inst_id: str,
        ccy: None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage: ...

    @overload
    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["cross"],
        inst_id: str,
        ccy: str | None = None,
        pos_side: Literal["net"] | None = None,
    ) -> OkxLeverage: ...

    @overload
    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: Literal["cross"],
        inst_id: None = None,
        ccy: str,
        pos_side: None = None,
    ) -> OkxLeverage: ...

    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: MarginMode,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage:
        """Like `Okx.set_leverage`, awaited."""
        body = present(lever=lever, mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        return await self.set_leverage_from(body)
