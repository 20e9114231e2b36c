"""Ten thousand calls that wait in one process: what each costs, in bytes and in lines. Nothing is timed."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import pytest

from leverset import RateLimitTimeout
from leverset.limits import Limiter, Slot
from tests.limits.rates import rate

KEY = "exchange:account:operation"
LONG = rate(1, 1000.0)
LEASE = 15.0
MANY = 10_000
HUNDREDS = 500


@contextmanager
def untraced() -> Iterator[None]:
    """Without a measure of coverage, which gives each call a frame more, and time."""
    kept, kept_in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(cast(Any, None))
    try:
        yield
    finally:
        threading.settrace(cast(Any, kept_in_threads))
        sys.settrace(kept)


@contextmanager
def allocations() -> Iterator[Callable[[], int]]:
    """What the limiter's code has allocated so far, asyncio's objects that it asked for included."""

    def size() -> int:
        gc.collect()
        traces = tracemalloc.take_snapshot().traces
        return sum(t.size for t in traces if any("/leverset/limits/" in frame.filename for frame in t.traceback))

    with untraced():
        tracemalloc.start(4)
        try:
            yield size
        finally:
            tracemalloc.stop()


async def until_all_wait(limiter: Limiter, number: int) -> None:
    while limiter.stats()[KEY].waiting < number:  # noqa: ASYNC110 - they say so nowhere else
        await asyncio.sleep(0)


@pytest.mark.parametrize("max_wait", [None, 300.0])
def test_a_waiting_coroutine_holds_less_than_a_kilobyte(max_wait: float | None) -> None:
    async def main() -> int:
        limiter = Limiter()
        limiter.acquire(KEY, LONG, lease=LEASE)
        with allocations() as so_far:
            calls = [limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=max_wait) for _ in range(HUNDREDS)]
            tasks = [asyncio.create_task(call) for call in calls]
            await until_all_wait(limiter, HUNDREDS)
            size = so_far()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert limiter.stats()[KEY].waiting == 0
        return size

    assert asyncio.run(main()) <= HUNDREDS * 1024


def test_a_waiting_thread_holds_less_than_a_kilobyte_beside_its_stack() -> None:
    limiter, number = Limiter(), 100
    first = limiter.acquire(KEY, LONG, lease=LEASE)

    def call() -> None:
        limiter.release(limiter.acquire(KEY, LONG, lease=LEASE, max_wait=300.0), "not_sent")

    threads = [threading.Thread(target=call) for _ in range(number)]
    with allocations() as so_far:
        for thread in threads:
            thread.start()
        asyncio.run(until_all_wait(limiter, number))
        size = so_far()
        limiter.release(first, "not_sent")
    for thread in threads:
        thread.join(30)
    assert size <= number * 1024


@pytest.mark.slow
def test_ten_thousand_are_served_in_order_time_out_and_are_cancelled() -> None:
    async def main() -> None:
        limiter, order = Limiter(), list[int]()
        first = limiter.acquire(KEY, LONG, lease=LEASE)

        async def call(number: int, max_wait: float | None) -> None:
            slot = await limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=max_wait)
            order.append(number)
            limiter.release(slot, "not_sent")

        cancelled = [asyncio.create_task(call(-1, None)) for _ in range(MANY)]
        late = [asyncio.create_task(call(-2, 0.01)) for _ in range(MANY)]
        served = [asyncio.create_task(call(number, 3600.0)) for number in range(MANY)]
        await until_all_wait(limiter, 2 * MANY)
        for task in cancelled:
            task.cancel()
        await asyncio.wait(cancelled)
        await asyncio.wait(late)
        assert {type(task.exception()) for task in late} == {RateLimitTimeout}
        assert order == []
        limiter.release(first, "not_sent")
        await asyncio.wait(served)
        assert order == list(range(MANY))
        assert (limiter.stats()[KEY].held, limiter.stats()[KEY].waiting) == (0, 0)

    with untraced():
        asyncio.run(main())


def lines_of_the_limiter(number: int, how: str) -> int:
    """Lines of ours that are run while so many waiters end in one way."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if "/leverset/limits/" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    async def main() -> None:
        limiter = Limiter()
        first: Slot = limiter.acquire(KEY, LONG, lease=LEASE)

        async def call() -> None:
            limiter.release(await limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=None), "not_sent")

        async def expire() -> None:
            with pytest.raises(RateLimitTimeout):
                await limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=0.0)

        if how == "time out":
            sys.settrace(trace)
        tasks = [asyncio.create_task(expire() if how == "time out" else call()) for _ in range(number)]
        if how != "time out":
            await until_all_wait(limiter, number)
            sys.settrace(trace)
        if how == "are cancelled":
            for task in tasks:
                task.cancel()
        elif how == "are served":
            limiter.release(first, "not_sent")
        await asyncio.wait(tasks)

    kept = sys.gettrace()
    try:
        asyncio.run(main())
    finally:
        sys.settrace(kept)
    return lines


@pytest.mark.parametrize("how", ["are served", "time out", "are cancelled"])
def test_sixteen_times_as_many_cost_sixteen_times_as_much(how: str) -> None:
    few, many = lines_of_the_limiter(100, how), lines_of_the_limiter(1600, how)
    assert few > 100 * 10
    assert many < 1.3 * 16 * few
