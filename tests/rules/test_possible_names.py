"""Names that no instrument can have, against the calendar and against what Unicode says of every character."""

import unicodedata
from datetime import date
from itertools import product

import pytest

from leverset._suggest import plain_name
from tests.rules.bodies import CURRENCY, PAIR, SYMBOL, bitget_violations, changed, names, okx_violations

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


FAMILIES = [
    "BTC-USDT-{}",
    "BTC-USD_UM-{}",
    "BTC-USD_UM_XPERP-{}",
    "1INCH-USDT-{}",
    "币安人生-USDT-{}",
    "BTC-USD-{}-10000-C",
    "XRP-USD-{}-0.5-P",
    "BTC-USD_UM-{}-61000-P",
    "BTC-ABOVE-DAILY-{}-1600-65000",
    "BTC-UPDOWN-15MIN-{}-1600-1615",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_names_days_that_exist(family: str) -> None:
    for day in ("260145", "260230", "260431", "261301", "260100", "250229"):
        [violation] = okx_violations(changed(PAIR, instId=family.format(day)))
        assert violation.summary == "instId names a day that does not exist"
    for day in ("260131", "280229", "310404"):
        assert okx_violations(changed(PAIR, instId=family.format(day))) == ()


@pytest.mark.parametrize("name", ["BTC--USDT", "-BTC-USDT", "BTC-USDT-", "--BTC-USDT"])
def test_a_hyphen_stands_between_two_parts(name: str) -> None:
    [violation] = okx_violations(changed(PAIR, instId=name))
    assert (violation.summary, violation.fix) == ("instId has a hyphen too many", 'did you mean "BTC-USDT"?')


@pytest.mark.parametrize("mark", [",", ";", ", "])
def test_one_request_is_for_one_instrument(mark: str) -> None:
    [instrument] = okx_violations(changed(PAIR, instId=f"BTC-USDT-SWAP{mark}ETH-USDT-SWAP"))
    [symbol] = bitget_violations(changed(SYMBOL, symbol=f"BTCUSDT{mark}ETHUSDT"))
    if mark.strip() == mark:
        assert instrument.summary == "instId has a comma or a semicolon"
        assert symbol.summary == "symbol has a comma or a semicolon"
    assert [instrument.rule, symbol.rule] == ["okx/instrument-possible", "bitget/symbol-possible"]


def test_a_dash_of_another_kind_is_refused_and_the_plain_name_offered() -> None:
    every = [chr(code) for code in range(0x80, 0x110000) if unicodedata.category(chr(code)) == "Pd"]
    for dash in (*every, "\u2212", "\u02d7", "\u2043", "\u2500", "\u00ad-"):
        [instrument] = okx_violations(changed(PAIR, instId=f"BTC{dash}USDT{dash}SWAP"))
        assert (instrument.rule, instrument.fix) == ("okx/instrument-possible", 'give instId as "BTC-USDT-SWAP"')
        assert names(bitget_violations(changed(SYMBOL, symbol=f"BTC{dash}USDT"))) == ["bitget/symbol-possible"]
        assert names(okx_violations(changed(CURRENCY, ccy=f"B{dash}C"))) == ["okx/currency-possible"]


@pytest.mark.parametrize("wide", ["ＢＴＣ-USDT", "BTC-USDT-２００８０２", "BTC－USDT", "𝐁𝐓𝐂-USDT", "BTC-𝟙INCH"])
def test_letters_that_only_look_like_the_keyboards_are_refused(wide: str) -> None:
    [violation] = okx_violations(changed(PAIR, instId=wide))
    assert violation.rule == "okx/instrument-possible"
    assert violation.fix == f'give instId as "{unicodedata.normalize("NFKC", wide)}"'


@pytest.mark.parametrize(
    "quoted", ['"{}"', "'{}'", "`{}`", "\u201c{}\u201d", "\u2018{}\u2019", "\u00ab{}\u00bb", "'{}", "{}\u2032"]
)
def test_no_name_has_a_quotation_mark(quoted: str) -> None:
    assert names(okx_violations(changed(PAIR, instId=quoted.format("BTC-USDT")))) == ["okx/instrument-possible"]
    assert names(okx_violations(changed(CURRENCY, ccy=quoted.format("BTC")))) == ["okx/currency-possible"]
    assert names(bitget_violations(changed(SYMBOL, symbol=quoted.format("BTCUSDT")))) == ["bitget/symbol-possible"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("BTCUSDT", '"BTC-USDT-SWAP" or "BTC-USDT"'),
        ("btcusdt", '"BTC-USDT-SWAP" or "BTC-USDT"'),
        ("1INCHUSDC", '"1INCH-USDC-SWAP" or "1INCH-USDC"'),
        ("BTC/USDT:USDT", '"BTC-USDT-SWAP"'),
        ("BTC/USD:BTC", '"BTC-USD-SWAP"'),
        ("BTC/USDT", '"BTC-USDT"'),
        ("BTC/USDT:USDT-260327", '"BTC-USDT-260327"'),
        ("BTC/USD:BTC-260327-60000-C", '"BTC-USD-260327-60000-C"'),
        ("BTCUSDT_UMCBL", '"BTC-USDT-SWAP"'),
        ("BTCUSDT-SWAP", '"BTC-USDT-SWAP"'),
        ("BTCUSDT-260327", '"BTC-USDT-260327"'),
        ("BTC_USDT", '"BTC-USDT"'),
        ("BTC_USDT_SWAP", '"BTC-USDT-SWAP"'),
        ("BTC_USD_UM_SWAP", '"BTC-USD_UM-SWAP"'),
        ("BTC/USD_UM_XPERP-310404", '"BTC-USD_UM_XPERP-310404"'),
        ("BTC USDT SWAP", '"BTC-USDT-SWAP"'),
        ("BTCUSDT.P", '"BTC-USDT-SWAP"'),
        ("BTCUSDT-PERP", '"BTC-USDT-SWAP"'),
        ("BTC-USDT/SWAP", '"BTC-USDT-SWAP"'),
    ],
)
def test_what_was_probably_meant_on_okx(given: str, meant: str) -> None:
    [violation] = okx_violations(changed(PAIR, instId=given))
    assert (violation.rule, violation.fix) == ("okx/instrument-possible", f"did you mean {meant}?")


