"""Two calls of one client for the same leverage are sent one after the other; others pass each other."""

import asyncio
import json
import threading
from typing import Any

import pytest

from leverset import AsyncOkx, Bitget, Limiter, Okx
from tests.calls import BITGET, OKX
from tests.loopback import CREDENTIALS, Loopback, Seen

SAME = [
    (OKX, OKX),
    ({**OKX, "lever": 3}, {**OKX, "lever": 7}),
    ({**OKX, "pos_side": None}, {**OKX, "pos_side": "net"}),
    ({**OKX, "mgn_mode": "cross", "pos_side": None}, {**OKX, "mgn_mode": "cross", "pos_side": "net"}),
    (
        {**OKX, "mgn_mode": "cross", "pos_side": None},
        {"inst_id": "BTC-USDT-200802", "lever": 5, "mgn_mode": "cross"},
    ),
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
    (BITGET, {**BITGET, "product_type": "SUSDT-FUTURES"}),
]


@pytest.mark.parametrize(
    ("first", "second", "waits"), [*((*pair, True) for pair in SAME), *((*pair, False) for pair in OTHER)]
)
def test_two_calls_for_one_leverage_are_sent_one_after_the_other(
    first: dict[str, Any], second: dict[str, Any], waits: bool
) -> None:
    """The second one stands in line while the first is at the exchange; one for another leverage goes past it."""
    both, may_answer = threading.Barrier(2, timeout=10), threading.Event()

    def answer(_: Seen) -> tuple[int, Any]:
        if len(exchange.seen) == 1:
            both.wait()  # the first has arrived
            may_answer.wait(10)
        return 200, {"code": "0" if make is Okx else "00000", "data": None}

    make: Any = Okx if "lever" in first else Bitget
    with Loopback(answer) as exchange, make(CREDENTIALS, base_url=exchange.url, limiter=Limiter()) as client:
        slow = threading.Thread(target=client.set_leverage, kwargs=first)
        slow.start()
        both.wait()
        late = threading.Thread(target=client.set_leverage, kwargs=second)
        late.start()
        patience = threading.Event()
        for _ in range(5000):
            lines = [len(line) for line in client._locks._queues.values()]
            if lines == [2] if waits else len(exchange.seen) == 2:
                break
            patience.wait(0.001)
        assert len(exchange.seen) == (1 if waits else 2)
        may_answer.set()
        slow.join(10)
        late.join(10)
        assert client._locks._queues == {}
    wanted = [str(arguments.get("lever", arguments.get("leverage"))) for arguments in (first, second)]
    sent = [json.loads(seen.body) for seen in exchange.seen]
    assert [body.get("lever", body.get("leverage")) for body in sent] == wanted


@pytest.mark.parametrize("same", [True, False])
def test_coroutines_are_sent_one_after_the_other_in_order_of_arrival(same: bool) -> None:
    under_way, most, lock, second = 0, 0, threading.Lock(), threading.Event()

    def answer(_: Seen) -> tuple[int, Any]:
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
        async with AsyncOkx(CREDENTIALS, base_url=exchange.url, limiter=Limiter()) as okx:
            instruments = ["BTC-USDT-SWAP"] * 4 if same else [f"{coin}-USDT-SWAP" for coin in ("A", "B", "C", "D")]
            calls = [
                okx.set_leverage(inst_id=instrument, lever=lever, mgn_mode="isolated")
                for lever, instrument in enumerate(instruments, 1)
            ]
            await asyncio.gather(*calls)

    with Loopback(answer) as exchange:
        asyncio.run(run())
    levers = [json.loads(seen.body)["lever"] for seen in exchange.seen]
    if same:
        assert (most, levers) == (1, ["1", "2", "3", "4"])
    else:
        assert most > 1
        assert sorted(levers) == ["1", "2", "3", "4"]
