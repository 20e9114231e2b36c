"""OKX's instruments and currencies, by their names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ._coins import COINS, LISTED_COINS
from ._leverage import within
from ._listing import Listing

_QUOTES = frozenset(("USDT", "USDC", "USD", "BTC"))
CURRENCIES = COINS | _QUOTES
# A coin may have a name in another script; small Latin letters have none.
_BASE = "(?P<base>[^\\W_a-z]+)"
_PAIR = _BASE + "-(?P<quote>[A-Z0-9]+)"
_NUMBER = "[0-9]+(?:[.][0-9]+)?"
_DAY = "-(?P<day>[0-9]{6})"
_SHAPES = {
    "MARGIN": re.compile(_PAIR),
    "SWAP": re.compile(_PAIR + "(?P<margin>_UM)?-SWAP"),
    "FUTURES": re.compile(_PAIR + "(?P<margin>_UM(?:_XPERP)?)?" + _DAY),
    "OPTION": re.compile(_PAIR + "(?P<margin>_UM)?" + _DAY + f"-{_NUMBER}-[CP]"),
    "EVENTS": re.compile(f"(?P<series>{_BASE}-[A-Z0-9]+-[A-Z0-9]+){_DAY}-[0-9]{{4}}-{_NUMBER}"),
}
STATES = ("live", "suspend", "preopen", "test", "rebase", "post_only", "settling")
LOWEST, _HIGHEST_MARGIN, _HIGHEST_CONTRACT = "0.01", "10", "125"
HIGHEST_CURRENCY = _HIGHEST_MARGIN  # ccy is about MARGIN only
INITIAL_CURRENCY = _INITIAL = "3"  # seen on contracts; what the exchange begins with is not documented


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument by its name; `kind` is MARGIN, SWAP, FUTURES, OPTION or EVENTS.

    Attributes:
        name: instId.
        kind: Type of instrument; MARGIN is SPOT as well.
        parts: Parts of the name: base, quote, and by its kind margin, day, series.
        exists: Whether it is listed.
        state: One of `STATES`.
        lowest: Lowest leverage, "" where it has none.
        highest: Highest leverage, "" where it has none.
    """

    name: str
    kind: str
    parts: Mapping[str, str]
    exists: bool
    state: str
    lowest: str
    highest: str

    @property
    def underlying(self) -> str:
        """Return "BTC-USDT" for all of BTC-USDT, BTC-USDT-SWAP and BTC-USDT-200802."""
        return self.parts["base"] if self.kind == "EVENTS" else f"{self.parts['base']}-{self.parts['quote']}"

    @property
    def family(self) -> str:
        """Return the underlying, with the margin where that is not the usual one, such as BTC-USD_UM."""
        return self.underlying + self.parts.get("margin", "")

    @property
    def is_contract(self) -> bool:
        """Whether posSide applies to it at all."""
        return self.kind in ("SWAP", "FUTURES")

    @property
    def has_leverage(self) -> bool:
        """Whether it is listed and has leverage: options and events have none."""
        return self.exists and self.highest != ""

    @property
    def day(self) -> date | None:
        """The day on which it expires, None where it does not."""
        return _day(self.parts["day"]) if "day" in self.parts else None


def read_instrument(inst_id: str, listing: Listing | None = None) -> Instrument | None:
    """Read an instrument's name; None when no instrument can have it.

    Args:
        inst_id: The name.
        listing: What is set about instruments from outside.
    """
    for kind, shape in _SHAPES.items():
        match = shape.fullmatch(inst_id)
        if match is None:
            continue
        parts = {part: text for part, text in match.groupdict().items() if text is not None}
        if "day" in parts and _day(parts["day"]) is None:
            return None
        listed = (listing or Listing()).get(inst_id)
        levered = kind not in ("OPTION", "EVENTS")
        highest = listed.maximum or (_HIGHEST_MARGIN if kind == "MARGIN" else _HIGHEST_CONTRACT)
        return Instrument(
            inst_id,
            kind,
            parts,
            _is_listed(kind, parts) if listed.exists is None else listed.exists,
            listed.state or STATES[0],
            (listed.minimum or LOWEST) if levered else "",
            highest if levered else "",
        )
    return None


def initial_leverage(instrument: Instrument) -> str:
    """Return the leverage of an instrument where none was ever set."""
    return instrument.highest if within(_INITIAL, instrument.lowest, instrument.highest) > 0 else _INITIAL


def usual_names(kind: str) -> list[str]:
    """Return the names of a kind of instrument that are in the sandbox's lists; others exist as well."""
    endings = {
        "MARGIN": ("-USDT", "-USDC"),
        "SWAP": ("-USDT-SWAP", "-USD-SWAP", "-USD_UM-SWAP"),
        "FUTURES": ("-USDT-261225", "-USD-261225", "-USD_UM-261225", "-USD_UM_XPERP-310404"),
        "OPTION": ("-USD-261225-100000-C", "-USD-261225-0.5-P", "-USD_UM-261225-61000-P"),
        "EVENTS": ("-ABOVE-DAILY-261225-1600-65000", "-UPDOWN-15MIN-261225-1600-1615"),
    }
    return [f"{coin}{ending}" for coin in LISTED_COINS for ending in endings[kind]]


def _is_listed(kind: str, parts: Mapping[str, str]) -> bool:
    if kind == "EVENTS":
        return parts["base"] in COINS
    base, quote = parts["base"], parts["quote"]
    return base in COINS and quote in _QUOTES and base != quote and (quote == "USD" or "margin" not in parts)


def _day(digits: str) -> date | None:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
