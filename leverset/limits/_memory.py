"""The rate limit within one process: threads and any number of event loops share one object."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

from leverset import _fork
from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits._arguments import CLOCK, check_clock, check_seconds
from leverset.limits._due import Due
from leverset.limits._pace import announce
from leverset.limits._protocol import Disposition, LimitStats, Slot
from leverset.limits._wait import LoopWait, ThreadWait
from leverset.limits._window import Waiter, Window, is_stale

log = logging.getLogger("leverset.limits")

Change = Callable[[Window, float], object]
"""Changes a window at a moment."""

WakeT = TypeVar("WakeT", bound=Callable[[], object])

_NOT_SHARED = (
    "this process was forked: its limiter does not share the rate limit with the parent or with other children, and "
    "grants the whole limit again; SQLiteLimiter and RedisLimiter share it between processes"
)


class Limiter(_fork.Locked):
    """Keeps an exchange's rate limit for all clients of this process that share it.

    Clients share one process-wide limiter unless they are given another. Slots are granted in order of arrival,
    whatever thread or event loop the callers are in. Processes do not share it: use `SQLiteLimiter` or `RedisLimiter`
    for that. After a fork the child keeps the slots that wait for the end of their window, forgets those that its
    parent is using, and from then on has a whole limit of its own; its first `acquire` logs a warning that says so.

    Args:
        late_delivery_grace: How many seconds after its deadline an exchange may still count a request that got no
            response.
        clock: A monotonic clock, in seconds.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(self, *, late_delivery_grace: float = 30.0, clock: Callable[[], float] = CLOCK) -> None:
        check_seconds("late_delivery_grace", late_delivery_grace, 0.0)
        check_clock(clock)
        self.late_delivery_grace = late_delivery_grace
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._begin()
        self._inherited = False
        _fork.survive(self)

    def _begin(self) -> None:
        # Reentrant: a coroutine that the garbage collector closes may release its slot while this thread has the lock.
        # Taken as it is, and not through the condition, whose methods are Python's: where a signal's handler raises as
        # they begin or end, the lock would be held for ever.
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        self._changes: deque[tuple[str, Change]] = deque()
        self._changing = self._halfway = False
        self._timer: threading.Thread | None = None
        self._timer_due = math.inf
        self._due = Due(self._windows)

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Wait for a slot.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit of the operation.
            lease: The deadline of the call, in seconds from when the slot is granted.
            max_wait: The longest wait in seconds. None: without end.

        Returns:
            The slot. Pass it to `release` once.

        Raises:
            RateLimitTimeout: No slot was free within `max_wait`.
        """
        waiter = self._new_waiter(key, rate, lease, max_wait)
        self._wait(waiter)
        if is_stale(waiter.age, lease):
            waiter = self._requeue(waiter)
            self._wait(waiter)
        return waiter

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled leaves the wait queue and keeps no slot."""
        waiter = self._new_waiter(key, rate, lease, max_wait)
        requeued = False
        while True:
            try:  # here, and not in a coroutine of its own, which would cost each waiter a quarter more
                if (wait := self._join(waiter, LoopWait)) is not None:
                    try:
                        wait.limit(waiter.left)
                        await wait.end
                    finally:
                        wait.stop()
                    self._finish_wait(waiter)  # a slot that came in the last moment is a slot
            except BaseException:
                self._withdraw(waiter)
                raise
            if requeued or not is_stale(waiter.age, lease):
                return waiter
            waiter, requeued = self._requeue(waiter), True

    def release(self, slot: Slot, disposition: Disposition) -> None:
        """Release a slot; this never waits.

        Args:
            slot: What `acquire` returned.
            disposition: What became of the request: "responded", "no_response" or "not_sent".
        """
        assert isinstance(slot, Waiter)  # noqa: S101 - a slot of another limiter is a programming error
        self._change(slot.key, lambda window, now: window.release(slot, disposition, now))

    async def release_async(self, slot: Slot, disposition: Disposition) -> None:
        """Like `release`."""
        self.release(slot, disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Grant no slots of a key for a while, because the exchange said so.

        Args:
            key: Names exchange, account and operation.
            seconds: How long. A pause is never shortened.
        """
        self._change(key, lambda window, now: window.pause(now + seconds))
        log.warning("paused %s for %.6g s", key, seconds, extra={"limit_key": key, "pause_seconds": seconds})

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`."""
        self.pause(key, seconds)

    def slow_down(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Pause a key and lower its pace for a while, because the exchange refused a request for its rate all the same.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit that the request was held to.
            age: How long ago its slot was granted, in seconds.
            pause: How long nothing is granted at all, in seconds.
        """
        lowered: list[tuple[int, float]] = []

        def change(window: Window, now: float) -> None:
            if window.slow_down(rate, now, age=age, pause=pause):
                lowered.append((window.pace.halvings, window.pace.lasts(now)))

        self._change(key, change)
        log.warning("paused %s for %.6g s", key, pause, extra={"limit_key": key, "pause_seconds": pause})
        for halvings, seconds in lowered:
            announce(key, rate, halvings, seconds)

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Like `slow_down`."""
        self.slow_down(key, rate, age=age, pause=pause)

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key at this moment."""
        result: dict[str, LimitStats] = {}
        for key in list(self._windows):
            self._change(key, lambda window, now: result.update({window.key: window.stats(now)}))
        return result

    def _new_waiter(self, key: str, rate: RateLimit, lease: float, max_wait: float | None) -> Waiter:
        with self._lock:
            inherited, self._inherited = self._inherited, False
        if inherited:
            log.warning(_NOT_SHARED)
        now = self._clock()
        return Waiter(key, rate, lease, now, self._clock, until=math.inf if max_wait is None else now + max_wait)

    def _requeue(self, waiter: Waiter) -> Waiter:
        """Give a stale slot back, and return a waiter for another one that arrived when the first did."""
        self._withdraw(waiter)
        log.info("a slot of %s came %.3g s late: asking for another", waiter.key, waiter.age)
        return Waiter(waiter.key, waiter.rate, waiter.lease, waiter.arrived, self._clock, until=waiter.until)

    def _wait(self, waiter: Waiter) -> None:
        try:
            if (wait := self._join(waiter, ThreadWait)) is not None:
                wait.wait(waiter.left)
                self._finish_wait(waiter)  # as in async
        except BaseException:
            self._withdraw(waiter)
            raise

    def _join(self, waiter: Waiter, make: Callable[[], WakeT]) -> WakeT | None:
        """Join the wait queue; return what wakes the caller, None where a slot was granted at once.

        A caller that a pause outlasts is woken without a slot, now or when the pause begins.
        """
        with self._lock:
            self._change(waiter.key, lambda window, _: window.join(waiter))
            if waiter.granted_at is not None:
                return None
            waiter.wake = wake = make()
            # The slot may have come meanwhile, where a signal's handler has released another.
            if waiter.granted_at is not None or self._window(waiter.key).paused_until > waiter.until:
                wake()
            return wake

    def _withdraw(self, waiter: Waiter) -> None:
        self._change(waiter.key, lambda window, now: window.withdraw(waiter, now))

    def _finish_wait(self, waiter: Waiter) -> None:
        """Log a wait that ended with a slot; raise RateLimitTimeout for one that did not."""
        at_least = [0.0]  # where a signal's handler waits in the middle of a change, no more is known
        with self._lock:
            if waiter.granted_at is None:
                self._change(waiter.key, lambda window, now: at_least.append(window.at_least(waiter, now)))
            if waiter.granted_at is None:
                waited, paused = (now := self._clock()) - waiter.arrived, self._window(waiter.key).paused_for(now)
                raise RateLimitTimeout(key=waiter.key, waited=waited, at_least=waited + at_least[-1], paused_for=paused)
        extra = {"limit_key": waiter.key, "waited_seconds": waiter.waited}
        log.info("waited %.3g s for a slot of %s", waiter.waited, waiter.key, extra=extra)

    def _window(self, key: str) -> Window:
        if key not in self._windows:
            self._windows[key] = Window(key, self.late_delivery_grace)
        return self._windows[key]

    def _change(self, key: str, change: Change) -> None:
        """Change a window, or have it done by the change that this very thread is in the middle of."""
        with self._lock:
            self._changes.append((key, change))
            if self._changing:
                return
            self._changing = True
            try:
                while self._changes:
                    self._make(*self._changes.popleft())
            finally:
                self._changing = False

    def _make(self, key: str, change: Change) -> None:
        """Make one change; made twice it does nothing more, and what a signal's handler interrupts is made again."""
        try:
            self._attempt(key, change)
        except BaseException:
            self._attempt(key, change)
            raise

    def _attempt(self, key: str, change: Change) -> None:
        window, now = self._window(key), self._clock()
        touched = [window]
        if self._halfway:
            touched = list(self._windows.values())
            for each in touched:
                each.rebuild()
        self._halfway = True
        change(window, now)
        for each in touched:
            self._serve(each, now)
        self._halfway = False

    def _serve(self, window: Window, now: float) -> None:
        """Grant what is free, and have the timer look again when the next slot is."""
        window.serve(now)
        due = window.next_event(now)
        if due != window.due:
            self._due.schedule(window, due)
        if due < self._timer_due:
            self._condition.notify_all()
            if self._timer is None:
                timer = threading.Thread(target=self._run_timer, name="leverset-limiter", daemon=True)
                timer.start()
                self._timer = timer

    def _run_timer(self) -> None:
        """Serve the windows whenever a slot frees itself; end when nobody waits."""
        with self._lock:
            try:
                while (window := self._due.first()) is not None:
                    self._timer_due = window.due
                    seconds = window.due - self._clock()
                    if seconds > 0:
                        self._condition.wait(min(seconds, threading.TIMEOUT_MAX))
                    else:
                        self._change(window.key, Window.serve)
            finally:
                self._timer_due = math.inf
                self._timer = None

    def start_over(self) -> None:
        """Begin anew in the child of a fork: no timer, no waiters, and no slot that only the parent could release."""
        self._begin()
        for window in self._windows.values():
            window.drop_holders()
        self._inherited = True


_DEFAULT = Limiter()


def default_limiter() -> Limiter:
    """Return the limiter that every client of this process shares unless it is given another."""
    return _DEFAULT
