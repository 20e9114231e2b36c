"""What a limit in a file does when the file cannot be used: a clear error, nothing granted, nothing lost."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leverset import ConfigurationError, LimiterUnavailable, RateLimitTimeout, SQLiteLimiter
from leverset.limits import _sqlite_file
from leverset.limits import _sqlite_steps as steps
from leverset.limits._sqlite_thread import JobThread
from tests.limits.rates import rate

KEY = "okx:uid:set_leverage"
LONG = rate(1, 60.0)
LEASE = 5.0
RIGHTS = "give a file that this user may write, in a folder that this user may write"
OTHER = "give the path of another file: this one is left as it is"
DAMAGED = "end the programs that use the file and remove it, with those beside it that end in -wal and -shm"
LOCKED = "another process keeps the file locked: let it go on if it was stopped, or end it"
DISK = "make room on the disk, or see to it"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits.sqlite3"


@pytest.fixture
def limiter(path: Path) -> Iterator[SQLiteLimiter]:
    with SQLiteLimiter(path, late_delivery_grace=0.0, timeout=0.1) as limiter:
        yield limiter


def unavailable(limiter: SQLiteLimiter, **arguments: Any) -> tuple[str, str]:
    """The reason in the message, and the fix; sync and async say the same."""

    async def acquire() -> None:
        await limiter.acquire_async(KEY, LONG, lease=LEASE, **arguments)

    with pytest.raises(LimiterUnavailable) as caught:
        limiter.acquire(KEY, LONG, lease=LEASE, **arguments)
    with pytest.raises(LimiterUnavailable) as awaited:
        asyncio.run(acquire())
    assert str(awaited.value) == str(caught.value)
    error = caught.value
    assert error.reference == "leverset/limiter-unavailable"
    before, after = f"the shared limit in {limiter._store.name} is out of reach (", ")"
    assert error.summary.startswith(before)
    assert error.summary.endswith(after)
    assert error.fix is not None
    return error.summary[len(before) : -len(after)], error.fix


@pytest.mark.parametrize("value", [None, 5, True, b"limits", ["limits"], object(), "", " ", "a\nb", "\0", "\ud800"])
def test_a_path_must_be_one(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="path is ") as caught:
        SQLiteLimiter(value)
    assert caught.value.fix == "give the path of a file, new or made by SQLiteLimiter, in a folder that is there"


def test_a_folder_is_no_file_and_a_file_needs_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="path is the folder "):
        SQLiteLimiter(tmp_path)
    with pytest.raises(ConfigurationError, match=r'limits", whose folder is not there'):
        SQLiteLimiter(tmp_path / "none" / "limits")
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SQLiteLimiter(":memory:") as limiter:
        monkeypatch.chdir("/")
        limiter.acquire(KEY, LONG, lease=LEASE)
    assert (tmp_path / ":memory:").is_file()


@pytest.mark.parametrize("content", [b"limits: 5\n" * 100, b"SQLite format 3\0" + b"x" * 2000])
def test_a_file_that_is_no_database_is_left_alone(limiter: SQLiteLimiter, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert unavailable(limiter) == ("file is not a database", OTHER)
    assert path.read_bytes() == content


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 7", "PRAGMA application_id = 9", "CREATE TABLE t (a)"])
def test_a_database_of_another_program_is_left_alone(limiter: SQLiteLimiter, path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()
    before = path.read_bytes()
    text, fix = unavailable(limiter)
    assert text.startswith("it belongs to another program or version: 0x")
    assert fix == OTHER
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_file_is_said_to_be_one(limiter: SQLiteLimiter, path: Path) -> None:
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert unavailable(limiter) == ("database disk image is malformed", DAMAGED)
    path.write_bytes(whole)
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_table_that_is_missing_is_damage(limiter: SQLiteLimiter, path: Path) -> None:
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter._store._connect().execute("DROP TABLE queue")
    assert unavailable(limiter) == ("no such table: queue", DAMAGED)


def test_a_full_disk_is_said_and_grants_nothing(limiter: SQLiteLimiter) -> None:
    limiter.acquire("first", LONG, lease=LEASE)
    db = limiter._store._connect()
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    last: list[str] = []

    def fill() -> None:
        for number in range(1000):
            last[:] = [f"key {number}"]
            limiter.acquire(last[0], LONG, lease=LEASE)

    with pytest.raises(LimiterUnavailable) as caught:
        fill()
    assert "(database or disk is full)" in caught.value.summary
    assert caught.value.fix == DISK
    assert limiter._store._db is not db
    assert limiter.acquire(last[0], LONG, lease=LEASE, max_wait=0), "the step was undone"


def test_a_file_that_may_only_be_read_is_said_to_be_one(
    limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter.acquire("first", LONG, lease=LEASE)
    limiter.close()
    true = sqlite3.connect
    read = SimpleNamespace(connect=lambda name, **options: true(name.replace("mode=rw", "mode=ro"), **options))
    monkeypatch.setattr(_sqlite_file, "sqlite3", read)
    assert unavailable(limiter) == ("attempt to write a readonly database", RIGHTS)


def test_a_folder_without_rights_or_gone_is_said(
    limiter: SQLiteLimiter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = os.open

    def refused(name: str, *arguments: int) -> int:
        if name == str(path):
            raise PermissionError(errno.EACCES, "Permission denied", name)
        return true(name, *arguments)

    with monkeypatch.context() as patch:  # root may write everywhere
        patch.setattr("leverset.limits._sqlite_file.os.open", refused)
        assert unavailable(limiter) == ("Permission denied", RIGHTS)
    path.parent.rename(path.parent.with_name("elsewhere"))
    assert unavailable(limiter) == ("No such file or directory", RIGHTS)
    path.mkdir(parents=True)
    assert unavailable(limiter) == ("unable to open database file", RIGHTS)


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


def test_max_wait_ends_a_wait_for_the_file(path: Path) -> None:
    with SQLiteLimiter(path, timeout=0.2) as limiter:
        limiter.acquire(KEY, LONG, lease=LEASE)
        keeper = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        thread = threading.Timer(0.25, keeper.execute, ["BEGIN IMMEDIATE"])
        thread.start()
        with pytest.raises(RateLimitTimeout, match="other calls keep the connections to the shared store busy"):
            limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0.4)
        thread.join()
        keeper.close()


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
        assert "the shared store may have forgotten slots: none for another 65." in str(caught.value)
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


class Interrupt(BaseException):
    """What a signal's handler raises."""


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


def test_a_step_that_an_interrupt_left_open_is_undone_by_the_next(limiter: SQLiteLimiter) -> None:
    db = limiter._store._connect()
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO slots VALUES (?, 'x', 0, 0)", (KEY,))
    limiter.pause(KEY, 0.0)
    assert limiter.stats()[KEY].held == 0
    assert limiter._store._db is not db


def test_a_reply_for_an_event_loop_that_has_ended_is_dropped() -> None:
    thread, began, go_on = JobThread(), threading.Event(), threading.Event()

    def slow() -> Any:
        began.set()
        assert go_on.wait(10)

    async def main(work: Callable[[], Any]) -> Any:
        return await thread.run(work)

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
    thread.end()
    thread.end()
