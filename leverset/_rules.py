"""Rules: how those of single fields and those across fields check one request body."""

from __future__ import annotations

import functools
import inspect
import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar, cast

from attrs import evolve

from leverset._field_texts import Candidates, FieldTexts, is_unicode
from leverset._format import Violation, field_name, short_repr
from leverset._protocols import Field, Operation
from leverset._request_facts import describe, place_of
from leverset._suggest import as_typed, nearest, plain_decimal
from leverset.errors import RuleViolation

Body = Mapping[str, object]
"""A request body in the document's own names, as it would be sent; a field that is not there is absent."""

AccountT = TypeVar("AccountT")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
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


class FieldCheck:
    """The check of one field's single values.

    Args:
        field: The generated facts.
        candidates: Proposes right values for a wrong one. Default: None, the allowed values that are near.

    Attributes:
        field: The generated facts.
        name: The field's name.
        required: Whether every request needs the field.
        texts: The texts about its values.
    """

    def __init__(self, field: Field, candidates: Candidates | None) -> None:
        self.field, self.name, self.required = field, field.name, field.required
        usual = _meant_numbers if field.format == "decimal" else None
        self.texts = FieldTexts(field, self.accepts, candidates or usual)
        self._test: Callable[[object], bool] | None = None

    def accepts(self, value: object) -> bool:
        """Whether a value is right; patterns are compiled once, when the first value is there."""
        if self._test is None:
            self._test = _test_of(self.field)
        return self._test(value)

    def violation(self, exchange: str, value: object) -> Violation:
        """Return the violation of a wrong value, without its place and document."""
        return self.texts.violation(exchange, value, is_number=number(value) is not value)


class Rules(Generic[AccountT]):
    """Every rule about the body of one operation: those of single fields, from the generated facts, then the others.

    Args:
        exchange: The exchange's name, the first part of every rule's name.
        operation: The generated facts.
        across: The rules across fields, and those about the account.
        candidates: By the name of a field, what proposes right values for wrong ones.
        location: Where the fields are, in the body or in the query.

    Attributes:
        operation: The generated facts.
        checks: Those of single fields, by the field's name.
    """

    def __init__(
        self,
        exchange: str,
        operation: Operation,
        across: tuple[Rule[AccountT], ...],
        candidates: Mapping[str, Candidates] | None = None,
        location: Literal["body", "query"] = "body",
    ) -> None:
        self._exchange, self.operation, self._across = exchange, operation, across
        fields = [field for field in operation.fields if field.location == location]
        self.checks = {field.name: FieldCheck(field, (candidates or {}).get(field.name)) for field in fields}
        self._other_names = {other: field.name for field in fields for other in field.other_names}
        self._place = place_of(exchange, operation)

    def violations(self, body: Body, account: AccountT | None) -> tuple[Violation, ...]:
        """Return a violation for every rule that a request breaks; rules about an unknown account (None) pass.

        No violation follows from another: a misspelt field counts as the one that is meant, and a field whose value is
        wrong by itself breaks no rule across fields.
        """
        found: list[Violation] = []
        if not self.checks.keys() >= body.keys():
            meant = self._meant_fields(body)
            found.append(self._unknown_fields(body, meant))
            body = {meant.get(name, name): value for name, value in body.items()}
        for check in self.checks.values():
            name = check.name
            if not check.accepts(body[name]) if name in body else check.required:
                found.append(self.complete(check.violation(self._exchange, body.get(name)), body))
        wrong = tuple(found)
        for rule in self._across:
            violation = rule(body, account)
            if violation is not None and all(each.field != violation.field for each in wrong):
                found.append(self.complete(violation, body))
        return tuple(found)

    def complete(self, violation: Violation, body: Body) -> Violation:
        """Return a violation with its place and document."""
        return evolve(violation, where=self._where(violation.field, body), docs=self.operation.docs)

    def sentences(self) -> dict[str, str]:
        """Return the name of every rule with its sentence, in the order in which rules are checked."""
        sentences = {"field-known": "Only the document's fields are sent."}
        for check in self.checks.values():
            sentences[check.field.rule] = check.texts.sentence()
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
        target = describe(self.operation, body, besides=field)
        return ", ".join(filter(None, [self._place, target, f"{field_name(field)}{given}"]))

    def _meant_fields(self, body: Body) -> dict[str, str]:
        """Return the unknown fields that are misspelt, each with the absent field that is meant."""
        meant: dict[str, str] = {}
        for name in body:
            near = None if name in self.checks else nearest(name, self.checks, self._other_names)
            if near is not None and near not in body and near not in meant.values():
                meant[name] = near
        return meant

    def _unknown_fields(self, body: Body, meant: Mapping[str, str]) -> Violation:
        unknown = [name for name in body if name not in self.checks]
        listed = ", ".join(field_name(name) for name in unknown)
        rest = ", ".join(field_name(name) for name in unknown if name not in meant)
        advice = [
            f"did you mean {near}{f' instead of {field_name(name)}' if len(unknown) > 1 else ''}?"
            for name, near in meant.items()
        ]
        return Violation(
            rule=f"{self._exchange}/field-known",
            field=unknown[0],
            value=body[unknown[0]],
            summary=f"{listed} {'is not a field' if len(unknown) == 1 else 'are not fields'} of this request",
            why=f"the document has {', '.join(self.checks)}",
            fix=" ".join([*advice, f"leave {rest} out"] if rest else advice),
            docs=self.operation.docs,
            where=self._where(unknown[0], body),
        )


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
        if not isinstance(value, str) or matches(value) is None or not (value.isascii() or is_unicode(value)):
            return False
        for search in excluded:  # noqa: SIM110 - a generator takes twice as long, and this is done for every request
            if search(value) is not None:
                return False
        return True

    return accepts


