"""leverset sets leverage on OKX and Bitget, and says afterwards what is true."""

import importlib
import logging
from typing import TYPE_CHECKING, Any

from leverset._format import Attempt, Outcome, Violation
from leverset.credentials import Credentials
from leverset.errors import (
    AuthenticationFailed,
    ClockSkew,
    ConfigurationError,
    CredentialsError,
    ExchangeError,
    ExchangeUnavailable,
    InsufficientMargin,
    LeverageOutOfRange,
    LeversetError,
    LimiterUnavailable,
    MalformedResponse,
    NoChange,
    OpenOrdersOrPositions,
    PermissionDenied,
    RateLimitExceeded,
    RateLimitTimeout,
    RequestRefused,
    ResultMismatch,
    RuleViolation,
    TransportError,
    UnknownInstrument,
    WrongAccountMode,
    WrongEnvironment,
)
from leverset.limits import Limiter

if TYPE_CHECKING:
    from leverset._config import RateLimit, ReadBackMode
    from leverset._reading import InstrumentLimits
    from leverset._verify import Confirmed
    from leverset.bitget import (
        AsyncBitget,
        Bitget,
        BitgetAccount,
        BitgetLeverage,
        BitgetMarginMode,
        BitgetPositionMode,
        BitgetRegion,
        HoldSide,
        ProductType,
    )
    from leverset.limits._sqlite import SQLiteLimiter
    from leverset.limits.redis import RedisLimiter as RedisLimiter
    from leverset.okx import (
        AsyncOkx,
        MarginMode,
        Okx,
        OkxAccount,
        OkxLevel,
        OkxLeverage,
        OkxPositionMode,
        OkxRegion,
        PositionSide,
    )

__version__ = "0.1.0"

# Without it, what a program does not ask for would be printed to its stderr.
logging.getLogger("leverset").addHandler(logging.NullHandler())

__all__ = [
    "AsyncBitget",
    "AsyncOkx",
    "Attempt",
    "AuthenticationFailed",
    "Bitget",
    "BitgetAccount",
    "BitgetLeverage",
    "BitgetMarginMode",
    "BitgetPositionMode",
    "BitgetRegion",
    "ClockSkew",
    "ConfigurationError",
    "Confirmed",
    "Credentials",
    "CredentialsError",
    "ExchangeError",
    "ExchangeUnavailable",
    "HoldSide",
    "InstrumentLimits",
    "InsufficientMargin",
    "LeverageOutOfRange",
    "LeversetError",
    "Limiter",
    "LimiterUnavailable",
    "MalformedResponse",
    "MarginMode",
    "NoChange",
    "Okx",
    "OkxAccount",
    "OkxLevel",
    "OkxLeverage",
    "OkxPositionMode",
    "OkxRegion",
    "OpenOrdersOrPositions",
    "Outcome",
    "PermissionDenied",
    "PositionSide",
    "ProductType",
    "RateLimit",
    "RateLimitExceeded",
    "RateLimitTimeout",
    "ReadBackMode",
    "RequestRefused",
    "ResultMismatch",
    "RuleViolation",
    "SQLiteLimiter",
    "TransportError",
    "UnknownInstrument",
    "Violation",
    "WrongAccountMode",
    "WrongEnvironment",
]


# Loaded when they are asked for: who uses one exchange need not wait for the other. redis-py is an optional extra, so
# RedisLimiter is not in __all__ either.
_HOMES = {
    **dict.fromkeys(
        (
            "AsyncBitget",
            "Bitget",
            "BitgetAccount",
            "BitgetLeverage",
            "BitgetMarginMode",
            "BitgetPositionMode",
            "BitgetRegion",
            "HoldSide",
            "ProductType",
        ),
        "leverset.bitget",
    ),
    **dict.fromkeys(
        (
            "AsyncOkx",
            "MarginMode",
            "Okx",
            "OkxAccount",
            "OkxLevel",
            "OkxLeverage",
            "OkxPositionMode",
            "OkxRegion",
            "PositionSide",
        ),
        "leverset.okx",
    ),
    "Confirmed": "leverset._verify",
    "InstrumentLimits": "leverset._reading",
    "RateLimit": "leverset._config",
    "ReadBackMode": "leverset._config",
    "RedisLimiter": "leverset.limits.redis",
    "SQLiteLimiter": "leverset.limits._sqlite",
}


def __getattr__(name: str) -> Any:
    """Load a name from the package that it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
