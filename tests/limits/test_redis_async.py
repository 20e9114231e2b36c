"""The shared limit in event loops: cancellation, several loops, connections that end with their loop."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from leverset.limits._completion import run_to_completion
from leverset.limits._redis_links import Links
from leverset.limits.redis import RedisLimiter
from tests.limits.rates import rate
from tests.limits.server import RedisServer
from tests.limits.test_fork import in_child

KEY = "k"
LONG = rate(1, 1000)
QUICK = rate(2, 0.001)
LEASE = 5.0


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.002)


def held(limiter: RedisLimiter) -> tuple[int, int]:
    """Slots and waiters in the store."""
    client, (_, name, *_) = limiter._store.links.of_threads().client, limiter._keys(KEY)
    return int(client.zcard(f"{name}:slots")), int(client.zcard(f"{name}:queue"))


def test_a_cancelled_waiter_leaves_the_queue_before_it_ends(limiter: RedisLimiter) -> None:
    async def main() -> None:
        first = await limiter.acquire_async(KEY, LONG, lease=LEASE)
        tasks = [asyncio.create_task(limiter.acquire_async(KEY, LONG, lease=LEASE)) for _ in range(3)]
        await until(lambda: held(limiter) == (1, 3))
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
        assert tasks[0].cancelled()
        assert held(limiter) == (1, 2)
        await limiter.release_async(first, "not_sent")
        await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks[1:]:
            task.cancel()
        await asyncio.wait(tasks[1:])

    asyncio.run(main())


def test_a_cancellation_in_the_last_moment_gives_the_slot_back(limiter: RedisLimiter) -> None:
    """Cancelled at every step of the way, from before the command was sent to after the slot was granted."""

    async def main() -> None:
        cancelled = 0
        for steps in range(60):
            task = asyncio.create_task(limiter.acquire_async(KEY, LONG, lease=LEASE))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            cancelled += task.cancelled()
            if not task.cancelled():
                await limiter.release_async(task.result(), "not_sent")
            assert held(limiter) == (0, 0)
        assert cancelled > 5

    asyncio.run(main())


def test_a_cancelled_release_releases(limiter: RedisLimiter) -> None:
    async def main() -> None:
        await limiter.acquire_async("warm", LONG, lease=LEASE)
        for steps in range(10):
            slot = await limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=5)
            task = asyncio.create_task(limiter.release_async(slot, "not_sent"))
            for _ in range(steps + 1):
                await asyncio.sleep(0)
            task.cancel()
            task.cancel()
            await asyncio.wait([task])
            assert held(limiter) == (0, 0)

    asyncio.run(main())


def test_an_event_loop_that_ends_releases_first(limiter: RedisLimiter) -> None:
    """asyncio.run cancels every task at its end, those of the limiter as well."""

    async def call() -> None:
        slot = await limiter.acquire_async(KEY, LONG, lease=LEASE)
        try:
            await asyncio.sleep(100)
        finally:
            await limiter.release_async(slot, "not_sent")

    async def main() -> None:
        call_task = asyncio.create_task(call())
        await until(lambda: held(limiter) == (1, 0))  # two connections: order is not that of the calls
        wait_task = asyncio.create_task(limiter.acquire_async(KEY, LONG, lease=LEASE))
        await until(lambda: held(limiter) == (1, 1))
        assert not call_task.done()
        assert not wait_task.done()

    asyncio.run(main())
    assert held(limiter) == (0, 0)


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")  # what is tested here, from Python 3.12 on
def test_a_fork_waits_for_a_change_under_way(limiter: RedisLimiter) -> None:
    entered, half = threading.Event(), ["half way"]

    def change() -> None:
        with limiter._stats._lock:
            entered.set()
            time.sleep(0.2)  # the change takes so long
            half.clear()

    def unlocked() -> bool:
        taken = limiter._stats._lock.acquire(timeout=10)
        limiter._stats._lock.release()
        return taken

    thread = threading.Thread(target=change)
    thread.start()
    assert entered.wait(10)
    assert in_child(lambda: (half, taken(limiter))) == ([], 1)
    thread.join()
    assert held(limiter) == (1, 0)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(unlocked).result(20), "the parent goes on"


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")  # likewise
def test_a_child_does_not_wait_for_a_lock_of_its_parent(limiter: RedisLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    forking, lock = threading.Event(), Links.lock

    def signals(self: Links) -> None:
        forking.set()
        lock(self)

    monkeypatch.setattr(Links, "lock", signals)
    with ThreadPoolExecutor(1) as pool:
        with limiter._store.links._lock:  # another thread is about to open connections
            slots = pool.submit(in_child, lambda: taken(limiter))
            assert forking.wait(10)
        assert slots.result(30) == 1


def taken(limiter: RedisLimiter) -> int:
    """How many slots are held with one that is taken now."""
    limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    return limiter.stats()[KEY].held


def test_connections_end_with_their_event_loop(limiter: RedisLimiter) -> None:
    async def main() -> int:
        for _ in range(3):
            slot = await limiter.acquire_async(KEY, QUICK, lease=LEASE, max_wait=5)
            await limiter.release_async(slot, "responded")
        return len(limiter._store.links._loops)

    assert [asyncio.run(main()) for _ in range(3)] == [1, 1, 1]
    gc.collect()  # an unclosed connection would say so here
    assert limiter._store.links._loops == {}


def test_connections_can_be_closed_and_opened_again(server: RedisServer) -> None:
    async def main() -> None:
        async with server.limiter() as limiter:
            await limiter.aclose()  # nothing to close yet
            await limiter.acquire_async(KEY, QUICK, lease=LEASE)
            await limiter.aclose()
            assert limiter._store.links._loops == {}
            await limiter.acquire_async(KEY, QUICK, lease=LEASE)
        assert limiter._store.links._loops == {}

    asyncio.run(main())


def test_a_loop_that_was_closed_without_an_end_is_forgotten(limiter: RedisLimiter) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(limiter.acquire_async(KEY, QUICK, lease=LEASE))
    loop.run_until_complete(limiter._store.links._loops[loop][0].client.connection_pool.disconnect())
    loop.close()
    asyncio.run(limiter.acquire_async(KEY, QUICK, lease=LEASE, max_wait=5))
    assert limiter._store.links._loops == {}


def test_several_event_loops_and_threads_use_one_object_at_once(limiter: RedisLimiter) -> None:
    async def main() -> int:
        async def call() -> None:
            slot = await limiter.acquire_async(KEY, rate(5, 0.01), lease=LEASE, max_wait=20)
            await limiter.release_async(slot, "responded")

        await asyncio.gather(*(call() for _ in range(8)))
        return 8

    def call_blocking() -> int:
        for _ in range(8):
            limiter.release(limiter.acquire(KEY, rate(5, 0.01), lease=LEASE, max_wait=20), "responded")
        return 8

    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(asyncio.run, main()) for _ in range(3)] + [pool.submit(call_blocking) for _ in range(3)]
        assert sum(done.result(30) for done in calls) == 48
    assert limiter.stats()[KEY].granted == 48


def test_a_closed_coroutine_leaves_the_queue_by_its_lease(limiter: RedisLimiter) -> None:
    async def main() -> None:
        await limiter.acquire_async(KEY, LONG, lease=LEASE)
        thrown_away = limiter.acquire_async(KEY, LONG, lease=LEASE)
        thrown_away.send(None)
        thrown_away.close()
        await until(lambda: held(limiter) == (1, 1))  # the command was on its way
        assert limiter.stats()[KEY].granted == 1

    asyncio.run(main())


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")  # what is tested here, from Python 3.12 on
def test_a_forked_child_has_connections_of_its_own(limiter: RedisLimiter) -> None:
    parent = os.getpid()

    def child() -> tuple[bool, int]:
        blocking = limiter.acquire(KEY, rate(5, 1000), lease=LEASE, max_wait=0)
        asyncio.run(limiter.acquire_async(KEY, rate(5, 1000), lease=LEASE, max_wait=0))
        limiter.release(blocking, "not_sent")
        return os.getpid() == parent, limiter.stats()[KEY].held

    async def main() -> None:
        await limiter.acquire_async(KEY, rate(5, 1000), lease=LEASE)
        limiter.acquire(KEY, rate(5, 1000), lease=LEASE)
        assert in_child(child) == (False, 3)
        await limiter.acquire_async(KEY, rate(5, 1000), lease=LEASE)
        assert held(limiter) == (4, 0)

    asyncio.run(main())


def test_what_runs_in_a_child_leaves_a_limiter_that_works(server: RedisServer, forked: Callable[..., None]) -> None:
    with server.limiter() as limiter:
        limiter.acquire(KEY, rate(5, 1000), lease=LEASE)
        for part in (limiter._stats, limiter._store.links):
            part.lock()
            part.unlock()
        forked(limiter._stats, limiter._store.links)
        limiter.acquire(KEY, rate(5, 1000), lease=LEASE, max_wait=0)
        with ThreadPoolExecutor(1) as pool:  # the thread that forked could go on anyhow
            assert pool.submit(limiter.stats).result(10)[KEY].held == 2
            pool.submit(limiter.pause, KEY, 0.0).result(10)


def test_a_run_leaves_no_timer_behind(limiter: RedisLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        true, timers = loop.call_later, list[asyncio.TimerHandle]()

        def call_later(delay: float, callback: Callable[..., object], *arguments: object) -> asyncio.TimerHandle:
            timers.append(true(delay, callback, *arguments))
            return timers[-1]

        monkeypatch.setattr(loop, "call_later", call_later)
        await limiter.pause_async(KEY, 0.0)
        assert [timer.cancelled() for timer in timers] == [True]
        await limiter.aclose()

    asyncio.run(main())


def test_run_to_completion_raises_what_the_work_raised(caplog: pytest.LogCaptureFixture) -> None:
    async def failing() -> None:
        await asyncio.sleep(0)
        raise ValueError("seen")

    async def main() -> None:
        with pytest.raises(ValueError, match="seen"):
            await run_to_completion(failing)
        task = asyncio.create_task(run_to_completion(failing))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(main())
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_run_to_completion_restarts_cancelled_work_once() -> None:
    starts = 0

    async def cancelled_from_inside() -> None:
        nonlocal starts
        starts += 1
        raise asyncio.CancelledError

    async def main() -> None:
        task = asyncio.create_task(run_to_completion(cancelled_from_inside))
        await asyncio.wait([task])
        assert task.cancelled()
        outer = asyncio.create_task(run_to_completion(cancelled_from_inside))
        await asyncio.sleep(0)
        outer.cancel()
        await asyncio.wait([outer])
        assert outer.cancelled()

    asyncio.run(main())
    assert starts == 4
