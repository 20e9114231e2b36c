"""leverset sets leverage on OKX and Bitget, and says afterwards what is true."""

import logging
from typing import TYPE_CHECKING, Any

from leverset._format import Violation
from leverset.bitget._account import BitgetAccount
from leverset.bitget._client import AsyncBitget, Bitget
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
from leverset.okx._account import OkxAccount
from leverset.okx._client import AsyncOkx, Okx

if TYPE_CHECKING:
    from leverset.limits.redis import RedisLimiter as RedisLimiter

__version__ = "0.1.0"

# Without it, what a program does not ask for would be printed to its stderr.
logging.getLogger("leverset").addHandler(logging.NullHandler())

__all__ = [
    "AsyncBitget",
    "AsyncOkx",
    "AuthenticationFailed",
    "Bitget",
    "BitgetAccount",
    "ClockSkew",
    "ConfigurationError",
    "Credentials",
    "CredentialsError",
    "ExchangeError",
    "ExchangeUnavailable",
    "InsufficientMargin",
    "LeverageOutOfRange",
    "LeversetError",
    "Limiter",
    "LimiterUnavailable",
    "MalformedResponse",
    "NoChange",
    "Okx",
    "OkxAccount",
    "OpenOrdersOrPositions",
    "PermissionDenied",
    "RateLimitExceeded",
    "RateLimitTimeout",
    "RequestRefused",
    "ResultMismatch",
    "RuleViolation",
    "TransportError",
    "UnknownInstrument",
    "Violation",
    "WrongAccountMode",
    "WrongEnvironment",
]


def __getattr__(name: str) -> Any:
    """Load RedisLimiter when it is asked for: redis-py is an optional extra, so it is not in __all__ either."""
    if name != "RedisLimiter":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from leverset.limits.redis import RedisLimiter

    return RedisLimiter
