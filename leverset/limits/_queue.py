"""The wait queues of all keys, without lock or timer: `Limiter` adds both."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from leverset._protocols import RateLimit
from leverset.limits._pace import Pace
from leverset.limits._protocol import LimitStats
from leverset.limits._window import Disposition, Waiter, Window


@dataclass(slots=True)
class _Key:
    """The state of one key.

    `sleeping` has the waiters that nobody has woken yet, in order of arrival; `due` is when the timer looks at the key.
    No waiter stops waiting before `soonest`, but those that a pause has woken.
    """

    window: Window
    sleeping: OrderedDict[int, Waiter] = field(default_factory=OrderedDict)
    granted: int = 0
    longest_wait: float = 0.0
    due: float = math.inf
    soonest: float = math.inf


class WaitQueues:
    """The slots and wait queues of all keys of one limiter; times are in seconds of one monotonic clock.

    Every method but `stats` costs O(log n) in slots, waiters and keys; `serve_all` that for every slot it grants, and
    `pause` O(n) in waiters where it outlasts one.

    Args:
        late_delivery_grace: How many seconds after its lease a request without a response may still be counted.
    """

    def __init__(self, late_delivery_grace: float) -> None:
        self._late_delivery_grace = late_delivery_grace
        self._keys: dict[str, _Key] = {}
        self._due: list[tuple[float, str]] = []  # a heap; an entry counts while its key has the same `due`

    def join(self, waiter: Waiter, now: float) -> None:
        """Append a waiter to the queue of its key; one that gets a slot at once need not be woken."""
        key = self._key(waiter.key)
        key.window.join(waiter)
        if waiter.granted_at is None:
            key.sleeping[id(waiter)] = waiter
            key.soonest = min(key.soonest, waiter.until)
        self.serve(waiter.key, now)

    def withdraw(self, waiter: Waiter, now: float) -> None:
        """Remove a waiter from its queue, or take its slot back."""
        key = self._key(waiter.key)
        key.window.leave(waiter)
        key.sleeping.pop(id(waiter), None)
        key.window.release(waiter, "not_sent", now)
        self.serve(waiter.key, now)

    def release(self, waiter: Waiter, disposition: Disposition, now: float) -> None:
        """Release a slot."""
        self._key(waiter.key).window.release(waiter, disposition, now)
        self.serve(waiter.key, now)

    def pause(self, name: str, until: float) -> None:
        """Grant no slots of a key before `until`, and wake the waiters that stop waiting before."""
        key = self._key(name)
        key.window.pause(until)
        self._wake_outlasted(key)

    def slow_down(self, name: str, rate: RateLimit, now: float, *, age: float, pause: float) -> Pace | None:
        """Pause a key and lower its pace; return the pace if it is lower than before. See `Window.slow_down`."""
        key = self._key(name)
        lower = key.window.slow_down(rate, now, age=age, pause=pause)
        self._wake_outlasted(key)
        return key.window.pace if lower else None

    @staticmethod
    def _wake_outlasted(key: _Key) -> None:
        paused_until = key.window.paused_until
        if key.soonest < paused_until:  # else nobody is outlasted, and nobody is looked for
            for waiter in key.sleeping.values():
                if waiter.wake is not None and waiter.until < paused_until:
                    with suppress(RuntimeError):  # its event loop is closed
                        waiter.wake()
            key.soonest = paused_until

    def paused_for(self, name: str, now: float) -> float:
        """Return how much longer a key is paused, in seconds."""
        return max(0.0, self._key(name).window.paused_until - now)

    def serve(self, name: str, now: float) -> None:
        """Grant what is free and wake the waiters that got it.

        A waiter stops being `sleeping` only when it was woken, so that an interrupt in between loses nobody.
        """
        key = self._key(name)
        key.window.grant(now)
        try:
            while key.sleeping:
                waiter = next(iter(key.sleeping.values()))
                if waiter.granted_at is None:
                    break
                try:
                    if waiter.wake is not None:
                        waiter.wake()
                except RuntimeError:  # its event loop is closed: nobody is there to take the slot
                    key.window.release(waiter, "not_sent", now)
                    key.window.grant(now)
                else:
                    key.granted += 1
                    key.longest_wait = max(key.longest_wait, waiter.waited)
                key.sleeping.pop(id(waiter), None)
        finally:
            self._schedule(name, key, now)

    def next_event(self, name: str, now: float) -> float:
        """Return when a slot of this key frees itself for a waiter; infinity while nobody waits."""
        return self._key(name).window.next_event(now)

    def next_due(self) -> float:
        """Return when `serve_all` has something to do, or a little earlier; infinity while nobody waits."""
        while self._due and self._keys[self._due[0][1]].due != self._due[0][0]:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else math.inf

    def serve_all(self, now: float) -> float:
        """Serve every key that is due, and return when to do it again."""
        while self.next_due() <= now:
            _, name = self._due[0]
            self._keys[name].due = math.inf
            self.serve(name, now)
        return self.next_due()

    def at_least(self, waiter: Waiter, now: float) -> float:
        """Return a lower bound for the time in seconds until this waiter gets its slot; see `Window.at_least`."""
        return self._key(waiter.key).window.at_least(waiter, now)

    def stats(self, now: float) -> dict[str, LimitStats]:
        """Return the figures of every key."""
        result = {}
        for name, key in list(self._keys.items()):
            held, waiting = key.window.counts(now)
            result[name] = LimitStats(
                held=held,
                waiting=waiting,
                granted=key.granted,
                longest_wait=key.longest_wait,
                paused_for=self.paused_for(name, now),
                halvings=key.window.pace.halved(now),
                lowered_for=key.window.pace.lasts(now),
            )
        return result

    def rebuild(self, now: float) -> None:
        """Put right what a signal's handler has left half changed."""
        self._due.clear()
        for name, key in self._keys.items():
            key.window.rebuild()
            key.due = math.inf
            self.serve(name, now)

    def start_over(self) -> None:
        """Forget all waiters and all slots in use, and keep the slots that wait for the end of their window."""
        for key in self._keys.values():
            key.window.drop_holders()
            key.sleeping.clear()
            key.due = math.inf

    def _schedule(self, name: str, key: _Key, now: float) -> None:
        """Have the timer look at a key when its next slot is free; a time that became too early does no harm."""
        if not key.sleeping:
            key.due = math.inf
            return
        interrupted = next(iter(key.sleeping.values())).granted_at is not None
        due = now if interrupted else key.window.next_event(now)
        if due < key.due:
            key.due = due
            heapq.heappush(self._due, (due, name))
            if len(self._due) > 2 * len(self._keys):
                self._due = [(each.due, other) for other, each in self._keys.items() if each.due < math.inf]
                heapq.heapify(self._due)

    def _key(self, name: str) -> _Key:
        if name not in self._keys:
            self._keys[name] = _Key(Window(self._late_delivery_grace))
        return self._keys[name]
