"""The slots and the wait queue of a key, at times that the test names."""

from __future__ import annotations

import math

import pytest

from leverset.limits import Disposition
from leverset.limits._window import DRIFT, Waiter, Window
from tests.limits.rates import rate

KEY = "k"
LIMIT = rate(2, 10)
WINDOW = 10 * DRIFT


class Scene:
    """A queue, its waiters by name, and who was woken."""

    def __init__(self) -> None:
        self.window = Window(KEY, late_delivery_grace=30)
        self.woken: list[str] = []
        self.now = 0.0

    def join(self, name: str, limit: tuple[int, float] = (2, 10), lease: float = 15, until: float = math.inf) -> Waiter:
        waiter = Waiter(KEY, rate(*limit), lease, self.now, lambda: self.now, until)
        waiter.wake = lambda: self.woken.append(name)
        self.window.join(waiter)
        self.window.serve(self.now)
        return waiter

    def release(self, waiter: Waiter, disposition: Disposition, now: float) -> None:
        self.window.release(waiter, disposition, now)
        self.window.serve(now)

    def withdraw(self, waiter: Waiter, now: float) -> None:
        self.window.withdraw(waiter, now)
        self.window.serve(now)

    def at(self, now: float) -> list[str]:
        """Who has been woken by then, in order."""
        self.now = now
        self.window.serve(now)
        return self.woken


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_slots_are_granted_in_order_of_arrival(scene: Scene) -> None:
    waiters = [scene.join(name) for name in "abc"]
    assert scene.woken == ["a", "b"]
    scene.now = 3
    assert [(c.waited, c.age) for c in waiters] == [(0, 3), (0, 3), (0, 0)]


def test_a_slot_released_as_responded_is_free_a_window_later(scene: Scene) -> None:
    first = scene.join("a")
    for name in "bcd":
        scene.join(name)
    scene.release(first, "responded", 4)
    assert scene.at(4 + WINDOW - 0.01) == ["a", "b"]
    assert scene.window.next_event(scene.now) == 4 + WINDOW
    assert scene.at(4 + WINDOW) == ["a", "b", "c"]


@pytest.mark.parametrize("seconds", [0.05, 10.0])
def test_a_slot_is_held_until_its_window_is_over_and_no_longer(scene: Scene, seconds: float) -> None:
    scene.release(scene.join("a", (1, seconds)), "responded", 4)
    ends = 4 + seconds * DRIFT
    assert [scene.window.stats(now).held for now in (4.0, ends - 0.001, ends)] == [1, 1, 0]


def test_a_slot_released_as_not_sent_is_free_at_once(scene: Scene) -> None:
    first = scene.join("a")
    for name in "bcd":
        scene.join(name)
    scene.release(first, "not_sent", 4)
    assert scene.woken == ["a", "b", "c"]


@pytest.mark.parametrize("released", [True, False], ids=["no_response", "never released"])
def test_a_slot_without_response_is_held_for_lease_grace_and_window(scene: Scene, released: bool) -> None:
    first = scene.join("a")
    scene.join("b", lease=100)
    scene.join("c")
    if released:
        scene.release(first, "no_response", 15)
    free = 15 + 30 + WINDOW
    assert scene.at(free - 0.01) == ["a", "b"]
    assert scene.at(free) == ["a", "b", "c"]


def test_a_slot_is_released_once(scene: Scene) -> None:
    first = scene.join("a")
    scene.release(first, "no_response", 1)
    scene.release(first, "not_sent", 2)
    assert scene.window.stats(2).held == 1


def test_a_negative_lease_is_none(scene: Scene) -> None:
    scene.join("a", limit=(1, 10), lease=-5)
    scene.join("b", limit=(1, 10))
    assert scene.window.next_event(0) == 30 + WINDOW


def test_leaving_the_queue_changes_no_other_position(scene: Scene) -> None:
    first, _, third, _ = (scene.join(name) for name in "abcd")
    scene.withdraw(third, 1)
    scene.release(first, "not_sent", 2)
    assert scene.woken == ["a", "b", "d"]


def test_withdraw_of_a_granted_waiter_gives_its_slot_to_the_next(scene: Scene) -> None:
    first, *_ = (scene.join(name) for name in "abc")
    scene.withdraw(first, 1)
    assert scene.woken == ["a", "b", "c"]


def test_a_pause_stops_everybody_and_is_never_shortened(scene: Scene) -> None:
    scene.window.pause(20)
    scene.window.pause(5)
    scene.join("a")
    assert scene.window.stats(4).paused_for == 16
    assert scene.window.next_event(0) == 20
    assert scene.at(19.9) == []
    assert scene.at(20) == ["a"]
    assert scene.window.stats(30).paused_for == 0


