"""The gates in front of the connections: how many get in, in what order, and what ends a wait."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue

import pytest

from leverset.limits._redis_gate import LoopGate, StoreSilent, ThreadGate
from leverset.limits._shared_wait import ConnectionsBusy
from tests.retry.test_interrupt_points import Points
from tests.retry.test_interrupts import Interrupt


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


def waiting(gate: ThreadGate) -> int:
    return len(gate._waiting)


def test_threads_enter_up_to_the_size_and_then_one_for_each_that_leaves() -> None:
    gate = ThreadGate(2)
    gate.enter(1, 0)
    gate.enter(2, 0)
    with pytest.raises(ConnectionsBusy):
        gate.enter(3, 0)
    with ThreadPoolExecutor(2) as pool:
        entered: list[Future[None]] = [pool.submit(gate.enter, token, 1e300) for token in (3, 4)]
        until(lambda: waiting(gate) == 2)
        gate.leave(1)
        until(lambda: sum(one.done() for one in entered) == 1)
        gate.leave(1)  # again: it is not in there any more
        assert waiting(gate) == 1
        gate.leave(2)
        for one in entered:
            one.result(10)
    with pytest.raises(ConnectionsBusy):
        gate.enter(5, 0)


def test_a_thread_that_leaves_unentered_changes_nothing() -> None:
    gate = ThreadGate(1)
    gate.leave(1)
    gate.enter(1, 0)
    with pytest.raises(ConnectionsBusy):
        gate.enter(2, 0)


def test_threads_that_wait_fail_together_and_later_ones_do_not() -> None:
    gate, problem = ThreadGate(1), OSError("silent")
    gate.enter(1, 0)
    with ThreadPoolExecutor(3) as pool:
        entered = [pool.submit(gate.enter, token, None) for token in (2, 3, 4)]
        until(lambda: waiting(gate) == 3)
        gate.fail(problem)
        failures = [one.exception(10) for one in entered]
    assert [isinstance(one, StoreSilent) and one.failure is problem for one in failures] == [True] * 3
    gate.leave(1)
    gate.enter(5, 0)


def test_a_thread_interrupted_as_it_is_woken_wakes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            super().get(timeout=10)
            raise KeyboardInterrupt

    def wait() -> None:
        with pytest.raises(KeyboardInterrupt):
            gate.enter(2, None)

    gate = ThreadGate(1)
    gate.enter(1, 0)
    with ThreadPoolExecutor(2) as pool:
        with monkeypatch.context() as patch:
            patch.setattr("leverset.limits._redis_gate.SimpleQueue", Interrupted)
            first = pool.submit(wait)
            until(lambda: waiting(gate) == 1)
        second = pool.submit(gate.enter, 3, 10)
        until(lambda: waiting(gate) == 2)
        gate.leave(1)
        first.result(10)
        second.result(5)


def use(gate: ThreadGate, token: int) -> None:
    """What the store does, for one that is inside already, too."""
    try:
        try:
            if token != 1:
                gate.enter(token, 0.001)
        finally:
            gate.leave(token)
    except BaseException:
        gate.leave(token)
        raise


def test_every_point_of_a_gate_may_be_interrupted() -> None:
    """Each time a place comes free for somebody who waits, and the next one gets in afterwards."""
    number, where = 0, "nowhere yet"
    while where:
        number += 1
        gate, points = ThreadGate(1), Points(number)
        gate.enter(1, 0)
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(gate.enter, 3, 10)
            until(lambda gate=gate: waiting(gate) == 1)  # type: ignore[misc] # bound now
            sys.setprofile(points)
            for token in (2, 1):
                with suppress(Interrupt, ConnectionsBusy):
                    use(gate, token)
            sys.setprofile(None)
            waits.result(5)
            gate.leave(3)
        gate.enter(4, 0)
        where = points.where
    assert number > 20


def test_one_that_was_let_in_and_not_called_is_called_by_the_next() -> None:
    """A signal's handler raised in between, and in the repair as well."""
    gate = ThreadGate(1)
    gate.enter(1, 0)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(gate.enter, 2, 10)
        until(lambda: waiting(gate) == 1)
        gate._inside = {2}
        gate.leave(1)
        waits.result(5)
    assert (gate._inside, waiting(gate)) == ({2}, 0)


def test_tasks_enter_in_order_of_arrival() -> None:
    async def main() -> None:
        gate, entered = LoopGate(2), list[int]()

        async def enter(number: int) -> None:
            await gate.enter(None)
            entered.append(number)

        tasks = [asyncio.create_task(enter(number)) for number in range(5)]
        await asyncio.sleep(0)
        assert entered == [0, 1]
        gate.leave()
        await asyncio.wait([tasks[2]])
        assert entered == [0, 1, 2]
        gate.leave()
        gate.leave()
        await asyncio.wait(tasks)
        assert entered == [0, 1, 2, 3, 4]

    asyncio.run(main())


def test_a_task_that_gives_up_takes_no_place() -> None:
    async def main() -> None:
        gate = LoopGate(1)
        await gate.enter(None)
        with pytest.raises(ConnectionsBusy):
            await gate.enter(0.001)
        cancelled = asyncio.create_task(gate.enter(None))
        thrown_away = gate.enter(None)
        thrown_away.send(None)
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        thrown_away.close()
        gate.leave()
        await gate.enter(0)

    asyncio.run(main())


@pytest.mark.parametrize("passed_on", [True, False])
def test_a_task_cancelled_as_it_gets_in_lets_the_next_one_in(passed_on: bool) -> None:
    async def main() -> None:
        gate = LoopGate(1)
        await gate.enter(None)
        cancelled = asyncio.create_task(gate.enter(None))
        await asyncio.sleep(0)
        following = asyncio.create_task(gate.enter(None)) if passed_on else None
        await asyncio.sleep(0)
        gate.leave()  # the first task is let in, and has not run since
        cancelled.cancel()
        await asyncio.wait([cancelled])
        assert cancelled.cancelled()
        if following:
            await following
        else:
            await gate.enter(0)

    asyncio.run(main())


def test_tasks_that_wait_fail_together_and_later_ones_do_not() -> None:
    async def main() -> None:
        gate, problem = LoopGate(1), OSError("silent")
        await gate.enter(None)
        tasks = [asyncio.create_task(gate.enter(None)) for _ in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        gate.fail(problem)
        tasks[2].cancel()  # as it fails
        await asyncio.wait(tasks)
        failures = [tasks[0].exception(), tasks[3].exception()]
        assert [isinstance(one, StoreSilent) and one.failure is problem for one in failures] == [True, True]
        assert [tasks[1].cancelled(), tasks[2].cancelled()] == [True, True]
        gate.leave()
        await gate.enter(0)

    asyncio.run(main())
