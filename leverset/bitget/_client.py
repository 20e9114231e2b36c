"""Bitget: the generated client with rules, signature, limit and a result that is verified."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any, ClassVar, SupportsIndex

import leverset_bitget
from leverset_bitget import operations
from leverset_bitget.api.account import set_leverage
from leverset_bitget.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._keyed_lock import Scope
from leverset._rules import present
from leverset._verify import filled, verify_result
from leverset.bitget._account import BitgetAccount
from leverset.bitget._result import BitgetLeverage, HoldSide, ProductType
from leverset.bitget._rules import RULES

_SIDES = {"long": ("longLeverage",), "short": ("shortLeverage",)}


def _named(symbol: object, product_type: object, margin_coin: object, leverage: object, side: object) -> dict[str, Any]:
    """The fields by the document's names."""
    return present(symbol=symbol, productType=product_type, marginCoin=margin_coin, leverage=leverage, holdSide=side)


class _BitgetBase(BaseClient[leverset_bitget.Client, BitgetAccount, operations.Region, BitgetLeverage]):
    exchange = operations.EXCHANGE
    account_type = BitgetAccount
    operation = operations.SET_LEVERAGE
    module: ClassVar[ModuleType] = set_leverage
    request_type = SetLeverageRequest
    rules = RULES
    leverage_field = "leverage"

    def _make_client(self, **arguments: Any) -> leverset_bitget.Client:
        return leverset_bitget.Client(**arguments)

    @staticmethod
    def scope(body: Mapping[str, Any]) -> Scope:
        """What the leverage is for: without holdSide it may be both sides, so a symbol is one scope."""
        return (body["productType"], body["symbol"].upper())

    def _verified(self, body: Mapping[str, Any], response: SetLeverageResponse) -> BitgetLeverage:
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        raw = response.data.to_dict() if isinstance(response.data, SetLeverageResult) else {}
        numbers: tuple[str, ...] = ()
        mode: Any = (filled(raw.get("marginMode")) or "").casefold()
        if mode == "crossed":
            numbers = ("crossMarginLeverage",)
        elif mode == "isolated":
            numbers = _SIDES.get(body.get("holdSide", ""), ("longLeverage", "shortLeverage"))
        expected = {"symbol": body["symbol"], "marginCoin": body["marginCoin"]}
        expected |= dict.fromkeys(numbers, body["leverage"])
        confirmed = verify_result(self.exchange, self.operation, expected, raw, numbers=numbers, redact=self._redact)
        return BitgetLeverage(
            lever=Decimal(body["leverage"]),
            symbol=filled(raw.get("symbol")) or body["symbol"],
            product_type=body["productType"],
            margin_coin=body["marginCoin"],
            hold_side=body.get("holdSide"),
            margin_mode=mode if numbers else None,
            confirmed=confirmed,
            raw=raw,
        )


class Bitget(_BitgetBase, SyncClient[leverset_bitget.Client, BitgetAccount, operations.Region, BitgetLeverage]):
    """A client of Bitget that blocks; see BaseClient for its arguments. Use it in a `with` block."""

    def set_leverage(
        self,
        *,
        symbol: str,
        product_type: ProductType,
        margin_coin: str,
        leverage: str | int | Decimal | SupportsIndex,
        hold_side: HoldSide | None = None,
    ) -> BitgetLeverage:
        """Set the leverage of a symbol, and return what the exchange reports.

        `symbol`: trading pair such as `BTCUSDT`. `product_type`: `USDT-FUTURES`, `COIN-FUTURES`, `USDC-FUTURES`, or one
        of them with a leading S for demo trading. `margin_coin`: margin coin in capital letters. `leverage`: a
        positive decimal without unit, as str, int or Decimal. `hold_side`: `long` or `short`, required in isolated
        margin with hedge mode.

        Raises RuleViolation before anything is sent, ExchangeError where the exchange refuses, ResultMismatch where it
        reports another value, and RateLimitTimeout, LimiterUnavailable, TransportError or MalformedResponse, each with
        `outcome`. Source: Bitget API, Change Leverage.
        """
        return self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))


class AsyncBitget(_BitgetBase, AsyncClient[leverset_bitget.Client, BitgetAccount, operations.Region, BitgetLeverage]):
    """A client of Bitget that is awaited; see BaseClient for its arguments. Use it in an `async with` block."""

    async def set_leverage(
        self,
        *,
        symbol: str,
        product_type: ProductType,
        margin_coin: str,
        leverage: str | int | Decimal | SupportsIndex,
        hold_side: HoldSide | None = None,
    ) -> BitgetLeverage:
        """Like `Bitget.set_leverage`, awaited."""
        return await self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))
