"""Checks of single fields by the generated facts: which values are right, and what a violation says of a wrong one."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from leverset._format import Violation, short_repr
from leverset._protocols import Field
from leverset._suggest import nearest, plain_decimal, plain_name, unquoted

Candidates = Callable[[str], tuple[str, ...]]
"""Returns what may be meant by a wrong value of one field, the most likely first."""

_DIGITS = 40

_TYPES: Mapping[str, Callable[[object], bool]] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: _TYPES["integer"](value) or (isinstance(value, float) and math.isfinite(value)),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list | tuple),
}

_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


class FieldCheck:
    """The check of one field's single values.

    Args:
        field: The generated facts.
        candidates: Proposes right values for a wrong one. Default: None, the allowed values that are near.

    Attributes:
        field: The generated facts.
        name: The field's name.
        required: Whether every request needs the field.
    """

    def __init__(self, field: Field, candidates: Candidates | None = None) -> None:
        self.field, self.name, self.required = field, field.name, field.required
        self._candidates = candidates
        self._test: Callable[[object], bool] | None = None

    def accepts(self, value: object) -> bool:
        """Whether a value is right; patterns are compiled once, when the first value is there."""
        if self._test is None:
            self._test = _test_of(self.field)
        return self._test(value)

    def violation(self, exchange: str, value: object) -> Violation:
        """Return the violation of a wrong value, without its place and document."""
        rule, summary, why = self._explain(value)
        return Violation(
            rule=f"{exchange}/{rule}", field=self.name, value=value, summary=summary, why=why, fix=self._fix(value)
        )

    def _explain(self, value: object) -> tuple[str, str, str]:
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
        if not _is_unicode(value):
            why = "it has half of a surrogate pair in it, which UTF-8 cannot carry"
            return field.rule, f"{name} is not a whole text", why
        for form in field.impossible:
            if re.search(form.pattern, value):
                return form.rule, form.summary, form.why
        return field.rule, field.summary, field.why

    def _fix(self, value: object) -> str:
        """Return what to give instead: the value that was meant, where that can be told."""
        if not isinstance(value, str) or not _is_unicode(value):
            return self._usual_fix()
        plain = unquoted(plain_name(value))
        possible = plain.isascii() and not any(re.search(form.pattern, plain) for form in self.field.impossible)
        for meant in (plain, plain.upper(), plain.lower()) if possible else (plain,):
            if meant and self.accepts(meant):
                return f"give {self.name} as {short_repr(meant)}"
        right = " or ".join(short_repr(each) for each in self._meant(plain) if each and self.accepts(each))
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
        if self.field.format == "decimal":
            return (number(plain_decimal(plain)),)
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
            if isinstance(value, int | Decimal) and number(value) is value:
                return "it is not finite, or has more than 40 digits"
        given = "None" if value is None else type(value).__name__
        kind = self.field.type
        article = "an" if kind.startswith(("a", "i", "o")) else "a"
        return f"the document wants {self.name} as {article} {kind.capitalize()}, this is {given}"


def _test_of(field: Field) -> Callable[[object], bool]:
    """Return the test of a field's single values."""
    if field.type != "string":
        return _TYPES[field.type]
    if field.values:
        values = frozenset(field.values)
        return lambda value: isinstance(value, str) and value in values
    matches = re.compile(field.pattern or "(?s:.*)").fullmatch
    excluded = tuple(re.compile(form.pattern).search for form in field.impossible)

    def accepts(value: object) -> bool:
        if not isinstance(value, str) or matches(value) is None or not (value.isascii() or _is_unicode(value)):
            return False
        for search in excluded:  # noqa: SIM110 - a generator takes twice as long, and this is done for every request
            if search(value) is not None:
                return False
        return True

    return accepts


def _is_unicode(value: str) -> bool:
    """Whether a text is a whole one, without half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def number(value: object) -> object:
    """A str, int or Decimal as fixed-point text, never `1E+2`; anything else as it is, for a rule to refuse.

    What has `__index__`, such as an integer of numpy, is an int; a bool is none.
    A number of more than 40 digits stays as it is too: no leverage has them, and writing it out could take a while.
    """
    if isinstance(value, bool):
        return value
    if hasattr(type(value), "__index__"):
        try:
            whole = int(operator.index(value))  # type: ignore[arg-type] # its type has __index__
        except TypeError:  # an array has it as well, and is no integer unless it holds a single one
            return value
        return str(whole) if abs(whole) < 10**_DIGITS else value
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        if max(len(digits), abs(int(exponent))) <= _DIGITS:
            return f"{value:f}"
    return value
