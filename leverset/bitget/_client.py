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
        confirmed = verify_result(
            self.exchange,
            self.operation,
            expected,
            raw,
            numbers=numbers,
            redact=self._redact,
            facts=lambda: self._facts(body),
        )
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
    """Sets leverage on Bitget; its calls block.

    Each call is checked against Bitget's rules before anything is sent, kept within the rate limit, signed, retried
    where that is safe, and ends in a result or in an error whose `outcome` says what is known. Use it in a `with`
    block, or call `close`. Any number of threads may share one.

    Args:
        credentials: The API key, its secret and its passphrase; `Credentials.from_env("BITGET")` reads them from the
            environment.
        demo: Whether this is demo trading, which has keys of its own. Default: False, live trading.
        region: Which of Bitget's addresses: it has one, `global`. Default: None, `global`.
        base_url: Any other address instead of a region's: https, or http on loopback, with host and port only. Default:
            None.
        account: How the account is set up, a `BitgetAccount`: its position mode, its margin mode, and who is counted by
            the limit. It switches on the rules that depend on it. Default: None, nothing is known, and the exchange
            checks what depends on it.
        limiter: Keeps the rate limit, such as a `Limiter` or a `RedisLimiter`. Default: None, the one that all clients
            of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented. Default: None, the documented ones.
        timeout: The longest that each step on the network may take (connect, write, each read), in seconds. Default:
            5.0.
        deadline: The longest that all attempts of one call may take, from its first slot on, in seconds. It cuts every
            step, whatever the server does. Over a `transport`, or an https:// proxy, it is looked at before each step
            and with each piece of the body: a server that stalls is given up at most one `timeout` after it, and
            headers that trickle are bounded by `timeout` between two reads and by 100 KiB in all. Default: 15.0.
        max_wait: The longest that a call may wait before its first attempt, for earlier calls for the same leverage and
            for its slot together, in seconds; None waits without end. Default: 300.0.
        retries: How many attempts may follow the first one; 0 sends nothing twice. Default: 2.
        proxy: The address of an HTTP proxy, such as `http://127.0.0.1:3128`, with its user and password where it wants
            them. Default: None; the proxies of the environment are not used.
        transport: A `httpx.BaseTransport` that carries the bytes instead of leverset's own connections; it takes no
            `proxy`. Default: None.

    Attributes:
        client: The generated client, for the functions of the generated package: signed, limited, with typed errors.
        account: The account, as it was given.
        config: The settings, as they were checked.

    Raises:
        ConfigurationError: An argument cannot work, or does not go with another.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    def set_leverage(
        self,
        *,
        symbol: str,
        product_type: ProductType,
        margin_coin: str,
        leverage: str | int | Decimal | SupportsIndex,
        hold_side: HoldSide | None = None,
    ) -> BitgetLeverage:
        """Set the leverage of a symbol.

        Calls for the same leverage go one after the other. To set it twice does no harm.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; upper and lower case are the same.
            product_type: Product type, by margin: `USDT-FUTURES`, `USDC-FUTURES` or `COIN-FUTURES`; `SUSDT-FUTURES`,
                `SUSDC-FUTURES` and `SCOIN-FUTURES` are the same for demo trading.
            margin_coin: Margin coin in capital letters, such as `USDT`.
            leverage: Leverage, a multiple without unit: a positive decimal as str, int or Decimal, such as "12.5". A
                float is refused, for it does not hold every decimal exactly.
            hold_side: Position side, `long` or `short`. Required in isolated margin with hedge mode. Default: None,
                absent.

        Returns:
            The leverage that holds now, and for what. Its `confirmed` says whether the exchange reported it.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ResultMismatch: The exchange reports success with another value than the requested one.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.

        Source: Bitget API, Futures, Account, Change Leverage.
        """
        return self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))


class AsyncBitget(_BitgetBase, AsyncClient[leverset_bitget.Client, BitgetAccount, operations.Region, BitgetLeverage]):
    """Sets leverage on Bitget; its calls are awaited.

    Each call is checked against Bitget's rules before anything is sent, kept within the rate limit, signed, retried
    where that is safe, and ends in a result or in an error whose `outcome` says what is known. Use it in an `async
    with` block, or call `aclose`. Any number of event loops may share one.

    Args:
        credentials: The API key, its secret and its passphrase; `Credentials.from_env("BITGET")` reads them from the
            environment.
        demo: Whether this is demo trading, which has keys of its own. Default: False, live trading.
        region: Which of Bitget's addresses: it has one, `global`. Default: None, `global`.
        base_url: Any other address instead of a region's: https, or http on loopback, with host and port only. Default:
            None.
        account: How the account is set up, a `BitgetAccount`: its position mode, its margin mode, and who is counted by
            the limit. It switches on the rules that depend on it. Default: None, nothing is known, and the exchange
            checks what depends on it.
        limiter: Keeps the rate limit, such as a `Limiter` or a `RedisLimiter`. Default: None, the one that all clients
            of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented. Default: None, the documented ones.
        timeout: The longest that each step on the network may take (connect, write, each read), in seconds. Default:
            5.0.
        deadline: The longest that all attempts of one call may take, from its first slot on, in seconds. It cuts every
            step, whatever the server does. Over a `transport`, or an https:// proxy, it is looked at before each step
            and with each piece of the body. Default: 15.0.
        max_wait: The longest that a call may wait before its first attempt, for earlier calls for the same leverage and
            for its slot together, in seconds; None waits without end. Default: 300.0.
        retries: How many attempts may follow the first one; 0 sends nothing twice. Default: 2.
        proxy: The address of an HTTP proxy, such as `http://127.0.0.1:3128`, with its user and password where it wants
            them. Default: None; the proxies of the environment are not used.
        transport: A `httpx.AsyncBaseTransport` that carries the bytes instead of leverset's own connections; it takes
            no `proxy`. Default: None.

    Attributes:
        client: The generated client, for the functions of the generated package: signed, limited, with typed errors.
        account: The account, as it was given.
        config: The settings, as they were checked.

    Raises:
        ConfigurationError: An argument cannot work, or does not go with another.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    async def set_leverage(
        self,
        *,
        symbol: str,
        product_type: ProductType,
        margin_coin: str,
        leverage: str | int | Decimal | SupportsIndex,
        hold_side: HoldSide | None = None,
    ) -> BitgetLeverage:
        """Set the leverage of a symbol.

        Calls for the same leverage go one after the other. To set it twice does no harm.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; upper and lower case are the same.
            product_type: Product type, by margin: `USDT-FUTURES`, `USDC-FUTURES` or `COIN-FUTURES`; `SUSDT-FUTURES`,
                `SUSDC-FUTURES` and `SCOIN-FUTURES` are the same for demo trading.
            margin_coin: Margin coin in capital letters, such as `USDT`.
            leverage: Leverage, a multiple without unit: a positive decimal as str, int or Decimal, such as "12.5". A
                float is refused, for it does not hold every decimal exactly.
            hold_side: Position side, `long` or `short`. Required in isolated margin with hedge mode. Default: None,
                absent.

        Returns:
            The leverage that holds now, and for what. Its `confirmed` says whether the exchange reported it.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ResultMismatch: The exchange reports success with another value than the requested one.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.

        Source: Bitget API, Futures, Account, Change Leverage.
        """
        return await self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))
