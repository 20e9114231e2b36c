"""The slots and the wait queue of one key: a state machine without lock, timer or I/O. `Limiter` adds these.

A server counts a request somewhere between its send and its response. So a slot is held from when it is granted until
one window after the *response*: then at most N of our requests fall into any window of the server, whatever
the latency and wherever its windows begin. `docs/rate-limit.md` has the proof and what it assumes.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter

from leverset._protocols import RateLimit
from leverset.limits._pace import Pace
from leverset.limits._protocol import Disposition, LimitStats

DRIFT = 1.001
"""A window is waited out this much longer: two clocks that NTP corrects may each run 500 ppm off."""


def span(rate: RateLimit) -> float:
    """Return how long a counted request is remembered, in seconds of our clock."""
    return rate.seconds * DRIFT


def is_stale(age: float, lease: float) -> bool:
    """Say whether half of the lease had passed when the caller got its slot: then it needs another one."""
    return age > max(0.0, lease) / 2


class Waiter:
    """One caller of `acquire`: it waits for a slot, and it is the slot once that is granted.

    Args:
        key: Names exchange, account and operation.
        rate: The rate limit that the caller knows.
        lease: The deadline of the call, in seconds from when the slot is granted.
        arrived: When the caller arrived, in seconds of `clock`.
        clock: A monotonic clock.
        until: When the caller stops waiting.

    Attributes:
        wake: Called once when the slot is granted; None for a caller that does not wait.
        granted_at: When the slot was granted, or None.
        released: Whether the slot was released.
        counted_by: By when the exchange has counted the request at the latest; a window later the slot is free.
        number: The number of the waiter in its queue, in order of arrival.
    """

    counted_by: float  # set when the slot is granted

    def __init__(
        self,
        key: str,
        rate: RateLimit,
        lease: float,
        arrived: float,
        clock: Callable[[], float],
        until: float = math.inf,
    ) -> None:
        self.key = key
        self.rate = rate
        self.lease = lease
        self.arrived = arrived
        self.clock = clock
        self.until = until
        self.wake: Callable[[], object] | None = None
        self.granted_at: float | None = None
        self.released = False
        self.number = 0

    @property
    def waited(self) -> float:
        """Seconds from the arrival until the slot was granted; 0 before that."""
        return 0.0 if self.granted_at is None else self.granted_at - self.arrived

    @property
    def age(self) -> float:
        """Seconds since the slot was granted; 0 before that."""
        return 0.0 if self.granted_at is None else self.clock() - self.granted_at

    @property
    def left(self) -> float:
        """Seconds until the caller stops waiting."""
        return max(0.0, self.until - self.clock())


_NUMBER = attrgetter("number")


class Window:
    """The slots and the wait queue of one key. Every method takes the time `now`, in seconds of the waiters' clock.

    Callers may know different limits for the key. Each is held to its own, over the requests of all of them. Every
    method looks at O(log n) of the slots and waiters: `serve` for every slot that it grants, and `pause` at all waiters
    where it outlasts one. What is kept in order is a list: to insert or remove moves the references behind, which is
    less than the search for up to ten thousand.

    Args:
        key: Names exchange, account and operation.
        late_delivery_grace: How many seconds after its lease a request without a response may still be counted.

    Attributes:
        due: When the timer serves the window; see `Due`.
        paused_until: Nothing is granted before.
        pace: How far the limit is lowered.
    """

    def __init__(self, key: str, late_delivery_grace: float) -> None:
        self.key = key
        self.due = math.inf
        self.paused_until = -math.inf
        self.pace = Pace()
        self._late_delivery_grace = late_delivery_grace
        self._joined = 0
        self._queue: list[Waiter] = []
        self._unwoken: list[Waiter] = []  # have a slot, and were not woken yet: an interrupt loses nobody
        self._widest: tuple[int, float] = (0, math.inf)
        self._soonest = math.inf  # nobody stops waiting before, but those that a pause has woken
        self._slots: dict[int, Waiter] = {}
        self._by_time: list[tuple[float, int]] = []  # counted_by and number of all slots, in order
        self._released: list[tuple[float, int]] = []  # and of those that were released
        self._longest = 0.0
        self._granted = 0
        self._longest_wait = 0.0

    def join(self, waiter: Waiter) -> None:
        """Append a waiter to the wait queue, once."""
        if waiter.number:
            return
        most, shortest = self._widest if self._queue else (0, math.inf)
        self._widest = (max(most, waiter.rate.requests), min(shortest, span(waiter.rate)))
        self._longest = max(self._longest, span(waiter.rate))
        self._soonest = min(self._soonest, waiter.until)
        self._joined += 1
        waiter.number = self._joined
        self._queue.append(waiter)

    def withdraw(self, waiter: Waiter, now: float) -> None:
        """Remove a waiter from the wait queue, or take its slot back; all others keep their order."""
        place = self._place(waiter)
        if place < len(self._queue) and self._queue[place] is waiter:
            del self._queue[place]
        self.release(waiter, "not_sent", now)

    def serve(self, now: float) -> None:
        """Grant the free slots to the first in the wait queue, and wake them; one that does not wait has no `wake`."""
        self._grant(now)
        while self._unwoken:
            waiter = self._unwoken[0]
            try:
                if waiter.wake is not None:
                    waiter.wake()
            except RuntimeError:  # its event loop is closed: nobody is there to take the slot
                self.release(waiter, "not_sent", now)
                self._grant(now)
            else:
                self._granted += 1
                self._longest_wait = max(self._longest_wait, waiter.waited)
            del self._unwoken[0]

    def release(self, waiter: Waiter, disposition: Disposition, now: float) -> None:
        """Release a slot: it is free at once, after a window, or when its lease ends."""
        if waiter.released or self._slots.get(waiter.number) is not waiter:
            return
        entry = (waiter.counted_by, waiter.number)
        waiter.released = True
        if disposition == "not_sent":
            del self._slots[waiter.number]
            del self._by_time[bisect_left(self._by_time, entry)]
            return
        if disposition == "responded":
            waiter.counted_by = now
            del self._by_time[bisect_left(self._by_time, entry)]
            insort(self._by_time, (now, waiter.number))
        insort(self._released, (waiter.counted_by, waiter.number))

    def pause(self, until: float) -> None:
        """Grant nothing before `until`, and wake who stops waiting before; a pause is never shortened."""
        self.paused_until = max(self.paused_until, until)
        if self._soonest < self.paused_until:  # else nobody is outlasted, and nobody is looked for
            for waiter in self._queue:
                if waiter.wake is not None and waiter.until < self.paused_until:
                    with suppress(RuntimeError):  # its event loop is closed
                        waiter.wake()
            self._soonest = self.paused_until

    def slow_down(self, rate: RateLimit, now: float, *, age: float, pause: float) -> bool:
        """Pause, and lower the pace after a refusal; return whether that is lower than before. See `Pace.refused`."""
        before = self.pace.halved(now)
        self.pace = self.pace.refused(now, rate.requests, span(rate), age=age, pause=pause)
        self.pause(now + pause)
        return self.pace.halvings > before

    def paused_for(self, now: float) -> float:
        """Return how much longer the window is paused, in seconds."""
        return max(0.0, self.paused_until - now)

    def next_event(self, now: float) -> float:
        """Return when `serve` can grant a slot without any release; infinity while nobody waits."""
        return self._free_at(self._queue[0], now) if self._queue else math.inf

    def at_least(self, waiter: Waiter, now: float) -> float:
        """Return a lower bound for the time in seconds until a waiter gets its slot.

        Every open request is taken to be answered at once, and the pace not to be lowered. The bound is exact while all
        who wait know the same limit and no slot without a response becomes free meanwhile.
        """
        self._forget(now)
        start = max(now, self.paused_until)
        ahead = self._place(waiter)
        # Its own limit, over the slots there are and those of the waiters ahead, which are granted at `start` or later.
        window, limit = span(waiter.rate), waiter.rate.requests
        counted = min(start, self._counted(limit - ahead, now)) if ahead < limit else start
        bound = max(start, window + max(counted, self._counted(limit, now)))
        # The queue ahead, as if everybody in it had the widest limit of all: each slot serves one in a window.
        limit, window = self._widest
        late = min(limit, self._counted_after(now))  # slots without a response, which are free later than the others
        slots, late_free = limit - late, self._counted(late, now) + window if late else math.inf
        if slots:
            rounds, rest = divmod(ahead, slots)
            served = max(start, self._counted(limit - rest, now) + window) + rounds * window
            if served <= late_free:
                return max(bound, served) - now
        late_free = max(start, late_free)
        ahead = max(0, ahead - slots * (int((late_free - start) / window) + 1))  # at most so many were served by then
        return max(bound, late_free + ahead // limit * window) - now

    def stats(self, now: float) -> LimitStats:
        """Return the figures of the key."""
        self._forget(now)
        return LimitStats(
            held=len(self._slots),
            waiting=len(self._queue),
            granted=self._granted,
            longest_wait=self._longest_wait,
            paused_for=self.paused_for(now),
            halvings=self.pace.halved(now),
            lowered_for=self.pace.lasts(now),
        )

    def drop_holders(self) -> None:
        """Forget the wait queue and every slot in use: after a fork they belong to the parent."""
        self._queue.clear()
        self._unwoken.clear()
        self._slots = {number: slot for number, slot in self._slots.items() if slot.released}
        self.rebuild()

    def rebuild(self) -> None:
        """Make anew what follows from the slots; a signal's handler may have raised between two steps.

        Waiters and slots themselves are right at any moment: they change together, and no call is between them, where a
        handler could run.
        """
        self.due = math.inf
        self._by_time = sorted((slot.counted_by, number) for number, slot in self._slots.items())
        self._released = [entry for entry in self._by_time if self._slots[entry[1]].released]

    def _grant(self, now: float) -> None:
        self._forget(now)
        while self._queue and self._free_at(self._queue[0], now) <= now:
            waiter = self._queue[0]
            # The lease: a slot that is never released is held no longer than its request could be counted.
            waiter.counted_by = now + max(0.0, waiter.lease) + self._late_delivery_grace
            self._slots[waiter.number] = waiter
            waiter.granted_at = now
            del self._queue[0]
            self._unwoken.append(waiter)
            insort(self._by_time, (waiter.counted_by, waiter.number))

    def _free_at(self, waiter: Waiter, now: float) -> float:
        """Return when fewer requests than its limit count against this waiter."""
        start = max(now, self.paused_until)
        if not self.pace.halvings:
            return self._free_within(waiter.rate.requests, waiter.rate, start)
        earliest, halved = math.inf, self.pace.halved(start)
        for halvings in range(halved, -1, -1):  # the limit there is now, and those that hold again later
            reached = start if halvings == halved else self.pace.reached(halvings)
            limit = self.pace.lowered(waiter.rate.requests, halvings)
            earliest = min(earliest, self._free_within(limit, waiter.rate, max(start, reached)))
        return earliest

    def _free_within(self, limit: int, rate: RateLimit, start: float) -> float:
        """Return when fewer requests than a limit count, from a moment on."""
        return max(start, self._by_time[-limit][0] + span(rate)) if len(self._by_time) >= limit else start

    def _place(self, waiter: Waiter) -> int:
        """Return how many are ahead in the wait queue."""
        return bisect_left(self._queue, waiter.number, key=_NUMBER)

    def _counted(self, rank: int, now: float) -> float:
        """Return the rank-th latest moment at which a request is counted if all open ones are answered now."""
        later, open_slots = self._counted_after(now), len(self._slots) - len(self._released)
        if later < rank <= later + open_slots:
            return now
        rank -= open_slots if rank > later else 0
        return self._released[-rank][0] if rank <= len(self._released) else -math.inf

    def _counted_after(self, now: float) -> int:
        """Return how many slots were released without a response and are counted after this moment."""
        return len(self._released) - bisect_right(self._released, (now, self._joined))

    def _forget(self, now: float) -> None:
        while self._by_time and self._by_time[0][0] + self._longest <= now:
            number = self._by_time[0][1]
            del self._by_time[0]
            if self._slots.pop(number).released:
                del self._released[0]
