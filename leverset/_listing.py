"""What an exchange's lists say of the instruments that requests are about, and how an account may not fit a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import field, frozen

from leverset._format import Violation
from leverset._read_back import Read
from leverset._reading import InstrumentLimits


@frozen(kw_only=True)
class Listed:
    """One entry of a list of instruments.

    Attributes:
        name: The name of the instrument, or of the currency, as the exchange writes it.
        limits: The leverage that it allows, and its state in the exchange's own word.
        is_live: Whether this state is the usual one, in which it is traded.
        offered: By the name of a field of the request, the values that go with it; empty where any may.
    """

    name: str
    limits: InstrumentLimits
    is_live: bool
    offered: Mapping[str, tuple[str, ...]] = field(factory=dict)


@frozen(kw_only=True)
class Sought:
    """What a request is about, as lists have it.

    Attributes:
        field: The field of the request that names it.
        name: Its name.
        lists: The names of the lists in which it may be, such as `SWAP`.
    """

    field: str
    name: str
    lists: tuple[str, ...]


class Listing(Protocol):
    """The lists of instruments of one exchange."""

    def sought(self, body: Mapping[str, Any]) -> Sought | None:
        """Return what a body is about; None where its fields do not tell."""

    def read(self, name: str) -> Read:
        """Read a list: its entries by their names in capitals."""

    def alone(self, body: Mapping[str, Any]) -> Read | None:
        """Read the entry of what a body is about, by itself; None where it cannot be asked for."""

    def unfit(self, body: Mapping[str, Any], account: Any) -> Violation | None:
        """Return why an account that is set up so has no use for a body that breaks no rule."""
