"""Two calls of one client for the same leverage are sent one after the other; others pass each other."""

import asyncio
import json
import threading
import time
from typing import Any

import pytest

from leverset import AsyncOkx, Bitget, Limiter, Okx, RateLimitTimeout
from leverset._keyed_lock import KeyedLock, ScopeLock
from tests.caller import BITGET, CREDENTIALS, FAST, FORMS, OKX
from tests.clock import Clock, clocked
from tests.server import Arrived, Loopback

SAME = [
    (OKX, OKX),
    ({**OKX, "lever": 3}, {**OKX, "lever": 7}),
    ({**OKX, "pos_side": None}, {**OKX, "pos_side": "net"}),
    ({**OKX, "mgn_mode": "cross", "pos_side": None}, {**OKX, "mgn_mode": "cross", "pos_side": "net"}),
    (
        {**OKX, "mgn_mode": "cross", "pos_side": None},
        {"inst_id": "BTC-USDT-200802", "lever": 5, "mgn_mode": "cross"},
    ),
    # In one reading of the document they share a leverage.
    (
        {"inst_id": "BTC-USD_UM_XPERP-310404", "lever": 5, "mgn_mode": "cross"},
        {"inst_id": "BTC-USD-SWAP", "lever": 3, "mgn_mode": "cross"},
    ),
    (
        {"inst_id": "BTC-USD_UM-SWAP", "lever": 5, "mgn_mode": "cross"},
        {"inst_id": "btc-usd_um-260327", "lever": 3, "mgn_mode": "cross"},
    ),
    ({"ccy": "BTC", "lever": 5, "mgn_mode": "cross"}, {"ccy": "btc", "lever": 3, "mgn_mode": "cross"}),
    ({"ccy": "BTC", "lever": 5, "mgn_mode": "cross"}, {"ccy": "BTC", "inst_id": "", "lever": 3, "mgn_mode": "cross"}),
    (BITGET, {**BITGET, "hold_side": "short", "leverage": 3}),
    (BITGET, {**BITGET, "symbol": "btcusdt", "hold_side": None}),
]
OTHER = [
    (OKX, {**OKX, "pos_side": "short"}),
    (OKX, {**OKX, "inst_id": "ETH-USDT-SWAP"}),
    (OKX, {**OKX, "mgn_mode": "cross", "pos_side": None}),
    ({**OKX, "mgn_mode": "cross", "pos_side": None}, {"inst_id": "BTC-USD-SWAP", "lever": 5, "mgn_mode": "cross"}),
    ({"ccy": "BTC", "lever": 5, "mgn_mode": "cross"}, {"ccy": "ETH", "lever": 5, "mgn_mode": "cross"}),
    (BITGET, {**BITGET, "symbol": "ETHUSDT"}),
    (
        {**BITGET, "symbol": "BTCUSD", "product_type": "COIN-FUTURES"},
        {**BITGET, "symbol": "BTCUSD", "product_type": "USDT-FUTURES"},
    ),
]


@pytest.mark.parametrize(
    ("first", "second", "waits"), [*((*pair, True) for pair in SAME), *((*pair, False) for pair in OTHER)]
)
def test_two_calls_for_one_leverage_are_sent_one_after_the_other(
    first: dict[str, Any], second: dict[str, Any], waits: bool
) -> None:
    """The second one waits while the first is at the exchange; one for another leverage goes past it."""
    both, may_respond = threading.Barrier(2, timeout=10), threading.Event()

    def respond(_: Arrived) -> tuple[int, Any]:
        if len(exchange.seen) == 1:
            both.wait()  # the first has arrived
            may_respond.wait(10)
        return 200, {"code": "0" if make is Okx else "00000", "data": None}

    make: Any = Okx if "lever" in first else Bitget
    with (
        Loopback(respond) as exchange,
        make(CREDENTIALS, base_url=exchange.url, limiter=Limiter(), read_back="never") as client,
    ):
        slow = threading.Thread(target=client.set_leverage, kwargs=first)
        slow.start()
        both.wait()
        late = threading.Thread(target=client.set_leverage, kwargs=second)
        late.start()
        patience = threading.Event()
        for _ in range(5000):
            queues = [len(queue) for queue in client._locks._queues.values()]
            if queues == [2] if waits else len(exchange.seen) == 2:
                break
            patience.wait(0.001)
        assert len(exchange.seen) == (1 if waits else 2)
        may_respond.set()
        slow.join(10)
        late.join(10)
        assert client._locks._queues == {}
    wanted = [str(arguments.get("lever", arguments.get("leverage"))) for arguments in (first, second)]
    sent = [json.loads(seen.body) for seen in exchange.seen]
    assert [body.get("lever", body.get("leverage")) for body in sent] == wanted


