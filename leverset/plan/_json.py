"""Objects for JSON, and JSON that every parser reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import asdict

from leverset._format import Violation
from leverset.errors import LeversetError, RuleViolation

_VIOLATION = ("rule", "field", "summary", "why", "fix")


def to_json(document: Mapping[str, object]) -> str:
    """Return a document as one line of JSON; NaN and infinity, which JSON does not have, become texts."""
    try:
        return json.dumps(document, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document))


def describe_leverage(leverage: Any, *, raw: bool = False) -> dict[str, object]:
    """Return a leverage as an object for JSON, its number as text.

    Args:
        leverage: A result of a client.
        raw: Whether what the exchange said is in it, and how it is known. It may say more than what was asked for, such
            as balances.
    """
    values = asdict(leverage, filter=lambda part, _: raw or (part.repr and part.name != "confirmed"))
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in values.items()}


def reported_of(leverage: Any) -> dict[str, Any]:
    """Return what a success is known by: `reported` in its response, or `observed` where it was read back."""
    if leverage.confirmed == "read_back":
        return {"observed": (leverage,)}
    return {"reported": leverage.raw}


def describe_error(error: LeversetError | None, why: str) -> dict[str, object]:
    """Return what an error says beside its outcome, and the reason in a few words; None, or empty, is what is not."""
    maximum = getattr(error, "maximum", None)
    return {
        "error": error.reference if error else None,
        "why": why or None,
        "fix": (error.fix or None) if error else None,
        "http_status": getattr(error, "http_status", None),
        "gateway_reference": getattr(error, "gateway_reference", "") or None,
        "violations": describe_violations(error.violations if isinstance(error, RuleViolation) else ()),
        "read_failure": getattr(error, "read_failure", "") or None,
        "maximum": f"{maximum:f}" if maximum is not None else None,
    }


def describe_violations(violations: tuple[Violation, ...]) -> list[dict[str, str]]:
    """Return each violation as an object for JSON."""
    return [{name: getattr(each, name) for name in _VIOLATION} for each in violations]


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
