"""OKX: GET /api/v5/account/leverage-info."""

import httpx
import pytest

from tests.sandbox.caller import SWAP, Caller, code, okx_data

PATH = "/api/v5/account/leverage-info"


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def read(caller: Caller, query: str, level: str = "single_currency", mode: str = "long_short_mode") -> httpx.Response:
    return caller.read("okx", PATH, caller.sandbox.account("okx", level=level, position_mode=mode), query)


def rows(response: httpx.Response) -> list[tuple[str, str, str, str, str]]:
    payload = response.json()
    assert (response.status_code, payload["code"], payload["msg"]) == (200, "0", ""), payload
    return [(row["ccy"], row["instId"], row["mgnMode"], row["posSide"], row["lever"]) for row in payload["data"]]


def test_the_documents_example(caller: Caller) -> None:
    okx_data(caller.okx({"instId": "BTC-USDT-SWAP", "lever": "10", "mgnMode": "cross"}))
    assert read(caller, "instId=BTC-USDT-SWAP&mgnMode=cross").json() == {
        "code": "0",
        "msg": "",
        "data": [
            {"ccy": "", "instId": "BTC-USDT-SWAP", "mgnMode": "cross", "posSide": "long", "lever": "10"},
            {"ccy": "", "instId": "BTC-USDT-SWAP", "mgnMode": "cross", "posSide": "short", "lever": "10"},
        ],
    }


def test_the_sides_of_an_isolated_contract_differ(caller: Caller) -> None:
    okx_data(caller.okx({**SWAP, "lever": "10"}))
    assert rows(read(caller, "instId=BTC-USDT-SWAP&mgnMode=isolated")) == [
        ("", "BTC-USDT-SWAP", "isolated", "long", "10"),
        ("", "BTC-USDT-SWAP", "isolated", "short", "3"),
    ]


def test_net_mode_has_one_row(caller: Caller) -> None:
    account = caller.sandbox.account("okx", position_mode="net_mode")
    for lever, mode in (("7", "isolated"), ("8", "cross")):
        okx_data(caller.okx({"instId": "BTC-USDT-SWAP", "lever": lever, "mgnMode": mode}, account))
        found = rows(caller.read("okx", PATH, account, f"mgnMode={mode}&instId=BTC-USDT-SWAP"))
        assert found == [("", "BTC-USDT-SWAP", mode, "net", lever)]


def test_cross_contracts_share_what_was_set_for_their_underlying(caller: Caller) -> None:
    okx_data(caller.okx({"instId": "BTC-USDT-200802", "lever": "9", "mgnMode": "cross"}))
    found = rows(read(caller, "mgnMode=cross&instId=BTC-USDT-SWAP,ETH-USDT-SWAP"))
    assert [(row[1], row[3], row[4]) for row in found] == [
        ("BTC-USDT-SWAP", "long", "9"),
        ("BTC-USDT-SWAP", "short", "9"),
        ("ETH-USDT-SWAP", "long", "3"),
        ("ETH-USDT-SWAP", "short", "3"),
    ]


