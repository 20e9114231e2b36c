"""Names that no instrument can have, against the calendar and against what Unicode says of every character."""

import unicodedata
from datetime import date
from itertools import product

import pytest

from tests.rules.bodies import CURRENCY, OPTION, PAIR, SYMBOL, bitget_violations, changed, names, okx_violations

# What is nothing to see and in no category of controls, formats and separators: fillers, joiners, variation selectors.
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u2800\u3164\ufe00\ufe0f\uffa0"
# Formats that are seen, or belong to hieroglyphs: a name with them is odd, and left to the exchange.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}


def exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(2000 + year, month, day))
    except ValueError:
        return False


def test_futures_exist_for_every_day_of_the_century_and_no_other() -> None:
    for year, month, day in product(range(100), range(14), range(33)):
        found = okx_violations(changed(PAIR, instId=f"BTC-USDT-{year:02}{month:02}{day:02}"))
        assert names(found) == ([] if exists(year, month, day) else ["okx/instrument-possible"])


@pytest.mark.parametrize("day", ["260230", "260431", "261301", "260100", "250229"])
def test_options_name_days_that_exist(day: str) -> None:
    for side in "CP":
        [violation] = okx_violations(changed(OPTION, instId=f"BTC-USD-{day}-10000-{side}"))
        assert violation.summary == "instId names a day that does not exist"


@pytest.mark.parametrize("name", ["BTC-USDT-2099311", "BTC-USDT-20993", "BTC-USDT-SWAP-209931", "BTC-USD_UM-209931"])
def test_digits_in_names_of_unknown_shape_are_no_day(name: str) -> None:
    assert okx_violations(changed(PAIR, instId=name)) == ()


def test_no_name_has_an_invisible_character() -> None:
    every = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs", "Zl", "Zp")]
    assert len(every) > 150
    for character in (*(one for one in every if ord(one) not in SEEN), *BLANK):
        instrument, currency = okx_violations(changed(PAIR, instId=f"A-{character}B", ccy=f"A{character}"))[:2]
        assert (instrument.rule, currency.rule) == ("okx/instrument-possible", "okx/currency-possible")
        assert names(bitget_violations(changed(SYMBOL, symbol=f"A{character}B"))) == ["bitget/symbol-possible"]


@pytest.mark.parametrize("character", ["!", "~", "_", ".", "\u00a1", "\u00ac", "\u00ae", "Ü", "中", "\U0001f600"])
def test_visible_characters_are_left_to_the_exchange(character: str) -> None:
    assert okx_violations(changed(PAIR, instId=f"A-{character}")) == ()
    assert okx_violations(changed(CURRENCY, ccy=character)) == ()
    assert bitget_violations(changed(SYMBOL, symbol=character)) == ()
