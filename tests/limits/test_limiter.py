"""One limiter shared by threads and event loops, in real time and with short windows."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits import Limiter, LimitStats, Slot, default_limiter
from leverset.limits._wait import LoopWait
from leverset.limits._window import Waiter, Window
from tests.clock import Clock
from tests.limits.rates import rate

KEY = "exchange:account:operation"
ONE = rate(1, 0.05)
LEASE = 10.0


@pytest.fixture
def limiter() -> Limiter:
    return Limiter()


def waiting(limiter: Limiter) -> int:
    return limiter.stats()[KEY].waiting


def acquire(limiter: Limiter, mode: str, limit: RateLimit, max_wait: float | None) -> Slot:
    if mode == "sync":
        return limiter.acquire(KEY, limit, lease=LEASE, max_wait=max_wait)
    return asyncio.run(limiter.acquire_async(KEY, limit, lease=LEASE, max_wait=max_wait))


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


def test_there_is_one_limiter_for_the_whole_process() -> None:
    assert isinstance(default_limiter(), Limiter)
    assert default_limiter() is default_limiter()


def test_threads_and_event_loops_are_served_in_order_of_arrival(limiter: Limiter) -> None:
    served: list[int] = []
    first = limiter.acquire(KEY, ONE, lease=LEASE)

    def call(number: int) -> None:
        slot = limiter.acquire(KEY, ONE, lease=LEASE, max_wait=10)
        served.append(number)
        limiter.release(slot, "not_sent")

    async def call_async(number: int) -> None:
        slot = await limiter.acquire_async(KEY, ONE, lease=LEASE, max_wait=10)
        served.append(number)
        await limiter.release_async(slot, "not_sent")

    with ThreadPoolExecutor(9) as pool:
        calls = []
        for number in range(9):
            if number % 2:
                calls.append(pool.submit(asyncio.run, call_async(number)))
            else:
                calls.append(pool.submit(call, number))
            until(partial(lambda n: waiting(limiter) == n + 1, number))
        limiter.release(first, "not_sent")
        for done in calls:
            done.result(10)
    assert served == list(range(9))


def test_many_threads_never_hold_more_slots_than_there_are(limiter: Limiter) -> None:
    limit, lock, seconds = rate(5, 0.05), threading.Lock(), 0.05
    recent: list[float] = []

    def call() -> None:
        slot = limiter.acquire(KEY, limit, lease=LEASE, max_wait=20)
        with lock:
            now = time.monotonic()
            assert sum(now - at < seconds for at in recent) < 5
            recent.append(now)
        limiter.release(slot, "responded")

    with ThreadPoolExecutor(10) as pool:
        for done in [pool.submit(call) for _ in range(50)]:
            done.result(20)
    assert limiter.stats()[KEY].granted == 50


def test_a_slot_is_free_again_without_a_release(limiter: Limiter) -> None:
    quick = Limiter(late_delivery_grace=0.02)
    quick.acquire(KEY, ONE, lease=0.03)
    began = time.monotonic()
    slot = quick.acquire(KEY, ONE, lease=0.03, max_wait=5)
    assert 0.09 < time.monotonic() - began < 1
    assert 0.09 < slot.waited < 1


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_wait_ends_with_what_it_would_have_taken(limiter: Limiter, mode: str) -> None:
    limit = rate(1, 50)
    limiter.acquire(KEY, limit, lease=LEASE)
    with pytest.raises(RateLimitTimeout) as caught:
        acquire(limiter, mode, limit, max_wait=0.02)
    assert 0.02 <= caught.value.waited < 5
    assert caught.value.at_least == pytest.approx(50.05 + caught.value.waited, abs=0.5)
    assert waiting(limiter) == 0


def test_a_wait_may_be_longer_than_a_thread_can_wait(limiter: Limiter) -> None:
    first = limiter.acquire(KEY, ONE, lease=LEASE)
    limiter.pause(KEY, 1e10)
    limiter.release(first, "not_sent")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(limiter.acquire, KEY, ONE, lease=LEASE, max_wait=1e300)
        until(lambda: waiting(limiter) == 1)
        limiter._windows[KEY].paused_until = -math.inf
        limiter.release(first, "not_sent")
        assert late.result(10).waited > 0


def test_cancelled_callers_change_no_other_position(limiter: Limiter) -> None:
    served: list[int] = []

    async def call(number: int) -> None:
        slot = await limiter.acquire_async(KEY, ONE, lease=LEASE)
        served.append(number)
        limiter.release(slot, "not_sent")

    async def main() -> None:
        first = limiter.acquire(KEY, ONE, lease=LEASE)
        tasks = [asyncio.create_task(call(number)) for number in range(6)]
        await asyncio.sleep(0)
        assert waiting(limiter) == 6
        for number in (0, 3, 5):
            tasks[number].cancel()
        await asyncio.wait([tasks[0], tasks[3], tasks[5]])
        limiter.release(first, "not_sent")
        await asyncio.gather(tasks[1], tasks[2], tasks[4])

    asyncio.run(main())
    assert served == [1, 2, 4]
    assert limiter.stats()[KEY].held == 0


def test_a_late_cancellation_gives_the_slot_to_the_next(limiter: Limiter) -> None:
    async def main() -> None:
        first = limiter.acquire(KEY, ONE, lease=LEASE)
        tasks = [asyncio.create_task(limiter.acquire_async(KEY, ONE, lease=LEASE)) for _ in range(2)]
        await asyncio.sleep(0)
        limiter.release(first, "not_sent")  # the first task has its slot, and has not run since
        tasks[0].cancel()
        slot = await tasks[1]
        limiter.release(slot, "not_sent")
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]

    asyncio.run(main())
    assert limiter.stats()[KEY].held == 0


def test_a_slot_granted_as_the_wait_ends_is_kept(limiter: Limiter, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            limiter.release(first, "not_sent")
            raise Empty

    first = limiter.acquire(KEY, ONE, lease=LEASE)
    with monkeypatch.context() as patch:
        patch.setattr("leverset.limits._wait.SimpleQueue", Late)
        slot = limiter.acquire(KEY, ONE, lease=LEASE, max_wait=0.01)
    limiter.release(slot, "not_sent")
    assert limiter.stats()[KEY].held == 0


def test_an_interrupted_wait_leaves_the_queue(limiter: Limiter, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            raise KeyboardInterrupt

    limiter.acquire(KEY, ONE, lease=LEASE)
    with monkeypatch.context() as patch:
        patch.setattr("leverset.limits._wait.SimpleQueue", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            limiter.acquire(KEY, ONE, lease=LEASE)
    assert waiting(limiter) == 0


def test_waiters_of_a_closed_event_loop_get_no_slot(limiter: Limiter) -> None:
    first = limiter.acquire(KEY, ONE, lease=LEASE)
    loop = asyncio.new_event_loop()
    abandoned = limiter.acquire_async(KEY, ONE, lease=LEASE)
    task = loop.create_task(abandoned)
    loop.run_until_complete(asyncio.sleep(0))
    assert waiting(limiter) == 1
    loop.close()
    limiter.release(first, "not_sent")
    slot = limiter.acquire(KEY, ONE, lease=LEASE, max_wait=5)
    assert slot.waited < 1
    task._log_destroy_pending = False  # type: ignore[attr-defined] # abandoned on purpose
    abandoned.close()


def test_a_garbage_collected_coroutine_may_release_inside_a_change(
    limiter: Limiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `finally` blocks do when they run in the middle of the limiter's own work, in the same thread."""
    first = limiter.acquire(KEY, ONE, lease=LEASE)
    release, inside = Window.release, threading.Event()

    def interrupted(window: Window, *arguments: object) -> None:
        if not inside.is_set():
            inside.set()
            limiter.release(second, "not_sent")
            assert limiter.stats() == {}  # there are no figures in the middle of a change
            assert other().held == 1  # not done yet: the queue is in the middle of something
        release(window, *arguments)  # type: ignore[arg-type] # passed on as they came

    def other() -> LimitStats:
        return limiter._windows["other"].stats(time.monotonic())

    second = limiter.acquire("other", ONE, lease=LEASE)
    monkeypatch.setattr(Window, "release", interrupted)
    limiter.release(first, "not_sent")
    assert inside.is_set()
    assert [stats.held for stats in limiter.stats().values()] == [0, 0]


