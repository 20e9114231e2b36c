"""From Python values to the wire: leverages as fixed-point text."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = 40


def number(value: object) -> object:
    """A str, int or Decimal as fixed-point text, never `1E+2`; anything else as it is, for a rule to refuse.

    A number of more than 40 digits stays as it is too: no leverage has them, and writing it out could take a while.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        if max(len(digits), abs(int(exponent))) <= _DIGITS:
            return f"{value:f}"
    return value


def present(**fields: object) -> dict[str, object]:
    """The fields that are given; None is absent."""
    return {name: value for name, value in fields.items() if value is not None}
