"""The entries of a response, some of which have a code of their own."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from leverset._protocols import Exchange


@frozen(kw_only=True)
class EntryRefusal:
    """The refusal that an entry of a response reports.

    Attributes:
        code: The entry's code.
        message: The entry's message, whatever it is.
        partly: Whether another entry of the same response reports a success.
    """

    code: str
    message: Any
    partly: bool


def find_refusal(exchange: Exchange, document: dict[str, Any]) -> EntryRefusal | None:
    """Return the first refusal among a response's entries; None where no entry has a code that is one."""
    if exchange.entry_fields is None:
        return None
    place, code_field, message_field = exchange.entry_fields
    given = document.get(place)
    entries = [entry for entry in (given if isinstance(given, list) else [given]) if isinstance(entry, dict)]
    codes = [code_text(entry.get(code_field)) for entry in entries]
    for code, entry in zip(codes, entries, strict=True):
        if code not in ("", exchange.success_code):
            return EntryRefusal(code=code, message=entry.get(message_field), partly=exchange.success_code in codes)
    return None


def code_text(value: object) -> str:
    """A code as text, which some write as a number; empty where it is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
