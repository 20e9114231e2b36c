"""Leverage changed by somebody else, and changes that are applied after the response."""

import threading
from typing import Any

import httpx
import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._clock import Clock
from tests.sandbox.caller import PERP, SWAP, Caller, StillClock, bitget_data, code, okx_data

OKX_LEVERAGE, BITGET_ACCOUNT = "/api/v5/account/leverage-info", "/api/v2/mix/account/account"
BTC = "symbol=BTCUSDT&productType=USDT-FUTURES&marginCoin=USDT"
SWAP_LEVER = [{"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long", "lever": "5"}]


# --- changes from outside


def test_somebody_else_changes_leverage(caller: Caller) -> None:
    okx_data(caller.okx())
    account = caller.sandbox.account("okx")
    assert caller.sandbox.change_leverage(account, **{**SWAP, "lever": "9"}) == {**SWAP, "lever": "9"}
    rows = caller.read("okx", OKX_LEVERAGE, None, "mgnMode=isolated&instId=BTC-USDT-SWAP").json()["data"]
    assert [row["lever"] for row in rows] == ["9", "3"]
    changed = caller.admin("POST", "accounts/bitget/isolated/hedge_mode/leverage", json={**PERP, "leverage": "33"})
    assert (changed.status_code, changed.json()["longLeverage"]) == (200, "33")
    assert str(bitget_data(caller.read("bitget", BITGET_ACCOUNT, None, BTC))["isolatedLongLever"]) == "33"
    assert [entry["path"] for entry in caller.sandbox.requests() if entry["applied"]] == [
        "/api/v5/account/set-leverage"
    ], "it is in no log"
    assert caller.admin("GET", "accounts/okx/single_currency/long_short_mode").json()["state_version"] == 2


def test_changes_from_outside_are_not_limited(caller: Caller) -> None:
    account = caller.sandbox.account("okx")
    for lever in range(1, 10):
        caller.sandbox.change_leverage(account, **{**SWAP, "lever": str(lever)})
    okx_data(caller.okx())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({**SWAP, "lever": "126"}, "OKX refuses it with 59102: Leverage exceeds"),
        ({**SWAP, "lever": 5}, "OKX refuses it with 51000: Parameter lever error"),
        ({}, "OKX refuses it with 50014"),
    ],
)
def test_the_exchanges_rules_hold_outside(caller: Caller, fields: dict[str, Any], message: str) -> None:
    response = caller.admin("POST", "accounts/okx/single_currency/long_short_mode/leverage", json=fields)
    assert response.status_code == 400
    assert message in response.json()["error"]
    with pytest.raises(ValueError, match=message):
        caller.sandbox.change_leverage(caller.sandbox.account("okx"), **fields)
    assert caller.sandbox.leverage("okx") == []
    assert caller.admin("POST", "accounts/okx/nowhere/leverage", json=SWAP).status_code == 404


# --- late changes


