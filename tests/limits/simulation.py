"""A discrete-event simulation of clients, network and exchange around the real code that grants slots.

Time is a number; nothing sleeps. The exchange counts with the sandbox's counters. What is a free slot is decided here,
from the events alone, so that the code under test does not judge itself.
"""

from __future__ import annotations

import heapq
import math
import sqlite3
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import redis

from leverset.limits import Disposition
from leverset.limits import _sqlite_steps as sqlite_steps
from leverset.limits._redis_script import SCRIPT, SHA
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import micro
from leverset.limits._sqlite_tables import create
from leverset.limits._window import DRIFT, Waiter, Window, span
from leverset.sandbox._limits import make_counter
from tests.limits.rates import rate

KEY = "exchange:account:operation"


@dataclass(frozen=True)
class Setting:
    """Latencies in seconds; the chances of faults are per request and shared out in the order of the fields."""

    requests: int = 5
    seconds: float = 1.0
    server: str = "sliding"
    sends: int = 1000
    load: float = 1.3
    up: float = 0.08
    down: float = 0.08
    jitter: bool = True
    spike: float = 0.0
    deadline: float = 2.0
    late_delivery_grace: float = 3.0
    max_wait: float = 4.0
    timer_late: float = 0.0
    server_rate: float = 1.0
    stricter_clients: bool = False
    not_sent: float = 0.0
    lost_on_the_way: float = 0.0
    lost_answer: float = 0.0
    counted_late: float = 0.0
    killed: float = 0.0
    cancelled_in_flight: float = 0.0
    cancelled_while_waiting: float = 0.0
    seed: int = 0


