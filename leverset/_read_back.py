"""Resolve the doubt that a call ends in by reading what holds: when to read, and what a read proves.

A read that shows the wanted value proves that it holds. One that shows another value proves nothing about a request
without a response: it may still arrive. So a read turns doubt into success, never into a refusal, and a read that fails
changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any, Protocol

from attrs import frozen

from leverset._format import short_repr
from leverset._protocols import Operation
from leverset._request_facts import RequestFacts
from leverset._verify import mismatch
from leverset.errors import LeverageOutOfRange, LeversetError, NoChange, OpenOrdersOrPositions, UnknownInstrument

log = logging.getLogger("leverset.read_back")

_UNREADABLE_FOR = 60.0
"""Seconds for which an account that could not be read is not asked for again."""

_CURRENT_FOR = 5.0
"""Seconds for which an account that was read has a request refused without being read again."""

_ANOTHER = {
    "unknown": "another value holds now, and a request without a response may still arrive for a while: read the "
    "leverage again then, or set it again",
    "differs": "another value holds now: look for a cap of this account, or for who else sets it, and set it again",
}
"""What to do where a read shows another value, by the outcome."""

_SECOND_LOOK = 0.5
"""Seconds until the second read where a success and the first read contradict each other."""


@frozen
class Read:
    """One request that reads.

    Attributes:
        operation: The endpoint.
        module: Its generated module.
        arguments: What the generated function takes.
        extract: Returns what was asked for out of the parsed response.
    """

    operation: Operation
    module: ModuleType
    arguments: Mapping[str, Any]
    extract: Callable[[Any], Any]


@frozen(eq=False)
class Batch:
    """One request that reads the leverages of several bodies.

    Attributes:
        read: The request.
        numbers: The numbers of the bodies that it is for.
        several: Whether it asks for several names, so that one of them can have all of it refused.
    """

    read: Read
    numbers: tuple[int, ...]
    several: bool = False


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


def no_instrument(read: Read, instrument: str, request: RequestFacts) -> UnknownInstrument:
    """The error of an instrument that the exchange, asked for it, does not name."""
    exchange = request["exchange"]
    error = UnknownInstrument(
        f"{exchange} has no instrument {short_repr(instrument)}",
        reference=f"{exchange}/no-such-instrument",
        outcome="refused",
        fix="check its name; delisted and expired instruments no longer exist",
        docs=read.operation.docs,
    )
    error.add_request(request, request.place, request.text)
    return error


class KnownAccounts:
    """Keeps what the exchange said about the account, by what it said it for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Any] = {}
        self._read_at: dict[tuple[str, ...], float] = {}
        self._unreadable: dict[tuple[str, ...], float] = {}

    def get(self, key: tuple[str, ...]) -> Any:
        """The account; None where it is not known."""
        return self._known.get(key)

    def keep(self, key: tuple[str, ...], account: Any, now: float) -> None:
        """Keep an account that was read."""
        self._known[key], self._read_at[key] = account, now

    def forget_outdated(self, key: tuple[str, ...], refuses: Callable[[Any], object], now: float) -> None:
        """Forget an account that was read a while ago and for which `refuses` is true."""
        current = now < self._read_at.get(key, -_CURRENT_FOR) + _CURRENT_FOR
        if key in self._known and not current and refuses(self._known[key]):
            self.forget(key)

    def forget(self, key: tuple[str, ...]) -> None:
        """Forget it, because a response contradicts it; the next call asks again."""
        self._known.pop(key, None)

    def fail(self, key: tuple[str, ...], now: float) -> None:
        """Note that it could not be read."""
        self._unreadable[key] = now

    def is_unreadable(self, key: tuple[str, ...], now: float) -> bool:
        """Whether the last attempt to read it failed a moment ago."""
        return now < self._unreadable.get(key, -_UNREADABLE_FOR) + _UNREADABLE_FOR


