"""The limit within one process: threads and any number of event loops share one object."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from leverset import _fork
from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits._protocol import LimitStats, Slot, stale
from leverset.limits._queue import Caller, Queue
from leverset.limits._window import Disposition, Ticket

log = logging.getLogger("leverset.limits")


class Limiter:
    """Holds an exchange's rate limit for all clients of this process that share it.

    Clients share one process-wide limiter unless they are given another. Callers are served in order of arrival,
    whatever thread or event loop they are in. Processes do not share it: use RedisLimiter for that. After `fork` the
    child keeps the slots that are cooling and forgets those that its parent is using.

    `late_delivery_grace` is how many seconds after its deadline an exchange may still count a request that was never
    answered. `clock` is a monotonic clock in seconds.
    """

    def __init__(self, *, late_delivery_grace: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queue = Queue(late_delivery_grace)
        # Reentrant: a coroutine that the garbage collector closes may release its slot while this thread has the lock.
        self._changed = threading.Condition(threading.RLock())
        self._steps: deque[Callable[[float], object]] = deque()
        self._stepping = False
        self._timer: threading.Thread | None = None
        self._alarm = math.inf
        _fork.survive(self)

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Wait in line for a slot, at most `max_wait` seconds; raises RateLimitTimeout."""
        caller = self._caller(key, rate, lease)
        self._wait(caller, max_wait)
        if stale(caller, lease):
            caller = self._again(caller)
            self._wait(caller, self._left(caller, max_wait))
        return caller

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled takes nothing from anybody else."""
        caller = self._caller(key, rate, lease)
        await self._wait_async(caller, max_wait)
        if stale(caller, lease):
            caller = self._again(caller)
            await self._wait_async(caller, self._left(caller, max_wait))
        return caller

    def release(self, grant: Slot, disposition: Disposition) -> None:
        """Say what became of the request that the slot was for; this never waits."""
        assert isinstance(grant, Caller)  # noqa: S101 - a grant of another limiter is a programming error
        self._step(lambda now: self._queue.release(grant, disposition, now), grant.key)

    async def release_async(self, grant: Slot, disposition: Disposition) -> None:
        """Like `release`."""
        self.release(grant, disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Slot nothing for this key for so many seconds: the exchange's own word."""
        self._step(lambda now: self._queue.pause(key, now + seconds), key)
        log.warning("paused %s for %.3g s", key, seconds, extra={"limit_key": key, "pause_seconds": seconds})

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`."""
        self.pause(key, seconds)

    def stats(self) -> Mapping[str, LimitStats]:
        """What every key holds at this moment."""
        result: dict[str, LimitStats] = {}
        self._step(lambda now: result.update(self._queue.stats(now)))
        return result

    def _caller(self, key: str, rate: RateLimit, lease: float) -> Caller:
        return Caller(key, Ticket(rate, lease), self._clock(), self._clock)

    def _again(self, caller: Caller) -> Caller:
        """The same caller at the end of the line: half of its deadline was gone before it heard of its slot."""
        self._withdraw(caller)
        log.info("a slot of %s came %.3g s late: asking for another", caller.key, caller.age)
        return Caller(caller.key, Ticket(caller.ticket.rate, caller.ticket.lease), caller.arrived, self._clock)

    def _left(self, caller: Caller, max_wait: float | None) -> float | None:
        return None if max_wait is None else max(0.0, max_wait - (self._clock() - caller.arrived))

    def _wait(self, caller: Caller, max_wait: float | None) -> None:
        granted = threading.Event()
        try:
            if not self._join(caller, granted.set):
                granted.wait(None if max_wait is None else min(max_wait, threading.TIMEOUT_MAX))
                self._arrived(caller)
        except BaseException:
            self._withdraw(caller)
            raise

    async def _wait_async(self, caller: Caller, max_wait: float | None) -> None:
        loop = asyncio.get_running_loop()
        granted = asyncio.Event()
        try:
            if not self._join(caller, lambda: loop.call_soon_threadsafe(granted.set)):
                with suppress(TimeoutError):  # a slot that came in the last moment is a slot
                    async with asyncio.timeout(max_wait):
                        await granted.wait()
                self._arrived(caller)
        except BaseException:
            self._withdraw(caller)
            raise

    def _join(self, caller: Caller, wake: Callable[[], object]) -> bool:
        """Stand in line; whether there was a slot at once, so that nobody has to be woken."""
        with self._changed:
            self._step(lambda now: self._queue.join(caller, now), caller.key)
            if caller.ticket.granted_at is not None:
                return True
            caller.wake = wake
            return False

    def _withdraw(self, caller: Caller) -> None:
        self._step(lambda now: self._queue.withdraw(caller, now), caller.key)

    def _arrived(self, caller: Caller) -> None:
        """The wait is over: with a slot, or with RateLimitTimeout."""
        at_least: list[float] = []
        with self._changed:
            if caller.ticket.granted_at is None:
                self._step(lambda now: at_least.append(self._queue.at_least(caller, now)))
                waited = self._clock() - caller.arrived
                raise RateLimitTimeout(key=caller.key, waited=waited, at_least=waited + at_least[0])
        extra = {"limit_key": caller.key, "waited_seconds": caller.waited}
        log.info("waited %.3g s for a slot of %s", caller.waited, caller.key, extra=extra)

    def _step(self, step: Callable[[float], object], key: str | None = None) -> None:
        """Do something with the queue; what comes in while this very thread is at it waits for its turn."""
        with self._changed:
            self._steps.append(step)
            if self._stepping:
                return
            self._stepping = True
            try:
                while self._steps:
                    self._steps.popleft()(self._clock())
            finally:
                self._stepping = False
            if key is not None and self._queue.next_event(key, self._clock()) < self._alarm:
                self._wake_timer()

    def _wake_timer(self) -> None:
        """Somebody waits, and the timer would come too late."""
        self._changed.notify_all()
        if self._timer is None:
            timer = threading.Thread(target=self._keep_time, name="leverset-limiter", daemon=True)
            timer.start()
            self._timer = timer

    def _keep_time(self) -> None:
        """Serve whenever a slot frees itself; end when nobody waits."""
        with self._changed:
            try:
                self._step(self._serve)
                while self._alarm < math.inf:
                    self._changed.wait(min(max(0.0, self._alarm - self._clock()), threading.TIMEOUT_MAX))
                    self._step(self._serve)
            finally:
                self._alarm = math.inf
                self._timer = None

    def _serve(self, now: float) -> None:
        self._alarm = self._queue.serve_all(now)

    def lock(self) -> None:
        """Before a fork: nobody is half way through a change."""
        self._changed.acquire()

    def unlock(self) -> None:
        """After a fork, in the parent."""
        self._changed.release()

    def start_over(self) -> None:
        """In the child of a fork: no timer, no line, and no slot that only the parent could release."""
        self._changed = threading.Condition(threading.RLock())
        self._steps.clear()
        self._stepping = False
        self._timer = None
        self._alarm = math.inf
        self._queue.start_over()


_DEFAULT = Limiter()


def default_limiter() -> Limiter:
    """The limiter that every client of this process shares unless it is given another."""
    return _DEFAULT
