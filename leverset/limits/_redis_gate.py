"""Let a bounded number of threads at a time use the connections to the store; the others wait for one of ours to leave.

That wait says nothing about the store. For the tasks of an event loop asyncio's semaphore does the same.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from leverset.limits._shared_wait import ConnectionsBusy

BUSY = "other calls keep the connections to the shared store busy"


class ThreadGate:
    """Lets at most `size` threads in at once, in order of arrival.

    Waiting and waking are one function in C each, as in `Limiter`: a signal's handler can raise between no two steps of
    them, and leave a lock behind.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.RLock()
        self._inside: set[object] = set()
        self._waiting: dict[object, SimpleQueue[None]] = {}

    def enter(self, token: object, max_wait: float | None) -> None:
        """Wait to be let in, at most `max_wait` seconds; raises ConnectionsBusy. Whatever comes of it, then `leave`."""
        called: SimpleQueue[None] = SimpleQueue()
        with self._lock:
            if len(self._inside) < self._size:
                self._inside.add(token)
                return
            self._waiting[token] = called
        try:
            called.get(timeout=None if max_wait is None else min(max_wait, threading.TIMEOUT_MAX))
        except Empty:
            raise ConnectionsBusy(BUSY) from None

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
