"""The leverage set on an account, at the scopes that the exchanges' documents give."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

# The instruments, modes and sides that share one leverage value, as the pairs that describe them:
# (("scope", "pair"), ("mgnMode", "isolated"), ("instId", "BTC-USDT")).
Scope = tuple[tuple[str, str], ...]

NO_DECIMAL = "a leverage is a text with a positive decimal number, without sign or exponent"
_FIXED_POINT = re.compile(r"([0-9]+)(?:\.([0-9]+))?")


class Book:
    """The leverage set on one account. `version` goes up by one with every change."""

    def __init__(self) -> None:
        self._levers: dict[Scope, str] = {}
        self.version = 0

    def get(self, scope: Scope, initial: str) -> str:
        """Return the leverage at a scope, `initial` if it was never set."""
        return self._levers.get(scope, initial)

    def set(self, levers: Mapping[Scope, str]) -> None:
        """Set leverage at one or more scopes at once."""
        self._levers.update(levers)
        self.version += 1

    def describe(self) -> list[dict[str, str]]:
        """Return every scope ever set, each with its `lever`."""
        return [{**dict(scope), "lever": lever} for scope, lever in self._levers.items()]

    def clear(self) -> None:
        """Remove every value; the version begins at 0 again."""
        self._levers.clear()
        self.version = 0


def plain_decimal(text: str) -> str | None:
    """Read a positive fixed-point decimal, without superfluous zeros ("05.50" is "5.5"); None if it is not one.

    No sign, no exponent, ASCII digits only, nothing around it.
    """
    match = _FIXED_POINT.fullmatch(text)
    if match is None:
        return None
    whole, fraction = match[1].lstrip("0") or "0", (match[2] or "").rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return plain if plain != "0" else None


def within(lever: str, low: str, high: str) -> int:
    """Return -1 when the leverage is below `low`, 1 when it is above `high`, else 0."""
    value = Decimal(lever)
    return (value > Decimal(high)) - (value < Decimal(low))


def scope(kind: str, pairs: Iterable[tuple[str, str]]) -> Scope:
    """Make a scope of a kind, described by pairs."""
    return (("scope", kind), *pairs)