def test_a_pause_wakes_those_who_stop_waiting_before_its_end(scene: Scene) -> None:
    for name, until in {"a": 1, "b": 1, "short": 20, "as long": 30, "long": 40}.items():
        scene.join(name, until=until)
    scene.window.join(Waiter(KEY, LIMIT, 15, 0, lambda: 0, until=20))  # is not asleep yet
    scene.window.pause(19)
    assert scene.woken == ["a", "b"]
    scene.window.pause(30)
    assert scene.woken == ["a", "b", "short"]
    scene.window.pause(30)
    assert scene.woken == ["a", "b", "short"]
    scene.window.pause(50)
    assert scene.woken == ["a", "b", "short", "short", "as long", "long"]
    assert scene.at(60)[6:] == ["short", "as long"]


def test_each_caller_keeps_its_own_limit_over_all_requests(scene: Scene) -> None:
    """Two know of 2 in 10 seconds, one of 3 in 10, one of 2 in 20: all for the same account."""
    responded = [scene.join("a"), scene.join("b"), scene.join("c", limit=(3, 10))]
    for waiter in responded:
        scene.release(waiter, "responded", 0)
    scene.join("slow", limit=(2, 20))
    scene.join("next", limit=(3, 10))
    assert scene.woken == ["a", "b", "c"]
    assert scene.at(WINDOW) == ["a", "b", "c"]
    assert scene.at(2 * WINDOW) == ["a", "b", "c", "slow", "next"]


@pytest.mark.parametrize(("position", "seconds"), [(0, WINDOW), (1, WINDOW), (2, 2 * WINDOW), (5, 3 * WINDOW)])
def test_at_least_assumes_responses_at_once(scene: Scene, position: int, seconds: float) -> None:
    scene.join("a")
    scene.join("b")
    waiting = [scene.join(f"waiting {n}") for n in range(6)]
    assert scene.window.at_least(waiting[position], 0) == pytest.approx(seconds)


def test_at_least_counts_pauses_leases_and_released_slots(scene: Scene) -> None:
    first, second = scene.join("a"), scene.join("b")
    waiting = [scene.join("c"), scene.join("d")]
    scene.release(first, "no_response", 0)
    scene.release(second, "responded", 2)
    assert scene.window.at_least(waiting[0], 5) == pytest.approx(2 + WINDOW - 5)
    assert scene.window.at_least(waiting[1], 5) == pytest.approx(2 + 2 * WINDOW - 5)
    scene.window.pause(105)
    assert scene.window.at_least(waiting[0], 5) == 100


def test_at_least_does_not_count_a_slot_whose_lease_is_over(scene: Scene) -> None:
    for name in "ab":
        scene.join(name, lease=-1)
    scene.window.pause(1000)
    waiting = scene.join("c")
    assert scene.window.at_least(waiting, 999) == pytest.approx(1)


def test_at_least_forgets_limits_of_an_earlier_queue(scene: Scene) -> None:
    for name in "ab":
        scene.join(name)
    scene.window.pause(1)
    scene.withdraw(scene.join("wide", limit=(9, 1)), 0)
    waiting = [scene.join(name) for name in "cdefgh"]
    assert scene.window.at_least(waiting[5], 0) == pytest.approx(3 * WINDOW)


def test_at_least_counts_the_callers_own_limit_over_those_ahead(scene: Scene) -> None:
    for number, name in enumerate("abc"):
        scene.release(scene.join(name, limit=(5, 10)), "responded", number + 1)
    scene.window.pause(4)
    scene.join("ahead", limit=(5, 10))
    strict = [scene.join(f"strict {number}", limit=(2, 20)) for number in range(2)]
    assert scene.window.at_least(strict[0], 3) == pytest.approx(3 + 2 * WINDOW - 3)
    assert scene.window.at_least(strict[1], 3) == pytest.approx(4 + 2 * WINDOW - 3)


@pytest.mark.parametrize(
    ("position", "at"),
    [
        (0, 2 + WINDOW),
        (4, 2 + 5 * WINDOW),  # the last one that the other slot serves alone
        (5, 45 + WINDOW),
        (6, 45 + WINDOW),  # a bound: it is 2 + 6 windows
        (7, 45 + 2 * WINDOW),
        (9, 45 + 3 * WINDOW),
    ],
)
def test_at_least_with_a_slot_without_response(scene: Scene, position: int, at: float) -> None:
    """One slot is free 2 + a window; the other one was never answered, and is free at 45 + a window."""
    first, second = scene.join("a"), scene.join("b")
    waiting = [scene.join(f"waiting {number}") for number in range(10)]
    scene.release(first, "no_response", 0)
    scene.release(second, "responded", 2)
    assert scene.window.at_least(waiting[position], 5) == pytest.approx(at - 5)