def test_a_call_in_the_middle_of_a_change_ends_with_its_max_wait(
    limiter: Limiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal's handler may call while its thread is in the middle of the limiter's own work."""
    first, release, caught = limiter.acquire(KEY, ONE, lease=LEASE), Window.release, list[RateLimitTimeout]()

    def interrupted(window: Window, *arguments: Any) -> None:
        if not caught:
            with pytest.raises(RateLimitTimeout) as error:
                limiter.acquire("other", ONE, lease=LEASE, max_wait=0.01)
            caught.append(error.value)
        release(window, *arguments)

    monkeypatch.setattr(Window, "release", interrupted)
    limiter.release(first, "not_sent")
    assert 0.01 <= caught[0].at_least == caught[0].waited < 5
    assert [(stats.held, stats.waiting) for stats in limiter.stats().values()] == [(0, 0), (0, 0)]


def test_a_pause_stops_waiting_callers_and_ends_by_itself(limiter: Limiter, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "leverset.limits"):
        limiter.pause(KEY, 0.1)
        assert 0 < limiter.stats()[KEY].paused_for <= 0.1
        began = time.monotonic()
        asyncio.run(limiter.pause_async(KEY, 0.01))
        limiter.acquire(KEY, ONE, lease=LEASE, max_wait=5)
    assert time.monotonic() - began > 0.08
    assert f"paused {KEY} for 0.1 s" in caplog.messages
    assert caplog.records[-1].getMessage().startswith("waited 0.")
    facts = vars(caplog.records[-1])
    assert facts["limit_key"] == KEY
    assert 0.08 < facts["waited_seconds"] < 5


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_call_that_a_pause_outlasts_ends_at_once_and_says_why(limiter: Limiter, mode: str) -> None:
    limiter.pause(KEY, 86400)
    began = time.monotonic()
    with pytest.raises(RateLimitTimeout) as caught:
        acquire(limiter, mode, ONE, 300)
    assert time.monotonic() - began < 5
    assert caught.value.waited < 5
    assert 86399 < caught.value.paused_for <= 86400
    assert "the exchange asked for a pause, which lasts another 86400 s" in str(caught.value)
    assert "calls ahead" not in str(caught.value)
    assert limiter.stats()[KEY].waiting == 0


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_pause_ends_the_waits_that_it_outlasts_and_no_other(limiter: Limiter, mode: str) -> None:
    limit = rate(1, 0.5)
    limiter.acquire(KEY, limit, lease=LEASE)  # and not released: the others wait
    with ThreadPoolExecutor(2) as pool:
        short, patient = (pool.submit(acquire, limiter, mode, limit, each) for each in (300, 86402))
        until(lambda: waiting(limiter) == 2)
        limiter.pause(KEY, 86400)
        with pytest.raises(RateLimitTimeout) as caught:
            short.result(10)
        assert caught.value.paused_for > 86000
        assert waiting(limiter) == 1
        assert not patient.done()
        limiter.pause(KEY, 86500)
        with pytest.raises(RateLimitTimeout):
            patient.result(10)


def test_a_call_that_waits_as_long_as_the_pause_is_not_outlasted() -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    limiter._timer = threading.current_thread()  # a timer that has its own time
    limiter.pause(KEY, 5.0)
    woken: list[float] = []
    for seconds in (5.0, 4.9):
        waiter = Waiter(KEY, ONE, LEASE, clock(), clock, until=clock() + seconds)
        limiter._join(waiter, lambda seconds=seconds: lambda: woken.append(seconds))  # type: ignore[misc] # bound now
    assert woken == [4.9]


def test_a_pause_wakes_nobody_whose_event_loop_is_closed(limiter: Limiter) -> None:
    limiter.acquire(KEY, ONE, lease=LEASE)
    loop = asyncio.new_event_loop()
    task = loop.create_task(limiter.acquire_async(KEY, ONE, lease=LEASE, max_wait=60))
    loop.run_until_complete(asyncio.sleep(0))
    assert waiting(limiter) == 1
    loop.close()
    limiter.pause(KEY, 3600)
    assert not task.done()
    with pytest.raises(RateLimitTimeout, match="no slot"):
        limiter.acquire(KEY, ONE, lease=LEASE, max_wait=60)


def test_an_awaited_pause_is_a_pause(limiter: Limiter) -> None:
    asyncio.run(limiter.pause_async(KEY, 60))
    assert 50 < limiter.stats()[KEY].paused_for <= 60


def test_stats_change_nothing(limiter: Limiter) -> None:
    assert [limiter.stats(), limiter.stats()] == [{}, {}]


def test_one_timer_thread_serves_all_keys_while_somebody_waits(limiter: Limiter) -> None:
    """It does not keep the process alive, and ends with the last wait."""
    others = set(threading.enumerate())

    def timers() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name == "leverset-limiter" and one not in others]

    def anywhere() -> int:
        return sum(stats.waiting for stats in limiter.stats().values())

    leases = {"one": 30.0, "other": 20.0, "third": 10.0}  # so that each next one has to be woken for earlier
    held = [limiter.acquire(name, ONE, lease=lease) for name, lease in leases.items()]
    with ThreadPoolExecutor(3) as pool:
        waits = []
        for number, name in enumerate(leases):
            waits.append(pool.submit(limiter.acquire, name, ONE, lease=LEASE, max_wait=10))
            until(partial(lambda n: anywhere() == n + 1, number))
        assert [timer.daemon for timer in timers()] == [True]
        for slot in held:
            limiter.release(slot, "responded")
        for done in waits:
            done.result(10)
    until(lambda: timers() == [])


def test_the_timer_is_not_woken_for_a_slot_that_is_free_later(
    limiter: Limiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = limiter.acquire(KEY, ONE, lease=LEASE)

    def call() -> None:
        limiter.release(limiter.acquire(KEY, ONE, lease=LEASE, max_wait=10), "not_sent")

    woken: list[None] = []
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(call)]
        until(lambda: limiter._timer_due < math.inf)
        monkeypatch.setattr(limiter._condition, "notify_all", lambda: woken.append(None))
        calls.append(pool.submit(call))
        until(lambda: waiting(limiter) == 2)
        assert woken == []
        limiter.release(first, "not_sent")
        for each in calls:
            each.result(10)


def test_a_call_that_did_not_wait_logs_nothing(limiter: Limiter, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "leverset.limits"):
        limiter.release(limiter.acquire(KEY, ONE, lease=LEASE), "not_sent")
    assert caplog.messages == []


def test_a_slot_that_comes_while_its_wait_is_made_ends_the_wait() -> None:
    """A signal's handler may release one at any moment."""
    clock = Clock()
    limiter = Limiter(clock=clock)
    slot, waiter = limiter.acquire(KEY, ONE, lease=LEASE), Waiter(KEY, ONE, LEASE, clock(), clock)
    woken: list[None] = []

    def make() -> Callable[[], None]:
        limiter.release(slot, "not_sent")
        return lambda: woken.append(None)

    assert limiter._join(waiter, make) is not None
    assert waiter.granted_at is not None
    assert woken == [None]


def test_a_wait_that_has_ended_is_not_kept_by_its_time_limit() -> None:
    async def run() -> None:
        wait = LoopWait()
        wait.limit(3600.0)
        wait.stop()
        end = weakref.ref(wait.end)
        del wait
        assert end() is None

    asyncio.run(run())


def test_a_call_that_got_its_slot_leaves_no_timer_behind(limiter: Limiter) -> None:
    def waits() -> int:
        gc.collect()
        return sum(isinstance(each, LoopWait) for each in gc.get_objects())

    async def run() -> None:
        before, first = waits(), limiter.acquire(KEY, ONE, lease=LEASE)
        call = asyncio.create_task(limiter.acquire_async(KEY, ONE, lease=LEASE, max_wait=3600.0))
        await asyncio.sleep(0)
        assert waits() == before + 1
        limiter.release(first, "not_sent")
        limiter.release(await call, "not_sent")
        del call
        await asyncio.sleep(0)  # the loop has what it ran last until then
        assert waits() == before

    asyncio.run(run())


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Limiter, list[float]]]:
    """A limiter whose caller gets its slot late: as often, and by as many seconds, as the list says."""
    clock, delays = Clock(), list[float]()
    limiter = Limiter(clock=clock)
    join = Limiter._join

    def late(self: Limiter, *arguments: Any) -> object:
        woken_by = join(self, *arguments)
        clock.now += delays.pop(0) if delays else 0.0
        return woken_by

    monkeypatch.setattr(Limiter, "_join", late)
    yield limiter, delays
    assert delays == []


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("max_wait", [None, 60.0])
def test_a_slot_older_than_half_its_lease_is_exchanged(
    stalled: tuple[Limiter, list[float]], mode: str, max_wait: float | None
) -> None:
    limiter, delays = stalled
    delays.append(5.1)
    slot = acquire(limiter, mode, rate(1, 1), max_wait=max_wait)
    assert slot.age == 0
    assert slot.waited == pytest.approx(5.1)
    assert limiter.stats()[KEY].held == 1


