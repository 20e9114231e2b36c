"""Layer and sandbox agree on what an account of every set-up may ask for."""

from __future__ import annotations

from itertools import product
from typing import get_args, get_type_hints

import pytest

from leverset.sandbox._registry import EXCHANGES as SANDBOX_EXCHANGES
from tests.contract.agreement import fail_on, layer_against_sandbox, names, verdicts
from tests.contract.parties import EXCHANGES, parties
from tests.contract.sentences import rows
from tests.contract.specs import Json, load


@pytest.fixture(params=EXCHANGES, scope="module")
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def passing(exchange: str) -> list[Json]:
    """Every body that breaks no rule as long as the account is not known."""
    return [body for body, rules in verdicts(exchange) if not rules]


def test_every_account_mode_is_covered(exchange: str) -> None:
    wanted = {"/".join(combination) for combination in product(*SANDBOX_EXCHANGES[exchange].modes.values())}
    assert {account.name for account in parties(exchange).accounts} == wanted


def test_account_modes_of_spec_layer_and_sandbox_are_the_same(exchange: str) -> None:
    found = parties(exchange)
    modes = {mode: set(values) for mode, values in load(exchange)["x-account-modes"].items()}
    hints = get_type_hints(type(found.layer_account(found.accounts[0])))
    assert modes == {mode: set(get_args(get_args(hint)[0])) for mode, hint in hints.items() if mode in modes}
    assert hints.keys() == {*modes, "uid", "source"}
    assert modes == {mode: set(values) for mode, values in SANDBOX_EXCHANGES[exchange].modes.items()}


def test_layer_and_sandbox_agree_on_every_account(exchange: str) -> None:
    found = parties(exchange)
    fail_on(
        message
        for account in found.accounts
        for body in passing(exchange)
        for message in layer_against_sandbox(found, body, account, names(found, body, account))
    )


def test_sandbox_refusals_beyond_the_rules_have_known_categories(exchange: str) -> None:
    """Where the layer lets something through and the sandbox does not, the code says what about the account it is."""
    found = parties(exchange)
    seen = set()
    for account in found.accounts:
        for body in passing(exchange):
            code = found.sandbox_code(body, account)
            if code is not None and not names(found, body, account):
                seen.add(found.category(code))
    assert (
        seen
        == {"okx": {"instrument", "account-mode", "leverage-range"}, "bitget": {"instrument", "leverage-range"}}[
            exchange
        ]
    )


def test_dropped_account_rule_is_named(exchange: str) -> None:
    found = parties(exchange)
    stateless = {rule for _, rules in verdicts(exchange) for rule in rules}
    about_account = {
        rule for account in found.accounts for body in passing(exchange) for rule in names(found, body, account)
    } - stateless
    assert len(about_account) == {"okx": 3, "bitget": 1}[exchange]
    for rule in about_account:
        messages = [
            message
            for account in found.accounts
            for body in passing(exchange)
            for message in layer_against_sandbox(
                found, body, account, tuple(name for name in names(found, body, account) if name != rule)
            )
        ]
        held_by = [row.sentence for row in rows() if rule in row.rules]
        assert held_by, f"{rule} holds no sentence"
        for sentence in held_by:
            assert any(sentence in message for message in messages), f"{rule} is missed, {sentence} is not named"


def test_unknown_account_modes_are_not_checked(exchange: str) -> None:
    found = parties(exchange)
    unknown = type(found.layer_account(found.accounts[0]))()
    for body in passing(exchange):
        assert not found.rules.violations(body, unknown)
