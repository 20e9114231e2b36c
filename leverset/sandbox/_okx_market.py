"""OKX: the public reads.

Documents: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-system-time and
#public-data-rest-api-get-instruments
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time

from ._exchange import Market
from ._messages import Request
from ._okx_instruments import Instrument, read_instrument, usual_names
from ._okx_queries import read_parameters
from ._okx_refusals import missing, no_instrument, wrong
from ._queries import QueryProblem, read_query

_PARAMETERS = ("instType", "seriesId", "instFamily", "instId")
# Type of instrument -> the kind of its names, and the parameter that it needs besides.
_TYPES = {
    "SPOT": ("MARGIN", ""),
    "MARGIN": ("MARGIN", ""),
    "SWAP": ("SWAP", ""),
    "FUTURES": ("FUTURES", ""),
    "OPTION": ("OPTION", "instFamily"),
    "EVENTS": ("EVENTS", "seriesId"),
}


def system_time(request: Request, market: Market) -> list[Mapping[str, str]]:
    """Return milliseconds as a string."""
    read_parameters(request, (), market)
    return [{"ts": str(round(market.now * 1000))}]


def instrument_type(request: Request) -> str:
    """Return instType, "" for one that does not exist: the limit of the instruments is counted per type."""
    try:
        kind = read_query(request, _PARAMETERS, lenient=True)["instType"]
    except QueryProblem:
        return ""
    return kind if kind in _TYPES else ""


def instruments(request: Request, market: Market) -> list[Mapping[str, object]]:
    """Return the instruments of a type: one by its name, or the usual ones and those set from outside."""
    fields = read_parameters(request, _PARAMETERS, market)
    wanted = fields["instType"]
    if not wanted:
        raise missing("instType")
    if wanted not in _TYPES:
        raise wrong("instType", f"instType is one of {', '.join(_TYPES)}")
    kind, needed = _TYPES[wanted]
    if needed and not fields[needed]:
        raise missing(needed)
    found = [_one(fields["instId"], kind, market)] if fields["instId"] else list(_all(kind, market))
    family, series = fields["instFamily"], fields["seriesId"]
    if family and kind in ("SWAP", "FUTURES", "OPTION"):
        found = [instrument for instrument in found if instrument.family == family]
    if series and kind == "EVENTS":
        found = [instrument for instrument in found if instrument.parts["series"] == series]
    return [_row(instrument, wanted) for instrument in found]


def _one(name: str, kind: str, market: Market) -> Instrument:
    instrument = read_instrument(name, market.listing)
    if instrument is None or not instrument.exists or instrument.kind != kind:
        raise no_instrument()
    return instrument


def _all(kind: str, market: Market) -> Iterable[Instrument]:
    for name in dict.fromkeys([*usual_names(kind), *market.listing.names()]):
        instrument = read_instrument(name, market.listing)
        if instrument is not None and instrument.kind == kind and instrument.exists:
            yield instrument


def _row(instrument: Instrument, wanted: str) -> Mapping[str, object]:
    """Return all fields, "" for those that do not apply."""
    spot, contract = instrument.kind == "MARGIN", instrument.kind != "MARGIN"
    base, quote = instrument.parts["base"], instrument.parts.get("quote", "")
    margin = instrument.parts.get("margin", "")
    inverse = quote == "USD" and not margin
    traded = instrument.is_contract or instrument.kind == "OPTION"
    return {
        "instType": wanted,
        "instId": instrument.name,
        "uly": instrument.underlying if contract else "",
        "instFamily": instrument.family if traded else "",
        "baseCcy": base if spot else "",
        "quoteCcy": quote if spot else "",
        "settleCcy": (base if inverse else quote) if traded else "",
        "ctVal": ("100" if inverse else "0.01") if traded else "",
        "ctMult": "1" if traded else "",
        "ctValCcy": ("USD" if inverse else base) if traded else "",
        "ctType": ("inverse" if inverse else "linear") if instrument.is_contract else "",
        "lever": "" if wanted == "SPOT" else instrument.highest,
        "tickSz": "0.1",
        "lotSz": "0.01",
        "minSz": "0.01",
        "listTime": "1548133413000",
        "expTime": _expiry(instrument),
        "state": instrument.state,
        "ruleType": "xperp" if margin == "_UM_XPERP" else "normal",
        "instIdCode": zlib.crc32(instrument.name.encode()),
        "instCategory": "1",
        "futureSettlement": False,
        "tradeQuoteCcyList": [quote] if spot else [],
        "upcChg": [],
    }


def _expiry(instrument: Instrument) -> str:
    """Return eight o'clock of its last day in milliseconds, "" for what does not expire."""
    if instrument.day is None:
        return ""
    return str(round(datetime.combine(instrument.day, time(8), UTC).timestamp() * 1000))
