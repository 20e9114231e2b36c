"""One lock per leverage scope: two calls of one client for the same leverage are sent one after the other.

A retry of an older call can so never overwrite what a newer one has set.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue

from leverset import _fork
from leverset.errors import RateLimitTimeout

Scope = tuple[str, ...]
"""What a leverage is for, as words that tell it from every other scope of the client."""


class _Waiter:
    """One caller of a scope, the holder or one that waits. `is_lost` says whether it can never leave the queue."""

    def __init__(self, wake: Callable[[], object], is_lost: Callable[[], bool] = lambda: False) -> None:
        self.wake, self.is_lost = wake, is_lost


class ScopeLock:
    """The lock of a scope for one caller: a context manager, in sync or in async.

    A signal's handler may raise right as it is entered or left, where nothing of it has run or all: then whoever made
    it calls `leave`, which does nothing the second time.
    """

    def __init__(self, locks: KeyedLock, scope: Scope, max_wait: float | None) -> None:
        self._locks, self._scope, self._max_wait = locks, scope, max_wait
        self._waiter: _Waiter | None = None

    def __enter__(self) -> None:
        woken: SimpleQueue[None] = SimpleQueue()  # one function in C: see Limiter
        self._waiter = _Waiter(lambda: woken.put(None))
        try:
            if not self._locks.join(self._scope, self._waiter):
                limit = None if self._max_wait is None else min(self._max_wait, threading.TIMEOUT_MAX)
                woken.get(timeout=limit)
        except Empty:
            self.leave()
            raise _timeout(self._scope, self._max_wait) from None
        except BaseException:
            self.leave()
            raise

    def __exit__(self, *_: object) -> None:
        self.leave()

    async def __aenter__(self) -> None:
        import asyncio

        granted, loop = asyncio.Event(), asyncio.get_running_loop()
        self._waiter = _Waiter(lambda: loop.call_soon_threadsafe(granted.set), loop.is_closed)
        try:
            if not self._locks.join(self._scope, self._waiter):
                async with asyncio.timeout(self._max_wait):
                    await granted.wait()
        except TimeoutError:
            self.leave()
            raise _timeout(self._scope, self._max_wait) from None
        except BaseException:
            self.leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the lock up, or the place in its queue."""
        if self._waiter is not None:
            self._locks.leave(self._scope, self._waiter)


class KeyedLock(_fork.Locked):
    """Locks by scope, granted in order of arrival, for threads and coroutines alike."""

    def __init__(self) -> None:
        self._queues: dict[Scope, deque[_Waiter]] = {}
        # Reentrant: a signal's handler may call while this thread is in here.
        self._lock = threading.RLock()
        _fork.survive(self)

    def acquire(self, scope: Scope, max_wait: float | None) -> ScopeLock:
        """The lock of a scope, not entered yet; that raises RateLimitTimeout after `max_wait` seconds (None: never)."""
        return ScopeLock(self, scope, max_wait)

    def join(self, scope: Scope, waiter: _Waiter) -> bool:
        """Enter the queue of a scope; whether the lock was free, so that there is nothing to wait for."""
        with self._lock:
            queue = self._queues.setdefault(scope, deque())
            queue.append(waiter)
            if queue[0].is_lost():  # the holder's event loop was closed around it
                self._grant(scope, queue)
            return queue[0] is waiter

    def leave(self, scope: Scope, waiter: _Waiter) -> None:
        """Leave the queue, whether the lock was granted or not, and grant it to the next.

        A second time does what an interrupt kept the first one from doing.
        """
        with self._lock:
            queue = self._queues.get(scope)
            if queue is None:
                return  # interrupted before it had joined, or in a child process
            if waiter in queue:
                queue.remove(waiter)
            self._grant(scope, queue)

    def _grant(self, scope: Scope, queue: deque[_Waiter]) -> None:
        """Wake the first in the queue that is there to be woken; the lock is free where there is none.

        A holder does not notice that it is woken once more.
        """
        while queue:
            try:
                queue[0].wake()
            except RuntimeError:  # its event loop is closed
                queue.popleft()
            else:
                return
        del self._queues[scope]

    def start_over(self) -> None:
        """In the child of a fork: no lock is held, since who holds it is in the parent."""
        self._lock = threading.RLock()
        self._queues.clear()


def _timeout(scope: Scope, max_wait: float | None) -> RateLimitTimeout:
    wait, key = max_wait or 0.0, " ".join(scope)
    return RateLimitTimeout(
        key=key,
        waited=wait,
        at_least=wait,
        what=f"an earlier call for {key} did not end",
        why="it is still under way in this client, and must not be overtaken",
        fix="raise max_wait, or let one leverage be set by one call at a time",
    )
