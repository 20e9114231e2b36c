"""The documented limits, with each kind of window."""

import pytest

from leverset.sandbox._limits import FixedWindow, SlidingLog, TokenBucket, make_counter
from tests.sandbox.caller import Caller, code

EXCHANGES = [("okx", 2.0, "50011"), ("bitget", 1.0, "429")]


def test_sliding_log_looks_back_from_every_arrival() -> None:
    log = SlidingLog(2, 10)
    assert [log.admit(now) for now in (0, 6, 9.999, 10, 15.999, 16)] == [True, True, False, True, False, True]


def test_fixed_window_forgets_everything_at_its_edge() -> None:
    window = FixedWindow(2, 10, phase=3)
    assert [window.admit(now) for now in (11, 12, 12.999, 13, 13, 22.999, 23)] == [
        *(True, True, False),
        *(True, True, False),
        True,
    ]


def test_token_bucket_fills_evenly_and_no_higher_than_full() -> None:
    bucket = TokenBucket(2, 10)  # a token every five seconds
    assert [bucket.admit(now) for now in (100, 100, 104.9, 105, 105)] == [True, True, False, True, False]
    assert [bucket.admit(now) for now in (1000, 1000, 1000)] == [True, True, False]


def test_token_bucket_takes_an_exact_fit_in_spite_of_rounding() -> None:
    bucket = TokenBucket(5, 1.0)
    assert all(bucket.admit(0.0) for _ in range(5))
    assert all(bucket.admit(step * 0.2) for step in range(1, 200))


def test_refused_requests_do_not_count() -> None:
    log = SlidingLog(1, 10)
    assert [log.admit(now) for now in (0, 5, 9, 10)] == [True, False, False, True]


def test_a_window_without_phase_begins_at_a_random_place() -> None:
    counter = make_counter("fixed", 1, 10, None, lambda: 0.25)  # edges at 2.5, 12.5, …
    assert [counter.admit(now) for now in (3, 12, 12.5)] == [True, False, True]
    counter = make_counter("fixed", 1, 10, 4, lambda: 0.25)
    assert [counter.admit(now) for now in (3, 4, 13)] == [True, True, False]


@pytest.mark.parametrize(("exchange", "seconds", "refused"), EXCHANGES)
def test_five_requests_per_window(caller: Caller, exchange: str, seconds: float, refused: str) -> None:
    assert [caller.request(exchange).status_code for _ in range(5)] == [200] * 5
    sixth = caller.request(exchange)
    assert (sixth.status_code, code(sixth)) == (429, refused)
    caller.clock.now += seconds - 0.001
    assert caller.request(exchange).status_code == 429
    caller.clock.now += 0.001
    assert [caller.request(exchange).status_code for _ in range(6)] == [200] * 5 + [429]
    admitted = [entry["admitted"] for entry in caller.sandbox.requests()]
    assert admitted == [True] * 5 + [False] * 2 + [True] * 5 + [False]


def test_refusals_over_the_limit_have_the_exchanges_shape(caller: Caller) -> None:
    for _ in range(5):
        caller.okx()
        caller.bitget()
    assert caller.okx().json() == {"msg": "Too Many Requests", "code": "50011"}
    assert caller.bitget().json() == {
        "code": "429",
        "msg": "Too Many Requests",
        "requestTime": 1_700_000_000_000,
        "data": None,
    }


def test_every_account_has_its_own_limit(caller: Caller) -> None:
    for _ in range(5):
        caller.okx()
    other = caller.sandbox.account("okx", position_mode="net_mode")
    assert caller.okx(account=other, body={"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"}).is_success
    assert caller.bitget().is_success, "the same key on the other exchange is another user"
    assert caller.okx().status_code == 429


def test_limit_counts_refused_bodies_not_unsigned_requests(caller: Caller) -> None:
    for _ in range(6):
        assert code(caller.okx(headers={"OK-ACCESS-SIGN": "wrong"})) == "50113"
    for _ in range(6):
        assert code(caller.okx(headers={"x-simulated-trading": "1"})) == "50101"
    for _ in range(5):
        assert code(caller.okx(b"{}")) == "50014"
    assert code(caller.okx(b"{}")) == "50011"


def test_limit_counts_arrivals(caller: Caller) -> None:
    """A request on its way for a second counts when it arrives, not when it was sent."""
    for _ in range(5):
        caller.okx()
    caller.clock.now += 1
    caller.sandbox.configure(latency_in=[1, 1])
    assert caller.okx().is_success
    assert caller.clock.slept == [1.0]


def test_no_limits(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)
    assert all(caller.okx().is_success for _ in range(20))
    assert all(entry["admitted"] for entry in caller.sandbox.requests())


def test_window_setting(caller: Caller) -> None:
    caller.sandbox.configure(window="fixed", phase=0)
    caller.clock.now += 1.9
    assert [caller.okx().status_code for _ in range(6)] == [200] * 5 + [429]
    caller.clock.now += 0.11  # over the edge of the window, far less than two seconds later
    assert [caller.okx().status_code for _ in range(6)] == [200] * 5 + [429]
    caller.sandbox.configure(window="token_bucket")  # begins afresh
    assert [caller.okx().status_code for _ in range(6)] == [200] * 5 + [429]
    caller.clock.now += 0.4
    assert [caller.okx().status_code for _ in range(2)] == [200, 429]
