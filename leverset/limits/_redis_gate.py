"""Let a bounded number of runs at a time use the connections to the store; the others wait for one of ours to end.

That wait says nothing about the store. Only when a run fails because the store is silent do all who wait fail with it:
each of them would wait as long for nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from queue import Empty, SimpleQueue

from leverset.limits._shared_wait import ConnectionsBusy


class StoreSilent(Exception):
    """A run failed while this one waited for its connection; `failure` is how."""

    def __init__(self, failure: BaseException) -> None:
        self.failure = failure


class ThreadGate:
    """Lets at most `size` threads in at once, in order of arrival.

    Waiting and waking are one function in C each, as in `Limiter`: a signal's handler can raise between no two steps of
    them, and leave a lock behind.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.RLock()
        self._inside: set[object] = set()
        self._waiting: dict[object, SimpleQueue[BaseException | None]] = {}

    def enter(self, token: object, max_wait: float | None) -> None:
        """Wait to be let in, at most `max_wait` seconds; raises ConnectionsBusy and StoreSilent."""
        limit = None if max_wait is None else min(max_wait, threading.TIMEOUT_MAX)
        called: SimpleQueue[BaseException | None] = SimpleQueue()
        try:
            with self._lock:
                if len(self._inside) < self._size:
                    self._inside.add(token)
                    return
                self._waiting[token] = called
            failure = called.get(timeout=limit)
            if failure is not None:
                raise StoreSilent(failure)
        except BaseException as error:
            self.leave(token)
            if isinstance(error, Empty):
                raise ConnectionsBusy("other calls keep the connections to the shared store busy") from None
            raise

    def leave(self, token: object) -> None:
        """Let the next one in; does nothing more for a token that was not let in."""
        with self._lock:
            self._waiting.pop(token, None)
            self._inside.discard(token)
            for other, called in list(self._waiting.items()):
                if other not in self._inside:  # else an interrupt came before it was called
                    if len(self._inside) >= self._size:
                        return
                    self._inside.add(other)
                called.put(None)
                self._waiting.pop(other, None)

    def fail(self, failure: BaseException) -> None:
        """Have all who wait now fail."""
        with self._lock:
            for called in self._waiting.values():
                called.put(failure)
            self._waiting.clear()


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
                raise ConnectionsBusy("other calls keep the connections to the shared store busy") from None
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
