"""One key's window against a plain one that looks at every slot and every waiter, and what its operations cost."""

from __future__ import annotations

import math
import sys
import threading
from bisect import insort
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverset._protocols import RateLimit
from leverset.limits import Disposition, Limiter
from leverset.limits._window import DRIFT, Waiter, Window, span
from tests.limits.rates import rate

KEY = "k"
GRACE = 3.0


class PlainWindow:
    """What a window has to do, in the plainest way: quadratic, and easy to see through."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, RateLimit, float]] = []  # name, limit, lease
        self.slots: dict[int, tuple[float, bool]] = {}  # counted by, and whether it was released
        self.longest = 0.0
        self.paused_until = -math.inf

    def free_at(self, limit: RateLimit, counted: list[float], now: float) -> float:
        held = sorted(counted)[-limit.requests] + span(limit) if len(counted) >= limit.requests else now
        return max(now, held, self.paused_until)

    def grant(self, now: float) -> None:
        self.slots = {name: slot for name, slot in self.slots.items() if slot[0] + self.longest > now}
        while self.waiting:
            name, limit, lease = self.waiting[0]
            if self.free_at(limit, [counted for counted, _ in self.slots.values()], now) > now:
                break
            self.slots[name] = (now + lease + GRACE, False)
            del self.waiting[0]

    def withdraw(self, name: int, now: float) -> None:
        self.waiting = [one for one in self.waiting if one[0] != name]
        if name in self.slots:
            self.release(name, "not_sent", now)

    def release(self, name: int, disposition: Disposition, now: float) -> None:
        counted, released = self.slots[name]
        if released:
            return
        if disposition == "not_sent":
            del self.slots[name]
        else:
            self.slots[name] = (now if disposition == "responded" else counted, True)

    def shortest_wait(self, name: int, now: float) -> float:
        counted = sorted(counted if released else now for counted, released in self.slots.values())
        granted = max(now, self.paused_until)
        for other, limit, _ in self.waiting:
            if len(counted) >= limit.requests:
                granted = max(granted, counted[-limit.requests] + span(limit))
            insort(counted, granted)
            if other == name:
                break
        return granted - now


RATES = [(1, 2.0), (2, 2.0), (3, 1.0), (5, 10.0)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "join", "withdraw", "release", "release", "wait", "wait", "pause"]),
        st.integers(0, 30),
        st.sampled_from(["responded", "responded", "responded", "no_response", "not_sent"]),
    ),
    max_size=60,
)


def run(steps: list[tuple[str, int, Disposition]], rates: list[tuple[int, float]], *, exact: bool) -> None:
    window, plain, now = Window(KEY, GRACE), PlainWindow(), 100.0
    waiters: list[Waiter] = []
    for step, number, disposition in steps:
        if step == "wait":
            now += number / 7
        elif step == "pause":
            window.pause(now + number / 10)
            plain.paused_until = max(plain.paused_until, now + number / 10)
        elif step == "join":
            waiter = Waiter(KEY, rate(*rates[number % len(rates)]), number % 4, now, lambda: 0.0)
            plain.longest = max(plain.longest, span(waiter.rate))
            plain.waiting.append((len(waiters), waiter.rate, waiter.lease))
            waiters.append(waiter)
            window.join(waiter)
        elif step == "withdraw" and waiters:
            name = number % len(waiters)
            window.withdraw(waiters[name], now)
            plain.withdraw(name, now)
        elif step == "release" and plain.slots:
            name = sorted(plain.slots)[number % len(plain.slots)]
            window.release(waiters[name], disposition, now)
            plain.release(name, disposition, now)
        window.serve(now)
        plain.grant(now)
        granted = {name for name, waiter in enumerate(waiters) if waiter.granted_at is not None}
        assert set(plain.slots) <= granted
        assert not granted & {name for name, _, _ in plain.waiting}
        assert window.stats(now).waiting == len(plain.waiting)
        if plain.waiting:
            _, limit, _ = plain.waiting[0]
            due = plain.free_at(limit, [counted for counted, _ in plain.slots.values()], now)
            assert window.next_event(now) == pytest.approx(due, abs=1e-9)
        for name, _, _ in plain.waiting:
            bound, shortest = window.at_least(waiters[name], now), plain.shortest_wait(name, now)
            assert 0 <= bound <= shortest + 1e-9
            if exact:
                assert bound == pytest.approx(shortest, abs=1e-9)


@settings(deadline=None, max_examples=200)
@given(STEPS)
def test_a_window_grants_as_the_plain_one_and_its_bound_holds(steps: list[tuple[str, int, Disposition]]) -> None:
    run(steps, RATES, exact=False)


@settings(deadline=None, max_examples=200)
@given(STEPS, st.sampled_from(RATES))
def test_at_least_is_exact_for_one_limit_and_responses(
    steps: list[tuple[str, int, Disposition]], only: tuple[int, float]
) -> None:
    run([step for step in steps if step[2] != "no_response"], [only], exact=True)


class Counted(float):
    """A time; every comparison of one counts."""

    comparisons = 0

    def __add__(self, other: float) -> Counted:
        return Counted(float(self) + other)

    __radd__ = __add__

    def __sub__(self, other: float) -> Counted:
        return Counted(float(self) - other)

    def __hash__(self) -> int:
        return hash(float(self))

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return float(self) == other

    def __lt__(self, other: float) -> bool:
        Counted.comparisons += 1
        return float(self) < other

    def __le__(self, other: float) -> bool:
        Counted.comparisons += 1
        return float(self) <= other

    def __gt__(self, other: float) -> bool:
        Counted.comparisons += 1
        return float(self) > other

    def __ge__(self, other: float) -> bool:
        Counted.comparisons += 1
        return float(self) >= other


def cost(work: Callable[[], object]) -> int:
    """Lines of Python that are run, and times that are compared, sorting and searching in C included."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line" and frame.f_code.co_filename != __file__  # a comparison is counted once
        return trace

    before, kept = Counted.comparisons, sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(kept)
    return lines + Counted.comparisons - before


