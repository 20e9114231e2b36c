"""The limiter's own code against exchanges that count in every way, with every fault that the assumption allows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leverset.limits import Disposition
from leverset.limits._window import Waiter, Window
from tests.limits.simulation import Setting, World

FAULTS = Setting(
    up=0.3,
    down=0.3,
    spike=0.03,
    not_sent=0.03,
    lost_on_the_way=0.005,
    lost_answer=0.005,
    counted_late=0.01,
    killed=0.005,
    cancelled_in_flight=0.01,
    cancelled_while_waiting=0.1,
    timer_late=0.01,
)
SERVERS = ("fixed", "sliding", "token_bucket")


def check(setting: Setting, *, sends: int) -> None:
    world = World(dataclasses.replace(setting, sends=sends)).run()
    assert world.sent == sends
    assert world.refused == 0
    assert world.idle <= 0.05
    assert world.order == sorted(world.order)


@pytest.mark.parametrize("server", SERVERS)
def test_nothing_is_refused_and_no_slot_lies_idle(server: str) -> None:
    check(dataclasses.replace(FAULTS, server=server), sends=1200)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("requests", [1, 5, 20])
def test_nothing_is_refused_at_full_size(server: str, requests: int) -> None:
    for seed, drift in enumerate((0.9995, 1.0005)):
        setting = dataclasses.replace(FAULTS, server=server, requests=requests, server_rate=drift, seed=seed)
        check(setting, sends=6000)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.builds(
        Setting,
        requests=st.integers(1, 20),
        seconds=st.sampled_from([0.2, 1.0, 2.0, 10.0]),
        server=st.sampled_from(SERVERS),
        sends=st.just(100),
        load=st.sampled_from([0.5, 1.1, 3.0]),
        up=st.floats(0, 3),
        down=st.floats(0, 3),
        spike=st.sampled_from([0.0, 0.3]),
        deadline=st.sampled_from([0.5, 2.0, 15.0]),
        late_delivery_grace=st.sampled_from([0.0, 1.0, 30.0]),
        timer_late=st.sampled_from([0.0, 0.02]),
        server_rate=st.floats(0.9995, 1.0005),
        not_sent=st.floats(0, 0.2),
        lost_on_the_way=st.floats(0, 0.1),
        lost_answer=st.floats(0, 0.1),
        counted_late=st.floats(0, 0.1),
        killed=st.floats(0, 0.1),
        cancelled_in_flight=st.floats(0, 0.1),
        cancelled_while_waiting=st.floats(0, 0.5),
        seed=st.integers(0, 2**32),
    )
)
def test_nothing_is_refused_whatever_the_setting(setting: Setting) -> None:
    world = World(setting).run()
    assert world.refused == 0
    assert world.idle <= 0.05
    assert world.order == sorted(world.order)


def test_clients_that_know_a_lower_limit_are_served_in_order() -> None:
    world = World(dataclasses.replace(FAULTS, stricter_clients=True, sends=600)).run()
    assert world.refused == 0
    assert world.order == sorted(world.order)


@pytest.mark.parametrize("trip", [0.0, 0.05, 0.5])
@pytest.mark.parametrize(("requests", "seconds"), [(5, 2.0), (5, 1.0)])
def test_without_faults_the_throughput_is_what_the_proof_allows(requests: int, seconds: float, trip: float) -> None:
    setting = Setting(
        requests=requests,
        seconds=seconds,
        up=trip / 2,
        down=trip / 2,
        jitter=False,
        load=3.0,
        deadline=5.0,
        timer_late=0.001,
        sends=1000,
    )
    world = World(setting).run()
    # The simulated callers take 0 to 10 ms to wake up, 5 ms on average, which is part of the round trip.
    possible = requests / (seconds + trip + 0.005)
    assert world.refused == 0
    assert world.sent / world.now >= 0.99 * possible


def anchored_at_the_send(window: Window, waiter: Waiter, disposition: Disposition, now: float) -> None:
    sent = now if waiter.granted_at is None else waiter.granted_at
    RELEASE(window, waiter, disposition, sent if disposition == "responded" else now)


def released_at_once_on_timeout(window: Window, waiter: Waiter, disposition: Disposition, now: float) -> None:
    RELEASE(window, waiter, "not_sent" if disposition == "no_response" else disposition, now)


def cooled_after_a_timeout_as_after_an_answer(
    window: Window, waiter: Waiter, disposition: Disposition, now: float
) -> None:
    RELEASE(window, waiter, "responded" if disposition == "no_response" else disposition, now)


def never_given_back(window: Window, waiter: Waiter, disposition: Disposition, now: float) -> None:
    RELEASE(window, waiter, "no_response" if disposition == "not_sent" else disposition, now)


RELEASE = Window.release
Release = Callable[[Window, Waiter, Disposition, float], None]


# A bucket of N refills while it is used, so it forgives most of these.
@pytest.mark.parametrize(
    ("wrong", "server", "sends"),
    [
        (anchored_at_the_send, "sliding", 600),
        (anchored_at_the_send, "fixed", 600),
        (released_at_once_on_timeout, "sliding", 2000),
        (released_at_once_on_timeout, "fixed", 2000),
        (cooled_after_a_timeout_as_after_an_answer, "sliding", 3000),
    ],
)
def test_a_slot_that_is_freed_too_early_is_found(
    monkeypatch: pytest.MonkeyPatch, wrong: Release, server: str, sends: int
) -> None:
    monkeypatch.setattr(Window, "release", wrong)
    assert World(dataclasses.replace(FAULTS, server=server, sends=sends)).run().refused > 0


def test_a_slot_that_is_freed_too_late_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Window, "release", never_given_back)
    assert World(dataclasses.replace(FAULTS, sends=1000)).run().idle > 0.05


def test_a_window_that_ignores_the_drift_of_clocks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(up=0.0, down=0.0, load=3.0, server_rate=0.9995, sends=1000)
    assert World(setting).run().refused == 0
    monkeypatch.setattr("leverset.limits._window.DRIFT", 1.0)
    assert World(setting).run().refused > 0
