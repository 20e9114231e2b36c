"""The rate limit shared by the processes of one machine, in a file."""

from __future__ import annotations

import os

from leverset._format import short_repr
from leverset.errors import misconfigured
from leverset.limits._arguments import CLOCK, check_seconds
from leverset.limits._shared import SharedLimiter
from leverset.limits._sqlite_store import FileStore


class SQLiteLimiter(SharedLimiter):
    """Keeps an exchange's rate limit for all processes of one machine that share a file.

    Use one object in any number of threads and event loops, as a (sync or async) context manager or until `close` and
    `aclose`. A forked child goes on with it.

    Args:
        path: The file, which is made (for this user alone) where there is none. Its folder must be there, on a disk of
            this machine. Two files may come beside it, which end in `-wal` and `-shm`.
        late_delivery_grace: How many seconds after its deadline an exchange may still count a request that got no
            response. Give every client the same.
        timeout: How long a file that another process keeps locked is waited for, in seconds. A call ends with
            LimiterUnavailable then.
        poll: How often a waiting call asks for its slot, in seconds.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    _store: FileStore

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        late_delivery_grace: float = 30.0,
        timeout: float = 5.0,
        poll: float = 0.05,
    ) -> None:
        check_seconds("late_delivery_grace", late_delivery_grace, 0.0)
        check_seconds("timeout", timeout, 1e-3)
        check_seconds("poll", poll, 1e-3)
        super().__init__(FileStore(_checked(path), timeout, CLOCK), late_delivery_grace, poll)


def _checked(path: object) -> str:
    """Return the absolute path of a file in a folder that is there; raises ConfigurationError."""
    fix = "give the path of a file, new or made by SQLiteLimiter, in a folder that is there"
    if not isinstance(path, str | os.PathLike) or not isinstance(text := os.fspath(path), str):
        raise misconfigured(f"path is {short_repr(path)}", fix)
    absolute = os.path.abspath(text)
    if not absolute.isprintable() or not text.strip():
        raise misconfigured(f"path is {short_repr(text)}", fix)
    if os.path.isdir(absolute):
        raise misconfigured(f"path is the folder {short_repr(text)}", fix)
    if os.path.exists(absolute) and not os.path.isfile(absolute):
        raise misconfigured(f"path is {short_repr(text)}, which is no plain file", fix)
    if not os.path.isdir(os.path.dirname(absolute)):
        raise misconfigured(f"path is {short_repr(text)}, whose folder is not there", fix)
    return absolute
