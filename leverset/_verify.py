"""Compare the reported result of a success with the expected one; only fields that came back filled count."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from leverset._format import short_repr
from leverset._protocols import Operation
from leverset._request_facts import RequestFacts
from leverset.credentials import HIDDEN
from leverset.errors import ResultMismatch

Confirmed = Literal["response", "read_back", "no"]
"""What confirms a result: the exchange's response, a read after it, or nothing."""

log = logging.getLogger("leverset.verify")


def filled(value: object) -> str | None:
    """A field of a response as text; None where it is missing, empty or nothing that can be compared."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def same_text(reported: object, wanted: str) -> bool:
    """Whether a field of a response is what was wanted, whatever its capitals; one that is not filled is not."""
    return (filled(reported) or "").casefold() == wanted.casefold()


def decimal(text: str | None) -> Decimal | None:
    """The finite number that a text holds, if it is one."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def entry_for(
    expected: Mapping[str, str], entries: Iterable[Mapping[str, Any]], *, numbers: tuple[str, ...]
) -> Mapping[str, Any]:
    """Return the entry of a response that is about the request; an empty one where there is no entry at all.

    None of its filled fields names anything else, and most of them name what was requested. Among several such entries
    it is one with another number, if there is one. Where every entry is about something else, it is the first.
    """

    def agreement(entry: Mapping[str, Any]) -> int:
        told = [(filled(entry.get(name)), wanted) for name, wanted in expected.items() if name not in numbers]
        same = [got.casefold() == wanted.casefold() for got, wanted in told if got is not None]
        return len(same) if all(same) else -1

    def agrees(entry: Mapping[str, Any]) -> bool:
        return all(decimal(filled(entry.get(name))) in (None, decimal(expected[name])) for name in numbers)

    # In a sorted list equals keep their order.
    return next(iter(sorted(entries, key=lambda entry: (-agreement(entry), agrees(entry)))), {})


def verify_result(
    operation: Operation,
    expected: Mapping[str, str],
    reported: Mapping[str, object],
    *,
    numbers: tuple[str, ...],
    redact: Callable[[str], str],
    facts: Callable[[], RequestFacts],
) -> Confirmed:
    """Return what confirms the leverage: the response or, with a warning, nothing. Raise ResultMismatch if it differs.

    `expected` and `reported` are by the response's field names; `numbers` are those of `expected` with the leverage.
    `redact` takes the credentials out of values; `facts` returns what the request is for.
    """
    different, missing = {}, []
    for name, wanted in expected.items():
        got = filled(reported.get(name))
        if name in numbers:
            value = decimal(got)
            if value is None and HIDDEN not in (got or ""):
                missing.append(name)
            elif value != decimal(wanted):
                different[name] = redact(str(got))
        elif got is not None and got.casefold() != wanted.casefold():
            different[name] = redact(got)
    if different:
        requested = {name: redact(value) for name, value in expected.items()}
        listed = ", ".join(
            f"{name} {short_repr(got)} where {short_repr(requested[name])} was requested"
            for name, got in different.items()
        )
        raise mismatch(
            f"the exchange reports success with {listed}",
            requested,
            different,
            where=facts().place,
            docs=operation.docs,
        )
    if missing or not numbers:
        request = facts()
        log.warning(
            "%s: success without a reported %s; taken as applied",
            request.text,
            ", ".join(missing) or "leverage",
            extra={
                "exchange": request["exchange"],
                "operation": operation.name,
                "missing": missing,
                "request": dict(request),
            },
        )
        return "no"
    return "response"


def mismatch(
    summary: str, expected: Mapping[str, str], reported: Mapping[str, str], *, where: str, docs: str
) -> ResultMismatch:
    """The error of a success with another value; `expected` and `reported` are by the document's field names."""
    error = ResultMismatch(
        summary,
        reference="leverset/result-mismatch",
        outcome="differs",
        where=where,
        why="another value may hold now, for example a cap of this account or a change from elsewhere",
        fix="read the leverage back before relying on it",
        docs=docs,
    )
    error.expected, error.reported = expected, reported
    return error
