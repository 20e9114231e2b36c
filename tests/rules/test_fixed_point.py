"""From Python values to the wire."""

import operator
from decimal import Decimal
from enum import IntEnum

import pytest

from leverset._rules import number, present


class Level(IntEnum):
    FIVE = 5


class Int64:
    """An integer that is no int, as those of numpy are."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __index__(self) -> int:
        return operator.index(self.value)  # type: ignore[arg-type] # the case of an array


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5", "5"),
        ("05.50", "05.50"),  # a text is sent as it is, for the rules to judge
        (5, "5"),
        (0, "0"),
        (-5, "-5"),
        (Level.FIVE, "5"),
        (Int64(5), "5"),
        (Int64(-5), "-5"),
        (Int64(Level.FIVE), "5"),
        (10**40 - 1, "9" * 40),
        (Decimal(5), "5"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        (Decimal("1.5E+2"), "150"),
        (Decimal("1E-2"), "0.01"),
        (Decimal("1E+40"), "1" + "0" * 40),
        (Decimal("1E-40"), "0." + "0" * 39 + "1"),
        (Decimal("-0"), "-0"),
    ],
)
def test_numbers_become_fixed_point_text(value: object, text: str) -> None:
    assert number(value) == text
    assert type(number(value)) is str


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        5.0,
        None,
        b"5",
        [5],
        10**40,
        -(10**40),
        10**5000,
        Int64(10**40),
        Int64([5, 6]),
        Decimal("1E+41"),
        Decimal("1E-41"),
        Decimal("9" * 41),
        Decimal("1E+999999"),
        Decimal("0E-999999"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("-Infinity"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_stays_as_it_is_for_a_rule_to_refuse(value: object) -> None:
    assert number(value) is value


def test_none_is_absent_and_nothing_else_is() -> None:
    assert present(a=None, b="", c=0, d=False, e=[]) == {"b": "", "c": 0, "d": False, "e": []}
