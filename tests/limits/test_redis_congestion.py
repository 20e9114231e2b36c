"""Many calls on one limiter and few connections: that says nothing about the store."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis.asyncio.connection
import redis.connection

from leverset._protocols import RateLimit
from leverset.errors import LimiterUnavailable, RateLimitTimeout
from leverset.limits import Slot
from leverset.limits.redis import RedisLimiter
from tests.limits.rates import rate
from tests.limits.server import RedisServer
from tests.limits.test_redis import LEASE, MODES, until

KEY = "k"
TRIP = 0.1
TIMEOUT = 0.5
CALLS = 40  # ten for each connection: the last ones wait for a second
MANY = rate(CALLS, 1000)


@pytest.fixture
def server(servers: Callable[[str], RedisServer]) -> RedisServer:
    """Which server it is makes no difference here."""
    return servers("redis")


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reply takes a while: the connections are busy, and each reply is well within the timeout."""
    near, near_async = (
        redis.connection.AbstractConnection.read_response,
        redis.asyncio.connection.AbstractConnection.read_response,
    )

    def read(self: Any, *arguments: Any, **named: Any) -> Any:
        time.sleep(TRIP)  # the way to the store takes so long
        return near(self, *arguments, **named)

    async def read_async(self: Any, *arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(TRIP)
        return await near_async(self, *arguments, **named)

    monkeypatch.setattr(redis.connection.AbstractConnection, "read_response", read)
    monkeypatch.setattr(redis.asyncio.connection.AbstractConnection, "read_response", read_async)


def limiter(server: RedisServer, *, timeout: float = TIMEOUT) -> RedisLimiter:
    return RedisLimiter(server.tcp, late_delivery_grace=0.1, timeout=timeout, namespace=server.known())


Result = tuple[Slot | Exception, float]


def all_at_once(
    limiter: RedisLimiter, mode: str, limit: RateLimit, max_wait: float | None, lease: float = LEASE
) -> list[Result]:
    """What became of so many calls, and how long each took."""

    def call() -> Result:
        began = time.monotonic()
        try:
            return limiter.acquire(KEY, limit, lease=lease, max_wait=max_wait), time.monotonic() - began
        except (RateLimitTimeout, LimiterUnavailable) as error:
            return error, time.monotonic() - began

    async def call_async() -> Result:
        began = time.monotonic()
        try:
            slot = await limiter.acquire_async(KEY, limit, lease=lease, max_wait=max_wait)
        except (RateLimitTimeout, LimiterUnavailable) as error:
            return error, time.monotonic() - began
        return slot, time.monotonic() - began

    async def gathered() -> list[Result]:
        return await asyncio.gather(*(call_async() for _ in range(CALLS)))

    if mode == "async":
        return asyncio.run(gathered())
    with ThreadPoolExecutor(CALLS) as pool:
        return [done.result(30) for done in [pool.submit(call) for _ in range(CALLS)]]


def kinds(results: list[Result]) -> Counter[str]:
    return Counter(type(result).__name__ for result, _ in results)


@MODES
@pytest.mark.parametrize("max_wait", [None, 20.0])
def test_waiting_for_a_connection_of_our_own_is_no_failure(
    server: RedisServer, far: None, mode: str, max_wait: float | None
) -> None:
    with limiter(server) as one:
        results = all_at_once(one, mode, MANY, max_wait)
        assert kinds(results) == {"SharedWaiter": CALLS}
        assert max(seconds for _, seconds in results) > TIMEOUT, "else nobody waited for a connection"


@MODES
def test_the_age_of_a_slot_does_not_count_the_wait_for_a_connection(server: RedisServer, far: None, mode: str) -> None:
    """Else it would be exchanged for another one."""
    with limiter(server) as one:
        results = all_at_once(one, mode, MANY, None, lease=1.5)
        assert kinds(results) == {"SharedWaiter": CALLS}
        assert one.stats()[KEY].granted == CALLS


@MODES
def test_the_wait_for_a_connection_is_bounded_by_max_wait(server: RedisServer, far: None, mode: str) -> None:
    with limiter(server) as one:
        results = all_at_once(one, mode, MANY, 0.6)
        found = kinds(results)
        assert found["SharedWaiter"] + found["RateLimitTimeout"] == CALLS
        assert found["RateLimitTimeout"] > 0
        for result, seconds in results:
            if isinstance(result, RateLimitTimeout):
                assert 0.3 <= result.waited < 0.9
                assert result.at_least >= result.waited
                assert seconds < 2.0
                assert "other calls keep the connections to the shared store busy" in str(result)


@MODES
def test_a_call_that_does_not_wait_may_wait_for_a_connection(server: RedisServer, far: None, mode: str) -> None:
    """For one timeout: it is the way to the store, and not the wait for a slot."""
    with limiter(server, timeout=2.0) as one:
        assert kinds(all_at_once(one, mode, MANY, 0.0)) == {"SharedWaiter": CALLS}


@MODES
def test_those_that_never_reached_the_store_are_not_in_its_queue(
    server: RedisServer, far: None, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those that did are out of it when they gave up."""
    steps: dict[str, set[str]] = {"acquire": set(), "leave": set()}
    make = RedisLimiter._arguments

    def arguments(self: RedisLimiter, step: str, waiter: str, *rest: str) -> tuple[str, ...]:
        steps[step].add(waiter)
        return make(self, step, waiter, *rest)

    monkeypatch.setattr(RedisLimiter, "_arguments", arguments)
    with limiter(server) as one:
        found = kinds(all_at_once(one, mode, rate(1, 1000), 0.2))
        assert found["RateLimitTimeout"] + found["SharedWaiter"] == CALLS
        assert found["SharedWaiter"] <= 1
        assert steps["leave"] <= steps["acquire"]
        assert len(steps["acquire"]) < CALLS
        with server.client() as client:
            until(lambda: client.zcard(f"{one._keys(KEY)[1]}:queue") == 0)


def test_a_release_does_not_wait_behind_polls(server: RedisServer, far: None) -> None:
    async def main() -> float:
        slot = await one.acquire_async(KEY, MANY, lease=LEASE)
        polls = [asyncio.create_task(one.acquire_async(KEY, rate(1, 1000), lease=LEASE)) for _ in range(CALLS)]
        await asyncio.sleep(0)
        began = time.monotonic()
        await one.release_async(slot, "responded")
        took = time.monotonic() - began
        assert sum(not poll.done() for poll in polls) == CALLS
        for poll in polls:
            poll.cancel()
        await asyncio.wait(polls)
        return took

    with limiter(server) as one:
        assert asyncio.run(main()) < CALLS / 4 * TRIP / 2


@MODES
def test_calls_that_wait_for_connections_notice_a_silent_store(own_server: RedisServer, mode: str) -> None:
    """One after the other would take ten times as long."""
    with limiter(own_server) as one:
        one.acquire(KEY, MANY, lease=LEASE)
        own_server.freeze()
        try:
            results = all_at_once(one, mode, MANY, 60.0)
        finally:
            own_server.thaw()
    assert kinds(results) == {"LimiterUnavailable": CALLS}
    assert max(seconds for _, seconds in results) < CALLS / 4 * TIMEOUT


@MODES
def test_the_address_cannot_make_connections_scarce(server: RedisServer, far: None, mode: str) -> None:
    url = f"{server.tcp}?max_connections=1"
    with RedisLimiter(url, late_delivery_grace=0.1, timeout=TIMEOUT, namespace=server.known()) as one:
        assert kinds(all_at_once(one, mode, MANY, None)) == {"SharedWaiter": CALLS}


@MODES
def test_an_error_of_one_call_is_not_that_of_the_others(server: RedisServer, far: None, mode: str) -> None:
    """The store replies to it: so it is not silent."""
    with limiter(server) as one, server.client() as client:
        name = one._keys("broken")[1]
        client.set(f"{name}:slots", "not what the script expects")
        with ThreadPoolExecutor(1) as pool:
            others = pool.submit(all_at_once, one, mode, MANY, 20.0)
            with pytest.raises(LimiterUnavailable, match="WRONGTYPE"):
                one.acquire("broken", MANY, lease=LEASE)
            assert kinds(others.result(30)) == {"SharedWaiter": CALLS}


def test_an_event_loop_that_was_busy_reads_the_reply_that_came_meanwhile(server: RedisServer) -> None:
    async def main() -> None:
        one = limiter(server, timeout=0.05)
        await one.acquire_async("warm", MANY, lease=LEASE)
        before = server.calls("evalsha")
        task = asyncio.create_task(one.acquire_async(KEY, MANY, lease=LEASE))
        while server.calls("evalsha") == before:  # noqa: ASYNC110 - the store knows when, and nobody here
            await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - the loop is busy with something else
        assert (await task).age >= 0
        await one.aclose()

    asyncio.run(main())


def test_who_asks_for_a_slot_and_who_returns_one_do_not_wait_for_each_other(server: RedisServer) -> None:
    with limiter(server) as shared:
        slot = shared.acquire(KEY, MANY, lease=LEASE)
        link, others = shared._store.links.of_threads(), [object() for _ in range(4)]
        for other in others:
            link.polls.enter(other, 0)
        shared.release(slot, "not_sent")
        for other in others:
            link.polls.leave(other)
            link.returns.enter(other, 0)
        assert shared.acquire(KEY, MANY, lease=LEASE, max_wait=0).waited < LEASE
