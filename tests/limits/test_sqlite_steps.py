"""The steps of the limit in a file, with a clock that the test sets: exact to the microsecond."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from leverset.limits import _sqlite_steps as steps
from leverset.limits import _sqlite_tables as tables
from leverset.limits._shared_reply import Reply

SECOND = 1_000_000
START = 1_000 * SECOND
WINDOW = SECOND
LEASE = 300_000
POLL = 50_000


class Steps:
    """Runs steps for one key at `now`."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.now = START
        tables.create(self.db, 0)

    def run(self, step: str, waiter: str = "", *rest: object, seen: str = "", key: str = "k", known: int = 0) -> Reply:
        return steps.run(self.db, self.now, key, (step, waiter, seen, *map(str, rest)), known)

    def acquire(
        self,
        waiter: str,
        limit: int = 1,
        *,
        window: int = WINDOW,
        lease: int = LEASE,
        position: int = 0,
        seen: str = "",
        key: str = "k",
        known: int = 0,
    ) -> Reply:
        return self.run("acquire", waiter, limit, window, lease, POLL, position, seen=seen, key=key, known=known)

    def at(self, seconds: float) -> Steps:
        """This many seconds after the start."""
        self.now = START + round(seconds * SECOND)
        return self

    def state(self) -> tuple[list[str], list[str]]:
        """Who has a slot whose lease has not ended, and who waits."""
        slots = self.db.execute("SELECT waiter FROM open ORDER BY waiter").fetchall()
        queue = self.db.execute("SELECT waiter FROM queue ORDER BY position").fetchall()
        return [name for (name,) in slots], [name for (name,) in queue]


@pytest.fixture
def file() -> Iterator[Steps]:
    steps = Steps()
    yield steps
    steps.db.close()


def test_a_granted_reply_has_nothing_else(file: Steps) -> None:
    epoch = file.db.execute("SELECT epoch FROM store").fetchone()[0]
    assert file.acquire("a") == Reply(1, epoch, 0, 0, 1, 1, 0, 0, 0)


def test_what_a_waiter_is_told(file: Steps) -> None:
    reply = file.acquire("a")
    waits = Reply(0, reply.epoch, POLL, WINDOW, 2, 1, 1, 0, 0)
    assert file.at(0).acquire("b") == waits, "a poll later, and a window from now if a's request is answered now"
    assert file.acquire("c") == waits._replace(poll_after=2 * POLL, at_least=2 * WINDOW, position=3, waiting=2)


def test_a_file_does_not_grow_with_what_is_over(file: Steps) -> None:
    for number in range(20):
        assert file.at(2 * number).acquire(f"a{number}").granted
        assert not file.acquire(f"b{number}").granted
        file.run("release", f"a{number}", "responded")
    slots = "SELECT (SELECT COUNT(*) FROM open), (SELECT COUNT(*) FROM counted)"
    assert file.db.execute(slots).fetchone() == (0, 1)
    file.run("leave", "b19")
    others = "SELECT (SELECT COUNT(*) FROM queue), (SELECT COUNT(*) FROM tally), (SELECT COUNT(*) FROM keys)"
    assert file.db.execute(others).fetchone() == (0, 0, 1)


def test_other_releases_know_the_file_by_its_mark(file: Steps) -> None:
    assert file.db.execute("PRAGMA application_id").fetchone() == (0x6C657672,)
    assert file.db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_step_that_asks_for_no_slot_is_told_the_figures_alone(file: Steps) -> None:
    epoch = file.acquire("a").epoch
    file.acquire("b")
    figures = Reply(0, epoch, 0, 0, 0, 1, 1, 0, 0)
    assert file.run("release", "a", "responded") == figures
    assert file.run("leave", "b") == figures._replace(waiting=0)
    assert file.run("pause", "", 7) == figures._replace(waiting=0, paused_for=7)


def test_a_slot_is_held_until_lease_and_window_are_over(file: Steps) -> None:
    file.acquire("a")
    assert not file.at(1.299999).acquire("b").granted
    assert file.at(1.3).acquire("b").granted


@pytest.mark.parametrize(("disposition", "held_until"), [("responded", 1.2), ("not_sent", 0.2)])
def test_a_released_slot_is_held_for_as_long_as_its_disposition_says(
    file: Steps, disposition: str, held_until: float
) -> None:
    file.acquire("a")
    file.at(0.2).run("release", "a", disposition)
    assert file.run("release", "somebody else", disposition).held == (disposition == "responded")
    if disposition == "responded":
        assert not file.at(held_until - 0.000001).acquire("b").granted
    assert file.at(held_until).acquire("b").granted
    assert file.state() == (["b"], [])


