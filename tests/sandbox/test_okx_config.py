"""OKX: GET /api/v5/account/config, and keys that share an account."""

from typing import Any

import pytest

from leverset.sandbox import Account
from leverset.sandbox._accounts import Key
from tests.sandbox.caller import Caller, code

PATH = "/api/v5/account/config"


def read(caller: Caller, account: Account | None = None, key: Key | None = None) -> dict[str, Any]:
    response = caller.read("okx", PATH, account, key=key)
    assert (response.status_code, code(response)) == (200, "0")
    [found] = response.json()["data"]
    assert isinstance(found, dict)
    return found


def test_the_documented_fields(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    assert read(caller) == {
        "acctLv": "2",
        "acctStpMode": "cancel_maker",
        "autoLoan": False,
        "ctIsoMode": "automatic",
        "enableSpotBorrow": False,
        "feeType": "0",
        "greeksType": "PA",
        "ip": "",
        "kycLv": "3",
        "label": "sandbox",
        "level": "Lv1",
        "levelTmp": "",
        "liquidationGear": "-1",
        "mainUid": account.uid,
        "mgnIsoMode": "automatic",
        "opAuth": "1",
        "perm": "read_only,trade",
        "posMode": "long_short_mode",
        "roleType": "0",
        "settleCcy": "USDC",
        "settleCcyList": ["USD", "USDC", "USDG"],
        "spotBorrowAutoRepay": False,
        "spotOffsetType": "",
        "spotRoleType": "0",
        "spotTraderInsts": [],
        "stgyType": "0",
        "traderInsts": [],
        "type": "0",
        "uid": account.uid,
    }


@pytest.mark.parametrize(
    ("level", "number"), [("spot", "1"), ("single_currency", "2"), ("multi_currency", "3"), ("portfolio", "4")]
)
@pytest.mark.parametrize("mode", ["long_short_mode", "net_mode"])
def test_modes(caller: Caller, level: str, number: str, mode: str) -> None:
    account = caller.sandbox.account("okx", level=level, position_mode=mode)
    found = read(caller, account)
    assert (found["acctLv"], found["posMode"], found["uid"]) == (number, mode, account.uid)


def test_modes_changed_from_outside(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    caller.sandbox.change_account(account, level="multi_currency", position_mode="net_mode")
    found = read(caller)
    assert (found["acctLv"], found["posMode"]) == ("3", "net_mode")


def test_a_sub_account(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    caller.sandbox.change_account(account, main_uid="44705892343619584")
    found = read(caller)
    assert (found["uid"], found["mainUid"], found["type"]) == (account.uid, "44705892343619584", "1")
    caller.sandbox.reset()
    assert read(caller)["mainUid"] == account.uid


@pytest.mark.parametrize("value", ["", "x", "1" * 21, 5, None, "٣"])
def test_main_uids_that_are_none(caller: Caller, value: Any) -> None:
    with pytest.raises(ValueError, match="main_uid must be a text of 1 to 20 digits"):
        caller.sandbox.change_account(caller.sandbox.account("okx"), main_uid=value, level="spot")
    assert caller.sandbox.account("okx").modes["level"] == "single_currency"


def test_a_parameter_is_unknown(caller: Caller) -> None:
    assert code(caller.read("okx", PATH, None, "ccy=BTC")) == "51000"


def test_keys_of_one_account_share_its_limit(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    key = caller.sandbox.add_key(account, label="second", permissions=["withdraw", "read"], ips=["127.0.0.1", "::1"])
    found = read(caller, account, key)
    assert (found["uid"], found["label"], found["perm"]) == (account.uid, "second", "read_only,withdraw")
    assert found["ip"] == "127.0.0.1,::1"
    for _ in range(2):
        read(caller, account)
        read(caller, account, key)
    for one in (None, key):
        refused = caller.read("okx", PATH, account, key=one)
        assert (refused.status_code, code(refused)) == (429, "50011")
    read(caller, caller.sandbox.account("okx", position_mode="net_mode"))
    caller.clock.now += 2
    read(caller, account, key)


def test_a_sub_account_does_not_share_the_limit_of_its_main_account(caller: Caller) -> None:
    main, sub = caller.sandbox.account("okx"), caller.sandbox.account("okx", level="spot")
    caller.sandbox.change_account(sub, main_uid=main.uid)
    for _ in range(5):
        read(caller, main)
    assert code(caller.read("okx", PATH, main)) == "50011"
    assert read(caller, sub)["mainUid"] == main.uid


def test_a_second_key_signs_with_its_own_secret(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    key = caller.sandbox.add_key(account)
    mixed = Key(key.api_key, account.secret, key.passphrase)
    assert code(caller.read("okx", PATH, account, key=mixed)) == "50113"
    mixed = Key(key.api_key, key.secret, account.passphrase)
    assert code(caller.read("okx", PATH, account, key=mixed)) == "50105"
    assert code(caller.okx(key=key)) == "0"
    assert caller.sandbox.leverage("okx") != [], "it is the same account"
    caller.sandbox.reset()
    assert code(caller.okx(key=key)) == "50111"
    assert key.secret not in repr(key)
    assert key.secret not in repr(account)


@pytest.mark.parametrize(("permissions", "reads", "sets"), [(["read"], "0", "50120"), (["trade"], "50120", "0")])
def test_permissions(caller: Caller, permissions: list[str], reads: str, sets: str) -> None:
    account = caller.sandbox.account("okx")
    key = caller.sandbox.add_key(account, permissions=permissions)
    assert code(caller.read("okx", PATH, account, key=key)) == reads
    assert code(caller.okx(key=key)) == sets


def test_addresses(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    key = caller.sandbox.add_key(account, ips=["192.0.2.1"])
    response = caller.read("okx", PATH, account, key=key)
    assert (response.status_code, response.json()) == (
        401,
        {"msg": "Your IP 127.0.0.1 is not included in your API key's IP whitelist.", "code": "50110"},
    )


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"permissions": ["all"]}, "permissions must be a list out of"),
        ({"permissions": "read"}, "permissions must be a list out of"),
        ({"permissions": [[]]}, "permissions must be a list out of"),
        ({"label": 5}, "label must be a text"),
        ({"label": "x" * 51}, "label must be a text of at most 50 characters"),
        ({"ips": ["localhost"]}, "ips must be a list of at most 20 addresses"),
        ({"ips": "::1"}, "ips must be a list of at most 20 addresses"),
        ({"ips": ["::1"] * 21}, "ips must be a list of at most 20 addresses"),
        ({"secret": "x"}, "'secret' is not known of a key"),
    ],
)
def test_keys_that_are_refused(caller: Caller, description: dict[str, Any], message: str) -> None:
    account = caller.sandbox.account("okx")
    with pytest.raises(ValueError, match=message):
        caller.sandbox.add_key(account, **description)
    path = "accounts/okx/single_currency/long_short_mode/keys"
    response = caller.admin("POST", path, json=description)
    assert response.status_code == 400
    assert message in response.json()["error"]
    assert len(account.keys) == 1


def test_keys_over_the_admin_endpoints(caller: Caller) -> None:
    path = "accounts/okx/single_currency/long_short_mode"
    created = caller.admin("POST", f"{path}/keys", json={"label": "second"})
    assert created.status_code == 201
    assert caller.admin("GET", path).json()["keys"][1] == created.json()
    account = caller.sandbox.account("okx")
    assert read(caller, account, account.key(created.json()["api_key"]))["label"] == "second"
    assert caller.admin("POST", "accounts/okx/nowhere/keys", json={}).status_code == 404


def test_an_account_has_a_bounded_number_of_keys(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    for _ in range(99):
        caller.sandbox.add_key(account)
    with pytest.raises(ValueError, match="at most 100 keys"):
        caller.sandbox.add_key(account)
