"""The slots and the wait queue of one key: a state machine without lock, timer or I/O.

A server counts a request somewhere between its send and its response. So a slot is held from when it is granted until
one window after the *response*: then at most N of our requests fall into any window of the server, whatever
the latency and wherever its windows begin. `docs/rate-limit.md` has the proof and what it assumes.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from leverset._protocols import RateLimit

Disposition = Literal["responded", "not_sent", "no_response"]
"""What became of a request with a slot: a response began, it never left this machine, or neither is known."""

DRIFT = 1.001
"""A window is waited out this much longer: two clocks that NTP corrects may each run 500 ppm off."""


def span(rate: RateLimit) -> float:
    """Return how long a counted request is remembered, in seconds of our clock."""
    return rate.seconds * DRIFT


@dataclass(slots=True, eq=False)
class Waiter:
    """One caller of `acquire`: it waits for a slot, and it is the slot once that is granted.

    Attributes:
        key: Names exchange, account and operation.
        rate: The rate limit that the caller knows.
        lease: The deadline of the call, in seconds from when the slot is granted.
        arrived: When the caller arrived, in seconds of `clock`.
        clock: A monotonic clock.
        wake: Called once when the slot is granted; None for a caller that does not wait.
        granted_at: When the slot was granted, or None.
        released: Whether the slot was released.
        counted_by: By when the exchange has counted the request at the latest; a window later the slot is free.
    """

    key: str
    rate: RateLimit
    lease: float
    arrived: float
    clock: Callable[[], float]
    wake: Callable[[], object] | None = None
    granted_at: float | None = None
    released: bool = False
    counted_by: float = math.inf

    @property
    def waited(self) -> float:
        """Seconds from the arrival until the slot was granted; 0 before that."""
        return 0.0 if self.granted_at is None else self.granted_at - self.arrived

    @property
    def age(self) -> float:
        """Seconds since the slot was granted; 0 before that."""
        return 0.0 if self.granted_at is None else self.clock() - self.granted_at


class Window:
    """The slots and the wait queue of one key. Every method takes the time `now`, in seconds of the waiters' clock.

    Callers may know different limits for the key. Each is held to its own, over the requests of all of them.

    Args:
        late_delivery_grace: How many seconds after its lease a request without a response may still be counted.
    """

    def __init__(self, late_delivery_grace: float) -> None:
        self._late_delivery_grace = late_delivery_grace
        self._queue: OrderedDict[int, Waiter] = OrderedDict()
        self._slots: dict[int, Waiter] = {}
        self._longest = 0.0
        self.paused_until = -math.inf

    def join(self, waiter: Waiter) -> None:
        """Append a waiter to the wait queue."""
        self._longest = max(self._longest, span(waiter.rate))
        self._queue[id(waiter)] = waiter

    def leave(self, waiter: Waiter) -> None:
        """Remove a waiter from the wait queue; all others keep their order."""
        self._queue.pop(id(waiter), None)

    def grant(self, now: float) -> None:
        """Grant the free slots to the first in the wait queue and set their `granted_at`."""
        self._forget(now)
        while self._queue:
            identity, waiter = next(iter(self._queue.items()))
            if self._free_at(waiter, now) > now:
                break
            # The lease: a slot that is never released is held no longer than its request could be counted.
            waiter.counted_by = now + max(0.0, waiter.lease) + self._late_delivery_grace
            self._slots[identity] = waiter
            waiter.granted_at = now
            del self._queue[identity]

    def release(self, waiter: Waiter, disposition: Disposition, now: float) -> None:
        """Release a slot: it is free at once, after a window, or when its lease ends."""
        if waiter.released or self._slots.get(id(waiter)) is not waiter:
            return
        waiter.released = True
        if disposition == "not_sent":
            del self._slots[id(waiter)]
        elif disposition == "responded":
            waiter.counted_by = now

    def pause(self, until: float) -> None:
        """Grant nothing before `until`; a pause is never shortened."""
        self.paused_until = max(self.paused_until, until)

    def next_event(self, now: float) -> float:
        """Return when `grant` can grant a slot without any release; infinity while nobody waits."""
        return self._free_at(next(iter(self._queue.values())), now) if self._queue else math.inf

    def at_least(self, waiter: Waiter, now: float) -> float:
        """Return the shortest time in seconds until a waiter gets its slot: every open request is answered at once."""
        counted = sorted(slot.counted_by if slot.released else now for slot in self._slots.values())
        queue = list(self._queue.values())
        granted_at = max(now, self.paused_until)
        for waiting in queue[: queue.index(waiter) + 1]:
            if len(counted) >= waiting.rate.requests:
                granted_at = max(granted_at, counted[-waiting.rate.requests] + span(waiting.rate))
            insort(counted, granted_at)
        return granted_at - now

    def drop_holders(self) -> None:
        """Forget the wait queue and every slot in use: after a fork they belong to the parent."""
        self._queue.clear()
        self._slots = {identity: slot for identity, slot in self._slots.items() if slot.released}

    def counts(self, now: float) -> tuple[int, int]:
        """Return the number of slots that are held and the length of the wait queue."""
        self._forget(now)
        return len(self._slots), len(self._queue)

    def _free_at(self, waiter: Waiter, now: float) -> float:
        """Return when fewer requests than its limit count against this waiter."""
        window, limit = span(waiter.rate), waiter.rate.requests
        held = sorted(slot.counted_by for slot in self._slots.values())
        free = held[-limit] + window if len(held) >= limit else now
        return max(now, free, self.paused_until)

    def _forget(self, now: float) -> None:
        for identity, slot in list(self._slots.items()):
            if slot.counted_by + self._longest <= now:
                del self._slots[identity]
