"""The steps of the limits that processes share against exchanges that count in every way, with every fault.

All clocks are numbers, the store's too. `python -m tests.limits.test_simulation_shared` sends 108,000 requests in each
reach; docs/rate-limit.md says what came of them.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import sys
import time
from collections.abc import Callable

import pytest

from leverset.limits import _sqlite_slots
from leverset.limits._sqlite_tables import Key
from tests.limits.server import RedisServer
from tests.limits.simulation import Setting, SharedWorld, Step, in_a_file, on_redis
from tests.limits.test_simulation import FAULTS, SERVERS

SLOTS = [1, 5, 20]
POLL = 0.1


@pytest.fixture(params=["file", "redis"])
def step(request: pytest.FixtureRequest, servers: Callable[[str], RedisServer]) -> Step:
    if request.param == "file":
        return in_a_file()
    server = servers("redis")
    return on_redis(server.client(), server.known())


def check(step: Step, setting: Setting, *, sends: int, poll: float = POLL) -> SharedWorld:
    """Nothing is refused, nobody is overtaken by more than the slots that are free at a time, and none lies idle."""
    world = SharedWorld(
        dataclasses.replace(setting, sends=sends), step=step, poll=poll, die_waiting=0.0005, stop_waiting=0.002
    )
    world.run()
    assert world.sent == sends
    assert world.refused == 0
    return world


@pytest.mark.parametrize("server", SERVERS)
def test_nothing_is_refused(step: Step, server: str) -> None:
    check(step, dataclasses.replace(FAULTS, server=server), sends=150)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("requests", SLOTS)
def test_nothing_is_refused_in_a_file_at_a_larger_size(server: str, requests: int) -> None:
    setting = dataclasses.replace(FAULTS, server=server, requests=requests, server_rate=1.0005, seed=requests)
    check(in_a_file(), setting, sends=600)


@pytest.mark.parametrize(("requests", "seconds"), [(5, 2.0), (5, 1.0), (20, 2.0)])
def test_without_faults_the_throughput_is_what_the_proof_allows(step: Step, requests: int, seconds: float) -> None:
    """At a round trip of 80 ms, and with the poll that is the default."""
    setting = Setting(
        requests=requests, seconds=seconds, up=0.04, down=0.04, jitter=False, load=30.0, deadline=5.0, sends=100
    )
    world = SharedWorld(setting, step=step)
    world.run()
    possible = requests / (seconds + 0.08 + 0.005)  # a simulated caller takes 5 ms to wake up on average
    assert world.refused == 0
    assert (world.sent - requests) / world.now >= 0.97 * possible  # the first ones came at once
    # Those that poll at the same time may be served in any order: as many as there are slots.
    assert world.overtaken < requests


def test_without_faults_no_slot_lies_idle_for_longer_than_two_polls(step: Step) -> None:
    world = SharedWorld(Setting(load=3.0, not_sent=0.3, sends=150), step=step)
    world.run()
    assert world.refused == 0
    assert world.idle <= 2 * 1.05 * world.poll


def freed_at_once(db: sqlite3.Connection, key: Key, waiter: str, now: int, *, responded: bool) -> None:
    RELEASE(db, key, waiter, now, responded=False)


def forgotten_when_the_lease_ends(db: sqlite3.Connection, key: Key, now: int) -> None:
    key.open -= db.execute("DELETE FROM open WHERE key = ? AND until <= ?", (key.name, now)).rowcount
    EXPIRE(db, key, now)


RELEASE, EXPIRE = _sqlite_slots.release, _sqlite_slots.expire


def test_a_slot_that_is_freed_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_slots, "release", freed_at_once)
    with pytest.raises(AssertionError):
        check(in_a_file(), FAULTS, sends=100)
    monkeypatch.setattr(_sqlite_slots, "release", RELEASE)
    monkeypatch.setattr(_sqlite_slots, "expire", forgotten_when_the_lease_ends)
    often = dataclasses.replace(FAULTS, counted_late=0.2, late_delivery_grace=1.0)
    with pytest.raises(AssertionError):
        check(in_a_file(), often, sends=600, poll=0.5)


def main() -> None:
    """Run 108,000 requests in a file and on Redis, with a longer poll, which comes to fewer steps."""
    server = RedisServer()
    server.start()
    reaches: dict[str, Callable[[], Step]] = {
        "file": in_a_file,
        "redis": lambda: on_redis(server.client(), server.known()),
    }
    for name in sys.argv[1:] or reaches:
        sent = steps = 0
        began = time.monotonic()
        for kind in SERVERS:
            for requests in SLOTS:
                for seed, drift in enumerate((0.9995, 1.0005)):
                    setting = dataclasses.replace(FAULTS, server=kind, requests=requests, server_rate=drift, seed=seed)
                    world = check(reaches[name](), setting, sends=6000, poll=0.5)
                    sent, steps = sent + world.sent, steps + world.steps
                    line = f"{name}: {sent} requests, 0 refused, {steps} steps, {time.monotonic() - began:.0f} s"
                    sys.stdout.write(f"{line}\n")
                    sys.stdout.flush()
    server.remove()


if __name__ == "__main__":
    main()
