"""The configuration of a sandbox, which can be changed while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ._bounds import DAY, ERA, INT64, boolean, integer, number, shown
from ._limits import WINDOWS


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The configuration of a sandbox.

    Attributes:
        limits: Count the documented limits.
        lenient: Tolerate what other clients send in practice; False is the documents' contract.
        window: Movement of the limits' window: "sliding", "fixed" or "token_bucket".
        phase: Beginning of a fixed window, in seconds of the monotonic clock, from -1e9 to 1e9; None is a random one
            per account.
        latency_in: Lowest and highest number of seconds between a request's last byte and its arrival, from 0 to 86400.
        latency_out: Lowest and highest number of seconds between the decision and the response, from 0 to 86400.
        seed: Seed of latencies and phases, an integer of 64 bits; None is unpredictable.
        clock_offset: Seconds by which the sandbox's wall clock is ahead of the machine's, from -1e9 to 1e9.
        leverage_as: How leverages are written in reads of the exchanges that have both ways: "number", "string", or
            "alternating", which is a number in every request with an odd `sequence` in the log.
        cross_futures: What dated futures share their cross leverage by: their "underlying" or their "family", which
            sets contracts with other margin apart (BTC-USD and BTC-USD_UM).
        cross_swaps: "underlying": perpetual swaps share it with the futures, as the document says; "contract": each
            has its own, as the exchange's page says today.
    """

    limits: bool = True
    lenient: bool = False
    window: str = "sliding"
    phase: float | None = None
    latency_in: tuple[float, float] = (0.0, 0.0)
    latency_out: tuple[float, float] = (0.0, 0.0)
    seed: int | None = None
    clock_offset: float = 0.0
    leverage_as: str = "number"
    cross_futures: str = "underlying"
    cross_swaps: str = "underlying"

    def changed(self, changes: Mapping[str, object]) -> "SandboxConfig":
        """Return this configuration with changes.

        Raises:
            ValueError: A setting is unknown, or its value is not allowed; the text says what is.
        """
        known = {field.name for field in fields(self)}
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {shown(name)}: one of {sorted(known)}")
            checked[name] = _check(name, value)
        return replace(self, **checked)

    def describe(self) -> dict[str, object]:
        """Return the configuration as JSON."""
        return asdict(self)


_CHOICES = {
    "window": WINDOWS,
    "leverage_as": ("number", "string", "alternating"),
    "cross_futures": ("underlying", "family"),
    "cross_swaps": ("underlying", "contract"),
}


def _check(name: str, value: object) -> object:
    if name in ("limits", "lenient"):
        return boolean(name, value)
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} must be one of {list(_CHOICES[name])}, not {shown(value)}")
        return value
    if name in ("latency_in", "latency_out"):
        return _latency(name, value)
    if value is None and name in ("seed", "phase"):
        return None
    if name == "seed":
        return integer(name, value, -INT64, INT64 - 1)
    return number(name, value, -ERA, ERA)


def _latency(name: str, value: object) -> tuple[float, float]:
    problem = f"{name} must be [lowest, highest] in seconds, not {shown(value)}"
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(problem)
    low, high = number(name, value[0], 0, DAY), number(name, value[1], 0, DAY)
    if low > high:
        raise ValueError(problem)
    return (low, high)
