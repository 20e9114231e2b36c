"""What a violation of a single field says: what is wrong, why, and what to give instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from leverset._format import Violation, short_repr
from leverset._protocols import Field
from leverset._suggest import nearest, plain_name, unquoted

Candidates = Callable[[str], tuple[object, ...]]
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
    """The texts about one field's single values.

    Args:
        field: The generated facts.
        accepts: Tells whether a value is right.
        candidates: Proposes right values for a wrong one. Default: None, the allowed values that are near.
    """

    def __init__(self, field: Field, accepts: Callable[[object], bool], candidates: Candidates | None) -> None:
        self.field, self.name, self._accepts, self._candidates = field, field.name, accepts, candidates

    def violation(self, exchange: str, value: object, *, is_number: bool) -> Violation:
        """Return the violation of a wrong value, without its place and document.

        Args:
            exchange: The exchange's name.
            value: The value.
            is_number: Whether it is a number that can be written out.
        """
        rule, summary, why = self._explain(value, is_number=is_number)
        return Violation(
            rule=f"{exchange}/{rule}", field=self.name, value=value, summary=summary, why=why, fix=self._fix(value)
        )

    def _explain(self, value: object, *, is_number: bool) -> tuple[str, str, str]:
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
            return field.rule, summary, self._why_type(value, is_number=is_number)
        if not is_unicode(value):
            why = "it has half of a surrogate pair in it, which UTF-8 cannot carry"
            return field.rule, f"{name} is not a whole text", why
        for form in field.impossible:
            if re.search(form.pattern, value):
                return form.rule, form.summary, form.why
        return field.rule, field.summary, field.why

    def _fix(self, value: object) -> str:
        """Return what to give instead: the value that was meant, where that can be told."""
        if not isinstance(value, str) or not is_unicode(value):
            return self._usual_fix()
        plain = unquoted(plain_name(value))
        possible = plain.isascii() and not any(re.search(form.pattern, plain) for form in self.field.impossible)
        for meant in (plain, plain.upper(), plain.lower()) if possible else (plain,):
            if meant and self._accepts(meant):
                return f"give {self.name} as {short_repr(meant)}"
        right = " or ".join(short_repr(each) for each in self._meant(plain) if self._accepts(each))
        return f"did you mean {right}?" if right else self._usual_fix()

    def _usual_fix(self) -> str:
        """Return what to give where nothing can be told of the value."""
        field = self.field
        if field.values:
            return f"give {field.name} as one of them" + ("" if field.required else ", or leave it out")
        what = "text" if field.type == "string" else _NAMES[field.type]
        such = f" such as {' or '.join(map(short_repr, field.examples))}" if field.examples else ""
        numbers = ", as an int or as a Decimal" if field.format == "decimal" else ""
        return f"give {field.name} as {what}{such}{numbers}"

    def _meant(self, plain: str) -> tuple[object, ...]:
        """Return what may be meant by a wrong value; what is no right value is left out later."""
        if self._candidates:
            return self._candidates(plain)
        return (nearest(plain, self.field.values, dict(self.field.meant)),)

    def sentence(self) -> str:
        """Return what the field must be, for the list of rules."""
        field = self.field
        what = f"one of {', '.join(field.values)}" if field.values else _NAMES[field.type]
        if not self.field.required:
            return f"{self.name} is {what} where it is given."
        about = "" if field.values else field.description.partition(". ")[0]
        return f"{self.name} is required: {about.rstrip('.')}." if about else f"{self.name} is required, {what}."

    def _why_type(self, value: object, *, is_number: bool) -> str:
        """Return why a value of another type is refused; of a decimal, why no number is taken."""
        if self.field.format == "decimal":
            if isinstance(value, bool):
                return "a truth value is no number"
            if isinstance(value, float):
                return "a float does not hold every decimal exactly, and money should not depend on its last digit"
            if isinstance(value, int | Decimal) and not is_number:
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