def test_acquire_repeated_by_a_waiter_with_a_slot_grants_the_same(file: Steps) -> None:
    file.acquire("a", 2)
    reply = file.at(0.1).acquire("a", 2)
    assert (reply.granted, reply.held, file.state()) == (1, 1, (["a"], []))
    assert file.acquire("b", 2, window=7 * SECOND).granted
    assert file.db.execute("SELECT longest FROM keys").fetchone() == (7 * SECOND,)


def test_leave_removes_a_waiter_from_everything(file: Steps) -> None:
    file.acquire("a")
    file.acquire("b")
    file.acquire("c")
    file.run("leave", "b")
    assert file.state() == (["a"], ["c"])
    file.run("leave", "a")
    assert file.state() == ([], ["c"])


def test_a_free_slot_goes_to_the_first_in_the_queue(file: Steps) -> None:
    file.acquire("a")
    for name in ("z", "b", "y"):
        assert not file.acquire(name).granted
    file.run("release", "a", "not_sent")
    for name in ("b", "y", "new"):
        assert not file.acquire(name).granted, "the slot that is free is for the one ahead"
    assert file.acquire("z").granted
    file.run("release", "z", "not_sent")
    assert [file.acquire(name).granted for name in ("y", "b")] == [0, 1]


def test_more_free_slots_go_to_as_many_at_the_front(file: Steps) -> None:
    for name in ("a", "b", "c", "d", "e"):
        file.acquire(name, 2)
    file.run("release", "a", "not_sent")
    file.run("release", "b", "not_sent")
    assert [file.acquire(name, 2).granted for name in ("e", "d", "c")] == [0, 1, 1]


def test_positions_are_kept_where_a_waiter_was_away(file: Steps) -> None:
    file.acquire("a", lease=5 * SECOND)
    assert file.acquire("late").position == 2
    assert file.at(1.05).acquire("b").position == 3, "late is in the queue until a second after its poll"
    assert file.state()[1] == ["late", "b"]
    file.at(1.050001).acquire("b")
    assert file.state()[1] == ["b"]
    file.run("release", "a", "not_sent")
    assert file.acquire("late", position=2).granted
    assert file.acquire("c").position == 4


def test_a_late_waiter_keeps_its_position_while_nobody_removed_it(file: Steps) -> None:
    file.acquire("a", lease=90 * SECOND)
    file.acquire("b")
    assert file.at(60).acquire("b").position == 2
    assert file.state() == (["a"], ["b"])


def test_poll_after_ends_with_a_sure_slot_and_is_a_millisecond_to_a_second(file: Steps) -> None:
    file.acquire("a")
    assert file.at(1.28).acquire("b").poll_after == 20_000
    assert file.acquire("c").poll_after == 2 * POLL, "a window later"
    file.run("leave", "c")
    assert file.at(1.2999).acquire("b").poll_after == 1000
    file.run("pause", "", 30 * SECOND)
    assert file.acquire("b").poll_after == SECOND
    file.run("leave", "a")
    assert file.acquire("new", 100).poll_after == SECOND


def test_who_has_many_ahead_asks_less_often(file: Steps) -> None:
    for waiter in "ab":
        assert file.acquire(waiter, 2).granted
    polls = [file.acquire(waiter, 2).poll_after for waiter in "cdefgh"]
    assert polls == [POLL, POLL, 2 * POLL, 2 * POLL, 3 * POLL, 3 * POLL]


def test_at_least_takes_open_requests_to_be_answered_now(file: Steps) -> None:
    file.acquire("a", 2)
    file.at(0.1).run("release", "a", "responded")
    file.at(0.2).acquire("b", 2)
    waiting = [file.at(0.5).acquire(name, 2).at_least for name in ("c", "d", "e", "f")]
    assert waiting == [600_000, WINDOW, WINDOW + 600_000, 2 * WINDOW]


def test_each_caller_is_held_to_its_own_limit_and_window(file: Steps) -> None:
    assert file.acquire("a", 3).granted
    assert file.acquire("b", 3).granted
    assert file.acquire("c", 1).at_least == WINDOW, "two are held, and it allows one"
    file.run("leave", "c")
    assert file.acquire("d", 3, window=5 * SECOND).granted
    assert not file.at(5.2).acquire("e", 1, window=5 * SECOND).granted
    file.run("leave", "e")
    reply = file.acquire("f", 1)
    assert (reply.granted, reply.held) == (1, 4), "the others are kept for the longest window that anybody has"


def test_keys_have_nothing_in_common(file: Steps) -> None:
    file.acquire("a")
    file.acquire("b")
    file.run("pause", "", SECOND)
    other = file.acquire("c", key="other")
    assert (other.granted, other.held, other.waiting, other.paused_for) == (1, 1, 0, 0)
    file.run("leave", "c")
    assert file.at(0.1).acquire("b").held == 1
    file.at(9).acquire("d", key="other")
    assert file.state()[0] == ["a", "d"]


