"""What users import is a promise: a name that comes, goes or moves is a decision, not an accident."""

import inspect
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

import leverset

NAMES = [
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

LITERALS = {
    "BitgetMarginMode",
    "BitgetPositionMode",
    "BitgetRegion",
    "Confirmed",
    "HoldSide",
    "MarginMode",
    "OkxLevel",
    "OkxPositionMode",
    "OkxRegion",
    "Outcome",
    "PositionSide",
    "ProductType",
    "ReadBackMode",
}

ARGUMENTS = [
    "credentials",
    "demo",
    "region",
    "base_url",
    "account",
    "read_back",
    "limiter",
    "rate_limits",
    "timeout",
    "deadline",
    "max_wait",
    "retries",
    "proxy",
    "transport",
]


def test_the_names_are_these() -> None:
    assert leverset.__all__ == NAMES
    not_classes = {name for name in NAMES if not inspect.isclass(getattr(leverset, name))}
    assert not_classes == LITERALS
    assert {get_origin(getattr(leverset, name)) for name in LITERALS} == {Literal}


def test_public_names_are_listed_and_no_others() -> None:
    assert dir(leverset) == NAMES


def test_the_limiter_on_redis_is_loaded_when_it_is_asked_for() -> None:
    from leverset import RedisLimiter

    assert RedisLimiter.__module__ == "leverset.limits.redis"
    assert inspect.getdoc(RedisLimiter)
    with pytest.raises(AttributeError, match="module 'leverset' has no attribute 'Redis'"):
        leverset.Redis  # noqa: B018 - the point


def test_every_public_class_says_what_it_is() -> None:
    assert not [name for name in NAMES if name not in LITERALS and not inspect.getdoc(getattr(leverset, name))]


@pytest.mark.parametrize("kind", [leverset.OkxLeverage, leverset.BitgetLeverage, leverset.Attempt, leverset.RateLimit])
def test_whatever_a_result_or_an_error_holds_is_a_public_name(kind: Any) -> None:
    public = {getattr(leverset, name) for name in NAMES} | {str, int, float, Decimal, NoneType}
    public |= {Mapping[str, Any], Literal["user", "ip"]}
    for hint in get_type_hints(kind).values():
        assert hint in public or set(get_args(hint)) <= public, hint


def test_every_client_takes_the_same_arguments() -> None:
    for make in (leverset.Okx, leverset.AsyncOkx, leverset.Bitget, leverset.AsyncBitget):
        arguments = inspect.signature(make).parameters
        assert list(arguments) == ARGUMENTS
        assert {a.kind for name, a in arguments.items() if name != "credentials"} == {inspect.Parameter.KEYWORD_ONLY}
        assert [name for name, a in arguments.items() if a.default is a.empty] == ["credentials"]


def loaded(*modules: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after importing these."""
    code = f"import sys, {', '.join(modules)}; print(*{{module.split('.')[0] for module in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.split())


def test_the_runtime_core_imports_attrs_httpx_and_h11_only() -> None:
    # httpx imports more of what is installed than it needs (its own command line): that is the yardstick.
    # certifi is its own too; it imports that when it first makes a TLS context.
    core = loaded("leverset.okx", "leverset.bitget")
    assert {"attrs", "h11", "httpx", "leverset"} <= core
    ours = {"leverset", "leverset_okx", "leverset_bitget"}
    assert core - loaded("attrs", "httpx", "h11", "certifi") - sys.stdlib_module_names - ours == set()
    assert not core & {"redis", "typer", "starlette", "uvicorn", "yaml", "ruamel", "openapi_python_client"}


def test_a_client_loads_nothing_of_other_rooms() -> None:
    code = "from leverset import Credentials, Okx; Okx(Credentials('k', 's', 'p')); import sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    ours = {name for name in run.stdout.split() if name.startswith("leverset")}
    others = (
        "plan",
        "cli",
        "sandbox",
        "testing",
        "bitget",
        "limits.redis",
        "limits._shared",
        "limits._sqlite",
        "_registry",
    )
    assert "leverset.okx._client" in ours
    assert not [name for name in ours if name.startswith(tuple(f"leverset.{room}" for room in others))]
    assert not [name for name in ours if name.startswith("leverset_bitget")]
