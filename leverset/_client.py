"""Clients: configuration, transport, one visible retry loop, and the way of a call in sync and in async."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import partial
from types import ModuleType
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

import httpx

from leverset._account_reading import AccountClient, AsyncAccountClient, SyncAccountClient
from leverset._bare import generated_client
from leverset._config import ClientConfig, KnownLimits, ReadBackMode, resolve_base_url, resolve_proxy
from leverset._format import Violation, short_repr
from leverset._http.signing import wall_ms
from leverset._http.transport import Transport
from leverset._keyed_lock import KeyedLock, Scope
from leverset._protocols import Operation, RateLimit
from leverset._redact import redact_value
from leverset._retry import Call
from leverset._rules import Rules, check, number
from leverset._verify import Confirmed, verify_result
from leverset.credentials import Credentials
from leverset.errors import LeversetError, ResultMismatch, misconfigured
from leverset.limits import RateLimiter, default_limiter

AccountT = TypeVar("AccountT")
ClientT = TypeVar("ClientT")
RegionT = TypeVar("RegionT", bound=str)
ResultT = TypeVar("ResultT")


class BaseClient(AccountClient, Generic[ClientT, AccountT, RegionT, ResultT]):
    """What sync and async clients share; the classes that users make say what the arguments are."""

    account_type: ClassVar[type]
    client_type: ClassVar[Any]
    # What `set_leverage_from` is made of, beside the endpoint: its generated module and request model.
    module: ClassVar[ModuleType]
    request_type: ClassVar[Any]

    _transport_type: ClassVar[type]

    def __init__(
        self,
        credentials: Credentials,
        *,
        demo: bool = False,
        region: RegionT | None = None,
        base_url: str | None = None,
        account: AccountT | Literal["read"] | None = None,
        read_back: ReadBackMode = "on_doubt",
        limiter: RateLimiter | None = None,
        rate_limits: Mapping[str, RateLimit] | KnownLimits | None = None,
        timeout: float = 5.0,
        deadline: float = 15.0,
        max_wait: float | None = 300.0,
        retries: int = 2,
        proxy: str | None = None,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not isinstance(credentials, Credentials):
            raise misconfigured("credentials are not Credentials", "give Credentials(api_key, secret, passphrase)")
        if proxy is not None and transport is not None:
            raise misconfigured("proxy and transport are both given", "let the transport use the proxy itself")
        if transport is not None and not isinstance(transport, self._transport_type):
            raise misconfigured(
                f"transport is {type(transport).__name__}", f"give a httpx.{self._transport_type.__name__}"
            )
        if account not in (None, "read") and not isinstance(account, self.account_type):
            given = short_repr(account) if isinstance(account, str) else type(account).__name__
            raise misconfigured(f"account is {given}", f'give {self.account_type.__name__}(...) or "read"')
        self.account = account
        self._redact = partial(redact_value, credentials=credentials)
        self.config = ClientConfig(
            exchange=self.exchange,
            account=getattr(account, "uid", None) or credentials.account,
            base_url=resolve_base_url(self.exchange, region, base_url),
            demo=demo,
            timeout=timeout,
            deadline=deadline,
            max_wait=max_wait,
            retries=retries,
            read_back=read_back,
            rate_limits="documented" if rate_limits is None else rate_limits,
            direct=proxy is None and transport is None,
            monotonic=self._monotonic,
            wall_ms=self._wall_ms,
        )
        self._transport = Transport(
            self.config,
            credentials,
            default_limiter() if limiter is None else limiter,
            proxy=resolve_proxy(proxy, self.exchange, self.config.base_url),
            inner=transport,
        )
        self._locks, self._accounts = KeyedLock(), {}
        self.client: ClientT = generated_client(self)

    # The two clocks; a subclass may have others.
    _monotonic = staticmethod(time.monotonic)
    _wall_ms = staticmethod(wall_ms)

    @property
    def clock_offset(self) -> float:
        """How far the exchange's clock is ahead of this machine's, in seconds; 0 until a refusal has taught it."""
        return self._transport.clock.offset / 1000

    def new_call(self) -> Call:
        """A call of `set_leverage_checked` that has not begun."""
        return self._call(self.operation, self.config.retries)

    def _call(self, operation: Operation, retries: int) -> Call:
        return self.call_type(self.config, self._transport, operation, retries=retries)

    def _is_certain(self, result: Any) -> bool:
        """Whether there is no doubt that a read could resolve."""
        return self.config.read_back != "always" and result.confirmed == "response"

    def _known_account(self, body: Mapping[str, Any]) -> Any:
        """The account as far as it is known now."""
        return self._kept(body)[0] if self.account == "read" else self.account

    def violations(self, body: Mapping[str, object]) -> tuple[Violation, ...]:
        """Check a request by every rule, and send nothing.

        What depends on the account is checked where `account` says how it is set up, or where it was read.

        Args:
            body: The fields of the request and their values, in the document's own field names. The leverage is a text.

        Returns:
            A violation for every rule that the request breaks; none where it may be sent.
        """
        return self._redacted(self.rules.violations(body, self._known_account(body)))

    def _redacted(self, violations: Iterable[Violation]) -> tuple[Violation, ...]:
        """The violations without the credentials, which a caller may have given where they do not belong."""
        return tuple(each.redacted(self._redact) for each in violations)

    def _check_read(self, rules: Rules[Any], body: Mapping[str, Any]) -> None:
        """Raise RuleViolation where a request that reads breaks rules."""
        check(self._redacted(rules.violations(body, None)), lambda: self._transport.facts(rules.operation, body))

    def _check_body(self, body: Mapping[str, Any]) -> None:
        """Raise RuleViolation where a request that sets breaks rules, with what is known of the account now."""
        check(self.violations(body), lambda: self._facts(body))

    def _confirm(
        self, body: Mapping[str, Any], expected: Mapping[str, str], raw: Mapping[str, Any], numbers: tuple[str, ...]
    ) -> Confirmed:
        """What confirms the leverage of a body by the entry of a response; see `verify_result`."""
        return verify_result(
            self.operation, expected, raw, numbers=numbers, redact=self._redact, facts=lambda: self._facts(body)
        )

    def _body(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The body to send, its leverage as text; raises RuleViolation."""
        body = dict(given)
        if self.leverage_field in body:
            body[self.leverage_field] = number(body[self.leverage_field])
        if self.account == "read":
            self._forget_outdated(body)
        self._check_body(body)
        return body

    def _finish(self, call: Call, body: Mapping[str, Any], document: Any) -> Any:
        """The result that the exchange reports, compared with the body."""
        try:
            return self._verified(body, call.parse(self.module, document))
        except ResultMismatch as error:
            call.complete(error)
            raise

    @staticmethod
    @abstractmethod
    def scope(body: Mapping[str, Any]) -> Scope:
        """What the leverage of a body is for."""

    @abstractmethod
    def _verified(self, body: Mapping[str, Any], response: Any) -> ResultT:
        """The result inside a response; raises ResultMismatch."""

    def __repr__(self) -> str:
        config = getattr(self, "config", None)  # none where __init__ refused what it was given
        where = f" at {config.base_url}{', demo' if config.demo else ''}" if config else ""
        return f"<{type(self).__name__}{where}>"


