"""Bitget: the generated client with rules, signature, limit and an answer that is checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import leverset_bitget
from leverset_bitget import operations
from leverset_bitget.api.account import set_leverage
from leverset_bitget.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._format import Violation
from leverset._keyed_lock import Scope
from leverset._rules import broken, check, number, present
from leverset._verify import filled, verify_result
from leverset.bitget._account import BitgetAccount
from leverset.bitget._rules import RULES


class _BitgetBase(BaseClient[leverset_bitget.Client, BitgetAccount]):
    exchange = operations.EXCHANGE
    account_type = BitgetAccount

    def _make_client(self, **arguments: Any) -> leverset_bitget.Client:
        return leverset_bitget.Client(**arguments)

    def violations(self, body: dict[str, object]) -> tuple[Violation, ...]:
        """Every rule that a set-leverage body (the document's field names) breaks; nothing is sent."""
        return broken(RULES, body, self.account, exchange=self.exchange.name, operation=operations.SET_LEVERAGE)

    def _request(self, **fields: object) -> SetLeverageRequest:
        body = present(**fields)
        check(self.violations(body))
        return SetLeverageRequest.from_dict(body)

    @staticmethod
    def _scope(request: SetLeverageRequest) -> Scope:
        """What the leverage is for: without holdSide it may be both sides, so the whole symbol stands in one line."""
        return (request.product_type, request.symbol.upper())

    def _result(self, request: SetLeverageRequest, reply: SetLeverageResponse) -> SetLeverageResult:
        """The result that the exchange reports, compared with what was expected in the margin mode that it names."""
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        result = reply.data if isinstance(reply.data, SetLeverageResult) else SetLeverageResult()
        body, reported = request.to_dict(), result.to_dict()
        sides = {"long": ("longLeverage",), "short": ("shortLeverage",)}
        numbers: tuple[str, ...] = ()
        mode = (filled(reported.get("marginMode")) or "").casefold()
        if mode == "crossed":
            numbers = ("crossMarginLeverage",)
        elif mode == "isolated":
            numbers = sides.get(body.get("holdSide", ""), ("longLeverage", "shortLeverage"))
        expected = {"symbol": body["symbol"], "marginCoin": body["marginCoin"]}
        expected |= dict.fromkeys(numbers, body["leverage"])
        verify_result(self.exchange, operations.SET_LEVERAGE, expected, reported, numbers=numbers, redact=self._redact)
        return result


class Bitget(_BitgetBase, SyncClient[leverset_bitget.Client, BitgetAccount]):
    """A client of Bitget that blocks; see BaseClient for its arguments. Use it in a `with` block."""

    def set_leverage(
        self,
        *,
        symbol: str,
        product_type: str,
        margin_coin: str,
        leverage: str | int | Decimal,
        hold_side: str | None = None,
    ) -> SetLeverageResult:
        """Set the leverage of a symbol, and return what the exchange reports.

        `symbol`: trading pair such as `BTCUSDT`. `product_type`: `USDT-FUTURES`, `COIN-FUTURES`, `USDC-FUTURES`, or one
        of them with a leading S for demo trading. `margin_coin`: margin coin in capital letters. `leverage`: a
        positive decimal without unit, as str, int or Decimal. `hold_side`: `long` or `short`, required in isolated
        margin with hedge mode.

        Raises RuleViolation before anything is sent, ExchangeError where the exchange refuses, ResultMismatch where it
        reports another value, and RateLimitTimeout, LimiterUnavailable, TransportError or MalformedResponse, each with
        `outcome`. Source: Bitget API, Change Leverage.
        """
        request = self._request(
            symbol=symbol,
            productType=product_type,
            marginCoin=margin_coin,
            leverage=number(leverage),
            holdSide=hold_side,
        )
        with self._locks.acquire(self._scope(request), self.config.max_wait):
            return self._result(request, self.call(set_leverage, body=request))


class AsyncBitget(_BitgetBase, AsyncClient[leverset_bitget.Client, BitgetAccount]):
    """A client of Bitget that is awaited; see BaseClient for its arguments. Use it in an `async with` block."""

    async def set_leverage(
        self,
        *,
        symbol: str,
        product_type: str,
        margin_coin: str,
        leverage: str | int | Decimal,
        hold_side: str | None = None,
    ) -> SetLeverageResult:
        """Like `Bitget.set_leverage`, awaited."""
        request = self._request(
            symbol=symbol,
            productType=product_type,
            marginCoin=margin_coin,
            leverage=number(leverage),
            holdSide=hold_side,
        )
        async with self._locks.acquire_async(self._scope(request), self.config.max_wait):
            return self._result(request, await self.call(set_leverage, body=request))
