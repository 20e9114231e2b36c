"""The examples in operations.py are accepted by all parties on their accounts."""

from __future__ import annotations

from typing import Any

import pytest

from leverset._protocols import Example
from tests.contract.parties import EXCHANGES, parties

EXAMPLES = [(exchange, example) for exchange in EXCHANGES for example in parties(exchange).operation.examples]


def test_both_exchanges_have_examples() -> None:
    assert {exchange for exchange, _ in EXAMPLES} == set(EXCHANGES)


@pytest.mark.parametrize(("exchange", "example"), EXAMPLES)
def test_example_is_accepted_on_its_account(exchange: str, example: Example) -> None:
    found = parties(exchange)
    body: dict[str, Any] = dict(example.body)
    assert found.schema_accepts(body)
    accounts = [
        one for one in found.accounts if all(one.modes[mode] == value for mode, value in example.account.items())
    ]
    assert len(accounts) == 1, "x-account has to name one account of the sandbox"
    assert found.violations(body, accounts[0]) == ()
    assert found.sandbox_code(body, accounts[0]) is None


def test_an_example_on_another_account_is_refused() -> None:
    """x-account matters: the example in multi-currency margin is refused by any account of another level."""
    found = parties("okx")
    [example] = [one for exchange, one in EXAMPLES if exchange == "okx" and "ccy" in one.body]
    others = [one for one in found.accounts if one.modes["level"] != example.account["level"]]
    assert others
    for account in others:
        assert found.violations(dict(example.body), account)
        assert found.sandbox_code(dict(example.body), account)
