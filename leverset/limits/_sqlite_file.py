"""The file of a shared limit: how it is made and opened, and what an error of it means."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path

from leverset.errors import LimiterUnavailable
from leverset.limits import _sqlite_tables as tables

BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)

_RIGHTS = "give a file that this user may write, in a folder that this user may write"
_OTHER = "give the path of another file: this one is left as it is"
# SQLite's own limit, and that of most file systems, less `-journal`.
_LONGEST_PATH, _LONGEST_NAME = 504, 247
_LONG = (
    f"give a shorter path: SQLite opens none of more than {_LONGEST_PATH} bytes, and no name of more than "
    f"{_LONGEST_NAME}"
)
_DISK = "make room on the disk, or see to it"
_DAMAGED = "end the programs that use the file and remove it, with those beside it that end in -wal and -shm"
_FILES = "close files that are not needed, or raise the limit of open files"
_SQLITE_FIXES = {
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM), _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: f"{_RIGHTS}; where it is, {_FILES}",
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_IOERR: f"{_DISK}; where it is well, {_DAMAGED}",
    **dict.fromkeys(BUSY, "another process keeps the file locked: let it go on if it was stopped, or end it"),
    sqlite3.SQLITE_NOTADB: _OTHER,
}
_OS_FIXES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EIO), _DISK),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _FILES),
    errno.ENAMETOOLONG: _LONG,
    errno.ELOOP: _OTHER,
}

# In one statement: what it reads is of one moment, also while another process makes the tables.
_MARK = """SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master)
FROM pragma_application_id, pragma_user_version"""


class ForeignFile(Exception):
    """The file is no database of ours, or has a name under which it would be another's."""


class ReplacedFile(Exception):
    """The file was removed or replaced meanwhile: it is opened again, like one that is locked."""

    def __str__(self) -> str:
        return "it is removed or replaced again and again"


def code_of(error: BaseException) -> int:
    """Return SQLite's primary code for an error, 0 where it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def unavailable(path: str, error: BaseException) -> LimiterUnavailable:
    """Return the error that says what is wrong with the file, and what to do."""
    text = error.strerror if isinstance(error, OSError) else error
    return LimiterUnavailable(
        f"the shared limit in {path} is out of reach ({text})",
        reference="leverset/limiter-unavailable",
        why="without it nobody knows how many requests other processes send",
        fix=_fix(path, error),
    )


def _fix(path: str, error: BaseException) -> str:
    if isinstance(error, OSError):
        return _OS_FIXES.get(error.errno or 0, _RIGHTS)
    if isinstance(error, ForeignFile):
        return _OTHER
    if isinstance(error, ReplacedFile):
        return "end what removes it"
    real = os.fsencode(os.path.realpath(path))
    too_long = len(real) > _LONGEST_PATH or len(os.path.basename(real)) > _LONGEST_NAME
    if too_long and code_of(error) == sqlite3.SQLITE_CANTOPEN:
        return _LONG
    return _SQLITE_FIXES.get(code_of(error), _DAMAGED)


def identify(path: str) -> tuple[int, int] | None:
    """Return what tells a file from any other that had the path before; None where there is none."""
    with suppress(OSError):
        found = os.stat(path)
        return (found.st_dev, found.st_ino)
    return None


def make_file(path: str) -> tuple[int, int]:
    """Make the file where there is none, and identify it; raises OSError, ForeignFile and ReplacedFile.

    A file that comes in its place later is seen by the next step, whichever of them is opened.
    """
    with suppress(FileExistsError):
        # O_EXCL opens no file that is there: closing it would take away the locks that this process has on it. Nor does
        # it follow a symbolic link.
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise ReplacedFile from None
    if not stat.S_ISREG(found.st_mode):
        raise ForeignFile("it is no plain file")
    if found.st_nlink > 1:  # SQLite's log and locks lie beside the name
        raise ForeignFile("it has another name, a hard link: who uses that one would not be seen")
    return (found.st_dev, found.st_ino)


def open_file(path: str, identity: tuple[int, int], now: int) -> sqlite3.Connection:
    """Open the file, and make its tables where there are none; raises sqlite3.Error, OSError and ForeignFile.

    It has a write-ahead log: a step writes once and waits for no disk (with a rollback journal it would wait for two or
    three), and readers and a killed writer stop nobody. What a power cut takes of it are the last steps, of a boot that
    has ended; the file stays whole. Waiting for a lock is left to the caller (`timeout` 0), so that nobody holds one of
    ours meanwhile.
    """
    uri = f"{Path(path).as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        if not _is_ours(db):
            db.execute("BEGIN EXCLUSIVE")
            if db.execute("PRAGMA journal_mode").fetchone() != ("wal",) and identify(path) == identity:
                # Nobody has this file with a log: one that lies there is of a file that was removed without it, and
                # those who still have that one would have SQLite believe it.
                with suppress(OSError):
                    os.unlink(f"{os.path.realpath(path)}-shm")
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("BEGIN IMMEDIATE")
            if not _is_ours(db):  # else another process was faster
                tables.create(db, now)
            db.execute("COMMIT")
        db.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        db.close()
        raise
    return db


def _is_ours(db: sqlite3.Connection) -> bool:
    """Say whether the tables are there, and not whether they may be made; raises ForeignFile."""
    application, version, entries = db.execute(_MARK).fetchone()
    if (application, version) == (tables.APPLICATION, tables.VERSION):
        return True
    if application == tables.APPLICATION and 0 < version < tables.VERSION:
        return False  # an older one, whose tables are made anew
    if application or version or entries:
        raise ForeignFile(f"it belongs to another program or version: {application:#x}, {version}")
    return False
