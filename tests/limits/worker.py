"""A process with three threads that call an exchange as fast as the shared limit lets them: `python -m …worker`.

Its argument is JSON (see `Job`). It prints a line of JSON for every call, as soon as that has ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from leverset import Bitget, Credentials, LeversetError, LimiterUnavailable
from leverset._protocols import RateLimit
from leverset.limits import Disposition, Slot
from leverset.limits import _sqlite_steps as steps
from leverset.limits._shared import SharedLimiter
from leverset.limits._shared_reply import Reply
from leverset.limits._sqlite import SQLiteLimiter
from leverset.limits.redis import RedisLimiter

THREADS = 3


@dataclass(frozen=True)
class Job:
    """`store` is a URL or the path of a file.

    `skew` is how many seconds the wall clock of this process is ahead, from half of its time on; `seconds` is how long
    it works. `dies` names the place in its third call in which it is killed, "" for a process that lives.
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
    dies: str = ""


# The places in a call, in turn: in the middle of the step that grants a slot (which is not written then), while it
# waits, with a slot and nothing sent, with the request on its way, before and in the middle of the release, after it.
PLACES = ("granting", "waiting", "granted", "sent", "answered", "releasing", "released")
THIRD = 3


class Death:
    """Kills this process in one place of the third call that comes there."""

    def __init__(self, place: str) -> None:
        self.place, self._calls = place, 0

    def comes(self, place: str, after: float = 0.0) -> None:
        if place != self.place:
            return
        self._calls += 1
        if self._calls == THIRD:
            time.sleep(after)
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Come by in the middle of the steps."""
        true = steps.run

        def run(*arguments: Any) -> Reply:
            reply = true(*arguments)
            step = arguments[3][0]
            if step == "acquire":
                self.comes("granting" if reply.granted else "waiting")
            elif step == "release":
                self.comes("releasing")
            return reply

        vars(steps)["run"] = run


class Watched(SharedLimiter):
    """Remembers when this thread last called acquire, and when its slot was granted, on the clock of all processes."""

    times = threading.local()
    death = Death("")

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        self.times.called = time.monotonic()
        slot = super().acquire(key, rate, lease=lease, max_wait=max_wait)
        self.times.granted = time.monotonic() - slot.age
        self.death.comes("granted")
        if self.death.place == "sent":  # the exchange is 0 to 80 ms away in each direction
            threading.Thread(target=self.death.comes, args=("sent", 0.04), daemon=True).start()
        return slot

    def release(self, slot: Slot, disposition: Disposition) -> None:
        self.death.comes("answered")
        super().release(slot, disposition)
        self.death.comes("released")


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
            line = {
                "number": job.number,
                "called": times.called,
                "granted": times.granted,
                "done": time.monotonic(),
                "result": result,
            }
            with out:
                print(json.dumps(line), flush=True)  # noqa: T201 - this is its output


def main() -> None:
    """Work until the time is over."""
    job = Job(**json.loads(sys.argv[1]))
    true_time, true_time_ns, half = time.time, time.time_ns, time.monotonic() + job.seconds / 2
    time.time = lambda: true_time() + job.skew * (time.monotonic() > half)
    time.time_ns = lambda: true_time_ns() + round(job.skew * 1e9) * (time.monotonic() > half)
    Watched.death = Death(job.dies)
    Watched.death.watch()
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
