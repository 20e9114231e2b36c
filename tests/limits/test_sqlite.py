"""The limiter on a file: threads, event loops, several limiters, children; and what it leaves behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leverset import RateLimitTimeout, SQLiteLimiter, _fork
from leverset.limits import Slot
from leverset.limits._sqlite_store import FileStore
from tests.limits.rates import rate

KEY = "okx:uid:set_leverage"
ONE = rate(1, 0.2)
LONG = rate(1, 60.0)
LEASE = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits with % and ?.sqlite3"


@pytest.fixture
def limiter(path: Path) -> Iterator[SQLiteLimiter]:
    with SQLiteLimiter(path, late_delivery_grace=0.0) as limiter:
        yield limiter


@pytest.fixture
def other(path: Path) -> Iterator[SQLiteLimiter]:
    """What another process has."""
    with SQLiteLimiter(str(path), late_delivery_grace=0.0) as limiter:
        yield limiter


def held(limiter: SQLiteLimiter) -> tuple[int, int]:
    """Slots and waiters of the key, as the file has them."""
    limiter.pause(KEY, 0.0)
    stats = limiter.stats()[KEY]
    return stats.held, stats.waiting


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_a_slot_is_free_a_window_after_the_response(limiter: SQLiteLimiter, other: SQLiteLimiter) -> None:
    slot = limiter.acquire(KEY, ONE, lease=LEASE)
    with pytest.raises(RateLimitTimeout):
        other.acquire(KEY, ONE, lease=LEASE, max_wait=0)
    released = time.monotonic()
    limiter.release(slot, "responded")
    again = other.acquire(KEY, ONE, lease=LEASE)
    assert 0.2 <= time.monotonic() - again.age - released < 0.2 + 2
    assert again.waited > 0.1
    assert other.stats()[KEY].granted == 1
    assert other.stats()[KEY].longest_wait == again.waited


def test_not_sent_frees_at_once_and_no_response_when_the_lease_ends(
    limiter: SQLiteLimiter, other: SQLiteLimiter
) -> None:
    limiter.release(limiter.acquire(KEY, ONE, lease=LEASE), "not_sent")
    slot = other.acquire(KEY, ONE, lease=0.3, max_wait=0)
    other.release(slot, "no_response")
    assert held(limiter) == (1, 0)
    limiter.acquire(KEY, ONE, lease=LEASE)
    assert slot.age >= 0.5


def test_the_file_is_for_its_user_alone_and_names_no_account(limiter: SQLiteLimiter, path: Path) -> None:
    limiter.acquire(KEY, ONE, lease=LEASE)
    files = list(path.parent.iterdir())
    assert path in files
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {file.name.removeprefix(path.name) for file in files} == {"", "-wal", "-shm"}, (
        "it has a log, which is faster"
    )
    limiter.close()
    assert b"uid" not in path.read_bytes()
    assert repr(limiter) == f"<SQLiteLimiter at {path}>"


def test_slots_are_granted_in_order_of_arrival_whoever_waits(limiter: SQLiteLimiter, other: SQLiteLimiter) -> None:
    first = limiter.acquire(KEY, LONG, lease=LEASE)
    order: list[int] = []

    def call(number: int) -> None:
        mine = (limiter, other)[number % 2]
        slot = mine.acquire(KEY, LONG, lease=LEASE)
        order.append(number)
        mine.release(slot, "not_sent")

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=call, args=(number,)))
        threads[-1].start()
        until(lambda: held(limiter) == (1, len(threads)))
    limiter.release(first, "not_sent")
    for thread in threads:
        thread.join(30)
    assert order == list(range(6))


def test_a_pause_is_for_all_and_ends_waits_that_it_outlasts(
    limiter: SQLiteLimiter, other: SQLiteLimiter, caplog: pytest.LogCaptureFixture
) -> None:
    slot = limiter.acquire(KEY, LONG, lease=LEASE)
    caught: list[RateLimitTimeout] = []

    def wait() -> None:
        with pytest.raises(RateLimitTimeout) as error:
            other.acquire(KEY, LONG, lease=LEASE, max_wait=20)
        caught.append(error.value)

    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: held(limiter) == (1, 1))
    with caplog.at_level(logging.WARNING):
        limiter.pause(KEY, 50.0)
    thread.join(10)
    assert 49 < caught[0].paused_for <= 50
    assert caught[0].waited < 10
    assert held(limiter) == (1, 0)
    limiter.release(slot, "not_sent")
    assert caplog.records[0].getMessage() == f"paused {KEY} for 50 s"


def test_an_event_loop_goes_on_while_others_keep_the_file(limiter: SQLiteLimiter, other: SQLiteLimiter) -> None:
    limiter.release(limiter.acquire(KEY, ONE, lease=LEASE), "not_sent")
    keeper = other._store._connect()

    async def main() -> None:
        keeper.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(limiter.acquire_async(KEY, ONE, lease=LEASE))
        ticks = 0
        began = time.monotonic()
        while time.monotonic() - began < 0.2:
            await asyncio.sleep(0.001)
            ticks += 1
        assert ticks > 20
        assert not task.done()
        keeper.execute("ROLLBACK")
        slot = await task
        await limiter.release_async(slot, "not_sent")
        await limiter.pause_async(KEY, 0.05)
        assert (await limiter.acquire_async(KEY, ONE, lease=LEASE)).waited >= 0.04

    asyncio.run(main())


def test_a_cancelled_caller_keeps_no_slot_and_no_position(limiter: SQLiteLimiter) -> None:
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
        assert cancelled > 3
        await limiter.acquire_async(KEY, LONG, lease=LEASE)
        waiting = asyncio.create_task(limiter.acquire_async(KEY, LONG, lease=LEASE))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait([waiting])
        await limiter.pause_async(KEY, 0)
        assert (limiter.stats()[KEY].held, limiter.stats()[KEY].waiting) == (1, 0)
        await limiter.aclose()

    asyncio.run(main())
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_it_opens_again_after_it_was_closed(path: Path) -> None:
    async def main() -> None:
        async with SQLiteLimiter(path) as limiter:
            slot = await limiter.acquire_async(KEY, LONG, lease=LEASE)
        assert limiter._store._db is None
        await limiter.release_async(slot, "not_sent")
        assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        await limiter.aclose()

    before = threading.active_count()
    asyncio.run(main())
    until(lambda: threading.active_count() <= before)


def test_a_child_shares_the_limit_and_the_parent_goes_on(limiter: SQLiteLimiter) -> None:
    slot = limiter.acquire(KEY, LONG, lease=LEASE)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        except RateLimitTimeout:
            other_key = limiter.acquire("other", LONG, lease=LEASE, max_wait=0)
            status = 0 if other_key.age < LEASE else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert held(limiter) == (1, 0)
    limiter.release(slot, "not_sent")
    assert held(limiter) == (0, 0)
    with pytest.raises(RateLimitTimeout):
        limiter.acquire("other", LONG, lease=LEASE, max_wait=0)


def test_a_fork_closes_the_connection_and_the_child_leaves_an_open_one_alone(
    limiter: SQLiteLimiter, forked: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use() -> None:
        await limiter.release_async(await limiter.acquire_async(KEY, LONG, lease=LEASE), "not_sent")

    asyncio.run(use())
    store, thread = limiter._store, limiter._store._thread
    before = store._db
    assert before is not None
    assert store in set(_fork._registered)
    forked(store)
    assert (store._db, store._thread is thread) == (None, False), "a child has a thread of its own"
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        before.execute("SELECT 1")
    asyncio.run(use())
    connection = store._db
    monkeypatch.setattr(FileStore, "lock", lambda self: None)  # a signal's handler raised before
    forked(store)
    assert store._db is None
    assert connection is not None
    assert store._left_behind[-1] is connection, "nor is it closed by the garbage collector"
    assert connection.execute("SELECT 1").fetchone() == (1,), "not closed: it is the parent's"
    asyncio.run(use())
    connection.close()


def whole(path: Path) -> bool:
    """Whether the file is no damaged one, and its counts are those of its rows."""
    db = sqlite3.connect(path)
    sound = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    keys = db.execute("SELECT name, open, last - first + 1, waiting, waiting FROM keys").fetchall()
    count = "SELECT (SELECT COUNT(*) FROM open WHERE key = :k), (SELECT COUNT(*) FROM counted WHERE key = :k),"
    count += (
        " (SELECT COUNT(*) FROM queue WHERE key = :k), (SELECT TOTAL(waiters) FROM tally WHERE key = :k AND level = 1)"
    )
    rows = [(name, *db.execute(count, {"k": name}).fetchone()) for name, *_ in keys]
    db.close()
    return sound and rows == keys


KILLED: dict[str, Callable[[SQLiteLimiter, Slot], object]] = {
    "takes a slot": lambda limiter, slot: limiter.acquire(KEY, rate(2, 60.0), lease=LEASE, max_wait=0),
    "waits, and leaves": lambda limiter, slot: limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0.001),
    "releases a slot": lambda limiter, slot: limiter.release(slot, "responded"),
    "gives a slot back": lambda limiter, slot: limiter.release(slot, "not_sent"),
    "pauses": lambda limiter, slot: limiter.pause(KEY, 5.0),
}


@pytest.mark.parametrize("work", KILLED)
def test_a_process_that_is_killed_at_any_statement_leaves_no_half_step(path: Path, work: str) -> None:
    statement, killed = 0, True
    while killed:
        statement += 1
        for file in path.parent.iterdir():
            file.unlink()
        with SQLiteLimiter(path, late_delivery_grace=0.0) as limiter:
            slot = limiter.acquire(KEY, LONG, lease=LEASE)
            before = held(limiter)
            child = os.fork()
            if child == 0:
                try:
                    left = [None] * statement

                    def kill(_: str, left: list[None] = left) -> None:
                        left.pop()
                        if not left:
                            os.kill(os.getpid(), signal.SIGKILL)

                    limiter._store._connect().set_trace_callback(kill)
                    KILLED[work](limiter, slot)
                finally:
                    os._exit(0)
            killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
            assert whole(path), statement
            after = held(limiter)
            assert not killed or after == before or (work == "waits, and leaves" and after == (1, 1))
    assert statement > 5
