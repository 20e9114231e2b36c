"""Rules: how those of single fields and those across fields check one request body."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeVar, cast

from attrs import evolve

from leverset._fields import Candidates, FieldCheck
from leverset._format import Violation, field_name, short_repr
from leverset._protocols import Operation
from leverset._request_facts import describe, place_of
from leverset._suggest import as_typed, nearest
from leverset.errors import RuleViolation

Body = Mapping[str, object]
"""A request body in the document's own names, as it would be sent; a field that is not there is absent."""

AccountT = TypeVar("AccountT")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
Rule = Callable[[Body, AccountT | None], Violation | None]
"""A rule across fields. Its name is the function's, its sentence the first line of the docstring."""


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
        self._checks = tuple(FieldCheck(field, (candidates or {}).get(field.name)) for field in fields)
        self._known = frozenset(check.name for check in self._checks)
        self._other_names = {other: field.name for field in fields for other in field.other_names}
        self._place = place_of(exchange, operation)

    def violations(self, body: Body, account: AccountT | None) -> tuple[Violation, ...]:
        """Return a violation for every rule that a request breaks; rules about an unknown account (None) pass.

        No violation follows from another: a misspelt field counts as the one that is meant, and a field whose value is
        wrong by itself breaks no rule across fields.
        """
        found: list[Violation] = []
        if not self._known.issuperset(body):
            meant = self._meant_fields(body)
            found.append(self._unknown_fields(body, meant))
            body = {meant.get(name, name): value for name, value in body.items()}
        for check in self._checks:
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
        target = describe(self.operation, body, besides=field)
        return ", ".join(filter(None, [self._place, target, f"{field_name(field)}{given}"]))

    def _meant_fields(self, body: Body) -> dict[str, str]:
        """Return the unknown fields that are misspelt, each with the absent field that is meant."""
        meant: dict[str, str] = {}
        for name in body:
            near = None if name in self._known else nearest(name, self._known, self._other_names)
            if near is not None and near not in body and near not in meant.values():
                meant[name] = near
        return meant

    def _unknown_fields(self, body: Body, meant: Mapping[str, str]) -> Violation:
        unknown = [name for name in body if name not in self._known]
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
            why=f"the document has {', '.join(check.name for check in self._checks)}",
            fix=" ".join([*advice, f"leave {rest} out"] if rest else advice),
            docs=self.operation.docs,
            where=self._where(unknown[0], body),
        )


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
