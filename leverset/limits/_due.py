"""Which key is served next."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping

from leverset.limits._window import Window


class Due:
    """Orders the windows in which somebody waits by when the next slot is free; each step costs O(log n) in keys.

    Args:
        windows: The windows of all keys.
    """

    def __init__(self, windows: Mapping[str, Window]) -> None:
        self._windows = windows
        self._heap: list[tuple[float, str]] = []  # an entry counts while its window has the same `due`

    def schedule(self, window: Window, due: float) -> None:
        """Have a window served at this time, and at no other; infinity: at none."""
        window.due = due
        if due < math.inf:
            heapq.heappush(self._heap, (due, window.key))
            if len(self._heap) > 2 * len(self._windows):
                self._heap = [(each.due, key) for key, each in self._windows.items() if each.due < math.inf]
                heapq.heapify(self._heap)

    def first(self) -> Window | None:
        """Return the window that is served next; None while nobody waits."""
        while self._heap:
            due, key = self._heap[0]
            if self._windows[key].due == due:
                return self._windows[key]
            heapq.heappop(self._heap)
        return None
