"""A clock that stands still until a test sets it."""

from __future__ import annotations


class Clock:
    """Seconds; to be called, or to stand in for the module `time` of the code that is tested."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def monotonic(self) -> float:
        """What `time.monotonic` would say."""
        return self.now
