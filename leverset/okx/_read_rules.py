"""The rules about what is read on OKX: names of instruments and currencies as for setting, several with commas between.

Source: OKX API guide, Get leverage, Get instruments.
"""

from __future__ import annotations

from attrs import evolve
from leverset_okx.operations import GET_INSTRUMENTS, GET_LEVERAGE, SET_LEVERAGE

from leverset._fields import FieldCheck
from leverset._format import Violation
from leverset._rules import Body, Rules
from leverset.okx._account import OkxAccount
from leverset.okx._names import candidates
from leverset.okx._rules import currency_is_cross, instrument_or_currency

_CANDIDATES = {"instId": candidates}
_NAMES = {
    field.name: FieldCheck(field, _CANDIDATES.get(field.name))
    for field in SET_LEVERAGE.fields
    if field.name in ("instId", "ccy")
}


def names_possible(body: Body, account: OkxAccount | None) -> Violation | None:
    """Each name in `instId` and `ccy` can be one."""
    for field, name_check in _NAMES.items():
        given = body.get(field)
        names = given.split(",") if isinstance(given, str) else []
        for name in names:
            if name_check.accepts(name) and (name or len(names) == 1):
                continue
            violation = name_check.violation("okx", name)
            if name:
                return violation
            return evolve(
                violation, summary=f"{field} has an empty name in it", why="several names have one comma between two"
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
    "okx", GET_LEVERAGE, (instrument_or_currency, currency_is_cross, one_kind_of_name, names_possible), location="query"
)
LIMITS_RULES = Rules("okx", GET_INSTRUMENTS, (names_possible,), location="query")