class Reads(Protocol):
    """The requests that read on one exchange, by the body of the request that sets."""

    def leverage(self, body: Mapping[str, Any]) -> Read:
        """Read the leverages that a body sets, and those beside them."""

    def batches(self, bodies: Mapping[int, Mapping[str, Any]], *, single: bool = False) -> list[Batch]:
        """Read the leverages of numbered bodies in as few requests as can be, or with `single` each name by itself."""

    def matching(self, body: Mapping[str, Any], found: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return those leverages that a body sets."""

    def confirmed(self, body: Mapping[str, Any], found: tuple[Any, ...]) -> Any:
        """Return the result of a body whose leverage was read back."""

    def limits(self, body: Mapping[str, Any]) -> Read | None:
        """Read what the instrument of a body allows; None where its kind is not known."""

    def account(self, body: Mapping[str, Any]) -> Read:
        """Read how the account is set up for what a body is about."""

    def account_key(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what the account's modes are the same for."""

    def modes(self) -> tuple[Any, ...]:
        """Return every way in which an account may be set up."""


class FollowUp(Protocol):
    """What is read after the last attempt of a call, and how the call ends with it."""

    def next_read(self) -> tuple[Read, float] | None:
        """Return the next read and the seconds to wait before it; None when there is no more to read."""

    def take(self, found: Any) -> None:
        """Take what a read returned."""

    def fail(self, error: LeversetError) -> None:
        """Take the failure of a read."""

    def conclude(self) -> Any:
        """Return the call's result, or raise its error."""


@frozen
class Wanted:
    """The leverage that a call is to set.

    Attributes:
        reads: The requests that read on its exchange.
        operation: The endpoint that sets it.
        body: The request.
        field: The request's field with the leverage.
        request: What the request is for.
    """

    reads: Reads
    operation: Operation
    body: Mapping[str, Any]
    field: str
    request: RequestFacts

    @property
    def lever(self) -> Decimal:
        """The leverage."""
        return Decimal(self.body[self.field])


def follow_up(wanted: Wanted, end: Any) -> FollowUp | None:
    """Return what to read after a call that ended in a result, or in an error; None where there is nothing to read."""
    if not isinstance(end, LeversetError):
        return ReadBack(wanted, result=end)
    # Open orders, positions or "nothing to change" keep the value from being written, and it may hold all the same.
    if end.outcome in ("unknown", "differs") or isinstance(end, OpenOrdersOrPositions | NoChange):
        return ReadBack(wanted, error=end)
    if isinstance(end, LeverageOutOfRange) and (read := wanted.reads.limits(wanted.body)) is not None:
        return MaximumLookup(read, end, wanted.lever)
    return None


class ReadBack:
    """Read the leverage back after a call that ended in `result` or in `error`, and decide what it ends in now."""

    def __init__(self, wanted: Wanted, *, result: Any = None, error: LeversetError | None = None) -> None:
        self._wanted, self._result, self._error = wanted, result, error
        self._observed: tuple[Any, ...] = ()
        self._failure = ""
        self._count = 0

    @property
    def _holds(self) -> bool:
        return bool(self._observed) and all(each.lever == self._wanted.lever for each in self._observed)

    def next_read(self) -> tuple[Read, float] | None:
        """Read once, and once more a little later where a success is contradicted."""
        contradicted = self._error is None and bool(self._observed) and not self._holds
        if self._count > contradicted:
            return None
        self._count += 1
        return self._wanted.reads.leverage(self._wanted.body), _SECOND_LOOK if contradicted else 0.0

    def take(self, found: Any) -> None:
        """Take every leverage that was read."""
        matching = self._wanted.reads.matching(self._wanted.body, found)
        self._observed = matching or self._observed
        self._failure = "" if matching else "the exchange named no leverage"

    def fail(self, error: LeversetError) -> None:
        """Keep the failure; it makes nothing worse."""
        self._failure = f"{error.reference}: {error.summary}"

    def conclude(self) -> Any:
        """Return a result where the wanted value holds, else what is known without it."""
        wanted, error, observed = self._wanted, self._error, self._observed
        facts = {"operation": wanted.operation.name, "holds": self._holds, "failure": self._failure}
        facts |= {"exchange": wanted.request["exchange"], "request": dict(wanted.request)}
        if self._failure:
            log.warning("%s: the leverage could not be read back: %s", wanted.request.text, self._failure, extra=facts)
        if self._holds:
            log.info("%s: read back, the wanted leverage holds", wanted.request.text, extra=facts)
            return wanted.reads.confirmed(wanted.body, observed)
        if error is None and not observed:  # what one read has shown counts, although the next one failed
            return self._result
        try:
            raise self._explained(self._mismatch() if error is None else error)
        finally:
            del error, self._error  # an exception in a frame of its own traceback is a circle

    def _explained(self, error: LeversetError) -> LeversetError:
        """The error with what was read."""
        error.observed, error.read_failure = self._observed, self._failure
        if self._observed:
            error.fix = _ANOTHER.get(error.outcome, error.fix)
        return error

    def _mismatch(self) -> LeversetError:
        """The error of a success after which another value holds."""
        wanted, held = self._wanted, ", ".join(dict.fromkeys(str(each.lever) for each in self._observed))
        return mismatch(
            f"the exchange reports success, and {wanted.field} {held} holds where {wanted.lever} was requested",
            {wanted.field: str(wanted.lever)},
            {wanted.field: held},
            where=wanted.request.place,
            docs=wanted.operation.docs,
        )


class MaximumLookup:
    """Look up the highest leverage of an instrument, for the error of a leverage out of range."""

    def __init__(self, read: Read, error: LeverageOutOfRange, lever: Decimal) -> None:
        self._reads = [read]
        self._error = error
        self._lever = lever

    def next_read(self) -> tuple[Read, float] | None:
        """Read once."""
        return (self._reads.pop(), 0.0) if self._reads else None

    def take(self, found: InstrumentLimits | None) -> None:
        """Take the limits."""
        if found is None or found.maximum is None:
            return
        self._error.maximum = found.maximum
        if self._lever > found.maximum:
            self._error.fix = (
                f"ask for at most {found.maximum}, the instrument's maximum; the tier of this account may allow less"
            )
        else:
            self._error.fix += f" The instrument's maximum is {found.maximum}; the account's tier may allow less."

    def fail(self, error: LeversetError) -> None:
        """Leave the error as it is."""

    def conclude(self) -> Any:
        """Raise the error."""
        try:
            raise self._error
        finally:
            del self._error  # an exception in a frame of its own traceback is a circle
