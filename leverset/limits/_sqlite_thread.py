"""Run short jobs of event loops in a thread of its own, so that no loop waits for a disk or for a lock on a file."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import NamedTuple

from leverset import _fork
from leverset.limits._shared_reply import Reply


class Job(NamedTuple):
    """What is to be run, and where its result goes."""

    work: Callable[[], Reply]
    loop: asyncio.AbstractEventLoop
    result: asyncio.Future[Reply]

    def run(self) -> None:
        """Run it, and tell the event loop; one that is closed has nobody left who wants to know."""
        done: Future[Reply] = Future()
        try:
            done.set_result(self.work())
        except BaseException as error:
            done.set_exception(error)
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._tell, done)

    def _tell(self, done: Future[Reply]) -> None:
        if self.result.done():  # cancelled
            return
        if (error := done.exception()) is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(done.result())


class JobThread(_fork.Locked):
    """A daemon thread that runs jobs in order. It starts with the first one; the program's end does not wait for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: SimpleQueue[Job | None] | None = None
        _fork.survive(self)

    async def run(self, work: Callable[[], Reply]) -> Reply:
        """Run this in the thread, and await it."""
        loop = asyncio.get_running_loop()
        job = Job(work, loop, loop.create_future())
        with self._lock:
            if self._jobs is None:
                self._jobs = SimpleQueue()
                threading.Thread(target=_serve, args=(self._jobs,), name="leverset-limit", daemon=True).start()
            self._jobs.put(job)
        return await job.result

    def end(self) -> None:
        """Let the thread end after the jobs that it has; the next one starts another."""
        with self._lock:
            if self._jobs is not None:
                self._jobs.put(None)
                self._jobs = None

    def start_over(self) -> None:
        """Have no thread in the child of a fork."""
        self._lock, self._jobs = threading.RLock(), None


def _serve(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
