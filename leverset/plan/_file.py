"""Files that are for one user and one process, on every system: how they are opened, locked and kept from others.

Windows has no `fcntl`, no owner and no rights of files that `os.stat` knows, and opens no folder.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

POSIX = hasattr(os, "geteuid")
"""Whether the system says whose a file is and who may use it, and puts the entries of a folder on the disk."""


def open_file(path: str | os.PathLike[str], flags: int) -> int:
    """Open a file, which is made for this user alone where `flags` say so; raises OSError and ValueError.

    Without waiting: a pipe is opened like a file, for the caller to look at. And as it is: Windows would change the
    ends of lines.
    """
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.open(path, flags, 0o600)


def lock(file: int, path: str, held: ExitStack) -> None:
    """Keep every other process from locking a file, until `held` is closed, and then the file, or this process ends.

    Where there is no `flock`, SQLite locks a file beside it, as it locks its own on every system. The standard library
    has it, and the shared limit needs it anyway; a process that is killed leaves the file, and no lock. (A library for
    locks would want such a file as well, and `msvcrt.locking` is Windows' alone: it could not be tested elsewhere.)

    Raises:
        BlockingIOError: Another one has it.
        OSError: It cannot be locked.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        _lock_beside(f"{path}.lock", held)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.callback(_unlock, file, os.getpid())


def _unlock(file: int, owner: int) -> None:
    """Let others lock a file, also where a forked child still has it open; a child leaves its parent's lock alone."""
    import fcntl

    if os.getpid() == owner:
        fcntl.flock(file, fcntl.LOCK_UN)


def _lock_beside(path: str, held: ExitStack) -> None:
    import sqlite3

    try:
        db = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
        held.callback(db.close)
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise BlockingIOError from None
        raise OSError(f"{error}: {path}") from None


def content(file: int) -> bytes:
    """Return all that is in a file."""
    size, raw = os.fstat(file).st_size, b""
    os.lseek(file, 0, os.SEEK_SET)
    while len(raw) < size and (part := os.read(file, size - len(raw))):
        raw += part
    return raw


def is_running(process: object) -> bool:
    """Whether a process of this number is running; also where the system does not say, or does not let it be asked."""
    if not isinstance(process, int) or process < 1:
        return False
    try:
        if POSIX:  # elsewhere this would end it
            os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        pass
    return True


def is_private(status: os.stat_result) -> bool:
    """Whether nobody but this user (and the system's) may read or change a file; also where the system does not say."""
    return not POSIX or (not status.st_mode & 0o077 and status.st_uid in (os.geteuid(), 0))


def make_private(file: int) -> None:
    """Take other users' rights to a file, where the system knows of them."""
    if POSIX and os.fstat(file).st_mode & 0o077:
        os.fchmod(file, 0o600)


def sync_folder(path: str) -> None:
    """Put a new file's entry in its folder on the disk: without it, a power cut could lose the file."""
    if not POSIX:
        return
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
