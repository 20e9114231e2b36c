"""The limiter of a process that forks: no deadlock, and no slot that nobody will free."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import pytest

from leverset import _fork
from leverset.limits import Disposition, Limiter, default_limiter
from leverset.limits._window import Waiter, Window
from tests.limits.rates import rate

KEY = "k"
LIMIT = rate(3, 0.1)
LONG = rate(3, 1000)
FORK = multiprocessing.get_context("fork")

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can be harmed by it"),
    # From Python 3.12 on it warns of what is tested here.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]


def in_child(work: Callable[[], object]) -> object:
    """What the work returned in a forked child; a child that hangs is a failure."""

    def run(end: Connection) -> None:
        end.send(work())

    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=run, args=(theirs,))
    child.start()
    try:
        assert ours.poll(20), "the child hangs"
        return ours.recv()
    finally:
        child.kill()
        child.join()


def test_a_child_keeps_released_slots_and_forgets_those_in_use() -> None:
    limiter = Limiter()
    limiter.release(limiter.acquire(KEY, LONG, lease=10), "responded")
    held = limiter.acquire(KEY, LONG, lease=10)

    def child() -> tuple[int, int]:
        limiter.release(held, "responded")  # not the child's to release
        before = limiter.stats()[KEY].held
        for _ in range(2):
            limiter.acquire(KEY, LONG, lease=10, max_wait=0)
        return before, limiter.stats()[KEY].held

    assert in_child(child) == (1, 3)
    assert limiter.stats()[KEY].held == 2


def test_a_child_works_while_threads_of_its_parent_wait() -> None:
    limiter, stop = Limiter(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            limiter.release(limiter.acquire(KEY, rate(3, 0.001), lease=10, max_wait=20), "responded")

    def child() -> int:
        for _ in range(6):
            limiter.release(limiter.acquire(KEY, LIMIT, lease=10, max_wait=20), "responded")
        return limiter.stats()[KEY].waiting

    with ThreadPoolExecutor(6) as pool:
        threads = [pool.submit(work) for _ in range(6)]
        try:
            for _ in range(5):
                assert in_child(child) == 0
        finally:
            stop.set()
        for thread in threads:
            thread.result(20)


def test_a_child_forked_in_an_event_loop_can_run_its_own() -> None:
    limiter = Limiter()

    async def call() -> float:
        slot = await limiter.acquire_async(KEY, LIMIT, lease=10, max_wait=20)
        await limiter.release_async(slot, "responded")
        return slot.waited

    async def main() -> object:
        for _ in range(3):
            await call()
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0)
        assert limiter.stats()[KEY].waiting == 1
        result = await asyncio.to_thread(in_child, lambda: asyncio.run(call()))
        await waiting
        return result

    waited = asyncio.run(main())
    assert isinstance(waited, float)
    assert waited > 0


def test_two_threads_may_fork_at_the_same_moment() -> None:
    limiters = [Limiter() for _ in range(5)]

    def child() -> int:
        return sum(limiter.acquire(KEY, LONG, lease=10, max_wait=0).age >= 0 for limiter in limiters)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(in_child, child) for _ in range(6)]:
            assert done.result(30) == 5


def test_a_child_forked_inside_a_change_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal's handler may fork anywhere; what its own thread was about to do is the parent's."""
    limiter, release = Limiter(), Window.release
    held = limiter.acquire(KEY, LONG, lease=10)
    pending: list[Window] = []
    said: list[object] = []

    def child() -> tuple[int, list[Window]]:
        limiter.acquire(KEY, LONG, lease=10, max_wait=0)
        return limiter.stats()[KEY].held, pending

    def forks(window: Window, waiter: Waiter, disposition: Disposition, now: float) -> None:
        limiter._change(KEY, lambda window, _: pending.append(window))
        said.append(in_child(child))
        release(window, waiter, disposition, now)

    monkeypatch.setattr(Window, "release", forks)
    limiter.release(held, "responded")
    assert said == [(1, [])]
    assert (limiter.stats()[KEY].held, len(pending)) == (1, 1)


