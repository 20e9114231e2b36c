"""A file that others keep locked, replace or make at the same time, and steps that are interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leverset import LimiterUnavailable, RateLimitTimeout, SQLiteLimiter
from leverset.limits import _sqlite_file, _sqlite_store
from leverset.limits import _sqlite_steps as steps
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy
from tests.clock import Clock
from tests.limits.rates import rate
from tests.limits.test_sqlite_failures import KEY, LEASE, LONG, unavailable
from tests.processes import in_child

LOCKED = "another process keeps the file locked: let it go on if it was stopped, or end it"


@pytest.fixture
def limiter(path: Path) -> Iterator[SQLiteLimiter]:
    with SQLiteLimiter(path, late_delivery_grace=0.0, timeout=0.1) as limiter:
        yield limiter


def test_a_file_that_others_keep_locked_is_waited_for(limiter: SQLiteLimiter, path: Path) -> None:
    slot = limiter.acquire(KEY, LONG, lease=LEASE)
    keeper = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    keeper.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert unavailable(limiter) == ("database is locked", LOCKED)
    assert time.monotonic() - began >= 2 * 0.1
    connection = limiter._store._db
    assert connection is not None, "it is used again"
    thread = threading.Timer(0.03, keeper.execute, ["ROLLBACK"])
    thread.start()
    limiter.release(slot, "not_sent")
    thread.join()
    assert limiter._store._db is connection
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    keeper.close()


def test_a_locked_file_is_tried_at_once_and_then_less_and_less_often(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter.pause(KEY, 0.0)
    keeper = sqlite3.connect(path, isolation_level=None)
    keeper.execute("BEGIN IMMEDIATE")
    clock, drawn, slept = Clock(), [], []

    def draw(shortest: float, longest: float) -> float:
        drawn.append(shortest)
        return longest

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    monkeypatch.setattr(_sqlite_store, "time", SimpleNamespace(monotonic=clock, sleep=sleep))
    monkeypatch.setattr(_sqlite_store, "random", SimpleNamespace(uniform=draw))
    with pytest.raises(LimiterUnavailable):
        limiter.pause(KEY, 0.0)
    keeper.close()
    pauses = [0.001, 0.002, 0.004, 0.008, 0.016, *[0.02] * 4]
    assert drawn == [pause / 2 for pause in pauses]
    assert slept == pytest.approx([*pauses[:-1], 0.1 - sum(pauses[:-1])])


def test_max_wait_ends_a_wait_for_the_file(path: Path) -> None:
    with SQLiteLimiter(path, timeout=0.2) as limiter:
        limiter.acquire(KEY, LONG, lease=LEASE)
        keeper = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        thread = threading.Timer(0.25, keeper.execute, ["BEGIN IMMEDIATE"])
        thread.start()
        with pytest.raises(RateLimitTimeout, match="  another process keeps the file of the shared limit locked\n"):
            limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0.4)
        thread.join()
        keeper.close()


class Passing(Clock):
    """A clock that goes on by what is slept."""

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("max_wait", [None, 5.0, 0.0])
def test_all_that_wait_for_a_locked_file_fail_together(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch, max_wait: float | None
) -> None:
    async def main() -> None:
        await limiter.acquire_async(KEY, LONG, lease=LEASE)
        clock = Passing()
        monkeypatch.setattr(_sqlite_store, "time", clock)
        keeper = sqlite3.connect(path, isolation_level=None)
        keeper.execute("BEGIN IMMEDIATE")
        calls = [limiter.acquire_async(str(n), LONG, lease=LEASE, max_wait=max_wait) for n in range(10)]
        for ended in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(ended, LimiterUnavailable)
        assert clock.now - 100.0 == pytest.approx(0.1), "one timeout for all of them"
        with pytest.raises(LimiterUnavailable):
            await limiter.acquire_async("another", LONG, lease=LEASE)
        assert clock.now - 100.0 == pytest.approx(0.2), "and one for who comes later"
        keeper.close()

    asyncio.run(main())


def test_who_had_to_wait_for_others_still_waits_for_the_file(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long steps of others are no lock: how long the file has been locked is what counts."""
    limiter.acquire(KEY, LONG, lease=LEASE)
    keeper = sqlite3.connect(path, isolation_level=None)
    clock, slept = Passing(), 0

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += 1
        if slept == 3:
            keeper.execute("ROLLBACK")

    monkeypatch.setattr(clock, "sleep", sleep)
    monkeypatch.setattr(_sqlite_store, "time", clock)
    keeper.execute("BEGIN IMMEDIATE")
    pause = ("pause", "", "", "0")
    assert limiter._store._run("key", lambda: pause, None, clock.now - 10.0).held == 0
    assert slept == 3
    assert limiter._store._locked_since is None
    keeper.close()


