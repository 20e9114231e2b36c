"""What a rule is, and how all of them look at one request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from attrs import evolve

from leverset._format import Violation, short_repr
from leverset._protocols import Operation
from leverset.errors import RuleViolation

Body = Mapping[str, object]
"""A request body in the document's own names, as it would be sent; a field that is not there is absent."""

AccountT = TypeVar("AccountT")
Rule = Callable[[Body, AccountT | None], Violation | None]

_DIGITS = 40
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def broken(
    rules: Iterable[Rule[AccountT]],
    body: Body,
    account: AccountT | None,
    *,
    exchange: str,
    operation: Operation,
) -> tuple[Violation, ...]:
    """Every rule that the request breaks, in the order of the rules."""
    found = []
    for rule in rules:
        violation = rule(body, account)
        if violation is not None:
            given = f"={short_repr(body[violation.field])}" if violation.field in body else " is absent"
            where = f"{exchange} {operation.method} {operation.path}, {_plain(violation.field)}{given}"
            found.append(evolve(violation, where=where, docs=operation.docs))
    return tuple(found)


def check(violations: tuple[Violation, ...]) -> None:
    """Raise all of them in one RuleViolation, if there is any."""
    if violations:
        raise RuleViolation(violations)


def positive_decimal(rule: str, body: Body, name: str) -> Violation | None:
    """The field is there, a text, and a positive decimal in fixed-point notation."""
    value = body.get(name)
    if isinstance(value, str) and _DECIMAL.fullmatch(value) and value.strip("0.") != "":
        return None
    summary = f"{name} is not a positive decimal"
    if value is None:
        summary, why = f"{name} is missing", f"the document requires {name}"
    elif isinstance(value, bool):
        why = "a truth value is no leverage"
    elif isinstance(value, float):
        why = "a float does not hold every decimal exactly, and money should not depend on its last digit"
    elif isinstance(value, int | Decimal) and number(value) is value:
        why = "it is not finite, or has more than 40 digits"
    elif not isinstance(value, str):
        why = f"the document wants a String, this is {type(value).__name__}"
    else:
        why = "a leverage is more than 0, in digits 0-9 and at most one point; no sign, exponent, comma or blank"
    return Violation(
        rule=rule,
        field=name,
        value=value,
        summary=summary,
        why=why,
        fix=f'give {name} as text such as "5" or "12.5", as an int or as a Decimal',
    )


def one_of(rule: str, body: Body, name: str, allowed: tuple[str, ...], *, required: bool = False) -> Violation | None:
    """The field is one of the values that the document lists; absent only where it is not required."""
    value = body.get(name)
    if (name not in body and not required) or (isinstance(value, str) and value in allowed):
        return None
    return Violation(
        rule=rule,
        field=name,
        value=value,
        summary=f"{name} is not one that the exchange knows" if name in body else f"{name} is missing",
        why=f"the document allows {', '.join(allowed)}",
        fix=f"give {name} as one of them" + ("" if required else ", or leave it out"),
    )


def only_fields(rule: str, body: Body, known: tuple[str, ...]) -> Violation | None:
    """Nothing is sent that the document does not have."""
    unknown = [name for name in body if name not in known]
    if not unknown:
        return None
    listed = ", ".join(_plain(name) for name in unknown)
    return Violation(
        rule=rule,
        field=unknown[0],
        value=body[unknown[0]],
        summary=f"{listed} {'is not a field' if len(unknown) == 1 else 'are not fields'} of this request",
        why=f"the document has {', '.join(known)}",
        fix=f"leave {listed} out",
    )


def text(rule: str, body: Body, name: str, *, filled: bool = False) -> Violation | None:
    """The field is a text where it is there; `filled`: it has to be there and not empty."""
    value = body.get(name)
    summary = f"{name} is not a text"
    why = f"the document wants {name} as a String"
    if name not in body or value == "":
        if not filled:
            return None
        summary, why = f"{name} is missing", f"the document requires {name}"
    elif isinstance(value, str):
        if _is_unicode(value):
            return None
        summary, why = f"{name} is not a whole text", "it has half of a surrogate pair in it, which UTF-8 cannot carry"
    return Violation(rule=rule, field=name, value=value, summary=summary, why=why, fix=f"give {name} as text")


def _plain(name: object) -> str:
    """The name of a field; one that no document would have may hold anything, and is quoted."""
    return name if isinstance(name, str) and name.isidentifier() and name.isascii() else short_repr(name)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def number(value: object) -> object:
    """A str, int or Decimal as fixed-point text, never `1E+2`; anything else as it is, for a rule to refuse.

    A number of more than 40 digits stays as it is too: no leverage has them, and writing it out could take a while.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        if max(len(digits), abs(int(exponent))) <= _DIGITS:
            return f"{value:f}"
    return value


def present(**fields: object) -> dict[str, object]:
    """The fields that are given; None is absent."""
    return {name: value for name, value in fields.items() if value is not None}
