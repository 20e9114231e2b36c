"""Accounts: names, credentials, changes."""

import json

import pytest

from leverset.sandbox import Account, Sandbox
from tests.sandbox.caller import JSON, Caller, code


def test_accounts_one_per_set_up(sandbox: Sandbox) -> None:
    names = {(account.exchange, account.name) for account in sandbox.accounts}
    assert len(sandbox.accounts) == len(names) == 13
    okx = {f"{a}/{b}" for a in ("spot", "single_currency", "multi_currency", "portfolio")
           for b in ("long_short_mode", "net_mode")}  # fmt: skip
    bitget = {f"{a}/{b}" for a in ("crossed", "isolated") for b in ("one_way_mode", "hedge_mode")}
    assert names == {("okx", name) for name in okx} | {("bitget", name) for name in (*bitget, "unified")}
    assert len({account.uid for account in sandbox.accounts}) == 13


def test_only_the_default_accounts_share_credentials(sandbox: Sandbox) -> None:
    default = {sandbox.account("okx"), sandbox.account("bitget")}
    assert {account.name for account in default} == {"single_currency/long_short_mode", "isolated/hedge_mode"}
    for account in default:
        mine = (account.api_key, account.secret, account.passphrase)
        assert mine == (sandbox.api_key, sandbox.secret, sandbox.passphrase)
    for part in ("api_key", "secret", "passphrase"):
        assert len({getattr(account, part) for account in sandbox.accounts}) == 12


def test_credentials_are_new_at_every_start_and_out_of_repr(sandbox: Sandbox) -> None:
    other = Sandbox()
    assert not {a.secret for a in other.accounts} & {a.secret for a in sandbox.accounts}
    account = sandbox.account("okx")
    for part in (account.api_key, account.secret, account.passphrase):
        assert part not in repr(account)


def test_accounts_are_found_by_their_modes(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", level="multi_currency", position_mode="net_mode")
    assert account.modes == {"level": "multi_currency", "position_mode": "net_mode"}
    assert sandbox.account("bitget", margin_mode=None, position_mode="one_way_mode").name == "isolated/one_way_mode"
    with pytest.raises(ValueError, match="level='spot'"):
        sandbox.account("bitget", level="spot")
    with pytest.raises(ValueError, match="level='unknown'"):
        sandbox.account("okx", level="unknown")
    with pytest.raises(ValueError, match="exchange must be one of"):
        sandbox.account("binance")


def test_describe(caller: Caller) -> None:
    described = json.loads(json.dumps(caller.sandbox.describe()))
    assert set(described) == {"url", "api_key", "secret", "passphrase", "accounts"}
    assert described["accounts"] == caller.admin("GET", "accounts").json()["accounts"]
    assert described["accounts"][0]["secret"] == caller.sandbox.accounts[0].secret


def test_an_account_shows_its_leverage(caller: Caller) -> None:
    path = "accounts/okx/single_currency/long_short_mode"
    before = caller.admin("GET", path).json()
    assert (before["leverage"], before["state_version"]) == ([], 0)
    caller.okx()
    after = caller.admin("GET", path).json()
    assert after["state_version"] == 1
    assert after["leverage"] == caller.sandbox.leverage("okx") == [
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long", "lever": "5"}
    ]  # fmt: skip


def test_modes_can_be_changed(caller: Caller) -> None:
    path = "accounts/okx/single_currency/long_short_mode"
    changed = caller.admin("PATCH", path, json={"position_mode": "net_mode", "environment": "demo"}).json()
    assert (changed["position_mode"], changed["environment"]) == ("net_mode", "demo")
    assert caller.sandbox.account("okx").modes["position_mode"] == "net_mode", "the name it started with stays"
    assert code(caller.okx(headers={"x-simulated-trading": "1"})) == "51000", "long is no side in net mode"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"margin_mode": "crossed"}, "'margin_mode' cannot be set on okx"),
        ({"environment": "demo", "level": "vip"}, "level must be one of"),
        ({"uid": "1"}, "'uid' cannot be set"),
        ([], "a JSON object is expected"),
    ],
)
def test_wrong_changes_change_nothing(caller: Caller, body: object, message: str) -> None:
    response = caller.admin("PATCH", "accounts/okx/single_currency/long_short_mode", json=body)
    assert response.status_code == 400
    assert message in response.json()["error"]
    assert caller.sandbox.account("okx").environment == "live"


def test_unknown_admin_paths(caller: Caller) -> None:
    response = caller.admin("GET", "accounts/okx/vip/net_mode")
    assert (response.status_code, response.json()) == (404, {"error": "no account 'vip/net_mode' on 'okx'"})
    assert caller.admin("GET", "unknown").json() == {"error": "Not Found"}
    assert caller.admin("PUT", "settings", json={}).status_code == 405
    assert caller.admin("POST", "faults", content=b"{", headers=JSON).status_code == 400


def test_leverage_belongs_to_an_account_of_that_exchange(sandbox: Sandbox) -> None:
    account: Account = sandbox.account("bitget")
    assert sandbox.leverage("bitget", account) == []
    with pytest.raises(ValueError, match="is an account on bitget, not on okx"):
        sandbox.leverage("okx", account)
