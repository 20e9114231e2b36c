"""The rate limit within one process: threads and any number of event loops share one object."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from leverset import _fork
from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits._arguments import CLOCK, check_clock, check_seconds
from leverset.limits._pace import announce
from leverset.limits._protocol import LimitStats, Slot
from leverset.limits._queue import WaitQueues
from leverset.limits._wait import LoopWait
from leverset.limits._window import Disposition, Waiter, is_stale

log = logging.getLogger("leverset.limits")

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
        self._queues = WaitQueues(late_delivery_grace)
        # Reentrant: a coroutine that the garbage collector closes may release its slot while this thread has the lock.
        # Taken as it is, and not through the condition, whose methods are Python's: where a signal's handler raises as
        # they begin or end, the lock would be held for ever.
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        self._changes: deque[Callable[[float], object]] = deque()
        self._changing = False
        self._halfway = False
        self._timer: threading.Thread | None = None
        self._timer_due = math.inf
        self._inherited = False
        _fork.survive(self)

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
        self._wait(waiter, max_wait)
        if is_stale(waiter.age, lease):
            waiter = self._requeue(waiter)
            self._wait(waiter, self._remaining(waiter, max_wait))
        return waiter

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled leaves the wait queue and keeps no slot."""
        waiter = self._new_waiter(key, rate, lease, max_wait)
        requeued = False
        while True:
            try:  # here, and not in a coroutine of its own, which would cost each waiter a quarter more
                if (wait := self._join(waiter, LoopWait)) is not None:
                    try:
                        wait.limit(max_wait)
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
            max_wait = self._remaining(waiter, max_wait)

    def release(self, slot: Slot, disposition: Disposition) -> None:
        """Release a slot; this never waits.

        Args:
            slot: What `acquire` returned.
            disposition: What became of the request: "responded", "no_response" or "not_sent".
        """
        assert isinstance(slot, Waiter)  # noqa: S101 - a slot of another limiter is a programming error
        self._change(lambda now: self._queues.release(slot, disposition, now))

    async def release_async(self, slot: Slot, disposition: Disposition) -> None:
        """Like `release`."""
        self.release(slot, disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Grant no slots of a key for a while, because the exchange said so.

        Args:
            key: Names exchange, account and operation.
            seconds: How long. A pause is never shortened.
        """
        self._change(lambda now: self._queues.pause(key, now + seconds))
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

        def change(now: float) -> None:
            if (pace := self._queues.slow_down(key, rate, now, age=age, pause=pause)) is not None:
                lowered.append((pace.halvings, pace.lasts(now)))

        self._change(change)
        log.warning("paused %s for %.6g s", key, pause, extra={"limit_key": key, "pause_seconds": pause})
        for halvings, seconds in lowered:
            announce(key, rate, halvings, seconds)

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Like `slow_down`."""
        self.slow_down(key, rate, age=age, pause=pause)

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key at this moment."""
        result: dict[str, LimitStats] = {}
        self._change(lambda now: result.update(self._queues.stats(now)))
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

    def _remaining(self, waiter: Waiter, max_wait: float | None) -> float | None:
        return None if max_wait is None else max(0.0, max_wait - (self._clock() - waiter.arrived))

    def _wait(self, waiter: Waiter, max_wait: float | None) -> None:
        granted: SimpleQueue[None] = SimpleQueue()  # one function in C, which an interrupt cannot leave half done
        try:
            if self._join(waiter, lambda: lambda: granted.put(None)) is not None:
                with suppress(Empty):  # as in async
                    granted.get(timeout=None if max_wait is None else min(max_wait, threading.TIMEOUT_MAX))
                self._finish_wait(waiter)
        except BaseException:
            self._withdraw(waiter)
            raise

    def _join(self, waiter: Waiter, make: Callable[[], WakeT]) -> WakeT | None:
        """Join the wait queue; return what wakes the caller, None where a slot was granted at once.

        A caller that a pause outlasts is woken without a slot, now or when the pause begins.
        """
        with self._lock:
            self._change(lambda now: self._queues.join(waiter, now))
            if waiter.granted_at is not None:
                return None
            now = self._clock()
            waiter.wake = wake = make()
            # The slot may have come meanwhile, where a signal's handler has released another.
            if waiter.granted_at is not None or self._queues.paused_for(waiter.key, now) > waiter.until - now:
                wake()
            return wake

    def _withdraw(self, waiter: Waiter) -> None:
        self._change(lambda now: self._queues.withdraw(waiter, now))

    def _finish_wait(self, waiter: Waiter) -> None:
        """Log a wait that ended with a slot; raise RateLimitTimeout for one that did not."""
        at_least: list[float] = []
        with self._lock:
            if waiter.granted_at is None:
                self._change(lambda now: at_least.append(self._queues.at_least(waiter, now)))
                waited, paused = (now := self._clock()) - waiter.arrived, self._queues.paused_for(waiter.key, now)
                raise RateLimitTimeout(key=waiter.key, waited=waited, at_least=waited + at_least[0], paused_for=paused)
        extra = {"limit_key": waiter.key, "waited_seconds": waiter.waited}
        log.info("waited %.3g s for a slot of %s", waiter.waited, waiter.key, extra=extra)

    def _change(self, change: Callable[[float], object]) -> None:
        """Change the queues, or have it done by the change that this very thread is in the middle of."""
        with self._lock:
            self._changes.append(change)
            if self._changing:
                return
            self._changing = True
            try:
                while self._changes:
                    self._make(self._changes.popleft())
            finally:
                self._changing = False

    def _make(self, change: Callable[[float], object]) -> None:
        """Make one change; made twice it does nothing more, and what a signal's handler interrupts is made again."""
        try:
            self._attempt(change)
        except BaseException:
            self._attempt(change)
            raise

    def _attempt(self, change: Callable[[float], object]) -> None:
        if self._halfway:
            self._queues.rebuild(self._clock())
        self._halfway = True
        change(self._clock())
        if self._queues.next_due() < self._timer_due:
            self._wake_timer()
        self._halfway = False

    def _wake_timer(self) -> None:
        """Have the timer look again, because a slot is free before it is due; start it where there is none."""
        self._condition.notify_all()
        if self._timer is None:
            timer = threading.Thread(target=self._run_timer, name="leverset-limiter", daemon=True)
            timer.start()
            self._timer = timer

    def _run_timer(self) -> None:
        """Serve the queues whenever a slot frees itself; end when nobody waits."""
        with self._lock:
            try:
                self._change(self._serve)
                while self._timer_due < math.inf:
                    self._condition.wait(min(max(0.0, self._timer_due - self._clock()), threading.TIMEOUT_MAX))
                    self._change(self._serve)
            finally:
                self._timer_due = math.inf
                self._timer = None

    def _serve(self, now: float) -> None:
        self._timer_due = self._queues.serve_all(now)

    def start_over(self) -> None:
        """Begin anew in the child of a fork: no timer, no waiters, and no slot that only the parent could release."""
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        self._changes.clear()
        self._changing = self._halfway = False
        self._timer = None
        self._timer_due = math.inf
        self._queues.start_over()
        self._inherited = True


_DEFAULT = Limiter()


def default_limiter() -> Limiter:
    """Return the limiter that every client of this process shares unless it is given another."""
    return _DEFAULT
