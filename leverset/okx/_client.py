"""OKX: the generated client with rules, signature, limit and an answer that is checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import leverset_okx
from leverset_okx import operations
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._format import Violation
from leverset._keyed_lock import Scope
from leverset._rules import broken, check, number, present
from leverset._verify import verify_result
from leverset.okx._account import OkxAccount
from leverset.okx._rules import RULES


class _OkxBase(BaseClient[leverset_okx.Client, OkxAccount]):
    exchange = operations.EXCHANGE
    account_type = OkxAccount

    def _make_client(self, **arguments: Any) -> leverset_okx.Client:
        return leverset_okx.Client(**arguments)

    def violations(self, body: dict[str, object]) -> tuple[Violation, ...]:
        """Every rule that a set-leverage body (the document's field names) breaks; nothing is sent."""
        return broken(RULES, body, self.account, exchange=self.exchange.name, operation=operations.SET_LEVERAGE)

    def _request(self, **fields: object) -> SetLeverageRequest:
        body = present(**fields)
        check(self.violations(body))
        return SetLeverageRequest.from_dict(body)

    @staticmethod
    def _scope(request: SetLeverageRequest) -> Scope:
        """What the leverage is for: an underlying or currency in cross margin, else a contract or one side of it."""
        body = request.to_dict()
        instrument = body.get("instId", "")
        if body["mgnMode"] == "cross":
            return ("cross", "-".join(instrument.split("-")[:2]) or body["ccy"])
        side = body.get("posSide", "net")  # in net mode both say the same
        return ("isolated", instrument, side)

    def _result(self, request: SetLeverageRequest, reply: SetLeverageResponse) -> SetLeverageResult:
        """The result that the exchange reports, compared with what was expected."""
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        entries = reply.data if isinstance(reply.data, list) else []
        result = entries[0] if entries and isinstance(entries[0], SetLeverageResult) else SetLeverageResult()
        expected = {name: value for name, value in request.to_dict().items() if value}
        if "instId" in expected:
            expected.pop("ccy", None)  # where both are given, the exchange uses instId
        verify_result(
            self.exchange, operations.SET_LEVERAGE, expected, result.to_dict(), numbers=("lever",), redact=self._redact
        )
        return result


class Okx(_OkxBase, SyncClient[leverset_okx.Client, OkxAccount]):
    """A client of OKX that blocks; see BaseClient for its arguments. Use it in a `with` block."""

    def set_leverage(
        self,
        *,
        lever: str | int | Decimal,
        mgn_mode: str,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: str | None = None,
    ) -> SetLeverageResult:
        """Set the leverage of a pair, currency, underlying or contract, and return what the exchange reports.

        `lever`: leverage, a positive decimal without unit, as str, int or Decimal. `mgn_mode`: `isolated` or `cross`.
        `inst_id`: instrument ID such as `BTC-USDT-SWAP`; it or `ccy` is required. `ccy`: currency used for margin, for
        cross MARGIN in multi-currency margin. `pos_side`: `long`, `short` or `net`, for FUTURES and SWAP only.

        Raises RuleViolation before anything is sent, ExchangeError where the exchange refuses, ResultMismatch where it
        reports another value, and RateLimitTimeout, LimiterUnavailable, TransportError or MalformedResponse, each with
        `outcome`. Source: OKX API guide, Set leverage.
        """
        request = self._request(lever=number(lever), mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        with self._locks.acquire(self._scope(request), self.config.max_wait):
            return self._result(request, self.call(set_leverage, body=request))


class AsyncOkx(_OkxBase, AsyncClient[leverset_okx.Client, OkxAccount]):
    """A client of OKX that is awaited; see BaseClient for its arguments. Use it in an `async with` block."""

    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal,
        mgn_mode: str,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: str | None = None,
    ) -> SetLeverageResult:
        """Like `Okx.set_leverage`, awaited."""
        request = self._request(lever=number(lever), mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        async with self._locks.acquire_async(self._scope(request), self.config.max_wait):
            return self._result(request, await self.call(set_leverage, body=request))
