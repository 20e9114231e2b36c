"""A limit file that is removed without the files beside it, or that has two names: several processes have it open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leverset import RateLimitTimeout, SQLiteLimiter
from tests.limits.test_sqlite_failures import DAMAGED, DISK, KEY, LEASE, LONG, OTHER, unavailable

HOLD = """
import sys
from leverset import SQLiteLimiter

limiter = SQLiteLimiter(sys.argv[1])
for line in sys.stdin:
    limiter.pause(line, 60.0)
    print(limiter.stats()[line].paused_for, flush=True)
"""


class Holder:
    """Another process that has the file open, and does nothing with it until it is asked to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def pause(self) -> None:
        """Make one step."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("key\n")
        self._process.stdin.flush()
        assert float(self._process.stdout.readline()) > 50


@contextmanager
def held(path: Path) -> Iterator[Holder]:
    words = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        holder = Holder(process)
        holder.pause()
        yield holder


@pytest.fixture
def limiter(path: Path) -> Iterator[SQLiteLimiter]:
    with SQLiteLimiter(path, late_delivery_grace=0.0, timeout=0.1) as limiter:
        yield limiter


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("moved", [False, True])
def test_a_file_that_is_gone_without_those_beside_it_is_made_anew(
    limiter: SQLiteLimiter, path: Path, tmp_path: Path, *, moved: bool, linked: bool
) -> None:
    """Another process still has the old one, and what lies beside it."""
    name = tmp_path / "name"
    name.symlink_to(path)
    with held(path) as holder:
        limiter.acquire(KEY, LONG, lease=LEASE)
        if moved:
            path.rename(tmp_path / "elsewhere")
        else:
            path.unlink()
        with SQLiteLimiter(name if linked else path, timeout=0.1) as other:
            other.pause(KEY, 60.0)
            with pytest.raises(RateLimitTimeout) as caught:
                limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
            assert caught.value.paused_for > 50, "both have the new file"
            holder.pause()
            other.pause("key\n", 0.0)
            assert other.stats()["key\n"].paused_for > 50, "and so has the third"


def put_over(path: Path) -> None:
    path.write_bytes(path.with_name("copy").read_bytes())


def put_in_place(path: Path) -> None:
    path.with_name("copy").replace(path)


@pytest.mark.parametrize("put", [put_over, put_in_place])
def test_an_older_copy_that_is_put_back_is_a_loss(
    limiter: SQLiteLimiter, path: Path, put: Callable[[Path], None]
) -> None:
    limiter.pause(KEY, 0.0)
    limiter.close()
    path.with_name("copy").write_bytes(path.read_bytes())
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter.close()
    put(path)
    with pytest.raises(RateLimitTimeout, match="the shared store may have forgotten slots"):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_an_older_file_that_is_moved_back_is_a_loss(limiter: SQLiteLimiter, path: Path) -> None:
    with SQLiteLimiter(path) as other:
        other.pause(KEY, 0.0)
    path.rename(path.with_name("old"))
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter.close()
    path.with_name("old").rename(path)
    with pytest.raises(RateLimitTimeout, match="the shared store may have forgotten slots"):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_link_to_no_file_has_it_made(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(path)
    with SQLiteLimiter(tmp_path / "link") as limiter, SQLiteLimiter(path) as other:
        limiter.acquire(KEY, LONG, lease=LEASE)
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(RateLimitTimeout):
            other.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_a_log_that_is_removed_from_under_others_is_no_full_disk(limiter: SQLiteLimiter, path: Path) -> None:
    with held(path):
        path.with_name(f"{path.name}-wal").unlink()
        assert unavailable(limiter) == ("disk I/O error", f"{DISK}; where it is well, {DAMAGED}")


def test_a_file_with_two_names_is_refused_under_both(limiter: SQLiteLimiter, path: Path, tmp_path: Path) -> None:
    """SQLite's log and locks lie beside the name: who came by the other one would not be seen."""
    limiter.acquire(KEY, LONG, lease=LEASE)
    limiter.close()
    os.link(path, tmp_path / "other")
    said = ("it has another name, a hard link: who uses that one would not be seen", OTHER)
    with SQLiteLimiter(tmp_path / "other") as other:
        assert unavailable(other) == said
    assert unavailable(limiter) == said
    (tmp_path / "other").unlink()
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
