"""The configuration of a sandbox, which can be changed while it runs."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ._limits import WINDOWS


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The configuration of a sandbox.

    Attributes:
        limits: Count the documented limits.
        lenient: Tolerate what other clients send in practice; False is the documents' contract.
        window: Movement of the limits' window: "sliding", "fixed" or "token_bucket".
        phase: Beginning of a fixed window, in seconds of the monotonic clock; None is a random one per account.
        latency_in: Lowest and highest number of seconds between a request's last byte and its arrival.
        latency_out: Lowest and highest number of seconds between the decision and the response.
        seed: Seed of latencies and phases; None is unpredictable.
        clock_offset: Seconds by which the sandbox's wall clock is ahead of the machine's.
    """

    limits: bool = True
    lenient: bool = False
    window: str = "sliding"
    phase: float | None = None
    latency_in: tuple[float, float] = (0.0, 0.0)
    latency_out: tuple[float, float] = (0.0, 0.0)
    seed: int | None = None
    clock_offset: float = 0.0

    def changed(self, changes: Mapping[str, object]) -> "SandboxConfig":
        """Return this configuration with changes.

        Raises:
            ValueError: A setting is unknown, or its value is not allowed; the text says what is.
        """
        known = {field.name for field in fields(self)}
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}: one of {sorted(known)}")
            checked[name] = _check(name, value)
        return replace(self, **checked)

    def describe(self) -> dict[str, object]:
        """Return the configuration as JSON."""
        return asdict(self)


def _check(name: str, value: object) -> object:
    if name in ("limits", "lenient"):
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, not {value!r}")
        return value
    if name == "window":
        if value not in WINDOWS:
            raise ValueError(f"window must be one of {list(WINDOWS)}, not {value!r}")
        return value
    if name in ("latency_in", "latency_out"):
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise ValueError(f"{name} must be [lowest, highest] in seconds, not {value!r}")
        low, high = number(name, value[0], lowest=0), number(name, value[1], lowest=0)
        if low > high:
            raise ValueError(f"{name} must be [lowest, highest] in seconds, not {value!r}")
        return (low, high)
    if name == "seed":
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"seed must be an integer or null, not {value!r}")
        return value
    if name == "phase" and value is None:
        return None
    return number(name, value)


def number(name: str, value: object, *, lowest: float = -math.inf) -> float:
    """Check that a setting is a finite number (never a bool) of at least `lowest`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number, not {value!r}")
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest:g}, not {value!r}")
    return float(value)
