"""A signal's handler raises at every point of every change of the limiter: the change is made whole, or not at all."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
from collections.abc import Callable

import pytest

from leverset.limits import Disposition, Limiter
from leverset.limits._window import Waiter, Window
from tests.clock import Clock
from tests.limits.rates import rate
from tests.retry.test_interrupt_points import Points
from tests.retry.test_interrupts import Interrupt

KEY, OTHER = "okx:me:set_leverage", "bitget:me:set_leverage"


class Busy:
    """A limiter with two slots of each kind in use, three waiters behind them, and one that left from between."""

    def __init__(self, limiter: Limiter | None = None) -> None:
        self.clock = Clock()
        self.limiter = limiter or Limiter(late_delivery_grace=0.0)
        self.limiter._clock = self.clock
        self.limiter._timer = threading.current_thread()  # a timer that has its own time
        self.woken: list[int] = []
        self.joined: list[Waiter] = []
        for _ in range(2):
            self.join(KEY)
        self.clock.now += 1.0
        for key in (KEY, KEY, KEY, KEY, OTHER):
            self.join(key)
        self.limiter._withdraw(self.joined.pop(3))

    def join(self, key: str) -> None:
        """Another caller, who does not wait in a thread."""
        waiter = Waiter(key, rate(2, 10.0), 30.0, self.clock(), self.clock)
        self.joined.append(waiter)
        self.limiter._join(waiter, lambda: lambda: self.woken.append(waiter.number))

    def state(self) -> tuple[object, ...]:
        """All that the queues are made of, and who was woken; the figures aside."""
        found: list[object] = [sorted(set(self.woken))]
        for key, window in self.limiter._windows.items():
            found += [key, [w.number for w in window._queue], [w.number for w in window._unwoken], window.paused_until]
            found += [list(window._by_time), list(window._released)]
            found.append([(n, s.counted_by, s.granted_at, s.released) for n, s in window._slots.items()])
        return tuple(found)

    def consistent(self) -> bool:
        """Whether what follows from the waiters and slots is what stands there."""
        before, windows, now = self.state(), self.limiter._windows.values(), self.clock()
        due = {window.key: window.next_event(now) for window in windows}
        first = self.limiter._due.first()
        scheduled = {window.key: max(now, window.due) for window in windows} == due
        scheduled &= (math.inf if first is None else due[first.key]) == min(due.values())
        for window in windows:
            window.rebuild()
        return scheduled and self.state() == before and not self.limiter._changing and not self.limiter._halfway


def release(disposition: Disposition) -> Callable[[Busy], None]:
    """Release the first slot."""
    return lambda busy: busy.limiter.release(busy.joined[0], disposition)


def after_the_window(busy: Busy) -> None:
    """What the timer does."""
    busy.clock.now += 60.0
    for key in (KEY, OTHER):
        busy.limiter._change(key, Window.serve)


CHANGES: dict[str, Callable[[Busy], object]] = {
    "join": lambda busy: busy.join(KEY),
    "responded": release("responded"),
    "no_response": release("no_response"),
    "not_sent": release("not_sent"),
    "withdraw the first": lambda busy: busy.limiter._withdraw(busy.joined[2]),
    "withdraw one between": lambda busy: busy.limiter._withdraw(busy.joined[3]),
    "pause": lambda busy: busy.limiter.pause(KEY, 5.0),
    "serve": after_the_window,
    "figures": lambda busy: busy.limiter.stats(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_point_of_a_change(name: str) -> None:
    whole = Busy()
    before = whole.state()
    CHANGES[name](whole)
    after = whole.state()
    number, where = 0, "nowhere yet"
    while where:
        number += 1
        busy, points, heard = Busy(), Points(number), False
        sys.setprofile(points)
        try:
            CHANGES[name](busy)
        except Interrupt:
            heard = True
        finally:
            sys.setprofile(None)
        where = points.where
        assert heard == bool(where), where
        assert busy.consistent(), where
        # Serving again after an interrupt forgets old slots of other keys, too.
        assert busy.state() in (before, after) or (name == "serve" and set(busy.woken) == {3, 5}), where
        CHANGES["figures"](busy)  # nothing is left that fails the next one
    assert number > 10


class Twice(Limiter):
    """Has the given points in its next change; where that is interrupted, in its repair as well."""

    points: Points | None = None

    def _attempt(self, key: str, change: Callable[[Window, float], object]) -> None:
        points, self.points = self.points, None
        if points is None:
            super()._attempt(key, change)
            return
        sys.setprofile(points)
        try:
            super()._attempt(key, change)
        finally:
            sys.setprofile(None)
            if points.where:
                self.points = Points(1)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_interrupted_twice_is_put_right_by_the_next(name: str) -> None:
    number, where = 0, "nowhere yet"
    while where:
        number += 1
        points = Points(number)
        limiter = Twice(late_delivery_grace=0.0)
        busy = Busy(limiter)
        limiter.points = points
        with contextlib.suppress(Interrupt):
            CHANGES[name](busy)
        where = points.where
        limiter.points = None
        limiter._change("another", lambda window, now: None)
        assert busy.consistent(), where
    assert number > 5


def test_a_waiter_that_got_its_slot_in_the_repair_is_not_in_the_queue() -> None:
    busy = Busy()
    waiter = Waiter(OTHER, rate(2, 10.0), 30.0, busy.clock(), busy.clock)
    window = busy.limiter._windows[OTHER]
    window.join(waiter)  # and then a signal's handler raised
    window.rebuild()
    window.serve(busy.clock())
    assert waiter.granted_at == busy.clock()
    window.join(waiter)
    assert (window.stats(busy.clock()).held, window._queue, window._unwoken) == (2, [], [])
