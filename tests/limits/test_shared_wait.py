"""One waiter of the shared limit with a clock that the test sets: its arguments, its delays, its end."""

from __future__ import annotations

import logging

import pytest

from leverset.errors import RateLimitTimeout
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import SharedWaiter, micro
from tests.clock import Clock
from tests.limits.rates import rate

FIVE = rate(5, 2.0)
WINDOW = "2002000"  # two seconds, and a thousandth for clocks that drift apart


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("leverset.limits._shared_wait.time", clock)
    return clock


def waiter(*, lease: float = 10.0, max_wait: float | None = None) -> SharedWaiter:
    return SharedWaiter("key", FIVE, lease, max_wait, 30.0)


def reply(
    *,
    granted: int = 0,
    poll_after: int = 50_000,
    at_least: int = 700_000,
    position: int = 7,
    paused_for: int = 0,
    quarantined_for: int = 0,
) -> Reply:
    """A reply of the script; durations in microseconds."""
    return Reply(granted, "1", poll_after, at_least, position, 0, 0, paused_for, quarantined_for)


@pytest.mark.parametrize(("seconds", "micros"), [(1.5, "1500000"), (1e-9, "1"), (0.0, "0"), (1.0000001, "1000001")])
def test_microseconds_are_rounded_up(seconds: float, micros: str) -> None:
    assert micro(seconds) == micros


def test_arguments_are_limit_window_lease_poll_and_position(clock: Clock) -> None:
    caller = waiter()
    assert caller.arguments(0.05) == ("5", WINDOW, "40000000", "50000", "0")
    caller.read_reply(reply(position=7))
    assert caller.arguments(0.1) == ("5", WINDOW, "40000000", "100000", "7")
    assert waiter(lease=-3.0).arguments(0.05)[2] == "30000000", "a deadline that has passed shortens no lease"
    assert len({waiter().id for _ in range(100)}) == 100


def test_age_counts_from_the_poll_and_waited_from_the_arrival(clock: Clock) -> None:
    caller = waiter()
    clock.now = 103.0
    caller.arguments(0.05)
    clock.now = 104.5
    assert caller.read_reply(reply(granted=1)) is None
    assert (caller.waited, caller.age) == (4.5, 1.5)
    clock.now = 105.0
    assert (caller.waited, caller.age) == (4.5, 2.0)


def test_poll_delays_have_jitter(clock: Clock) -> None:
    caller = waiter(max_wait=60.0)
    waits = [caller.read_reply(reply(poll_after=200_000)) or 0.0 for _ in range(500)]
    assert 0.2 <= min(waits) < 0.201
    assert 0.209 < max(waits) <= 0.21
    assert len(set(waits)) > 400


@pytest.mark.parametrize(("now", "longest"), [(100.0, 3.0), (102.0, 1.0), (102.999, 0.001)])
def test_no_delay_goes_beyond_max_wait(clock: Clock, now: float, longest: float) -> None:
    caller = waiter(max_wait=3.0)
    clock.now = now
    assert caller.read_reply(reply(poll_after=60_000_000)) == pytest.approx(longest, abs=1e-9)
    assert (waiter().read_reply(reply(poll_after=60_000_000)) or 0.0) >= 60.0, "None: without end"


@pytest.mark.parametrize("now", [103.0, 104.0])
def test_timeout_says_how_long_the_wait_would_have_been_at_least(clock: Clock, now: float) -> None:
    caller = waiter(max_wait=3.0)
    clock.now = now
    with pytest.raises(RateLimitTimeout) as caught:
        caller.read_reply(reply(at_least=700_000))
    assert caught.value.waited == now - 100.0
    assert "\n  --> key\n" in str(caught.value)
    assert caught.value.at_least == pytest.approx(now - 100.0 + 0.7, abs=1e-9)


def test_a_slot_granted_as_the_wait_ends_is_kept(clock: Clock) -> None:
    caller = waiter(max_wait=3.0)
    clock.now = 110.0
    assert caller.read_reply(reply(granted=1)) is None


def test_only_a_wait_in_the_queue_is_logged(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "leverset.limits")
    waiter().read_reply(reply(granted=1))
    assert caplog.messages == []
    caller = waiter()
    caller.read_reply(reply())
    clock.now = 101.5
    caller.read_reply(reply(granted=1))
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == (
        "leverset.limits",
        "INFO",
        "waited 1.5 s for a slot of key",
    )
    assert (vars(record)["limit_key"], vars(record)["waited_seconds"]) == ("key", 1.5)


def test_requeue_keeps_arrival_and_max_wait_and_changes_the_id(clock: Clock) -> None:
    caller = waiter(max_wait=9.0)
    caller.read_reply(reply())
    clock.now = 106.0
    other = caller.requeue(30.0)
    assert (other.key, other.rate, other.lease, other.max_wait, other.position) == ("key", FIVE, 10.0, 9.0, 0)
    assert other.id != caller.id
    assert other.arguments(0.05) == ("5", WINDOW, "40000000", "50000", "0")
    clock.now = 108.0
    assert other.read_reply(reply(poll_after=60_000_000)) == 1.0, "the rest of max_wait"


def test_a_wait_that_a_pause_outlasts_ends_at_once_and_says_why(clock: Clock) -> None:
    caller = waiter(max_wait=60.0)
    assert caller.read_reply(reply(paused_for=60_000_000)) is not None
    with pytest.raises(RateLimitTimeout, match=r"asked for a pause, which lasts another 60\.1 s") as caught:
        caller.read_reply(reply(paused_for=60_100_000, at_least=60_100_000))
    assert (caught.value.waited, caught.value.at_least, caught.value.paused_for) == (0.0, 60.1, 60.1)
    assert waiter(max_wait=None).read_reply(reply(paused_for=10**12)) is not None


def test_a_wait_that_a_quarantine_outlasts_says_so(clock: Clock) -> None:
    with pytest.raises(RateLimitTimeout, match="may have forgotten slots: none for another 50 s") as caught:
        waiter(max_wait=45.0).read_reply(reply(paused_for=30_000_000, quarantined_for=20_000_000))
    assert caught.value.paused_for == 30.0
