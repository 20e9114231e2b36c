"""Where the parties of the contract disagree, said so that the broken sentence of the document is named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import jsonschema_rs

from leverset.sandbox import Account
from tests.contract.parties import Parties, parties
from tests.contract.sentences import by_error, by_rule
from tests.contract.specs import Json
from tests.contract.values import bodies

SHOWN = 12
# What these levels of account may do stands in no sentence of the document: here the exchange alone knows.
UNSPOKEN = ("spot", "portfolio")

Verdicts = list[tuple[Json, tuple[str, ...]]]
"""Bodies, each with the names of the layer's rules that it breaks."""


@cache
def verdicts(exchange: str) -> Verdicts:
    """What the layer's stateless rules say of every body of the exhaustive product."""
    found = parties(exchange)
    return [(body, names(found, body)) for body in bodies(exchange)]


def names(found: Parties, body: Mapping[str, object], account: Account | None = None) -> tuple[str, ...]:
    return tuple(violation.rule for violation in found.violations(body, account))


def rules_against_schema(
    exchange: str, judged: Iterable[tuple[Json, tuple[str, ...]]], schema: jsonschema_rs.Draft202012Validator
) -> Iterator[str]:
    """Bodies that the rules and the schema judge differently."""
    for body, broken in judged:
        if schema.is_valid(body) != (not broken):
            if broken:
                sentences = " and ".join(by_rule(rule) for rule in broken)
                yield f"{sentences}: the schema accepts {shown(body)}"
            else:
                errors = list(schema.iter_errors(body))
                sentences = " and ".join(by_error(exchange, error) for error in errors)
                yield f"{sentences}: no rule refuses {shown(body)}"


def sandbox_against_schema(found: Parties, body: object, account: Account) -> Iterator[str]:
    """A body that the sandbox accepts and the schema does not, or that it refuses for no reason of the account's."""
    code = found.sandbox_code(body, account)
    accepted = found.schema_accepts(body)
    who = f"the sandbox ({account.name})"
    if code is None and not accepted and not found.sandbox_is_known_to_accept(body):
        sentences = " and ".join(by_error(found.name, error) for error in found.schema_errors(body))
        yield f"{sentences}: {who} accepts {shown(body)}"
    if code is not None and accepted and isinstance(body, dict) and not found.about_state(body, code):
        yield f"no sentence forbids {shown(body)}: {who} refuses it with {code}, {found.category(code)}"


def layer_against_sandbox(found: Parties, body: Json, account: Account, broken: tuple[str, ...]) -> Iterator[str]:
    """A body that the layer, knowing the account, and the sandbox judge differently."""
    code = found.sandbox_code(body, account)
    if broken and code is None:
        sentences = " and ".join(by_rule(rule) for rule in broken)
        yield f"{sentences}: the sandbox ({account.name}) accepts {shown(body)}"
    known = ("instrument", "leverage-range", *(["account-mode"] if account.modes.get("level") in UNSPOKEN else []))
    if not broken and code is not None and found.category(code) not in known:
        sentences = _about_accounts(found, body)
        yield f"{sentences}: no rule refuses {shown(body)} on {account.name}, the sandbox says {code}"


def _about_accounts(found: Parties, body: Json) -> str:
    """The sentences about the account that could be meant: those of the rules that some other account breaks."""
    broken = {rule for account in found.accounts for rule in names(found, body, account)}
    return " or ".join(by_rule(rule) for rule in sorted(broken)) or "a sentence that no rule holds"


def shown(body: object) -> str:
    return json.dumps(body, ensure_ascii=True)


def fail_on(messages: Iterable[str]) -> None:
    """AssertionError with the first messages and how many there are."""
    found = list(messages)
    more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    assert not found, f"{len(found)} disagreements:\n" + "\n".join(found[:SHOWN]) + more
