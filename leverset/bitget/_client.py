"""Bitget: the generated client with rules, signature, limit and a result that is verified."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex

import leverset_bitget
from leverset_bitget import operations
from leverset_bitget.api.account import set_leverage
from leverset_bitget.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._format import Violation
from leverset._keyed_lock import Scope
from leverset._on_use import on_use
from leverset._reading import InstrumentLimits
from leverset._rules import named_arguments, present
from leverset._verify import filled
from leverset.bitget._rules import RULES, advice, one_demo
from leverset.bitget._types import BitgetAccount, BitgetLeverage, HoldSide, ProductType

if TYPE_CHECKING:  # loaded with the first read
    from leverset._read_back import Read
    from leverset.bitget._reads import BitgetReads

_SIDES = {"long": ("longLeverage",), "short": ("shortLeverage",)}


def _reads() -> BitgetReads:
    from leverset.bitget._reads import BitgetReads

    return BitgetReads()


def _named(symbol: object, product_type: object, margin_coin: object, leverage: object, side: object) -> dict[str, Any]:
    """The fields by the document's names."""
    return present(symbol=symbol, productType=product_type, marginCoin=margin_coin, leverage=leverage, holdSide=side)


class _BitgetBase(BaseClient[leverset_bitget.Client, BitgetAccount, operations.RegionName, BitgetLeverage]):
    exchange = operations.EXCHANGE
    account_type = BitgetAccount
    client_type = leverset_bitget.Client
    operation = operations.SET_LEVERAGE
    module: ClassVar[ModuleType] = set_leverage
    request_type = SetLeverageRequest
    rules = RULES
    advice = staticmethod(advice)
    leverage_field = "leverage"

    reads: ClassVar[BitgetReads] = on_use(_reads)

    def violations(self, body: Mapping[str, object]) -> tuple[Violation, ...]:
        """Check a request by every rule, and send nothing.

        What depends on the account is checked where `account` says how it is set up. A product type of demo trading
        does not go with `demo=True`.

        Args:
            body: The fields of the request and their values, in the document's own field names. The leverage is a text.

        Returns:
            A violation for every rule that the request breaks; none where it may be sent.
        """
        found = super().violations(body)
        demo = one_demo(body, self.config.demo)
        return found if demo is None else (*found, *self._redacted([RULES.complete(demo, body)]))

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
        return BitgetLeverage(
            lever=Decimal(body["leverage"]),
            symbol=filled(raw.get("symbol")) or body["symbol"],
            product_type=body["productType"],
            margin_coin=body["marginCoin"],
            hold_side=body.get("holdSide"),
            margin_mode=mode if numbers else None,
            confirmed=self._confirm(body, expected, raw, numbers),
            raw=raw,
        )

    def _read_body(self, symbol: object, product_type: object, margin_coin: object) -> dict[str, Any]:
        """What is read, by the document's names; raises RuleViolation."""
        body = present(symbol=symbol, productType=product_type, marginCoin=margin_coin)
        self._check_read(self.reads.rules, body)
        return body

    def _limits_read(self, symbol: object, product_type: object) -> Read:
        body = present(symbol=symbol, productType=product_type)
        self._check_read(self.reads.limits_rules, body)
        return self.reads.limits(body)


