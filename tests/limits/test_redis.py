"""The shared limit on a real Redis: slots, order, leases, and how much it asks of the store."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from leverset._protocols import RateLimit
from leverset.errors import ConfigurationError, RateLimitTimeout
from leverset.limits import Disposition, Slot
from leverset.limits._redis_wait import Turn
from leverset.limits._window import DRIFT
from leverset.limits.redis import RedisLimiter
from tests.limits.rates import rate
from tests.limits.server import RedisServer

KEY = "exchange:account:operation"
ONE = rate(1, 0.2)
LONG = rate(2, 1000)
HOLD = 5.0
COLOURS = pytest.mark.parametrize("colour", ["sync", "async"])


def acquire(
    limiter: RedisLimiter, colour: str, limit: RateLimit, *, lease: float = HOLD, max_wait: float | None = 0.0
) -> Slot:
    if colour == "sync":
        return limiter.acquire(KEY, limit, lease=lease, max_wait=max_wait)
    return asyncio.run(limiter.acquire_async(KEY, limit, lease=lease, max_wait=max_wait))


def release(limiter: RedisLimiter, colour: str, grant: Slot, disposition: Disposition) -> None:
    if colour == "sync":
        limiter.release(grant, disposition)
    else:
        asyncio.run(limiter.release_async(grant, disposition))


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def in_line(server: RedisServer) -> int:
    with server.client() as client:
        return sum(client.zcard(name) for name in client.keys("{order}:*:line"))


@COLOURS
def test_an_answered_slot_is_free_a_window_after_the_answer(limiter: RedisLimiter, colour: str) -> None:
    grant = acquire(limiter, colour, ONE)
    assert 0 <= grant.waited < 1
    assert 0 <= grant.age < 1
    settled = time.monotonic()
    release(limiter, colour, grant, "responded")
    acquire(limiter, colour, ONE, max_wait=10)
    assert 0.2 * DRIFT <= time.monotonic() - settled < 1


@COLOURS
def test_a_slot_of_a_request_that_never_left_is_free_at_once(limiter: RedisLimiter, colour: str) -> None:
    limit = rate(1, 1000)
    release(limiter, colour, acquire(limiter, colour, limit), "not_sent")
    release(limiter, colour, acquire(limiter, colour, limit), "not_sent")
    assert limiter.stats()[KEY].held == 0


@COLOURS
def test_an_unanswered_slot_is_held_for_deadline_loss_and_window(
    server: RedisServer, limiter: RedisLimiter, colour: str
) -> None:
    asked = time.monotonic()
    grant = acquire(limiter, colour, ONE, lease=0.2)
    before = server.calls("eval", "evalsha")
    release(limiter, colour, grant, "no_response")
    assert server.calls("eval", "evalsha") == before, "its lease says it already"
    acquire(limiter, colour, ONE, max_wait=10)
    assert 0.2 + 0.1 + 0.2 * DRIFT <= time.monotonic() - asked < 2


def test_clients_share_the_limit_of_an_account_and_not_that_of_another(server: RedisServer) -> None:
    with server.limiter(namespace="shared") as one, server.limiter(namespace="shared") as two:
        one.acquire(KEY, LONG, lease=HOLD, max_wait=0)
        two.acquire(KEY, LONG, lease=HOLD, max_wait=0)
        with pytest.raises(RateLimitTimeout):
            one.acquire(KEY, LONG, lease=HOLD, max_wait=0)
        two.acquire("exchange:other:operation", LONG, lease=HOLD, max_wait=0)


@COLOURS
def test_a_wait_ends_with_what_it_would_have_taken(limiter: RedisLimiter, colour: str) -> None:
    for _ in range(2):
        acquire(limiter, colour, LONG)
    with pytest.raises(RateLimitTimeout) as caught:
        acquire(limiter, colour, LONG, max_wait=0.1)
    assert 0.1 <= caught.value.waited < 2
    assert caught.value.at_least == pytest.approx(1000 * DRIFT + caught.value.waited, abs=2)
    assert limiter.stats()[KEY].waiting == 1  # as of the last answer, before it left
    acquire(limiter, colour, rate(3, 1000))
    assert limiter.stats()[KEY].waiting == 0


@COLOURS
def test_a_pause_holds_everybody_and_is_never_shortened(
    limiter: RedisLimiter, colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    for seconds in (0.3, 0.01):
        if colour == "sync":
            limiter.pause(KEY, seconds)
        else:
            asyncio.run(limiter.pause_async(KEY, seconds))
    paused = time.monotonic()
    assert 0.1 < limiter.stats()[KEY].paused_for <= 0.3
    with caplog.at_level(logging.INFO, "leverset.limits"):
        acquire(limiter, colour, LONG, max_wait=10)
    assert 0.2 < time.monotonic() - paused < 2
    assert [record.name for record in caplog.records] == ["leverset.limits"] * len(caplog.records)
    assert caplog.messages[-1].startswith("waited 0.")
    told = vars(caplog.records[-1])
    assert told["limit_key"] == KEY
    assert 0.2 < told["waited_seconds"] < 2
    assert limiter.stats()[KEY].granted == 1
    assert 0.2 < limiter.stats()[KEY].longest_wait < 2


@COLOURS
def test_a_call_that_did_not_wait_says_nothing(
    limiter: RedisLimiter, colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "leverset.limits"):
        release(limiter, colour, acquire(limiter, colour, ONE), "not_sent")
    assert caplog.messages == []


def test_callers_in_threads_loops_and_clients_are_served_in_order_of_arrival(server: RedisServer) -> None:
    served: list[int] = []
    limiters = [server.limiter(namespace="order") for _ in range(2)]
    first = limiters[0].acquire(KEY, rate(1, 0.001), lease=HOLD)

    def call(number: int) -> None:
        limiter = limiters[number % 2]
        if number % 3:
            grant = limiter.acquire(KEY, rate(1, 0.001), lease=HOLD, max_wait=20)
            served.append(number)
            limiter.release(grant, "not_sent")
        else:
            asyncio.run(call_async(limiter, number))

    async def call_async(limiter: RedisLimiter, number: int) -> None:
        grant = await limiter.acquire_async(KEY, rate(1, 0.001), lease=HOLD, max_wait=20)
        served.append(number)
        await limiter.release_async(grant, "not_sent")

    with ThreadPoolExecutor(7) as pool:
        calls = []
        for number in range(7):
            calls.append(pool.submit(call, number))
            until(partial(lambda n: in_line(server) == n + 1, number))
        limiters[0].release(first, "not_sent")
        for done in calls:
            done.result(20)
    for limiter in limiters:
        limiter.close()
    assert served == list(range(7))


def test_a_line_that_is_longer_than_the_limit_is_served_round_by_round(limiter: RedisLimiter) -> None:
    limit = rate(3, 0.1)

    def call() -> None:
        limiter.release(limiter.acquire(KEY, limit, lease=HOLD, max_wait=20), "responded")

    began = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(call) for _ in range(12)]:
            done.result(20)
    assert 0.3 <= time.monotonic() - began < 3


def test_each_caller_is_held_to_its_own_limit_over_the_requests_of_all(limiter: RedisLimiter) -> None:
    limiter.release(limiter.acquire(KEY, rate(2, 0.5), lease=HOLD, max_wait=0), "not_sent")
    for _ in range(3):
        limiter.release(limiter.acquire(KEY, rate(3, 0.1), lease=HOLD, max_wait=0), "responded")
    settled = time.monotonic()
    limiter.acquire(KEY, rate(3, 0.1), lease=HOLD, max_wait=5)
    assert time.monotonic() - settled < 0.4
    limiter.acquire(KEY, rate(2, 0.5), lease=HOLD, max_wait=5)
    assert time.monotonic() - settled > 0.4


def test_a_waiter_that_died_is_out_of_the_line_after_two_seconds(limiter: RedisLimiter) -> None:
    first = limiter.acquire(KEY, ONE, lease=HOLD)
    dead = Turn(KEY, ONE, HOLD, None, 0.1)
    limiter._store.run(limiter._keys(KEY), limiter._arguments("acquire", dead.ticket, *dead.question(0.05)))
    limiter.release(first, "not_sent")
    asked = time.monotonic()
    limiter.acquire(KEY, ONE, lease=HOLD, max_wait=10)
    assert 0.5 < time.monotonic() - asked < 2.5


def test_a_waiter_that_was_taken_for_dead_has_its_place_again(limiter: RedisLimiter) -> None:
    def ask(turn: Turn) -> int:
        arguments = limiter._arguments("acquire", turn.ticket, *turn.question(0.05))
        reply = limiter._store.run(limiter._keys(KEY), arguments)
        turn.place = reply.place
        return reply.granted

    first = limiter.acquire(KEY, ONE, lease=HOLD)
    late, other = Turn(KEY, ONE, HOLD, None, 0.1), Turn(KEY, ONE, HOLD, None, 0.1)
    assert (ask(late), ask(other)) == (0, 0)
    client = limiter._store._client_of_threads()
    for kind in ("line", "alive"):
        client.zrem(f"{limiter._keys(KEY)[1]}:{kind}", late.ticket)
    limiter.release(first, "not_sent")
    assert ask(other) == 1  # nobody is ahead of it now
    assert ask(late) == 0
    newest = Turn(KEY, ONE, HOLD, None, 0.1)
    assert ask(newest) == 0
    assert newest.place > other.place > late.place


def test_a_slot_whose_grant_was_lost_on_its_way_is_granted_again(limiter: RedisLimiter) -> None:
    turn = Turn(KEY, ONE, HOLD, None, 0.1)
    arguments = limiter._arguments("acquire", turn.ticket, *turn.question(0.05))
    replies = [limiter._store.run(limiter._keys(KEY), arguments) for _ in range(2)]
    assert [(reply.granted, reply.held) for reply in replies] == [(1, 1), (1, 1)]


@COLOURS
def test_an_uncontended_call_takes_two_trips_and_three_when_the_script_is_lost(
    server: RedisServer, limiter: RedisLimiter, colour: str
) -> None:
    def trips() -> int:
        before = server.calls("eval", "evalsha")
        release(limiter, colour, acquire(limiter, colour, rate(5, 0.001), max_wait=5), "responded")
        return server.calls("eval", "evalsha") - before

    trips()
    assert trips() == 2
    with server.client() as client:
        client.script_flush()
    assert trips() == 3
    assert trips() == 2


@COLOURS
def test_a_waiter_asks_at_a_bounded_rate(server: RedisServer, limiter: RedisLimiter, colour: str) -> None:
    """Twenty times a second at the front of the line, and less often behind it."""
    limiter.acquire(KEY, rate(1, 1000), lease=HOLD)
    for waiters, bound in ((1, 22), (3, 22 * (1 + 1 / 2 + 1 / 3))):
        before = server.calls("eval", "evalsha")
        with ThreadPoolExecutor(waiters) as pool:
            for done in [pool.submit(wait_in_vain, limiter, colour) for _ in range(waiters)]:
                done.result(20)
        assert server.calls("eval", "evalsha") - before <= bound + 3 * waiters


def wait_in_vain(limiter: RedisLimiter, colour: str) -> None:
    with pytest.raises(RateLimitTimeout):
        acquire(limiter, colour, rate(1, 1000), max_wait=1.0)


def test_the_clock_of_the_store_never_goes_back(server: RedisServer) -> None:
    """It was an hour ahead a moment ago: what counts is how much time passes from here on."""
    with server.limiter(namespace="clock") as limiter, server.client() as client:
        seconds, micros = client.time()
        ahead = (seconds + 3600) * 1_000_000 + micros
        client.hset("{clock}:guard", "last", str(ahead))
        grant = limiter.acquire(KEY, ONE, lease=HOLD, max_wait=0)
        settled = time.monotonic()
        limiter.release(grant, "responded")
        assert int(client.hget("{clock}:guard", "last") or 0) >= ahead
        limiter.acquire(KEY, ONE, lease=HOLD, max_wait=5)
        assert 0.2 <= time.monotonic() - settled < 1


def test_the_clock_of_the_client_does_not_matter(limiter: RedisLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 5.0)
    limiter.release(limiter.acquire(KEY, LONG, lease=HOLD, max_wait=0), "responded")
    assert limiter.stats()[KEY].held == 1


@COLOURS
def test_who_hears_of_a_slot_after_half_of_the_deadline_asks_for_another(
    limiter: RedisLimiter, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted, held = RedisLimiter._granted, threading.Event()

    def stopped(self: RedisLimiter, turn: Turn) -> None:
        granted(self, turn)
        if not held.is_set():
            held.set()
            turn._asked -= 3.0

    monkeypatch.setattr(RedisLimiter, "_granted", stopped)
    grant = acquire(limiter, colour, LONG)
    assert grant.age < 1
    assert limiter.stats()[KEY].held == 1


def test_keys_are_hashed_and_share_a_hash_slot_and_end_some_day(server: RedisServer) -> None:
    with server.limiter(namespace="names") as limiter, server.client() as client:
        limiter.pause(KEY, 1)
        limiter.acquire(KEY, rate(1, 0.01), lease=HOLD, max_wait=5)
        guard, name, *kinds = limiter._keys(KEY)
        assert guard == "{names}:guard"
        assert name.startswith("{names}:")
        assert kinds == [f"{name}:slots", f"{name}:line", f"{name}:alive"]
        names = client.keys("{names}:*")
        assert sorted(names) == sorted([guard, name, f"{name}:slots"])
        assert not any("account" in name for name in names)
        for name in names:
            assert client.ttl(name) == -1 if name.endswith("guard") else client.ttl(name) > 80_000


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (
            {"url": "http://localhost"},
            r"^error\[leverset/configuration\]: the address of the store is not one\n  fix:   give redis://, "
            r"rediss:// or unix://, such as rediss://user:password@host:6379/0\n",
        ),
        ({"url": "redis://:secret@localhost:port"}, "address"),
        ({"url": 5}, "address"),
        ({"url": "redis://:secret@localhost?nonsense=secret"}, "address"),
        ({"late_delivery_grace": -1}, ": late_delivery_grace is -1\n.*: +give seconds, 0 or more"),
        ({"timeout": 0}, ": timeout is 0\n.*: +give seconds, 0.001 or more"),
        ({"timeout": 0.0009}, ": timeout is 0.0009\n"),
        ({"poll": float("inf")}, ": poll is inf\n.*: +give seconds, 0.001 or more"),
        ({"poll": 0.0009}, ": poll is 0.0009\n"),
        ({"namespace": ""}, ": the namespace is empty or has a brace\n.*: +give a plain name\n"),
        ({"namespace": "a}b"}, ": the namespace is empty or has a brace\n"),
        ({"namespace": "a{b"}, ": the namespace is empty or has a brace\n"),
    ],
)
def test_arguments_that_cannot_work_are_refused(arguments: dict[str, object], part: str) -> None:
    with pytest.raises(ConfigurationError, match=part) as caught:
        RedisLimiter(**{"url": "redis://localhost", **arguments})  # type: ignore[arg-type] # wrong on purpose
    assert "secret" not in repr(caught.value) + str(caught.value) + str(caught.value.__context__)


def test_a_closed_limiter_has_no_connections_and_opens_them_again(own_server: RedisServer) -> None:
    def connected() -> int:
        with own_server.client() as client:
            return len(client.client_list(_type="normal"))

    limiter = own_server.limiter()
    before = connected()
    for _ in range(2):
        limiter.acquire(KEY, LONG, lease=HOLD, max_wait=0)
        assert connected() == before + 1
        limiter.close()
        until(lambda: connected() == before)
    with limiter:
        limiter.acquire("another", LONG, lease=HOLD, max_wait=0)
        assert connected() == before + 1
    until(lambda: connected() == before)


def test_the_smallest_figures_that_work_are_taken() -> None:
    RedisLimiter("redis://localhost", late_delivery_grace=0.0, timeout=0.001, poll=0.001).close()


def test_what_is_not_said_is_as_documented() -> None:
    given = inspect.signature(RedisLimiter).parameters
    defaults = {name: one.default for name, one in given.items() if one.default is not one.empty}
    assert defaults == {"late_delivery_grace": 30.0, "timeout": 0.4, "poll": 0.05, "namespace": "leverset"}


@COLOURS
def test_the_longest_wait_of_a_key_nobody_waited_for_is_the_way_to_the_store(
    limiter: RedisLimiter, colour: str
) -> None:
    waits = [acquire(limiter, colour, LONG).waited for _ in range(2)]
    stats = limiter.stats()[KEY]
    assert (stats.held, stats.waiting, stats.granted, stats.longest_wait) == (2, 0, 2, max(waits))