@pytest.mark.parametrize("form", ["sync", "async"])
def test_a_wait_that_ends_because_the_file_is_locked_leaves_the_queue(
    limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    limiter.acquire(KEY, LONG, lease=LEASE)
    true, locked, waiting = limiter._store.run, iter([False, True]), []

    def run(keys: Any, arguments: Any, *, polls: bool = False, max_wait: float | None = None) -> Reply:
        if polls and next(locked):
            raise ConnectionsBusy("locked")
        reply = true(keys, arguments, max_wait=max_wait)
        waiting.append(reply.waiting)
        return reply

    async def poll_async(keys: Any, arguments: Any, *, max_wait: float | None) -> Reply:
        return run(keys, arguments, polls=True, max_wait=max_wait)

    monkeypatch.setattr(limiter._store, "run", run)
    monkeypatch.setattr(limiter._store, "poll_async", poll_async)
    calls: dict[str, Callable[[], Any]] = {
        "sync": lambda: limiter.acquire(KEY, LONG, lease=LEASE),
        "async": lambda: asyncio.run(limiter.acquire_async(KEY, LONG, lease=LEASE)),
    }
    with pytest.raises(RateLimitTimeout, match="  locked\n"):
        calls[form]()
    limiter.pause(KEY, 0.0)
    assert (waiting[0], waiting[-1]) == (1, 0)


def test_a_file_that_is_missing_is_made_anew_and_the_loss_is_known(
    limiter: SQLiteLimiter, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limiter.acquire(KEY, LONG, lease=LEASE)
    with SQLiteLimiter(path, late_delivery_grace=0.0) as other:
        other.acquire("another", LONG, lease=LEASE)
        for file in path.parent.iterdir():
            file.unlink()
        with caplog.at_level(logging.WARNING), pytest.raises(RateLimitTimeout) as caught:
            limiter.acquire(KEY, LONG, lease=LEASE, max_wait=10)
        told = re.search(r"the shared store may have forgotten slots: none for another ([\d.]+)", str(caught.value))
        assert told is not None
        assert 60 < float(told[1]) <= 60 + LEASE + 1, "a window and the lease, from when the file was made"
        with pytest.raises(RateLimitTimeout):
            other.acquire("another", LONG, lease=LEASE, max_wait=0)
        assert other._store._identity == limiter._store._identity, "both have the new file"
    assert f"the store may have forgotten slots of {KEY}" in caplog.text


def test_the_first_two_make_one_file(limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true = _sqlite_file._is_ours
    with SQLiteLimiter(path) as first:
        first.acquire(KEY, LONG, lease=LEASE)
        epoch = first._stats.epoch
        seen = iter([False])
        monkeypatch.setattr(_sqlite_file, "_is_ours", lambda db: next(seen, True) and true(db))
        with pytest.raises(RateLimitTimeout):
            limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    assert limiter._stats.epoch == epoch


def during(monkeypatch: pytest.MonkeyPatch, when: Iterator[bool], happens: Callable[[], object]) -> None:
    """Have something happen before the statements for which the iterator says so, of all connections from here on."""

    class Connection(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if next(when, False):
                happens()
            return super().execute(*arguments)

    true = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: true(*args, factory=Connection, **options))


STATEMENTS = 16
"""More than opening a file takes."""


@pytest.mark.parametrize("nth", range(STATEMENTS))
@pytest.mark.parametrize("what", ["made", "replaced", "removed"])
def test_another_process_may_make_the_file_at_any_statement_of_opening_it(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, what: str
) -> None:
    left = iter([*[False] * nth, True])

    def meanwhile() -> None:
        if what != "made":
            for file in path.parent.iterdir():
                file.unlink()
        if what == "removed":
            return
        with SQLiteLimiter(path, timeout=0.01) as other, contextlib.suppress(LimiterUnavailable):
            other.acquire("another", LONG, lease=LEASE)

    during(monkeypatch, left, meanwhile)
    limiter.pause(KEY, 60.0)
    limiter.pause(KEY, 60.0)
    monkeypatch.undo()
    with SQLiteLimiter(path) as other:
        other.pause(KEY, 0.0)
        assert other.stats()[KEY].paused_for > 50, "it is in the file that has the path now"


OTHER_PROCESS = """
import sys
from leverset import SQLiteLimiter
from tests.limits.rates import rate
with SQLiteLimiter(sys.argv[1], late_delivery_grace=0.0) as limiter:
    for word in sys.stdin:
        limiter.acquire("k", rate(2, 60.0), lease=60.0, max_wait=0)
        print("granted", flush=True)
"""


def test_who_makes_the_file_while_it_is_opened_shares_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another process: it keeps its log and its locks, which are files beside this one, to itself otherwise."""
    two, beside, seen = rate(2, 60.0), path.with_name(f"{path.name}-shm"), list[int]()
    command = [sys.executable, "-c", OTHER_PROCESS, str(path)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as other,
        SQLiteLimiter(path, late_delivery_grace=0.0) as limiter,
    ):
        words, answers = other.stdin, other.stdout
        assert words is not None
        assert answers is not None
        ask = partial(os.write, words.fileno(), b"more\n")

        def meanwhile() -> None:
            ask()
            assert answers.readline() == b"granted\n"
            seen.append(beside.stat().st_ino)

        during(monkeypatch, iter([False, True]), meanwhile)
        assert limiter.acquire("k", two, lease=60.0, max_wait=0)
        monkeypatch.undo()
        assert seen == [beside.stat().st_ino], "else who comes next would share with neither"
        ask()
        assert b"RateLimitTimeout" in other.communicate(timeout=60)[1], "it sees the slot that was granted here"
        with pytest.raises(RateLimitTimeout):
            limiter.acquire("k", two, lease=60.0, max_wait=0)


def test_a_file_that_is_removed_before_it_is_opened_is_made_anew(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = sqlite3.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        monkeypatch.undo()
        path.unlink()
        return true(*arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_file_that_is_removed_as_soon_as_it_is_made_is_made_anew(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = os.close

    def close(number: int) -> None:
        monkeypatch.undo()
        true(number)
        path.unlink()

    monkeypatch.setattr("leverset.limits._sqlite_file.os.close", close)
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_file_that_is_replaced_in_the_middle_of_a_step_has_it_begin_again(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the step fails with then."""

    def replaced(*_: Any) -> Any:
        monkeypatch.undo()
        path.rename(path.with_name("elsewhere"))
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(steps, "run", replaced)
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    assert path.exists()


class Interrupt(BaseException):
    """What a signal's handler raises."""


def test_an_interrupt_passes_also_while_the_file_is_removed(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> None:
        path.unlink()
        raise Interrupt

    during(monkeypatch, iter([False, True]), meanwhile)
    with pytest.raises(Interrupt):
        limiter.pause(KEY, 0.0)


def test_a_file_that_is_removed_whenever_it_is_opened_is_said_to_be_one(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    during(monkeypatch, itertools.repeat(True), lambda: path.unlink(missing_ok=True))
    assert unavailable(limiter) == ("it is removed or replaced again and again", "end what removes it")


def test_an_interrupted_step_is_undone(limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    true = steps.run

    def interrupted(*arguments: Any) -> Any:
        monkeypatch.setattr(steps, "run", true)
        assert true(*arguments).granted
        raise Interrupt

    monkeypatch.setattr(steps, "run", interrupted)
    with pytest.raises(Interrupt):
        limiter.acquire(KEY, LONG, lease=LEASE)
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_fork_in_the_middle_of_a_step_has_it_begin_again(
    limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A signal's handler may fork, which closes the connection."""
    true = steps.run

    def forks(*arguments: Any) -> Any:
        monkeypatch.setattr(steps, "run", true)
        reply = true(*arguments) if moment == "after" else None
        assert in_child(lambda: "forked") == "forked"
        return reply or true(*arguments)

    monkeypatch.setattr(steps, "run", forks)
    limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    assert limiter.stats()[KEY].held == 1
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_step_that_an_interrupt_left_open_is_undone_by_the_next(limiter: SQLiteLimiter) -> None:
    db = limiter._store._connect()
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE store SET epoch = 'x'")
    limiter.pause(KEY, 0.0)
    assert limiter._stats.epoch != "x"
    assert limiter._store._db is not db


def test_a_reply_for_an_event_loop_that_has_ended_is_dropped(
    limiter: SQLiteLimiter, caplog: pytest.LogCaptureFixture
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        assert go_on.wait(10)

    async def main(work: Callable[[], Any]) -> Any:
        return await limiter._store._in_thread(work)

    async def cancelled() -> None:
        task = asyncio.create_task(main(slow))
        assert await asyncio.to_thread(began.wait, 10)
        task.cancel()
        await asyncio.wait([task])
        go_on.set()
        assert await main(lambda: 1) == 1, "the thread goes on"
        began.clear()
        go_on.clear()
        task = asyncio.create_task(main(slow))
        assert await asyncio.to_thread(began.wait, 10)

    asyncio.run(cancelled())
    go_on.set()
    assert asyncio.run(main(lambda: 2)) == 2
    assert not caplog.records, "asyncio has nothing to complain about"


def test_event_loops_have_one_thread_which_is_named(limiter: SQLiteLimiter) -> None:
    names = list[str]()

    async def use() -> None:
        slot = await limiter.acquire_async(KEY, LONG, lease=LEASE)
        names.append(await limiter._store._in_thread(lambda: threading.current_thread().name))
        await limiter.release_async(slot, "not_sent")

    for _ in range(2):
        asyncio.run(use())
    assert names == ["leverset-limit_0"] * 2


@pytest.mark.parametrize("form", ["sync", "async"])
def test_the_thread_ends_with_the_connection(limiter: SQLiteLimiter, form: str) -> None:
    async def main() -> threading.Thread:
        await limiter.pause_async(KEY, 0.0)
        thread = await limiter._store._in_thread(threading.current_thread)
        if form == "async":
            await limiter.aclose()
        return thread

    thread = asyncio.run(main())
    limiter.close()
    thread.join(10)
    assert not thread.is_alive()


UNCLOSED = """
import asyncio, sys
from leverset import SQLiteLimiter
from tests.limits.rates import rate
limiter = SQLiteLimiter(sys.argv[1])
asyncio.run(limiter.acquire_async("k", rate(1, 60.0), lease=5.0))
"""


def test_a_program_that_closes_nothing_ends(path: Path) -> None:
    subprocess.run([sys.executable, "-c", UNCLOSED, str(path)], check=True, timeout=60)


LATE = """
import asyncio, sys, threading
from leverset import SQLiteLimiter
from tests.limits.rates import rate

async def main():
    async with SQLiteLimiter(sys.argv[1]) as limiter:
        if sys.argv[2] == "used before":
            await limiter.pause_async("k", 0.0)
        used.set()
        while threading.main_thread().is_alive():
            await asyncio.sleep(0.01)
        slot = await limiter.acquire_async("k", rate(1, 60.0), lease=5.0)
        await limiter.release_async(slot, "responded")
        print(limiter.stats()["k"].held)

used = threading.Event()
threading.Thread(target=lambda: asyncio.run(main())).start()
used.wait()
"""


@pytest.mark.parametrize("when", ["used before", "not used before"])
def test_an_event_loop_goes_on_after_the_main_thread_has_ended(path: Path, when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE, str(path), when], check=True, timeout=60, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_without_a_thread_a_step_runs_in_that_of_the_loop(
    limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a limit of processes (`ulimit -u`) is reached."""

    def refused(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refused)
            slot = await limiter.acquire_async(KEY, LONG, lease=LEASE)
        limiter.release(slot, "not_sent")
        await limiter.acquire_async(KEY, LONG, lease=LEASE, max_wait=0)
        assert limiter.stats()[KEY].held == 1, "no step was made again"
        assert await limiter._store._in_thread(threading.current_thread) is not threading.current_thread()
        await limiter.aclose()

    asyncio.run(asyncio.wait_for(main(), 20))