class Bitget(_BitgetBase, SyncClient[leverset_bitget.Client, BitgetAccount, operations.RegionName, BitgetLeverage]):
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
            checks what depends on it. "read": it is asked of the exchange once, before the first rule needs it, and
            again after a response that contradicts it, or before what was read more than 5 s ago has a request refused.
        read_back: When a leverage is read back. `on_doubt`: where a call would end in doubt, or in a refusal although
            the wanted value may hold; a read that shows it makes it a success. `never`. `always`: after every call.
            A read has one `timeout` more than the call's deadline, and a limit of its own. Default: on_doubt.
        limiter: Keeps the rate limit, a `Limiter`, `SQLiteLimiter` or `RedisLimiter`. Default: None, the one that all
            clients of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented; or "published", what Bitget publishes now where that is known to differ from its document.
            Default: None, the documented ones ("documented").
        timeout: The longest that each step on the network may take (connect, write, each read), in seconds. Default:
            5.0.
        deadline: The longest that all attempts of one call may take, from its first slot on, in seconds. It cuts every
            step, whatever the server does. Over a `transport`, or an `https://` proxy, it is looked at before each step
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
        config: The configuration, as it was checked.

    Raises:
        ConfigurationError: An argument cannot work, or does not go with another.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    @named_arguments(operations.SET_LEVERAGE)
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
            The leverage that holds now, and for what. Its `confirmed` says how that is known.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: Within `max_wait` no slot came free, or an earlier call for the same leverage did not end.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ResultMismatch: The exchange reports success with another value than the requested one.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.

        Source: Bitget API, Futures, Account, Change Leverage.
        """
        return self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))

    @named_arguments(operations.GET_ACCOUNT)
    def get_leverage(self, *, symbol: str, product_type: ProductType, margin_coin: str) -> tuple[BitgetLeverage, ...]:
        """Read the leverage of a symbol, in the margin mode that it is in.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; upper and lower case are the same.
            product_type: Product type, such as `USDT-FUTURES`.
            margin_coin: Margin coin, such as `USDT`.

        Returns:
            What holds now: one in crossed margin, two in isolated margin, `long` and `short`. Empty where the exchange
            names none.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Account, Get Single Account.
        """
        body = self._read_body(symbol, product_type, margin_coin)
        found: tuple[BitgetLeverage, ...] = self.read(self.reads.leverage(body))
        return found

    @named_arguments(operations.GET_ACCOUNT)
    def read_account(self, *, symbol: str, product_type: ProductType, margin_coin: str) -> BitgetAccount:
        """Read how the account is set up for a symbol.

        With `account="read"` it is kept for the rules.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; each has a margin mode of its own.
            product_type: Product type, such as `USDT-FUTURES`; each has a position mode of its own.
            margin_coin: Margin coin, such as `USDT`.

        Returns:
            The modes, as the exchange has them; it does not say the user id.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Account, Get Single Account.
        """
        body = self._read_body(symbol, product_type, margin_coin)
        account: BitgetAccount = self._keep_account(body, self.read(self.reads.account(body)))
        return account

    @named_arguments(operations.GET_CONTRACTS)
    def get_limits(self, symbol: str, product_type: ProductType) -> InstrumentLimits:
        """Read the leverage that a symbol allows.

        Args:
            symbol: Trading pair, such as `BTCUSDT`.
            product_type: Product type, such as `USDT-FUTURES`.

        Returns:
            Its lowest and its highest leverage, and its state.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Market, Get All Symbols - Contracts.
        """
        read = self._limits_read(symbol, product_type)
        return self._found(self.read(read), read, symbol)


class AsyncBitget(
    _BitgetBase, AsyncClient[leverset_bitget.Client, BitgetAccount, operations.RegionName, BitgetLeverage]
):
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
            checks what depends on it. "read": it is asked of the exchange once, before the first rule needs it, and
            again after a response that contradicts it, or before what was read more than 5 s ago has a request refused.
        read_back: When a leverage is read back. `on_doubt`: where a call would end in doubt, or in a refusal although
            the wanted value may hold; a read that shows it makes it a success. `never`. `always`: after every call.
            A read has one `timeout` more than the call's deadline, and a limit of its own. Default: on_doubt.
        limiter: Keeps the rate limit, a `Limiter`, `SQLiteLimiter` or `RedisLimiter`. Default: None, the one that all
            clients of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented; or "published", what Bitget publishes now where that is known to differ from its document.
            Default: None, the documented ones ("documented").
        timeout: The longest that each step on the network may take (connect, write, each read), in seconds. Default:
            5.0.
        deadline: The longest that all attempts of one call may take, from its first slot on, in seconds. It cuts every
            step, whatever the server does, also over a `transport` or an `https://` proxy. Default: 15.0.
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
        config: The configuration, as it was checked.

    Raises:
        ConfigurationError: An argument cannot work, or does not go with another.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    @named_arguments(operations.SET_LEVERAGE)
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
            The leverage that holds now, and for what. Its `confirmed` says how that is known.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: Within `max_wait` no slot came free, or an earlier call for the same leverage did not end.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ResultMismatch: The exchange reports success with another value than the requested one.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.

        Source: Bitget API, Futures, Account, Change Leverage.
        """
        return await self.set_leverage_from(_named(symbol, product_type, margin_coin, leverage, hold_side))

    @named_arguments(operations.GET_ACCOUNT)
    async def get_leverage(
        self, *, symbol: str, product_type: ProductType, margin_coin: str
    ) -> tuple[BitgetLeverage, ...]:
        """Read the leverage of a symbol, in the margin mode that it is in.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; upper and lower case are the same.
            product_type: Product type, such as `USDT-FUTURES`.
            margin_coin: Margin coin, such as `USDT`.

        Returns:
            What holds now: one in crossed margin, two in isolated margin, `long` and `short`. Empty where the exchange
            names none.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Account, Get Single Account.
        """
        body = self._read_body(symbol, product_type, margin_coin)
        found: tuple[BitgetLeverage, ...] = await self.read(self.reads.leverage(body))
        return found

    @named_arguments(operations.GET_ACCOUNT)
    async def read_account(self, *, symbol: str, product_type: ProductType, margin_coin: str) -> BitgetAccount:
        """Read how the account is set up for a symbol.

        With `account="read"` it is kept for the rules.

        Args:
            symbol: Trading pair, such as `BTCUSDT`; each has a margin mode of its own.
            product_type: Product type, such as `USDT-FUTURES`; each has a position mode of its own.
            margin_coin: Margin coin, such as `USDT`.

        Returns:
            The modes, as the exchange has them; it does not say the user id.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Account, Get Single Account.
        """
        body = self._read_body(symbol, product_type, margin_coin)
        account: BitgetAccount = self._keep_account(body, await self.read(self.reads.account(body)))
        return account

    @named_arguments(operations.GET_CONTRACTS)
    async def get_limits(self, symbol: str, product_type: ProductType) -> InstrumentLimits:
        """Read the leverage that a symbol allows.

        Args:
            symbol: Trading pair, such as `BTCUSDT`.
            product_type: Product type, such as `USDT-FUTURES`.

        Returns:
            Its lowest and its highest leverage, and its state.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: Bitget API, Futures, Market, Get All Symbols - Contracts.
        """
        read = self._limits_read(symbol, product_type)
        return self._found(await self.read(read), read, symbol)
