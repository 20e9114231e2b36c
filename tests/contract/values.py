"""Classes of values for every field of a set-leverage body, and bodies made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from tests.contract.specs import Json

ABSENT: Any = object()
WRONG_TYPES: tuple[Any, ...] = (5, 0, 2.5, True, False, None, [], ["long"], {}, {"long": "1"})

# One value for every class that a reader of the documents would tell apart.
_INSTRUMENTS = (
    ABSENT,
    "",
    "BTC-USDT",  # MARGIN
    "BTC-USDT-SWAP",
    "BTC-USDT-200802",  # FUTURES
    "BTC-USD-200802-10000-C",  # OPTION
    "BTC-USDT-SWAP-X",  # of no known shape
    "btc-usdt",
    "BTC-USDT\n",
    "X0X-USDT-SWAP",  # of a known shape, not listed
    7,
    None,
)
_CURRENCIES = (ABSENT, "", "BTC", "btc", "BTC\n", 7, None)
_MODES = (ABSENT, "", "isolated", "cross", "crossed", "Cross", "isolated ", 7, None)
_SIDES = (ABSENT, "", "long", "short", "net", "Long", "long\n", 7, None)
_LEVERS = (ABSENT, "5", "0", 5)

# Odd forms of one field at a time, beside every right choice for the others.
LEVERAGES: tuple[Any, ...] = (
    *("5", "05", "5.0", "5.50", "0.5", "0.01", "125", "125.01", "126", "10", "10.5", "00.10", "1000000"),
    *("", " ", "0", "00", "0.0", "0.00", "-5", "+5", "5.", ".5", "5e1", "1E+2", "5 ", " 5", "5\n", "\n5", "5\t", "5,0"),
    *("٥", "５", "5٫5", "V", "five", "NaN", "Infinity", "0x5", "1_000", "5\u200b", "1.2.3", "5\x00", "²"),
    *WRONG_TYPES,
)
_ODD: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "okx": {
        "instId": (
            *("BTC_USDT", "BTC-USDT-", "-BTC-USDT", "BTC--USDT", "BTC-USDT-SWAP\n", "BTC-USDT-SWAp", " BTC-USDT"),
            *(
                "BTC-USDT-20080",
                "BTC-USDT-2008022",
                "BTC-USDT-２００８０２",
                "BTC-USD-200802-10000-P",
                "ÄTC-USDT",
                "BTC",
            ),
            *(
                "BTC-USDT-209931",
                "BTC-USDT-210229",
                "BTC-USDT-200229",
                "BTC-USD-200431-10000-C",
                "BTC-USDT-SWAP-209931",
            ),
            *(
                "BTC-USDT\u00a0",
                "BTC-\u200bUSDT",
                "BTC-USDT\ufeff",
                "BTC\u2800-USDT",
                "BTC-USDT\U0001d173",
                "BTC-USDT\U000e0041",
                "BTC-USDT\u007f",
                "-",
                "BTCUSDT ",
            ),
            *(
                "BTC\u2013USDT\u2013SWAP",
                "BTC\u2010USDT-SWAP",
                "BTC-USDT\u2212SWAP",
                "BTC-USDT-\uff33\uff37\uff21\uff30",
            ),
            *('"BTC-USDT"', "'BTC-USDT'", "\u201cBTC-USDT\u201d", "BTC-USDT`", "BTC/USDT-SWAP", "BTC-USDT:USDT"),
            *(
                "BTCUSDT-SWAP",
                "BTC-PERP",
                "BTCUSDT-260327",
                "BTCUSDT",
                "BTC/USDT:USDT",
                "BTC_USDT_SWAP",
                "BTC-USDT,ETH-USDT",
                "BTC--USDT",
            ),
            *("BTC-USD_UM-SWAP", "BTC-USD_UM-260327", "BTC-USD_UM_XPERP-310404", "BTC-USD_UM", "1INCH-USDT-SWAP"),
            *("XRP-USD-260130-0.5-C", "BTC-USD_UM-260626-61000-P", "BTC-ABOVE-DAILY-260224-1600-65000"),
            *("BTC-UPDOWN-15MIN-260224-1600-1615", "BTC-UPDOWN-15MIN-260230-1600-1615", "\u5e01\u5b89-USDT-SWAP"),
            *("BTC-USD_UM-260145", "BTC-USD_UM-260230-61000-P", "XRP-USD-261301-0.5-C", "\u5e01\u5b89-USDT"),
            *("BTC-USD-200802-10000-C\n", "BTC-USD-200802-10000.5-C", "BTC-USD-200802-10000-X", "BTC-USDT-200802\n"),
            *WRONG_TYPES,
        ),
        "ccy": ("USDT", "NOSUCH", " ", "BTC ", "BTC\u00ad", "ＢＴＣ", "BTC\u2212", '"BTC"', "BTC-USDT", *WRONG_TYPES),
        "mgnMode": ("CROSS", "cross\n", " cross", "crоss", "both", "spot", *WRONG_TYPES),
        "posSide": ("LONG", "net\n", " net", "nеt", "both", "longshort", *WRONG_TYPES),
        "lever": LEVERAGES,
    },
    "bitget": {
        "symbol": (
            "BTCUSDT\n",
            " ",
            "BTC\u2060USDT",
            "-",
            "BTC-USDT",
            "ＢＴＣUSDT",
            "ſETHUSDT",
            "BTC/USDT:USDT",
            "BTC\u2013USDT",
            '"BTCUSDT"',
            "BTCUSDT,ETHUSDT",
            "BTCUSDT_UMCBL",
            "btcusd_dmcbl_221230",
            "SBTCSUSDT_SUMCBL",
            "BTC_USDT",
            "ETHUSD_231229",
            "BTCUSDT_260925",
            "\u9f99\u864eUSDT",
            "1000BONKUSDT",
            "btcperp",
            "sbtcsusdt",
            "SBTCSPERP",
            "PERPUSDT",
            *WRONG_TYPES,
        ),
        "productType": ("usdt-futures", "USDT-FUTURES\n", " USDT-FUTURES", "USDT_FUTURES", "umcbl", *WRONG_TYPES),
        "marginCoin": (
            "usdt",
            "Usdt",
            "USDT\n",
            " USDT",
            "USDT ",
            "ＵＳＤＴ",
            "U-T",
            "T",
            "7",
            "ß",
            "٥",
            "X0X",
            *WRONG_TYPES,
        ),
        "holdSide": ("LONG", "Long", "long\n", "net", "both", "long,short", *WRONG_TYPES),
        "leverage": LEVERAGES,
    },
}
_FIELDS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "okx": {"instId": _INSTRUMENTS, "ccy": _CURRENCIES, "lever": _LEVERS, "mgnMode": _MODES, "posSide": _SIDES},
    "bitget": {
        "symbol": (ABSENT, "", "BTCUSDT", "btcusdt", "BTCPERP", "BTCUSD", "SBTCSUSDT", "X0XUSDT", 7, None),
        "productType": (
            ABSENT,
            "",
            *("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"),
            "usdt-futures",
            7,
        ),
        "marginCoin": (ABSENT, "", "USDT", "USDC", "SUSDT", "usdt", "Usdt", "BTC", "USDT\n", 7, None),
        "leverage": (ABSENT, "20", "0", 20),
        "holdSide": (ABSENT, "", "long", "short", "net", "Long", "long\n", 7, None),
    },
}
# Right choices for every field, in as many combinations as there are kinds of request.
RIGHT: Mapping[str, tuple[Json, ...]] = {
    "okx": (
        {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"},
        {"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"},
        {"ccy": "BTC", "lever": "5", "mgnMode": "cross"},
        {"instId": "BTC-USDT", "ccy": "BTC", "lever": "5", "mgnMode": "cross"},
        {"instId": "BTC-USDT-SWAP", "ccy": "", "lever": "5", "mgnMode": "isolated", "posSide": "long"},
        {"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "isolated", "posSide": "net"},
        {"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "cross", "posSide": "net"},
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"},
    ),
    "bitget": (
        {"symbol": "btcusdt", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "20"},
        {
            "symbol": "BTCUSDT",
            "productType": "USDT-FUTURES",
            "marginCoin": "USDT",
            "leverage": "20",
            "holdSide": "long",
        },
        {"symbol": "BTCUSD", "productType": "COIN-FUTURES", "marginCoin": "BTC", "leverage": "20", "holdSide": "short"},
        {
            "symbol": "SBTCSPERP",
            "productType": "SUSDC-FUTURES",
            "marginCoin": "SUSDC",
            "leverage": "20",
            "holdSide": "long",
        },
    ),
}
STRANGERS = ({"tdMode": "cross"}, {"LEVER": "5"}, {"Leverage": "5"}, {"": ""}, {"longLeverage": "5"}, {"lever ": None})
NO_OBJECTS: tuple[Any, ...] = ([], [{}], None, "", "5", 5, True)


def fields(exchange: str) -> Mapping[str, tuple[Any, ...]]:
    """The value classes of every field."""
    return _FIELDS[exchange]


def odd(exchange: str) -> Mapping[str, tuple[Any, ...]]:
    """The odd forms of every field."""
    return _ODD[exchange]


def bodies(exchange: str) -> Iterator[Json]:
    """Every combination of the value classes, then every odd form of one field and every stranger in right bodies."""
    names, choices = list(_FIELDS[exchange]), list(_FIELDS[exchange].values())
    for combination in product(*choices):
        yield {name: value for name, value in zip(names, combination, strict=True) if value is not ABSENT}
    for right in RIGHT[exchange]:
        for name, forms in _ODD[exchange].items():
            yield {field: value for field, value in right.items() if field != name}
            for form in forms:
                yield {**right, name: form}
        for stranger in STRANGERS:
            yield {**right, **stranger}


def nearly_right(exchange: str) -> Iterator[Json]:
    """Right bodies, and each with one field of another class or left out."""
    for right in RIGHT[exchange]:
        yield right
        for name, values in _FIELDS[exchange].items():
            for value in values:
                others = {field: kept for field, kept in right.items() if field != name}
                yield others if value is ABSENT else {**others, name: value}