class SyncClient(SyncAccountClient, BaseClient[ClientT, AccountT, RegionT, ResultT]):
    """A client that blocks; a context manager."""

    _transport_type = httpx.BaseTransport

    def set_leverage_from(self, body: Mapping[str, object]) -> ResultT:
        """Set the leverage that a body in the document's own field names says.

        For what only run time knows, such as the rows of a file: whatever it holds, all of it is checked.

        Args:
            body: The fields of the request and their values, such as `{"instId": "BTC-USDT-SWAP", "lever": 5,
                "mgnMode": "cross"}`. A number for the leverage becomes text. A field without a value is left out:
                None is refused.

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
        """
        result: ResultT = self.set_leverage_checked(self._body(body), self.new_call())
        return result

    def set_leverage_checked(self, body: Mapping[str, Any], call: Call) -> Any:
        """`set_leverage_from` for a body that breaks no rule, in a call of `new_call` whose progress can be watched."""
        if self.account == "read":
            self._learn_account(body)
        lock = self._locks.acquire(self.scope(body), call.max_wait)
        try:
            request = call.build(self.module, {"body": self.request_type.from_dict(body)})
            with lock:
                try:
                    result = self._finish(call, body, call.send(request))
                except LeversetError as error:
                    self._take_refusal(body, error)
                    return self._resolve(call, body, error)
                return result if self._is_certain(result) else self._resolve(call, body, result)
        except BaseException as error:
            lock.leave()  # again, for what a signal's handler raised in its leaving
            call.annotate(error)
            raise

    def close(self) -> None:
        """Close the connections; calls end in ConfigurationError then. A view of another client closes nothing."""
        if not self._is_view:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(AsyncAccountClient, BaseClient[ClientT, AccountT, RegionT, ResultT]):
    """A client whose calls are awaited (asyncio), in any number of event loops; an async context manager."""

    _transport_type = httpx.AsyncBaseTransport

    async def set_leverage_from(self, body: Mapping[str, object]) -> ResultT:
        """Set the leverage that a body in the document's own field names says.

        For what only run time knows, such as the rows of a file: whatever it holds, all of it is checked.

        Args:
            body: The fields of the request and their values, such as `{"instId": "BTC-USDT-SWAP", "lever": 5,
                "mgnMode": "cross"}`. A number for the leverage becomes text. A field without a value is left out:
                None is refused.

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
        """
        result: ResultT = await self.set_leverage_checked(self._body(body), self.new_call())
        return result

    async def set_leverage_checked(self, body: Mapping[str, Any], call: Call) -> Any:
        """Like the sync `set_leverage_checked`, awaited."""
        if self.account == "read":
            await self._learn_account(body)
        lock = self._locks.acquire(self.scope(body), call.max_wait)
        try:
            request = call.build(self.module, {"body": self.request_type.from_dict(body)})
            async with lock:
                try:
                    result = self._finish(call, body, await call.send_async(request))
                except LeversetError as error:
                    self._take_refusal(body, error)
                    return await self._resolve(call, body, error)
                return result if self._is_certain(result) else await self._resolve(call, body, result)
        except BaseException as error:
            lock.leave()  # again, for what a signal's handler raised in its leaving
            call.annotate(error)
            raise

    async def aclose(self) -> None:
        """Close the connections; calls end in ConfigurationError then. A view of another client closes nothing."""
        if not self._is_view:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
