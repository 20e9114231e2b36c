"""Let a bounded number of runs at a time use the connections to the store; the others wait for one of ours to end.

That wait says nothing about the store. Only when a run fails because the store is silent do all who wait fail with it:
each of them would wait as long for nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque


class ConnectionsBusy(Exception):
    """No connection came free in time; the store may be well."""


class StoreSilent(Exception):
    """A run failed while this one waited for its connection; `failure` is how."""

    def __init__(self, failure: BaseException) -> None:
        self.failure = failure


class ThreadGate:
    """Lets at most `size` threads in at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._inside: set[object] = set()
        self._failures: list[BaseException] = []
        self._changed = threading.Condition()

    def enter(self, token: object, max_wait: float | None) -> None:
        """Wait to be let in, at most `max_wait` seconds; raises ConnectionsBusy and StoreSilent."""
        limit = None if max_wait is None else min(max_wait, threading.TIMEOUT_MAX)
        with self._changed:
            failures = self._failures
            try:
                self._changed.wait_for(lambda: len(self._inside) < self._size or failures, limit)
                if failures:
                    raise StoreSilent(failures[0])
                if len(self._inside) >= self._size:
                    raise ConnectionsBusy
                self._inside.add(token)
            except BaseException:
                self._changed.notify()  # the place that this one was woken for is the next one's
                raise

    def leave(self, token: object) -> None:
        """Let the next one in; does nothing for a token that was not let in."""
        with self._changed:
            if token in self._inside:
                self._inside.remove(token)
                self._changed.notify()

    def fail(self, failure: BaseException) -> None:
        """Have all who wait now fail."""
        with self._changed:
            self._failures.append(failure)
            self._failures = []
            self._changed.notify_all()


class LoopGate:
    """Lets at most `size` tasks of one event loop in at once, in order of arrival."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, max_wait: float | None) -> None:
        """Wait to be let in, at most `max_wait` seconds; raises ConnectionsBusy and StoreSilent."""
        if self._free:
            self._free -= 1
            return
        entry = asyncio.get_running_loop().create_future()
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(max_wait):
                await entry
        except BaseException as error:
            if not entry.cancel() and not entry.cancelled() and entry.exception() is None:
                self.leave()  # let in just now, and gone already
            if isinstance(error, TimeoutError):
                raise ConnectionsBusy from None
            raise

    def leave(self) -> None:
        """Let the next one in."""
        while self._waiting:
            entry = self._waiting.popleft()
            if not entry.done():
                entry.set_result(None)
                return
        self._free += 1

    def fail(self, failure: BaseException) -> None:
        """Have all who wait now fail."""
        while self._waiting:
            entry = self._waiting.popleft()
            if not entry.done():
                entry.set_exception(StoreSilent(failure))
