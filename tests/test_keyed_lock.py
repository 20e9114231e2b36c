"""One lock per leverage scope: order of arrival, and whoever leaves takes no lock along."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

from leverset import RateLimitTimeout
from leverset._keyed_lock import KeyedLock, _Waiter
from tests.processes import in_child
from tests.retry.test_interrupt_points import Points
from tests.retry.test_interrupts import Interrupt

A, B = ("isolated", "BTC-USDT-SWAP", "long"), ("isolated", "BTC-USDT-SWAP", "short")


def until(condition: Callable[[], bool]) -> None:
    """Wait until another thread has come so far."""
    patience = threading.Event()
    for _ in range(5000):
        if condition():
            return
        patience.wait(0.001)
    raise AssertionError("it never came so far")


def waiting(lock: KeyedLock, scope: tuple[str, ...]) -> int:
    return len(lock._queues.get(scope, ()))


def test_threads_get_the_lock_in_order_of_arrival() -> None:
    lock, order, threads = KeyedLock(), [], []

    def take(number: int) -> None:
        with lock.acquire(A, 10):
            order.append(number)

    with lock.acquire(A, 10):
        for number in range(5):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda expected=number + 2: waiting(lock, A) == expected)  # type: ignore[misc] # bound now
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4]
    assert lock._queues == {}  # nothing is kept of scopes that nobody uses


def test_coroutines_get_the_lock_in_order_of_arrival() -> None:
    lock, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with lock.acquire(A, 10):
            order.append(number)
            await asyncio.sleep(0)

    async def run() -> None:
        async with lock.acquire(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(5)]
            for _ in range(3):
                await asyncio.sleep(0)
            assert (order, waiting(lock, A)) == ([], 6)
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert order == [0, 1, 2, 3, 4]
    assert lock._queues == {}


def test_another_scope_does_not_wait() -> None:
    lock = KeyedLock()
    with lock.acquire(A, 10), lock.acquire(B, 0.001):
        assert (waiting(lock, A), waiting(lock, B)) == (1, 1)

    async def run() -> None:
        async with lock.acquire(A, 10), lock.acquire(B, 0.001):
            assert (waiting(lock, A), waiting(lock, B)) == (1, 1)

    asyncio.run(run())
    assert lock._queues == {}


def test_a_thread_that_waits_too_long_leaves() -> None:
    lock = KeyedLock()
    with lock.acquire(A, 10):
        with pytest.raises(RateLimitTimeout) as caught, lock.acquire(A, 0.01):
            raise AssertionError("it has no lock")
        assert waiting(lock, A) == 1
    assert (caught.value.waited, caught.value.outcome) == (0.01, "not_sent")
    assert caught.value.where == "isolated BTC-USDT-SWAP long"
    assert caught.value.summary == "an earlier call for isolated BTC-USDT-SWAP long did not end within 0.01 s"
    assert caught.value.why == "it is still under way in this client, and must not be overtaken"
    assert caught.value.fix == "raise max_wait, or let one leverage be set by one call at a time"
    assert lock._queues == {}


def test_a_coroutine_that_waits_too_long_leaves() -> None:
    lock = KeyedLock()

    async def run() -> None:
        async with lock.acquire(A, 10):
            with pytest.raises(RateLimitTimeout, match=r"an earlier call .* did not end within 0\.01 s"):
                async with lock.acquire(A, 0.01):
                    raise AssertionError("it has no lock")
            assert waiting(lock, A) == 1

    asyncio.run(run())
    assert lock._queues == {}


def test_a_wait_without_end_is_served() -> None:
    lock, done = KeyedLock(), threading.Event()

    def take() -> None:
        with lock.acquire(A, None):
            done.set()

    with lock.acquire(A, None):
        thread = threading.Thread(target=take)
        thread.start()
        until(lambda: waiting(lock, A) == 2)
        assert not done.is_set()
    thread.join(10)
    assert done.is_set()


def test_a_waiter_that_is_cancelled_leaves_the_queue() -> None:
    lock, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with lock.acquire(A, 10):
            order.append(number)

    async def run() -> None:
        async with lock.acquire(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(3)]
            await asyncio.sleep(0)
            tasks[1].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[1], asyncio.CancelledError)

    asyncio.run(run())
    assert order == [0, 2]
    assert lock._queues == {}


def test_a_waiter_cancelled_as_it_is_granted_passes_it_on() -> None:
    lock, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with lock.acquire(A, 10):
            order.append(number)

    async def run() -> None:
        async with lock.acquire(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(2)]
            await asyncio.sleep(0)
        tasks[0].cancel()  # its event is set, and it has not run since
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())
    assert order == [1]
    assert lock._queues == {}


def test_a_call_that_fails_releases_the_lock() -> None:
    lock = KeyedLock()
    with pytest.raises(ZeroDivisionError), lock.acquire(A, 10):
        raise ZeroDivisionError
    with lock.acquire(A, 0.01):
        pass

    async def run() -> None:
        with pytest.raises(ZeroDivisionError):
            async with lock.acquire(A, 10):
                raise ZeroDivisionError
        async with lock.acquire(A, 0.01):
            pass

    asyncio.run(run())
    assert lock._queues == {}


@pytest.mark.parametrize("joined", [True, False])
def test_one_interrupted_while_it_joins_leaves_nothing(joined: bool) -> None:
    class Interrupted(KeyedLock):
        def join(self, scope: tuple[str, ...], waiter: _Waiter) -> bool:
            if joined:
                super().join(scope, waiter)
            raise KeyboardInterrupt

    lock = Interrupted()
    with pytest.raises(KeyboardInterrupt), lock.acquire(A, 10):
        raise AssertionError("it has no lock")

    async def run() -> None:
        with pytest.raises(KeyboardInterrupt):
            async with lock.acquire(A, 10):
                raise AssertionError("it has no lock")

    asyncio.run(run())
    assert lock._queues == {}


def test_an_interrupt_at_any_point_of_leaving_keeps_the_lock_from_nobody() -> None:
    """Whoever made the lock leaves again then: the next one is woken, or nothing is kept of the scope."""
    number, where = 0, "nowhere yet"
    while where:
        number += 1
        lock, points = KeyedLock(), Points(number)
        woken: list[str] = []
        held, alone = lock.acquire(A, 10), lock.acquire(B, 10)
        held.__enter__()
        alone.__enter__()
        lock.join(A, _Waiter(partial(woken.append, "next")))
        sys.setprofile(points)
        try:
            with contextlib.suppress(Interrupt):
                held.leave()
                alone.leave()
        finally:
            sys.setprofile(None)
        where = points.where
        held.leave()
        alone.leave()
        assert (set(woken), waiting(lock, A), waiting(lock, B)) == ({"next"}, 1, 0), where
        assert B not in lock._queues, where
    assert number > 10


def lost(lock: KeyedLock, *, waits: bool) -> asyncio.AbstractEventLoop:
    """A closed event loop with a coroutine that has the lock, or waits for it, and will never go on."""
    loop = asyncio.new_event_loop()

    async def stay() -> None:
        async with lock.acquire(A, None):
            await asyncio.Event().wait()

    task = loop.create_task(stay())
    loop.run_until_complete(asyncio.sleep(0))
    assert waiting(lock, A) == 1 + waits
    loop.close()
    task._log_destroy_pending = False  # type: ignore[attr-defined] # that it is lost is what is tested
    kept.append(task)
    return loop


kept: list[object] = []  # else the garbage collector ends them


def test_a_waiter_whose_loop_is_closed_is_passed_over() -> None:
    lock = KeyedLock()
    with lock.acquire(A, 10):
        lost(lock, waits=True)
        done = threading.Event()
        thread = threading.Thread(target=lambda: take(lock, done))
        thread.start()
        until(lambda: waiting(lock, A) == 3)
    assert done.wait(5)
    thread.join(5)
    assert lock._queues == {}


def take(lock: KeyedLock, done: threading.Event) -> None:
    with lock.acquire(A, 10):
        done.set()


def test_the_lock_is_free_where_all_that_wait_are_lost() -> None:
    lock = KeyedLock()
    with lock.acquire(A, 10):
        lost(lock, waits=True)
    assert lock._queues == {}


def test_a_holder_whose_loop_is_closed_does_not_block_others() -> None:
    lock = KeyedLock()
    lost(lock, waits=False)
    with lock.acquire(A, 0.1):
        assert waiting(lock, A) == 1

    lost(lock, waits=False)

    async def run() -> None:
        async with lock.acquire(A, 0.1):
            assert waiting(lock, A) == 1

    asyncio.run(run())
    assert lock._queues == {}


def test_whoever_waited_for_a_lost_holder_comes_first() -> None:
    lock, order, threads = KeyedLock(), [], []
    lost(lock, waits=False)
    first = _Waiter(lambda: order.append("woken"))
    lock._queues[A].append(first)

    def second() -> None:
        with lock.acquire(A, 10):
            order.append("second")

    threads.append(threading.Thread(target=second))
    threads[0].start()
    until(lambda: order == ["woken"])
    lock.leave(A, first)
    threads[0].join(5)
    assert order == ["woken", "second"]
    assert lock._queues == {}


def test_a_thread_and_two_event_loops_share_one_lock() -> None:
    lock, inside, most = KeyedLock(), [0], [0]

    def enter() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])

    def sync() -> None:
        for _ in range(200):
            with lock.acquire(A, 10):
                enter()
                inside[0] -= 1

    async def awaited() -> None:
        for _ in range(200):
            async with lock.acquire(A, 10):
                enter()
                await asyncio.sleep(0)
                inside[0] -= 1

    work = [sync, lambda: asyncio.run(awaited()), lambda: asyncio.run(awaited())]
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, lock._queues) == ([1], {})


def test_a_child_never_waits_for_a_lock_of_its_parent() -> None:
    lock = KeyedLock()

    def child() -> str:
        with lock.acquire(A, 0.1):
            return f"{waiting(lock, A)} {waiting(lock, B)}"

    with lock.acquire(A, 10), lock.acquire(B, 10):
        assert in_child(child) == "1 0"
        assert (waiting(lock, A), waiting(lock, B)) == (1, 1), "the parent has its own"
    assert lock._queues == {}


def test_a_child_whose_parent_was_inside_the_lock_goes_on() -> None:
    """A thread of the parent is half way through a change of the queues as often as not."""
    lock, over = KeyedLock(), threading.Event()

    def busy() -> None:
        while not over.is_set():
            with lock.acquire(A, 10):
                pass

    def child() -> str:
        with lock.acquire(A, 0.1):
            return "1"

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert [in_child(child, seconds=5) for _ in range(20)] == ["1"] * 20
    finally:
        over.set()
    for thread in threads:
        thread.join(10)
    assert lock._queues == {}


def test_what_was_locked_before_the_fork_is_released_in_the_child() -> None:
    """The thread that forks has the lock itself: in the child it goes on, and its leaving is no mistake."""
    lock = KeyedLock()

    def child() -> str:
        with lock.acquire(A, 0.1):
            leaves.__exit__(None, None, None)  # what its parent's call does at its end
            return f"{waiting(lock, A)}"

    leaves = lock.acquire(A, 10)
    leaves.__enter__()
    assert in_child(child) == "1"
    leaves.__exit__(None, None, None)
    assert lock._queues == {}


def test_a_signal_handler_may_call_while_its_thread_is_inside() -> None:
    lock = KeyedLock()

    def handler(*_: object) -> None:
        with lock.acquire(B, 0.1):
            pass

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with lock._lock:
            os.kill(os.getpid(), signal.SIGUSR1)
            until(lambda: True)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert lock._queues == {}


def test_starting_over_forgets_who_has_the_lock() -> None:
    """What a child does, where it can be seen: the holder that is the parent's leaves without a mistake."""
    lock = KeyedLock()
    with lock.acquire(A, 10):
        lock.lock()
        lock.start_over()
        assert lock._queues == {}
        with lock.acquire(A, 0.1):
            assert waiting(lock, A) == 1
    assert lock._queues == {}


def test_after_starting_over_other_threads_have_their_turn() -> None:
    """The thread that forked has taken the lock; the child's other threads must not wait for it."""
    lock, entered = KeyedLock(), threading.Event()
    lock.lock()
    lock.start_over()

    def enter() -> None:
        with lock.acquire(A, 5):
            entered.set()

    threading.Thread(target=enter, daemon=True).start()
    assert entered.wait(5)


def test_a_turn_that_was_never_entered_leaves_nothing() -> None:
    lock = KeyedLock()
    with lock.acquire(A, 10):
        lock.acquire(A, 10).leave()
        assert waiting(lock, A) == 1
