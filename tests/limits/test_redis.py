"""The shared limit on a real Redis: slots, order, leases, and how many commands it runs."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import redis

from leverset._protocols import RateLimit
from leverset.errors import ConfigurationError, RateLimitTimeout
from leverset.limits import Disposition, Slot
from leverset.limits._shared import hashed
from leverset.limits._shared_stats import SharedStats
from leverset.limits._shared_wait import SharedWaiter
from leverset.limits._window import DRIFT
from leverset.limits.redis import RedisLimiter
from tests.limits.rates import rate
from tests.limits.server import RedisServer

KEY = "exchange:account:operation"
ONE = rate(1, 0.2)
LONG = rate(2, 1000)
LEASE = 5.0
MODES = pytest.mark.parametrize("mode", ["sync", "async"])


def acquire(
    limiter: RedisLimiter, mode: str, limit: RateLimit, *, lease: float = LEASE, max_wait: float | None = 0.0
) -> Slot:
    if mode == "sync":
        return limiter.acquire(KEY, limit, lease=lease, max_wait=max_wait)
    return asyncio.run(limiter.acquire_async(KEY, limit, lease=lease, max_wait=max_wait))


def release(limiter: RedisLimiter, mode: str, slot: Slot, disposition: Disposition) -> None:
    if mode == "sync":
        limiter.release(slot, disposition)
    else:
        asyncio.run(limiter.release_async(slot, disposition))


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def queued(server: RedisServer) -> int:
    with server.client() as client:
        return sum(client.zcard(name) for name in client.keys("{order}*:queue"))


@MODES
def test_a_slot_released_as_responded_is_free_a_window_later(limiter: RedisLimiter, mode: str) -> None:
    slot = acquire(limiter, mode, ONE)
    assert 0 <= slot.waited < 1
    assert 0 <= slot.age < 1
    released = time.monotonic()
    release(limiter, mode, slot, "responded")
    acquire(limiter, mode, ONE, max_wait=10)
    assert 0.2 * DRIFT <= time.monotonic() - released < 1


@MODES
def test_a_slot_released_as_not_sent_is_free_at_once(limiter: RedisLimiter, mode: str) -> None:
    limit = rate(1, 1000)
    release(limiter, mode, acquire(limiter, mode, limit), "not_sent")
    release(limiter, mode, acquire(limiter, mode, limit), "not_sent")
    assert limiter.stats()[KEY].held == 0


@MODES
def test_a_slot_without_response_is_held_for_lease_grace_and_window(
    server: RedisServer, limiter: RedisLimiter, mode: str
) -> None:
    began = time.monotonic()
    slot = acquire(limiter, mode, ONE, lease=0.2)
    before = server.calls("eval", "evalsha")
    release(limiter, mode, slot, "no_response")
    assert server.calls("eval", "evalsha") == before, "its lease says it already"
    acquire(limiter, mode, ONE, max_wait=10)
    assert 0.2 + 0.1 + 0.2 * DRIFT <= time.monotonic() - began < 2


@MODES
@pytest.mark.parametrize("kind", ["redis://", "unix://"])
def test_a_store_is_reached_over_tcp_and_through_a_socket_file(server: RedisServer, kind: str, mode: str) -> None:
    """`rediss://` is in test_redis_tls."""
    url = {"redis://": server.tcp, "unix://": server.url}[kind]
    assert url.startswith(kind)
    with RedisLimiter(url, namespace=server.known()) as limiter:
        slot = acquire(limiter, mode, LONG)
        release(limiter, mode, slot, "responded")
        acquire(limiter, mode, LONG)
        with pytest.raises(RateLimitTimeout):
            acquire(limiter, mode, LONG)
        assert repr(limiter) == f"<RedisLimiter at {url}/0>"


def test_clients_share_the_limit_of_one_account_only(server: RedisServer) -> None:
    with server.limiter(namespace="shared") as one, server.limiter(namespace="shared") as two:
        one.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        two.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        with pytest.raises(RateLimitTimeout):
            one.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        two.acquire("exchange:other:operation", LONG, lease=LEASE, max_wait=0)


@MODES
def test_a_wait_ends_with_what_it_would_have_taken(limiter: RedisLimiter, mode: str) -> None:
    for _ in range(2):
        acquire(limiter, mode, LONG)
    with pytest.raises(RateLimitTimeout) as caught:
        acquire(limiter, mode, LONG, max_wait=0.1)
    assert 0.1 <= caught.value.waited < 2
    assert caught.value.at_least == pytest.approx(1000 * DRIFT + caught.value.waited, abs=2)
    assert limiter.stats()[KEY].waiting == 0  # it left
    acquire(limiter, mode, rate(3, 1000))
    assert (limiter.stats()[KEY].held, limiter.stats()[KEY].waiting) == (3, 0)


def test_a_pause_that_another_client_began_is_logged_once(
    server: RedisServer, limiter: RedisLimiter, caplog: pytest.LogCaptureFixture
) -> None:
    limiter.pause(KEY, 600)
    caplog.clear()
    with server.limiter(namespace=limiter._namespace) as other:
        for _ in range(2):
            with pytest.raises(RateLimitTimeout, match="the exchange asked for a pause"):
                other.acquire(KEY, LONG, lease=1, max_wait=60)
    assert [message.partition(" for ")[0] for message in caplog.messages] == [f"paused {KEY}"]


@MODES
def test_a_pause_stops_everybody_and_is_never_shortened(
    limiter: RedisLimiter, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    for seconds in (0.3, 0.01):
        if mode == "sync":
            limiter.pause(KEY, seconds)
        else:
            asyncio.run(limiter.pause_async(KEY, seconds))
    paused = time.monotonic()
    assert 0.1 < limiter.stats()[KEY].paused_for <= 0.3
    with caplog.at_level(logging.INFO, "leverset.limits"):
        acquire(limiter, mode, LONG, max_wait=10)
    assert 0.2 < time.monotonic() - paused < 2
    assert [record.name for record in caplog.records] == ["leverset.limits"] * len(caplog.records)
    assert caplog.messages[-1].startswith("waited 0.")
    facts = vars(caplog.records[-1])
    assert facts["limit_key"] == KEY
    assert 0.2 < facts["waited_seconds"] < 2
    assert limiter.stats()[KEY].granted == 1
    assert 0.2 < limiter.stats()[KEY].longest_wait < 2


@MODES
def test_a_call_that_did_not_wait_logs_nothing(
    limiter: RedisLimiter, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "leverset.limits"):
        release(limiter, mode, acquire(limiter, mode, ONE), "not_sent")
    assert caplog.messages == []


def test_threads_loops_and_clients_are_served_in_order_of_arrival(server: RedisServer) -> None:
    served: list[int] = []
    limiters = [server.limiter(namespace="order") for _ in range(2)]
    first = limiters[0].acquire(KEY, rate(1, 0.001), lease=LEASE)

    def call(number: int) -> None:
        limiter = limiters[number % 2]
        if number % 3:
            slot = limiter.acquire(KEY, rate(1, 0.001), lease=LEASE, max_wait=20)
            served.append(number)
            limiter.release(slot, "not_sent")
        else:
            asyncio.run(call_async(limiter, number))

    async def call_async(limiter: RedisLimiter, number: int) -> None:
        slot = await limiter.acquire_async(KEY, rate(1, 0.001), lease=LEASE, max_wait=20)
        served.append(number)
        await limiter.release_async(slot, "not_sent")

    with ThreadPoolExecutor(7) as pool:
        calls = []
        for number in range(7):
            calls.append(pool.submit(call, number))
            until(partial(lambda n: queued(server) == n + 1, number))
        limiters[0].release(first, "not_sent")
        for done in calls:
            done.result(20)
    for limiter in limiters:
        limiter.close()
    assert served == list(range(7))


def test_a_queue_longer_than_the_limit_is_served_in_rounds(limiter: RedisLimiter) -> None:
    limit = rate(3, 0.1)

    def call() -> None:
        limiter.release(limiter.acquire(KEY, limit, lease=LEASE, max_wait=20), "responded")

    began = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(call) for _ in range(12)]:
            done.result(20)
    assert 0.3 <= time.monotonic() - began < 3


def test_each_caller_keeps_its_own_limit_over_all_requests(limiter: RedisLimiter) -> None:
    limiter.release(limiter.acquire(KEY, rate(2, 0.5), lease=LEASE, max_wait=0), "not_sent")
    for _ in range(3):
        limiter.release(limiter.acquire(KEY, rate(3, 0.1), lease=LEASE, max_wait=0), "responded")
    released = time.monotonic()
    limiter.acquire(KEY, rate(3, 0.1), lease=LEASE, max_wait=5)
    assert time.monotonic() - released < 0.4
    limiter.acquire(KEY, rate(2, 0.5), lease=LEASE, max_wait=5)
    assert time.monotonic() - released > 0.4


def test_a_dead_waiter_is_out_of_the_queue_after_two_seconds(limiter: RedisLimiter) -> None:
    first = limiter.acquire(KEY, ONE, lease=LEASE)
    dead = SharedWaiter(KEY, ONE, LEASE, None, 0.1)
    limiter._store.run(limiter._keys(KEY), lambda: limiter._poll_arguments(dead))
    limiter.release(first, "not_sent")
    began = time.monotonic()
    limiter.acquire(KEY, ONE, lease=LEASE, max_wait=10)
    assert 0.5 < time.monotonic() - began < 2.5


def test_a_waiter_that_was_removed_gets_its_position_back(limiter: RedisLimiter) -> None:
    def poll(waiter: SharedWaiter) -> int:
        reply = limiter._store.run(limiter._keys(KEY), lambda: limiter._poll_arguments(waiter))
        waiter.position = reply.position
        return reply.granted

    first = limiter.acquire(KEY, ONE, lease=LEASE)
    late, other = SharedWaiter(KEY, ONE, LEASE, None, 0.1), SharedWaiter(KEY, ONE, LEASE, None, 0.1)
    assert (poll(late), poll(other)) == (0, 0)
    client = limiter._store.links.of_threads().client
    for kind in ("queue", "alive"):
        client.zrem(f"{limiter._keys(KEY)[1]}:{kind}", late.id)
    limiter.release(first, "not_sent")
    assert poll(other) == 1  # nobody is ahead of it now
    assert poll(late) == 0
    newest = SharedWaiter(KEY, ONE, LEASE, None, 0.1)
    assert poll(newest) == 0
    assert newest.position > other.position > late.position


def test_a_slot_whose_reply_was_lost_is_granted_again(limiter: RedisLimiter) -> None:
    waiter = SharedWaiter(KEY, ONE, LEASE, None, 0.1)
    replies = [limiter._store.run(limiter._keys(KEY), lambda: limiter._poll_arguments(waiter)) for _ in range(2)]
    assert [(reply.granted, reply.held) for reply in replies] == [(1, 1), (1, 1)]


@MODES
def test_every_reply_says_that_the_store_is_there(limiter: RedisLimiter, mode: str) -> None:
    async def main() -> tuple[float, float]:
        link = await limiter._store.links.of_loop()
        before = link.heard
        await limiter.pause_async(KEY, 0.0)
        return before, link.heard

    began = time.monotonic()
    if mode == "async":
        before, heard = asyncio.run(main())
    else:
        before = limiter._store.links.of_threads().heard
        limiter.pause(KEY, 0.0)
        heard = limiter._store.links.of_threads().heard
    assert before < began <= heard


class Interrupt(BaseException):
    """What a signal's handler raises."""


