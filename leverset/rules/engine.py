"""What a rule is, and how all of them look at one request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from attrs import evolve

from leverset.contract import Operation
from leverset.errors import RuleViolation
from leverset.report import Violation

Body = Mapping[str, object]
"""A request body in the document's own names, as it would be sent; a field that is not there is absent."""

AccountT = TypeVar("AccountT")
Rule = Callable[[Body, AccountT | None], Violation | None]

_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def broken(
    rules: Iterator[Rule[AccountT]] | tuple[Rule[AccountT], ...],
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
            where = f"{exchange} {operation.method} {operation.path}"
            if violation.field:
                shown = repr(violation.value) if violation.field in body else "absent"
                if isinstance(violation.value, str):
                    shown = f'"{violation.value}"' if violation.field in body else "absent"
                where = f"{where}, {violation.field}{' is ' if shown == 'absent' else '='}{shown}"
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
    fix = f'give {name} as text such as "5" or "12.5", as an int or as a Decimal'
    if name not in body:
        why = f"the document requires {name}"
    elif isinstance(value, bool):
        why = "a truth value is no leverage"
    elif isinstance(value, float):
        why = "a float does not hold every decimal exactly, and money should not depend on its last digit"
    elif not isinstance(value, str):
        why = f"the document wants a String, this is {type(value).__name__}"
    else:
        why = "it is not a positive decimal in fixed-point notation (no sign, no exponent, no blanks)"
    return Violation(rule=rule, field=name, value=value, summary=f"{name} is not a leverage", why=why, fix=fix)


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
    for name, value in body.items():
        if name not in known:
            return Violation(
                rule=rule,
                field=name,
                value=value,
                summary=f"{name} is not a field of this request",
                why=f"the document has {', '.join(known)}",
                fix=f"leave {name} out",
            )
    return None


def text(rule: str, body: Body, name: str, *, filled: bool = False) -> Violation | None:
    """The field is a text where it is there; `filled`: it has to be there and not empty."""
    value = body.get(name)
    if (name not in body and not filled) or (isinstance(value, str) and (value or not filled)):
        return None
    return Violation(
        rule=rule,
        field=name,
        value=value,
        summary=f"{name} is not a text" if name in body and value != "" else f"{name} is missing",
        why=f"the document wants {name} as a String" + (" and requires it" if filled else ""),
        fix=f"give {name} as text",
    )
