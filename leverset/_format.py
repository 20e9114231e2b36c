"""The parts of errors, broken rules and attempts, and the text in which a person reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, Self

from attrs import asdict, evolve, frozen

from leverset._suggest import looks_typed, plain_name

Outcome = Literal["not_sent", "refused", "differs", "unknown"]

_MEANING: Mapping[str, str] = {
    "not_sent": "nothing left this machine",
    "refused": "the change was not applied",
    "differs": "the exchange says that another value holds",
    "unknown": "the change may have been applied",
}
_LONGEST = 80


@frozen(kw_only=True)
class Violation:
    """One broken rule.

    Attributes:
        rule: The rule's stable name, such as `okx/side-needs-contract`.
        field: The field that breaks it, by the document's name.
        value: What was given for the field; None where it is absent.
        summary: What is wrong.
        why: The reason.
        fix: What to give instead.
        docs: The address of the exchange's document.
        where: The exchange, method and path, and what was given for the field.
    """

    rule: str
    field: str
    value: object
    summary: str
    why: str
    fix: str
    docs: str = ""
    where: str = ""

    def redacted(self, redact: Callable[[str], str]) -> Violation:
        """Return the same without what `redact` takes out of texts; a value of another type that holds it is text."""

        def clean(value: Any) -> Any:
            shown = value if isinstance(value, str) else _whole_repr(value)
            return value if redact(shown) == shown else redact(shown)

        names = ("field", "value", "summary", "why", "fix", "where")
        return evolve(self, **{name: clean(getattr(self, name)) for name in names})

    def describe(self) -> dict[str, object]:
        """Return the broken rule as an object for JSON."""
        texts = {"summary": self.summary, "why": self.why, "fix": self.fix, "docs": self.docs or None}
        return {"rule": self.rule, "field": self.field or None, **texts}

    def __str__(self) -> str:
        return block(self.rule, self.summary, self.where, why=self.why, fix=self.fix, docs=self.docs)


class Note(str):
    """Says what a call left behind, on an exception that is not ours.

    Attributes:
        outcome: The outcome of an error, or `applied`.
        request: What the request is for, as `error.request` says it.
    """

    outcome: Outcome | Literal["applied"]
    request: Mapping[str, object] | None

    def __new__(
        cls,
        text: str,
        outcome: Outcome | Literal["applied"] = "unknown",
        request: Mapping[str, object] | None = None,
    ) -> Self:
        """Make the note."""
        note = super().__new__(cls, text)
        note.outcome, note.request = outcome, request
        return note


@frozen(kw_only=True)
class Attempt:
    """One attempt of a call.

    Attributes:
        number: Counts the attempts of the call from 1.
        waited: How long it waited for its slot, in seconds.
        result: What came of it, in a few words.
        outcome: What is known of the change after it: `not_sent`, `refused`, `differs` or `unknown`.
    """

    number: int
    waited: float
    result: str
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.result} ({self.outcome})"


def short_repr(value: object) -> str:
    """A value that a caller gave, on one short line that any terminal or log can take."""
    if isinstance(value, str):
        # Escaped where it is not what it looks like, or not printable: a line break, or half of a surrogate pair,
        # would break the report.
        plain = value.isascii() or (plain_name(value) == value.strip() and not looks_typed(value))
        seen = value.isprintable() and plain
        text = json.dumps(value[:_LONGEST], ensure_ascii=not seen)
    else:
        text = _whole_repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _whole_repr(value: object) -> str:
    """A value on one line, however long."""
    try:
        return " ".join(repr(value).split())
    except Exception:  # a repr of somebody else's making; an int of thousands of digits has none
        return f"<{type(value).__name__}>"


def described(leverage: Any) -> str:
    """A leverage that was read in a few words, such as `lever 3 (isolated BTC-USDT-SWAP long)`."""
    values = asdict(leverage, filter=lambda part, value: part.repr and part.name != "confirmed" and value is not None)
    lever = values.pop("lever")
    return f"lever {lever} ({' '.join(map(str, values.values()))})"


def describe_leverage(leverage: Any, *, raw: bool = False) -> dict[str, object]:
    """Return a leverage as an object for JSON, its number as text.

    Args:
        leverage: A result of a client.
        raw: Whether what the exchange said is in it, and how it is known. It may say more than what was asked for, such
            as balances.
    """
    values = asdict(leverage, filter=lambda part, _: raw or (part.repr and part.name != "confirmed"))
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in values.items()}


def describe_target(request: Mapping[str, object]) -> dict[str, object]:
    """Return what a request is for as an object for JSON, the request's own fields apart."""
    fixed = ("exchange", "environment", "host", "method", "path")
    fields = {name: value for name, value in request.items() if name not in fixed}
    return {**{name: request.get(name) for name in fixed}, "request": fields}


def field_name(name: object) -> str:
    """The name of a field; one that no document would have may hold anything, and is quoted."""
    return name if isinstance(name, str) and name.isidentifier() and name.isascii() else short_repr(name)


def state_text(outcome: Outcome, *, reads: bool = False) -> str:
    """What is known of the change in words; `reads` says that nothing was to change."""
    return f"{outcome} ({'nothing was read' if reads and outcome != 'not_sent' else _MEANING[outcome]})"


def because(account: Any, value: str) -> str:
    """Why something is taken to be true of an account: who said so."""
    return f"because {account.source or 'account='} says {value}"


def block(reference: str, summary: str, where: str, **lines: str) -> str:
    """One error as text: what, where, and each further line by its label; those that are empty are left out."""
    texts = [f"error[{reference}]: {summary}"]
    if where:
        texts.append(f"  --> {where}")
    texts += [f"  {label + ':':<6} {text}" for label, text in lines.items() if text]
    return "\n".join(texts)