def test_a_pause_is_for_everybody_and_never_shortened(file: Steps) -> None:
    assert file.run("pause", "", 3 * SECOND).paused_for == 3 * SECOND
    assert file.at(1).run("pause", "", SECOND).paused_for == 2 * SECOND
    reply = file.acquire("a")
    assert (reply.granted, reply.at_least, reply.paused_for) == (0, 2 * SECOND, 2 * SECOND)
    assert not file.at(2.999999).acquire("a").granted
    assert file.at(3).acquire("a").granted
    assert file.at(4).acquire("b").paused_for == 0


def test_a_boot_later_nothing_is_held_for_longer_than_it_could_be(file: Steps) -> None:
    file.acquire("sent")
    file.acquire("open", 2)
    file.run("release", "sent", "responded")
    file.acquire("waiting", 1)
    file.run("pause", "", 400_000)
    file.now = SECOND  # the clock begins anew
    reply = file.acquire("a", 2)
    assert (reply.granted, reply.held, reply.waiting, reply.paused_for) == (0, 2, 1, 400_000)
    assert file.state()[1] == ["a"], "who waited is gone"
    assert file.db.execute("SELECT waiter, until FROM open").fetchall() == [("open", file.now + LEASE)]
    assert file.db.execute("SELECT at FROM counted").fetchall() == [(file.now,)]
    file.now = 2 * SECOND - 1
    assert not file.acquire("a", 2).granted
    file.now = 2 * SECOND
    assert file.acquire("a", 2).granted


def test_nobody_waits_for_those_who_waited_before_a_boot(file: Steps) -> None:
    for number in range(50):
        file.acquire(f"w{number}")
    file.now = SECOND
    ranks = [file.acquire(waiter).at_least // WINDOW for waiter in ("a", "b", "c")]
    assert ranks == [1, 2, 3], "the slot that was open, and those before"
    assert file.db.execute("SELECT SUM(waiters) FROM tally WHERE level = 1").fetchone() == (3,)


@pytest.mark.parametrize("age", [0, 700_000, 1_300_000])
def test_who_knew_another_file_knows_of_a_loss(file: Steps, age: int) -> None:
    file.db.execute("UPDATE store SET made = ?", (START - age,))
    reply = file.acquire("a", seen="another")
    left = WINDOW + LEASE - age
    assert (reply.granted, reply.quarantined_for, reply.at_least) == (left <= 0, left, left)
    other = file.acquire("b", seen=reply.epoch)
    assert (other.granted, other.quarantined_for) == (0, left), "others are told by the file"
    file.run("leave", "b")
    file.run("pause", "", left // 2)
    assert file.acquire("a", 2).quarantined_for == left - left // 2
    file.now += left
    assert file.acquire("a", 2).granted


@pytest.mark.parametrize(
    ("seen", "known", "granted"),
    [
        ("another", START - SECOND, 1),  # made since then
        ("another", START, 0),
        ("another", START + SECOND, 0),  # an older file is back
        ("", START + SECOND, 1),  # the last step that anybody made
        ("", START + SECOND + 1, 0),  # a copy of this one from before
    ],
)
def test_who_made_a_step_that_the_file_lacks_knows_of_a_loss(file: Steps, seen: str, known: int, granted: int) -> None:
    file.db.execute("UPDATE store SET made = ?", (START,))
    file.at(1).run("pause", "", 0)
    reply = file.at(10).acquire("a", seen=seen, known=known)
    assert reply.granted == granted
    assert reply.quarantined_for == (0 if granted else WINDOW + LEASE)
    assert file.acquire("b", 2).granted == granted, "others are told by the file"


def test_a_key_that_is_used_again_long_after_a_new_file_has_lost_nothing_since(file: Steps) -> None:
    """Its caller has learned of the file with a step for another key."""
    file.db.execute("UPDATE store SET made = ?", (START,))
    before = START - SECOND
    left = (WINDOW + LEASE) / SECOND
    assert file.at(left - 0.1).acquire("a", known=before, key="another").quarantined_for == 100_000
    assert file.at(left).acquire("a", known=before, key="another").granted
    assert file.at(60).acquire("b", known=before, key="a third").granted


def test_a_loss_before_this_boot_is_taken_to_be_new(file: Steps) -> None:
    file.db.execute("UPDATE store SET lost = ?", (START,))
    file.now = 5 * SECOND
    assert file.acquire("a").quarantined_for == WINDOW + LEASE
    file.now += WINDOW + LEASE
    assert file.acquire("a").granted
