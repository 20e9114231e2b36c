"""Accounts that are opened while the sandbox runs, and what is kept apart by them."""

import json

import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._exchange import Exchange
from leverset.sandbox._okx import Okx
from leverset.sandbox._state import MAX_ACCOUNTS
from tests.sandbox.caller import Caller, code


def test_an_opened_account_is_one_more(sandbox: Sandbox) -> None:
    first = sandbox.open_account("okx", position_mode="net_mode", environment="demo")
    second = sandbox.open_account("okx", position_mode="net_mode")
    assert first.modes == second.modes == {"level": "single_currency", "position_mode": "net_mode"}
    assert (first.environment, second.environment) == ("demo", "live")
    assert first.name.startswith("single_currency/net_mode/")
    assert first.name != second.name
    for part in ("uid", "api_key", "secret", "passphrase"):
        assert len({getattr(one, part) for one in (first, second, sandbox.account("okx"))}) == 3
    assert sandbox.accounts[-2:] == [first, second]
    assert first.describe()["api_key"] == first.api_key


def test_other_kinds_are_named_after_it(sandbox: Sandbox) -> None:
    unified = sandbox.open_account("bitget", kind="unified")
    assert unified.name.startswith("unified/")
    assert sandbox.open_account("bitget", margin_mode="crossed").name.startswith("crossed/hedge_mode/")