@dataclass
class World:
    """Runs a setting to its end; then `refused`, `idle` and the counts say how it went."""

    setting: Setting
    now: float = 0.0
    sent: int = 0
    refused: int = 0
    timed_out: int = 0
    cancelled: int = 0
    idle: float = 0.0
    order: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        s = self.setting
        self.random = Random(s.seed)  # noqa: S311 - a simulation
        self._counter = make_counter(s.server, s.requests, s.seconds, None, self.random.random)
        self._window = Window(KEY, s.late_delivery_grace)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._alarm = math.inf
        self._busy: dict[int, float] = {}  # when the slot of each granted waiter is free again
        self._waiting: set[int] = set()
        self._settled: set[int] = set()
        self._carry = 0.0
        self._arrivals = 0

    def run(self) -> World:
        self._at(0.0, self._arrive)
        while self._events and self.sent < self.setting.sends:
            at, _, happen = heapq.heappop(self._events)
            self._look_for_idle_slots(at)
            self.now = at
            happen()
            self._set_alarm()
        return self

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (when, self._number, happen))

    def _look_for_idle_slots(self, until: float) -> None:
        """Between two events nothing changes but time: was a slot free while somebody waited, and for how long."""
        for number in [n for n, free in self._busy.items() if free <= self.now]:
            del self._busy[number]
        busy = sorted(self._busy.values())
        free = busy[-self.setting.requests] if len(busy) >= self.setting.requests else self.now
        if not self._waiting or free >= until:
            self._carry = 0.0
            return
        self._carry = until - free if free > self.now else self._carry + until - self.now
        self.idle = max(self.idle, self._carry)

    def _set_alarm(self) -> None:
        """The limiter's timer thread, which comes a little late."""
        due = self._window.next_event(self.now)
        if due < self._alarm:
            self._alarm = due
            self._at(max(self.now, due) + self.random.uniform(0, self.setting.timer_late), self._ring)

    def _ring(self) -> None:
        self._alarm = math.inf
        self._window.serve(self.now)

    def _arrive(self) -> None:
        s, number = self.setting, self._arrivals
        self._arrivals += 1
        self._at(self.now + self.random.expovariate(s.load * s.requests / s.seconds), self._arrive)
        if len(self._waiting) > s.requests + 5:  # a longer queue shows nothing new
            return
        limit = rate(s.requests, s.seconds)
        if s.stricter_clients and number % 3 == 0:
            limit = rate(max(1, s.requests - 2), s.seconds * 1.5)
        waiter = Waiter(KEY, limit, s.deadline, self.now, lambda: self.now)
        gone: list[bool] = []
        wake_up = self.random.uniform(0, 0.01)
        waiter.wake = lambda: self._granted(number, waiter, gone, wake_up)
        self._waiting.add(number)
        max_wait, leave = s.max_wait, self._time_out
        if self.random.random() < s.cancelled_while_waiting:
            max_wait, leave = self.random.uniform(0, s.seconds), self._cancel
        self._at(self.now + max_wait, lambda: leave(number, waiter, gone))
        self._join(number, waiter, gone)

    def _granted(self, number: int, waiter: Waiter, gone: list[bool], wake_up: float) -> None:
        self._waiting.discard(number)
        self._busy[number] = math.inf
        self.order.append(number)
        self._at(self.now + wake_up, lambda: self._send(number, waiter, gone))

    def _time_out(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        if number in self._waiting:
            self.timed_out += 1
            self._go(number, waiter, gone)

    def _cancel(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        """While it waits, or between grant and waking; afterwards it is too late for this one."""
        if number in self._waiting or (number in self._busy and not gone):
            self.cancelled += 1
            self._go(number, waiter, gone)

    def _go(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        gone.append(True)
        self._waiting.discard(number)
        self._busy.pop(number, None)
        self._withdraw(number, waiter)

    def _send(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        if gone:
            return
        gone.append(False)
        s, deadline = self.setting, self.now - waiter.age + self.setting.deadline
        leaves = self.now + (self.random.uniform(0, 3.0) if self.random.random() < s.spike else 0.0)
        if leaves >= deadline:  # connecting took all the time there was
            self._at(deadline, lambda: self._release(number, waiter, "not_sent"))
            return
        chances = (s.not_sent, s.lost_on_the_way, s.lost_answer, s.counted_late, s.killed, s.cancelled_in_flight)
        drawn, fault = self.random.random(), 0
        while fault < len(chances) and drawn >= chances[fault]:
            drawn, fault = drawn - chances[fault], fault + 1
        self._at(leaves, lambda: self._leave(number, waiter, deadline, fault))

    def _leave(self, number: int, waiter: Waiter, deadline: float, fault: int) -> None:
        """The first byte leaves this machine, or would have."""
        s = self.setting
        up, down = (self.random.uniform(0, limit) if s.jitter else limit for limit in (s.up, s.down))
        if fault == 0:
            self._release(number, waiter, "not_sent")
            return
        self.sent += 1
        latest = deadline + s.late_delivery_grace  # the one assumption
        arrives = self.random.uniform(self.now, latest) if fault == 3 else min(self.now + up, latest)
        if fault != 1:
            self._at(arrives, self._count)
        if fault == 4:
            self._busy[number] = deadline + s.late_delivery_grace + waiter.rate.seconds * DRIFT
        elif fault == 5:
            self._at(self.random.uniform(self.now, deadline), lambda: self._release(number, waiter, "no_response"))
        elif fault in (1, 2) or arrives + down > deadline:
            self._at(deadline, lambda: self._release(number, waiter, "no_response"))
        else:
            self._at(arrives + down, lambda: self._release(number, waiter, "responded"))

    def _count(self) -> None:
        self.refused += not self._counter.admit(self.now * self.setting.server_rate)

    def _release(self, number: int, waiter: Waiter, disposition: Disposition) -> None:
        granted = self.now - waiter.age
        window = waiter.rate.seconds * DRIFT
        self._busy[number] = {
            "responded": self.now + window,
            "not_sent": self.now,
            "no_response": granted + self.setting.deadline + self.setting.late_delivery_grace + window,
        }[disposition]
        self._give_back(number, waiter, disposition)

    def _join(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        self._window.join(waiter)
        self._window.serve(self.now)

    def _withdraw(self, number: int, waiter: Waiter) -> None:
        self._window.withdraw(waiter, self.now)
        self._window.serve(self.now)

    def _give_back(self, number: int, waiter: Waiter, disposition: Disposition) -> None:
        self._window.release(waiter, disposition, self.now)
        self._window.serve(self.now)


Step = Callable[[int, Sequence[str]], Reply]
"""Runs a step of a shared limit at a moment, in microseconds."""


@dataclass
class SharedWorld(World):
    """The same with a limit that callers share through a store, and poll as `SharedLimiter` does.

    `poll` is how often; `die_waiting` and `stop_waiting` are the chances, at each poll, that a caller is killed, and
    that it comes late by up to three seconds.
    """

    step: Step | None = None
    poll: float = 0.05
    die_waiting: float = 0.0
    stop_waiting: float = 0.0
    steps: int = 0
    overtaken: int = 0

    def _set_alarm(self) -> None:
        """Nobody wakes a caller but itself."""

    def _run(self, step: str, number: int, *rest: str) -> Reply:
        assert self.step is not None
        self.steps += 1
        return self.step(int(self.now * 1e6), (step, f"{number}", "", *rest))

    def _join(self, number: int, waiter: Waiter, gone: list[bool]) -> None:
        lease = micro(max(0.0, waiter.lease) + self.setting.late_delivery_grace)
        asked = (str(waiter.rate.requests), micro(span(waiter.rate)), lease, micro(self.poll))
        self._poll(number, waiter, gone, asked, 0)

    def _poll(self, number: int, waiter: Waiter, gone: list[bool], asked: tuple[str, ...], position: int) -> None:
        if gone:
            return
        reply = self._run("acquire", number, *asked, str(position))
        if reply.granted:
            self.overtaken = max(self.overtaken, sum(other < number for other in self._waiting))
            waiter.granted_at = self.now
            self._granted(number, waiter, gone, self.random.uniform(0, 0.01))
            return
        delay = reply.poll_after / 1e6 * self.random.uniform(1.0, 1.05) + self.random.uniform(
            0, self.setting.timer_late
        )
        drawn = self.random.random()
        if drawn < self.die_waiting:
            gone.append(True)
            self._waiting.discard(number)
            return
        if drawn < self.die_waiting + self.stop_waiting:
            delay += self.random.uniform(0, 3.0)
        self._at(self.now + delay, lambda: self._poll(number, waiter, gone, asked, reply.position))

    def _withdraw(self, number: int, waiter: Waiter) -> None:
        self._run("leave", number)

    def _give_back(self, number: int, waiter: Waiter, disposition: Disposition) -> None:
        if disposition != "no_response":
            self._run("release", number, disposition)


def in_a_file() -> Step:
    """The steps on a file, which is in memory and closed when nobody has them any more."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db, 0)

    def step(now: int, arguments: Sequence[str]) -> Reply:
        return sqlite_steps.run(db, now, KEY, arguments)

    weakref.finalize(step, db.close)
    return step


def on_redis(client: redis.Redis, namespace: str) -> Step:
    """The script on a server in which a moment is written down that its clock has not reached: there it goes on."""
    guard, key = f"{{{namespace}}}:guard", f"{{{namespace}}}:key"
    names = [guard, key, f"{key}:slots", f"{key}:queue", f"{key}:alive"]
    start = 4_000_000_000_000_000
    client.script_load(SCRIPT)

    def step(now: int, arguments: Sequence[str]) -> Reply:
        pipeline = client.pipeline(transaction=False)
        pipeline.hset(guard, mapping={"last": str(start + now), "skew": "0"})
        pipeline.evalsha(SHA, len(names), *names, *arguments)
        granted, epoch, *numbers = pipeline.execute()[1]
        return Reply(int(granted), str(epoch), *map(int, numbers))

    return step
