"""Run the steps on a file: one connection for a process, and a wait for other processes in which nothing is held."""

from __future__ import annotations

import asyncio
import functools
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from leverset import _fork
from leverset.limits import _sqlite_file as files
from leverset.limits import _sqlite_steps as steps
from leverset.limits._completion import run_to_completion
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy

T = TypeVar("T")

# The last ones are what values of another type in a table, or none, end in.
_FAILURES = (sqlite3.Error, OSError, files.ForeignFile, files.ReplacedFile, TypeError, ValueError, OverflowError)

# A connection that is closed was closed by a fork in the middle of the step, in a signal's handler.
_PASSING = (files.ReplacedFile, sqlite3.ProgrammingError)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.02


class FileStore(_fork.Locked):
    """Runs steps on a file, for threads and for any number of event loops.

    All threads share one connection: the file lets one writer in at a time anyway. It is closed before a fork, because
    SQLite allows no use of it in the child; both open another one. An interrupt in the middle of a step closes it too,
    and so undoes the step. Steps of event loops run in a thread, so that no loop waits for a disk or for a lock on the
    file; where no thread can be started, in that of the loop.

    Args:
        path: The file, as an absolute path.
        timeout: How long a file that others keep locked is waited for, in seconds.
        clock: A clock that all processes which use the file share, in seconds.
    """

    def __init__(self, path: str, timeout: float, clock: Callable[[], float]) -> None:
        self.name = path
        self.timeout = timeout
        self._clock = clock
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._known: dict[str, int] = {}  # when each key's last step was
        self._locked_since: float | None = None
        self._left_behind: list[sqlite3.Connection | None] = []
        self._thread = _one_thread()
        _fork.survive(self)

    def run(
        self,
        keys: Sequence[str],
        arguments: Callable[[], Sequence[str]],
        *,
        polls: bool = False,  # noqa: ARG002 - there is one connection for all steps
        max_wait: float | None = None,
    ) -> Reply:
        """Run one step; see `SharedStore`."""
        return self._run(keys[0], arguments, max_wait, time.monotonic())

    async def run_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None = None
    ) -> Reply:
        """Like `run`, awaited; a caller that is cancelled waits for the reply first."""
        work = functools.partial(self._run, keys[0], arguments, max_wait, time.monotonic())
        return await run_to_completion(lambda: self._in_thread(work))

    poll_async = run_async

    def _run(self, key: str, arguments: Callable[[], Sequence[str]], max_wait: float | None, called: float) -> Reply:
        """Run one step, which is tried at least once.

        A step that had to wait for the thread counts that wait: where the file is locked all of them fail together, and
        not one `timeout` after the other. One that finds it locked only now waits for it all the same.
        """
        longest = self.timeout if max_wait is None else min(max_wait, self.timeout)
        pause = _FIRST_PAUSE
        while True:
            try:
                with self._lock:
                    reply = self._step(key, arguments)
                    self._locked_since = None
                    return reply
            except _FAILURES as error:
                failure = error
            if files.code_of(failure) not in files.BUSY and not isinstance(failure, _PASSING):
                raise files.unavailable(self.name, failure)
            now = time.monotonic()
            since = self._locked_since = now if self._locked_since is None else self._locked_since
            left = max(called, since) + longest - now
            if left <= 0:
                if max_wait is not None and max_wait < self.timeout:
                    raise ConnectionsBusy("another process keeps the file of the shared limit locked")
                raise files.unavailable(self.name, failure)
            time.sleep(min(left, random.uniform(pause / 2, pause)))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, _LONGEST_PAUSE)

    def close(self) -> None:
        """Close the connection, and let the thread end after what it has to do; the next step opens another one."""
        self._thread = _one_thread()  # a thread ends with the last reference to its pool
        with self._lock:
            self._disconnect()

    async def aclose(self) -> None:
        """Like `close`, awaited."""
        await self._in_thread(self.close)

    def lock(self) -> None:
        """Take the lock before a fork, and close the connection."""
        super().lock()
        self._disconnect()

    def start_over(self) -> None:
        """Have no thread in the child of a fork; a connection that is open all the same is the parent's, and kept."""
        self._lock, self._thread = threading.RLock(), _one_thread()
        self._left_behind.append(self._db)
        self._db = None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            job = self._thread.submit(work)
        except RuntimeError:  # no thread can be started: there are too many, or the program's main thread has ended
            self._thread = _one_thread()  # the other one would run the job again, with a thread that is started later
            return work()
        return await asyncio.wrap_future(job)

    def _step(self, key: str, arguments: Callable[[], Sequence[str]]) -> Reply:
        try:
            db = self._connect()
            db.execute("BEGIN IMMEDIATE")
            given = arguments()  # first: the slot is no older than the caller takes it to be
            now = self._now()
            reply = steps.run(db, now, key, given, self._known.get(key, 0))
            db.execute("COMMIT")
            self._known[key] = now
        except BaseException as error:
            replaced = self._identity not in (None, files.identify(self.name))
            if replaced or files.code_of(error) not in files.BUSY:
                self._disconnect()
            if replaced and isinstance(error, _FAILURES):
                raise files.ReplacedFile from None
            raise
        return reply

    def _connect(self) -> sqlite3.Connection:
        """Return the connection to the file that has the path now, whichever that was before."""
        if self._db is not None and (self._db.in_transaction or self._identity != files.identify(self.name)):
            self._disconnect()
        if self._db is None:
            self._identity = None
            self._identity = files.make_file(self.name)
            self._db = files.open_file(self.name, self._identity, self._now())
        return self._db

    def _disconnect(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)


def _one_thread() -> ThreadPoolExecutor:
    """Return what runs jobs in order, in a thread that starts with the first one."""
    return ThreadPoolExecutor(1, "leverset-limit")
