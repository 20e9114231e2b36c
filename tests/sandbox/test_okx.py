"""OKX: every rule of the document and every code."""

import httpx
import pytest

from tests.sandbox.caller import SWAP, Caller, code, okx_data

MARGIN = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}
CURRENCY = {"ccy": "BTC", "lever": "5", "mgnMode": "cross"}


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def send(caller: Caller, body: object, level: str = "single_currency", mode: str = "long_short_mode") -> httpx.Response:
    return caller.okx(body, caller.sandbox.account("okx", level=level, position_mode=mode))


@pytest.mark.parametrize(
    ("body", "status", "expected", "named"),
    [
        (b"", 400, "50000", ""),
        (b" \n", 400, "50000", ""),
        (b"{", 400, "50002", ""),
        (b"[]", 400, "50002", ""),
        (b'"text"', 400, "50002", ""),
        (b"null", 400, "50002", ""),
        (b'{"lever": NaN}', 400, "50002", ""),
        (b'{"lever": "\xff"}', 400, "50002", ""),
        (b'{"lever":"5","lever":"5","mgnMode":"cross","ccy":"BTC"}', 400, "50002", ""),
        (b"[" * 50_000, 400, "50002", ""),
        ({**MARGIN, "color": "blue"}, 400, "51000", "color"),
        ({**MARGIN, "lever": 5}, 400, "51000", "lever"),
        ({**MARGIN, "lever": 5.5}, 400, "51000", "lever"),
        ({**MARGIN, "lever": True}, 400, "51000", "lever"),
        ({**MARGIN, "lever": None}, 400, "51000", "lever"),
        ({**MARGIN, "lever": ["5"]}, 400, "51000", "lever"),
        ({**MARGIN, "lever": {}}, 400, "51000", "lever"),
        ({**MARGIN, "lever": ""}, 400, "50014", "lever"),
        ({"instId": "BTC-USDT", "mgnMode": "isolated"}, 400, "50014", "lever"),
        ({"instId": "BTC-USDT", "lever": "5"}, 400, "50014", "mgnMode"),
        ({**MARGIN, "mgnMode": ""}, 400, "50014", "mgnMode"),
        ({**MARGIN, "mgnMode": "crossed"}, 400, "51000", "mgnMode"),
        ({**SWAP, "posSide": "LONG"}, 400, "51000", "posSide"),
        ({**SWAP, "posSide": ""}, 400, "51000", "posSide"),
        ({"lever": "5", "mgnMode": "cross"}, 400, "50015", "instId or ccy"),
        ({"instId": "", "ccy": "", "lever": "5", "mgnMode": "cross"}, 400, "50015", "instId or ccy"),
    ],
)
def test_malformed_bodies(caller: Caller, body: object, status: int, expected: str, named: str) -> None:
    response = caller.okx(body)
    assert (response.status_code, code(response)) == (status, expected)
    assert named in response.json()["msg"]
    assert response.json()["data"] == []
    assert caller.sandbox.leverage("okx") == []


@pytest.mark.parametrize(
    "lever",
    ["0", "0.00", "-5", "+5", "5e0", "1E2", "5.", ".5", "5,5", " 5", "5 ", "5\n", "５", "٥", "0x5", "5_0", "five"],
)
def test_lever_is_a_positive_fixed_point_decimal(caller: Caller, lever: str) -> None:
    response = caller.okx({**MARGIN, "lever": lever})
    assert (code(response), response.json()["msg"]) == ("51000", "Parameter lever error")


@pytest.mark.parametrize(
    ("lever", "plain"), [("5", "5"), ("05", "5"), ("5.50", "5.5"), ("10.0", "10"), ("0.01", "0.01")]
)
def test_levers_are_kept_without_superfluous_zeros(caller: Caller, lever: str, plain: str) -> None:
    assert okx_data(caller.okx({**MARGIN, "lever": lever}))["lever"] == plain


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({**MARGIN, "lever": "10.01"}, 200, "59102"),
        ({**MARGIN, "lever": "0.009"}, 400, "59105"),
        ({**MARGIN, "mgnMode": "cross", "lever": "11"}, 200, "59102"),
        ({**SWAP, "lever": "125.000000000000000000000000000000001"}, 200, "59102"),
        ({**SWAP, "lever": "0.0099"}, 400, "59105"),
        ({**SWAP, "lever": "125"}, 200, "0"),
        ({**SWAP, "lever": "0.01"}, 200, "0"),
        ({**MARGIN, "lever": "10"}, 200, "0"),
    ],
)
def test_bounds(caller: Caller, body: dict[str, str], status: int, expected: str) -> None:
    response = caller.okx(body)
    assert (response.status_code, code(response)) == (status, expected)


