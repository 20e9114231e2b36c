"""Entries of a response with a code of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from leverset._protocols import Exchange


@frozen(kw_only=True)
class EntryRefusal:
    """The refusal that an entry of a response reports.

    Attributes:
        code: The entry's code.
        message: The entry's message, whatever it is.
    """

    code: str
    message: Any


def find_refusal(exchange: Exchange, document: dict[str, Any]) -> tuple[EntryRefusal | None, Iterable[str]]:
    """Return the first refusal among a response's entries, None where there is none, and the codes of all entries."""
    if exchange.entry_fields is None:
        return None, ()
    place, code_field, message_field = exchange.entry_fields
    given = document.get(place)
    entries = [entry for entry in (given if isinstance(given, list) else [given]) if isinstance(entry, dict)]
    codes = [code_text(entry.get(code_field)) for entry in entries]
    for code, entry in zip(codes, entries, strict=True):
        if code not in ("", exchange.success_code):
            return EntryRefusal(code=code, message=entry.get(message_field)), codes
    return None, codes


def code_text(value: object) -> str:
    """A code as text, which some write as a number; empty where it is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
