"""Rules: the check of single fields by the generated facts, and how all rules check one request body."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Generic, TypeVar

from attrs import evolve

from leverset._format import Violation, plain_name, short_repr
from leverset._protocols import Field, Operation
from leverset._request_facts import describe
from leverset.errors import RuleViolation

Body = Mapping[str, object]
"""A request body in the document's own names, as it would be sent; a field that is not there is absent."""

AccountT = TypeVar("AccountT")
Rule = Callable[[Body, AccountT | None], Violation | None]
"""A rule across fields. Its name is the function's, its sentence the first line of the docstring."""

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


class Rules(Generic[AccountT]):
    """Every rule about the body of one operation: those of single fields, from the generated facts, then the others.

    Args:
        exchange: The exchange's name, the first part of every rule's name.
        operation: The generated facts.
        across: The rules across fields, and those about the account.
    """

    def __init__(self, exchange: str, operation: Operation, across: tuple[Rule[AccountT], ...]) -> None:
        self._exchange, self._docs, self._across = exchange, operation.docs, across
        self._operation = operation
        self._checks = tuple(FieldCheck(field) for field in operation.fields if field.location == "body")
        self._known = frozenset(check.name for check in self._checks)
        self._place = f"{exchange} {operation.method} {operation.path}"

    def violations(self, body: Body, account: AccountT | None) -> tuple[Violation, ...]:
        """Return a violation for every rule that a request breaks; rules about an unknown account (None) pass."""
        found = []
        if not self._known.issuperset(body):
            found.append(self._unknown_fields(body))
        for check in self._checks:
            name = check.name
            if not check.accepts(body[name]) if name in body else check.required:
                found.append(self._wrong_value(check, body))
        for rule in self._across:
            violation = rule(body, account)
            if violation is not None:
                found.append(evolve(violation, where=self._where(violation.field, body), docs=self._docs))
        return tuple(found)

    def sentences(self) -> dict[str, str]:
        """Return the name of every rule with its sentence, in the order in which rules are checked."""
        sentences = {"field-known": "Only the document's fields are sent."}
        for check in self._checks:
            sentences[check.field.rule] = check.sentence()
            refused: dict[str, list[str]] = {}
            for form in check.field.impossible:
                refused.setdefault(form.rule, []).append(form.summary)
            for name, summaries in refused.items():
                sentences[name] = f"{sentences.get(name, '')} Refused where {', or '.join(summaries)}.".lstrip()
        for rule in self._across:
            sentence = (rule.__doc__ or "").partition("\n")[0].replace("`", "")
            sentences[rule.__name__.replace("_", "-")] = sentence
        return {f"{self._exchange}/{name}": sentence for name, sentence in sentences.items()}

    def _where(self, field: str, body: Body) -> str:
        """Return the operation, what the request is for, and what was given for a field."""
        given = f"={short_repr(body[field])}" if field in body else " is absent"
        target = describe(self._operation, body, besides=field)
        return ", ".join(filter(None, [self._place, target, f"{plain_name(field)}{given}"]))

    def _unknown_fields(self, body: Body) -> Violation:
        unknown = [name for name in body if name not in self._known]
        listed = ", ".join(plain_name(name) for name in unknown)
        return Violation(
            rule=f"{self._exchange}/field-known",
            field=unknown[0],
            value=body[unknown[0]],
            summary=f"{listed} {'is not a field' if len(unknown) == 1 else 'are not fields'} of this request",
            why=f"the document has {', '.join(check.name for check in self._checks)}",
            fix=f"leave {listed} out",
            docs=self._docs,
            where=self._where(unknown[0], body),
        )

    def _wrong_value(self, check: FieldCheck, body: Body) -> Violation:
        value = body.get(check.name)
        rule, summary, why = check.explain(value)
        return Violation(
            rule=f"{self._exchange}/{rule}",
            field=check.name,
            value=value,
            summary=summary,
            why=why,
            fix=check.fix(value),
            docs=self._docs,
            where=self._where(check.name, body),
        )


class FieldCheck:
    """The check of one field's single values.

    Attributes:
        field: The generated facts.
        name: The field's name.
        required: Whether every request needs the field.
        accepts: Whether a value is right. Its patterns are compiled once: this is asked for every request.
    """

    __slots__ = ("_usual_fix", "accepts", "field", "name", "required")

    def __init__(self, field: Field) -> None:
        self.field, self.name, self.required = field, field.name, field.required
        self.accepts = _acceptor(field)
        what = "text" if field.type == "string" else _NAMES[field.type]
        such = f" such as {' or '.join(map(short_repr, field.examples))}" if field.examples else ""
        numbers = ", as an int or as a Decimal" if field.format == "decimal" else ""
        self._usual_fix = f"give {field.name} as {what}{such}{numbers}"
        if field.values:
            self._usual_fix = f"give {field.name} as one of them" + ("" if field.required else ", or leave it out")

    def explain(self, value: object) -> tuple[str, str, str]:
        """Return the rule that a wrong value violates, what is wrong and why."""
        field, name = self.field, self.name
        if self.required and (value is None or (isinstance(value, str) and not value)):
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

    def fix(self, value: object) -> str:
        """Return what to give instead: the value that was meant, where only blanks or capitals are wrong."""
        if isinstance(value, str) and value.strip().isascii():
            plain = value.strip()
            impossible = any(re.search(form.pattern, plain) for form in self.field.impossible)
            for meant in (plain,) if impossible else (plain, plain.upper(), plain.lower()):
                if meant and self.accepts(meant):
                    return f"give {self.name} as {short_repr(meant)}"
        return self._usual_fix

    def sentence(self) -> str:
        """Return what the field must be, for the list of rules."""
        field = self.field
        what = f"one of {', '.join(field.values)}" if field.values else _NAMES[field.type]
        if not self.required:
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


def check(violations: tuple[Violation, ...], facts: Callable[[], Mapping[str, object]]) -> None:
    """Raise all of them in one RuleViolation, if there is any; `facts` returns what the request is for."""
    if violations:
        error = RuleViolation(violations)
        error.request = facts()
        raise error


def _acceptor(field: Field) -> Callable[[object], bool]:
    """Return the test of a field's single values; its patterns are compiled once."""
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


def present(**fields: object) -> dict[str, object]:
    """The fields that are given; None is absent."""
    return {name: value for name, value in fields.items() if value is not None}