@pytest.mark.parametrize("same", [True, False])
def test_coroutines_are_sent_in_order_of_arrival(same: bool) -> None:
    under_way, most, lock, second = 0, 0, threading.Lock(), threading.Event()

    def respond(_: Arrived) -> tuple[int, Any]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            if under_way == 2:
                second.set()
        second.wait(0.1)  # for another one to arrive meanwhile, if it may
        with lock:
            under_way -= 1
        return 200, {"code": "0", "msg": "", "data": []}

    async def run() -> None:
        async with AsyncOkx(CREDENTIALS, base_url=exchange.url, limiter=Limiter(), read_back="never") as okx:
            instruments = ["BTC-USDT-SWAP"] * 4 if same else [f"{coin}-USDT-SWAP" for coin in ("A", "B", "C", "D")]
            calls = [
                okx.set_leverage(inst_id=instrument, lever=lever, mgn_mode="isolated")
                for lever, instrument in enumerate(instruments, 1)
            ]
            await asyncio.gather(*calls)

    with Loopback(respond) as exchange:
        asyncio.run(run())
    levers = [json.loads(seen.body)["lever"] for seen in exchange.seen]
    if same:
        assert (most, levers) == (1, ["1", "2", "3", "4"])
    else:
        assert most > 1
        assert sorted(levers) == ["1", "2", "3", "4"]


ONE_SLOT = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}


class OnTheClock(Limiter):
    """A limiter that has no slot: it notes how long it may be waited for, and lets that time pass."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.asked = clock, list[float]()

    def acquire(self, key: str, *_: Any, max_wait: Any = None, **__: Any) -> Any:
        self.asked.append(max_wait)
        self.clock.now += max_wait
        raise RateLimitTimeout(key=key, waited=max_wait, at_least=30.0)

    async def acquire_async(self, key: str, *_: Any, max_wait: Any = None, **__: Any) -> Any:
        self.acquire(key, max_wait=max_wait)


@pytest.mark.parametrize("form", FORMS)
def test_max_wait_is_one_budget_for_lock_and_slot(form: str) -> None:
    """1.5 of 2 s went by with the wait for the lock: 0.5 are left for the slot."""
    clock = Clock()
    limiter = OnTheClock(clock)

    class Slow(KeyedLock):
        def join(self, scope: Any, waiter: Any) -> bool:
            clock.now += 1.5
            return super().join(scope, waiter)

        def acquire(self, scope: Any, max_wait: float | None) -> ScopeLock:
            assert max_wait == 2.0
            return super().acquire(scope, max_wait)

    kind: Any = clocked(Okx if form == "sync" else AsyncOkx, monotonic=clock)
    client = kind(CREDENTIALS, base_url="http://127.0.0.1:9", limiter=limiter, max_wait=2.0, retries=2)
    client._locks = Slow()
    with pytest.raises(RateLimitTimeout) as caught:
        client.set_leverage(**OKX) if form == "sync" else asyncio.run(client.set_leverage(**OKX))
    assert (limiter.asked, clock.now) == ([0.5], 102.0)
    assert [(attempt.waited, attempt.outcome) for attempt in caught.value.attempts] == [(0.5, "not_sent")]
    client._locks = Slow()
    clock.now += 100.0
    limiter.asked.clear()
    with pytest.raises(RateLimitTimeout):
        client.set_leverage(**OKX) if form == "sync" else asyncio.run(client.set_leverage(**OKX))
    assert limiter.asked == [0.5], "each call has a budget of its own"


@pytest.mark.parametrize("form", FORMS)
def test_a_wait_without_end_has_no_budget(form: str) -> None:
    kind: Any = Okx if form == "sync" else AsyncOkx
    call = kind(CREDENTIALS, max_wait=None).new_call()
    assert call.max_wait is None


@pytest.mark.parametrize("form", FORMS)
def test_lock_and_slot_together_take_no_longer_than_max_wait(form: str) -> None:
    """The first call has the lock for 0.6 s, and its slot for 30: the second gives up after 1 s, and not after 1.6."""
    limiter, took = Limiter(), list[float]()

    def respond(_: Arrived) -> tuple[int, Any]:
        threading.Event().wait(0.6)
        return 200, {"code": "0", "data": []}

    def note(began: float, error: Exception) -> None:
        assert isinstance(error, RateLimitTimeout), error
        took.append(time.monotonic() - began)

    async def awaited() -> None:
        async with AsyncOkx(
            CREDENTIALS, base_url=exchange.url, limiter=limiter, max_wait=1.0, read_back="never", rate_limits=ONE_SLOT
        ) as okx:
            first = asyncio.create_task(okx.set_leverage(**OKX))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            try:
                await okx.set_leverage(**OKX)
            except Exception as error:
                note(began, error)
            await first

    def sync() -> None:
        with Okx(
            CREDENTIALS, base_url=exchange.url, limiter=limiter, max_wait=1.0, read_back="never", rate_limits=ONE_SLOT
        ) as okx:
            first = threading.Thread(target=lambda: okx.set_leverage(**OKX))
            first.start()
            time.sleep(0.1)
            began = time.monotonic()
            try:
                okx.set_leverage(**OKX)
            except Exception as error:
                note(began, error)
            first.join()

    with Loopback(respond) as exchange:
        sync() if form == "sync" else asyncio.run(awaited())
    assert len(exchange.seen) == 1
    assert 0.9 < took[0] < 1.4
