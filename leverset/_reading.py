"""Calls beside setting a leverage: of any generated operation, to learn about the account, and to resolve a doubt."""

from __future__ import annotations

import copy
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any, ClassVar, Self

from attrs import evolve

from leverset._bare import generated_client
from leverset._config import ClientConfig, ReadBackMode
from leverset._format import Note
from leverset._http.transport import Transport
from leverset._keyed_lock import KeyedLock, ScopeLock
from leverset._protocols import Exchange, Operation
from leverset._read_back import FollowUp, InstrumentLimits, KnownAccounts, Read, Reads, Wanted, follow_up, no_instrument
from leverset._request_facts import RequestFacts
from leverset._retry import Call
from leverset._rules import Rules
from leverset.errors import ExchangeError, LeversetError, RequestRefused, WrongAccountMode, misconfigured

log = logging.getLogger("leverset.account")


class ReadingClient(ABC):
    """What sync and async clients share about reading."""

    exchange: ClassVar[Exchange]
    operation: ClassVar[Operation]
    rules: ClassVar[Rules[Any]]
    leverage_field: ClassVar[str]
    advice: ClassVar[Any] = None
    """Returns what to do about a refusal, where its request and the account say more than its code; may be empty."""
    reads: ClassVar[Reads | None] = None
    """The requests that read; None for an exchange that has none."""

    call_type: ClassVar[type[Call]] = Call
    """What a call is made as: `leverset.otel` has another one, which is traced."""

    config: ClientConfig
    client: Any
    account: Any
    _transport: Transport
    _locks: KeyedLock
    _accounts: KnownAccounts
    _redact: Callable[[str], str]
    _is_view = False

    def with_options(
        self,
        *,
        deadline: float | None = None,
        max_wait: float | None = None,
        retries: int | None = None,
        read_back: ReadBackMode | None = None,
    ) -> Self:
        """Make a view of this client with other options, for single calls.

        It shares connections, limiter, locks and what is known of the account; to close it closes nothing.

        Args:
            deadline: The longest that all attempts of one call may take, in seconds. Default: None, as it is.
            max_wait: The longest that a call may wait before its first attempt, in seconds. Default: None, as it is.
            retries: How many attempts may follow the first one. Default: None, as it is.
            read_back: When a leverage is read back: `on_doubt`, `never` or `always`. Default: None, as it is.

        Returns:
            The view; the client itself stays as it is.

        Raises:
            ConfigurationError: An option cannot work.
        """
        given = {"deadline": deadline, "max_wait": max_wait, "retries": retries, "read_back": read_back}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        view = copy.copy(self)
        view.config = evolve(self.config, **changes)
        view._is_view, view.client = True, generated_client(view)
        return view

    @abstractmethod
    def _call(self, operation: Operation, retries: int) -> Call: ...

    @abstractmethod
    def _check_body(self, body: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def _known_account(self, body: Mapping[str, Any]) -> Any: ...

    def _facts(self, body: Mapping[str, Any]) -> RequestFacts:
        """What a request is for that sets a leverage."""
        return self._transport.facts(self.operation, body)

    def _operation(self, module: ModuleType) -> Operation:
        for operation in self.exchange.operations.values():
            if operation.module == getattr(module, "__name__", None):
                return operation
        raise misconfigured(
            f"{getattr(module, '__name__', module)!r} is no generated operation of {self.exchange.name}",
            f"give one of {', '.join(o.module for o in self.exchange.operations.values())}",
        )

    def _follow_up(self, call: Call, body: Mapping[str, Any], end: Any) -> FollowUp | None:
        """What to read after a call that ended in a result or in an error; the error has the advice for it then."""
        if self.advice is not None and isinstance(end, ExchangeError):
            end.fix = self.advice(end, body, self._known_account(body)) or end.fix
        if isinstance(end, WrongAccountMode | RequestRefused) and self.reads is not None:
            self._accounts.forget(self.reads.account_key(body))
        if self.reads is None or self.config.read_back == "never" or call.withdrawn:
            return None
        request = self._facts(body)
        return follow_up(Wanted(self.reads, self.operation, body, self.leverage_field, request), end)

    def _account_read(self, body: Mapping[str, Any]) -> Read | None:
        """The read of the account; None where it is known, or where no rule depends on it, or where it just failed."""
        if self.reads is None:
            return None
        self._forget_outdated(body)
        key = self.reads.account_key(body)
        if self._accounts.get(key) is not None or self._accounts.is_unreadable(key, self.config.monotonic()):
            return None
        return self.reads.account(body) if any(self.rules.violations(body, one) for one in self.reads.modes()) else None

    def _forget_outdated(self, body: Mapping[str, Any]) -> None:
        """Forget an account that was read a while ago and has this refused: it may be set up otherwise by now."""
        if self.reads is not None:
            refuses = partial(self.rules.violations, body)
            self._accounts.forget_outdated(self.reads.account_key(body), refuses, self.config.monotonic())

    def _found(self, limits: InstrumentLimits | None, read: Read, instrument: str) -> InstrumentLimits:
        """What an instrument allows; raises UnknownInstrument where the exchange names none."""
        if limits is None:
            fields = {field.name: read.arguments.get(field.argument, "") for field in read.operation.fields}
            raise no_instrument(read, self._redact(instrument), self._transport.facts(read.operation, fields))
        return limits

    def _reading_call(self, call: Call, operation: Operation) -> Call:
        """A call that reads after another one, within its deadline and one `timeout` more."""
        deadline = self.config.monotonic() if call.deadline is None else call.deadline
        call.reading = self._call(operation, self.config.retries)
        call.reading.deadline = deadline + self.config.timeout
        call.reading.withdrawn = call.withdrawn  # looked at when it is there: `withdraw` may have missed it
        return call.reading

    def _account_call(self, read: Read) -> Call:
        """A call that reads the account before another one, within one `timeout`."""
        call = self._call(read.operation, self.config.retries)
        call.deadline = self.config.monotonic() + self.config.timeout
        return call

    def _keep_account(self, body: Mapping[str, Any], account: Any) -> Any:
        assert self.reads is not None  # noqa: S101 - the account came from one of them
        self._accounts.keep(self.reads.account_key(body), account, self.config.monotonic())
        if account.uid is not None and self.account == "read":
            self._transport.count_for(account.uid)
        return account

    def _account_failed(self, body: Mapping[str, Any], error: LeversetError) -> None:
        """Go on without the account: the exchange itself checks what depends on it."""
        want = self._facts(body)
        facts = {"exchange": self.exchange.name, "operation": self.operation.name, "request": dict(want)}
        log.warning("%s: the account could not be read: %s: %s", want.text, error.reference, error.summary, extra=facts)
        assert self.reads is not None  # noqa: S101 - one of them has failed
        self._accounts.fail(self.reads.account_key(body), self.config.monotonic())

    def _leave_unsent(self, lock: ScopeLock, body: Mapping[str, Any], error: BaseException) -> None:
        """Note on a cancellation, or on an exception of a signal's handler, that it came before the call."""
        lock.leave()  # again, for what a signal's handler raised in its leaving
        facts = self._facts(body)
        error.add_note(Note(f"leverset: {facts.text} was not applied: nothing was sent", "not_sent", facts))


class SyncReading(ReadingClient):
    """The sync half."""

    def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Call any generated operation: signed, limited, with typed errors, retried where that is safe.

        Rules across fields are not applied, and calls for one leverage do not wait for each other.

        Args:
            operation: A generated module, such as `leverset_okx.api.account.set_leverage`.
            **arguments: What the module's `sync` takes, without `client`.

        Returns:
            What the module's `sync` returns: the response, in a generated model.

        Raises:
            ConfigurationError: There is no such operation, or it takes other arguments.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.
        """
        call = self._call(self._operation(operation), self.config.retries)
        try:
            return call.parse(operation, call.send(call.build(operation, arguments)))
        except BaseException as error:
            call.annotate(error)
            raise

    def _read(self, read: Read, call: Call | None = None) -> Any:
        """What a read returns, in a call that was made for it."""
        if call is None:
            return read.extract(self.call(read.module, **read.arguments))
        return read.extract(call.parse(read.module, call.send(call.build(read.module, read.arguments))))

    def _learn_account(self, body: Mapping[str, Any]) -> None:
        """Read the account where a rule depends on it and it is not known, and check these rules."""
        if (read := self._account_read(body)) is not None:
            lock = self._locks.acquire(("account",), self.config.timeout)
            try:
                with lock:
                    if self._account_read(body) is not None:  # no other call has read it meanwhile
                        self._keep_account(body, self._read(read, self._account_call(read)))
            except LeversetError as error:
                self._account_failed(body, error)
            except BaseException as error:
                self._leave_unsent(lock, body, error)
                raise
        self._check_body(body)

    def _resolve(self, call: Call, body: Mapping[str, Any], end: Any) -> Any:
        """The result of a call after what it ended in, and what a read says of it; raises the error otherwise."""
        following = self._follow_up(call, body, end)
        if following is None:
            return _ended(end)
        while (following_read := following.next_read()) is not None:
            read, delay = following_read
            time.sleep(delay)
            try:
                following.take(self._read(read, self._reading_call(call, read.operation)))
            except LeversetError as error:
                following.fail(error)
        return following.conclude()


class AsyncReading(ReadingClient):
    """The async half."""

    async def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Call any generated operation: signed, limited, with typed errors, retried where that is safe.

        Rules across fields are not applied, and calls for one leverage do not wait for each other.

        Args:
            operation: A generated module, such as `leverset_okx.api.account.set_leverage`.
            **arguments: What the module's `sync` takes, without `client`.

        Returns:
            What the module's `sync` returns: the response, in a generated model.

        Raises:
            ConfigurationError: There is no such operation, or it takes other arguments.
            RateLimitTimeout: No slot came free within `max_wait`.
            LimiterUnavailable: A shared limiter is out of reach.
            TransportError: The network failed; `outcome` says whether the request may have been applied.
            MalformedResponse: The response is none that the document describes; the request may have been applied.
            ExchangeError: The exchange refused; its subclasses say why, such as `LeverageOutOfRange`.
        """
        call = self._call(self._operation(operation), self.config.retries)
        try:
            return call.parse(operation, await call.send_async(call.build(operation, arguments)))
        except BaseException as error:
            call.annotate(error)
            raise

    async def _read(self, read: Read, call: Call | None = None) -> Any:
        """What a read returns, in a call that was made for it."""
        if call is None:
            return read.extract(await self.call(read.module, **read.arguments))
        return read.extract(call.parse(read.module, await call.send_async(call.build(read.module, read.arguments))))

    async def _learn_account(self, body: Mapping[str, Any]) -> None:
        """Read the account where a rule depends on it and it is not known, and check these rules."""
        if (read := self._account_read(body)) is not None:
            lock = self._locks.acquire(("account",), self.config.timeout)
            try:
                async with lock:
                    if self._account_read(body) is not None:  # no other call has read it meanwhile
                        self._keep_account(body, await self._read(read, self._account_call(read)))
            except LeversetError as error:
                self._account_failed(body, error)
            except BaseException as error:
                self._leave_unsent(lock, body, error)
                raise
        self._check_body(body)

    async def _resolve(self, call: Call, body: Mapping[str, Any], end: Any) -> Any:
        """The result of a call after what it ended in, and what a read says of it; raises the error otherwise."""
        import asyncio

        following = self._follow_up(call, body, end)
        if following is None:
            return _ended(end)
        while (following_read := following.next_read()) is not None:
            read, delay = following_read
            await asyncio.sleep(delay)
            try:
                following.take(await self._read(read, self._reading_call(call, read.operation)))
            except LeversetError as error:
                following.fail(error)
        return following.conclude()


def _ended(end: Any) -> Any:
    """The result; raises where it is an error."""
    if isinstance(end, LeversetError):
        raise end
    return end
