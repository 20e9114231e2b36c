"""What an exchange offers to write down what holds as the requests that set it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Protocol

from attrs import frozen

from leverset._format import Violation
from leverset._held import Held
from leverset._read_back import Read


@frozen(kw_only=True)
class Questions:
    """What is to be read.

    Attributes:
        bodies: Requests that set a leverage, without it: what is to be read for each.
        account: How the account is set up; None where that is read with the leverages.
        left_out: What cannot be set: in a few words, and why.
    """

    bodies: tuple[Mapping[str, str], ...]
    account: Any = None
    left_out: tuple[tuple[str, str], ...] = ()


class Snapshot(Protocol):
    """Turns what holds into requests, by the fields that say what is asked for, in the document's own names.

    Several names have commas between them. Without a name everything is asked for that is live.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that name what is asked for, that of the instruments first."""

    @property
    def completes(self) -> str:
        """Which fields need not be given, in a sentence for the help of a command."""

    def violations(self, fields: Mapping[str, str]) -> tuple[Violation, ...]:
        """Return every rule that the fields break."""

    def questions(self, fields: Mapping[str, str]) -> Generator[Read, Any, Questions]:
        """Read what is needed to know what to ask; a LeversetError that a read ended in is raised."""

    def requests(self, body: Mapping[str, str], held: Held) -> tuple[tuple[Mapping[str, str], ...], str]:
        """Return the requests that set what holds for a body; or none, and why there is none."""

    def account(self, account: Any, held: tuple[Held, ...]) -> Any:
        """Return what is true of the account for everything that was read; None where nothing is."""
