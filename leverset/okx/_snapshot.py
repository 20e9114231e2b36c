"""What holds on OKX, as the requests that set it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, get_args

from leverset_okx.models import SetLeverageRequestMgnMode

from leverset._format import Violation
from leverset._held import Held
from leverset._read_back import Read
from leverset._snapshot import Questions
from leverset.errors import LeversetError
from leverset.okx._listing import TYPES, OkxListing
from leverset.okx._reads import READ_RULES, OkxReads
from leverset.okx._rules import RULES, kind
from leverset.okx._types import OkxAccount

_MODES = tuple(sorted(get_args(SetLeverageRequestMgnMode)))
_LISTING, _READS = OkxListing(), OkxReads()


class OkxSnapshot:
    """Asks in both margin modes where none is named."""

    names = ("instId", "ccy")
    completes = "Without a margin mode both are written down."

    def violations(self, fields: Mapping[str, str]) -> tuple[Violation, ...]:
        """Check each name by itself."""
        mode = {"mgnMode": fields["mgnMode"]} if "mgnMode" in fields else {}
        found: dict[tuple[object, ...], Violation] = {}
        for field, usual in (("instId", "isolated"), ("ccy", "cross")):
            for name in _names(fields, field):
                violations = READ_RULES.violations({"mgnMode": usual, **mode, field: name}, None)
                found |= {(each.rule, each.field, each.value): each for each in violations}
        return tuple(found.values())

    def questions(self, fields: Mapping[str, str]) -> Generator[Read, Any, Questions]:
        """Read the account, and without a name the lists of instruments."""
        account: OkxAccount = _found((yield _READS.account({})))
        instruments, currencies = _names(fields, "instId"), _names(fields, "ccy")
        if not instruments and not currencies:
            for type_ in TYPES:
                listed = _found((yield _LISTING.read(type_)))
                instruments += sorted(each.name for each in listed.values() if each.is_live)
        modes = (fields["mgnMode"],) if "mgnMode" in fields else _MODES
        bodies = [{"instId": name, "mgnMode": mode} for name in instruments for mode in modes]
        bodies += [{"ccy": name, "mgnMode": "cross"} for name in currencies]
        why = [_why_not(body, account) for body in bodies]
        return Questions(
            bodies=tuple(body for body, reason in zip(bodies, why, strict=True) if not reason),
            account=account,
            left_out=tuple(
                (" ".join(body.values()), reason) for body, reason in zip(bodies, why, strict=True) if reason
            ),
        )

    def requests(self, body: Mapping[str, str], held: Held) -> tuple[tuple[Mapping[str, str], ...], str]:
        """Return one request for each side of an isolated contract in long/short mode, else one."""
        levers = {each.pos_side: f"{each.lever:f}" for each in held.leverages}
        if body["mgnMode"] == "isolated" and not levers.keys().isdisjoint(("long", "short")):
            sides = [side for side in ("long", "short") if side in levers]
            missing = (
                "" if sides[1:] else f"OKX names no leverage of its side {'long' if sides == ['short'] else 'short'}"
            )
            return tuple(_with(body, levers[side], {"posSide": side}) for side in sides), missing
        values = sorted(set(levers.values()))
        if len(values) == 1:
            return (_with(body, values[0]),), ""
        return (), f"it has one leverage, and OKX names {' and '.join(values) or 'none'}"

    def account(self, account: OkxAccount, held: tuple[Held, ...]) -> OkxAccount:  # noqa: ARG002 - it is one for all
        """Return the account, without the user: a plan may be for several."""
        return OkxAccount(position_mode=account.position_mode, level=account.level, source=account.source)


def _names(fields: Mapping[str, str], field: str) -> list[str]:
    return list(dict.fromkeys(fields[field].split(","))) if field in fields else []


def _found(found: Any) -> Any:
    if isinstance(found, LeversetError):
        raise found
    return found


def _why_not(body: Mapping[str, str], account: OkxAccount) -> str:
    """Why an account cannot set the leverage of something; empty where it can."""
    if kind(body.get("instId")) in ("OPTION", "EVENTS"):
        return "options and events have no leverage"
    # Which side is meant is not known before it is read.
    broken = [each for each in RULES.violations({**body, "lever": "1"}, account) if each.field != "posSide"]
    unfit = _LISTING.unfit(body, account)
    return broken[0].summary if broken else unfit.summary if unfit else ""


def _with(body: Mapping[str, str], lever: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The request in the order of the document's fields."""
    first, *rest = body.items()
    return dict([first, ("lever", lever), *rest, *(more or {}).items()])
