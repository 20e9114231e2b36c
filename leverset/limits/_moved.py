"""Slots of some keys under other names, once it is known who is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from leverset._protocols import RateLimit
from leverset.errors import LimiterUnavailable
from leverset.limits._protocol import Disposition, LimitStats, RateLimiter, Slot

_LATE_DELIVERY_GRACE = 30.0
"""Seconds, for a limiter that has none of its own."""


class _BothSlots(NamedTuple):
    """A slot under the old name and one under the new."""

    old: Slot
    new: Slot

    @property
    def waited(self) -> float:
        return self.old.waited + self.new.waited

    @property
    def age(self) -> float:
        return max(self.old.age, self.new.age)


class MovedLimiter:
    """Takes slots under new names. Those that were taken under the old names count until they are free.

    Until then a request needs a slot under both: who is counted under the old name is counted under the new one too.

    Args:
        limiter: Grants the slots.
        moved: The new name of each key that has one.
        seconds: The longest time from now until a request that has a slot under an old name has ended, and its window.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self, limiter: RateLimiter, moved: Mapping[str, str], *, seconds: float, clock: Callable[[], float]
    ) -> None:
        self._limiter, self._moved, self._clock = limiter, moved, clock
        self._until = clock() + seconds + getattr(limiter, "late_delivery_grace", _LATE_DELIVERY_GRACE)

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot:
        """Wait for a slot; see RateLimiter."""
        name, began = self._moved.get(key, key), self._clock()
        if not self._needs_both(key):
            return self._limiter.acquire(name, rate, lease=lease, max_wait=max_wait)
        old = self._limiter.acquire(key, rate, lease=lease, max_wait=max_wait)
        try:
            left = self._left(max_wait, began)
            return _BothSlots(old, self._limiter.acquire(name, rate, lease=lease, max_wait=left))
        except BaseException:
            with suppress(LimiterUnavailable):  # its lease frees it; what ended the wait is what the caller hears
                self._limiter.release(old, "not_sent")
            raise

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot:
        """Like `acquire`, awaited."""
        name, began = self._moved.get(key, key), self._clock()
        if not self._needs_both(key):
            return await self._limiter.acquire_async(name, rate, lease=lease, max_wait=max_wait)
        old = await self._limiter.acquire_async(key, rate, lease=lease, max_wait=max_wait)
        try:
            left = self._left(max_wait, began)
            return _BothSlots(old, await self._limiter.acquire_async(name, rate, lease=lease, max_wait=left))
        except BaseException:
            with suppress(LimiterUnavailable):
                await self._limiter.release_async(old, "not_sent")
            raise

    def release(self, slot: Slot, disposition: Disposition, /) -> None:
        """Release a slot; what ends the release of one of two does not keep the other."""
        if not isinstance(slot, _BothSlots):
            self._limiter.release(slot, disposition)
            return
        try:
            self._limiter.release(slot.new, disposition)
        finally:
            self._limiter.release(slot.old, disposition)

    async def release_async(self, slot: Slot, disposition: Disposition, /) -> None:
        """Like `release`, awaited."""
        if not isinstance(slot, _BothSlots):
            await self._limiter.release_async(slot, disposition)
            return
        try:
            await self._limiter.release_async(slot.new, disposition)
        finally:
            await self._limiter.release_async(slot.old, disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Pause the new name."""
        self._limiter.pause(self._moved.get(key, key), seconds)

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`, awaited."""
        await self._limiter.pause_async(self._moved.get(key, key), seconds)

    def slow_down(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Slow down the new name."""
        self._limiter.slow_down(self._moved.get(key, key), rate, age=age, pause=pause)

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Like `slow_down`, awaited."""
        await self._limiter.slow_down_async(self._moved.get(key, key), rate, age=age, pause=pause)

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key."""
        return self._limiter.stats()

    def _needs_both(self, key: str) -> bool:
        return key in self._moved and self._clock() < self._until

    def _left(self, max_wait: float | None, began: float) -> float | None:
        return None if max_wait is None else max(0.0, max_wait - (self._clock() - began))
