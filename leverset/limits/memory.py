"""The limit within one process: threads and any number of event loops share one object."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from leverset.contract import RateLimit
from leverset.errors import LimitTimeout
from leverset.limits.interface import Grant, KeyStats
from leverset.limits.window import Fate, Ticket, Window

log = logging.getLogger("leverset.limits")


@dataclass(slots=True, eq=False)
class _Caller:
    """One caller of `acquire`: its ticket, and how it is woken."""

    key: str
    ticket: Ticket
    arrived: float
    wake: Callable[[], object]
    waited: float = 0.0


@dataclass(slots=True)
class _Key:
    """Everything about one key."""

    window: Window
    callers: dict[int, _Caller] = field(default_factory=dict)
    granted: int = 0
    longest_wait: float = 0.0


class Limiter:
    """Holds an exchange's rate limit for all clients of this process that share it.

    Clients share one process-wide limiter unless they are given another. Callers are served in order of arrival,
    whatever thread or event loop they are in. Processes do not share it: use RedisLimiter for that. After `fork` the
    child keeps the slots that are cooling and forgets those that its parent is using.

    `lost_after` is how many seconds after its deadline an exchange may still count a request that was never answered.
    `clock` is a steady clock in seconds.
    """

    def __init__(self, *, lost_after: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lost_after = lost_after
        self._clock = clock
        self._keys: dict[str, _Key] = {}
        # Reentrant: a coroutine that the garbage collector closes may settle its slot while this thread holds the lock.
        self._changed = threading.Condition(threading.RLock())
        self._timer: threading.Thread | None = None
        _LIMITERS.add(self)

    def acquire(self, key: str, rate: RateLimit, *, hold: float, max_wait: float | None = None) -> Grant:
        """Wait in line for a slot, at most `max_wait` seconds; raises LimitTimeout."""
        granted = threading.Event()
        caller = self._join(key, rate, hold, granted.set)
        try:
            granted.wait(max_wait)
        except BaseException:
            self._withdraw(caller)
            raise
        return self._outcome(caller)

    async def acquire_async(self, key: str, rate: RateLimit, *, hold: float, max_wait: float | None = None) -> Grant:
        """Like `acquire`, awaited; a caller that is cancelled takes nothing from anybody else."""
        loop = asyncio.get_running_loop()
        granted = asyncio.Event()
        caller = self._join(key, rate, hold, lambda: loop.call_soon_threadsafe(granted.set))
        try:
            if not caller.ticket.granted:
                async with asyncio.timeout(max_wait):
                    await granted.wait()
        except TimeoutError:
            pass
        except BaseException:
            self._withdraw(caller)
            raise
        return self._outcome(caller)

    def settle(self, grant: Grant, fate: Fate) -> None:
        """Say what became of the request that the slot was for; this never waits."""
        assert isinstance(grant, _Caller)  # noqa: S101 - a grant of another limiter is a programming error
        with self._changed:
            self._keys[grant.key].window.settle(grant.ticket, fate, self._clock())
            self._serve()

    async def settle_async(self, grant: Grant, fate: Fate) -> None:
        """Like `settle`."""
        self.settle(grant, fate)

    def pause(self, key: str, seconds: float) -> None:
        """Grant nothing for this key for so many seconds: the exchange's own word."""
        with self._changed:
            self._key(key).window.pause(self._clock() + seconds)
        log.warning("paused %s for %.3g s", key, seconds, extra={"limit_key": key, "pause_seconds": seconds})

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`."""
        self.pause(key, seconds)

    def stats(self) -> Mapping[str, KeyStats]:
        """What every key holds at this moment."""
        with self._changed:
            now = self._clock()
            result = {}
            for name, key in self._keys.items():
                held, waiting = key.window.counts(now)
                result[name] = KeyStats(
                    held=held,
                    waiting=waiting,
                    granted=key.granted,
                    longest_wait=key.longest_wait,
                    paused_for=max(0.0, key.window.paused_until - now),
                )
            return result

    def _key(self, name: str) -> _Key:
        if name not in self._keys:
            self._keys[name] = _Key(Window(self._lost_after))
        return self._keys[name]

    def _join(self, name: str, rate: RateLimit, hold: float, wake: Callable[[], object]) -> _Caller:
        with self._changed:
            caller = _Caller(name, Ticket(rate, hold), self._clock(), wake)
            key = self._key(name)
            key.window.join(caller.ticket)
            key.callers[id(caller.ticket)] = caller
            try:
                self._serve()
            except BaseException:
                self._withdraw(caller)
                raise
            return caller

    def _withdraw(self, caller: _Caller) -> None:
        """The caller went away: out of the line, or the slot back."""
        with self._changed:
            key = self._keys[caller.key]
            key.window.leave(caller.ticket)
            key.callers.pop(id(caller.ticket), None)
            key.window.settle(caller.ticket, "not_sent", self._clock())
            self._serve()

    def _outcome(self, caller: _Caller) -> Grant:
        """The slot, or LimitTimeout; a slot that was granted in the last moment is a slot."""
        with self._changed:
            now = self._clock()
            if not caller.ticket.granted:
                at_least = now - caller.arrived + self._keys[caller.key].window.at_least(caller.ticket, now)
                self._withdraw(caller)
                raise LimitTimeout(key=caller.key, waited=now - caller.arrived, at_least=at_least)
        if caller.waited:
            extra = {"limit_key": caller.key, "waited_seconds": caller.waited}
            log.info("waited %.3g s for a slot of %s", caller.waited, caller.key, extra=extra)
        return caller

    def _serve(self) -> None:
        """Grant what is free, wake who got it, and keep the timer going while anybody waits."""
        now = self._clock()
        for key in list(self._keys.values()):
            for ticket in key.window.grant(now):
                caller = key.callers.pop(id(ticket))
                try:
                    caller.wake()
                except RuntimeError:  # its event loop is closed: nobody is there to take the slot
                    key.window.settle(ticket, "not_sent", now)
                    continue
                caller.waited = now - caller.arrived
                key.granted += 1
                key.longest_wait = max(key.longest_wait, caller.waited)
        if not any(key.callers for key in self._keys.values()):
            return
        if self._timer is None:
            self._timer = threading.Thread(target=self._keep_time, name="leverset-limiter", daemon=True)
            self._timer.start()
        self._changed.notify_all()

    def _keep_time(self) -> None:
        """Serve whenever a slot frees itself; end when nobody waits."""
        with self._changed:
            while any(key.callers for key in self._keys.values()):
                now = self._clock()
                wait = min(key.window.next_event(now) for key in self._keys.values()) - now
                self._changed.wait(None if math.isinf(wait) else max(0.0, wait))
                self._serve()
            self._timer = None

    def _start_over(self) -> None:
        """In the child of a fork: no timer, no line, and no slot that only the parent could settle."""
        self._changed = threading.Condition(threading.RLock())
        self._timer = None
        for key in self._keys.values():
            key.window.drop_holders()
            key.callers.clear()


_LIMITERS: weakref.WeakSet[Limiter] = weakref.WeakSet()
_DEFAULT: list[Limiter] = []


def default_limiter() -> Limiter:
    """The limiter that every client of this process shares unless it is given another."""
    return _DEFAULT[0]


_DEFAULT.append(Limiter())


_LOCKED: list[Limiter] = []


def _before_fork() -> None:
    """Nobody is half way through a change when the child gets its copy."""
    for limiter in list(_LIMITERS):
        limiter._changed.acquire()
        _LOCKED.append(limiter)


def _after_fork_in_parent() -> None:
    while _LOCKED:
        _LOCKED.pop()._changed.release()


def _after_fork_in_child() -> None:
    while _LOCKED:
        _LOCKED.pop()._start_over()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
