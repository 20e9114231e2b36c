"""What is made of a response: the documents' own, every kind of reported result, and a success that says little."""

import copy
import logging
import pickle
from decimal import Decimal
from typing import Any

import leverset_bitget.models
import leverset_okx.models
import pytest
from leverset_bitget.api.account import set_leverage as bitget_set_leverage
from leverset_okx.api.account import set_leverage as okx_set_leverage

from leverset import AsyncBitget, AsyncOkx, Bitget, BitgetLeverage, Limiter, Okx, OkxLeverage, ResultMismatch
from tests.caller import BITGET, CREDENTIALS, OKX, set_leverage
from tests.server import Loopback

OKX_RESULT = {"lever": "5", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long"}
# The response example of Bitget's document.
BITGET_RESULT = {
    "symbol": "BTCUSDT",
    "marginCoin": "USDT",
    "longLeverage": "25",
    "shortLeverage": "20",
    "crossMarginLeverage": "20",
    "marginMode": "crossed",
}


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_the_response_example_of_okx_parses_value_by_value(make: Any) -> None:
    data = [{"lever": "30", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long"}]
    document = {"code": "0", "msg": "", "data": data}
    with Loopback(document) as exchange:
        result = set_leverage(make, exchange.url, {**OKX, "lever": "30"})
        with Okx(CREDENTIALS, base_url=exchange.url, limiter=Limiter()) as okx:
            body = leverset_okx.models.SetLeverageRequest.from_dict(data[0])
            response = okx.call(okx_set_leverage, body=body)
    assert result == OkxLeverage(
        lever=Decimal(30),
        mgn_mode="isolated",
        inst_id="BTC-USDT-SWAP",
        ccy=None,
        pos_side="long",
        confirmed="response",
        raw={},
    )
    assert result.raw == data[0]
    assert type(response) is leverset_okx.models.SetLeverageResponse
    assert (response.code, response.msg) == ("0", "")
    assert isinstance(response.data, list)
    [parsed] = response.data
    assert (parsed.lever, parsed.mgn_mode, parsed.inst_id, parsed.pos_side) == (
        "30",
        "isolated",
        "BTC-USDT-SWAP",
        "long",
    )
    assert parsed.additional_properties == {}
    assert response.to_dict() == document


@pytest.mark.parametrize("make", [Bitget, AsyncBitget])
def test_bitgets_response_example_parses_and_matches_its_request(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    document = {"code": "00000", "data": BITGET_RESULT, "msg": "success", "requestTime": 1627293049406}
    with Loopback(document) as exchange:
        # Expected 20 for long, reported long 25 and crossed 20: in crossed margin it is the crossed one that counts.
        result = set_leverage(make, exchange.url, {**BITGET, "symbol": "btcusdt"})
        with Bitget(CREDENTIALS, base_url=exchange.url, limiter=Limiter()) as bitget:
            request = leverset_bitget.models.SetLeverageRequest("btcusdt", "USDT-FUTURES", "USDT", "20", "long")
            response = bitget.call(bitget_set_leverage, body=request)
    assert result == BitgetLeverage(
        lever=Decimal(20),
        symbol="BTCUSDT",
        product_type="USDT-FUTURES",
        margin_coin="USDT",
        hold_side="long",
        margin_mode="crossed",
        confirmed="response",
        raw={},
    )
    assert result.raw == BITGET_RESULT
    assert type(response) is leverset_bitget.models.SetLeverageResponse
    assert (response.code, response.msg, response.request_time) == ("00000", "success", 1627293049406)
    parsed = response.data
    assert isinstance(parsed, leverset_bitget.models.SetLeverageResult)
    assert (parsed.symbol, parsed.margin_coin, parsed.margin_mode) == ("BTCUSDT", "USDT", "crossed")
    assert (parsed.long_leverage, parsed.short_leverage, parsed.cross_margin_leverage) == ("25", "20", "20")
    assert parsed.additional_properties == {}
    assert response.to_dict() == document
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("make", [Bitget, AsyncBitget])
@pytest.mark.parametrize(
    ("reported", "hold_side", "differs"),
    [
        ({"marginMode": "crossed", "crossMarginLeverage": "20.0"}, "long", {}),
        ({"marginMode": "crossed", "crossMarginLeverage": "25"}, None, {"crossMarginLeverage": "25"}),
        ({"marginMode": "isolated", "longLeverage": "20", "shortLeverage": "10"}, "long", {}),
        ({"marginMode": "isolated", "longLeverage": "10", "shortLeverage": "20"}, "long", {"longLeverage": "10"}),
        ({"marginMode": "ISOLATED", "longLeverage": "10", "shortLeverage": "20"}, "short", {}),
        ({"marginMode": "isolated", "longLeverage": "20", "shortLeverage": "10"}, "short", {"shortLeverage": "10"}),
        ({"marginMode": "isolated", "longLeverage": "20", "shortLeverage": "20"}, None, {}),
        ({"marginMode": "isolated", "longLeverage": "20", "shortLeverage": "10"}, None, {"shortLeverage": "10"}),
        ({"marginMode": "isolated", "longLeverage": "5", "shortLeverage": "6"}, None, {"longLeverage": "5", "shortLeverage": "6"}),  # noqa: E501 - one case, one line
        ({"marginMode": "crossed", "crossMarginLeverage": "20", "symbol": "ETHUSDT"}, None, {"symbol": "ETHUSDT"}),
        ({"marginMode": "crossed", "crossMarginLeverage": "20", "marginCoin": "USDC"}, None, {"marginCoin": "USDC"}),
    ],
)  # fmt: skip
def test_bitget_is_compared_in_the_margin_mode_that_it_names(
    make: Any, reported: dict[str, str], hold_side: str | None, differs: dict[str, str]
) -> None:
    with Loopback({"code": "00000", "msg": "success", "data": reported}) as exchange:
        arguments = {**BITGET, "hold_side": hold_side}
        if not differs:
            result = set_leverage(make, exchange.url, arguments)
            assert (result.raw, result.confirmed) == (reported, "response")
            return
        with pytest.raises(ResultMismatch) as caught:
            set_leverage(make, exchange.url, arguments)
    assert caught.value.outcome == "differs"
    assert caught.value.reported == differs
    assert len(exchange.seen) == 1


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
@pytest.mark.parametrize(
    ("arguments", "reported", "differs"),
    [
        (OKX, OKX_RESULT, {}),
        (OKX, {**OKX_RESULT, "lever": "3"}, {"lever": "3"}),
        (OKX, {**OKX_RESULT, "posSide": "short"}, {"posSide": "short"}),
        # In cross margin the side comes back empty, and in net mode it comes back without having been asked for.
        ({**OKX, "mgn_mode": "cross", "pos_side": "net"}, {**OKX_RESULT, "mgnMode": "cross", "posSide": ""}, {}),
        ({**OKX, "pos_side": None}, {**OKX_RESULT, "posSide": "net"}, {}),
        # With both, the exchange uses the instrument; what it says of a currency then responses nothing.
        (
            {**OKX, "mgn_mode": "cross", "pos_side": None, "ccy": "BTC"},
            {**OKX_RESULT, "mgnMode": "cross", "posSide": "", "ccy": "USDT"},
            {},
        ),
        ({"lever": "5", "mgn_mode": "cross", "ccy": "BTC"}, {"lever": "5", "ccy": "ETH"}, {"ccy": "ETH"}),
    ],
)
def test_okx_is_compared_field_by_field(
    make: Any, arguments: dict[str, Any], reported: dict[str, str], differs: dict[str, str]
) -> None:
    with Loopback({"code": "0", "msg": "", "data": [reported]}) as exchange:
        if not differs:
            result = set_leverage(make, exchange.url, arguments)
            assert (result.raw, result.confirmed) == (reported, "response")
            return
        with pytest.raises(ResultMismatch) as caught:
            set_leverage(make, exchange.url, arguments)
    assert (caught.value.outcome, caught.value.reported) == ("differs", differs)
    assert len(exchange.seen) == 1


ABSENT: Any = object()
OKX_DATA = [ABSENT, None, [], {}, "x", 5, ["x"], [5], [None], [{}], [{"lever": ""}], [{"lever": None}]]
BITGET_DATA = [ABSENT, None, {}, [], "x", 5, {"marginMode": "crossed"}, {"marginMode": "isolated"}, {"marginMode": 5}]


@pytest.mark.parametrize(
    ("make", "arguments", "code", "data"),
    [
        *((make, OKX, "0", data) for data in OKX_DATA for make in (Okx, AsyncOkx)),
        *((make, BITGET, "00000", data) for data in BITGET_DATA for make in (Bitget, AsyncBitget)),
    ],
)
def test_a_success_without_a_reported_leverage_warns(
    make: Any, arguments: dict[str, Any], code: str, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    document = {"code": code, "msg": ""} | ({} if data is ABSENT else {"data": data})
    with Loopback(document) as exchange:
        result = set_leverage(make, exchange.url, arguments)
    assert (result.confirmed, result.lever) == ("no", Decimal(arguments.get("lever") or arguments["leverage"]))
    first = data[0] if isinstance(data, list) and data else data
    assert result.raw == (first if isinstance(first, dict) else {})
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "success without a reported " in record.getMessage()


@pytest.mark.parametrize(
    ("arguments", "reported", "names"),
    [
        (OKX, {}, ("BTC-USDT-SWAP", None, "long")),
        ({**OKX, "pos_side": None}, {"posSide": "net"}, ("BTC-USDT-SWAP", None, "net")),
        ({**OKX, "pos_side": None}, {"posSide": "both"}, ("BTC-USDT-SWAP", None, None)),
        ({**OKX, "pos_side": None}, {"posSide": ["net"]}, ("BTC-USDT-SWAP", None, None)),
        ({**OKX, "mgn_mode": "cross", "pos_side": None}, {"posSide": ""}, ("BTC-USDT-SWAP", None, None)),
        ({**OKX, "mgn_mode": "cross", "pos_side": "net"}, {"posSide": ""}, ("BTC-USDT-SWAP", None, "net")),
        ({**OKX, "mgn_mode": "cross", "pos_side": None, "ccy": "BTC"}, {}, ("BTC-USDT-SWAP", None, None)),
        ({"lever": "5", "mgn_mode": "cross", "ccy": "BTC"}, {"instId": ""}, (None, "BTC", None)),
        ({"lever": "5", "mgn_mode": "cross", "ccy": "BTC", "inst_id": ""}, {}, (None, "BTC", None)),
    ],
)
def test_a_result_of_okx_names_its_scope(
    arguments: Any, reported: dict[str, Any], names: tuple[str | None, ...]
) -> None:
    with Loopback({"code": "0", "msg": "", "data": [{"lever": "5.0", **reported}]}) as exchange:
        result = set_leverage(Okx, exchange.url, arguments)
    assert (result.lever, result.mgn_mode, result.confirmed) == (5, arguments["mgn_mode"], "response")
    assert (result.inst_id, result.ccy, result.pos_side) == names


@pytest.mark.parametrize(
    ("reported", "mode", "symbol"),
    [
        ({"marginMode": "CROSSED", "crossMarginLeverage": "20", "symbol": "BTCUSDT"}, "crossed", "BTCUSDT"),
        ({"marginMode": "isolated", "longLeverage": "20", "shortLeverage": "20", "symbol": ""}, "isolated", "btcusdt"),
        ({"marginMode": "unified", "crossMarginLeverage": "20"}, None, "btcusdt"),
    ],
)
def test_a_result_of_bitget_names_its_scope(reported: dict[str, str], mode: str | None, symbol: str) -> None:
    with Loopback({"code": "00000", "msg": "success", "data": reported}) as exchange:
        result = set_leverage(Bitget, exchange.url, {**BITGET, "symbol": "btcusdt", "hold_side": None})
    assert (result.symbol, result.margin_mode, result.hold_side) == (symbol, mode, None)
    assert result.confirmed == ("response" if mode else "no")


def test_a_result_is_a_value() -> None:
    with Loopback({"code": "0", "msg": "", "data": [OKX_RESULT]}) as exchange:
        result = set_leverage(Okx, exchange.url, OKX)
    assert repr(result) == (
        "OkxLeverage(lever=Decimal('5'), mgn_mode='isolated', inst_id='BTC-USDT-SWAP', ccy=None, pos_side='long', "
        "confirmed='response')"
    )
    for copied in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):  # noqa: S301 - our own
        assert (copied, copied.raw, hash(copied)) == (result, OKX_RESULT, hash(result))
    with pytest.raises(AttributeError):
        result.lever = Decimal(6)


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_the_entry_about_the_request_is_compared_wherever_it_stands(make: Any) -> None:
    entries = [{**OKX_RESULT, "lever": "3", "posSide": "short"}, None, OKX_RESULT]
    with Loopback({"code": "0", "msg": "", "data": entries}) as exchange:
        result = set_leverage(make, exchange.url, OKX)
    assert result.raw == OKX_RESULT
    assert result.confirmed == "response"
    more = [*entries, {**OKX_RESULT, "lever": "4"}]
    with Loopback({"code": "0", "msg": "", "data": more}) as exchange, pytest.raises(ResultMismatch) as caught:
        set_leverage(make, exchange.url, OKX)
    assert caught.value.reported == {"lever": "4"}
