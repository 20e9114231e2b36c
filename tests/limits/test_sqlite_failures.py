"""What a limit in a file does when the file cannot be used: a clear error, nothing granted, nothing lost."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leverset import ConfigurationError, LimiterUnavailable, RateLimitTimeout, SQLiteLimiter
from leverset.limits import _sqlite_file
from leverset.limits import _sqlite_tables as tables
from tests.limits.rates import rate
from tests.processes import in_child

KEY = "okx:uid:set_leverage"
LONG = rate(1, 60.0)
LEASE = 5.0
RIGHTS = "give a file that this user may write, in a folder that this user may write"
OTHER = "give the path of another file: this one is left as it is"
DAMAGED = "end the programs that use the file and remove it, with those beside it that end in -wal and -shm"
LOCKED = "another process keeps the file locked: let it go on if it was stopped, or end it"
DISK = "make room on the disk, or see to it"
FILES = "close files that are not needed, or raise the limit of open files"


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
    with pytest.raises(ConfigurationError, match="whose folder is not there"):
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


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 7",
        "PRAGMA application_id = 9",
        f"PRAGMA application_id = {tables.APPLICATION}",
        "CREATE TABLE t (a)",
    ],
)
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


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM store",
        "UPDATE store SET lost = 'x'",
        "UPDATE keys SET paused = x'00'",
        "UPDATE keys SET last_position = 9223372036854775807",
    ],
)
def test_values_that_nobody_wrote_are_damage(limiter: SQLiteLimiter, statement: str) -> None:
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter._store._connect().execute(statement)
    assert unavailable(limiter)[1] == DAMAGED


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, DISK),
        (errno.EDQUOT, DISK),
        (errno.EIO, DISK),
        (errno.EROFS, RIGHTS),
        (errno.EMFILE, FILES),
        (errno.ENFILE, FILES),
    ],
)
def test_a_file_that_cannot_be_made_is_said(
    limiter: SQLiteLimiter, monkeypatch: pytest.MonkeyPatch, number: int, fix: str
) -> None:
    def refused(name: str, *arguments: int) -> int:
        raise OSError(number, os.strerror(number), name)

    with monkeypatch.context() as patch:
        patch.setattr("leverset.limits._sqlite_file.os.open", refused)
        with pytest.raises(LimiterUnavailable) as caught:
            limiter.acquire(KEY, LONG, lease=LEASE)
    assert f"({os.strerror(number)})" in caught.value.summary
    assert caught.value.fix == fix
    assert limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "fifo" if kind == "fifo" else Path("/dev/null")
    if kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(ConfigurationError, match="is no plain file"):
        SQLiteLimiter(path)


def test_a_loop_of_symbolic_links_is_said(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    with SQLiteLimiter(tmp_path / "one") as limiter:
        assert unavailable(limiter) == ("Too many levels of symbolic links", OTHER)


@pytest.mark.parametrize(("length", "fits"), [(247, True), (248, False), (255, False), (256, False)])
def test_a_name_that_is_too_long_is_said(tmp_path: Path, length: int, fits: bool) -> None:
    """The files that SQLite makes beside it have longer names."""
    with SQLiteLimiter(tmp_path / ("n" * length)) as limiter:
        if fits:
            limiter.acquire(KEY, LONG, lease=LEASE)
        else:
            text, fix = unavailable(limiter)
            assert text == ("File name too long" if length > 255 else "unable to open database file")
            assert fix == "give a shorter path: SQLite opens none of more than 504 bytes, and no name of more than 247"


@pytest.mark.parametrize(("length", "fits"), [(504, True), (505, False)])
@pytest.mark.parametrize("linked", [False, True])
def test_a_path_that_is_too_long_is_said(tmp_path: Path, length: int, fits: bool, linked: bool) -> None:
    folder = tmp_path
    while len(os.fsencode(folder)) < length - 200:
        folder /= "é" * 50  # bytes are counted
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("n" * (length - len(os.fsencode(folder)) - 1))
    if linked:
        (tmp_path / "link").symlink_to(path)
    with SQLiteLimiter(tmp_path / "link" if linked else path) as limiter:
        if fits:
            limiter.acquire(KEY, LONG, lease=LEASE)
        else:
            text, fix = unavailable(limiter)
            assert text == "unable to open database file"
            assert fix.startswith("give a shorter path")


@pytest.mark.parametrize(
    ("length", "name", "code", "said"),
    [
        (504, 247, sqlite3.SQLITE_CANTOPEN, False),
        (505, 247, sqlite3.SQLITE_CANTOPEN, True),
        (504, 248, sqlite3.SQLITE_CANTOPEN, True),
        (505, 248, sqlite3.SQLITE_IOERR, False),
    ],
)
def test_no_other_failure_is_put_down_to_the_length(length: int, name: int, code: int, said: bool) -> None:
    error = sqlite3.OperationalError("refused")
    error.sqlite_errorcode = code
    path = "/".join(["", "d" * (length - name - 2), "n" * name])
    assert len(path) == length
    assert str(_sqlite_file.unavailable(path, error).fix).startswith("give a shorter path") == said


def test_what_is_no_plain_file_is_left_alone_later_too(limiter: SQLiteLimiter, path: Path) -> None:
    os.mkfifo(path)
    assert unavailable(limiter) == ("it is no plain file", OTHER)
    path.unlink()
    path.mkdir()
    assert unavailable(limiter) == ("it is no plain file", OTHER)


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
    monkeypatch.setattr(sqlite3, "connect", lambda name, **options: true(name.replace("mode=rw", "mode=ro"), **options))
    assert unavailable(limiter) == ("attempt to write a readonly database", RIGHTS)


@pytest.mark.parametrize("free", [0, 1, 2])
def test_too_few_open_files_are_said(limiter: SQLiteLimiter, free: int) -> None:
    """The limit is one of a process: a child has it."""

    def limited() -> str:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        taken = []
        with suppress(OSError):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        for number in taken[:free]:
            os.close(number)
        with pytest.raises(LimiterUnavailable) as caught:
            limiter.pause(KEY, 0.0)
        return f"{caught.value.summary}: {caught.value.fix}"

    said = (
        f"(unable to open database file): {RIGHTS}; where it is, {FILES}" if free else f"(Too many open files): {FILES}"
    )
    assert in_child(limited).endswith(said)


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
