"""The steps of the rate limit in a file: each is a few statements in one transaction, which the caller opens.

They do what the script on Redis does, for processes that share a clock. Times are whole microseconds of it. It starts
anew with every boot: a stored time that is further ahead than it can be was written before, and is cut to the longest
that it can be ahead.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from leverset.limits._shared_reply import Reply

APPLICATION = 0x6C657672
"""The mark that SQLite keeps in the file's header for us."""

VERSION = 1

_LONGEST_POLL = 1_000_000
_LATE_POLL = 1_000_000
_LONG_AGO = -(10**18)

SCHEMA = """
CREATE TABLE store (epoch TEXT NOT NULL, made INTEGER NOT NULL, lost INTEGER NOT NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, last_position INTEGER NOT NULL, longest INTEGER NOT NULL,
  paused INTEGER NOT NULL, pause INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE slots (key TEXT NOT NULL, waiter TEXT NOT NULL, counted INTEGER NOT NULL, lease INTEGER NOT NULL,
  PRIMARY KEY (key, waiter)) WITHOUT ROWID;
CREATE INDEX slots_by_time ON slots (key, counted);
CREATE TABLE queue (key TEXT NOT NULL, waiter TEXT NOT NULL, position INTEGER NOT NULL, alive INTEGER NOT NULL,
  PRIMARY KEY (key, waiter)) WITHOUT ROWID;
CREATE INDEX queue_by_position ON queue (key, position, waiter);
CREATE INDEX queue_by_life ON queue (key, alive)
"""


def create(db: sqlite3.Connection, now: int) -> None:
    """Make the tables of an empty file."""
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("INSERT INTO store VALUES (?, ?, ?)", (uuid.uuid4().hex, now, _LONG_AGO))


class Key(NamedTuple):
    """What is stored of a key beside its slots and its wait queue.

    Attributes:
        last_position: The last position in the wait queue that was given.
        longest: The longest window that a caller came with.
        paused: The end of a pause.
        pause: How long that pause was when it was asked for.
    """

    last_position: int = 0
    longest: int = 0
    paused: int = 0
    pause: int = 0


class Answer(NamedTuple):
    """What a waiter is told; see `Reply`."""

    blocked_until: int
    granted: int = 0
    position: int = 0
    poll_after: int = 0
    at_least: int = 0


def run(db: sqlite3.Connection, now: int, name: str, arguments: Sequence[str]) -> Reply:
    """Run one step for a key.

    Args:
        db: A connection with an open transaction.
        now: The clock, read within the transaction: so it never goes back from one step to the next.
        name: The key.
        arguments: The step, the waiter, the epoch that the caller knows, and what the step needs.
    """
    step, waiter, seen, *rest = arguments
    epoch, lost = _losses(db, now, seen)
    known = Key(*(db.execute("SELECT * FROM keys WHERE name = ?", (name,)).fetchone() or (name,))[1:])
    ahead = "key = :key AND counted > :now AND counted > :now + lease"
    db.execute(f"UPDATE slots SET counted = :now + lease WHERE {ahead}", {"key": name, "now": now})  # noqa: S608
    key = known._replace(paused=min(known.paused, now + known.pause))
    answer = Answer(key.paused)
    if step == "acquire":
        key, answer = _acquire(db, now, name, waiter, key, lost, [int(number) for number in rest])
    elif step == "release":
        _release(db, now, name, waiter, rest[0])
    elif step == "leave":
        db.execute("DELETE FROM queue WHERE key = ? AND waiter = ?", (name, waiter))
        db.execute("DELETE FROM slots WHERE key = ? AND waiter = ?", (name, waiter))
    elif now + int(rest[0]) > key.paused:
        key = key._replace(paused=now + int(rest[0]), pause=int(rest[0]))
    if key != known:
        db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?)", (name, *key))
    paused_for = max(0, key.paused - now)
    blocked_for = max(0, answer.blocked_until - now)
    return Reply(
        granted=answer.granted,
        epoch=epoch,
        poll_after=answer.poll_after,
        at_least=answer.at_least,
        position=answer.position,
        held=_count(db, "slots WHERE key = ?", name),
        waiting=_count(db, "queue WHERE key = ?", name),
        paused_for=paused_for,
        quarantined_for=max(0, blocked_for - paused_for),
    )


