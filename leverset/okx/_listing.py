"""OKX's lists of instruments, and the account modes in which an instrument's leverage cannot be set.

Source: OKX API guide, Public data, Get instruments; Trading account, Set leverage, the list of cases at its head.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve
from leverset_okx.api.public import get_instruments
from leverset_okx.models import Instrument
from leverset_okx.operations import GET_INSTRUMENTS, SET_LEVERAGE

from leverset._format import Violation, because
from leverset._listing import Listed, Sought
from leverset._read_back import Read
from leverset._reading import InstrumentLimits
from leverset._verify import filled
from leverset.okx._reads import OkxReads, entries, limits_of
from leverset.okx._rules import kind
from leverset.okx._types import OkxAccount

TYPES = ("MARGIN", "SWAP", "FUTURES")
"""The types of instruments that have a leverage; each has a list."""

CURRENCY = "currency"
"""The name of the list of currencies: those of the pairs of MARGIN."""

_LIVE = "live"


class OkxListing:
    """The lists by type of instrument, and that of currencies."""

    def sought(self, body: Mapping[str, Any]) -> Sought | None:
        """Return the instrument, or else the currency."""
        for field in ("instId", "ccy"):
            name = body.get(field)
            if isinstance(name, str) and name:
                type_ = kind(name)
                lists = (CURRENCY,) if field == "ccy" else (type_,) if type_ in TYPES else TYPES
                return Sought(field=field, name=name, lists=lists)
        return None

    def read(self, name: str) -> Read:
        """Read all instruments of a type in one request, or the currencies of those of MARGIN."""
        if name == CURRENCY:
            return Read(GET_INSTRUMENTS, get_instruments, {"inst_type": "MARGIN"}, _currencies)
        return Read(GET_INSTRUMENTS, get_instruments, {"inst_type": name}, lambda r: _by_name(_instruments(r)))

    def alone(self, body: Mapping[str, Any]) -> Read | None:
        """Read one instrument; None for a currency, and where the name does not tell its type."""
        read = OkxReads().limits(body)
        if read is None:
            return None
        name = body["instId"].upper()
        return evolve(read, extract=lambda response: _by_name(_instruments(response)).get(name))

    def unfit(self, body: Mapping[str, Any], account: OkxAccount) -> Violation | None:
        """In spot mode instruments have no leverage; in portfolio margin that of cross contracts is fixed."""
        instrument = body.get("instId")
        if not instrument:
            return None
        cross_contract = body.get("mgnMode") == "cross" and kind(instrument) in ("SWAP", "FUTURES")
        if account.level == "spot":
            rule, summary = "spot-has-no-leverage", "in spot mode instruments have no leverage"
            fix = "change the account mode in OKX's settings"
        elif account.level == "portfolio" and cross_contract:
            rule, summary = "portfolio-cross-is-fixed", "in portfolio margin the leverage of cross contracts is fixed"
            fix = "give mgnMode isolated, or use an account in another mode"
        else:
            return None
        return Violation(
            rule=f"okx/{rule}",
            field="instId",
            value=instrument,
            summary=summary,
            why=f"this is the account's mode, {because(account, account.level)}",
            fix=fix,
            docs=SET_LEVERAGE.docs,
        )


def _instruments(response: Any) -> Iterable[Listed]:
    for entry in entries(response, Instrument):
        if (name := filled(entry.inst_id)) is not None:
            limits = limits_of(entry)
            yield Listed(name=name, limits=limits, is_live=limits.state == _LIVE)


def _currencies(response: Any) -> dict[str, Listed]:
    """The currencies of the pairs, live where one of their pairs is; no list names how much leverage they allow."""
    states: dict[str, str | None] = {}
    for entry in entries(response, Instrument):
        for name in (filled(entry.base_ccy), filled(entry.quote_ccy)):
            if name is not None and states.get(name) != _LIVE:
                states[name] = filled(entry.state)
    return _by_name(
        Listed(name=name, limits=InstrumentLimits(minimum=None, maximum=None, state=state), is_live=state == _LIVE)
        for name, state in states.items()
    )


def _by_name(found: Iterable[Listed]) -> dict[str, Listed]:
    return {each.name.upper(): each for each in found}
