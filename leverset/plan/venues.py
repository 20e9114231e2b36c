"""What a plan has to know of each exchange: its fields, its rules, and what one of its rows sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import leverset_bitget.operations
import leverset_okx.operations
from attrs import frozen

from leverset._format import Violation
from leverset._protocols import Operation
from leverset._rules import Body, Rule, broken
from leverset.bitget import _rules as bitget
from leverset.bitget._account import BitgetAccount
from leverset.okx import _rules as okx
from leverset.okx._account import OkxAccount
from leverset.plan._model import Accounts

Scope = tuple[str, ...]
"""One leverage value that an exchange keeps."""


@frozen(kw_only=True)
class Venue:
    """One exchange. `leverage` is its field for the leverage, `targets` what a body sets in an account."""

    name: str
    fields: tuple[str, ...]
    leverage: str
    operation: Operation
    rules: tuple[Rule[Any], ...]
    targets: Callable[[Body, Any], tuple[Scope, ...]]

    def account(self, accounts: Accounts) -> OkxAccount | BitgetAccount | None:
        """What is known of the account here."""
        account: OkxAccount | BitgetAccount | None = getattr(accounts, self.name)
        return account

    def violations(self, body: Body, account: object) -> tuple[Violation, ...]:
        """Every rule that a body breaks."""
        return broken(self.rules, body, account, exchange=self.name, operation=self.operation)

    def described(self) -> list[tuple[str, str]]:
        """The rules by their names, each with its sentence."""
        said = []
        for rule in self.rules:
            sentence = (rule.__doc__ or "").partition("\n")[0].replace("`", "")
            said.append((f"{self.name}/{rule.__name__.replace('_', '-')}", sentence))
        return said

    def arguments(self, body: Body) -> dict[str, Any]:
        """The body as the arguments of the client's `set_leverage`."""
        return {argument(name): value for name, value in body.items()}


def argument(name: str) -> str:
    """A field of the document as the generator names an argument: `instId` is `inst_id`."""
    return re.sub(r"[A-Z]", lambda capital: "_" + capital[0].lower(), name)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _okx_targets(body: Body, _account: OkxAccount | None) -> tuple[Scope, ...]:
    """A currency, an underlying, a pair, or a contract's side; without a side both of them, and nothing if unreadable.

    Source: OKX API guide, Set leverage, the list of cases at its head.
    """
    mode, instrument, side = _text(body, "mgnMode"), _text(body, "instId").upper(), _text(body, "posSide")
    if not instrument:
        currency = _text(body, "ccy").upper()
        return ((mode, "currency", currency),) if mode and currency else ()
    kind = okx.kind(instrument)
    if kind in ("SWAP", "FUTURES") and mode == "cross":
        return ((mode, "underlying", "-".join(instrument.split("-")[:2])),)
    if kind in ("MARGIN", "OPTION") or mode == "cross":
        return ((mode, "instrument", instrument),)
    sides = (side,) if side in ("long", "short") else ("long", "short")
    return tuple((mode, "instrument", instrument, each) for each in sides)


def _bitget_targets(body: Body, account: BitgetAccount | None) -> tuple[Scope, ...]:
    """A symbol's side; without a side both, and where the account has one leverage for both, always both.

    Source: Bitget API, Change Leverage, `holdSide`.
    """
    symbol, product_type, side = _text(body, "symbol").upper(), _text(body, "productType"), _text(body, "holdSide")
    if not symbol or not product_type:
        return ()
    one_for_both = account is not None and (account.margin_mode == "crossed" or account.position_mode == "one_way_mode")
    sides = (side,) if side in ("long", "short") and not one_for_both else ("long", "short")
    return tuple((product_type, symbol, each) for each in sides)


VENUES: Mapping[str, Venue] = {
    "okx": Venue(
        name="okx",
        fields=okx.FIELDS,
        leverage="lever",
        operation=leverset_okx.operations.SET_LEVERAGE,
        rules=okx.RULES,
        targets=_okx_targets,
    ),
    "bitget": Venue(
        name="bitget",
        fields=bitget.FIELDS,
        leverage="leverage",
        operation=leverset_bitget.operations.SET_LEVERAGE,
        rules=bitget.RULES,
        targets=_bitget_targets,
    ),
}