def test_a_pair_has_one_row_in_either_mode(caller: Caller) -> None:
    okx_data(caller.okx({"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}))
    assert rows(read(caller, "mgnMode=isolated&instId=BTC-USDT")) == [("", "BTC-USDT", "isolated", "net", "5")]
    assert rows(read(caller, "mgnMode=cross&instId=BTC-USDT")) == [("", "BTC-USDT", "cross", "net", "3")]


def test_currencies(caller: Caller) -> None:
    account = caller.sandbox.account("okx", level="multi_currency")
    okx_data(caller.okx({"ccy": "BTC", "lever": "5", "mgnMode": "cross"}, account))
    found = rows(caller.read("okx", PATH, account, "mgnMode=cross&ccy=BTC,USDT"))
    assert found == [("BTC", "", "cross", "", "5"), ("USDT", "", "cross", "", "3")]


def test_with_both_the_instrument_is_used(caller: Caller) -> None:
    assert rows(read(caller, "mgnMode=cross&ccy=BTC&instId=ETH-USDT"))[0][1] == "ETH-USDT"


@pytest.mark.parametrize("level", ["spot", "multi_currency", "portfolio"])
def test_levels_that_have_currencies(caller: Caller, level: str) -> None:
    assert rows(read(caller, "mgnMode=cross&ccy=BTC&instId=", level)) == [("BTC", "", "cross", "", "3")]


def test_twenty_names_are_the_most(caller: Caller) -> None:
    names = [f"T{number:03}-USDT-SWAP" for number in range(21)]
    found = rows(read(caller, f"mgnMode=isolated&instId={','.join(names[:20])}"))
    assert [row[1] for row in found[::2]] == names[:20]
    assert [row[1] for row in found[1::2]] == names[:20]
    refused = read(caller, f"mgnMode=isolated&instId={','.join(names)}")
    assert (refused.status_code, code(refused)) == (200, "50025")
    currencies = ",".join(f"T{number:03}" for number in range(21))
    assert code(read(caller, f"mgnMode=cross&ccy={currencies}", "multi_currency")) == "50025"


def test_a_name_given_twice_comes_back_once(caller: Caller) -> None:
    assert len(rows(read(caller, "mgnMode=cross&instId=BTC-USDT,BTC-USDT"))) == 1


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ("instId=BTC-USDT-SWAP", 400, "50014"),
        ("mgnMode=&instId=BTC-USDT-SWAP", 400, "50014"),
        ("", 400, "50014"),
        ("mgnMode=cross", 400, "50015"),
        ("mgnMode=cross&instId=&ccy=", 400, "50015"),
        ("mgnMode=isolated&ccy=BTC", 400, "50016"),
        ("mgnMode=cross&instId=BTC-USDT,BTC-USDT-SWAP", 200, "59004"),
        ("mgnMode=cross&instId=BTC-USDT-SWAP,BTC-USDT-200802", 200, "59004"),
        ("mgnMode=cross&instId=NOPE-USDT-SWAP", 200, "51001"),
        ("mgnMode=cross&instId=BTC-USDT-SWAP,", 200, "51001"),
        ("mgnMode=cross&instId=BTC-USDT-SWAP,%20ETH-USDT-SWAP", 200, "51001"),
        ("mgnMode=cross&instId=BTC-USD-200802-10000-C", 200, "51001"),
        ("mgnMode=cross&ccy=BTC", 200, "51010"),
        ("mgnMode=cross&ccy=NOPE", 200, "51012"),
    ],
)
def test_refusals(caller: Caller, query: str, status: int, expected: str) -> None:
    response = read(caller, query)
    assert (response.status_code, code(response), response.json()["data"]) == (status, expected, [])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("mgnMode=crossed&instId=BTC-USDT", "mgnMode"),
        ("mgnMode=cross&mgnMode=cross&instId=BTC-USDT", "mgnMode"),
        ("mgnMode=cross&instID=BTC-USDT", "instID"),
        ("mgnMode=cross&instId=%FF", ""),
    ],
)
def test_parameters_that_are_wrong(caller: Caller, query: str, named: str) -> None:
    response = read(caller, query)
    assert (code(response), response.json()["msg"]) == ("51000", f"Parameter {named} error")


def test_lenient_passes_over_unknown_parameters(caller: Caller) -> None:
    caller.sandbox.configure(lenient=True)
    assert len(rows(read(caller, "mgnMode=cross&instId=BTC-USDT&color=blue"))) == 1
    assert code(read(caller, "mgnMode=cross&instId=BTC-USDT&instId=BTC-USDT")) == "51000"


def test_a_spot_account_has_no_leverage_of_instruments(caller: Caller) -> None:
    assert code(read(caller, "mgnMode=cross&instId=BTC-USDT", "spot")) == "51010"


def test_portfolio_margin_has_no_cross_leverage_of_contracts(caller: Caller) -> None:
    assert code(read(caller, "mgnMode=cross&instId=BTC-USDT-SWAP", "portfolio")) == "59111"
    assert code(read(caller, "mgnMode=cross&instId=BTC-USDT-200802", "portfolio")) == "59111"
    assert rows(read(caller, "mgnMode=cross&instId=BTC-USDT", "portfolio"))
    assert len(rows(read(caller, "mgnMode=isolated&instId=BTC-USDT-SWAP", "portfolio"))) == 2


def test_the_query_is_signed(caller: Caller) -> None:
    assert rows(read(caller, "mgnMode=cross&instId=BTC-USDT%2CETH-USDT")), "the comma may be escaped"
    timestamp = "2023-11-14T22:13:20.000Z"
    query = "mgnMode=cross&instId=BTC-USDT"
    assert code(caller.read("okx", PATH, None, query, signed=f"{timestamp}GET{PATH}")) == "50113"
    assert rows(caller.read("okx", PATH, None, query, signed=f"{timestamp}GET{PATH}?{query}"))


def test_reading_changes_nothing(caller: Caller) -> None:
    read(caller, "mgnMode=cross&instId=BTC-USDT")
    assert caller.sandbox.leverage("okx") == []
    [entry] = caller.sandbox.requests()
    assert (entry["applied"], entry["admitted"], entry["account"]) == (False, True, "single_currency/long_short_mode")
    assert (entry["state_version"], entry["response_code"]) == (0, "0")