@pytest.mark.parametrize(
    ("late", "lease", "age"), [(5.0, 10.0, 5.0), (5.1, 10.0, 0.0), (0.4, 0.0, 0.0), (0.4, -5.0, 0.0), (0.0, 0.0, 0.0)]
)
def test_half_of_the_deadline_is_what_counts(
    stalled: tuple[Limiter, list[float]], late: float, lease: float, age: float
) -> None:
    limiter, delays = stalled
    delays.append(late)
    assert limiter.acquire(KEY, ONE, lease=lease).age == age
    assert limiter.stats()[KEY].granted == 1 + (late > max(0.0, lease) / 2)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_slot_is_exchanged_once(stalled: tuple[Limiter, list[float]], mode: str) -> None:
    limiter, delays = stalled
    delays += [5.1, 5.2]
    assert acquire(limiter, mode, rate(1, 1), max_wait=None).age == pytest.approx(5.2)


def test_a_slot_younger_than_half_its_lease_is_kept(stalled: tuple[Limiter, list[float]]) -> None:
    limiter, delays = stalled
    delays.append(4.9)
    assert limiter.acquire(KEY, ONE, lease=LEASE).age == pytest.approx(4.9)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(("max_wait", "left"), [(5.35, 0.25), (5.0, 0.0), (5.1, 0.0)])
