"""A process with three threads that call an exchange as fast as the shared limit lets them: `python -m …worker`.

Its argument is JSON (see `Job`). It prints a line of JSON for every call, as soon as that has ended.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass

from leverset import Bitget, Credentials, LeversetError, LimiterUnavailable
from leverset._protocols import RateLimit
from leverset.limits import Slot
from leverset.limits._shared import SharedLimiter
from leverset.limits._sqlite import SQLiteLimiter
from leverset.limits.redis import RedisLimiter

THREADS = 3


@dataclass(frozen=True)
class Job:
    """`store` is a URL or the path of a file.

    `skew` is how many seconds the wall clock of this process is ahead, `seconds` how long it works.
    """

    number: int
    exchange: str
    store: str
    api_key: str
    secret: str
    passphrase: str
    seconds: float
    deadline: float
    late_delivery_grace: float
    skew: float = 0.0


class Watched(SharedLimiter):
    """Remembers when this thread last called acquire, and when its slot was granted, on the clock of all processes."""

    times = threading.local()

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        self.times.called = time.monotonic()
        slot = super().acquire(key, rate, lease=lease, max_wait=max_wait)
        self.times.granted = time.monotonic() - slot.age
        return slot


class WatchedRedis(Watched, RedisLimiter):
    """On Redis."""


class WatchedFile(Watched, SQLiteLimiter):
    """In a file."""


def work(job: Job, thread: int, limiter: Watched, end: float, out: threading.Lock) -> None:
    """Call until the time is over; a store that is out of reach is waited for."""
    credentials = Credentials(job.api_key, job.secret, job.passphrase)
    symbol = f"T{job.number * THREADS + thread:03}USDT"
    with Bitget(credentials, base_url=job.exchange, limiter=limiter, deadline=job.deadline, retries=0) as client:
        while time.monotonic() < end:
            limiter.times.called = limiter.times.granted = 0.0
            result = "accepted"
            try:
                client.set_leverage(
                    symbol=symbol, product_type="USDT-FUTURES", margin_coin="USDT", leverage=5, hold_side="long"
                )
            except LimiterUnavailable:
                result = "unavailable"
                time.sleep(0.05)
            except LeversetError as error:
                result = error.reference
            times = limiter.times
            line = {"called": times.called, "granted": times.granted, "done": time.monotonic(), "result": result}
            with out:
                print(json.dumps(line), flush=True)  # noqa: T201 - this is its output


def main() -> None:
    """Work until the time is over."""
    job = Job(**json.loads(sys.argv[1]))
    if job.skew:
        true_time, true_time_ns = time.time, time.time_ns
        time.time = lambda: true_time() + job.skew
        time.time_ns = lambda: true_time_ns() + round(job.skew * 1e9)
    end, out = time.monotonic() + job.seconds, threading.Lock()
    make = WatchedRedis if "://" in job.store else WatchedFile
    with make(job.store, late_delivery_grace=job.late_delivery_grace) as limiter:
        threads = [threading.Thread(target=work, args=(job, n, limiter, end, out)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