def test_bounds_of_a_currency(caller: Caller) -> None:
    assert code(send(caller, {**CURRENCY, "lever": "10"}, "multi_currency")) == "0"
    assert code(send(caller, {**CURRENCY, "lever": "11"}, "multi_currency")) == "59102"


@pytest.mark.parametrize(
    ("inst_id", "expected"),
    [
        ("BTC-USDT", "0"),
        ("ETH-BTC", "0"),
        ("T000-USDC", "0"),
        ("T999-USD", "0"),
        ("BTC-USDT-SWAP", "0"),
        ("BTC-USD-SWAP", "0"),
        ("BTC-USDT-200802", "0"),
        ("BTC-USD_UM-SWAP", "0"),
        ("BTC-USD_UM-260327", "0"),
        ("BTC-USD_UM_XPERP-310404", "0"),
        ("AAPL-USD_UM_XPERP-310613", "0"),
        ("1INCH-USDT", "0"),
        ("BTC-USDT-240229", "0"),
        ("BTC-USDT-230229", "51001"),
        ("BTC-USDT-260145", "51001"),
        ("BTC-USDT_UM-SWAP", "51001"),
        ("BTC-USD_UM_XPERP-SWAP", "51001"),
        ("BTC-USD_UM", "51001"),
        ("BTC-USD_UM-260626-61000-P", "51001"),
        ("BTC-ABOVE-DAILY-260224-1600-65000", "51001"),
        ("BTC-UPDOWN-15MIN-260224-1600-1615", "51001"),
        ("XRP-USD-260130-0.5-C", "51001"),
        ("币安人生-USDT-SWAP", "51001"),
        ("BTC-UPDOWN-15MIN-260231-1600-1615", "51001"),
        ("T1000-USDT", "51001"),
        ("BTC-BTC", "51001"),
        ("BTC-EUR", "51001"),
        ("NOPE-USDT-SWAP", "51001"),
        ("BTC-USD-200802-10000-C", "51001"),
        ("BTC-USD-200802-10000-P", "51001"),
        ("BTC-USD-200802-10000-X", "51001"),
        ("btc-usdt", "51001"),
        ("BTCUSDT", "51001"),
        ("BTC-USDT-2008022", "51001"),
        ("BTC-USDT-SWAP\n", "51001"),
        ("BTC-USDT-２00802", "51001"),
    ],
)
def test_instruments(caller: Caller, inst_id: str, expected: str) -> None:
    assert code(caller.okx({"instId": inst_id, "lever": "5", "mgnMode": "cross"})) == expected


@pytest.mark.parametrize(
    "inst_id",
    [
        "BTC-USDT",
        "BTC-USD-200802-10000-C",
        "BTC-USD_UM-260626-61000-P",
        "XRP-USD-260130-0.5-C",
        "BTC-ABOVE-DAILY-260224-1600-65000",
    ],
)
@pytest.mark.parametrize("mode", ["isolated", "cross"])
@pytest.mark.parametrize("side", ["long", "short", "net"])
def test_a_side_needs_a_contract(caller: Caller, inst_id: str, mode: str, side: str) -> None:
    body = {"instId": inst_id, "lever": "5", "mgnMode": mode, "posSide": side}
    assert code(caller.okx(body)) == "51000"
    assert code(send(caller, {**CURRENCY, "posSide": side}, "multi_currency")) == "51000"


@pytest.mark.parametrize("mode", ["long_short_mode", "net_mode"])
def test_in_cross_a_side_is_net(caller: Caller, mode: str) -> None:
    cross = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}
    codes = [code(send(caller, {**cross, "posSide": side}, mode=mode)) for side in ("net", "long", "short")]
    assert codes == ["0", "51000", "51000"]
    assert okx_data(send(caller, {**cross, "posSide": "net"}, mode=mode))["posSide"] == ""


