"""Calls that read: of any generated operation, of what many bodies set, and to resolve what a call has left open."""

from __future__ import annotations

import copy
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrs import evolve, frozen

from leverset._bare import generated_client
from leverset._config import ClientConfig, ReadBackMode
from leverset._http.transport import Transport
from leverset._on_use import on_use
from leverset._protocols import Exchange, Operation
from leverset._request_facts import RequestFacts
from leverset._retry import Call
from leverset._rules import present
from leverset.errors import LeverageOutOfRange, LeversetError, NoChange, OpenOrdersOrPositions, misconfigured

if TYPE_CHECKING:  # loaded with the first read
    from leverset._held import Held, HeldReading
    from leverset._read_back import FollowUp, Read, Reads

log = logging.getLogger("leverset.read_back")

_READS_AT_ONCE = 10
"""So many requests of `read_held` are under way at once in async: as many as the faster of the limits has slots."""


@frozen(kw_only=True)
class InstrumentLimits:
    """The leverage that an instrument allows; what the exchange does not say is None.

    Attributes:
        minimum: The lowest leverage, a multiple without unit.
        maximum: The highest leverage, a multiple without unit. It is the instrument's: an account may be allowed less,
            by its tier and its position.
        state: The instrument's state in the exchange's own word, such as `live` (OKX) or `normal` (Bitget).
    """

    minimum: Decimal | None
    maximum: Decimal | None
    state: str | None


def _held_type() -> type[HeldReading]:
    from leverset._held import HeldReading

    return HeldReading


class ReadingClient(ABC):
    """What sync and async clients share about reading."""

    exchange: ClassVar[Exchange]
    operation: ClassVar[Operation]
    leverage_field: ClassVar[str]
    reads: ClassVar[Reads | None] = None
    """The requests that read, loaded when they are first used; None for an exchange that has none."""

    _held_type: ClassVar[type[HeldReading]] = on_use(_held_type)

    call_type: ClassVar[type[Call]] = Call
    """What a call is made as: `leverset.otel` has another one, which is traced."""

    config: ClientConfig
    client: Any
    account: Any
    _transport: Transport
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
        changes: dict[str, Any] = present(deadline=deadline, max_wait=max_wait, retries=retries, read_back=read_back)
        view = copy.copy(self)
        view.config = evolve(self.config, **changes)
        view._is_view, view.client = True, generated_client(view)
        return view

    @abstractmethod
    def _call(self, operation: Operation, retries: int) -> Call: ...

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
        """What to read after a call that ended in a result or in an error; what reads is loaded only where it is."""
        if self.config.read_back == "never" or call.withdrawn or _is_settled(end):
            return None
        try:
            reads = self.reads
        except LeversetError as error:  # nothing is worse for it than for a read that fails
            facts, text = self._facts(body), "%s: the leverage could not be read back: %s"
            log.warning(text, facts.text, error.summary, extra={"failure": error.summary, "request": dict(facts)})
            if isinstance(end, LeversetError):
                end.read_failure = error.summary
            return None
        if reads is None:
            return None
        from leverset._read_back import Wanted, follow_up

        return follow_up(Wanted(reads, self.operation, body, self.leverage_field, self._facts(body)), end)

    def _found(self, limits: InstrumentLimits | None, read: Read, instrument: str) -> InstrumentLimits:
        """What an instrument allows; raises UnknownInstrument where the exchange names none."""
        if limits is None:
            from leverset._read_back import no_instrument

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

    def read_call(self, read: Read, within: float | None = None) -> Call:
        """A call of `read` that has not begun; its deadline is that of every call, or so many seconds from now."""
        call = self._call(read.operation, self.config.retries)
        call.deadline = None if within is None else self.config.monotonic() + within
        return call

    def held_reading(self, bodies: Mapping[int, Mapping[str, Any]]) -> HeldReading:
        """The requests that read what numbered bodies set."""
        return self._held_type(self.reads, bodies)


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

    def _read(self, read: Read, call: Call) -> Any:
        """What a read returns, in a call whose errors the caller annotates."""
        return read.extract(call.parse(read.module, call.send(call.build(read.module, read.arguments))))

    def read(self, read: Read, call: Call | None = None) -> Any:
        """What a read returns, in a call of its own, or in one of `read_call` whose progress can be watched."""
        call = self.read_call(read) if call is None else call
        try:
            return self._read(read, call)
        except BaseException as error:
            call.annotate(error)
            raise

    def read_held(self, bodies: Iterable[Mapping[str, Any]]) -> tuple[Held, ...]:
        """Read the leverages that many bodies set, in few requests, one after the other.

        Args:
            bodies: Requests that set a leverage and break no rule, such as those of a plan that was checked.

        Returns:
            For each body what holds now, or why that could not be read; no error is raised. After a refusal that is
            about the whole account, and after two requests in succession without a response, no more are made.
        """
        reading = self.held_reading(dict(enumerate(bodies)))
        while (batch := reading.take()) is not None:
            try:
                reading.succeed(batch, self.read(batch.read))
            except LeversetError as error:
                reading.fail(batch, error)
        return tuple(held for _, held in sorted(reading.held.items()))

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

    async def _read(self, read: Read, call: Call) -> Any:
        """What a read returns, in a call whose errors the caller annotates."""
        return read.extract(call.parse(read.module, await call.send_async(call.build(read.module, read.arguments))))

    async def read(self, read: Read, call: Call | None = None) -> Any:
        """Like the sync `read`, awaited."""
        call = self.read_call(read) if call is None else call
        try:
            return await self._read(read, call)
        except BaseException as error:
            call.annotate(error)
            raise

    async def read_held(self, bodies: Iterable[Mapping[str, Any]]) -> tuple[Held, ...]:
        """Read the leverages that many bodies set, in few requests, several of them at once.

        Args:
            bodies: Requests that set a leverage and break no rule, such as those of a plan that was checked.

        Returns:
            For each body what holds now, or why that could not be read; no error is raised. After a refusal that is
            about the whole account, and after two requests in succession without a response, no more are made.
        """
        import asyncio

        reading = self.held_reading(dict(enumerate(bodies)))

        async def work() -> None:
            while (batch := reading.take()) is not None:
                try:
                    reading.succeed(batch, await self.read(batch.read))
                except LeversetError as error:
                    reading.fail(batch, error)

        await asyncio.gather(*(work() for _ in range(min(len(reading), _READS_AT_ONCE))))
        return tuple(held for _, held in sorted(reading.held.items()))

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


def _is_settled(end: Any) -> bool:
    """Whether a call ended in an error that a read could say nothing about."""
    if not isinstance(end, LeversetError) or end.outcome in ("unknown", "differs"):
        return False
    # Open orders, positions or "nothing to change" keep the value from being written, and it may hold all the same.
    return not isinstance(end, LeverageOutOfRange | NoChange | OpenOrdersOrPositions)
