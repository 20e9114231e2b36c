"""Configuration and reset, over the admin endpoints and in Python."""

import pytest

from leverset.sandbox import Sandbox
from tests.sandbox.caller import Caller


def test_settings(caller: Caller) -> None:
    assert caller.admin("GET", "settings").json() == {
        "limits": True,
        "lenient": False,
        "window": "sliding",
        "phase": None,
        "latency_in": [0.0, 0.0],
        "latency_out": [0.0, 0.0],
        "seed": None,
        "clock_offset": 0.0,
        "leverage_as": "number",
        "cross_futures": "underlying",
        "cross_swaps": "underlying",
    }
    changed = caller.admin("PATCH", "settings", json={"window": "fixed", "phase": 0.5, "seed": 7}).json()
    assert (changed["window"], changed["phase"], changed["seed"]) == ("fixed", 0.5, 7)
    assert caller.sandbox.configure(phase=None)["phase"] is None
    assert caller.sandbox.configure(seed=None)["seed"] is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"color": 1}, "unknown setting 'color'"),
        ({"limits": 0}, "limits must be true or false"),
        ({"window": "round"}, "window must be one of"),
        ({"latency_in": 1}, "latency_in must be"),
        ({"latency_in": [1]}, "latency_in must be"),
        ({"latency_out": [2, 1]}, "latency_out must be"),
        ({"latency_out": [-1, 1]}, "latency_out must be a number from 0 to 86400"),
        ({"latency_out": [0, True]}, "latency_out must be a number"),
        ({"seed": 1.5}, "seed must be an integer"),
        ({"seed": True}, "seed must be an integer"),
        ({"phase": "x"}, "phase must be a number"),
        ({"clock_offset": float("inf")}, "clock_offset must be a number"),
        ({"clock_offset": None}, "clock_offset must be a number"),
    ],
)
def test_wrong_settings(sandbox: Sandbox, settings: dict[str, object], message: str) -> None:
    before = sandbox.configure()
    with pytest.raises(ValueError, match=message):
        sandbox.configure(lenient=True, **settings)
    assert sandbox.configure() == before


def test_latencies_are_drawn_from_a_seed(caller: Caller) -> None:
    def drawn() -> list[float]:
        caller.sandbox.configure(seed=1, latency_in=[0.1, 0.2], latency_out=[1, 2])
        caller.clock.slept.clear()
        caller.okx()
        return list(caller.clock.slept)

    arriving, leaving = drawn()
    assert 0.1 <= arriving <= 0.2
    assert 1 <= leaving <= 2
    assert caller.sandbox.requests()[0]["arrived"] == pytest.approx(arriving)
    assert drawn() == [arriving, leaving]


def test_reset_goes_back_to_the_start(caller: Caller) -> None:
    sandbox = caller.sandbox
    credentials = sandbox.describe()
    account = sandbox.account("bitget")
    for _ in range(6):
        caller.okx()
    caller.bitget()
    sandbox.change_account(account, margin_mode="crossed", environment="demo")
    sandbox.configure(clock_offset=1)
    sandbox.fault(status=500)
    assert caller.admin("POST", "reset", json={}).status_code == 204
    assert sandbox.describe() == credentials
    assert (sandbox.leverage("okx"), sandbox.leverage("bitget"), sandbox.requests()) == ([], [], [])
    assert sandbox.faults() == []
    assert sandbox.configure()["clock_offset"] == 1, "settings stay"
    caller.clock.now += 1
    assert caller.okx().is_success, "nothing is counted any more"
    assert caller.admin("POST", "reset", json={"settings": True}).status_code == 204
    assert sandbox.configure()["clock_offset"] == 0
