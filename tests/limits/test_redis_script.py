"""The shared limit's script on a real Redis whose clock stands where a test sets it: exact to the microsecond.

The script never lets its clock go back behind the last moment that it wrote down. A moment written down ahead of the
server's own clock is therefore the script's `now`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from leverset.limits._redis_script import Reply
from leverset.limits._redis_store import Store
from tests.limits.server import RedisServer

START = 4_000_000_000_000_000  # microseconds; in the year 2096, and still exact as a double
SECOND = 1_000_000
WINDOW = 1_000_000
HOLD = 300_000
POLL = 50_000
LEASE = HOLD + WINDOW
EPOCH = "1000"
KINDS = ("", ":slots", ":line", ":alive")


class Desk:
    """One key of the store, and what is asked of it at what moment."""

    def __init__(self, server: RedisServer) -> None:
        self.client: redis.Redis = server.client()
        self.now = START
        name = f"{{{server.known()}}}"
        self.guard, self.key = f"{name}:guard", f"{name}:key"
        self.names = [self.key + kind for kind in KINDS]
        self._store = Store(server.url, 5.0)
        self.write(epoch=EPOCH)

    def close(self) -> None:
        self._store.close()
        self.client.close()

    def write(self, **fields: object) -> None:
        """Change what is written in the guard."""
        self.client.hset(self.guard, mapping={name: str(value) for name, value in fields.items()})

    def run(self, step: str, ticket: str, *rest: object, seen: str = "") -> Reply:
        """One run of the script at this moment."""
        self.write(last=self.now, skew=0)
        return self._store.run([self.guard, *self.names], (step, ticket, seen, *map(str, rest)))

    def acquire(
        self,
        ticket: str,
        limit: int = 1,
        *,
        at: int | None = None,
        window: int = WINDOW,
        lease: int = HOLD,
        poll: int = POLL,
        place: int = 0,
        seen: str = "",
    ) -> Reply:
        """Ask for a slot; `at` is the moment, in microseconds since the start."""
        self.now = self.now if at is None else START + at
        return self.run("acquire", ticket, limit, window, lease, poll, place, seen=seen)

    def release(self, ticket: str, disposition: str, *, at: int) -> Reply:
        """Say what became of a request."""
        self.now = START + at
        return self.run("release", ticket, disposition)

    def scores(self, kind: str) -> dict[str, int]:
        """What is in one of the sorted sets; moments since the start, for places the places."""
        found: Any = self.client.zrange(f"{self.key}:{kind}", 0, -1, withscores=True)
        return {name: int(score) - (0 if kind == "line" else START) for name, score in found}


@pytest.fixture
def desk(server: RedisServer) -> Iterator[Desk]:
    desk = Desk(server)
    yield desk
    desk.close()


def waits(reply: Reply) -> tuple[int, int]:
    """When to ask again, and how long it takes at the least; it was not granted."""
    assert reply.granted == 0
    return reply.wait, reply.least


def test_a_grant_is_all_there_is_to_say(desk: Desk) -> None:
    assert desk.acquire("a", 2) == Reply(1, EPOCH, 0, 0, 1, 1, 0, 0, 0)
    assert desk.acquire("b", 2) == Reply(1, EPOCH, 0, 0, 2, 2, 0, 0, 0)
    assert desk.scores("slots") == {"a": HOLD, "b": HOLD}
    assert (desk.scores("line"), desk.scores("alive")) == ({}, {})


def test_a_slot_is_taken_until_its_lease_and_window_are_over(desk: Desk) -> None:
    desk.acquire("a")
    desk.acquire("b", at=LEASE - 1)
    assert desk.scores("slots") == {"a": HOLD}
    reply = desk.acquire("b", at=LEASE)
    assert (reply.granted, reply.held) == (1, 1)
    assert desk.scores("slots") == {"b": LEASE + HOLD}


@pytest.mark.parametrize(("disposition", "free"), [("responded", 7 + WINDOW), ("not_sent", 7)])
def test_a_slot_that_is_settled_is_taken_for_as_long_as_its_fate_says(desk: Desk, disposition: str, free: int) -> None:
    desk.acquire("a")
    assert desk.release("a", disposition, at=7) == Reply(0, EPOCH, 0, 0, 0, int(disposition == "responded"), 0, 0, 0)
    if disposition == "responded":
        assert desk.acquire("b", at=free - 1).granted == 0
    assert desk.acquire("b", at=free).granted == 1


@pytest.mark.parametrize("disposition", ["responded", "not_sent"])
def test_only_who_has_a_slot_can_settle_it(desk: Desk, disposition: str) -> None:
    desk.acquire("a")
    assert desk.release("b", disposition, at=7).held == 1
    assert desk.scores("slots") == {"a": HOLD}


def test_the_answer_to_a_question_that_was_answered_before_is_the_same(desk: Desk) -> None:
    desk.acquire("a")
    desk.acquire("b", at=1)
    again = desk.acquire("a", at=5)
    assert (again.granted, again.held, again.waiting) == (1, 1, 1)
    assert desk.scores("slots") == {"a": HOLD}
    assert desk.scores("line") == {"b": 2}


def test_who_leaves_is_out_of_everything(desk: Desk) -> None:
    desk.acquire("a")
    desk.acquire("b")
    desk.acquire("c")
    assert (desk.scores("line"), set(desk.scores("alive"))) == ({"b": 2, "c": 3}, {"b", "c"})
    assert desk.run("leave", "b").waiting == 1
    assert (desk.scores("line"), set(desk.scores("alive")), desk.scores("slots")) == ({"c": 3}, {"c"}, {"a": HOLD})
    assert desk.run("leave", "a").held == 0
    assert desk.acquire("c").granted == 1
    assert (desk.scores("line"), desk.scores("alive")) == ({}, {})


def test_a_free_slot_is_for_whoever_is_first_in_line(desk: Desk) -> None:
    for ticket in "abcdef":
        desk.acquire(ticket, 2)
    desk.release("a", "not_sent", at=10)
    assert [desk.acquire(ticket, 2).granted for ticket in "fedc"] == [0, 0, 0, 1]
    desk.release("b", "not_sent", at=20)
    desk.release("c", "not_sent", at=20)
    assert [desk.acquire(ticket, 2).granted for ticket in "fedd"] == [0, 1, 1, 1], "e is second, and there are two"
    assert desk.scores("line") == {"f": 6}


def test_a_place_in_line_is_kept_where_the_line_was_lost(desk: Desk) -> None:
    desk.acquire("a")
    late, other = desk.acquire("b"), desk.acquire("c")
    assert (late.place, other.place) == (2, 3)
    desk.client.delete(f"{desk.key}:line", f"{desk.key}:alive")
    assert desk.acquire("c", place=3).place == 3
    assert desk.acquire("b", place=2).place == 2
    assert desk.scores("line") == {"b": 2, "c": 3}
    assert desk.acquire("d").place == 4, "the newest comes last"
    desk.client.delete(*desk.names)
    assert desk.acquire("x", place=9).granted == 1
    assert desk.acquire("y").place == 10


def held_two(desk: Desk) -> None:
    """One answered at 150 ms, one under way since 100 ms; it is 200 ms now."""
    desk.acquire("a", 2)
    desk.acquire("b", 2, at=100_000)
    desk.release("a", "responded", at=150_000)
    assert desk.scores("slots") == {"a": 150_000, "b": 100_000 + HOLD}
    desk.now = START + 200_000


def test_how_long_it_takes_at_the_least_counts_on_answers_at_once(desk: Desk) -> None:
    """The answered slot is free at 1150 ms; the other at 1200 ms, were it answered now; then each a window later."""
    held_two(desk)
    least = [desk.acquire(ticket, 2).least for ticket in "vwxyz"]
    assert least == [950_000, 1_000_000, 1_950_000, 2_000_000, 2_950_000]


def test_who_waits_asks_again_when_its_turn_is_sure_or_after_a_while_that_grows_with_the_line(desk: Desk) -> None:
    held_two(desk)
    assert [desk.acquire(ticket, 2).wait for ticket in "vwxyz"] == [POLL, POLL, 2 * POLL, 2 * POLL, 3 * POLL]
    # The slot under way is surely free after its lease and window, at 1400 ms.
    assert desk.acquire("v", 2, poll=10 * SECOND).wait == 950_000
    assert desk.acquire("v", 2, at=1_100_000, poll=10 * SECOND).wait == 50_000
    assert desk.acquire("w", 2, at=1_100_000, poll=10 * SECOND).wait == 300_000
    assert desk.acquire("x", 2, at=1_149_999, poll=10 * SECOND).wait == SECOND, "1.000001 s is too long"
    assert desk.acquire("x", 2, at=1_149_999, poll=400_000).wait == 800_000
    assert waits(desk.acquire("v", 2, at=1_149_500, poll=10 * SECOND)) == (1_000, 500)


def test_slots_that_are_free_count_for_those_ahead(desk: Desk) -> None:
    desk.acquire("a", 3)
    desk.acquire("b", 3)
    desk.acquire("c", 3)
    desk.acquire("v", 3)
    desk.release("b", "not_sent", at=10)
    desk.release("c", "responded", at=10)
    # One is free, and v, who is first, has not asked since.
    assert waits(desk.acquire("w", 3, at=20, poll=10 * SECOND)) == (WINDOW - 10, WINDOW - 10)
    assert waits(desk.acquire("x", 3, at=20, poll=10 * SECOND)) == (SECOND, WINDOW)
    assert waits(desk.acquire("y", 3, at=20, poll=300_000)) == (600_000, WINDOW)
    desk.release("c", "not_sent", at=20)
    assert waits(desk.acquire("x", 3, at=30, poll=10 * SECOND)) == (SECOND, WINDOW)


def test_more_may_be_held_than_a_caller_s_own_limit(desk: Desk) -> None:
    """Another caller knows of a higher limit: then some of its slots have to be free before the first one counts."""
    for at, ticket in enumerate("abc"):
        desk.acquire(ticket, 3, at=at)
    for at, ticket in enumerate("abc"):
        desk.release(ticket, "responded", at=10 + at)
    least = [desk.acquire(ticket, 2, at=100).least for ticket in "vwxy"]
    assert least == [WINDOW + 11 - 100, WINDOW + 12 - 100, 2 * WINDOW + 11 - 100, 2 * WINDOW + 12 - 100]
    assert desk.acquire("v", 2, at=WINDOW + 10, poll=10 * SECOND).wait == 1_000
    assert desk.acquire("v", 2, at=WINDOW + 11).granted == 1


def test_every_caller_looks_back_over_its_own_window_and_nothing_is_forgotten_before_the_longest(desk: Desk) -> None:
    desk.acquire("a", window=5 * WINDOW)
    desk.release("a", "responded", at=0)
    assert desk.acquire("b", at=WINDOW).granted == 1
    desk.release("b", "not_sent", at=WINDOW)
    assert desk.acquire("c", at=5 * WINDOW - 1, window=5 * WINDOW).granted == 0
    assert desk.acquire("c", at=5 * WINDOW, window=5 * WINDOW).granted == 1
    assert set(desk.scores("slots")) == {"c"}, "a's is forgotten now"


def test_a_waiter_is_taken_for_dead_a_second_after_it_wanted_to_ask(desk: Desk) -> None:
    desk.acquire("a")
    assert desk.acquire("b").wait == POLL
    assert desk.acquire("c").wait == 2 * POLL
    assert desk.scores("alive") == {"b": POLL + SECOND, "c": 2 * POLL + SECOND}
    desk.release("a", "not_sent", at=10)
    assert desk.acquire("c", at=POLL + SECOND, place=3).granted == 0
    reply = desk.acquire("c", at=POLL + SECOND + 1, place=3)
    assert (reply.granted, reply.waiting) == (1, 0)
    assert (desk.scores("line"), desk.scores("alive")) == ({}, {})


def test_who_comes_late_has_its_place_as_long_as_nobody_else_has_noticed(desk: Desk) -> None:
    desk.acquire("a", lease=60 * SECOND)
    for ticket in "bc":
        desk.acquire(ticket)
    assert desk.acquire("b", at=10 * SECOND).place == 2, "c is dead now, and b only late"
    assert (desk.scores("line"), desk.scores("alive")) == ({"b": 2}, {"b": 11 * SECOND + POLL})


def test_a_pause_is_for_everybody_and_never_shortened(desk: Desk) -> None:
    reply = desk.run("pause", "", 300_000)
    assert (reply.granted, reply.paused, reply.quiet) == (0, 300_000, 0)
    desk.now = START + 100_000
    assert desk.run("pause", "", 1_000).paused == 200_000
    reply = desk.acquire("a")
    assert (waits(reply), reply.paused, reply.quiet) == ((200_000, 200_000), 200_000, 0)
    assert waits(desk.acquire("a", at=299_999)) == (1_000, 1)
    assert desk.acquire("a", at=300_000).granted == 1
    reply = desk.run("pause", "", 60 * SECOND)
    assert reply.paused == 60 * SECOND
    assert waits(desk.acquire("b")) == (SECOND, 60 * SECOND)
    assert desk.release("a", "not_sent", at=300_000 + 60 * SECOND + 5).paused == 0


def test_after_a_loss_nothing_is_granted_until_everything_that_was_forgotten_has_been_counted(desk: Desk) -> None:
    desk.write(lost=START - 100_000)
    reply = desk.acquire("a")
    assert (waits(reply), reply.paused, reply.quiet) == ((SECOND, LEASE - 100_000), 0, LEASE - 100_000)
    assert waits(desk.acquire("a", at=LEASE - 100_001)) == (1_000, 1)
    assert desk.acquire("a", at=LEASE - 100_000).granted == 1
    desk.write(lost=START + LEASE)
    reply = desk.run("pause", "", 200_000)
    assert (reply.paused, reply.quiet) == (200_000, 0)
    reply = desk.acquire("b")
    assert (reply.paused, reply.quiet) == (200_000, LEASE - 100_000)
    desk.run("pause", "", 60 * SECOND)
    reply = desk.acquire("b")
    assert (reply.paused, reply.quiet) == (60 * SECOND, 0)


def test_a_server_that_is_another_one_has_forgotten_everything(desk: Desk) -> None:
    desk.acquire("a", 2)
    desk.acquire("b", 2)
    desk.acquire("c", 2)
    desk.write(run="another")
    reply = desk.acquire("d", 2, at=70)
    assert (reply.epoch, reply.granted, reply.held, reply.waiting, reply.quiet) == (str(START + 70), 0, 0, 1, LEASE)
    assert (desk.scores("line"), set(desk.scores("alive"))) == ({"d": 4}, {"d"})
    reply = desk.acquire("d", 2, at=70 + LEASE - 1)
    assert (reply.granted, reply.epoch) == (0, str(START + 70))
    assert desk.acquire("d", 2, at=70 + LEASE).granted == 1
    assert desk.acquire("e", 2).held == 2, "what came after is kept"


@pytest.mark.parametrize(("seen", "quiet"), [("", 0), (EPOCH, 0), ("999", LEASE - 5)])
def test_a_client_that_saw_another_epoch_knows_of_a_loss(desk: Desk, seen: str, quiet: int) -> None:
    desk.write(epoch=START - 5 if seen == "999" else EPOCH)
    assert desk.acquire("a", seen=seen).quiet == quiet
    desk.write(lost=START)
    assert desk.acquire("b", seen=seen).quiet == LEASE, "the later loss counts"


def test_a_key_that_is_missing_after_an_eviction_may_have_been_evicted(desk: Desk) -> None:
    desk.write(evicted=5)
    assert desk.acquire("a", at=3).quiet == LEASE
    assert desk.acquire("a", at=LEASE + 2).granted == 0
    assert desk.acquire("a", at=LEASE + 3).granted == 1
    desk.write(evicted=6)
    assert desk.acquire("b", 2).granted == 1, "a key that is there was not evicted"


@pytest.mark.parametrize("known", [True, False])
def test_the_clock_goes_on_from_where_it_was(desk: Desk, known: bool) -> None:
    def moment() -> int:
        seconds, micros = desk.client.time()
        return int(seconds) * SECOND + int(micros)

    desk.run("release", "a", "responded")
    if known:
        desk.write(last=0, skew=500 * SECOND)
        expected = 500 * SECOND
    else:
        expected = START - moment()
    before = moment() + expected
    desk._store.run([desk.guard, *desk.names], ("release", "a", "", "responded"))
    last, skew = (int(value or 0) for value in desk.client.hmget(desk.guard, "last", "skew"))
    assert before <= last <= moment() + expected + 60 * SECOND
    assert abs(skew - expected) < 60 * SECOND
    if known:
        assert skew == expected
    else:
        assert last >= START


def test_what_is_kept_ends_a_day_after_it_could_matter_and_never_earlier_than_it_was_to(desk: Desk) -> None:
    def kept() -> list[int]:
        return [desk.client.pttl(name) for name in desk.names if desk.client.exists(name)]

    day = 24 * 3600 * 1000
    desk.acquire("a", lease=1000 * SECOND, window=50 * SECOND)
    longest = day + 2 * (1000 + 50 + 50) * 1000
    assert [longest - 20_000 < rest <= longest for rest in kept()] == [True, True]
    desk.acquire("b", lease=10 * SECOND, window=SECOND)
    assert [longest - 20_000 < rest <= longest for rest in kept()] == [True] * 4
    desk.run("pause", "", 5000 * SECOND)
    paused = day + (5000 + 2 * 50) * 1000
    assert [paused - 20_000 < rest <= paused for rest in kept()] == [True] * 4
