"""What an exchange's package offers to tell whether a leverage could be set: two reads, and the facts in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from leverset._protocols import Operation
from leverset._read_back import Read
from leverset._rules import Rules


@frozen(kw_only=True)
class AccountFacts:
    """Holds what an exchange says about an account, and about the API key that asks; None is what it does not say.

    Attributes:
        uid: The user id that the limit is counted for.
        modes: The account's modes by their names in `account=`.
        permissions: What the key may do, in the exchange's own words.
        may_set: Whether that includes setting a leverage.
        addresses: The IP addresses that the key is bound to; empty where it is bound to none.
        hints: What may keep some leverage from being set, or is unwise: what it is, and what to do.
    """

    uid: str | None = None
    modes: Mapping[str, str] = field(factory=dict)
    permissions: tuple[str, ...] | None = None
    may_set: bool | None = None
    addresses: tuple[str, ...] | None = None
    hints: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Diagnosis:
    """Describes the reads that tell whether a leverage could be set.

    Attributes:
        time: Reads the exchange's clock, in milliseconds since 1970; None where the response has none.
        tolerance: By how many seconds the timestamp of a request may be off.
        operation: The generated facts of reading the account.
        rules: The rules that its fields must keep.
        account: Reads the `AccountFacts`, with the fields of the operation.
    """

    time: Read
    tolerance: float
    operation: Operation
    rules: Rules[Any] | None = None
    account: Callable[[Mapping[str, Any]], Read]
