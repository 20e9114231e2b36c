"""One line per target: order of arrival, and whoever leaves takes nobody's turn along."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from leverset import RateLimitTimeout
from leverset._keyed_lock import KeyedLock

A, B = ("isolated", "BTC-USDT-SWAP", "long"), ("isolated", "BTC-USDT-SWAP", "short")


def until(condition: Callable[[], bool]) -> None:
    """Wait until another thread has come so far."""
    patience = threading.Event()
    for _ in range(5000):
        if condition():
            return
        patience.wait(0.001)
    raise AssertionError("it never came so far")


def waiting(line: KeyedLock, target: tuple[str, ...]) -> int:
    return len(line._queues.get(target, ()))


def test_threads_have_their_turns_in_order_of_arrival() -> None:
    line, order, threads = KeyedLock(), [], []

    def take(number: int) -> None:
        with line.acquire(A, 10):
            order.append(number)

    with line.acquire(A, 10):
        for number in range(5):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda expected=number + 2: waiting(line, A) == expected)  # type: ignore[misc] # bound now
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4]
    assert line._queues == {}  # nothing is kept of targets that nobody uses


def test_coroutines_have_their_turns_in_order_of_arrival() -> None:
    line, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with line.acquire_async(A, 10):
            order.append(number)
            await asyncio.sleep(0)

    async def run() -> None:
        async with line.acquire_async(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(5)]
            for _ in range(3):
                await asyncio.sleep(0)
            assert (order, waiting(line, A)) == ([], 6)
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert order == [0, 1, 2, 3, 4]
    assert line._queues == {}


def test_another_target_does_not_wait() -> None:
    line = KeyedLock()
    with line.acquire(A, 10), line.acquire(B, 0.001):
        assert (waiting(line, A), waiting(line, B)) == (1, 1)

    async def run() -> None:
        async with line.acquire_async(A, 10), line.acquire_async(B, 0.001):
            assert (waiting(line, A), waiting(line, B)) == (1, 1)

    asyncio.run(run())
    assert line._queues == {}


def test_a_thread_that_waits_too_long_is_told_and_leaves() -> None:
    line = KeyedLock()
    with line.acquire(A, 10):
        with pytest.raises(RateLimitTimeout) as caught, line.acquire(A, 0.01):
            raise AssertionError("it was not its turn")
        assert waiting(line, A) == 1
    assert (caught.value.waited, caught.value.outcome) == (0.01, "not_sent")
    assert caught.value.where == "isolated BTC-USDT-SWAP long"
    assert caught.value.why == (
        "an earlier call of this client for the same leverage is still under way, and the two must not overtake"
    )
    assert line._queues == {}


def test_a_coroutine_that_waits_too_long_is_told_and_leaves() -> None:
    line = KeyedLock()

    async def run() -> None:
        async with line.acquire_async(A, 10):
            with pytest.raises(RateLimitTimeout, match=r"no slot within 0\.01 s"):
                async with line.acquire_async(A, 0.01):
                    raise AssertionError("it was not its turn")
            assert waiting(line, A) == 1

    asyncio.run(run())
    assert line._queues == {}


def test_a_wait_without_end_is_served() -> None:
    line, done = KeyedLock(), threading.Event()

    def take() -> None:
        with line.acquire(A, None):
            done.set()

    with line.acquire(A, None):
        thread = threading.Thread(target=take)
        thread.start()
        until(lambda: waiting(line, A) == 2)
        assert not done.is_set()
    thread.join(10)
    assert done.is_set()


def test_one_that_is_cancelled_in_the_line_takes_nobodys_turn_along() -> None:
    line, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with line.acquire_async(A, 10):
            order.append(number)

    async def run() -> None:
        async with line.acquire_async(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(3)]
            await asyncio.sleep(0)
            tasks[1].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[1], asyncio.CancelledError)

    asyncio.run(run())
    assert order == [0, 2]
    assert line._queues == {}


def test_one_that_is_cancelled_in_the_moment_of_its_turn_passes_it_on() -> None:
    line, order = KeyedLock(), []

    async def take(number: int) -> None:
        async with line.acquire_async(A, 10):
            order.append(number)

    async def run() -> None:
        async with line.acquire_async(A, 10):
            tasks = [asyncio.create_task(take(number)) for number in range(2)]
            await asyncio.sleep(0)
        tasks[0].cancel()  # its event is set, and it has not run since
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())
    assert order == [1]
    assert line._queues == {}


def test_a_call_that_fails_gives_its_turn_on() -> None:
    line = KeyedLock()
    with pytest.raises(ZeroDivisionError), line.acquire(A, 10):
        raise ZeroDivisionError
    with line.acquire(A, 0.01):
        pass

    async def run() -> None:
        with pytest.raises(ZeroDivisionError):
            async with line.acquire_async(A, 10):
                raise ZeroDivisionError
        async with line.acquire_async(A, 0.01):
            pass

    asyncio.run(run())
    assert line._queues == {}


@pytest.mark.parametrize("joined", [True, False])
def test_one_that_is_interrupted_while_it_joins_leaves_nothing_behind(joined: bool) -> None:
    class Interrupted(KeyedLock):
        def _join(self, target: tuple[str, ...], event: threading.Event | asyncio.Event) -> None:
            if joined:
                super()._join(target, event)
            raise KeyboardInterrupt

    line = Interrupted()
    with pytest.raises(KeyboardInterrupt), line.acquire(A, 10):
        raise AssertionError("it was not its turn")

    async def run() -> None:
        with pytest.raises(KeyboardInterrupt):
            async with line.acquire_async(A, 10):
                raise AssertionError("it was not its turn")

    asyncio.run(run())
    assert line._queues == {}
