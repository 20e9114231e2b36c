"""The rules of OKX's document across fields, one function per sentence; what leverages a request sets.

Source: OKX API guide, Set leverage. What depends on the account is checked where the caller said how it is set up.
Single fields are checked from the spec.
"""

from __future__ import annotations

import re
from typing import Literal

from leverset_okx.operations import GET_INSTRUMENTS, GET_LEVERAGE, SET_LEVERAGE

from leverset._format import Violation
from leverset._rules import Body, FieldCheck, Rules
from leverset.okx._account import OkxAccount

_KINDS = {
    "MARGIN": re.compile(r"[A-Z0-9]+-[A-Z0-9]+"),
    "SWAP": re.compile(r"[A-Z0-9]+-[A-Z0-9]+-SWAP"),
    "FUTURES": re.compile(r"[A-Z0-9]+-[A-Z0-9]+-[0-9]{6}"),
    "OPTION": re.compile(r"[A-Z0-9]+-[A-Z0-9]+-[0-9]{6}-[0-9]+-[CP]"),
}


def kind(instrument: object) -> Literal["MARGIN", "SWAP", "FUTURES", "OPTION"] | None:
    """What an instrument is, by its name; None where the name's shape is not known here."""
    if isinstance(instrument, str):
        for name, shape in _KINDS.items():
            if shape.fullmatch(instrument):
                return name  # type: ignore[return-value] # the keys above
    return None


def _is_contract(body: Body) -> bool:
    return kind(body.get("instId")) in ("SWAP", "FUTURES")


def instrument_or_currency(body: Body, account: OkxAccount | None) -> Violation | None:
    """Either `instId` or `ccy` is required; an empty one counts as absent, and both are allowed."""
    if body.get("instId", "") != "" or body.get("ccy", "") != "":
        return None
    return Violation(
        rule="okx/instrument-or-currency",
        field="instId",
        value=body.get("instId"),
        summary="neither instId nor ccy is given",
        why="the exchange has to know for which instrument, or for which currency, the leverage is",
        fix="give instId, or in multi-currency margin ccy",
    )


def currency_is_cross(body: Body, account: OkxAccount | None) -> Violation | None:
    """With `ccy`, `mgnMode` can only be cross."""
    if body.get("ccy", "") == "" or body.get("mgnMode") in ("cross", None):
        return None
    return Violation(
        rule="okx/currency-is-cross",
        field="mgnMode",
        value=body["mgnMode"],
        summary="ccy goes with cross margin only",
        why="the leverage of a currency is one for all positions margined in it",
        fix="give mgnMode cross, or leave ccy out",
    )


def currency_needs_multi_currency(body: Body, account: OkxAccount | None) -> Violation | None:
    """`ccy` alone applies to multi-currency margin only (where the account's level is known)."""
    if account is None or account.level in (None, "multi_currency"):
        return None
    if body.get("ccy", "") == "" or body.get("instId", "") != "":
        return None
    return Violation(
        rule="okx/currency-needs-multi-currency",
        field="ccy",
        value=body["ccy"],
        summary="this account has no leverage per currency",
        why=f"ccy alone applies to multi-currency margin, and the account is {account.level}",
        fix="give instId instead of ccy",
    )


def side_needs_contract(body: Body, account: OkxAccount | None) -> Violation | None:
    """`posSide` applies to FUTURES and SWAP only; a name of unknown shape is left to the exchange."""
    if "posSide" not in body:
        return None
    instrument = body.get("instId", "")
    if instrument == "" and body.get("ccy", "") != "":
        why = "a currency has no position side; posSide applies to FUTURES and SWAP only"
    elif kind(instrument) in ("MARGIN", "OPTION"):
        why = f"{instrument} is {kind(instrument)}; posSide applies to FUTURES and SWAP only"
    else:
        return None
    return Violation(
        rule="okx/side-needs-contract",
        field="posSide",
        value=body["posSide"],
        summary="posSide is not accepted here",
        why=why,
        fix="leave posSide out",
    )


