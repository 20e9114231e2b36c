"""The requests that read on OKX, the rules about them, and what they say.

Names of instruments and currencies are as for setting, several with commas between.

Source: OKX API guide, Get leverage, Get account configuration, Get instruments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from attrs import evolve
from leverset_okx.api.account import get_account_config, get_leverage
from leverset_okx.api.public import get_instruments
from leverset_okx.models import AccountConfig, Instrument, LeverageEntry, SetLeverageRequestPosSide
from leverset_okx.operations import GET_ACCOUNT_CONFIG, GET_INSTRUMENTS, GET_LEVERAGE

from leverset._format import Violation
from leverset._read_back import Batch, Read
from leverset._reading import InstrumentLimits
from leverset._rules import Body, Rules
from leverset._verify import decimal, filled, same_text
from leverset.okx._rules import RULES, currency_is_cross, instrument_or_currency, kind
from leverset.okx._types import OkxAccount, OkxLevel, OkxLeverage, OkxPositionMode

MOST_IDS = 20
"""So many instruments or currencies go into one request."""

_LEVELS: Mapping[str | None, OkxLevel] = {"1": "spot", "2": "single_currency", "3": "multi_currency", "4": "portfolio"}


def entries(response: Any, model: type) -> list[Any]:
    """The entries of a response. The generated parser passes what it cannot read through as it is."""
    data = response.data if isinstance(response.data, list) else []
    return [entry for entry in data if isinstance(entry, model)]


def limits_of(entry: Instrument) -> InstrumentLimits:
    """What an instrument allows; OKX names no lowest leverage."""
    return InstrumentLimits(minimum=None, maximum=decimal(filled(entry.lever)), state=filled(entry.state))


_NAMES = {name: RULES.checks[name] for name in ("instId", "ccy")}


def names_possible(body: Body, _account: OkxAccount | None) -> Violation | None:
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


def one_kind_of_name(body: Body, _account: OkxAccount | None) -> Violation | None:
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
    "okx",
    GET_LEVERAGE,
    (instrument_or_currency, currency_is_cross, one_kind_of_name, names_possible),
    location="query",
)
LIMITS_RULES = Rules("okx", GET_INSTRUMENTS, (names_possible,), location="query")


class OkxReads:
    """The requests that read, by the body of the request that sets."""

    rules, limits_rules = READ_RULES, LIMITS_RULES

    def leverage(self, body: Mapping[str, Any]) -> Read:
        """Read the leverages of a margin mode for an instrument or currency, or for several with commas between."""
        instrument = body.get("instId")
        asked = {"inst_id": instrument} if instrument else {"ccy": body["ccy"]}
        arguments = {"mgn_mode": body["mgnMode"], **asked}
        return Read(GET_LEVERAGE, get_leverage, arguments, lambda response: self._leverages(body, response))

    def batches(self, bodies: Mapping[int, Mapping[str, Any]], *, single: bool = False) -> list[Batch]:
        """Read up to 20 instruments or currencies at once: of one margin mode and of one kind of instrument."""
        groups: dict[tuple[str, ...], dict[str, list[int]]] = {}
        for number, body in bodies.items():
            field = "instId" if body.get("instId") else "ccy"
            group = groups.setdefault((field, body["mgnMode"], str(kind(body.get("instId")))), {})
            group.setdefault(body[field].upper(), []).append(number)
        most = 1 if single else MOST_IDS
        return [
            Batch(
                self.leverage({"mgnMode": mode, field: ",".join(names)}),
                tuple(number for name in names for number in group[name]),
                several=len(names) > 1,
            )
            for (field, mode, _), group in groups.items()
            for names in (list(group)[start : start + most] for start in range(0, len(group), most))
        ]

    def _leverages(self, body: Mapping[str, Any], response: Any) -> tuple[OkxLeverage, ...]:
        found = []
        for entry in entries(response, LeverageEntry):
            lever, side = decimal(filled(entry.lever)), filled(entry.pos_side)
            # An entry that says which margin mode it is of and means another one is no answer to what was asked.
            if lever is not None and same_text(filled(entry.mgn_mode) or body["mgnMode"], body["mgnMode"]):
                found.append(
                    OkxLeverage(
                        lever=lever,
                        mgn_mode=body["mgnMode"],
                        inst_id=filled(entry.inst_id),
                        ccy=filled(entry.ccy),
                        pos_side=side if side in get_args(SetLeverageRequestPosSide) else None,  # type: ignore[arg-type] # one of them
                        confirmed="response",
                        raw=entry.to_dict(),
                    )
                )
        return tuple(found)

    def matching(self, body: Mapping[str, Any], found: tuple[OkxLeverage, ...]) -> tuple[OkxLeverage, ...]:
        """Return those of the body's instrument or currency, and of its side where it has one and they have two."""
        if instrument := body.get("instId"):
            found = tuple(each for each in found if same_text(each.inst_id, instrument))
        else:
            found = tuple(each for each in found if same_text(each.ccy, body["ccy"]))
        side = body.get("posSide") if body["mgnMode"] == "isolated" else None
        return tuple(each for each in found if side not in ("long", "short") or each.pos_side == side)

    def confirmed(self, body: Mapping[str, Any], found: tuple[OkxLeverage, ...]) -> OkxLeverage:
        """Return the result of a body whose leverage was read back."""
        sides = {each.pos_side for each in found}
        return OkxLeverage(
            lever=found[0].lever,
            mgn_mode=body["mgnMode"],
            inst_id=body.get("instId") or None,
            ccy=None if body.get("instId") else body["ccy"],
            pos_side=body.get("posSide") or (sides.pop() if len(sides) == 1 else None),
            confirmed="read_back",
            raw=found[0].raw,
        )

    def limits(self, body: Mapping[str, Any]) -> Read | None:
        """Read what the instrument of a body allows; None for a currency, and where the name does not tell its type."""
        instrument = body.get("instId")
        type_ = kind(instrument)
        if not instrument or type_ not in ("MARGIN", "SWAP", "FUTURES"):
            return None
        arguments = {"inst_type": type_, "inst_id": instrument}
        return Read(GET_INSTRUMENTS, get_instruments, arguments, lambda r: self._limits(instrument, r))

    def _limits(self, instrument: str, response: Any) -> InstrumentLimits | None:
        found = entries(response, Instrument)
        return next((limits_of(entry) for entry in found if same_text(entry.inst_id, instrument)), None)

    def account(self, body: Mapping[str, Any]) -> Read:  # noqa: ARG002 - it is one for all bodies
        """Read the account's configuration."""
        return Read(GET_ACCOUNT_CONFIG, get_account_config, {}, self._account)

    def _account(self, response: Any) -> OkxAccount:
        for entry in entries(response, AccountConfig):
            mode = filled(entry.pos_mode)
            return OkxAccount(
                uid=filled(entry.uid),
                position_mode=mode if mode in get_args(OkxPositionMode) else None,  # type: ignore[arg-type] # one of them
                level=_LEVELS.get(filled(entry.acct_lv)),
                source="the exchange",
            )
        return OkxAccount(source="the exchange")

    def account_key(self, body: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG002 - it is one for all bodies
        """Return what the modes are the same for: the whole account."""
        return ()

    def modes(self) -> tuple[OkxAccount, ...]:
        """Return every way in which an account may be set up."""
        return tuple(
            OkxAccount(position_mode=mode, level=level)
            for mode in get_args(OkxPositionMode)
            for level in get_args(OkxLevel)
        )
