"""The three parties of the contract about one request body: the spec, the layer's rules, the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
import leverset_bitget.operations
import leverset_okx.operations

from leverset._format import Violation
from leverset._rules import Rules
from leverset.bitget import _rules as bitget
from leverset.bitget._types import BitgetAccount
from leverset.okx import _rules as okx
from leverset.okx._types import OkxAccount
from leverset.sandbox import Account
from leverset.sandbox._exchange import Exchange, Market
from leverset.sandbox._leverage import Book
from leverset.sandbox._messages import Refused, Request
from leverset.sandbox._registry import EXCHANGES as SANDBOX_EXCHANGES
from tests.contract.specs import Endpoint, Json, endpoints

EXCHANGES = ("okx", "bitget")
# What an exchange knows and the spec cannot: how the account is set up, what is listed, how high it may be levered.
STATE = {"account-mode", "instrument", "leverage-range", "margin", "orders", "unchanged"}
# What the spec and the rules refuse and the sandbox accepts, by the summary of the violation, with the reason.
SANDBOX_ACCEPTS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "ccy has a blank, or a control or invisible character",
            "ccy has a dash that is not the hyphen of the keyboard",
            "ccy has a letter, digit or sign in another form than the keyboard's",
            "ccy has a quotation mark",
        ),
        "beside instId the sandbox passes over whatever ccy holds",
    ),
}


@dataclass(frozen=True)
class Parties:
    """Spec, layer and sandbox of one exchange; each says of a body whether it is right."""

    name: str
    endpoint: Endpoint
    rules: Rules[Any]
    operation: Any
    sandbox: Exchange
    accounts: tuple[Account, ...]
    layer_account: Callable[[Account], Any]

    def schema_errors(self, body: object) -> Iterator[jsonschema_rs.ValidationError]:
        """What the spec's schema says against the body."""
        return self.endpoint.request.iter_errors(body)

    def schema_accepts(self, body: object) -> bool:
        return self.endpoint.request.is_valid(body)

    def violations(self, body: Mapping[str, object], account: Account | None = None) -> tuple[Violation, ...]:
        """The layer's rules that the body breaks, those about the account only where one is given."""
        known = None if account is None else self.layer_account(account)
        return self.rules.violations(body, known)

    def sandbox_is_known_to_accept(self, body: object) -> bool:
        """Whether all that the rules have against the body is in SANDBOX_ACCEPTS."""
        found = self.violations(body) if isinstance(body, dict) else ()
        return bool(found) and all(violation.summary in SANDBOX_ACCEPTS for violation in found)

    def sandbox_code(self, body: object, account: Account | None = None) -> str | None:
        """The code with which the strict sandbox refuses the body; None where it accepts it."""
        return self.sandbox_code_of_bytes(json.dumps(body).encode(), account)

    def sandbox_code_of_bytes(self, raw: bytes, account: Account | None = None) -> str | None:
        path = self.endpoint.path
        request = Request("POST", path, path, [("content-type", "application/json")], raw)
        try:
            self.sandbox.requested_change(request, account or self.accounts[0], Book(), Market())
        except Refused as refused:
            return refused.code
        return None

    def category(self, code: str) -> str:
        """The category of a code by the spec's table of errors."""
        return str(self.endpoint.errors.get(code, {}).get("category", f"not in the table: {code}"))

    def about_state(self, body: Json, code: str) -> bool:
        """Whether a refusal is about the account or what is listed: by its category, or because another account passes.

        Some codes serve for both ("a parameter is missing" where one is required in one mode only), so a code of the
        request's own category is about the account where an account set up otherwise does not get it.
        """
        if self.category(code) in STATE:
            return True
        others = [self.sandbox_code(body, account) for account in self.accounts]
        return any(other is None or self.category(other) in STATE for other in others)


def _okx_account(account: Account) -> OkxAccount:
    return OkxAccount(**account.modes)  # type: ignore[arg-type] # checked by it


def _bitget_account(account: Account) -> BitgetAccount:
    return BitgetAccount(**account.modes)  # type: ignore[arg-type] # likewise


@cache
def parties(exchange: str) -> Parties:
    """The parties of one exchange; made once, nothing of them changes."""
    sandbox = SANDBOX_EXCHANGES[exchange]
    accounts = tuple(sandbox.open_accounts({}))
    [endpoint] = [one for one in endpoints(exchange) if one.name == "set_leverage"]
    if exchange == "okx":
        operation = leverset_okx.operations.SET_LEVERAGE
        return Parties(exchange, endpoint, okx.RULES, operation, sandbox, accounts, _okx_account)
    return Parties(
        exchange,
        endpoint,
        bitget.RULES,
        leverset_bitget.operations.SET_LEVERAGE,
        sandbox,
        accounts,
        _bitget_account,
    )
