"""What every limiter offers to the transport, in one process or across machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import frozen

from leverset._protocols import RateLimit
from leverset.limits._window import Disposition


class Slot(Protocol):
    """A slot that was granted.

    `waited` is how long that took, and `age` how long ago it was, at the most, in seconds. The request has to be sent,
    and given up, before `age` is the `lease` that it was asked for: the slot's lease counts from there.
    """

    @property
    def waited(self) -> float: ...
    @property
    def age(self) -> float: ...


def stale(grant: Slot, lease: float) -> bool:
    """Whether half of the deadline was gone before the caller heard of its slot: then it asks for another."""
    return grant.age > max(0.0, lease) / 2


@frozen(kw_only=True)
class LimitStats:
    """What a limiter knows of one key: exchange, account and operation.

    `held` slots are in use or cooling, `waiting` callers stand in line, `granted` slots were given out so far,
    `longest_wait` is the longest wait for one of them and `paused_for` the rest of a pause, both in seconds.
    A RedisLimiter knows `held` and `waiting` of all processes, as of the store's last answer; the rest is this one's.
    """

    held: int
    waiting: int
    granted: int
    longest_wait: float
    paused_for: float


class RateLimiter(Protocol):
    """Slots for requests, in order of arrival.

    `key` names exchange, account and operation; `rate` is the operation's limit; `lease` the deadline of the call and
    `max_wait` the longest wait (None: without end), both in seconds. `acquire` raises RateLimitTimeout when max_wait
    passes and LimiterUnavailable when a shared store is out of reach. Whoever was granted a slot settles it once.
    """

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot: ...
    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot: ...
    def release(self, grant: Slot, disposition: Disposition) -> None: ...
    async def release_async(self, grant: Slot, disposition: Disposition) -> None: ...
    def pause(self, key: str, seconds: float) -> None: ...
    async def pause_async(self, key: str, seconds: float) -> None: ...
    def stats(self) -> Mapping[str, LimitStats]: ...
