"""The echo: does a success name what was asked for? Only fields that came back filled are compared."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from leverset._format import shown
from leverset._protocols import Exchange, Operation
from leverset.errors import EchoMismatch

log = logging.getLogger("leverset._verify")


def filled(value: object) -> str | None:
    """A field of a reply as text; None where it is missing, empty or nothing that can be compared."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _decimal(text: str | None) -> Decimal | None:
    """The finite number that a text holds, if it is one."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def compare(
    exchange: Exchange,
    operation: Operation,
    asked: Mapping[str, str],
    answered: Mapping[str, object],
    *,
    numbers: tuple[str, ...],
    redact: Callable[[str], str],
) -> None:
    """Raise EchoMismatch where an answered field differs from the asked one; log a warning where a number is missing.

    `asked` and `answered` are by the reply's field names; `numbers` are those of `asked` that hold the leverage.
    `redact` takes the credentials out of what is quoted.
    """
    different, missing = {}, []
    for name, wanted in asked.items():
        got = filled(answered.get(name))
        if name in numbers:
            value = _decimal(got)
            if value is None:
                missing.append(name)
            elif value != _decimal(wanted):
                different[name] = redact(str(got))
        elif got is not None and got.casefold() != wanted.casefold():
            different[name] = redact(got)
    where = f"{exchange.name} {operation.method} {operation.path}"
    if different:
        listed = ", ".join(
            f"{name} {shown(got)} where {shown(asked[name])} was asked" for name, got in different.items()
        )
        error = EchoMismatch(
            f"the exchange reports success with {listed}",
            reference="leverset/echo-mismatch",
            outcome="differs",
            where=where,
            why="another value may hold now, for example a cap of this account or a change from elsewhere",
            fix="read the leverage back before relying on it",
            docs=operation.docs,
        )
        error.asked = dict(asked)
        error.answered = different
        raise error
    if missing or not numbers:
        log.warning(
            "%s: success without an echo of %s; taken as applied",
            where,
            ", ".join(missing) or "the leverage",
            extra={"exchange": exchange.name, "operation": operation.name, "missing": missing},
        )
