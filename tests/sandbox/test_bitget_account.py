"""Bitget: GET /api/v2/mix/account/account, and unified accounts."""

from typing import Any

import httpx
import pytest

from leverset.sandbox import Account
from leverset.sandbox._accounts import Key
from tests.sandbox.caller import PERP, Caller, bitget_data, code

PATH = "/api/v2/mix/account/account"
BTC = "symbol=BTCUSDT&productType=USDT-FUTURES&marginCoin=USDT"


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def read(caller: Caller, query: str = BTC, account: Account | None = None) -> dict[str, Any]:
    return dict(bitget_data(caller.read("bitget", PATH, account, query)))


def levers(caller: Caller, query: str = BTC, account: Account | None = None) -> tuple[object, object, object]:
    found = read(caller, query, account)
    return found["crossedMarginLeverage"], found["isolatedLongLever"], found["isolatedShortLever"]


def test_the_documented_fields(caller: Caller) -> None:
    assert read(caller) == {
        "marginCoin": "USDT",
        "locked": "0",
        "available": "0",
        "crossedMaxAvailable": "0",
        "isolatedMaxAvailable": "0",
        "maxTransferOut": "0",
        "accountEquity": "0",
        "usdtEquity": "0",
        "btcEquity": "0",
        "crossedRiskRate": "0",
        "crossedMarginLeverage": 20,
        "isolatedLongLever": 10,
        "isolatedShortLever": 10,
        "isolatedMargin": "0",
        "crossedMargin": "0",
        "marginMode": "isolated",
        "posMode": "hedge_mode",
        "unrealizedPL": "",
        "coupon": "0",
        "grant": "0",
        "crossedUnrealizedPL": "0",
        "isolatedUnrealizedPL": "0",
        "assetMode": "union",
    }


@pytest.mark.parametrize("margin_mode", ["crossed", "isolated"])
@pytest.mark.parametrize("position_mode", ["one_way_mode", "hedge_mode"])
def test_modes(caller: Caller, margin_mode: str, position_mode: str) -> None:
    account = caller.sandbox.account("bitget", margin_mode=margin_mode, position_mode=position_mode)
    found = read(caller, BTC, account)
    assert (found["marginMode"], found["posMode"]) == (margin_mode, position_mode)


def test_what_was_set_is_read(caller: Caller) -> None:
    bitget_data(caller.bitget({**PERP, "leverage": "7"}))
    assert levers(caller) == (20, 7, 10)
    assert levers(caller, BTC.replace("BTC", "ETH")) == (20, 10, 10), "another symbol"
    crossed = caller.sandbox.account("bitget", margin_mode="crossed")
    bitget_data(caller.bitget({**PERP, "leverage": "11"}, crossed))
    assert levers(caller, BTC, crossed) == (11, 10, 10)
    one_way = caller.sandbox.account("bitget", position_mode="one_way_mode")
    bitget_data(caller.bitget({**PERP, "leverage": "12"}, one_way))
    assert levers(caller, BTC, one_way) == (20, 12, 12)


@pytest.mark.parametrize(
    "query",
    [
        "symbol=btcusdt&productType=usdt-futures&marginCoin=usdt",
        "marginCoin=Usdt&symbol=BtcUsdt&productType=Usdt-Futures",
    ],
)
def test_capitals_do_not_matter(caller: Caller, query: str) -> None:
    bitget_data(caller.bitget({**PERP, "leverage": "7"}))
    assert levers(caller, query) == (20, 7, 10)
    assert read(caller, query)["marginCoin"] == "USDT"


def test_leverages_as_numbers_and_as_strings(caller: Caller) -> None:
    bitget_data(caller.bitget({**PERP, "leverage": "7.5"}))
    assert levers(caller) == (20, 7.5, 10)
    caller.sandbox.configure(leverage_as="string")
    assert levers(caller) == ("20", "7.5", "10")


def test_leverages_alternate_with_the_requests(caller: Caller) -> None:
    caller.sandbox.configure(leverage_as="alternating")
    assert [levers(caller)[0] for _ in range(4)] == [20, "20", 20, "20"]
    caller.sandbox.clear()
    assert levers(caller)[0] == 20


def test_a_leverage_that_no_number_holds_stays_a_string(caller: Caller) -> None:
    exact = "7.12345678901234567890123"
    bitget_data(caller.bitget({**PERP, "leverage": exact}))
    assert levers(caller) == (20, exact, 10)