def _meant_numbers(plain: str) -> tuple[object, ...]:
    return (number(plain_decimal(plain)),)


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


def check(violations: tuple[Violation, ...], facts: Callable[[], Mapping[str, object]]) -> None:
    """Raise all of them in one RuleViolation, if there is any; `facts` returns what the request is for."""
    if violations:
        error = RuleViolation(violations)
        error.request = facts()
        raise error


def named_arguments(operation: Operation) -> Callable[[FunctionT], FunctionT]:
    """Decorate a method with keywords alone: an unknown keyword is answered with the argument that is meant.

    Type checkers and `help` see the method as it is.

    Args:
        operation: The operation whose fields are the arguments.
    """
    other_names = {other: field.argument for field in operation.fields for other in (field.name, *field.other_names)}

    has_body = any(field.location == "body" for field in operation.fields)

    def decorate(function: FunctionT) -> FunctionT:
        arguments = frozenset(inspect.signature(function).parameters) - {"self"}

        def check_names(given: Mapping[str, object]) -> None:
            if arguments.issuperset(given):
                return
            unknown = [name for name in given if name not in arguments]
            near = [(name, nearest(name, arguments, other_names)) for name in unknown]
            advice = [
                f"{short_repr(name)}: did you mean {meant}?" for name, meant in near if meant and meant not in given
            ]
            listed = ", ".join(map(short_repr, unknown))
            text = f"{function.__name__}() has no argument {listed}"
            more = f"; {function.__name__}_from takes the document's names" if has_body else ""
            raise TypeError(f"{text} ({' '.join(advice)}){more}" if advice else text)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*place: Any, **given: Any) -> Any:
                check_names(given)
                return await function(*place, **given)

            return cast(FunctionT, awaited)

        @functools.wraps(function)
        def called(*place: Any, **given: Any) -> Any:
            check_names(given)
            return function(*place, **given)

        return cast(FunctionT, called)

    return decorate


def typed_text(body: Body, name: str) -> str:
    """Return a field as it would be typed, without blanks; empty where it is no text."""
    value = body.get(name)
    return as_typed(value) if isinstance(value, str) else ""


def present(**fields: object) -> dict[str, object]:
    """The fields that are given; None is absent."""
    return {name: value for name, value in fields.items() if value is not None}
