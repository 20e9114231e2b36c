"""What a step in a file costs, in instructions of SQLite's machine: they are counted, nothing is timed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest

from leverset.limits import _sqlite_queue as queue
from leverset.limits import _sqlite_slots as slots
from leverset.limits._shared_reply import Reply
from leverset.limits._sqlite_tables import Key
from tests.limits.test_sqlite_steps import LEASE, SECOND, Steps

ALIVE = 10**18  # nobody is taken for dead


@pytest.fixture
def file() -> Iterator[Steps]:
    steps = Steps()
    yield steps
    steps.db.close()


def cost(file: Steps, work: Callable[[], object]) -> int:
    """How many instructions SQLite runs."""
    count = 0

    def instruction() -> int:
        nonlocal count
        count += 1
        return 0

    file.db.set_progress_handler(instruction, 1)
    try:
        work()
    finally:
        file.db.set_progress_handler(None, 1)
    return count


def hold(file: Steps, *, opened: int, counted: int, waiting: int) -> int:
    """Have so many slots with an open request and with a response, and so many who wait; return the limit."""
    limit = opened + counted
    for number in range(counted):
        file.now += 1
        file.acquire(f"counted {number}", limit)
        file.run("release", f"counted {number}", "responded")
    for number in range(opened):
        file.now += 1
        assert file.acquire(f"open {number}", limit, lease=60 * SECOND).granted
    for number in range(waiting):
        assert not file.acquire(f"waiting {number}", limit).granted
    file.db.execute("UPDATE queue SET alive = ?", (ALIVE,))
    file.now += 1
    return limit


def costs(*, opened: int = 20, counted: int = 20, waiting: int = 20) -> dict[str, int]:
    """What each step costs beside so many."""
    file = Steps()
    limit = hold(file, opened=opened, counted=counted, waiting=waiting)

    def replies(granted: int, work: Callable[[], Reply]) -> int:
        found: list[Reply] = []
        price = cost(file, lambda: found.append(work()))
        assert found[0].granted == granted
        return price

    more = limit + waiting + 1
    found = {
        "a slot": replies(1, lambda: file.acquire("new", more, window=SECOND, lease=60 * SECOND)),
        "the same slot": replies(1, lambda: file.acquire("new", more)),
        "responded": replies(0, lambda: file.run("release", "new", "responded")),
        "not sent": replies(0, lambda: file.run("release", f"open {opened // 2}", "not_sent")),
        "poll of the first": replies(0, lambda: file.acquire("waiting 0", limit - 1)),
        "poll from the middle": replies(0, lambda: file.acquire(f"waiting {waiting // 2}", limit - 1)),
        "poll of the last": replies(0, lambda: file.acquire(f"waiting {waiting - 1}", limit - 1)),
        "join": replies(0, lambda: file.acquire("joins", limit - 1)),
        "leave": replies(0, lambda: file.run("leave", f"waiting {waiting // 3}")),
        "a slot for the first": replies(1, lambda: file.acquire("waiting 0", limit + 1, lease=60 * SECOND)),
        "poll with a shorter window": replies(0, lambda: file.acquire("other", 1, window=SECOND // 2)),
        "pause": replies(0, lambda: file.run("pause", "", 5)),
    }
    file.db.close()
    return found


@pytest.mark.parametrize("grows", ["opened", "counted"])
def test_a_step_costs_the_same_with_ten_slots_and_with_a_thousand(grows: str) -> None:
    few, many = costs(**{grows: 10}), costs(**{grows: 1000})
    assert {name: (few[name], many[name]) for name in few if many[name] > 1.5 * few[name]} == {}


def test_a_step_costs_at_most_the_logarithm_of_those_who_wait() -> None:
    few, many = costs(waiting=100), costs(waiting=3000)
    assert {name: (few[name], many[name]) for name in few if many[name] > 1.5 * few[name] + 100} == {}
    assert max(many.values()) < 1500


def test_slots_and_waiters_that_are_gone_cost_once(file: Steps) -> None:
    """A thousand slots that end cost as much as each by itself, and the step after that costs nothing for them."""
    limit = hold(file, opened=1000, counted=1000, waiting=0)
    file.run("pause", "", 90 * SECOND)
    for number in range(500):
        file.acquire(f"waiting {number}", limit)
    file.at(70)
    assert cost(file, lambda: file.acquire("new", limit)) < 400 * 2500
    assert cost(file, lambda: file.acquire("new", limit)) < 800
    assert file.acquire("new", limit) == file.acquire("new", limit)
    assert (file.acquire("new", limit).held, file.acquire("new", limit).waiting) == (0, 1)


def test_no_statement_scans_a_table() -> None:
    """Each finds its rows by all columns of an index that it can use: `=` for the key, and not for the key alone."""
    file, statements = Steps(), set[str]()
    file.db.set_trace_callback(statements.add)
    hold(file, opened=3, counted=3, waiting=30)
    for other in (2 * SECOND, SECOND // 2):
        file.acquire("waiting 20", 7, window=other)
    file.run("leave", "waiting 3")
    file.at(90).acquire("new", 7)
    file.db.set_trace_callback(None)
    plans = {
        (str(detail), statement.split(" WHERE")[0])
        for statement in statements
        if re.match("SELECT|UPDATE|DELETE|INSERT", statement)
        and " store" not in statement
        and str(ALIVE) not in statement
        for *_, detail in file.db.execute(f"EXPLAIN QUERY PLAN {statement}")
    }
    searches = {(plan, statement) for plan, statement in plans if plan.startswith("SEARCH")}
    assert len(searches) >= 12
    assert {plan for plan, _ in plans if plan.startswith("SCAN")} <= {"SCAN CONSTANT ROW"}
    # These take the first row of a key, in the order that they want.
    of_the_key = {statement for plan, statement in searches if re.search(r"\((key|name)=\?\)$", plan)}
    assert of_the_key == {"SELECT * FROM keys", "SELECT position, waiter FROM queue", "SELECT number FROM counted"}
    file.db.close()


def test_ranks_and_moments_are_those_of_lists(file: Steps) -> None:
    """Thousands of changes, drawn at random, beside a list that is counted."""
    random, key = Random(17), Key("k", longest=10**9)  # noqa: S311 - the same changes every time
    waiting: list[tuple[int, str]] = []
    moments: list[int] = []
    opened: list[str] = []
    now = 0
    for number in range(4000):
        now += random.choice([0, 1, 7])
        name = f"w{number % 1777}"
        if random.random() < 0.6 and name not in {other for _, other in waiting}:
            position = random.choice([number + 1, random.randint(1, 200_000)])
            waiting.append((position, name))
            queue.stay(file.db, key, name, position, 0)
        elif waiting:
            position, name = waiting.pop(random.randrange(len(waiting)))
            queue.leave(file.db, key, name)
            assert queue.position_of(file.db, key, name) == 0
        for position, name in random.sample(waiting, min(3, len(waiting))):
            ahead = sum(other < (position, name) for other in waiting)
            assert queue.rank(file.db, key, name, position) == ahead
        if random.random() < 0.5:
            opened.append(f"o{number}")
            slots.grant(file.db, key, f"o{number}", now, LEASE)
        elif opened and random.random() < 0.7:
            slots.release(file.db, key, opened.pop(random.randrange(len(opened))), now, responded=True)
            moments.append(now)
        moment, rank = random.randint(0, now), random.randint(1, len(opened) + len(moments) + 2)
        assert slots.later(file.db, key, moment, now) == len(opened) + sum(at > moment for at in moments)
        expected = [now] * len(opened) + sorted(moments, reverse=True)
        found = slots.latest(file.db, key, rank, now)
        assert found == (expected[rank - 1] if rank <= len(expected) else None)
    assert key.waiting == len(waiting)
    assert key.held == len(opened) + len(moments)
    tally = file.db.execute("SELECT level, SUM(waiters), MIN(waiters) FROM tally GROUP BY level").fetchall()
    assert [(level, total, least >= 1) for level, total, least in tally] == [
        (level, len(waiting), True) for level in (1, 2, 3, 4)
    ]
