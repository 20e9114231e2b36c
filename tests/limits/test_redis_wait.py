"""One caller of the shared limit under a clock that stands still: what it asks, how long it waits, when it gives up."""

from __future__ import annotations

import logging

import pytest

from leverset.errors import RateLimitTimeout
from leverset.limits._redis_script import Reply
from leverset.limits._redis_wait import Turn, micro
from tests.clock import Clock
from tests.limits.rates import rate

FIVE = rate(5, 2.0)
WINDOW = "2002000"  # two seconds, and a thousandth for clocks that drift apart


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("leverset.limits._redis_wait.time", clock)
    return clock


def turn(*, lease: float = 10.0, max_wait: float | None = None) -> Turn:
    return Turn("key", FIVE, lease, max_wait, 30.0)


def reply(*, granted: int = 0, wait: int = 50_000, least: int = 700_000, place: int = 7) -> Reply:
    """An answer of the script; durations in microseconds."""
    return Reply(granted, "1", wait, least, place, 0, 0, 0, 0)


@pytest.mark.parametrize(("seconds", "said"), [(1.5, "1500000"), (1e-9, "1"), (0.0, "0"), (1.0000001, "1000001")])
def test_nothing_is_held_for_less_than_was_asked(seconds: float, said: str) -> None:
    assert micro(seconds) == said


def test_a_question_says_limit_window_lease_pace_and_the_place_that_was_given(clock: Clock) -> None:
    one = turn()
    assert one.question(0.05) == ("5", WINDOW, "40000000", "50000", "0")
    one.heard(reply(place=7))
    assert one.question(0.1) == ("5", WINDOW, "40000000", "100000", "7")
    assert turn(lease=-3.0).question(0.05)[2] == "30000000", "a deadline that has passed shortens no lease"
    assert len({turn().ticket for _ in range(100)}) == 100


def test_age_counts_from_the_question_and_the_wait_from_the_arrival(clock: Clock) -> None:
    one = turn()
    clock.now = 103.0
    one.question(0.05)
    clock.now = 104.5
    assert one.heard(reply(granted=1)) is None
    assert (one.waited, one.age) == (4.5, 1.5)
    clock.now = 105.0
    assert (one.waited, one.age) == (4.5, 2.0)


def test_the_next_question_is_a_little_later_than_asked_for_and_never_the_same(clock: Clock) -> None:
    one = turn(max_wait=60.0)
    waits = [one.heard(reply(wait=200_000)) or 0.0 for _ in range(500)]
    assert 0.2 <= min(waits) < 0.201
    assert 0.209 < max(waits) <= 0.21
    assert len(set(waits)) > 400


@pytest.mark.parametrize(("now", "longest"), [(100.0, 3.0), (102.0, 1.0), (102.999, 0.001)])
def test_nobody_waits_beyond_its_patience(clock: Clock, now: float, longest: float) -> None:
    one = turn(max_wait=3.0)
    clock.now = now
    assert one.heard(reply(wait=60_000_000)) == pytest.approx(longest, abs=1e-9)
    assert (turn().heard(reply(wait=60_000_000)) or 0.0) >= 60.0, "None is patience without end"


@pytest.mark.parametrize("now", [103.0, 104.0])
def test_who_has_no_patience_left_hears_how_long_it_would_have_taken(clock: Clock, now: float) -> None:
    one = turn(max_wait=3.0)
    clock.now = now
    with pytest.raises(RateLimitTimeout) as caught:
        one.heard(reply(least=700_000))
    assert caught.value.waited == now - 100.0
    assert "\n  --> key\n" in str(caught.value)
    assert caught.value.at_least == pytest.approx(now - 100.0 + 0.7, abs=1e-9)


def test_a_slot_that_comes_with_the_end_of_the_wait_is_a_slot(clock: Clock) -> None:
    one = turn(max_wait=3.0)
    clock.now = 110.0
    assert one.heard(reply(granted=1)) is None


def test_only_who_stood_in_line_tells_that_it_waited(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "leverset.limits")
    turn().heard(reply(granted=1))
    assert caplog.messages == []
    one = turn()
    one.heard(reply())
    clock.now = 101.5
    one.heard(reply(granted=1))
    (told,) = caplog.records
    assert (told.name, told.levelname, told.getMessage()) == (
        "leverset.limits",
        "INFO",
        "waited 1.5 s for a slot of key",
    )
    assert (vars(told)["limit_key"], vars(told)["waited_seconds"]) == ("key", 1.5)


def test_who_asks_for_another_slot_is_the_same_caller_with_another_ticket(clock: Clock) -> None:
    one = turn(max_wait=9.0)
    one.heard(reply())
    clock.now = 106.0
    other = one.again(30.0)
    assert (other.key, other.rate, other.lease, other.max_wait, other.place) == ("key", FIVE, 10.0, 9.0, 0)
    assert other.ticket != one.ticket
    assert other.question(0.05) == ("5", WINDOW, "40000000", "50000", "0")
    clock.now = 108.0
    assert other.heard(reply(wait=60_000_000)) == 1.0, "what is left of its patience"
