"""OKX: the generated client with rules, signature, limit and a result that is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, SupportsIndex, overload

import leverset_okx
from leverset_okx import operations
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest, SetLeverageResponse, SetLeverageResult
from leverset_okx.models.set_leverage_request_pos_side import SET_LEVERAGE_REQUEST_POS_SIDE_VALUES

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._format import short_repr
from leverset._keyed_lock import Scope
from leverset._on_use import on_use
from leverset._reading import InstrumentLimits
from leverset._rules import named_arguments, present
from leverset._verify import entry_for, filled
from leverset.errors import misconfigured
from leverset.okx._rules import RULES, advice
from leverset.okx._types import MarginMode, OkxAccount, OkxLeverage, PositionSide

if TYPE_CHECKING:  # loaded with the first read
    from leverset._read_back import Read
    from leverset.okx._reads import OkxReads


def _reads() -> OkxReads:
    from leverset.okx._reads import OkxReads

    return OkxReads()


class _OkxBase(BaseClient[leverset_okx.Client, OkxAccount, operations.RegionName, OkxLeverage]):
    exchange = operations.EXCHANGE
    account_type = OkxAccount
    client_type = leverset_okx.Client
    operation = operations.SET_LEVERAGE
    module: ClassVar[ModuleType] = set_leverage
    request_type = SetLeverageRequest
    rules = RULES
    advice = staticmethod(advice)
    leverage_field = "lever"

    reads: ClassVar[OkxReads] = on_use(_reads)

    @staticmethod
    def scope(body: Mapping[str, Any]) -> Scope:
        """What the leverage is for: an underlying or currency in cross margin, else a contract or one side of it.

        It is never finer than what the exchange has one leverage for, in any reading of the documents: in cross margin
        all contracts of BTC-USD, BTC-USD_UM and BTC-USD_UM_XPERP go one after the other, with the pair beside them.
        """
        instrument = body.get("instId", "").upper()
        if body["mgnMode"] == "cross":
            pair = "-".join(instrument.split("-")[:2]).partition("_")[0]
            return ("cross", pair or body["ccy"].upper())
        return ("isolated", instrument, body.get("posSide", "net"))  # in net mode both say the same

    def _verified(self, body: Mapping[str, Any], response: SetLeverageResponse) -> OkxLeverage:
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        entries = response.data if isinstance(response.data, list) else []
        expected = {name: value for name, value in body.items() if value}
        if "instId" in expected:
            expected.pop("ccy", None)  # where both are given, the exchange uses instId
        plain = [entry.to_dict() if isinstance(entry, SetLeverageResult) else entry for entry in entries]
        reported = [entry for entry in plain if isinstance(entry, dict)]
        raw = entry_for(expected, reported, numbers=("lever",))
        side = body.get("posSide") or filled(raw.get("posSide"))
        return OkxLeverage(
            lever=Decimal(body["lever"]),
            mgn_mode=body["mgnMode"],
            inst_id=expected.get("instId"),
            ccy=expected.get("ccy"),
            pos_side=side if side in SET_LEVERAGE_REQUEST_POS_SIDE_VALUES else None,
            confirmed=self._confirm(body, expected, raw, ("lever",)),
            raw=raw,
        )

    def _leverage_reads(self, mgn_mode: object, inst_id: object, ccy: object) -> list[Read]:
        """The requests that read leverages, each of one type of instrument or of currencies; raises RuleViolation."""
        given = present(instId=_listed(inst_id), ccy=_listed(ccy))
        names = {name: value for name, value in given.items() if value != ""}
        body = present(mgnMode=mgn_mode, **names)
        self._check_read(self.reads.rules, body)
        [(field, value)] = names.items()
        bodies = {number: {"mgnMode": mgn_mode, field: name} for number, name in enumerate(str(value).split(","))}
        return [batch.read for batch in self.reads.batches(bodies)]

    def _limits_read(self, inst_id: str) -> Read:
        body = present(instType="SWAP", instId=inst_id)
        self._check_read(self.reads.limits_rules, body)
        read = self.reads.limits({"instId": inst_id})
        if read is None:
            raise misconfigured(
                f"{self._redact(short_repr(inst_id))} is no instrument with a leverage, as far as its name tells",
                "give one of MARGIN, SWAP or FUTURES, such as BTC-USDT-SWAP",
            )
        return read


def _listed(names: object) -> object:
    """Several names in one text, as the document wants them; anything else stays as it is."""
    if isinstance(names, list | tuple | set | frozenset) and all(isinstance(name, str) for name in names):
        return ",".join(names)
    return names


class Okx(_OkxBase, SyncClient[leverset_okx.Client, OkxAccount, operations.RegionName, OkxLeverage]):
    """Sets leverage on OKX; its calls block.

    Each call is checked against OKX's rules before anything is sent, kept within the rate limit, signed, retried where
    that is safe, and ends in a result or in an error whose `outcome` says what is known. Use it in a `with` block, or
    call `close`. Any number of threads may share one.

    Args:
        credentials: The API key, its secret and its passphrase; `Credentials.from_env("OKX")` reads them from the
            environment.
        demo: Whether this is demo trading, which has keys of its own. Default: False, live trading.
        region: Which of OKX's addresses, by its name or that of its site, in any case: `global` (`www`, `openapi`),
            `eea` (`my`), `us` (`app`) or `tr`. It does not go with `base_url`. Default: None, `global`.
        base_url: Any other address instead of a region's: https, or http on loopback, with host and port only. Default:
            None.
        account: How the account is set up, an `OkxAccount`: its position mode, its account mode, and who is counted by
            the limit. It switches on the rules that depend on it. Default: None, nothing is known, and the exchange
            checks what depends on it. "read": it is asked of the exchange once, before the first rule needs it, and
            again after a response that contradicts it, or before what was read more than 5 s ago has a request refused.
        read_back: When a leverage is read back. `on_doubt`: where a call would end in doubt, or in a refusal although
            the wanted value may hold; a read that shows it makes it a success. `never`. `always`: after every call.
            A read has one `timeout` more than the call's deadline, and a limit of its own. Default: on_doubt.
        limiter: Keeps the rate limit, a `Limiter`, `SQLiteLimiter` or `RedisLimiter`. Default: None, the one that all
            clients of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented; or "published", what OKX publishes now where that is known to differ from its document.
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

    Source: OKX API guide, Trading account, Set leverage.
    """

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

    @named_arguments(operations.SET_LEVERAGE)
    def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: MarginMode,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage:
        """Set the leverage of a pair, currency, underlying or contract.

        Calls for the same leverage go one after the other. To set it twice does no harm.

        Args:
            lever: Leverage, a multiple without unit: a positive decimal as str, int or Decimal, such as "12.5". A float
                is refused, for it does not hold every decimal exactly.
            mgn_mode: Margin mode, `isolated` or `cross`.
            inst_id: Instrument ID, such as `BTC-USDT` (MARGIN), `BTC-USDT-SWAP` or `BTC-USDT-200802` (FUTURES). It or
                `ccy` is required; where both are given, it is used. Default: None, absent.
            ccy: Currency used for margin, such as `BTC`. Only in `cross`, for MARGIN of an account in multi-currency
                margin. Default: None, absent.
            pos_side: Position side, `long`, `short` or `net`, only for FUTURES and SWAP. In long/short mode with
                `isolated` it is required and is `long` or `short`; in every other case only `net` may be given.
                Default: None, absent.

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

        Source: OKX API guide, Trading account, Set leverage.
        """
        body = present(lever=lever, mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        return self.set_leverage_from(body)

    @overload
    def get_leverage(
        self, *, mgn_mode: MarginMode, inst_id: str | Sequence[str], ccy: None = None
    ) -> tuple[OkxLeverage, ...]: ...

    @overload
    def get_leverage(
        self, *, mgn_mode: Literal["cross"], inst_id: None = None, ccy: str | Sequence[str]
    ) -> tuple[OkxLeverage, ...]: ...

    @named_arguments(operations.GET_LEVERAGE)
    def get_leverage(
        self,
        *,
        mgn_mode: MarginMode,
        inst_id: str | Sequence[str] | None = None,
        ccy: str | Sequence[str] | None = None,
    ) -> tuple[OkxLeverage, ...]:
        """Read the leverage of instruments or currencies.

        Up to 20 currencies, or instruments of one type, go into one request; more are read in several, one after the
        other.

        Args:
            mgn_mode: Margin mode, `isolated` or `cross`.
            inst_id: Instrument ID, such as `BTC-USDT-SWAP`, or several. Default: None, absent.
            ccy: Margin currency, such as `BTC`, or several. Only in `cross`, for MARGIN. Default: None, absent.

        Returns:
            What holds now: in long/short mode two for each contract, `long` and `short`, else one. Those of one type of
            instrument stand together. Empty where the exchange names none.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: OKX API guide, Trading account, Get leverage.
        """
        found: list[OkxLeverage] = []
        for read in self._leverage_reads(mgn_mode, inst_id, ccy):
            found += self.read(read)
        return tuple(found)

    def read_account(self) -> OkxAccount:
        """Read how the account is set up.

        With `account="read"` it is kept for the rules, and its user id is counted by the limit from here on.

        Returns:
            The account's modes and its user id, as the exchange has them.

        Raises:
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `AuthenticationFailed`.

        Source: OKX API guide, Trading account, Get account configuration.
        """
        account: OkxAccount = self._keep_account({}, self.read(self.reads.account({})))
        return account

    @named_arguments(operations.GET_INSTRUMENTS)
    def get_limits(self, inst_id: str) -> InstrumentLimits:
        """Read the leverage that an instrument allows.

        Args:
            inst_id: Instrument ID of MARGIN, SWAP or FUTURES, such as `BTC-USDT-SWAP`.

        Returns:
            Its highest leverage and its state; OKX names no lowest one.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            ConfigurationError: The name is not that of MARGIN, SWAP or FUTURES; nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: OKX API guide, Public data, Get instruments.
        """
        read = self._limits_read(inst_id)
        return self._found(self.read(read), read, inst_id)


class AsyncOkx(_OkxBase, AsyncClient[leverset_okx.Client, OkxAccount, operations.RegionName, OkxLeverage]):
    """Sets leverage on OKX; its calls are awaited.

    Each call is checked against OKX's rules before anything is sent, kept within the rate limit, signed, retried where
    that is safe, and ends in a result or in an error whose `outcome` says what is known. Use it in an `async with`
    block, or call `aclose`. Any number of event loops may share one.

    Args:
        credentials: The API key, its secret and its passphrase; `Credentials.from_env("OKX")` reads them from the
            environment.
        demo: Whether this is demo trading, which has keys of its own. Default: False, live trading.
        region: Which of OKX's addresses, by its name or that of its site, in any case: `global` (`www`, `openapi`),
            `eea` (`my`), `us` (`app`) or `tr`. It does not go with `base_url`. Default: None, `global`.
        base_url: Any other address instead of a region's: https, or http on loopback, with host and port only. Default:
            None.
        account: How the account is set up, an `OkxAccount`: its position mode, its account mode, and who is counted by
            the limit. It switches on the rules that depend on it. Default: None, nothing is known, and the exchange
            checks what depends on it. "read": it is asked of the exchange once, before the first rule needs it, and
            again after a response that contradicts it, or before what was read more than 5 s ago has a request refused.
        read_back: When a leverage is read back. `on_doubt`: where a call would end in doubt, or in a refusal although
            the wanted value may hold; a read that shows it makes it a success. `never`. `always`: after every call.
            A read has one `timeout` more than the call's deadline, and a limit of its own. Default: on_doubt.
        limiter: Keeps the rate limit, a `Limiter`, `SQLiteLimiter` or `RedisLimiter`. Default: None, the one that all
            clients of this process share.
        rate_limits: By operation name (`set_leverage`), the `RateLimit` of an account that has another one than
            documented; or "published", what OKX publishes now where that is known to differ from its document.
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

    Source: OKX API guide, Trading account, Set leverage.
    """

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

    @named_arguments(operations.SET_LEVERAGE)
    async def set_leverage(
        self,
        *,
        lever: str | int | Decimal | SupportsIndex,
        mgn_mode: MarginMode,
        inst_id: str | None = None,
        ccy: str | None = None,
        pos_side: PositionSide | None = None,
    ) -> OkxLeverage:
        """Set the leverage of a pair, currency, underlying or contract.

        Calls for the same leverage go one after the other. To set it twice does no harm.

        Args:
            lever: Leverage, a multiple without unit: a positive decimal as str, int or Decimal, such as "12.5". A float
                is refused, for it does not hold every decimal exactly.
            mgn_mode: Margin mode, `isolated` or `cross`.
            inst_id: Instrument ID, such as `BTC-USDT` (MARGIN), `BTC-USDT-SWAP` or `BTC-USDT-200802` (FUTURES). It or
                `ccy` is required; where both are given, it is used. Default: None, absent.
            ccy: Currency used for margin, such as `BTC`. Only in `cross`, for MARGIN of an account in multi-currency
                margin. Default: None, absent.
            pos_side: Position side, `long`, `short` or `net`, only for FUTURES and SWAP. In long/short mode with
                `isolated` it is required and is `long` or `short`; in every other case only `net` may be given.
                Default: None, absent.

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

        Source: OKX API guide, Trading account, Set leverage.
        """
        body = present(lever=lever, mgnMode=mgn_mode, instId=inst_id, ccy=ccy, posSide=pos_side)
        return await self.set_leverage_from(body)

    @overload
    async def get_leverage(
        self, *, mgn_mode: MarginMode, inst_id: str | Sequence[str], ccy: None = None
    ) -> tuple[OkxLeverage, ...]: ...

    @overload
    async def get_leverage(
        self, *, mgn_mode: Literal["cross"], inst_id: None = None, ccy: str | Sequence[str]
    ) -> tuple[OkxLeverage, ...]: ...

    @named_arguments(operations.GET_LEVERAGE)
    async def get_leverage(
        self,
        *,
        mgn_mode: MarginMode,
        inst_id: str | Sequence[str] | None = None,
        ccy: str | Sequence[str] | None = None,
    ) -> tuple[OkxLeverage, ...]:
        """Read the leverage of instruments or currencies.

        Up to 20 currencies, or instruments of one type, go into one request; more are read in several, one after the
        other.

        Args:
            mgn_mode: Margin mode, `isolated` or `cross`.
            inst_id: Instrument ID, such as `BTC-USDT-SWAP`, or several. Default: None, absent.
            ccy: Margin currency, such as `BTC`, or several. Only in `cross`, for MARGIN. Default: None, absent.

        Returns:
            What holds now: in long/short mode two for each contract, `long` and `short`, else one. Those of one type of
            instrument stand together. Empty where the exchange names none.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: OKX API guide, Trading account, Get leverage.
        """
        found: list[OkxLeverage] = []
        for read in self._leverage_reads(mgn_mode, inst_id, ccy):
            found += await self.read(read)
        return tuple(found)

    async def read_account(self) -> OkxAccount:
        """Read how the account is set up.

        With `account="read"` it is kept for the rules, and its user id is counted by the limit from here on.

        Returns:
            The account's modes and its user id, as the exchange has them.

        Raises:
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `AuthenticationFailed`.

        Source: OKX API guide, Trading account, Get account configuration.
        """
        account: OkxAccount = self._keep_account({}, await self.read(self.reads.account({})))
        return account

    @named_arguments(operations.GET_INSTRUMENTS)
    async def get_limits(self, inst_id: str) -> InstrumentLimits:
        """Read the leverage that an instrument allows.

        Args:
            inst_id: Instrument ID of MARGIN, SWAP or FUTURES, such as `BTC-USDT-SWAP`.

        Returns:
            Its highest leverage and its state; OKX names no lowest one.

        Raises:
            RuleViolation: The request breaks rules; every one is named, and nothing was sent.
            ConfigurationError: The name is not that of MARGIN, SWAP or FUTURES; nothing was sent.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed.
            MalformedResponse: The response is none that the document describes.
            ExchangeError: The exchange refused; its subclasses say why, such as `UnknownInstrument`.

        Source: OKX API guide, Public data, Get instruments.
        """
        read = self._limits_read(inst_id)
        return self._found(await self.read(read), read, inst_id)