class HeldClock(StillClock):
    """A clock on which every sleep lasts until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.gate = threading.Event(), threading.Event()
        self.ended = 0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.begun.set()
        while not self.gate.is_set():
            await Clock().sleep(0.001)
        self.ended += 1  # what waited goes on in the same step of the event loop


@pytest.fixture
def held() -> Any:
    clock = HeldClock()
    with Sandbox(clock=clock) as sandbox, httpx.Client(trust_env=False) as client:
        yield Caller(sandbox, clock, client), clock


def wait_until_applied(sandbox: Sandbox) -> dict[str, object]:
    while True:
        [entry] = [one for one in sandbox.requests() if str(one["path"]).endswith("set-leverage")]
        if entry["applied"]:
            return entry


def test_a_change_is_applied_after_its_connection_was_cut(held: tuple[Caller, HeldClock]) -> None:
    caller, clock = held
    caller.sandbox.fault(apply_after=7, close="before")
    with pytest.raises(httpx.RemoteProtocolError):
        caller.okx()
    assert clock.begun.wait(10)
    rows = caller.read("okx", OKX_LEVERAGE, None, "mgnMode=isolated&instId=BTC-USDT-SWAP").json()["data"]
    assert rows[0]["lever"] == "3", "the client has given up, and nothing is applied yet"
    assert caller.sandbox.leverage("okx") == []
    entry = caller.sandbox.requests()[0]
    assert (entry["admitted"], entry["pending"], entry["applied"], entry["applied_at"]) == (True, True, False, None)
    clock.now += 7
    clock.gate.set()
    entry = wait_until_applied(caller.sandbox)
    assert caller.sandbox.leverage("okx") == SWAP_LEVER
    assert (entry["pending"], entry["applied_at"], entry["state_version"], clock.slept) == (False, 7.0, 1, [7])


def test_a_success_may_be_ahead_of_its_effect(held: tuple[Caller, HeldClock]) -> None:
    caller, clock = held
    caller.sandbox.fault(apply_after=0.5)
    assert okx_data(caller.okx())["lever"] == "5"
    assert caller.sandbox.leverage("okx") == []
    clock.gate.set()
    wait_until_applied(caller.sandbox)
    assert caller.sandbox.leverage("okx") == SWAP_LEVER


def test_a_reset_forgets_what_was_to_come(held: tuple[Caller, HeldClock]) -> None:
    caller, clock = held
    caller.sandbox.fault(apply_after=5)
    okx_data(caller.okx())
    assert clock.begun.wait(10)
    caller.sandbox.reset()
    clock.gate.set()
    while not clock.ended:
        pass
    assert caller.sandbox.leverage("okx") == []


def test_a_sandbox_ends_before_what_was_to_come() -> None:
    with Sandbox() as sandbox, httpx.Client(trust_env=False) as client:
        caller = Caller(sandbox, Clock(), client)  # type: ignore[arg-type] # only its wall() is used
        sandbox.fault(apply_after=3600)
        okx_data(caller.okx())
    assert sandbox.leverage("okx") == []


def test_nothing_is_applied_later_where_nothing_is_applied(caller: Caller) -> None:
    caller.sandbox.fault(apply=False, apply_after=1)
    okx_data(caller.okx())
    assert caller.sandbox.leverage("okx") == []
    assert caller.clock.slept == []
    caller.sandbox.fault(apply_after=1)
    assert code(caller.okx({**SWAP, "lever": "126"})) == "59102"
    assert caller.clock.slept == []


def test_a_request_may_arrive_after_its_client_has_gone(held: tuple[Caller, HeldClock]) -> None:
    """delay_before is a delay on the way: limit, rules and leverage come after it."""
    caller, clock = held
    caller.sandbox.fault(delay_before=5)
    with pytest.raises(httpx.ReadTimeout):
        httpx.Client(trust_env=False, timeout=0.2).send(_built(caller))
    assert caller.sandbox.requests() == []
    clock.gate.set()
    wait_until_applied_at_all(caller.sandbox)
    assert caller.sandbox.leverage("okx") == SWAP_LEVER


def _built(caller: Caller) -> httpx.Request:
    seen: list[httpx.Request] = []

    class Kept(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(200)

    with httpx.Client(transport=Kept()) as client:
        Caller(caller.sandbox, caller.clock, client).okx()
    return seen[0]


def wait_until_applied_at_all(sandbox: Sandbox) -> None:
    while not any(entry["applied"] for entry in sandbox.requests()):
        pass


# --- faults of reads


def test_a_fault_may_hit_a_read_alone(caller: Caller) -> None:
    caller.sandbox.fault(
        path=OKX_LEVERAGE, exchange_code={"code": "50001", "msg": "Service unavailable", "status": 503}
    )
    okx_data(caller.okx())
    failed = caller.read("okx", OKX_LEVERAGE, None, "mgnMode=cross&instId=BTC-USDT")
    assert (failed.status_code, code(failed)) == (503, "50001")
    assert code(caller.read("okx", OKX_LEVERAGE, None, "mgnMode=cross&instId=BTC-USDT")) == "0"


def test_a_fault_edits_the_first_of_several_rows(caller: Caller) -> None:
    caller.sandbox.fault(path=OKX_LEVERAGE, replace={"lever": "77"}, drop=["ccy"])
    rows = caller.read("okx", OKX_LEVERAGE, None, "mgnMode=cross&instId=BTC-USDT-SWAP").json()["data"]
    assert [(row["lever"], row["posSide"], "ccy" in row) for row in rows] == [
        ("77", "long", False),
        ("3", "short", True),
    ]


def test_a_fault_replaces_all_rows(caller: Caller) -> None:
    caller.sandbox.fault(path=OKX_LEVERAGE, replace={"data": []})
    assert caller.read("okx", OKX_LEVERAGE, None, "mgnMode=cross&instId=BTC-USDT").json()["data"] == []


def test_a_fault_of_a_read_names_its_account(caller: Caller) -> None:
    path = "/api/v5/account/config"
    caller.sandbox.fault(path=path, account="single_currency/net_mode", close="before")
    assert code(caller.read("okx", path)) == "0"
    with pytest.raises(httpx.RemoteProtocolError):
        caller.read("okx", path, caller.sandbox.account("okx", position_mode="net_mode"))
