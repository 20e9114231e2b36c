"""A clock that stands still until a test sets it, and clients that go by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from leverset._http.signing import wall_ms as machine_ms

T = TypeVar("T")


class Clock:
    """Seconds; to be called, or to stand in for the module `time` of the code that is tested."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def monotonic(self) -> float:
        """What `time.monotonic` would say."""
        return self.now


def clocked(
    make: type[T], *, monotonic: Callable[[], float] = time.monotonic, wall_ms: Callable[[], int] = machine_ms
) -> type[T]:
    """A client's class whose clients go by these clocks."""
    return type(make.__name__, (make,), {"_monotonic": staticmethod(monotonic), "_wall_ms": staticmethod(wall_ms)})
