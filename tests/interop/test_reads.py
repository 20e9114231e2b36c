"""Clients that other people wrote read the leverage that leverset set, and leverset reads what they set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leverset import Bitget, Credentials, Okx
from leverset.sandbox import Account, Sandbox
from tests.interop.driving import run_client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]  # the first run installs what is pinned

FUTURES = "BTC/USDT:USDT-200802"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset(settings=True)
    shared.configure(limits=False)
    return shared


def credentials(account: Account) -> Credentials:
    return Credentials(account.api_key, account.secret, account.passphrase)


def heard(client: str, account: Account, sandbox: Sandbox, function: str, arguments: Any) -> Any:
    said = json.loads(run_client(client, account, sandbox.url, function, arguments))
    assert "error" not in said, said
    return said["reply"]


@pytest.mark.parametrize(
    ("mode", "leverages"), [("isolated", {"long": 7, "short": 3}), ("cross", {"long": 7, "short": 7})]
)
def test_ccxt_reads_what_leverset_set_on_okx(mode: str, leverages: dict[str, int], sandbox: Sandbox) -> None:
    account = sandbox.account("okx")
    body = {"instId": "BTC-USDT-200802", "lever": "7", "mgnMode": mode}
    side = {"posSide": "long"} if mode == "isolated" else {}
    with Okx(credentials(account), base_url=sandbox.url) as okx:
        okx.set_leverage_from({**body, **side})
    read = heard("ccxt", account, sandbox, "fetch_leverage", [FUTURES, {"marginMode": mode}])
    assert (read["longLeverage"], read["shortLeverage"]) == (leverages["long"], leverages["short"])
    assert read["marginMode"] == mode


def test_ccxt_reads_one_row_in_net_mode(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", position_mode="net_mode")
    with Okx(credentials(account), base_url=sandbox.url) as okx:
        okx.set_leverage(inst_id="BTC-USDT-200802", lever=8, mgn_mode="isolated")
    read = heard("ccxt", account, sandbox, "fetch_leverage", [FUTURES, {"marginMode": "isolated"}])
    assert (read["longLeverage"], read["shortLeverage"]) == (8, 8)


@pytest.mark.parametrize("written", ["number", "string"])
@pytest.mark.parametrize(
    ("margin_mode", "leverages"), [("isolated", (9, 10)), ("crossed", (9, 9))], ids=["isolated", "crossed"]
)
def test_ccxt_reads_what_leverset_set_on_bitget(
    margin_mode: str, leverages: tuple[int, int], written: str, sandbox: Sandbox
) -> None:
    sandbox.configure(leverage_as=written)
    account = sandbox.account("bitget", margin_mode=margin_mode)
    side: dict[str, Any] = {"hold_side": "long"} if margin_mode == "isolated" else {}
    with Bitget(credentials(account), base_url=sandbox.url) as bitget:
        bitget.set_leverage(symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=9, **side)
    read = heard("ccxt", account, sandbox, "fetch_leverage", ["BTC/USDT:USDT"])
    assert (read["longLeverage"], read["shortLeverage"]) == leverages


def test_python_okx_reads_what_leverset_set(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", level="multi_currency")
    with Okx(credentials(account), base_url=sandbox.url) as okx:
        okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=6, mgn_mode="isolated", pos_side="short")
        okx.set_leverage(ccy="BTC", lever=4, mgn_mode="cross")
    arguments = {"mgnMode": "isolated", "instId": "BTC-USDT-SWAP,ETH-USDT-SWAP"}
    read = heard("python-okx", account, sandbox, "get_leverage", arguments)
    assert [(row["instId"], row["posSide"], row["lever"]) for row in read["data"]] == [
        ("BTC-USDT-SWAP", "long", "3"),
        ("BTC-USDT-SWAP", "short", "6"),
        ("ETH-USDT-SWAP", "long", "3"),
        ("ETH-USDT-SWAP", "short", "3"),
    ]
    read = heard("python-okx", account, sandbox, "get_leverage", {"mgnMode": "cross", "ccy": "BTC"})
    assert [(row["ccy"], row["lever"]) for row in read["data"]] == [("BTC", "4")]


def test_leverset_reads_what_python_okx_set(sandbox: Sandbox) -> None:
    account = sandbox.account("okx")
    body = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
    heard("python-okx", account, sandbox, "set_leverage", body)
    with Okx(credentials(account), base_url=sandbox.url) as okx:
        read = okx.get_leverage(mgn_mode="isolated", inst_id="BTC-USDT-SWAP")
    assert [(row.pos_side, str(row.lever)) for row in read] == [("long", "5"), ("short", "3")]


def test_leverset_reads_what_ccxt_set(sandbox: Sandbox) -> None:
    sandbox.configure(lenient=True)  # ccxt sends numbers
    okx_account, bitget_account = sandbox.account("okx"), sandbox.account("bitget")
    heard("ccxt", okx_account, sandbox, "set_leverage", [5, FUTURES, {"marginMode": "cross"}])
    heard("ccxt", bitget_account, sandbox, "set_leverage", [20, "BTC/USDT:USDT", {"holdSide": "short"}])
    with Okx(credentials(okx_account), base_url=sandbox.url) as okx:
        rows = okx.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-200802")
    assert [(row.pos_side, str(row.lever)) for row in rows] == [("long", "5"), ("short", "5")]
    with Bitget(credentials(bitget_account), base_url=sandbox.url) as bitget:
        found = bitget.get_leverage(symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT")
    assert [(one.hold_side, str(one.lever)) for one in found] == [("long", "10"), ("short", "20")]