@pytest.mark.parametrize(
    ("exchange", "choices", "message"),
    [
        ("binance", {}, "exchange must be one of"),
        ("okx", {"margin_mode": "crossed"}, "'margin_mode' cannot be set on okx: one of .*position_mode"),
        ("okx", {"level": "vip"}, "level must be one of .*'portfolio'.*, not 'vip'"),
    ],
)
def test_wrong_choices_open_nothing(sandbox: Sandbox, exchange: str, choices: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sandbox.open_account(exchange, **choices)
    assert len(sandbox.accounts) == 13


def test_accounts_do_not_see_each_other(caller: Caller) -> None:
    """Leverage, limit, faults and log: each is the account's own."""
    sandbox = caller.sandbox
    mine, other = sandbox.open_account("okx"), sandbox.open_account("okx")
    sandbox.named_fault("rate_limited", other)
    for _ in range(5):
        assert code(caller.okx(account=mine)) == "0"
    assert code(caller.okx(account=mine)) == "50011"
    assert code(caller.okx(account=other)) == "50011"
    assert code(caller.okx(account=other)) == "0"
    caller.okx(account=other, body={"instId": "BTC-USDT-SWAP", "lever": "9", "mgnMode": "cross"})
    assert [one["response_code"] for one in sandbox.requests(account=mine)] == ["0"] * 5 + ["50011"]
    assert [one["refusal"] for one in sandbox.requests(account=mine)][4:] == [
        None,
        {"code": "50011", "msg": "Too Many Requests"},
    ]
    assert [one["refusal"] for one in sandbox.requests(account=other)] == [None] * 3
    assert sandbox.held(mine, instId="BTC-USDT-SWAP", mgnMode="cross") == {"long": "3", "short": "3"}
    assert sandbox.held(other, instId="BTC-USDT-SWAP", mgnMode="cross") == {"long": "9", "short": "9"}


def test_the_log_of_an_account_has_what_it_signed_wrongly(caller: Caller) -> None:
    account = caller.sandbox.open_account("okx")
    caller.okx(account=account, signed="something else")
    caller.okx()
    [entry] = caller.sandbox.requests(account=account)
    assert (entry["account"], entry["response_code"]) == (None, "50113")


def test_a_closed_account_is_gone(caller: Caller) -> None:
    sandbox = caller.sandbox
    account, other = sandbox.open_account("bitget"), sandbox.open_account("bitget")
    key = sandbox.add_key(account, label="second")
    sandbox.named_fault("html", account)
    kept = sandbox.named_fault("html", other)
    caller.bitget(account=account)
    sandbox.close_account(account)
    assert account not in sandbox.accounts
    assert [one["id"] for one in sandbox.faults()] == [kept]
    assert code(caller.bitget(account=account)) == "40006"
    assert key.api_key not in sandbox._state.accounts_by_key["bitget"]
    assert not any(account.uid in user for user, _ in sandbox._state.limits._lanes)
    for wrong in (account, sandbox.account("okx")):
        with pytest.raises(ValueError, match="is no account that was opened"):
            sandbox.close_account(wrong)
    sandbox.reset()
    assert len(sandbox.accounts) == 13
    assert code(caller.bitget(account=other)) == "40006"


def test_the_size_of_forgotten_faults_is_free_again(sandbox: Sandbox) -> None:
    account = sandbox.open_account("okx")
    sandbox.named_fault("html", account)
    sandbox.close_account(account)
    assert sandbox._state.faults._size == 0


def test_over_http(caller: Caller) -> None:
    opened = caller.admin("POST", "accounts/okx", json={"level": "portfolio"})
    assert opened.status_code == 201
    described = opened.json()
    assert (described["level"], described["leverage"]) == ("portfolio", [])
    path = f"accounts/okx/{described['name']}"
    assert caller.admin("GET", path).json()["uid"] == described["uid"]
    assert caller.admin("DELETE", path).status_code == 204
    assert caller.admin("GET", path).status_code == 404
    assert caller.admin("DELETE", "accounts/okx/spot/net_mode").status_code == 400
    assert caller.admin("POST", "accounts/okx", json={"level": "vip"}).status_code == 400


def test_there_is_an_end_to_accounts(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leverset.sandbox._state.MAX_ACCOUNTS", len(sandbox.accounts) + 1)
    sandbox.open_account("okx")
    with pytest.raises(ValueError, match="at most 14 accounts: close some"):
        sandbox.open_account("okx")
    assert MAX_ACCOUNTS == 1000


def test_a_reset_keeps_an_opened_mode_out_of_the_first_accounts(sandbox: Sandbox) -> None:
    account = sandbox.open_account("okx", position_mode="net_mode")
    sandbox.change_account(account, level="spot")
    account.reset()
    assert account.modes == {"level": "single_currency", "position_mode": "net_mode"}


def test_held_says_what_holds_on_each_side(caller: Caller) -> None:
    sandbox = caller.sandbox
    okx = sandbox.open_account("okx", position_mode="net_mode", level="multi_currency")
    assert sandbox.held(okx, instId="BTC-USDT-SWAP", mgnMode="isolated") == {"net": "3"}
    assert sandbox.held(okx, instId="BTC-USDT", mgnMode="isolated") == {"net": "3"}
    assert sandbox.held(okx, ccy="BTC", mgnMode="cross") == {"": "3"}
    bitget = sandbox.open_account("bitget")
    sandbox.change_leverage(
        bitget, symbol="BTCUSDT", productType="USDT-FUTURES", marginCoin="USDT", leverage="7", holdSide="long"
    )
    assert sandbox.held(bitget, symbol="btcusdt", productType="USDT-FUTURES") == {"long": "7", "short": "10"}
    sandbox.change_account(bitget, margin_mode="crossed")
    assert sandbox.held(bitget, symbol="BTCUSDT", productType="USDT-FUTURES") == {"": "20"}


@pytest.mark.parametrize(
    ("exchange", "fields", "message"),
    [
        ("okx", {"mgnMode": "cross"}, "OKX refuses it with 50015"),
        ("okx", {"instId": "BTC-USDT,ETH-USDT", "mgnMode": "cross"}, "OKX refuses it with 51001"),
        ("bitget", {"symbol": "BTCUSDT"}, "Bitget refuses it with .*productType"),
        ("bitget", {"symbol": "NONE", "productType": "USDT-FUTURES"}, "Bitget refuses it with 40034"),
    ],
)
def test_held_of_nothing(sandbox: Sandbox, exchange: str, fields: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sandbox.held(sandbox.account(exchange), **fields)


def test_an_exchange_that_cannot_tell_says_so(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Okx, "held", Exchange.held)
    with pytest.raises(ValueError, match="cannot tell what leverage holds on OKX"):
        sandbox.held(sandbox.account("okx"))


def test_settings_and_instruments_are_taken_back(sandbox: Sandbox) -> None:
    sandbox.configure(lenient=True)
    sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum="50")
    with pytest.raises(KeyError), sandbox.restoring():  # noqa: PT012 - whatever happens inside
        sandbox.configure(lenient=False, clock_offset=31.0)
        sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum="20")
        sandbox.change_instrument("bitget", "BTCUSDT", exists=False)
        raise KeyError
    assert json.loads(json.dumps(sandbox.configure()))["lenient"] is True
    assert sandbox.configure()["clock_offset"] == 0.0
    assert sandbox._state.listings["okx"].get("BTC-USDT-SWAP").maximum == "50"
    assert sandbox._state.listings["bitget"].names() == []


def test_limits_of_addresses_begin_anew_and_those_of_users_do_not(caller: Caller) -> None:
    for _ in range(10):
        assert code(caller.read("okx", "/api/v5/public/time")) == "0"
    for _ in range(5):
        caller.okx()
    assert code(caller.read("okx", "/api/v5/public/time")) == "50011"
    caller.sandbox.clear_address_limits()
    assert code(caller.read("okx", "/api/v5/public/time")) == "0"
    assert code(caller.okx()) == "50011"
