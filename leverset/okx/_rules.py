"""The rules of OKX's document across fields, one function per sentence; what leverages a request sets.

Source: OKX API guide, Set leverage. What depends on the account is checked where the caller said how it is set up.
Single fields are checked from the spec.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from leverset_okx.operations import SET_LEVERAGE

from leverset._format import Violation, because, short_repr
from leverset._rules import Body, Rules, typed_text
from leverset._suggest import plain_name
from leverset.errors import ExchangeError
from leverset.okx._names import candidates
from leverset.okx._types import OkxAccount

Kind = Literal["MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"]

# A coin may have a name in another script. A family may add how it is margined: USD_UM, USD_UM_XPERP.
_COIN, _PART = "[^-_.a-z]+", "[A-Z0-9]+"
_FAMILY = f"{_COIN}-{_PART}(?:_{_PART})*"
_DAY, _NUMBER = "[0-9]{6}", r"[0-9]+(?:\.[0-9]+)?"
_KINDS: dict[Kind, str] = {
    "MARGIN": f"{_COIN}-{_PART}",
    "SWAP": f"{_FAMILY}-SWAP",
    "FUTURES": f"{_FAMILY}-{_DAY}",
    "OPTION": f"{_FAMILY}-{_DAY}-{_NUMBER}-[CP]",
    "EVENTS": f"{_COIN}-{_PART}-{_PART}-{_DAY}-[0-9]{{4}}-{_NUMBER}",
}


def kind(instrument: object) -> Kind | None:
    """What an instrument is, by its name; None where the name's shape is not known here.

    Source: OKX API guide, Get instruments: `instType`, `instFamily` and the names that its examples have.
    """
    return _kind(instrument) if isinstance(instrument, str) else None


@lru_cache(maxsize=16_384)
def _kind(instrument: str) -> Kind | None:
    """Several rules ask it of each row of a plan, and again when rows are compared."""
    return next((name for name, shape in _KINDS.items() if re.fullmatch(shape, instrument)), None)


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
        why=f"ccy alone applies to multi-currency margin; the account is not in it, {because(account, account.level)}",
        fix="give instId instead of ccy",
    )


def side_needs_contract(body: Body, account: OkxAccount | None) -> Violation | None:
    """`posSide` applies to FUTURES and SWAP only; a name of unknown shape is left to the exchange.

    A name that is none, as with another dash in it, has that for its violation; what it is follows from what is meant.
    """
    if "posSide" not in body:
        return None
    instrument = body.get("instId", "")
    if instrument == "" and body.get("ccy", "") != "":
        why = "a currency has no position side; posSide applies to FUTURES and SWAP only"
    elif isinstance(instrument, str) and not instrument.isascii() and plain_name(instrument) != instrument:
        return None
    elif kind(instrument) in ("MARGIN", "OPTION", "EVENTS"):
        shown = short_repr(instrument).strip('"')
        why = f"{shown} is {kind(instrument)}; posSide applies to FUTURES and SWAP only"
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
        why=f"in long/short mode each side of an isolated contract has its own leverage; {_mode(account)}",
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
        why=f"the account holds one net position per instrument; {_mode(account)}",
        fix="leave posSide out, or give net",
    )


def _mode(account: OkxAccount) -> str:
    return f"this is its mode, {because(account, str(account.position_mode))}"


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
    {"instId": candidates},
)


def scopes(body: Body, account: OkxAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of a currency, an underlying, an instrument, or a contract's sides.

    Without a side both are set. A body that cannot be read sets nothing. Names are read as they would be typed, so
    that a blank does not hide what is the same.

    In cross margin the document has one leverage for all FUTURES and SWAP of an underlying, and the live page another
    one for each SWAP (`specs/CORRECTIONS.md`). So a SWAP sets its own and the underlying's, and FUTURES set theirs and
    the underlying's: two requests with different values contradict each other in the document's reading, and two with
    the same value are both needed in the live page's. An underlying is a family here: `BTC-USD_UM` has contracts of
    its own beside those of `BTC-USD`.

    Source: OKX API guide, Set leverage, the list of cases at its head.
    """
    mode, instrument = typed_text(body, "mgnMode").lower(), typed_text(body, "instId").upper()
    side = typed_text(body, "posSide").lower()
    if not instrument:
        currency = typed_text(body, "ccy").upper()
        return ((mode, "currency", currency),) if mode and currency else ()
    if kind(instrument) in ("SWAP", "FUTURES") and mode == "cross":
        family = "-".join(instrument.split("-")[:2])
        own = (mode, "instrument", instrument) if kind(instrument) == "SWAP" else (mode, "futures", family)
        return (own, (mode, "underlying", family))
    if kind(instrument) in ("MARGIN", "OPTION", "EVENTS") or mode == "cross":
        return ((mode, "instrument", instrument),)
    sides = (side,) if side in ("long", "short") else ("long", "short")
    return tuple((mode, "instrument", instrument, each) for each in sides)


_SIDE = (
    "in long/short mode give posSide long or short for isolated FUTURES and SWAP; in net mode, and in cross margin, "
    "leave it out or give net"
)
_KNOWN = (
    'account=OkxAccount(position_mode=...), or account="read", has it checked before anything is sent '
    "(in commands: --position-mode or --okx-position-mode)"
)


def advice(error: ExchangeError, _body: Body, account: OkxAccount | None) -> str:
    """Return what to do about a refusal; empty where the table of errors says all."""
    # The name of a field is no language: OKX says "Parameter posSide error" to everybody.
    if error.code != "51000" or "posside" not in error.message.casefold():
        return ""
    if account is None or account.position_mode is None:
        return f"{_SIDE}; {_KNOWN}"
    return (
        f"the account seems to be in the other mode, and posSide was checked for {account.position_mode}, "
        f"{because(account, account.position_mode)}: look at posMode in its configuration; {_SIDE}"
    )
