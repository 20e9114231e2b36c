"""What a violation of a single field says: what is wrong, why, and what to give instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from leverset._format import short_repr
from leverset._protocols import Field
from leverset._suggest import nearest, plain_decimal, plain_name, unquoted

Candidates = Callable[[str], tuple[str, ...]]
"""Returns what may be meant by a wrong value of one field, the most likely first."""

_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


class FieldTexts:
    """The texts about one field.

    Args:
        field: The generated facts.
        accepts: Whether a value is right.
        number: Makes fixed-point text of a number that can be written so; returns anything else as it is.
        candidates: Proposes right values for a wrong one. Default: None, the allowed values that are near.
    """

    def __init__(
        self,
        field: Field,
        accepts: Callable[[object], bool],
        number: Callable[[object], object],
        candidates: Candidates | None = None,
    ) -> None:
        self.field, self.name = field, field.name
        self._accepts, self._number, self._candidates = accepts, number, candidates
        what = "text" if field.type == "string" else _NAMES[field.type]
        such = f" such as {' or '.join(map(short_repr, field.examples))}" if field.examples else ""
        numbers = ", as an int or as a Decimal" if field.format == "decimal" else ""
        self._usual_fix = f"give {field.name} as {what}{such}{numbers}"
        if field.values:
            self._usual_fix = f"give {field.name} as one of them" + ("" if field.required else ", or leave it out")

    def explain(self, value: object) -> tuple[str, str, str]:
        """Return the rule that a wrong value violates, what is wrong and why."""
        field, name = self.field, self.name
        if self.field.required and (value is None or (isinstance(value, str) and not value)):
            what = f", one of {', '.join(field.values)}" if field.values else f": {field.description}".rstrip(": .")
            summary = f"{name} is {'missing' if value is None else 'empty'}"
            return field.rule, summary, f"the document requires {name}{what}"
        if field.values:
            allowed = f"the document allows {', '.join(field.values)}"
            return field.rule, f"{name} is not one that the exchange knows", allowed
        if not isinstance(value, str) or field.type != "string":
            summary = field.summary if field.format == "decimal" else f"{name} is not {_NAMES[field.type]}"
            return field.rule, summary, self._why_type(value)
        if not is_unicode(value):
            why = "it has half of a surrogate pair in it, which UTF-8 cannot carry"
            return field.rule, f"{name} is not a whole text", why
        for form in field.impossible:
            if re.search(form.pattern, value):
                return form.rule, form.summary, form.why
        return field.rule, field.summary, field.why

    def fix(self, value: object) -> str:
        """Return what to give instead: the value that was meant, where that can be told."""
        if not isinstance(value, str) or not is_unicode(value):
            return self._usual_fix
        plain = unquoted(plain_name(value))
        possible = plain.isascii() and not any(re.search(form.pattern, plain) for form in self.field.impossible)
        for meant in (plain, plain.upper(), plain.lower()) if possible else (plain,):
            if meant and self._accepts(meant):
                return f"give {self.name} as {short_repr(meant)}"
        right = " or ".join(short_repr(each) for each in self._meant(plain) if each and self._accepts(each))
        return f"did you mean {right}?" if right else self._usual_fix

    def _meant(self, plain: str) -> tuple[object, ...]:
        """Return what may be meant by a wrong value; what is no right value is left out later."""
        if self._candidates:
            return self._candidates(plain)
        if self.field.format == "decimal":
            return (self._number(plain_decimal(plain)),)
        return (nearest(plain, self.field.values, dict(self.field.meant)),)

    def sentence(self) -> str:
        """Return what the field must be, for the list of rules."""
        field = self.field
        what = f"one of {', '.join(field.values)}" if field.values else _NAMES[field.type]
        if not self.field.required:
            return f"{self.name} is {what} where it is given."
        about = "" if field.values else field.description.partition(". ")[0]
        return f"{self.name} is required: {about.rstrip('.')}." if about else f"{self.name} is required, {what}."

    def _why_type(self, value: object) -> str:
        """Return why a value of another type is refused; of a decimal, why no number is taken."""
        if self.field.format == "decimal":
            if isinstance(value, bool):
                return "a truth value is no number"
            if isinstance(value, float):
                return "a float does not hold every decimal exactly, and money should not depend on its last digit"
            if isinstance(value, int | Decimal) and self._number(value) is value:
                return "it is not finite, or has more than 40 digits"
        given = "None" if value is None else type(value).__name__
        kind = self.field.type
        article = "an" if kind.startswith(("a", "i", "o")) else "a"
        return f"the document wants {self.name} as {article} {kind.capitalize()}, this is {given}"


def is_unicode(value: str) -> bool:
    """Whether a text is a whole one, without half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
