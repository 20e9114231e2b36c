"""The account of a test: what it says of itself, what holds, what was sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from leverset.sandbox import Sandbox
from leverset.testing import (
    AnySandboxAccount,
    BitgetSandboxAccount,
    OkxSandboxAccount,
    OpenAccount,
    SandboxAccount,
    SandboxRequest,
)
from tests.sandbox.caller import PERP, SWAP, Caller, StillClock

CROSS = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    clock = StillClock()
    with Sandbox(clock=clock) as sandbox, httpx.Client(trust_env=False) as client:
        yield Caller(sandbox, clock, client)


@pytest.fixture
def caller(shared: Caller) -> Caller:
    shared.sandbox.reset(settings=True)
    shared.clock.reset()
    return shared


@pytest.fixture
def open_account(caller: Caller) -> OpenAccount:
    return OpenAccount(caller.sandbox, [])


def test_each_exchange_has_its_own_type(open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(open_account("okx")) is OkxSandboxAccount
    assert type(open_account("bitget", margin_mode="crossed")) is BitgetSandboxAccount
    monkeypatch.setattr("leverset.testing._open._TYPES", {})
    exchange: str = "bitget"
    assert type(open_account(exchange)) is AnySandboxAccount


def test_an_account_says_who_it_is_and_no_secret(open_account: OpenAccount) -> None:
    okx = open_account("okx", position_mode="net_mode")
    assert (okx.exchange, okx.url) == ("okx", okx.sandbox.url)
    assert okx.modes == {"level": "single_currency", "position_mode": "net_mode"}
    assert (okx.api_key, okx.secret) == (okx.account.api_key, okx.account.secret)
    assert repr(okx) == f"OkxSandboxAccount(okx {okx.account.name} on {okx.url})"
    for secret in (okx.api_key, okx.secret, okx.passphrase):
        assert secret not in repr(okx)
    okx.change_modes(position_mode="long_short_mode")
    assert okx.modes["position_mode"] == "long_short_mode"


def test_the_environment_has_the_usual_names(open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    account = open_account("bitget")
    assert account.environment == {
        **dict.fromkeys(("BITGET_API_KEY", "BITGET_APIKEY"), account.api_key),
        **dict.fromkeys(("BITGET_SECRET", "BITGET_API_SECRET", "BITGET_SECRET_KEY"), account.secret),
        **dict.fromkeys(("BITGET_PASSPHRASE", "BITGET_API_PASSPHRASE", "BITGET_PASSWORD"), account.passphrase),
        "BITGET_BASE_URL": account.url,
        "NO_PROXY": "example.com,127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    demo = open_account("okx", environment="demo")
    assert demo.environment["OKX_API_KEY"] == demo.environment["OKX_DEMO_API_KEY"] == demo.api_key
    assert demo.environment["OKX_DEMO_BASE_URL"] == demo.url


def test_the_leverage_that_holds(open_account: OpenAccount) -> None:
    okx = open_account("okx")
    assert okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="cross") == 3
    okx.change_leverage(**CROSS | {"lever": "7.5"})
    assert okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="cross") == Decimal("7.5")
    okx.change_leverage(**SWAP)
    assert okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="isolated", pos_side="long") == 5
    assert okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="isolated", pos_side="short") == 3
    many = open_account("okx", level="multi_currency")
    assert many.leverage(ccy="BTC", mgn_mode="cross") == 3
    bitget = open_account("bitget")
    bitget.change_leverage(**PERP)
    assert bitget.leverage(symbol="BTCUSDT", hold_side="long") == 20
    assert bitget.leverage(symbol="BTCUSDT", hold_side="short") == 10
    assert bitget.leverage(symbol="BTCPERP", product_type="USDC-FUTURES") == 10
    assert bitget.requests == []


def test_a_side_that_is_needed_or_that_there_is_not(open_account: OpenAccount) -> None:
    okx = open_account("okx")
    okx.change_leverage(**SWAP)
    with pytest.raises(ValueError, match="BTC-USDT-SWAP isolated has a leverage for each side, 5 on long and 3 on sh"):
        okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="isolated")
    with pytest.raises(ValueError, match=r"has no side 'net' on this account: one of \['long', 'short'\]"):
        okx.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="isolated", pos_side="net")
    with pytest.raises(ValueError, match="OKX refuses it with 51001"):
        okx.assert_leverage(5, inst_id="NONE-USDT-SWAP", mgn_mode="cross")


@pytest.mark.parametrize("expected", [5, "5", "5.0", 5.0, Decimal(5)])
def test_an_expected_leverage_in_every_form(caller: Caller, open_account: OpenAccount, expected: Any) -> None:
    okx = open_account("okx")
    caller.okx(CROSS, okx.account)
    okx.assert_leverage(expected, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
    okx.assert_no_refusals()


@pytest.mark.parametrize("expected", [True, "five", None])
def test_what_is_no_leverage(open_account: OpenAccount, expected: Any) -> None:
    okx = open_account("okx")
    with pytest.raises(ValueError, match=f"a leverage is expected, such as 5 or '12.5', not {expected!r}"):
        okx.assert_leverage(expected, inst_id="BTC-USDT-SWAP", mgn_mode="cross")


def test_another_leverage_is_explained_by_the_requests(caller: Caller, open_account: OpenAccount) -> None:
    okx = open_account("okx", position_mode="net_mode")
    other = open_account("okx")
    caller.okx(CROSS | {"lever": "500"}, okx.account)
    caller.okx(CROSS, other.account)
    okx.fault("rate_limited")
    caller.okx(CROSS, okx.account)
    with pytest.raises(AssertionError) as caught:
        okx.assert_leverage(5, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
    assert str(caught.value) == (
        "the leverage of BTC-USDT-SWAP cross on okx is 3, not 5\n"
        "the account: level single_currency, position_mode net_mode\n"
        "its requests:\n"
        '  POST /api/v5/account/set-leverage {"instId": "BTC-USDT-SWAP", "lever": "500", "mgnMode": "cross"} -> '
        "refused with 59102: Leverage exceeds the maximum limit. Please lower the leverage.\n"
        '  POST /api/v5/account/set-leverage {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"} -> '
        "HTTP 429, code 50011, with a fault"
    )


def test_without_any_request_it_says_where_it_waited(open_account: OpenAccount) -> None:
    bitget = open_account("bitget")
    with pytest.raises(
        AssertionError, match=f"of BTCUSDT long on bitget is 10, not 5\n.*\n.*\n  none arrived at {bitget.url}"
    ):
        bitget.assert_leverage(5, symbol="BTCUSDT", hold_side="long")


def test_refusals_of_this_account_and_of_none(caller: Caller, open_account: OpenAccount) -> None:
    caller.okx({}, headers={"OK-ACCESS-KEY": "unknown"})  # before it was opened
    okx, other, bitget = open_account("okx"), open_account("okx"), open_account("bitget")
    caller.okx(CROSS, okx.account)
    caller.okx(CROSS | {"lever": "500"}, other.account)
    caller.okx(CROSS, okx.account, signed="something else")
    caller.okx(CROSS, headers={"OK-ACCESS-KEY": "unknown"})
    caller.client.get(f"{okx.url}/v5/nothing?a=1")
    caller.bitget(PERP | {"leverage": "500"}, bitget.account)
    assert [one.refusal for one in okx.refused] == [
        "50113: Invalid Sign",
        "50111: Invalid OK-ACCESS-KEY",
        "404: Not Found",
    ]
    assert [one.refusal[:5] for one in other.refused] == ["59102", "50111", "404: "]
    assert [one.refusal[:5] for one in bitget.refused] == ["404: ", "40797"]
    assert [one.refused for one in okx.requests] == [False, True]
    with pytest.raises(
        AssertionError, match=r"^3 requests were refused by okx:\n  POST .*\n.*\n  GET /v5/nothing\?a=1 -> "
    ):
        okx.assert_no_refusals()
    caller.sandbox.clear()
    okx.assert_no_refusals()
    caller.client.get(f"{okx.url}/v5/nothing")
    with pytest.raises(AssertionError, match=r"^a request was refused by okx:\n  GET /v5/nothing -> refused with 404"):
        okx.assert_no_refusals()


def test_a_response_that_a_fault_made_is_no_refusal(caller: Caller, open_account: OpenAccount) -> None:
    okx = open_account("okx")
    okx.fault("refused", code="59108", times=2)
    caller.okx(CROSS, okx.account)
    okx.assert_no_refusals()
    caller.okx(CROSS | {"lever": "500"}, okx.account)
    [refused] = okx.refused
    assert refused.faulty
    assert str(refused).endswith("lower the leverage. (with a fault)")


def test_the_last_requests_are_shown(caller: Caller, open_account: OpenAccount) -> None:
    caller.sandbox.configure(limits=False)
    okx = open_account("okx")
    for number in range(12):
        caller.okx(CROSS | {"lever": str(500 + number)}, okx.account)
    with pytest.raises(AssertionError) as caught:
        okx.assert_no_refusals()
    title, before, *lines = str(caught.value).splitlines()
    assert (title, before) == ("12 requests were refused by okx:", "  … and 2 before")
    assert ['"502"' in lines[0], '"511"' in lines[-1], len(lines)] == [True, True, 10]


def test_a_request_as_text() -> None:
    entry = {
        "method": "POST",
        "path": "/path",
        "query": "",
        "body_b64": "",
        "refusal": None,
        "response_status": None,
        "response_code": None,
        "applied": True,
        "fault_id": 1,
    }
    assert str(SandboxRequest.of(entry)) == "POST /path -> no response, applied, with a fault"
    long = SandboxRequest.of(entry | {"body_b64": "e" * 1000, "response_status": 200, "response_code": "0"})
    assert len(str(long)) < 400
    assert "… -> HTTP 200, code 0" in str(long)
    for body in ("[1]", "not JSON"):
        text = SandboxRequest.of(entry | {"body_b64": __import__("base64").b64encode(body.encode()).decode()})
        assert text.body == body


def test_any_exchange_has_its_own_words(
    caller: Caller, open_account: OpenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leverset.testing._open._TYPES", {})
    account: SandboxAccount = open_account("bitget")
    assert isinstance(account, AnySandboxAccount)
    caller.bitget(PERP, account.account)
    account.assert_leverage(20, "long", symbol="BTCUSDT", productType="USDT-FUTURES")
    assert account.leverage("short", symbol="BTCUSDT", productType="USDT-FUTURES") == 10
    with pytest.raises(AssertionError, match="of BTCUSDT USDT-FUTURES short on bitget is 10, not 20"):
        account.assert_leverage(20, "short", symbol="BTCUSDT", productType="USDT-FUTURES")


def test_accounts_are_closed_once(caller: Caller) -> None:
    opened = OpenAccount(caller.sandbox, [])
    first, second = opened("okx"), opened("okx")
    caller.sandbox.close_account(first.account)
    opened.close()
    assert second.account not in caller.sandbox.accounts
    assert json.loads(json.dumps(caller.sandbox.faults())) == []
