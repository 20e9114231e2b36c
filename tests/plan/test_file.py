"""The file of a journal where the system has no `flock`, and no rights of files that Python knows."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from leverset.plan import Journal, JournalError, _file
from tests.plan.rows import okx_rows, written


@pytest.fixture
def no_flock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)


@pytest.mark.usefixtures("no_flock")
def test_a_journal_in_use_is_refused_without_flock_too(tmp_path: Path) -> None:
    """Within one process as well, until it is closed, by whichever thread; the file beside it stays, and is empty."""
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    journal = Journal(path, plan, [])
    for _ in range(2):  # the refused one takes nothing with it
        with pytest.raises(JournalError, match=f"is in use by another run: process {os.getpid()}, since"):
            Journal(path, plan, [])
    closing = threading.Thread(target=journal.close)
    closing.start()
    closing.join()
    Journal(path, plan, []).close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["plan.yaml", "run.jsonl", "run.jsonl.lock"]
    assert (tmp_path / "run.jsonl.lock").read_bytes() == b""


HOLD = """
import os, sys
from contextlib import ExitStack
from leverset.plan import _file

sys.modules["fcntl"] = None
_file.lock(-1, sys.argv[1], ExitStack())
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("no_flock")
def test_a_process_that_is_killed_leaves_no_lock(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path / "a")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process, ExitStack() as held:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError):
            _file.lock(-1, str(tmp_path / "a"), held)
        process.kill()
        process.wait()
        _file.lock(-1, str(tmp_path / "a"), held)


def test_a_file_is_unlocked_by_the_process_that_has_locked_it(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as one, (tmp_path / "a").open() as other:
        with ExitStack() as held:
            _file.lock(one.fileno(), str(tmp_path / "a"), held)
            _file._unlock(one.fileno(), os.getppid())
            with pytest.raises(BlockingIOError):
                _file.lock(other.fileno(), str(tmp_path / "a"), held)
        with ExitStack() as held:
            _file.lock(other.fileno(), str(tmp_path / "a"), held)


@pytest.mark.usefixtures("no_flock")
def test_a_lock_that_cannot_be_made_is_no_bare_error(tmp_path: Path) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    lock = tmp_path / "run.jsonl.lock"
    lock.mkdir()
    with pytest.raises(JournalError, match=f"run.jsonl cannot be used: unable to open database file: {lock}"):
        Journal(path, plan, [])
    lock.rmdir()
    lock.write_text("somebody's\n")
    with pytest.raises(JournalError, match=f"run.jsonl cannot be used: file is not a database: {lock}"):
        Journal(path, plan, [])
    assert lock.read_text() == "somebody's\n"


def test_a_system_without_rights_of_files_is_not_asked_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    path.touch()
    path.chmod(0o644)
    monkeypatch.setattr(_file, "POSIX", False)
    opened = os.open

    def no_folder(given: str, *more: int) -> int:
        assert not Path(given).is_dir()
        return opened(given, *more)

    monkeypatch.setattr(os, "open", no_folder)
    Journal(path, plan, []).close()
    assert path.stat().st_mode & 0o777 == 0o644
    assert _file.is_private(path.stat())
