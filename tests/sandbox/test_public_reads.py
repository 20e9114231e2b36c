"""The public reads: unsigned, limited by address, and their parameters."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from leverset.sandbox._okx_instruments import read_instrument, usual_names
from tests.sandbox.caller import SWAP, Caller, bitget_data, code, okx_data

OKX_TIME, BITGET_TIME = "/api/v5/public/time", "/api/v2/public/time"
INSTRUMENTS, CONTRACTS = "/api/v5/public/instruments", "/api/v2/mix/market/contracts"
BTC = "productType=USDT-FUTURES&symbol=BTCUSDT"


def get(caller: Caller, path: str, query: str = "", **parts: Any) -> httpx.Response:
    return caller.client.get(f"{caller.sandbox.url}{path}?{query}", **parts)


def data(response: httpx.Response) -> list[dict[str, Any]]:
    payload = response.json()
    assert (response.status_code, payload["code"]) in ((200, "0"), (200, "00000")), payload
    rows = payload["data"]
    assert isinstance(rows, list)
    return rows


# --- limits


@pytest.mark.parametrize(
    ("path", "query", "limit", "seconds", "refused"),
    [
        (OKX_TIME, "", 10, 2, "50011"),
        (INSTRUMENTS, "instType=SWAP&instId=BTC-USDT-SWAP", 20, 2, "50011"),
        (CONTRACTS, BTC, 20, 1, "429"),
        (BITGET_TIME, "", 20, 1, "429"),
    ],
)
def test_public_reads_are_limited_by_address(
    caller: Caller, path: str, query: str, limit: int, seconds: int, refused: str
) -> None:
    assert [get(caller, path, query).status_code for _ in range(limit)] == [200] * limit
    over = get(caller, path, query)
    assert (over.status_code, code(over)) == (429, refused)
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(transport=elsewhere, trust_env=False) as client:
        assert client.get(f"{caller.sandbox.url}{path}?{query}").status_code == 200, "another address"
    caller.clock.now += seconds - 0.001
    assert get(caller, path, query).status_code == 429
    caller.clock.now += 0.001
    assert get(caller, path, query).status_code == 200


def test_signed_reads_and_settings_have_limits_of_their_own(caller: Caller) -> None:
    for path, query, limit, exchange in (
        ("/api/v5/account/leverage-info", "mgnMode=cross&instId=BTC-USDT", 20, "okx"),
        ("/api/v5/account/config", "", 5, "okx"),
        ("/api/v2/mix/account/account", "symbol=BTCUSDT&productType=USDT-FUTURES&marginCoin=USDT", 10, "bitget"),
    ):
        found = [caller.read(exchange, path, None, query).status_code for _ in range(limit + 1)]
        assert found == [200] * limit + [429]
    assert [caller.okx().status_code for _ in range(6)] == [200] * 5 + [429]
    assert [caller.bitget().status_code for _ in range(6)] == [200] * 5 + [429]


def test_instruments_are_limited_by_type(caller: Caller) -> None:
    for kind in ("SWAP", "FUTURES"):
        found = [get(caller, INSTRUMENTS, f"instType={kind}&instId=BTC").status_code for _ in range(21)]
        assert found == [200] * 20 + [429]
    unknown = [code(get(caller, INSTRUMENTS, f"instType=X{number}")) for number in range(21)]
    assert unknown == ["51000"] * 20 + ["50011"], "types that do not exist count together"


def test_no_limits_for_reads(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)
    assert {get(caller, OKX_TIME).status_code for _ in range(30)} == {200}


# --- headers and parameters


def test_headers_do_not_matter(caller: Caller) -> None:
    wrong = {"OK-ACCESS-KEY": "x", "OK-ACCESS-SIGN": "x", "ACCESS-KEY": "x", "x-simulated-trading": "1"}
    for path, query in ((OKX_TIME, ""), (INSTRUMENTS, "instType=SWAP"), (BITGET_TIME, ""), (CONTRACTS, BTC)):
        assert get(caller, path, query, headers=wrong).status_code == 200
        [entry] = caller.sandbox.requests(after=len(caller.sandbox.requests()) - 1)
        assert (entry["account"], entry["admitted"], entry["applied"]) == (None, True, False)


@pytest.mark.parametrize("path", [OKX_TIME, INSTRUMENTS, BITGET_TIME, CONTRACTS])
def test_only_get_reads(caller: Caller, path: str) -> None:
    assert caller.client.post(f"{caller.sandbox.url}{path}", content=b"{}").status_code == 405


@pytest.mark.parametrize(
    ("path", "query", "expected", "named"),
    [
        (OKX_TIME, "x=1", "51000", "x"),
        (INSTRUMENTS, "", "50014", "instType"),
        (INSTRUMENTS, "instType=", "50014", "instType"),
        (INSTRUMENTS, "instType=swap", "51000", "instType"),
        (INSTRUMENTS, "instType=SWAP&instType=SWAP", "51000", "instType"),
        (INSTRUMENTS, "instType=SWAP&uly=BTC-USDT", "51000", "uly"),
        (INSTRUMENTS, "instType=OPTION", "50014", "instFamily"),
        (INSTRUMENTS, "instType=EVENTS", "50014", "seriesId"),
        (INSTRUMENTS, "instType=SWAP&instId=NOPE-USDT-SWAP", "51001", "Instrument"),
        (INSTRUMENTS, "instType=SWAP&instId=BTCUSDT", "51001", "Instrument"),
        (INSTRUMENTS, "instType=SWAP&instId=BTC-USDT", "51001", "Instrument"),
        (BITGET_TIME, "x=1", "40017", "x"),
        (CONTRACTS, "", "40019", "productType"),
        (CONTRACTS, "symbol=BTCUSDT", "40019", "productType"),
        (CONTRACTS, "productType=UMCBL", "40020", "productType"),
        (CONTRACTS, "productType=USDT-FUTURES&symbol=NOPEUSDT", "40034", "symbol"),
        (CONTRACTS, "productType=USDT-FUTURES&symbol=BTCPERP", "40034", "symbol"),
        (CONTRACTS, "productType=USDT-FUTURES&marginCoin=USDT", "40017", "marginCoin"),
    ],
)
def test_parameters_that_are_refused(caller: Caller, path: str, query: str, expected: str, named: str) -> None:
    response = get(caller, path, query)
    assert code(response) == expected
    assert named in response.json()["msg"]


def test_times_are_the_sandbox_clock(caller: Caller) -> None:
    caller.sandbox.configure(clock_offset=-1.5)
    assert okx_data(get(caller, OKX_TIME)) == {"ts": "1699999998500"}
    assert bitget_data(get(caller, BITGET_TIME)) == {"serverTime": "1699999998500"}


# --- what is listed


def test_a_perpetual_swap_as_it_was_seen(caller: Caller) -> None:
    [found] = data(get(caller, INSTRUMENTS, "instType=SWAP&instId=BTC-USDT-SWAP"))
    assert found.pop("instIdCode") > 0
    assert found == {
        "instType": "SWAP",
        "instId": "BTC-USDT-SWAP",
        "uly": "BTC-USDT",
        "instFamily": "BTC-USDT",
        "baseCcy": "",
        "quoteCcy": "",
        "settleCcy": "USDT",
        "ctVal": "0.01",
        "ctMult": "1",
        "ctValCcy": "BTC",
        "ctType": "linear",
        "lever": "125",
        "tickSz": "0.1",
        "lotSz": "0.01",
        "minSz": "0.01",
        "listTime": "1548133413000",
        "expTime": "",
        "state": "live",
        "ruleType": "normal",
        "instCategory": "1",
        "futureSettlement": False,
        "tradeQuoteCcyList": [],
        "upcChg": [],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("instType=SPOT&instId=BTC-USDT", {"lever": "", "baseCcy": "BTC", "quoteCcy": "USDT", "instType": "SPOT"}),
        ("instType=MARGIN&instId=BTC-USDT", {"lever": "10", "instFamily": "", "uly": "", "instType": "MARGIN"}),
        ("instType=SWAP&instId=BTC-USD-SWAP", {"ctType": "inverse", "settleCcy": "BTC", "ctValCcy": "USD"}),
        ("instType=SWAP&instId=BTC-USD_UM-SWAP", {"ctType": "linear", "settleCcy": "USD", "instFamily": "BTC-USD_UM"}),
        (
            "instType=FUTURES&instId=BTC-USD_UM_XPERP-310404",
            {"uly": "BTC-USD", "instFamily": "BTC-USD_UM_XPERP", "ruleType": "xperp", "expTime": "1933056000000"},
        ),
        (
            "instType=OPTION&instFamily=XRP-USD&instId=XRP-USD-260130-0.5-C",
            {"lever": "", "ctType": "", "instFamily": "XRP-USD"},
        ),
        (
            "instType=EVENTS&seriesId=BTC-ABOVE-DAILY&instId=BTC-ABOVE-DAILY-260224-1600-65000",
            {"lever": "", "instFamily": "", "settleCcy": ""},
        ),
    ],
)
def test_instruments_of_every_kind(caller: Caller, query: str, expected: dict[str, str]) -> None:
    [found] = data(get(caller, INSTRUMENTS, query))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("kind", ["SPOT", "MARGIN", "SWAP", "FUTURES"])
def test_lists_are_bounded_and_of_one_type(caller: Caller, kind: str) -> None:
    rows = data(get(caller, INSTRUMENTS, f"instType={kind}"))
    assert 20 < len(rows) < 60
    assert {row["instType"] for row in rows} == {kind}
    assert {"BTC", "1INCH", "AAPL"} <= {row["instId"].partition("-")[0] for row in rows}


def test_lists_by_family_and_series(caller: Caller) -> None:
    for query, count in (
        ("instType=SWAP&instFamily=BTC-USDT", 1),
        ("instType=FUTURES&instFamily=BTC-USD_UM_XPERP", 1),
        ("instType=OPTION&instFamily=BTC-USD", 2),
        ("instType=OPTION&instFamily=BTC-USD_UM", 1),
        ("instType=OPTION&instFamily=NOPE-USD", 0),
        ("instType=EVENTS&seriesId=BTC-ABOVE-DAILY", 1),
        ("instType=EVENTS&seriesId=BTC-NEVER-DAILY", 0),
    ):
        assert len(data(get(caller, INSTRUMENTS, query))) == count, query


@pytest.mark.parametrize("kind", ["MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"])
def test_the_usual_names_exist(kind: str) -> None:
    found = [read_instrument(name) for name in usual_names(kind)]
    assert {(one.kind, one.exists) for one in found if one is not None} == {(kind, True)}
    assert None not in found


def test_a_contract_of_bitget_as_documented(caller: Caller) -> None:
    [found] = data(get(caller, CONTRACTS, "productType=usdt-futures&symbol=btcusdt"))
    some = {name: found[name] for name in ("symbol", "baseCoin", "quoteCoin", "supportMarginCoins", "symbolType")}
    assert some == {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "supportMarginCoins": ["USDT"],
        "symbolType": "perpetual",
    }
    assert (found["minLever"], found["maxLever"], found["symbolStatus"]) == ("1", "125", "normal")
    assert all(isinstance(value, str) for name, value in found.items() if name != "supportMarginCoins")


@pytest.mark.parametrize(
    ("product_type", "symbols"),
    [
        ("USDT-FUTURES", {"BTCUSDT", "1000BONKUSDT", "C98USDT", "AAPLUSDT"}),
        ("USDC-FUTURES", {"BTCPERP", "ETHPERP"}),
        ("COIN-FUTURES", {"BTCUSD", "BTCUSDZ26"}),
        ("SUSDT-FUTURES", {"SBTCSUSDT", "SETHSUSDT"}),
        ("SUSDC-FUTURES", {"SBTCSPERP"}),
        ("SCOIN-FUTURES", {"SBTCSUSD", "SBTCSUSDZ26"}),
    ],
)
def test_lists_of_bitget(caller: Caller, product_type: str, symbols: set[str]) -> None:
    rows = data(get(caller, CONTRACTS, f"productType={product_type}"))
    assert symbols <= {row["symbol"] for row in rows}
    assert len(rows) < 100


def test_a_delivery_contract_of_bitget(caller: Caller) -> None:
    [found] = data(get(caller, CONTRACTS, "productType=COIN-FUTURES&symbol=ETHUSDM26"))
    assert (found["symbolType"], found["deliveryPeriod"], found["baseCoin"]) == ("delivery", "this_quarter", "ETH")
    assert (found["quoteCoin"], found["supportMarginCoins"], found["fundInterval"]) == ("USD", ["ETH"], "")


# --- what is set from outside


def change(caller: Caller, exchange: str, name: str, **changes: object) -> httpx.Response:
    return caller.admin("PATCH", f"instruments/{exchange}/{name}", json=changes)


def test_a_maximum_set_from_outside(caller: Caller) -> None:
    changed = change(caller, "okx", "BTC-USDT-SWAP", maximum="050.0", minimum="2")
    assert changed.json() == {"exists": None, "state": None, "minimum": "2", "maximum": "50"}
    [found] = data(get(caller, INSTRUMENTS, "instType=SWAP&instId=BTC-USDT-SWAP"))
    assert found["lever"] == "50"
    assert code(caller.okx({**SWAP, "lever": "50"})) == "0"
    assert code(caller.okx({**SWAP, "lever": "50.1"})) == "59102"
    assert code(caller.okx({**SWAP, "lever": "1.9"})) == "59105"
    assert caller.admin("GET", "instruments/okx").json() == {"instruments": {"BTC-USDT-SWAP": changed.json()}}
    assert caller.admin("GET", "instruments/bitget").json() == {"instruments": {}}
    caller.sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum=None)
    assert code(caller.okx({**SWAP, "lever": "125"})) == "0"
    caller.sandbox.reset()
    assert caller.admin("GET", "instruments/okx").json() == {"instruments": {}}


def test_a_low_maximum_bounds_what_was_never_set(caller: Caller) -> None:
    caller.sandbox.change_instrument("okx", "BTC-USDT", maximum="2")
    caller.sandbox.change_instrument("bitget", "btcusdt", maximum="4", minimum="2")
    row = okx_data(caller.read("okx", "/api/v5/account/leverage-info", None, "mgnMode=cross&instId=BTC-USDT"))
    assert row["lever"] == "2"
    [found] = data(get(caller, CONTRACTS, BTC))
    assert (found["minLever"], found["maxLever"]) == ("2", "4")
    assert code(caller.bitget()) == "40797"
    too_low = caller.bitget({**BITGET, "leverage": "1"})
    assert (code(too_low), too_low.json()["msg"]) == ("40053", "leverage should be between 2 and 4")
    assert bitget_data(caller.bitget({**BITGET, "leverage": "3"}))["shortLeverage"] == "4"


BITGET = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginCoin": "USDT",
    "leverage": "5",
    "holdSide": "long",
}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("suspend", "51022"), ("preopen", "51021"), ("live", "0"), ("post_only", "0"), ("rebase", "0"), ("test", "0")],
)
def test_states_on_okx(caller: Caller, state: str, expected: str) -> None:
    caller.sandbox.change_instrument("okx", "BTC-USDT-SWAP", state=state)
    [found] = data(get(caller, INSTRUMENTS, "instType=SWAP&instFamily=BTC-USDT"))
    assert found["state"] == state
    assert code(caller.okx()) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [("off", "40309"), ("maintain", "40844"), ("restrictedAPI", "22004"), ("listed", "00000"), ("limit_open", "00000")],
)
def test_states_on_bitget(caller: Caller, state: str, expected: str) -> None:
    caller.sandbox.change_instrument("bitget", "BTCUSDT", state=state)
    [found] = data(get(caller, CONTRACTS, BTC))
    assert found["symbolStatus"] == state
    assert code(caller.bitget()) == expected


def test_a_coin_in_another_script_exists_where_it_is_set(caller: Caller) -> None:
    name = "币安人生-USDT-SWAP"
    assert code(caller.okx({**SWAP, "instId": name})) == "51001"
    caller.sandbox.change_instrument("okx", name, exists=True, maximum="20")
    assert code(caller.okx({**SWAP, "instId": name, "lever": "21"})) == "59102"
    assert code(caller.okx({**SWAP, "instId": name})) == "0"
    response = caller.read("okx", "/api/v5/account/leverage-info", None, f"mgnMode=isolated&instId={quote(name)}")
    assert [row["lever"] for row in data(response)] == ["5", "3"]


def test_instruments_that_exist_and_do_not(caller: Caller) -> None:
    for exchange, name, gone in (("okx", "FOO-EUR-SWAP", "BTC-USDT-SWAP"), ("bitget", "fooUSDT", "BTCUSDT")):
        caller.sandbox.change_instrument(exchange, name, exists=True)
        caller.sandbox.change_instrument(exchange, gone, exists=False)
    swaps = {row["instId"] for row in data(get(caller, INSTRUMENTS, "instType=SWAP"))}
    assert ("FOO-EUR-SWAP" in swaps, "BTC-USDT-SWAP" in swaps) == (True, False)
    symbols = {row["symbol"] for row in data(get(caller, CONTRACTS, "productType=USDT-FUTURES"))}
    assert ("FOOUSDT" in symbols, "BTCUSDT" in symbols) == (True, False)
    assert code(get(caller, INSTRUMENTS, "instType=SWAP&instId=BTC-USDT-SWAP")) == "51001"
    assert code(caller.okx()) == "51001"
    assert code(caller.okx({**SWAP, "instId": "FOO-EUR-SWAP"})) == "0"
    assert code(caller.bitget()) == "40034"
    assert code(caller.bitget({**BITGET, "symbol": "FOOUSDT"})) == "00000"
    assert code(get(caller, CONTRACTS, "productType=USDC-FUTURES&symbol=BTCPERP")) == "00000"


@pytest.mark.parametrize(
    ("exchange", "name", "changes", "message"),
    [
        ("okx", "BTCUSDT", {}, "no instrument of OKX can have the name 'BTCUSDT'"),
        ("bitget", "BTC-USDT", {}, "no symbol of Bitget can have the name 'BTC-USDT'"),
        ("bitget", "btcuſdt", {}, "no symbol of Bitget can have the name"),
        ("okx", "BTC-USDT", {"maximum": 5}, "maximum must be a leverage as a text"),
        ("okx", "BTC-USDT", {"maximum": "0"}, "maximum must be a leverage as a text"),
        ("okx", "BTC-USDT", {"minimum": "1" * 101}, "minimum must be a leverage as a text"),
        ("okx", "BTC-USDT", {"exists": "yes"}, "exists must be true or false"),
        ("okx", "BTC-USDT", {"state": "normal"}, "state must be one of ['live', "),
        ("bitget", "BTCUSDT", {"state": []}, "state must be one of ['normal', "),
        ("okx", "BTC-USDT", {"lever": "5"}, "unknown attribute 'lever'"),
        ("binance", "BTC-USDT", {}, "exchange must be one of"),
    ],
)
def test_changes_that_are_refused(
    caller: Caller, exchange: str, name: str, changes: dict[str, object], message: str
) -> None:
    response = (
        change(caller, exchange, name, exists=True, **changes)
        if "exists" not in changes
        else change(caller, exchange, name, **changes)
    )
    assert response.status_code == 400
    assert message in response.json()["error"]
    if exchange != "binance":
        assert caller.admin("GET", f"instruments/{exchange}").json() == {"instruments": {}}


def test_a_bounded_number_of_instruments(caller: Caller) -> None:
    for number in range(10_000):
        caller.sandbox._state.change_instrument("okx", f"X{number}-USDT", {"exists": True})
    with pytest.raises(ValueError, match="at most 10000 instruments"):
        caller.sandbox.change_instrument("okx", "BTC-USDT", exists=False)
    caller.sandbox.change_instrument("okx", "X1-USDT", exists=False)
    assert code(get(caller, INSTRUMENTS, "instType=SPOT&instId=X1-USDT")) == "51001"
    assert code(get(caller, INSTRUMENTS, "instType=SPOT&instId=X2-USDT")) == "0"
