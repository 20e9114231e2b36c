"""The steps of the rate limit in a file: each is a few statements in one transaction, which the caller opens.

They do what the script on Redis does, for processes that share a clock. Times are whole microseconds of it. It starts
anew with every boot: a stored time that is further ahead than it can be was written before, and is cut to the longest
that it can be ahead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from leverset.limits import _sqlite_queue as queue
from leverset.limits import _sqlite_slots as slots
from leverset.limits._pace import Pace
from leverset.limits._shared_reply import Reply
from leverset.limits._sqlite_tables import Key

_LONGEST_POLL = 1_000_000
_LATE_POLL = 1_000_000


class Answer(NamedTuple):
    """What a waiter is told; see `Reply`."""

    blocked_until: int
    granted: int = 0
    position: int = 0
    poll_after: int = 0
    at_least: int = 0


def run(db: sqlite3.Connection, now: int, name: str, arguments: Sequence[str], known: int = 0) -> Reply:
    """Run one step for a key.

    Args:
        db: A connection with an open transaction.
        now: The clock, read within the transaction: so it never goes back from one step to the next.
        name: The key.
        arguments: The step, the waiter, the epoch that the caller knows, and what the step needs.
        known: When the caller made its last step for this key, 0 for none.
    """
    step, waiter, seen, *rest = arguments
    key = Key.read(db, name)
    epoch, lost = _losses(db, now, seen, key, known)
    if now < key.clock:  # another boot: who waited is gone
        slots.cut(db, key, now)
        queue.clear(db, key)
        key.pace = Pace()
    key.clock, key.paused = now, min(key.paused, now + key.pause)
    if step == "acquire":
        key.longest = max(key.longest, int(rest[1]))
    slots.expire(db, key, now)
    answer = Answer(key.paused)
    if step == "acquire":
        answer = _acquire(db, now, waiter, key, lost, [int(number) for number in rest])
    elif step == "release":
        slots.release(db, key, waiter, now, responded=rest[0] == "responded")
    elif step == "leave":
        queue.leave(db, key, waiter)
        slots.release(db, key, waiter, now, responded=False)
    else:
        _slow_down(now, key, *map(int, rest))
    key.write(db)
    paused_for = max(0, key.paused - now)
    blocked_for = max(0, answer.blocked_until - now)
    return Reply(
        granted=answer.granted,
        epoch=epoch,
        poll_after=answer.poll_after,
        at_least=answer.at_least,
        position=answer.position,
        held=key.held,
        waiting=key.waiting,
        paused_for=paused_for,
        quarantined_for=max(0, blocked_for - paused_for),
        halvings=key.pace.halved(now),
        lowered_for=int(key.pace.lasts(now)),
    )


def _losses(db: sqlite3.Connection, now: int, seen: str, key: Key, known: int) -> tuple[str, int]:
    """Return the name of the file's data, and since when it may lack slots.

    Who knows other data knows that the file was removed, or replaced by another one: a new one lacks what was before
    it. One that lacks a step of the caller's, and is older, is a copy from before, and lacks whatever was since.
    """
    epoch, made, stored = db.execute("SELECT epoch, made, lost FROM store").fetchone()
    lost = stored
    if seen not in ("", epoch) or key.clock < known:
        lost = max(stored, made if made > known else now)
    lost = min(lost, now)
    if lost != stored:
        db.execute("UPDATE store SET lost = ?", (lost,))
    return epoch, lost


def _slow_down(now: int, key: Key, pause: int, requests: int = 0, window: int = 0, age: int = 0) -> None:
    """Pause, and lower the pace where a limit is given."""
    if now + pause > key.paused:
        key.paused, key.pause = now + pause, pause
    if requests:
        key.pace = key.pace.refused(now, requests, window, age=age, pause=pause)


def _acquire(db: sqlite3.Connection, now: int, waiter: str, key: Key, lost: int, numbers: Sequence[int]) -> Answer:
    """Take the slot that is free, or join the wait queue."""
    limit, window, lease, poll, known_position = numbers
    blocked_until = max(key.paused, lost + lease + window)
    queue.bury(db, key, waiter, now)
    if slots.has_slot(db, key, waiter):  # the reply that said so came to nobody
        return Answer(blocked_until, 1)
    position = queue.position_of(db, key, waiter) or known_position or key.last_position + 1
    key.last_position = max(key.last_position, position)
    rank = queue.rank(db, key, waiter, position)
    lowered = key.pace.limit(limit, now)
    if slots.later(db, key, now - window, now) + rank < lowered and now >= blocked_until:
        queue.leave(db, key, waiter)
        slots.grant(db, key, waiter, now, lease)
        return Answer(blocked_until, 1, position)
    due = _due(db, key, rank, lowered, window, now)
    poll_after = min(max(1000, min(due, poll * (1 + rank // lowered)), blocked_until - now), _LONGEST_POLL)
    queue.stay(db, key, waiter, position, now + poll_after + _LATE_POLL)
    at_least = due if lowered == limit else _due(db, key, rank, limit, window, now)
    return Answer(blocked_until, 0, position, poll_after, max(at_least, blocked_until - now))


def _due(db: sqlite3.Connection, key: Key, rank: int, limit: int, window: int, now: int) -> int:
    """Return when a slot is free for a waiter: the next one, as many windows later as it has served those ahead.

    Open requests are taken to be answered now: no waiter polls too late.
    """
    rounds, rest = divmod(rank, limit)
    counted = slots.latest(db, key, limit - rest, now)
    free = now if counted is None else max(now, counted + window)
    return free + rounds * window - now