def test_a_reply_that_an_interrupt_left_unread_is_nobody_else_s(
    limiter: RedisLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between sending and reading; redis-py notices where it has come when the connection is used again."""
    send: Callable[..., None] = redis.connection.AbstractConnection.send_command
    moments = iter([True])

    def interrupted(self: redis.connection.AbstractConnection, *arguments: Any, **options: Any) -> None:
        send(self, *arguments, **options)
        if next(moments, False):
            raise Interrupt

    limiter.pause(KEY, 0.0)
    pool: Any = limiter._store.links.of_threads().client.connection_pool
    rests, used = pool.get_connection(), pool.get_connection()
    pool.release(rests)
    monkeypatch.setattr(redis.connection.AbstractConnection, "can_read", lambda self, timeout=0: False)
    monkeypatch.setattr(redis.connection.AbstractConnection, "send_command", interrupted)
    with pytest.raises(Interrupt):
        limiter.acquire(KEY, LONG, lease=LEASE)
    assert used._sock is not None, "another thread's is left alone"
    assert limiter.stats()[KEY].held == 0
    for held in (1, 2):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        assert limiter.stats()[KEY].held == held
    with pytest.raises(RateLimitTimeout):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)


def test_connections_that_interrupts_lost_are_replaced(limiter: RedisLimiter) -> None:
    pool = limiter._store.links.of_threads().client.connection_pool
    for _ in range(20):
        pool.get_connection()
    limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
    limiter.close()


@MODES
def test_an_uncontended_call_takes_two_trips(server: RedisServer, limiter: RedisLimiter, mode: str) -> None:
    def trips() -> int:
        before = server.calls("eval", "evalsha")
        release(limiter, mode, acquire(limiter, mode, rate(5, 0.001), max_wait=5), "responded")
        return server.calls("eval", "evalsha") - before

    trips()
    assert trips() == 2
    with server.client() as client:
        client.script_flush()
    assert trips() == 3
    assert trips() == 2


@MODES
def test_a_waiter_polls_at_a_bounded_rate(server: RedisServer, limiter: RedisLimiter, mode: str) -> None:
    """Twenty times a second at the front of the queue, and less often behind."""
    limiter.acquire(KEY, rate(1, 1000), lease=LEASE)
    for waiters, bound in ((1, 22), (3, 22 * (1 + 1 / 2 + 1 / 3))):
        before = server.calls("eval", "evalsha")
        with ThreadPoolExecutor(waiters) as pool:
            for done in [pool.submit(wait_in_vain, limiter, mode) for _ in range(waiters)]:
                done.result(20)
        assert server.calls("eval", "evalsha") - before <= bound + 3 * waiters


def wait_in_vain(limiter: RedisLimiter, mode: str) -> None:
    with pytest.raises(RateLimitTimeout):
        acquire(limiter, mode, rate(1, 1000), max_wait=1.0)


def test_the_clock_of_the_store_never_goes_back(server: RedisServer) -> None:
    """It was an hour ahead a moment ago: what counts is how much time passes from here on."""
    with server.limiter(namespace="clock") as limiter, server.client() as client:
        seconds, micros = client.time()
        ahead = (seconds + 3600) * 1_000_000 + micros
        client.hset("{clock}:guard", "last", str(ahead))
        slot = limiter.acquire(KEY, ONE, lease=LEASE, max_wait=0)
        released = time.monotonic()
        limiter.release(slot, "responded")
        assert int(client.hget("{clock}:guard", "last") or 0) >= ahead
        limiter.acquire(KEY, ONE, lease=LEASE, max_wait=5)
        assert 0.2 <= time.monotonic() - released < 1


def test_the_clock_of_the_client_does_not_matter(limiter: RedisLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 5.0)
    limiter.release(limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0), "responded")
    assert limiter.stats()[KEY].held == 1


@MODES
def test_a_slot_older_than_half_its_lease_is_exchanged(
    limiter: RedisLimiter, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted, held = SharedStats.record_grant, threading.Event()

    def stopped(self: SharedStats, waiter: SharedWaiter) -> None:
        granted(self, waiter)
        if not held.is_set():
            held.set()
            waiter._polled_at -= 3.0

    monkeypatch.setattr(SharedStats, "record_grant", stopped)
    slot = acquire(limiter, mode, LONG)
    assert slot.age < 1
    assert limiter.stats()[KEY].held == 1


def test_keys_are_hashed_and_share_a_hash_slot_and_end_some_day(server: RedisServer) -> None:
    with server.limiter(namespace="names") as limiter, server.client() as client:
        limiter.pause(KEY, 1)
        limiter.acquire(KEY, rate(1, 0.01), lease=LEASE, max_wait=5)
        guard, name, *kinds = limiter._keys(KEY)
        assert guard == "{names}:guard"
        assert name.startswith("{names}:")
        assert kinds == [f"{name}:slots", f"{name}:queue", f"{name}:alive"]
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
        ({"namespace": ""}, ': namespace is ""\n.*: +give a plain name as text, without braces\n'),
        ({"namespace": "a}b"}, ': namespace is "a}b"\n'),
        ({"namespace": "a{b"}, ': namespace is "a{b"\n'),
    ],
)
def test_arguments_that_cannot_work_are_refused(arguments: dict[str, object], part: str) -> None:
    with pytest.raises(ConfigurationError, match=part) as caught:
        RedisLimiter(**{"url": "redis://localhost", **arguments})  # type: ignore[arg-type] # wrong on purpose
    assert "secret" not in repr(caught.value) + str(caught.value) + str(caught.value.__context__)


def test_a_closed_limiter_opens_connections_again(own_server: RedisServer) -> None:
    def connected() -> int:
        with own_server.client() as client:
            return len(client.client_list(_type="normal"))

    limiter = own_server.limiter()
    before = connected()
    for _ in range(2):
        limiter.acquire(KEY, LONG, lease=LEASE, max_wait=0)
        assert connected() == before + 1
        limiter.close()
        until(lambda: connected() == before)
    with limiter:
        limiter.acquire("another", LONG, lease=LEASE, max_wait=0)
        assert connected() == before + 1
    until(lambda: connected() == before)


def test_the_smallest_figures_that_work_are_taken() -> None:
    RedisLimiter("redis://localhost", late_delivery_grace=0.0, timeout=0.001, poll=0.001).close()


def test_a_key_has_one_name_in_a_store_whatever_the_release() -> None:
    assert hashed("okx:account:set_leverage") == "f88fcf7a3abc3da462956e1f967fc459"


def test_defaults_are_as_documented() -> None:
    given = inspect.signature(RedisLimiter).parameters
    defaults = {name: one.default for name, one in given.items() if one.default is not one.empty}
    assert defaults == {"late_delivery_grace": 30.0, "timeout": 0.4, "poll": 0.05, "namespace": "leverset"}


@MODES
def test_longest_wait_without_a_queue_is_the_trip_to_the_store(limiter: RedisLimiter, mode: str) -> None:
    waits = [acquire(limiter, mode, LONG).waited for _ in range(2)]
    stats = limiter.stats()[KEY]
    assert (stats.held, stats.waiting, stats.granted, stats.longest_wait) == (2, 0, 2, max(waits))
