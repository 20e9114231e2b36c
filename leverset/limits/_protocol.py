"""The interface between the transport and a limiter, in one process or across machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from attrs import frozen

from leverset._protocols import RateLimit

Disposition = Literal["responded", "not_sent", "no_response"]
"""What became of a request with a slot: a response began, it never left this machine, or neither is known."""


class Slot(Protocol):
    """The permission to send one request; `acquire` returns it, and `release` takes it back.

    Send the request, and give it up, before `age` reaches the `lease` that `acquire` was called with.

    Attributes:
        waited: How long `acquire` waited, in seconds.
        age: How long ago the slot was granted, in seconds. It is never older than that.
    """

    @property
    def waited(self) -> float: ...
    @property
    def age(self) -> float: ...


@frozen(kw_only=True)
class LimitStats:
    """The figures of one key.

    A `SQLiteLimiter` or `RedisLimiter` counts over all processes, as of its last step, but `granted` and `longest_wait`
    in this process.

    Attributes:
        held: Slots that are in use or not free again yet.
        waiting: Callers in the wait queue.
        granted: Slots granted so far.
        longest_wait: The longest wait for one of them, in seconds.
        paused_for: How much longer the key is paused, in seconds.
        halvings: How often its limit is halved now, because the exchange refused requests all the same.
        lowered_for: How long it takes until the whole limit holds again, in seconds.
    """

    held: int
    waiting: int
    granted: int
    longest_wait: float
    paused_for: float
    halvings: int = 0
    lowered_for: float = 0.0


class RateLimiter(Protocol):
    """Grants slots for requests, in order of arrival.

    Implement it to limit requests in another way. Each method but `stats` has an awaited twin.
    """

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot:
        """Wait for a slot.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit of the operation.
            lease: The deadline of the call, in seconds from when the slot is granted. A slot that is never released is
                free a while after it.
            max_wait: The longest wait in seconds. None: without end.

        Returns:
            The slot. Pass it to `release` once.

        Raises:
            RateLimitTimeout: No slot was free within `max_wait`.
            LimiterUnavailable: A shared store is out of reach.
        """

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot:
        """Like `acquire`, awaited."""

    def release(self, slot: Slot, disposition: Disposition, /) -> None:
        """Release a slot.

        Args:
            slot: What `acquire` returned.
            disposition: What became of the request: "responded", "no_response" or "not_sent".
        """

    async def release_async(self, slot: Slot, disposition: Disposition, /) -> None:
        """Like `release`, awaited."""

    def pause(self, key: str, seconds: float) -> None:
        """Grant no slots of a key for a while, because the exchange said so.

        Args:
            key: Names exchange, account and operation.
            seconds: How long. A pause is never shortened.
        """

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`, awaited."""

    def slow_down(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Pause a key and lower its pace for a while, because the exchange refused a request for its rate all the same.

        Refusals of requests that were sent before the pace was lowered lower it once. It is never above the limit.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit that the request was held to.
            age: How long ago its slot was granted, in seconds.
            pause: How long nothing is granted at all, in seconds. A pause is never shortened.
        """

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Like `slow_down`, awaited."""

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key."""
