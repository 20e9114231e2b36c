"""The wait of a caller for its slot, in a thread or in a coroutine. Any thread may end it."""

from __future__ import annotations

import math
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class ThreadWait:
    """The wait of a thread: it ends when this is called, or when its time is over."""

    __slots__ = ("_end",)

    def __init__(self) -> None:
        self._end: SimpleQueue[None] = SimpleQueue()  # functions in C, which an interrupt cannot leave half done

    def __call__(self) -> None:
        self._end.put(None)

    def wait(self, seconds: float) -> None:
        """Wait for the end, no longer than this."""
        with suppress(Empty):
            self._end.get(timeout=min(seconds, threading.TIMEOUT_MAX))


class LoopWait:
    """The wait of a coroutine: one future, and one timer where it has a limit."""

    __slots__ = ("_timer", "end")

    def __init__(self) -> None:
        import asyncio

        self.end = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        self.end.get_loop().call_soon_threadsafe(self._finish)

    def limit(self, seconds: float) -> None:
        """End it after this time; infinity: never."""
        if seconds < math.inf:
            self._timer = self.end.get_loop().call_later(seconds, self._finish)

    def stop(self) -> None:
        """Have no timer any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _finish(self) -> None:
        if not self.end.done():  # else it ended at the same moment, or was cancelled
            self.end.set_result(None)