def test_isolated_contract_in_long_short_mode_needs_a_side(caller: Caller) -> None:
    isolated = {"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "isolated"}
    assert code(caller.okx(isolated)) == "51000"
    assert code(caller.okx({**isolated, "posSide": "net"})) == "51000"
    assert okx_data(caller.okx({**isolated, "posSide": "short"}))["posSide"] == "short"


def test_isolated_contracts_in_net_mode_take_net_or_nothing(caller: Caller) -> None:
    isolated = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}
    assert okx_data(send(caller, isolated, mode="net_mode"))["posSide"] == "net"
    assert okx_data(send(caller, {**isolated, "posSide": "net"}, mode="net_mode"))["posSide"] == "net"
    for side in ("long", "short"):
        assert code(send(caller, {**isolated, "posSide": side}, mode="net_mode")) == "51000"


def test_a_currency_is_cross(caller: Caller) -> None:
    assert code(send(caller, {**CURRENCY, "mgnMode": "isolated"}, "multi_currency")) == "50016"
    both = {**CURRENCY, "instId": "BTC-USDT", "mgnMode": "isolated"}
    assert code(send(caller, both, "multi_currency")) == "50016"


@pytest.mark.parametrize(
    ("level", "expected"),
    [("spot", "51010"), ("single_currency", "51010"), ("multi_currency", "0"), ("portfolio", "51010")],
)
def test_a_currency_alone_needs_multi_currency(caller: Caller, level: str, expected: str) -> None:
    assert code(send(caller, CURRENCY, level)) == expected


@pytest.mark.parametrize("ccy", ["NOPE", "btc", "BTC "])
def test_unknown_currencies(caller: Caller, ccy: str) -> None:
    assert code(send(caller, {**CURRENCY, "ccy": ccy}, "multi_currency")) == "51012"


@pytest.mark.parametrize("level", ["single_currency", "multi_currency"])
def test_with_both_the_instrument_is_used(caller: Caller, level: str) -> None:
    body = {**CURRENCY, "instId": "ETH-USDT"}
    assert okx_data(send(caller, body, level))["instId"] == "ETH-USDT"
    account = caller.sandbox.account("okx", level=level)
    assert caller.sandbox.leverage("okx", account) == [
        {"scope": "pair", "mgnMode": "cross", "instId": "ETH-USDT", "lever": "5"}
    ]


@pytest.mark.parametrize(("one", "empty"), [("instId", "ccy"), ("ccy", "instId")])
def test_an_empty_instrument_or_currency_is_absent(caller: Caller, one: str, empty: str) -> None:
    body = {one: "BTC-USDT" if one == "instId" else "BTC", empty: "", "lever": "5", "mgnMode": "cross"}
    assert code(send(caller, body, "multi_currency")) == "0"
    isolated = {"instId": "BTC-USDT", "ccy": "", "lever": "5", "mgnMode": "isolated"}
    assert code(caller.okx(isolated)) == "0"


@pytest.mark.parametrize("body", [MARGIN, CURRENCY, SWAP, {**SWAP, "mgnMode": "cross", "posSide": "net"}])
def test_a_spot_account_has_no_leverage(caller: Caller, body: dict[str, str]) -> None:
    assert code(send(caller, body, "spot")) == "51010"


def test_portfolio_margin_keeps_its_cross_leverage_of_contracts(caller: Caller) -> None:
    assert code(send(caller, {**SWAP, "mgnMode": "cross", "posSide": "net"}, "portfolio")) == "51039"
    assert code(send(caller, {**MARGIN, "mgnMode": "cross"}, "portfolio")) == "0"
    assert code(send(caller, SWAP, "portfolio")) == "0"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/jsonx", ""])
def test_content_type(caller: Caller, content_type: str | None) -> None:
    response = caller.okx(headers={"Content-Type": content_type})
    assert (response.status_code, code(response)) == (400, "50006")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_content_type_with_parameters(caller: Caller, content_type: str) -> None:
    okx_data(caller.okx(headers={"Content-Type": content_type}))