def test_exchanging_a_slot_has_the_rest_of_max_wait(
    stalled: tuple[Limiter, list[float]], monkeypatch: pytest.MonkeyPatch, mode: str, max_wait: float, left: float
) -> None:
    limiter, delays = stalled
    requeue, limit, timeouts, others = Limiter._requeue, LoopWait.limit, list[float | None](), list[Slot]()

    class Queue(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            timeouts.append(timeout)
            raise Empty

    def timed(wait: LoopWait, seconds: float) -> None:
        timeouts.append(seconds)
        limit(wait, 0)

    def taken(self: Limiter, waiter: Waiter) -> Waiter:
        waiter = requeue(self, waiter)
        others.append(self.acquire(KEY, rate(1, 1), lease=LEASE))  # somebody else is faster
        return waiter

    monkeypatch.setattr(Limiter, "_requeue", taken)
    delays.append(5.1)
    with monkeypatch.context() as patch:
        # The names of that module alone: other threads go on.
        patch.setattr("leverset.limits._wait.SimpleQueue", Queue)
        patch.setattr(LoopWait, "limit", timed)
        with pytest.raises(RateLimitTimeout) as caught:
            acquire(limiter, mode, rate(1, 1), max_wait=max_wait)
    assert timeouts == [pytest.approx(left, abs=1e-9)]
    assert caught.value.waited == pytest.approx(5.1)
    limiter.release(others[0], "not_sent")  # or the timer would go on for as long as its lease
    assert waiting(limiter) == 0


def test_late_delivery_grace_is_30_seconds_by_default() -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    limiter.acquire(KEY, ONE, lease=LEASE)
    clock.now += LEASE + 30.0
    assert limiter.stats()[KEY].held == 1
    clock.now += 0.06
    assert limiter.stats()[KEY].held == 0


def test_a_timer_thread_that_cannot_start_fails_one_call(limiter: Limiter, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    limiter.acquire(KEY, ONE, lease=0.01)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(RuntimeError, match="new thread"):
            limiter.acquire(KEY, ONE, lease=LEASE)
    assert waiting(limiter) == 0
    limiter.pause(KEY, 0.0)
    first = Limiter(late_delivery_grace=0.01)
    first.acquire(KEY, ONE, lease=0.01)
    assert first.acquire(KEY, ONE, lease=0.01, max_wait=5).waited > 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is raised on purpose
def test_the_next_caller_restarts_a_timer_thread_that_died(limiter: Limiter, monkeypatch: pytest.MonkeyPatch) -> None:
    serve, served = Window.serve, list[float]()

    def dies(self: Window, now: float) -> None:
        if threading.current_thread() is limiter._timer:
            served.append(now)
            if len(served) <= 2:  # what fails is tried twice
                raise MemoryError
        serve(self, now)

    monkeypatch.setattr(Window, "serve", dies)
    first = limiter.acquire(KEY, ONE, lease=LEASE)
    with ThreadPoolExecutor(2) as pool:
        stuck = pool.submit(limiter.acquire, KEY, ONE, lease=LEASE, max_wait=10)
        until(lambda: waiting(limiter) == 1)
        limiter.release(first, "responded")  # the slot is free much earlier now: the timer looks again
        until(lambda: len(served) == 2 and limiter._timer is None)
        other = pool.submit(limiter.acquire, KEY, ONE, lease=LEASE, max_wait=10)
        limiter.release(stuck.result(10), "responded")
        assert other.result(10).waited > 0


def test_the_timer_serves_a_queue_in_rounds() -> None:
    """In real time, by the timer's thread: ten rounds of four."""
    limiter, limit = Limiter(), rate(4, 0.1)

    def call() -> float:
        slot = limiter.acquire(KEY, limit, lease=LEASE, max_wait=20)
        limiter.release(slot, "responded")
        return slot.waited

    began = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        waits = [done.result(20) for done in [pool.submit(call) for _ in range(40)]]
    assert time.monotonic() - began >= 0.9
    assert max(waits) <= 5  # 0.9 on a machine that has nothing else to do
