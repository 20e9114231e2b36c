"""The script of the shared limit on a real Redis with a clock that the test sets: exact to the microsecond.

The script never lets its clock go back behind the last moment that it wrote down. A moment written down ahead of the
server's own clock is therefore the script's `now`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from leverset.limits._redis_store import Store
from leverset.limits._shared_reply import Reply
from tests.limits.server import PROGRAMS, RedisServer

START = 4_000_000_000_000_000  # microseconds; in the year 2096, and still exact as a double
SECOND = 1_000_000
WINDOW = 1_000_000
LEASE = 300_000
POLL = 50_000
HELD_FOR = LEASE + WINDOW
EPOCH = "1000"
KINDS = ("", ":slots", ":queue", ":alive")


class Script:
    """Runs the script for one key, at moments that the test names."""

    def __init__(self, server: RedisServer) -> None:
        self.client: redis.Redis = server.client()
        self.now = START
        name = f"{{{server.known()}}}"
        self.guard, self.key = f"{name}:guard", f"{name}:key"
        self.names = [self.key + kind for kind in KINDS]
        self._store = Store(server.url, 5.0)
        self.write(epoch=EPOCH)

    def close(self) -> None:
        self._store.links.close()
        self.client.close()

    def write(self, **fields: object) -> None:
        """Change what is written in the guard."""
        self.client.hset(self.guard, mapping={name: str(value) for name, value in fields.items()})

    def run(self, step: str, waiter: str, *rest: object, seen: str = "") -> Reply:
        """One run of the script at this moment."""
        self.write(last=self.now, skew=0)
        return self._store.run([self.guard, *self.names], lambda: (step, waiter, seen, *map(str, rest)))

    def acquire(
        self,
        waiter: str,
        limit: int = 1,
        *,
        at: int | None = None,
        window: int = WINDOW,
        lease: int = LEASE,
        poll: int = POLL,
        position: int = 0,
        seen: str = "",
    ) -> Reply:
        """Ask for a slot; `at` is the moment, in microseconds since the start."""
        self.now = self.now if at is None else START + at
        return self.run("acquire", waiter, limit, window, lease, poll, position, seen=seen)

    def release(self, waiter: str, disposition: str, *, at: int) -> Reply:
        """Say what became of a request."""
        self.now = START + at
        return self.run("release", waiter, disposition)

    def scores(self, kind: str) -> dict[str, int]:
        """Return one of the sorted sets; moments since the start, positions for the queue."""
        found: Any = self.client.zrange(f"{self.key}:{kind}", 0, -1, withscores=True)
        return {name: int(score) - (0 if kind == "queue" else START) for name, score in found}


@pytest.fixture(params=PROGRAMS)
def script(request: pytest.FixtureRequest, servers: Callable[[str], RedisServer]) -> Iterator[Script]:
    script = Script(servers(request.param))
    yield script
    script.close()


def waits(reply: Reply) -> tuple[int, int]:
    """Return poll_after and at_least of a reply that grants nothing."""
    assert reply.granted == 0
    return reply.poll_after, reply.at_least


def test_a_granted_reply_has_nothing_else(script: Script) -> None:
    assert script.acquire("a", 2) == Reply(1, EPOCH, 0, 0, 1, 1, 0, 0, 0)
    assert script.acquire("b", 2) == Reply(1, EPOCH, 0, 0, 2, 2, 0, 0, 0)
    assert script.scores("slots") == {"a": LEASE, "b": LEASE}
    assert (script.scores("queue"), script.scores("alive")) == ({}, {})


def test_a_slot_is_held_until_lease_and_window_are_over(script: Script) -> None:
    script.acquire("a")
    script.acquire("b", at=HELD_FOR - 1)
    assert script.scores("slots") == {"a": LEASE}
    reply = script.acquire("b", at=HELD_FOR)
    assert (reply.granted, reply.held) == (1, 1)
    assert script.scores("slots") == {"b": HELD_FOR + LEASE}


@pytest.mark.parametrize(("disposition", "free"), [("responded", 7 + WINDOW), ("not_sent", 7)])
def test_a_released_slot_is_held_for_as_long_as_its_disposition_says(
    script: Script, disposition: str, free: int
) -> None:
    script.acquire("a")
    assert script.release("a", disposition, at=7) == Reply(0, EPOCH, 0, 0, 0, int(disposition == "responded"), 0, 0, 0)
    if disposition == "responded":
        assert script.acquire("b", at=free - 1).granted == 0
    assert script.acquire("b", at=free).granted == 1


@pytest.mark.parametrize("disposition", ["responded", "not_sent"])
def test_only_a_granted_slot_can_be_released(script: Script, disposition: str) -> None:
    script.acquire("a")
    assert script.release("b", disposition, at=7).held == 1
    assert script.scores("slots") == {"a": LEASE}


def test_acquire_repeated_by_a_waiter_with_a_slot_grants_the_same(script: Script) -> None:
    script.acquire("a")
    script.acquire("b", at=1)
    reply = script.acquire("a", at=5)
    assert (reply.granted, reply.held, reply.waiting) == (1, 1, 1)
    assert script.scores("slots") == {"a": LEASE}
    assert script.scores("queue") == {"b": 2}


def test_leave_removes_a_waiter_from_everything(script: Script) -> None:
    script.acquire("a")
    script.acquire("b")
    script.acquire("c")
    assert (script.scores("queue"), set(script.scores("alive"))) == ({"b": 2, "c": 3}, {"b", "c"})
    assert script.run("leave", "b").waiting == 1
    assert (script.scores("queue"), set(script.scores("alive")), script.scores("slots")) == (
        {"c": 3},
        {"c"},
        {"a": LEASE},
    )
    assert script.run("leave", "a").held == 0
    assert script.acquire("c").granted == 1
    assert (script.scores("queue"), script.scores("alive")) == ({}, {})


def test_a_free_slot_goes_to_the_first_in_the_queue(script: Script) -> None:
    for waiter in "abcdef":
        script.acquire(waiter, 2)
    script.release("a", "not_sent", at=10)
    assert [script.acquire(waiter, 2).granted for waiter in "fedc"] == [0, 0, 0, 1]
    script.release("b", "not_sent", at=20)
    script.release("c", "not_sent", at=20)
    assert [script.acquire(waiter, 2).granted for waiter in "fedd"] == [0, 1, 1, 1], "e is second, and there are two"
    assert script.scores("queue") == {"f": 6}


def test_positions_are_kept_where_the_queue_was_lost(script: Script) -> None:
    script.acquire("a")
    late, other = script.acquire("b"), script.acquire("c")
    assert (late.position, other.position) == (2, 3)
    script.client.delete(f"{script.key}:queue", f"{script.key}:alive")
    assert script.acquire("c", position=3).position == 3
    assert script.acquire("b", position=2).position == 2
    assert script.scores("queue") == {"b": 2, "c": 3}
    assert script.acquire("d").position == 4, "the newest comes last"
    script.client.delete(*script.names)
    assert script.acquire("x", position=9).granted == 1
    assert script.acquire("y").position == 10


def held_two(script: Script) -> None:
    """One slot was released at 150 ms, one is in use since 100 ms; it is 200 ms now."""
    script.acquire("a", 2)
    script.acquire("b", 2, at=100_000)
    script.release("a", "responded", at=150_000)
    assert script.scores("slots") == {"a": 150_000, "b": 100_000 + LEASE}
    script.now = START + 200_000


def test_at_least_assumes_responses_now(script: Script) -> None:
    """The released slot is free at 1150 ms, the other at 1200 ms if it is released now, then each a window later."""
    held_two(script)
    least = [script.acquire(waiter, 2).at_least for waiter in "vwxyz"]
    assert least == [950_000, 1_000_000, 1_950_000, 2_000_000, 2_950_000]


def test_poll_after_grows_with_the_queue_and_ends_with_a_sure_slot(script: Script) -> None:
    held_two(script)
    assert [script.acquire(waiter, 2).poll_after for waiter in "vwxyz"] == [POLL, POLL, 2 * POLL, 2 * POLL, 3 * POLL]
    # The slot under way is surely free after its lease and window, at 1400 ms.
    assert script.acquire("v", 2, poll=10 * SECOND).poll_after == 950_000
    assert script.acquire("v", 2, at=1_100_000, poll=10 * SECOND).poll_after == 50_000
    assert script.acquire("w", 2, at=1_100_000, poll=10 * SECOND).poll_after == 300_000
    assert script.acquire("x", 2, at=1_149_999, poll=10 * SECOND).poll_after == SECOND, "1.000001 s is too long"
    assert script.acquire("x", 2, at=1_149_999, poll=400_000).poll_after == 800_000
    assert waits(script.acquire("v", 2, at=1_149_500, poll=10 * SECOND)) == (1_000, 500)


def test_slots_that_are_free_count_for_those_ahead(script: Script) -> None:
    script.acquire("a", 3)
    script.acquire("b", 3)
    script.acquire("c", 3)
    script.acquire("v", 3)
    script.release("b", "not_sent", at=10)
    script.release("c", "responded", at=10)
    # One is free, and v, which is first, has not polled since.
    assert waits(script.acquire("w", 3, at=20, poll=10 * SECOND)) == (WINDOW - 10, WINDOW - 10)
    assert waits(script.acquire("x", 3, at=20, poll=10 * SECOND)) == (SECOND, WINDOW)
    assert waits(script.acquire("y", 3, at=20, poll=300_000)) == (600_000, WINDOW)
    script.release("c", "not_sent", at=20)
    assert waits(script.acquire("x", 3, at=30, poll=10 * SECOND)) == (SECOND, WINDOW)


def test_more_may_be_held_than_a_caller_s_own_limit(script: Script) -> None:
    """Another caller knows a higher limit: some of its slots have to be free before this one gets any."""
    for at, waiter in enumerate("abc"):
        script.acquire(waiter, 3, at=at)
    for at, waiter in enumerate("abc"):
        script.release(waiter, "responded", at=10 + at)
    least = [script.acquire(waiter, 2, at=100).at_least for waiter in "vwxy"]
    assert least == [WINDOW + 11 - 100, WINDOW + 12 - 100, 2 * WINDOW + 11 - 100, 2 * WINDOW + 12 - 100]
    assert script.acquire("v", 2, at=WINDOW + 10, poll=10 * SECOND).poll_after == 1_000
    assert script.acquire("v", 2, at=WINDOW + 11).granted == 1


def test_each_caller_counts_its_own_window(script: Script) -> None:
    script.acquire("a", window=5 * WINDOW)
    script.release("a", "responded", at=0)
    assert script.acquire("b", at=WINDOW).granted == 1
    script.release("b", "not_sent", at=WINDOW)
    assert script.acquire("c", at=5 * WINDOW - 1, window=5 * WINDOW).granted == 0
    assert script.acquire("c", at=5 * WINDOW, window=5 * WINDOW).granted == 1
    assert set(script.scores("slots")) == {"c"}, "a's is forgotten now"


def test_a_waiter_that_stops_polling_leaves_the_queue_a_second_later(script: Script) -> None:
    script.acquire("a")
    assert script.acquire("b").poll_after == POLL
    assert script.acquire("c").poll_after == 2 * POLL
    assert script.scores("alive") == {"b": POLL + SECOND, "c": 2 * POLL + SECOND}
    script.release("a", "not_sent", at=10)
    assert script.acquire("c", at=POLL + SECOND, position=3).granted == 0
    reply = script.acquire("c", at=POLL + SECOND + 1, position=3)
    assert (reply.granted, reply.waiting) == (1, 0)
    assert (script.scores("queue"), script.scores("alive")) == ({}, {})


def test_a_late_waiter_keeps_its_position_while_nobody_removed_it(script: Script) -> None:
    script.acquire("a", lease=60 * SECOND)
    for waiter in "bc":
        script.acquire(waiter)
    assert script.acquire("b", at=10 * SECOND).position == 2, "c is dead now, and b only late"
    assert (script.scores("queue"), script.scores("alive")) == ({"b": 2}, {"b": 11 * SECOND + POLL})


def test_a_pause_is_for_everybody_and_never_shortened(script: Script) -> None:
    reply = script.run("pause", "", 300_000)
    assert (reply.granted, reply.paused_for, reply.quarantined_for) == (0, 300_000, 0)
    script.now = START + 100_000
    assert script.run("pause", "", 1_000).paused_for == 200_000
    reply = script.acquire("a")
    assert (waits(reply), reply.paused_for, reply.quarantined_for) == ((200_000, 200_000), 200_000, 0)
    assert waits(script.acquire("a", at=299_999)) == (1_000, 1)
    assert script.acquire("a", at=300_000).granted == 1
    reply = script.run("pause", "", 60 * SECOND)
    assert reply.paused_for == 60 * SECOND
    assert waits(script.acquire("b")) == (SECOND, 60 * SECOND)
    assert script.release("a", "not_sent", at=300_000 + 60 * SECOND + 5).paused_for == 0


def test_after_a_loss_nothing_is_granted_for_lease_and_window(script: Script) -> None:
    script.write(lost=START - 100_000)
    reply = script.acquire("a")
    assert (waits(reply), reply.paused_for, reply.quarantined_for) == (
        (SECOND, HELD_FOR - 100_000),
        0,
        HELD_FOR - 100_000,
    )
    assert waits(script.acquire("a", at=HELD_FOR - 100_001)) == (1_000, 1)
    assert script.acquire("a", at=HELD_FOR - 100_000).granted == 1
    script.write(lost=START + HELD_FOR)
    reply = script.run("pause", "", 200_000)
    assert (reply.paused_for, reply.quarantined_for) == (200_000, 0)
    reply = script.acquire("b")
    assert (reply.paused_for, reply.quarantined_for) == (200_000, HELD_FOR - 100_000)
    script.run("pause", "", 60 * SECOND)
    reply = script.acquire("b")
    assert (reply.paused_for, reply.quarantined_for) == (60 * SECOND, 0)


def test_another_server_run_starts_a_new_epoch(script: Script) -> None:
    script.acquire("a", 2)
    script.acquire("b", 2)
    script.acquire("c", 2)
    script.write(run="another")
    reply = script.acquire("d", 2, at=70)
    assert (reply.epoch, reply.granted, reply.held, reply.waiting, reply.quarantined_for) == (
        str(START + 70),
        0,
        0,
        1,
        HELD_FOR,
    )
    assert (script.scores("queue"), set(script.scores("alive"))) == ({"d": 4}, {"d"})
    reply = script.acquire("d", 2, at=70 + HELD_FOR - 1)
    assert (reply.granted, reply.epoch) == (0, str(START + 70))
    assert script.acquire("d", 2, at=70 + HELD_FOR).granted == 1
    assert script.acquire("e", 2).held == 2, "what came after is kept"


def test_a_key_that_is_used_again_long_after_a_new_epoch_has_lost_nothing_since(script: Script) -> None:
    script.acquire("a")
    script.write(epoch=START + 70, lost=START + 70)  # as a step for another key has written it
    assert script.acquire("b", at=70 + HELD_FOR - 1).quarantined_for == 1
    assert script.acquire("b", at=70 + HELD_FOR).granted


@pytest.mark.parametrize(("seen", "quarantined_for"), [("", 0), (EPOCH, 0), ("999", HELD_FOR - 5)])
def test_a_client_that_saw_another_epoch_knows_of_a_loss(script: Script, seen: str, quarantined_for: int) -> None:
    script.write(epoch=START - 5 if seen == "999" else EPOCH)
    assert script.acquire("a", seen=seen).quarantined_for == quarantined_for
    script.write(lost=START)
    assert script.acquire("b", seen=seen).quarantined_for == HELD_FOR, "the later loss counts"


def test_a_missing_key_after_an_eviction_is_quarantined(script: Script) -> None:
    script.write(evicted=5)
    assert script.acquire("a", at=3).quarantined_for == HELD_FOR
    assert script.acquire("a", at=HELD_FOR + 2).granted == 0
    assert script.acquire("a", at=HELD_FOR + 3).granted == 1
    script.write(evicted=6)
    assert script.acquire("b", 2).granted == 1, "a key that is there was not evicted"


def test_slots_that_were_evicted_by_themselves_are_a_loss(script: Script) -> None:
    script.acquire("a")
    script.client.delete(f"{script.key}:slots")
    reply = script.acquire("b", at=7)
    assert (reply.granted, reply.quarantined_for) == (0, HELD_FOR)
    assert script.run("leave", "b").held == 0
    assert script.acquire("c", at=7 + HELD_FOR - 1).quarantined_for == 1
    assert script.acquire("c", at=7 + HELD_FOR).granted


def test_slots_that_were_given_back_are_no_loss(script: Script) -> None:
    for waiter in ("a", "b"):
        assert script.acquire(waiter).granted
        script.release(waiter, "not_sent", at=0)


def test_waiters_whose_leases_were_evicted_come_back_where_they_were(script: Script) -> None:
    """Else nobody would ever remove those that are dead."""
    script.acquire("a")
    for waiter in ("dead", "b", "c"):
        script.acquire(waiter)
    script.client.delete(f"{script.key}:alive")
    assert script.acquire("c", position=4).waiting == 1
    assert script.acquire("b", position=3).waiting == 2
    script.run("leave", "a")
    assert script.acquire("b", position=3).granted


@pytest.mark.parametrize("known", [True, False])
def test_the_clock_goes_on_from_where_it_was(script: Script, known: bool) -> None:
    def moment() -> int:
        seconds, micros = script.client.time()
        return int(seconds) * SECOND + int(micros)

    script.run("release", "a", "responded")
    if known:
        script.write(last=0, skew=500 * SECOND)
        expected = 500 * SECOND
    else:
        expected = START - moment()
    before = moment() + expected
    script._store.run([script.guard, *script.names], lambda: ("release", "a", "", "responded"))
    last, skew = (int(value or 0) for value in script.client.hmget(script.guard, "last", "skew"))
    assert before <= last <= moment() + expected + 60 * SECOND
    assert abs(skew - expected) < 60 * SECOND
    if known:
        assert skew == expected
    else:
        assert last >= START


def test_keys_expire_a_day_after_they_could_matter_and_never_earlier(script: Script) -> None:
    def kept() -> list[int]:
        return [script.client.pttl(name) for name in script.names if script.client.exists(name)]

    day = 24 * 3600 * 1000
    script.acquire("a", lease=1000 * SECOND, window=50 * SECOND)
    longest = day + 2 * (1000 + 50 + 50) * 1000
    assert [longest - 20_000 < rest <= longest for rest in kept()] == [True, True]
    script.acquire("b", lease=10 * SECOND, window=SECOND)
    assert [longest - 20_000 < rest <= longest for rest in kept()] == [True] * 4
    script.run("pause", "", 5000 * SECOND)
    paused = day + (5000 + 2 * 50) * 1000
    assert [paused - 20_000 < rest <= paused for rest in kept()] == [True] * 4


def test_a_step_costs_as_much_with_a_hundred_thousand_slots(script: Script) -> None:
    """The store runs one step at a time: one that looked at every slot would keep everybody else waiting."""
    script.run("pause", "", SECOND)
    assert waits(script.acquire("a", 100_000)) == (SECOND, SECOND)


# Of those that sorted sets have, each costs O(log n), and as much again for each member that it returns or removes.
SORTED = {"zadd", "zrem", "zscore", "zrank", "zcard", "zcount", "zrevrange", "zrangebyscore", "zremrangebyscore"}
CONSTANT = {"time", "hset", "hmget", "pexpire", "pttl", "evalsha"}
STEPS: dict[str, Callable[[Script, int], Reply]] = {
    "a slot": lambda script, held: script.acquire("new", 2 * held + 1),
    "no slot": lambda script, held: script.acquire("new", held),
    "a poll from the middle": lambda script, held: script.acquire(f"waiting {held // 2}", held),
    "responded": lambda script, held: script.release(f"slot {held // 2}", "responded", at=1),
    "not sent": lambda script, held: script.release(f"slot {held // 2}", "not_sent", at=1),
    "leave": lambda script, held: script.run("leave", f"waiting {held // 2}"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_runs_the_same_commands_with_ten_slots_and_with_a_thousand(script: Script, step: str) -> None:
    def commands(held: int) -> dict[str, int]:
        names = [f"{script.key}:{kind}" for kind in ("slots", "queue", "alive")]
        script.client.delete(script.key, *names)
        script.run("pause", "", 0)
        script.client.zadd(names[0], {f"slot {number}": START + LEASE for number in range(held)})
        script.client.zadd(names[1], {f"waiting {number}": number + 1 for number in range(held)})
        script.client.zadd(names[2], {f"waiting {number}": START + SECOND for number in range(held)})
        script.write(last=START, skew=0)
        before: dict[str, Any] = script.client.info("commandstats")
        STEPS[step](script, held)
        after: dict[str, Any] = script.client.info("commandstats")
        calls = {name.removeprefix("cmdstat_"): int(figures["calls"]) for name, figures in after.items()}
        found = {
            name: number - int(before.get(f"cmdstat_{name}", {"calls": 0})["calls"]) for name, number in calls.items()
        }
        return {name: number for name, number in found.items() if number and name != "info"}

    few, many = commands(10), commands(1000)
    assert few == many
    assert set(few) <= SORTED | CONSTANT
    assert 10 < sum(few.values()) < 35
