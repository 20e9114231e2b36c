"""Read what a diagnosis needs from an exchange, and turn it into checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leverset._client import SyncClient
from leverset._diagnosis import AccountFacts, Diagnosis
from leverset._registry import EXCHANGES
from leverset._rules import check as check_rules
from leverset.doctor import _checks
from leverset.doctor._checks import NAMES, Check
from leverset.errors import LeversetError, LimiterUnavailable, misconfigured

Client = SyncClient[Any, Any, Any, Any]


def examine(
    client: Client, fields: Mapping[str, Any] | None = None, *, shared_with: str | None = None
) -> Iterator[Check]:
    """Find out what would keep a leverage from being set. Nothing is changed: two requests read.

    Args:
        client: The client that would set it.
        fields: What the account is asked for, in the document's field names; on Bitget `symbol`, `productType` and
            `marginCoin`. Default: None, the document's example.
        shared_with: Who shares the client's limiter, in a few words. Default: None, this process has one of its own.

    Yields:
        The checks, in the order of `NAMES`, as soon as they are known. Where one fails, those that depend on it are
        `unknown`.

    Raises:
        ConfigurationError: The exchange's API does not tell.
        RuleViolation: The fields break rules.
    """
    registered = EXCHANGES[client.exchange.name]
    diagnosis = registered.diagnosis
    if diagnosis is None:
        raise misconfigured(f"{registered.title} has nothing to examine", "examine a client of another exchange")
    given = {**example_fields(diagnosis), **(fields or {})}
    if diagnosis.rules is not None:
        check_rules(diagnosis.rules.violations(given, None), dict)
    return _checks_of(client, diagnosis, given, shared_with)


def example_fields(diagnosis: Diagnosis) -> dict[str, str]:
    """Return the document's example of what an account is asked for."""
    return {field.name: field.examples[0] for field in diagnosis.operation.fields if field.required}


def _checks_of(client: Client, diagnosis: Diagnosis, fields: Mapping[str, Any], shared: str | None) -> Iterator[Check]:
    config = client.config
    # A client that was given a user id counts for it, whatever the exchange says.
    given = getattr(client.account, "uid", None)
    limit = (_checks.limit(config, client.operation, given, shared),)
    try:
        began, sent = config.monotonic(), config.wall_ms() / 1000
        now = _read(client, diagnosis.time)
        seconds, received = config.monotonic() - began, config.wall_ms() / 1000
    except LeversetError as error:
        name = "limit" if isinstance(error, LimiterUnavailable) else "reachable"
        yield from _with_failure(NAMES, _checks.failure(name, error), *limit)
        return
    yield _checks.reachable(config, seconds)
    clock = _checks.clock(now, sent, received, diagnosis.tolerance)
    try:
        facts: AccountFacts = _read(client, diagnosis.account(fields))
    except LeversetError as error:
        failed = _checks.failure(_checks.place_of(error), error)
        if failed.name != "clock":
            yield clock
        yield from _with_failure(NAMES[1 if failed.name == "clock" else 2 :], failed, *limit)
        return
    yield clock
    yield _checks.environment(config)
    yield from _checks.of_account(facts, fields)
    yield _checks.limit(config, client.operation, given or facts.uid, shared)


def _read(client: Client, read: Any) -> Any:
    return read.extract(client.call(read.module, **read.arguments))


def _with_failure(names: tuple[str, ...], failed: Check, *known: Check) -> Iterator[Check]:
    """Yield a check for each name: the failed one, what is known without it, and for the others that nothing tells."""
    found = {each.name: each for each in (*known, failed)}
    for name in names:
        unknown = Check(name=name, status="unknown", summary=f"not known, because {failed.name} failed")
        yield found.get(name, unknown)
