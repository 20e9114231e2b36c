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
from leverset.errors import LeverageOutOfRange, LeversetError, UnknownInstrument

log = logging.getLogger("leverset.read_back")

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

    def take(self, found: Any) -> None:
        """Take the limits; None where the exchange names none."""
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


FollowUp = ReadBack | MaximumLookup
"""What is read after the last attempt of a call, and how the call ends with it."""


def follow_up(wanted: Wanted, end: Any) -> FollowUp | None:
    """Return what to read after a call that left something open; None where there is no way to read it."""
    if not isinstance(end, LeversetError):
        return ReadBack(wanted, result=end)
    if isinstance(end, LeverageOutOfRange) and end.outcome == "refused":
        read = wanted.reads.limits(wanted.body)
        return None if read is None else MaximumLookup(read, end, wanted.lever)
    return ReadBack(wanted, error=end)
