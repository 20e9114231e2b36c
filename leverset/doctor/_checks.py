"""The checks of one exchange, each from what was read: no waiting, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from attrs import field, frozen

from leverset._config import ClientConfig
from leverset._diagnosis import AccountFacts
from leverset._protocols import Operation
from leverset.errors import (
    AuthenticationFailed,
    ClockSkew,
    LeversetError,
    LimiterUnavailable,
    PermissionDenied,
    RequestRefused,
    UnknownInstrument,
    WrongAccountMode,
    WrongEnvironment,
)

CheckStatus = Literal["ok", "hint", "failed", "unknown"]

_SHARE = (
    "share it where other processes set leverage on this account: leave out --no-shared-limit, or give limiter= a "
    "SQLiteLimiter or a RedisLimiter"
)
NAMES = ("reachable", "clock", "environment", "key", "addresses", "permission", "account", "limit")
"""The names of the checks, in their order."""

_TOLERATED = 0.2
"""A clock that is off by more than this part of what the exchange tolerates is worth a hint."""

_PLACES: tuple[tuple[type[LeversetError], str], ...] = (
    (LimiterUnavailable, "limit"),
    (ClockSkew, "clock"),
    (WrongEnvironment, "environment"),
    (AuthenticationFailed, "key"),
    (PermissionDenied, "permission"),
    (WrongAccountMode, "account"),
    (RequestRefused, "account"),
    (UnknownInstrument, "account"),
)


@frozen(kw_only=True)
class Check:
    """Holds the result of one check.

    Attributes:
        name: One of `NAMES`; an account may have several hints.
        status: `ok`; `hint`, where a leverage can be set and something is worth a look; `failed`, where it would keep a
            leverage from being set; or `unknown`, where nothing tells.
        summary: What was found.
        fix: What to do; empty where there is nothing to do.
        error: The error that it failed with; None where there was none.
        facts: What was found, as values for programs.
    """

    name: str
    status: CheckStatus
    summary: str
    fix: str = ""
    error: LeversetError | None = field(default=None, repr=lambda error: error.reference if error else "None")
    facts: Mapping[str, object] = field(factory=dict)

    def describe(self) -> dict[str, object]:
        """Return the check as an object for JSON."""
        return {
            "name": self.name,
            "status": self.status,
            "summary": self.summary,
            "fix": self.fix or None,
            "error": None if self.error is None else self.error.describe(),
            "facts": dict(self.facts),
        }


def failure(name: str, error: LeversetError) -> Check:
    """Return the check that failed with an error."""
    why = f"; {error.why}" if error.why else ""
    return Check(name=name, status="failed", summary=f"{error.summary}{why}", fix=error.fix, error=error)


def place_of(error: LeversetError) -> str:
    """Return the name of the check that an error of the signed read is about."""
    name = next((name for kind, name in _PLACES if isinstance(error, kind)), "key")
    # The specs name refusals for an IP address so, on every exchange.
    return "addresses" if name == "permission" and "Address" in getattr(error, "name", "") else name


def reachable(config: ClientConfig, seconds: float) -> Check:
    """Return that the exchange has answered, after so many seconds."""
    return Check(
        name="reachable",
        status="ok",
        summary=f"{config.host} answered in {seconds * 1000:.0f} ms",
        facts={"host": config.host, "seconds": round(seconds, 3)},
    )


def clock(milliseconds: Decimal | None, sent: float, received: float, tolerance: float) -> Check:
    """Compare the exchange's clock with this machine's.

    Args:
        milliseconds: The exchange's clock in milliseconds since 1970; None where it said none.
        sent: This machine's clock when the request was made, in seconds since 1970.
        received: This machine's clock when the response was there.
        tolerance: By how many seconds a timestamp may be off.
    """
    if milliseconds is None:
        return Check(name="clock", status="unknown", summary="the response names no time")
    offset = float(milliseconds) / 1000 - (sent + received) / 2
    off = max(0.0, abs(offset) - (received - sent) / 2)  # as far as it is certain
    summary = f"this machine's clock is {abs(offset):.1f} s {'behind' if offset > 0 else 'ahead of'} the exchange's"
    status: CheckStatus = "failed" if off > tolerance else "hint" if off > tolerance * _TOLERATED else "ok"
    return Check(
        name="clock",
        status=status,
        summary=f"{summary}, and may be {tolerance:g} s off",
        fix="" if status == "ok" else "set this machine's clock, and keep it so with NTP",
        facts={"offset_seconds": round(offset, 3), "tolerance_seconds": tolerance},
    )


def environment(config: ClientConfig) -> Check:
    """Return where the key was accepted."""
    region = next((name for name, address in config.exchange.servers.items() if address == config.base_url), None)
    where = f"{config.base_url}{f', region {region}' if region is not None else ''}"
    return Check(
        name="environment",
        status="ok",
        summary=f"{config.environment} at {where}",
        facts={"environment": config.environment, "address": config.base_url, "region": region},
    )


def of_account(facts: AccountFacts, fields: Mapping[str, Any]) -> Iterator[Check]:
    """Yield the checks of key and account from what the exchange says about them."""
    yield Check(name="key", status="ok", summary="key, secret and passphrase are accepted")
    yield _addresses(facts.addresses)
    yield _permission(facts)
    subject = " ".join(str(value) for value in fields.values())
    known = [f"user {facts.uid}"] if facts.uid is not None else []
    known += [f"{name.replace('_', ' ')} {mode}" for name, mode in facts.modes.items()]
    about = f" for {subject}" if subject else ""
    yield Check(
        name="account",
        status="ok" if known else "unknown",
        summary=f"{', '.join(known)}{about}" if known else f"the response names no mode{about}",
        facts={"uid": facts.uid, "modes": dict(facts.modes), **({"for": dict(fields)} if fields else {})},
    )
    for hint, fix in facts.hints:
        yield Check(name="account", status="hint", summary=hint, fix=fix)


def _addresses(addresses: tuple[str, ...] | None) -> Check:
    facts = {"addresses": None if addresses is None else list(addresses)}
    if addresses is None:
        return Check(
            name="addresses",
            status="unknown",
            summary="this machine's address is accepted; the exchange does not say which others are",
            fix="see at its website that the API key is bound to the addresses that use it",
            facts=facts,
        )
    if not addresses:
        return Check(
            name="addresses",
            status="hint",
            summary="the API key may be used from every IP address",
            fix="bind the API key to the addresses that use it",
            facts=facts,
        )
    summary = f"the API key is bound to {', '.join(addresses)}, and used from one of them"
    return Check(name="addresses", status="ok", summary=summary, facts=facts)


def _permission(facts: AccountFacts) -> Check:
    values = {
        "permissions": None if facts.permissions is None else list(facts.permissions),
        "may_set": facts.may_set,
    }
    if facts.may_set is None:
        return Check(
            name="permission",
            status="unknown",
            summary="the API key may read; the exchange does not say whether it may trade",
            fix="see at its website that the API key has the permission to trade",
            facts=values,
        )
    listed = ", ".join(facts.permissions or ())
    if not facts.may_set:
        return Check(
            name="permission",
            status="failed",
            summary=f"the API key has only {listed}, and a leverage needs the permission to trade",
            fix="give the API key the permission to trade, or use another key",
            facts=values,
        )
    return Check(name="permission", status="ok", summary=f"the API key has {listed}", facts=values)


def limit(config: ClientConfig, operation: Operation, uid: str | None, shared: str | None) -> Check:
    """Return who is counted by the limit of setting a leverage, and who shares its limiter.

    Args:
        config: The client's.
        operation: The one that sets a leverage.
        uid: The user id that the exchange counts; None where it does not say.
        shared: Who shares the limiter; None where this process has one of its own.
    """
    key, rate, published = config.key(operation, uid), config.rate(operation), operation.published_rate_limit
    source, more = "given", ""
    if rate is operation.rate_limit:
        source = "documented"
        if published is not None:
            figures = f"{published.requests} in {published.seconds:g} s"
            more = f"; with --limits published {figures}, as the exchange says now (seen {published.seen})"
    elif rate is published:
        source = f"published (seen {published.seen})"
    reach = f"shared with {shared}" if shared else "kept by this process alone"
    return Check(
        name="limit",
        status="ok" if shared else "hint",
        summary=f"{rate.requests} in {rate.seconds:g} s as {source}, counted for {key}, {reach}{more}",
        fix="" if shared else _SHARE,
        facts={
            "key": key,
            "requests": rate.requests,
            "seconds": rate.seconds,
            "source": source.partition(" ")[0],
            "shared_with": shared,
        },
    )