@pytest.mark.parametrize(
    "given", ["BTC", "X", "/", "BTC/USDT:USDT-260145", "BTC-USD_UM-260145", "BTC-PERP", "BTC_USDT_X"]
)
def test_where_nothing_is_known_to_be_meant_examples_are_shown(given: str) -> None:
    [violation] = okx_violations(changed(PAIR, instId=given))
    assert violation.fix == 'give instId as text such as "BTC-USDT" or "BTC-USDT-SWAP"'


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("BTCUSDT_UMCBL", "BTCUSDT"),
        ("btcusdt_umcbl", "BTCUSDT"),
        ("SBTCSUSDT_SUMCBL", "SBTCSUSDT"),
        ("BTCUSDT_SPBL", "BTCUSDT"),
        ("BTC/USDT:USDT", "BTCUSDT"),
        ("BTC/USDT", "BTCUSDT"),
        ("BTC-USDT", "BTCUSDT"),
        ("BTC_USDT", "BTCUSDT"),
        ("BTC-USDT-SWAP", "BTCUSDT"),
        ("BTC USDT", "BTCUSDT"),
    ],
)
def test_what_was_probably_meant_on_bitget(given: str, meant: str) -> None:
    [violation] = bitget_violations(changed(SYMBOL, symbol=given))
    assert (violation.rule, violation.fix) == ("bitget/symbol-possible", f'did you mean "{meant}"?')


@pytest.mark.parametrize(
    ("given", "product", "meant"),
    [
        ("BTCPERP_CMCBL", "USDC-FUTURES", '"BTCPERP"'),
        ("BTC/USDC:USDC", "USDC-FUTURES", '"BTCPERP"'),
        ("BTC/USD:USDC", "USDC-FUTURES", '"BTCPERP"'),
        ("BTCUSD_DMCBL", "COIN-FUTURES", '"BTCUSD"'),
        ("BTC/USD:BTC", "COIN-FUTURES", '"BTCUSD"'),
    ],
)
def test_what_was_probably_meant_of_other_products(given: str, product: str, meant: str) -> None:
    body = changed(SYMBOL, symbol=given, productType=product, marginCoin=product.removesuffix("-FUTURES"))
    assert [each.fix for each in bitget_violations(body)] == [f"did you mean {meant}?"]


@pytest.mark.parametrize("given", ["BTCUSD_DMCBL_221230", "BTC-PERP", "BTC/USDT:USDT-260327", "A-B-C"])
def test_symbols_that_mean_nothing_known_get_an_example(given: str) -> None:
    [violation] = bitget_violations(changed(SYMBOL, symbol=given))
    assert violation.fix == 'give symbol as text such as "BTCUSDT"'


@pytest.mark.parametrize(
    "symbol",
    ["1000BONKUSDT", "C98USDT", "龙虎USDT", "PERPUSDT", "BTCUSDT_260925", "AAPLUSDT", "btcusdt", "1INCHUSDT"],
)
def test_odd_symbols_that_exist_pass(symbol: str) -> None:
    assert bitget_violations(changed(SYMBOL, symbol=symbol)) == ()


@pytest.mark.parametrize("symbol", ["BTCUSDH23", "ETHUSD_231229", "BTCUSD", "ETHUSDM26"])
def test_deliveries_pass(symbol: str) -> None:
    assert bitget_violations(changed(SYMBOL, symbol=symbol, productType="COIN-FUTURES", marginCoin="BTC")) == ()


def test_the_forms_of_the_spec_and_the_plain_name_agree() -> None:
    """Whatever a form calls unseen or another dash is not left in a plain name."""
    refused = [chr(code) for code in range(0x80, 0x10000) if okx_violations(changed(CURRENCY, ccy=f"A{chr(code)}"))]
    odd = [each for each in refused if not 0xD800 <= ord(each) < 0xE000 and each in plain_name(f"A{each}B")]
    assert [each for each in odd if not each.isspace()] == [
        *"\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u2034\u2035\u2036\u2039\u203a\ufffc\ufffd"
    ]


@pytest.mark.parametrize("name", ["BTC-USDT-2099311", "BTC-USDT-20993", "BTC-USDT-SWAP-209931", "BTC-USD-UM-209931"])
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