def costs(*, slots: int, waiting: int, keys: int) -> dict[str, int]:
    """What each operation costs with so many slots, of which a third is released, waiters and keys with a waiter."""
    limit, now = rate(slots, 50.0), Counted(100.0)
    limiter = Limiter(late_delivery_grace=Counted(GRACE), clock=lambda: now)
    limiter._timer = threading.current_thread()  # a timer that has its own time

    def join(key: str, limit: RateLimit) -> Waiter:
        waiter = Waiter(key, limit, Counted(1000.0 if key == KEY else 15.0), now, lambda: now)
        limiter._change(key, lambda window, _: window.join(waiter))
        return waiter

    def serve() -> None:
        if (due := limiter._due.first()) is not None:
            limiter._change(due.key, Window.serve)

    held = []
    for _ in range(slots):
        held.append(join(KEY, limit))
        now += 1e-6
    now += 1.0
    queue = [join(KEY, limit) for _ in range(waiting)]
    for number, slot in enumerate(held):
        now += 1e-6
        if number % 3 == 0:
            limiter.release(slot, "no_response" if number % 2 else "responded")
    now += 1.0
    for number in range(keys):
        now += 1e-3
        for _ in range(2):
            join(f"{KEY}{number}", rate(1, 50.0))
    last, middle, window = queue[-1], queue[waiting // 2], limiter._windows[KEY]
    found = {
        "join": cost(lambda: join(KEY, limit)),
        "at_least": cost(lambda: window.at_least(last, now)),
        "at_least of another limit": cost(lambda: window.at_least(join(KEY, rate(3, 7.0)), now)),
        "withdraw": cost(lambda: limiter._withdraw(middle)),
        "withdraw the first": cost(lambda: limiter._withdraw(queue[0])),
        "responded": cost(lambda: limiter.release(held[slots // 2 + 2 - slots // 2 % 3], "responded")),
        "not sent": cost(lambda: limiter.release(held[slots // 3 * 3 - 1], "not_sent")),
        "pause": cost(lambda: limiter.pause(KEY, 0.1)),
    }
    limiter.pause(KEY, 1e6)
    end = now + 60.0  # what was released is free by then
    while (due := limiter._due.first()) is not None and due.due < end:
        now = Counted(due.due)
        serve()
    assert due is not None
    now = Counted(due.due)
    return found | {"serve one key": cost(serve)}


@pytest.mark.parametrize("grows", ["slots", "waiting", "keys"])
def test_no_operation_costs_more_than_the_logarithm(grows: str) -> None:
    """Sixteen times as many are four more steps of each search, and everything else is the same."""
    few, many = ({"slots": 500, "waiting": 500, "keys": 500} | {grows: n} for n in (500, 8000))
    small, large = costs(**few), costs(**many)
    assert {name: (small[name], large[name]) for name in small if large[name] > 2 * small[name] + 10} == {}


def test_many_that_time_out_together_cost_as_much_as_each_alone() -> None:
    """Twelve thousand wait for five slots, and half of them give up, one after the other."""
    window, now = Window(KEY, Counted(GRACE)), Counted(100.0)
    queue = [Waiter(KEY, rate(5, 2.0), Counted(15.0), now, lambda: now) for _ in range(12_005)]
    for waiter in queue:
        window.join(waiter)
    window.serve(now)

    def give_up(waiter: Waiter) -> float:
        bound = window.at_least(waiter, now)
        window.withdraw(waiter, now)
        window.serve(now)
        return bound

    bounds: list[float] = []
    steps = cost(lambda: bounds.extend(give_up(waiter) for waiter in queue[5::2]))
    assert steps < 6000 * 300
    # Every other one is gone when the next gives up: so half of those who were ahead of it still are.
    assert bounds[:2] + bounds[-1:] == pytest.approx([2 * DRIFT, 2 * DRIFT, (5999 // 5 + 1) * 2 * DRIFT])


def test_waited_and_age_count_from_arrival_and_grant() -> None:
    waiter = Waiter(KEY, rate(1, 1.0), 1.0, 5.0, lambda: 9.5)
    assert (waiter.waited, waiter.age) == (0.0, 0.0)
    window = Window(KEY, GRACE)
    window.join(waiter)
    window.serve(7.0)
    assert (waiter.waited, waiter.age) == (2.0, 2.5)


def test_a_waiter_that_never_joined_changes_nothing() -> None:
    window, joined = Window(KEY, GRACE), Waiter(KEY, rate(1, 1.0), 1.0, 0.0, lambda: 0.0)
    window.pause(1.0)
    window.join(joined)
    window.withdraw(Waiter(KEY, rate(1, 1.0), 1.0, 0.0, lambda: 0.0), 0.0)
    assert (window.stats(0.0).held, window.stats(0.0).waiting) == (0, 1)


def test_at_least_with_no_response_to_any_slot() -> None:
    """The one slot is counted at its deadline and grace at the latest, and free a window later: 10 + 15 + 3 + 2."""
    window, first, second = Window(KEY, GRACE), *(Waiter(KEY, rate(1, 2.0), 15.0, 10.0, lambda: 10.0) for _ in range(2))
    window.join(first)
    window.join(second)
    window.serve(10.0)
    window.release(first, "no_response", 11.0)
    assert window.at_least(second, 12.0) == pytest.approx(10.0 + 15.0 + GRACE + 2.0 * DRIFT - 12.0)


@pytest.mark.parametrize("release", ["responded", "not_sent", "no_response"])
def test_a_call_beside_a_thousand_slots_costs_a_few_steps_of_a_search_more(release: Disposition) -> None:
    def call(slots: int, responses: int) -> int:
        now = Counted(100.0)
        limiter = Limiter(clock=lambda: now)
        limit = rate(slots + 1, 50.0)
        for number in range(slots):
            now += 1e-3
            held = limiter.acquire(KEY, limit, lease=15.0)
            if number % 3 < responses:
                limiter.release(held, "responded")
        return cost(lambda: limiter.release(limiter.acquire(KEY, limit, lease=15.0), release))

    for responses in range(4):
        few, many = call(10, responses), call(1000, responses)
        assert many <= 2 * few, (responses, few, many)  # by the number of slots it were a hundred times
