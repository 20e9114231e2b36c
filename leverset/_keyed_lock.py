"""One line per target: two calls of one client for the same leverage are sent one after the other.

A repeat of an older call can so never overwrite what a newer one has set.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from leverset.errors import RateLimitTimeout

Scope = tuple[str, ...]
"""What a leverage is for, as words that tell it from every other target of the client."""


class KeyedLock:
    """Turns per target, in order of arrival; threads use `acquire`, coroutines `acquire_async`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[Scope, deque[threading.Event | asyncio.Event]] = {}

    @contextmanager
    def acquire(self, target: Scope, max_wait: float | None) -> Iterator[None]:
        """Wait for the turn, at most `max_wait` seconds; raises RateLimitTimeout."""
        event = threading.Event()
        try:
            self._join(target, event)
            if not event.wait(max_wait):
                raise _late(target, max_wait)
            yield
        finally:
            self._leave(target, event)

    @asynccontextmanager
    async def acquire_async(self, target: Scope, max_wait: float | None) -> AsyncIterator[None]:
        """Like `acquire`, awaited."""
        event = asyncio.Event()
        try:
            self._join(target, event)
            try:
                async with asyncio.timeout(max_wait):
                    await event.wait()
            except TimeoutError:
                raise _late(target, max_wait) from None
            yield
        finally:
            self._leave(target, event)

    def _join(self, target: Scope, event: threading.Event | asyncio.Event) -> None:
        with self._lock:
            line = self._queues.setdefault(target, deque())
            line.append(event)
            line[0].set()

    def _leave(self, target: Scope, event: threading.Event | asyncio.Event) -> None:
        with self._lock:
            line = self._queues.get(target, deque())
            if event in line:  # else Ctrl-C came before it had joined
                line.remove(event)
            if line:
                line[0].set()
            else:
                self._queues.pop(target, None)


def _late(target: Scope, max_wait: float | None) -> RateLimitTimeout:
    wait = max_wait or 0.0
    return RateLimitTimeout(
        key=" ".join(target),
        waited=wait,
        at_least=wait,
        why="an earlier call of this client for the same leverage is still under way, and the two must not overtake",
    )