def test_at_least_does_not_count_those_who_left(scene: Scene) -> None:
    for name in "ab":
        scene.join(name)
    waiting = [scene.join(name) for name in "cdefgh"]
    scene.withdraw(waiting[4], 0)
    assert scene.window.at_least(waiting[2], 0) == pytest.approx(2 * WINDOW), "one behind left"
    scene.withdraw(waiting[1], 0)
    assert scene.window.at_least(waiting[2], 0) == pytest.approx(WINDOW), "one ahead left"
    assert scene.window.at_least(waiting[5], 0) == pytest.approx(2 * WINDOW)


def test_at_least_of_a_pause_with_free_slots_is_the_pause(scene: Scene) -> None:
    scene.window.pause(7)
    waiting = [scene.join(name) for name in "abc"]
    assert [scene.window.at_least(waiter, 0) for waiter in waiting] == pytest.approx([7, 7, 7 + WINDOW])


def test_a_caller_whose_event_loop_is_closed_takes_no_slot(scene: Scene) -> None:
    def closed() -> None:
        raise RuntimeError("Event loop is closed")

    first, second = scene.join("a"), scene.join("b")
    gone = scene.join("gone")
    gone.wake = closed
    scene.join("c")
    scene.release(first, "not_sent", 1)
    assert scene.woken == ["a", "b", "c"]
    scene.release(second, "not_sent", 1)
    assert scene.window.stats(1).held == 1


def interrupt_a_wake(scene: Scene) -> None:
    """Have an interrupt come while the last of three callers is woken."""

    def interrupted() -> None:
        waiting.wake = lambda: scene.woken.append("c")
        raise KeyboardInterrupt

    first, _, waiting = (scene.join(name) for name in "abc")
    waiting.wake = interrupted
    with pytest.raises(KeyboardInterrupt):
        scene.release(first, "not_sent", 1)


def test_an_interrupt_while_somebody_is_woken_loses_nobody(scene: Scene) -> None:
    interrupt_a_wake(scene)
    assert scene.woken == ["a", "b"]
    assert scene.at(1) == ["a", "b", "c"]
    assert scene.at(2) == ["a", "b", "c"]


def test_a_child_wakes_nobody_whom_its_parent_was_about_to_wake(scene: Scene) -> None:
    interrupt_a_wake(scene)
    scene.window.drop_holders()
    assert scene.at(1) == ["a", "b"]


def test_stats_say_what_is_held_and_how_long_it_took(scene: Scene) -> None:
    first, *_ = (scene.join(name) for name in "abcd")
    scene.now = 7
    scene.release(first, "not_sent", 7)
    stats = scene.window.stats(7)
    assert (stats.held, stats.waiting, stats.granted, stats.longest_wait) == (2, 1, 3, 7)


def test_a_slot_granted_at_once_has_no_wait(scene: Scene) -> None:
    scene.join("a")
    assert scene.window.stats(0).longest_wait == 0


def test_dropping_the_holders_keeps_released_slots_and_forgets_the_rest(scene: Scene) -> None:
    first, second = scene.join("a"), scene.join("b")
    scene.join("c")
    scene.release(first, "responded", 1)
    scene.window.drop_holders()
    assert scene.window.next_event(2) == math.inf
    stats = scene.window.stats(2)
    assert (stats.held, stats.waiting) == (1, 0)
    scene.release(second, "responded", 3)
    assert scene.window.stats(3).held == 1
    assert scene.window.next_event(3) == math.inf
    scene.now = 4
    assert [scene.join(name).granted_at for name in "de"] == [4, None]
    assert scene.woken[-1] == "d"
    assert scene.window.next_event(4) == 1 + WINDOW


def test_what_is_over_is_forgotten(scene: Scene) -> None:
    """Else memory would grow with every call, and the statistics would count slots that are free."""
    for now in range(0, 1000, 10):
        scene.at(now * 2.0)
        scene.release(scene.join(f"call {now}"), "responded", scene.now)
    assert scene.window.stats(scene.now).held == 1
    assert scene.window.stats(scene.now + WINDOW + 0.01).held == 0


def test_grant_forgets_free_slots(scene: Scene) -> None:
    for step in range(50):
        scene.at(step * 2 * WINDOW)
        scene.release(scene.join("a"), "responded", scene.now)
    assert len(scene.window._slots) == 1  # stats() was not called
