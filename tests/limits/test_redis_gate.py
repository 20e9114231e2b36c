"""The gates in front of the connections: how many get in, in what order, and what ends a wait."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from queue import SimpleQueue

import pytest
import redis.asyncio

from leverset import LimiterUnavailable
from leverset.limits._redis_gate import ThreadGate
from leverset.limits._redis_links import Link, LoopLink
from leverset.limits._redis_store import Store
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy
from tests.clock import Clock
from tests.limits.test_redis import MODES
from tests.retry.test_interrupt_points import Points
from tests.retry.test_interrupts import Interrupt

BUSY = "other calls keep the connections to the shared store busy"


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
    with pytest.raises(ConnectionsBusy, match=f"^{BUSY}$"):
        gate.enter(3, 0)
    gate.leave(3)
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


def test_a_thread_interrupted_as_it_is_woken_wakes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            super().get(timeout=10)
            raise KeyboardInterrupt

    def wait() -> None:
        with pytest.raises(KeyboardInterrupt):
            gate.enter(2, None)
        gate.leave(2)

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


ANSWER = Reply(0, "1", 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def store() -> Store:
    return Store("redis://localhost", 1.0)


@pytest.fixture
def link() -> LoopLink:
    return Link(redis.asyncio.Redis(), asyncio.Semaphore(1), asyncio.Semaphore(1))


async def answer() -> Reply:
    return ANSWER


def test_a_task_that_gives_up_takes_no_place(store: Store, link: LoopLink) -> None:
    async def main() -> None:
        gate = link.polls
        await gate.acquire()
        with pytest.raises(ConnectionsBusy, match=f"^{BUSY}$"):
            await store._pass(link, gate, 0.001, answer)
        tasks = [asyncio.create_task(store._pass(link, gate, None, answer)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
        gate.release()
        tasks[1].cancel()  # as it is let in
        assert await tasks[2] == ANSWER
        assert [tasks[0].cancelled(), tasks[1].cancelled()] == [True, True]
        assert await store._pass(link, gate, 0, answer) == ANSWER

    asyncio.run(main())


def test_a_run_that_fails_keeps_no_place(store: Store, link: LoopLink) -> None:
    async def fail() -> Reply:
        raise KeyError

    async def main() -> None:
        for _ in range(2):
            with pytest.raises(KeyError):
                await store._pass(link, link.polls, 0, fail)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arrived", "heard", "tried"),
    [
        (99.0, -math.inf, False),  # it waited while a run failed
        (99.0, 99.0, False),
        (99.0, 101.0, True),  # the store has replied since
        (99.0, 100.0, True),
        (100.0, -math.inf, True),  # a later one tries again
    ],
)
@MODES
def test_who_waited_while_the_store_was_silent_fails_too(
    store: Store, link: LoopLink, monkeypatch: pytest.MonkeyPatch, mode: str, arrived: float, heard: float, tried: bool
) -> None:
    """A run failed at 100, and left its place."""
    clock, ran = Clock(arrived), list[str]()

    def evaluate(*_: object) -> Reply:
        ran.append("evaluated")
        return ANSWER

    async def work() -> Reply:
        return evaluate()

    monkeypatch.setattr("leverset.limits._redis_store.time", clock)
    monkeypatch.setattr(Store, "_evaluate", evaluate)
    both = (store.links.of_threads(), link)
    for each in both:
        each.failed, each.failure, each.heard = 100.0, "TimeoutError: no reply", heard
    with (
        nullcontext() if tried else pytest.raises(LimiterUnavailable, match=r"out of reach \(TimeoutError: no reply\)")
    ):
        if mode == "sync":
            store.run(["k"], lambda: ["x"])
        else:
            asyncio.run(store._pass(link, link.polls, None, work))
    assert len(ran) == tried
    assert not link.polls.locked()
    assert both[0].returns._inside == set()


@pytest.mark.parametrize(
    ("failure", "heard", "silent"),
    [
        (redis.TimeoutError("no reply"), 99.0, True),
        (redis.TimeoutError("no reply"), 100.0, False),  # somebody got a reply since
        (redis.TimeoutError("no reply"), 101.0, False),
        (redis.ResponseError("no reply"), 99.0, False),  # this is one
        (redis.ResponseError("no reply"), 101.0, False),
    ],
)
def test_a_run_that_fails_tells_a_silent_store_from_another_failure(
    store: Store, link: LoopLink, monkeypatch: pytest.MonkeyPatch, failure: Exception, heard: float, silent: bool
) -> None:
    """It began at 100."""
    monkeypatch.setattr("leverset.limits._redis_store.time", Clock(102.0))
    link.heard = heard
    with pytest.raises(LimiterUnavailable, match="no reply"):
        store._check_retryable(link, failure, 100.0, retried=True)
    assert (link.failed, link.failure) == ((102.0, "TimeoutError: no reply") if silent else (-math.inf, ""))


def test_an_interrupt_as_a_run_leaves_keeps_no_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    true, moments = ThreadGate.leave, iter([True])

    def leave(self: ThreadGate, token: object) -> None:
        if next(moments, False):
            raise Interrupt
        true(self, token)

    monkeypatch.setattr(Store, "_evaluate", lambda *_: ANSWER)
    monkeypatch.setattr(ThreadGate, "leave", leave)
    with pytest.raises(Interrupt):
        store.run(["k"], lambda: ["x"])
    assert store.links.of_threads().returns._inside == set()
