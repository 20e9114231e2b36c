"""What many bodies set is read in few requests, and one bad name makes no other unreadable."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx, UnknownInstrument
from leverset._held import Held
from leverset.sandbox import Account, Sandbox
from tests.caller import CREDENTIALS, settings
from tests.fixtures import one_certificate, sandbox, shared_sandbox
from tests.server import Raw, http
from tests.stand_ins import NOWHERE

__all__ = ["one_certificate", "sandbox", "shared_sandbox"]

OKX = [Okx, AsyncOkx]
BITGET = [Bitget, AsyncBitget]
BOTH_SIDES = [{"instId": "BTC-USDT-SWAP", "mgnMode": "isolated", "posSide": side} for side in ("long", "short")]


def held(make: Any, url: str, bodies: list[dict[str, str]], keys: Any = CREDENTIALS, **changed: Any) -> list[Held]:
    """What a client of either form reads."""
    given = settings(**changed)
    if make in (Okx, Bitget):
        with make(keys, base_url=url, **given) as client:
            return list(client.read_held(bodies))

    async def run() -> list[Held]:
        async with make(keys, base_url=url, **given) as client:
            return list(await client.read_held(bodies))

    return asyncio.run(run())


def of(account: Account) -> Any:
    return type(CREDENTIALS)(account.api_key, account.secret, account.passphrase)


def swaps(count: int, mode: str = "cross") -> list[dict[str, str]]:
    return [{"instId": f"T{number:03}-USDT-SWAP", "mgnMode": mode} for number in range(count)]


def named(sandbox: Sandbox, exchange: str = "okx") -> list[int]:
    """How many instruments each request asked for."""
    return sorted((str(one["query"]).count("USDT-") for one in sandbox.requests(exchange)), reverse=True)


@pytest.mark.parametrize("make", OKX)
def test_twenty_instruments_in_a_request(sandbox: Sandbox, make: Any) -> None:
    keys = of(sandbox.account("okx", position_mode="net_mode"))
    account = sandbox.account("okx", position_mode="net_mode")
    sandbox.change_leverage(account, instId="T044-USDT-SWAP", lever="7", mgnMode="cross")
    found = held(make, sandbox.url, [*swaps(45), swaps(1)[0]], keys)
    assert [str(one.leverages[0].inst_id) for one in found] == [body["instId"] for body in [*swaps(45), swaps(1)[0]]]
    assert [one.all_are(Decimal(7)) for one in found] == [False] * 44 + [True, False]
    assert named(sandbox) == [20, 20, 5]


@pytest.mark.parametrize("make", OKX)
def test_one_margin_mode_and_one_kind_of_name_in_a_request(sandbox: Sandbox, make: Any) -> None:
    bodies = [
        *BOTH_SIDES,
        {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"},
        {"instId": "BTC-USDT", "mgnMode": "isolated"},
        {"ccy": "BTC", "mgnMode": "cross"},
        {"ccy": "ETH", "instId": "", "mgnMode": "cross"},
    ]
    found = held(make, sandbox.url, bodies, of(sandbox.account("okx", level="multi_currency")))
    assert [[each.pos_side for each in one.leverages] for one in found][:3] == [["long"], ["short"], ["long", "short"]]
    assert [[each.ccy for each in one.leverages] for one in found][4:] == [["BTC"], ["ETH"]]
    assert all(one.leverages for one in found)
    assert len(sandbox.requests("okx")) == 4


@pytest.mark.parametrize("make", OKX)
def test_one_unknown_name_makes_no_other_unreadable(sandbox: Sandbox, make: Any) -> None:
    bodies = swaps(20)
    bodies[3]["instId"] = "NOSUCH-USDT-SWAP"
    sandbox.fault(exchange="okx", exchange_code={"code": "51001", "msg": "no such instrument", "status": 200})
    sandbox.fault(exchange="okx", nth=5, exchange_code={"code": "51001", "msg": "no such instrument", "status": 200})
    found = held(make, sandbox.url, bodies, of(sandbox.account("okx", position_mode="net_mode")))
    assert [index for index, one in enumerate(found) if one.error] == [3]
    assert isinstance(found[3].error, UnknownInstrument)
    assert named(sandbox) == [20] + [1] * 20


@pytest.mark.parametrize("make", BITGET)
def test_both_sides_of_a_symbol_in_a_request(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("bitget", margin_mode="isolated", position_mode="hedge_mode")
    usual = {"productType": "USDT-FUTURES", "marginCoin": "USDT"}
    bodies = [
        {"symbol": name, **usual, "holdSide": side} for name in ("BTCUSDT", "ETHUSDT") for side in ("long", "short")
    ]
    found = held(make, sandbox.url, bodies, of(account))
    assert [[(each.symbol, each.hold_side) for each in one.leverages] for one in found] == [
        [("BTCUSDT", "long")],
        [("BTCUSDT", "short")],
        [("ETHUSDT", "long")],
        [("ETHUSDT", "short")],
    ]
    assert len(sandbox.requests("bitget")) == 2


@pytest.mark.parametrize("make", [*OKX, *BITGET])
def test_a_wrong_key_is_refused_once(sandbox: Sandbox, make: Any) -> None:
    usual = {"productType": "USDT-FUTURES", "marginCoin": "USDT"}
    bodies = swaps(25) if make in OKX else [{"symbol": f"T{number}USDT", **usual} for number in range(25)]
    found = held(make, sandbox.url, bodies)
    assert all(one.error is not None and one.error.outcome == "refused" for one in found)
    assert len(sandbox.requests()) <= 10


@pytest.mark.parametrize("make", OKX)
def test_an_exchange_that_does_not_respond_is_given_up(make: Any) -> None:
    with Raw(http(503, b"")) as server:
        found = held(make, server.url, swaps(600), retries=0)
    assert {one.why for one in found} == {found[0].why}
    assert found[0].why
    assert len(server.arrived) < 30


@pytest.mark.parametrize("make", OKX)
def test_an_error_names_what_was_to_be_read(make: Any) -> None:
    [one] = held(make, NOWHERE, swaps(1), retries=0)
    assert one.error is not None
    assert one.error.request is not None
    assert (one.error.request["method"], one.error.request["instId"]) == ("GET", "T000-USDT-SWAP")
