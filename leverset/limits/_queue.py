"""Every key's slots and line, served in order of arrival, without lock or clock: what `Limiter` wraps in both."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from leverset.limits._protocol import LimitStats
from leverset.limits._window import Disposition, Ticket, Window


@dataclass(slots=True, eq=False)
class Caller:
    """One caller of `acquire`: its ticket, and how it is woken where it has to wait."""

    key: str
    ticket: Ticket
    arrived: float
    clock: Callable[[], float]
    wake: Callable[[], object] | None = None

    @property
    def waited(self) -> float:
        """Seconds from the arrival to the grant; 0 while there is none."""
        return 0.0 if self.ticket.granted_at is None else self.ticket.granted_at - self.arrived

    @property
    def age(self) -> float:
        """Seconds since the grant; 0 while there is none."""
        return 0.0 if self.ticket.granted_at is None else self.clock() - self.ticket.granted_at


@dataclass(slots=True)
class _Key:
    """Everything about one key; `line` has the callers that have not been woken, in order of arrival."""

    window: Window
    line: OrderedDict[int, Caller] = field(default_factory=OrderedDict)
    granted: int = 0
    longest_wait: float = 0.0


class Queue:
    """All keys of one limiter. Times are in seconds of one monotonic clock; `late_delivery_grace` is the limiter's."""

    def __init__(self, late_delivery_grace: float) -> None:
        self._late_delivery_grace = late_delivery_grace
        self._keys: dict[str, _Key] = {}

    def join(self, caller: Caller, now: float) -> None:
        """Stand in line; who is granted at once has its slot afterwards and is not woken."""
        key = self._key(caller.key)
        key.window.join(caller.ticket)
        key.line[id(caller)] = caller
        self.serve(caller.key, now)

    def withdraw(self, caller: Caller, now: float) -> None:
        """The caller went away: out of the line, or the slot back."""
        key = self._key(caller.key)
        key.window.leave(caller.ticket)
        key.line.pop(id(caller), None)
        key.window.release(caller.ticket, "not_sent", now)
        self.serve(caller.key, now)

    def release(self, caller: Caller, disposition: Disposition, now: float) -> None:
        """The holder of a slot says what became of its request."""
        self._key(caller.key).window.release(caller.ticket, disposition, now)
        self.serve(caller.key, now)

    def pause(self, name: str, until: float) -> None:
        """Slot nothing for this key before `until`."""
        self._key(name).window.pause(until)

    def serve(self, name: str, now: float) -> None:
        """Slot what is free and wake who got it.

        A caller leaves the line only when it was woken, so that an interrupt in between loses nobody.
        """
        key = self._key(name)
        key.window.grant(now)
        while key.line:
            caller = next(iter(key.line.values()))
            if caller.ticket.granted_at is None:
                return
            try:
                if caller.wake is not None:
                    caller.wake()
            except RuntimeError:  # its event loop is closed: nobody is there to take the slot
                key.window.release(caller.ticket, "not_sent", now)
                key.window.grant(now)
            else:
                key.granted += 1
                key.longest_wait = max(key.longest_wait, caller.waited)
            key.line.pop(id(caller), None)

    def next_event(self, name: str, now: float) -> float:
        """When a slot of this key frees itself for somebody who waits; infinity if nobody does."""
        return self._key(name).window.next_event(now)

    def serve_all(self, now: float) -> float:
        """Serve every key that somebody waits for; the next moment at which that gives anybody a slot."""
        names = [name for name, key in list(self._keys.items()) if key.line]
        for name in names:
            self.serve(name, now)
        return min((self.next_event(name, now) for name in names), default=math.inf)

    def at_least(self, caller: Caller, now: float) -> float:
        """The shortest time in seconds until this waiting caller is granted."""
        return self._key(caller.key).window.at_least(caller.ticket, now)

    def stats(self, now: float) -> dict[str, LimitStats]:
        """What every key holds."""
        result = {}
        for name, key in list(self._keys.items()):
            held, waiting = key.window.counts(now)
            result[name] = LimitStats(
                held=held,
                waiting=waiting,
                granted=key.granted,
                longest_wait=key.longest_wait,
                paused_for=max(0.0, key.window.paused_until - now),
            )
        return result

    def start_over(self) -> None:
        """Forget everybody who waits or holds a slot, and keep the slots that are cooling."""
        for key in self._keys.values():
            key.window.drop_holders()
            key.line.clear()

    def _key(self, name: str) -> _Key:
        if name not in self._keys:
            self._keys[name] = _Key(Window(self._late_delivery_grace))
        return self._keys[name]
