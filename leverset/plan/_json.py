"""JSON that every parser reads, and what a success is known by."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def to_json(document: Mapping[str, object]) -> str:
    """Return a document as one line of JSON; NaN and infinity, which JSON does not have, become texts."""
    try:
        return json.dumps(document, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document))


def reported_of(leverage: Any) -> dict[str, Any]:
    """Return what a success is known by: `reported` in its response, or `observed` where it was read back."""
    if leverage.confirmed == "read_back":
        return {"observed": (leverage,)}
    return {"reported": leverage.raw}


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