def _losses(db: sqlite3.Connection, now: int, seen: str) -> tuple[str, int]:
    """Return the name of the file's data, and since when it may lack slots.

    Who knows other data knows that the file was removed, or replaced by another one.
    """
    epoch, made, stored = db.execute("SELECT epoch, made, lost FROM store").fetchone()
    lost = max(stored, made) if seen not in ("", epoch) else stored
    lost = min(lost, now)
    if lost != stored:
        db.execute("UPDATE store SET lost = ?", (lost,))
    return epoch, lost


def _acquire(
    db: sqlite3.Connection, now: int, name: str, waiter: str, key: Key, lost: int, numbers: Sequence[int]
) -> tuple[Key, Answer]:
    """Take the slot that is free, or join the wait queue."""
    limit, window, lease, poll, known_position = numbers
    longest = max(key.longest, window)
    blocked_until = max(key.paused, lost + lease + window)
    db.execute("DELETE FROM slots WHERE key = ? AND counted <= ?", (name, now - longest))
    for late in ("alive < ?", "alive > ? + 2000000"):  # a waiter of another boot has a life that is too long
        db.execute(f"DELETE FROM queue WHERE key = ? AND waiter <> ? AND {late}", (name, waiter, now))  # noqa: S608
    if _count(db, "slots WHERE key = ? AND waiter = ?", name, waiter):  # the reply that said so came to nobody
        return key._replace(longest=longest), Answer(blocked_until, 1)
    found = db.execute("SELECT position FROM queue WHERE key = ? AND waiter = ?", (name, waiter)).fetchone()
    position = (found[0] if found else known_position) or key.last_position + 1
    key = key._replace(longest=longest, last_position=max(key.last_position, position))
    rank = _count(db, "queue WHERE key = ? AND (position, waiter) < (?, ?)", name, position, waiter)
    count = _count(db, "slots WHERE key = ? AND counted > ?", name, now - window)
    if count + rank < limit and now >= blocked_until:
        db.execute("DELETE FROM queue WHERE key = ? AND waiter = ?", (name, waiter))
        db.execute("INSERT INTO slots VALUES (?, ?, ?, ?)", (name, waiter, now + lease, lease))
        return key, Answer(blocked_until, 1, position)
    # The slot that is free next for this waiter, and how many windows later it has served those ahead.
    rounds, rest = divmod(rank, limit)
    latest = "SELECT counted FROM slots WHERE key = ? ORDER BY counted DESC LIMIT 1 OFFSET ?"
    counted = (db.execute(latest, (name, limit - 1 - rest)).fetchone() or (now - window,))[0]
    due = max(now, counted + window) + rounds * window - now  # if it is not released, and if it is answered now:
    served = max(now, min(counted, now) + window) + rounds * window
    poll_after = min(max(1000, min(due, poll * (1 + rounds)), blocked_until - now), _LONGEST_POLL)
    alive = now + poll_after + _LATE_POLL
    db.execute("INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?)", (name, waiter, position, alive))
    at_least = max(blocked_until, served) - now
    return key, Answer(blocked_until, 0, position, poll_after, at_least)


def _release(db: sqlite3.Connection, now: int, name: str, waiter: str, disposition: str) -> None:
    if disposition == "responded":
        db.execute("UPDATE slots SET counted = ?, lease = 0 WHERE key = ? AND waiter = ?", (now, name, waiter))
    else:
        db.execute("DELETE FROM slots WHERE key = ? AND waiter = ?", (name, waiter))


def _count(db: sqlite3.Connection, where: str, *values: object) -> int:
    """Return the number of rows."""
    return int(db.execute(f"SELECT COUNT(*) FROM {where}", values).fetchone()[0])  # noqa: S608 - no input is in it