@pytest.mark.parametrize(
    ("query", "expected", "named"),
    [
        ("", "40019", "symbol"),
        ("productType=USDT-FUTURES&marginCoin=USDT", "40019", "symbol"),
        ("symbol=BTCUSDT&marginCoin=USDT", "40019", "productType"),
        ("symbol=BTCUSDT&productType=USDT-FUTURES", "40019", "marginCoin"),
        (f"{BTC}&x=1", "40017", "x"),
        (f"{BTC}&symbol=BTCUSDT", "40017", "symbol"),
        (BTC.replace("USDT-FUTURES", "UMCBL"), "40020", "productType"),
        (BTC.replace("BTC", "NOPE"), "40034", "symbol"),
        (BTC.replace("USDT-FUTURES", "USDC-FUTURES"), "40034", "symbol"),
        (BTC.replace("marginCoin=USDT", "marginCoin=BTC"), "40778", "USDT"),
    ],
)
def test_refusals(caller: Caller, query: str, expected: str, named: str) -> None:
    response = caller.read("bitget", PATH, None, query)
    assert (response.status_code, code(response), response.json()["data"]) == (400, expected, None)
    assert named in response.json()["msg"]


def test_the_query_is_signed(caller: Caller) -> None:
    assert code(caller.read("bitget", PATH, None, BTC, signed=f"1700000000000GET{PATH}")) == "40009"
    assert code(caller.read("bitget", PATH, None, BTC, signed=f"1700000000000GET{PATH}?{BTC}")) == "00000"


# --- keys


@pytest.mark.parametrize(
    ("permissions", "reads", "sets"), [(["read"], "00000", "40014"), (["trade"], "40014", "00000")]
)
def test_permissions(caller: Caller, permissions: list[str], reads: str, sets: str) -> None:
    account = caller.sandbox.account("bitget")
    key = caller.sandbox.add_key(account, permissions=permissions)
    assert code(caller.read("bitget", PATH, account, BTC, key=key)) == reads
    assert code(caller.bitget(key=key)) == sets


def test_addresses(caller: Caller) -> None:
    account = caller.sandbox.account("bitget")
    elsewhere = caller.sandbox.add_key(account, ips=["192.0.2.1"])
    here = caller.sandbox.add_key(account, ips=["127.0.0.1"])
    assert code(caller.bitget(key=elsewhere)) == "40018"
    assert code(caller.bitget(key=here)) == "00000"
    mixed = Key(here.api_key, account.secret, here.passphrase)
    assert code(caller.bitget(key=mixed)) == "40009"


# --- unified accounts


def unified(caller: Caller, **parts: Any) -> list[httpx.Response]:
    account = caller.sandbox.account("bitget", kind="unified")
    return [caller.bitget(PERP, account, **parts), caller.read("bitget", PATH, account, BTC, **parts)]


def test_a_unified_account_is_refused_whatever_the_signature(caller: Caller) -> None:
    account = caller.sandbox.account("bitget", kind="unified")
    wrong = Key(account.api_key, "wrong", "wrong")
    for response in (*unified(caller), *unified(caller, key=wrong), *unified(caller, at=0.0)):
        assert (response.status_code, response.json()) == (
            400,
            {
                "code": "40085",
                "msg": "You are in Unified Account mode, and the Classic Account API is not supported at this time",
                "requestTime": 1_700_000_000_000,
                "data": None,
            },
        )
    assert {entry["account"] for entry in caller.sandbox.requests()} == {None}


def test_an_account_becomes_unified_and_classic_again(caller: Caller) -> None:
    account = caller.sandbox.account("bitget")
    caller.sandbox.change_account(account, kind="unified")
    assert code(caller.bitget()) == "40085"
    assert caller.admin("GET", "accounts/bitget/isolated/hedge_mode").json()["kind"] == "unified"
    caller.sandbox.reset()
    assert code(caller.bitget()) == "00000"
    caller.admin("PATCH", "accounts/bitget/unified", json={"kind": "classic"})
    assert [code(response) for response in unified(caller)] == ["00000", "00000"]


def test_kinds_of_accounts_that_there_are_not(caller: Caller) -> None:
    with pytest.raises(ValueError, match="kind='pro'"):
        caller.sandbox.account("bitget", kind="pro")
    with pytest.raises(ValueError, match="kind='unified'"):
        caller.sandbox.account("okx", kind="unified")
    with pytest.raises(ValueError, match="kind must be one of"):
        caller.sandbox.change_account(caller.sandbox.account("bitget"), kind="pro")
    with pytest.raises(ValueError, match="'kind' cannot be set on okx"):
        caller.sandbox.change_account(caller.sandbox.account("okx"), kind="classic")