def test_what_runs_in_a_child_leaves_a_limiter_that_works(forked: Callable[..., None]) -> None:
    limiter = Limiter()
    limiter.acquire(KEY, LONG, lease=10)
    forked(limiter)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(limiter.stats).result(10)[KEY].held == 0
    assert limiter.acquire(KEY, LONG, lease=10, max_wait=0).age >= 0


class Warnings(logging.Handler):
    """Keeps what the logger of the limits says in this process."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []
        logging.getLogger("leverset.limits").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


NOT_SHARED = (
    "this process was forked: its limiter does not share the rate limit with the parent or with other children, and "
    "grants the whole limit again; SQLiteLimiter and RedisLimiter share it between processes"
)


def test_a_child_warns_once_that_an_inherited_limiter_is_not_shared() -> None:
    limiter = Limiter()

    def child() -> tuple[list[str], list[str], int]:
        warnings = Warnings()
        limiter.stats()
        before = list(warnings.texts)
        for _ in range(2):
            limiter.acquire(KEY, LONG, lease=10, max_wait=0)
        asyncio.run(limiter.acquire_async(KEY, LONG, lease=10, max_wait=0))
        return before, warnings.texts, limiter.stats()[KEY].held

    for _ in range(2):
        limiter.acquire(KEY, LONG, lease=10, max_wait=0)
    assert in_child(child) == ([], [NOT_SHARED], 3), "each child has a whole limit of its own"
    assert in_child(child) == ([], [NOT_SHARED], 3)
    warnings = Warnings()
    limiter.acquire(KEY, LONG, lease=10, max_wait=0)
    assert warnings.texts == [], "the parent has nothing to warn of"
    logging.getLogger("leverset.limits").removeHandler(warnings)


def test_a_child_warns_of_the_default_limiter_and_not_of_its_own() -> None:
    def child(limiter: Callable[[], Limiter]) -> list[str]:
        warnings = Warnings()
        limiter().acquire("fork:default", LONG, lease=10, max_wait=0)
        return warnings.texts

    assert in_child(lambda: child(default_limiter)) == [NOT_SHARED]
    assert in_child(lambda: child(Limiter)) == []


def test_a_grandchild_warns_as_well() -> None:
    limiter = Limiter()

    def use() -> list[str]:
        warnings = Warnings()
        limiter.acquire(KEY, LONG, lease=10, max_wait=0)
        return warnings.texts

    assert in_child(lambda: (use(), in_child(use))) == ([NOT_SHARED], [NOT_SHARED])


def test_threads_of_a_child_warn_once_together(forked: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    limiter, together = Limiter(), threading.Barrier(8)

    def use() -> None:
        together.wait(10)
        limiter.acquire(KEY, rate(8, 1000), lease=10, max_wait=0)

    forked(limiter)
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(use) for _ in range(8)]:
            done.result(20)
    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("leverset.limits", "WARNING", NOT_SHARED)
    ]


class Guarded(_fork.Locked):
    """The smallest object that survives a fork."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        _fork.survive(self)

    def start_over(self) -> None:
        self._lock = threading.RLock()


def test_a_child_starts_over_what_could_not_be_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal handler that raises while the locks are taken ends that, and the process forks all the same."""
    first, second = Guarded(), Guarded()
    taken, finish = threading.Event(), threading.Event()

    def work() -> None:
        with first._lock, second._lock:
            taken.set()
            finish.wait(20)

    class Interrupt(BaseException):
        """Like KeyboardInterrupt, which pytest takes for itself."""

    def interrupted(self: Guarded) -> None:
        raise Interrupt

    def child() -> bool:
        return all(each._lock.acquire(timeout=10) for each in (first, second))

    thread = threading.Thread(target=work)
    thread.start()
    assert taken.wait(10)
    monkeypatch.setattr(Guarded, "lock", interrupted)
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)  # Python shows it and goes on
    assert in_child(child) is True
    finish.set()
    thread.join(20)


def test_a_parent_unlocks_what_it_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = Guarded()
    monkeypatch.setattr(_fork, "_registered", weakref.WeakSet([guarded]))
    _fork._before()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(guarded._lock.acquire, blocking=False).result(10) is False
        _fork._in_parent()
        assert pool.submit(guarded._lock.acquire, blocking=False).result(10) is True