def cross_side_is_net(body: Body, account: OkxAccount | None) -> Violation | None:
    """In cross margin only net may be given."""
    if body.get("mgnMode") != "cross" or body.get("posSide") not in ("long", "short"):
        return None
    return Violation(
        rule="okx/cross-side-is-net",
        field="posSide",
        value=body["posSide"],
        summary="in cross margin there is one leverage for both sides",
        why="long and short can be told apart in isolated margin only",
        fix="leave posSide out, or give net",
    )


def hedge_isolated_needs_side(body: Body, account: OkxAccount | None) -> Violation | None:
    """Long/short mode and isolated on FUTURES or SWAP: `posSide` is required, long or short."""
    if account is None or account.position_mode != "long_short_mode" or body.get("mgnMode") != "isolated":
        return None
    if not _is_contract(body) or body.get("posSide", "net") != "net":
        return None  # a side is given, or what is no side at all: okx/position-side-known says so
    return Violation(
        rule="okx/hedge-isolated-needs-side",
        field="posSide",
        value=body.get("posSide"),
        summary="posSide has to be long or short here",
        why="in long/short mode each side of an isolated contract has its own leverage",
        fix="give posSide long or short, once for each side",
    )


def one_way_side_is_net(body: Body, account: OkxAccount | None) -> Violation | None:
    """In net mode only net may be given."""
    if account is None or account.position_mode != "net_mode" or body.get("posSide") not in ("long", "short"):
        return None
    return Violation(
        rule="okx/one-way-side-is-net",
        field="posSide",
        value=body["posSide"],
        summary="in net mode there is no long or short side",
        why="the account holds one net position per instrument",
        fix="leave posSide out, or give net",
    )


RULES = Rules(
    "okx",
    SET_LEVERAGE,
    (
        instrument_or_currency,
        currency_is_cross,
        currency_needs_multi_currency,
        side_needs_contract,
        cross_side_is_net,
        hedge_isolated_needs_side,
        one_way_side_is_net,
    ),
)


_NAMES = {field.name: FieldCheck(field) for field in SET_LEVERAGE.fields if field.name in ("instId", "ccy")}


def names_possible(body: Body, account: OkxAccount | None) -> Violation | None:
    """Each name in `instId` and `ccy` can be one."""
    for field, name_check in _NAMES.items():
        names = _text(body, field).split(",")
        for name in names:
            if name_check.accepts(name) and (name or len(names) == 1):
                continue
            rule, summary, why = name_check.explain(name)
            if not name:
                summary, why = f"{field} has an empty name in it", "several names have one comma between two"
            return Violation(
                rule=f"okx/{rule}", field=field, value=name, summary=summary, why=why, fix=name_check.fix(name)
            )
    return None


def one_kind_of_name(body: Body, account: OkxAccount | None) -> Violation | None:
    """Instruments or currencies are read, not both at once."""
    if body.get("instId", "") == "" or body.get("ccy", "") == "":
        return None
    return Violation(
        rule="okx/one-kind-of-name",
        field="ccy",
        value=body["ccy"],
        summary="instId and ccy are both given",
        why="the document does not say what is read then",
        fix="read instruments and currencies in two calls",
    )


READ_RULES = Rules(
    "okx", GET_LEVERAGE, (instrument_or_currency, currency_is_cross, one_kind_of_name, names_possible), "query"
)
LIMITS_RULES = Rules("okx", GET_INSTRUMENTS, (names_possible,), "query")


def scopes(body: Body, account: OkxAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of a currency, an underlying, an instrument, or a contract's sides.

    Without a side both are set. A body that cannot be read sets nothing.

    Source: OKX API guide, Set leverage, the list of cases at its head.
    """
    mode, instrument, side = _text(body, "mgnMode"), _text(body, "instId").upper(), _text(body, "posSide")
    if not instrument:
        currency = _text(body, "ccy").upper()
        return ((mode, "currency", currency),) if mode and currency else ()
    if kind(instrument) in ("SWAP", "FUTURES") and mode == "cross":
        return ((mode, "underlying", "-".join(instrument.split("-")[:2])),)
    if kind(instrument) in ("MARGIN", "OPTION") or mode == "cross":
        return ((mode, "instrument", instrument),)
    sides = (side,) if side in ("long", "short") else ("long", "short")
    return tuple((mode, "instrument", instrument, each) for each in sides)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
