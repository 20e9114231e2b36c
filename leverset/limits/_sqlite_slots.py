"""The slots of one key in a file. No function looks at more rows than a logarithm of them, or than it changes."""

from __future__ import annotations

import sqlite3

from leverset.limits._sqlite_tables import Key


def expire(db: sqlite3.Connection, key: Key, now: int) -> None:
    """Count the slots whose lease has ended, at its end, and forget those that no window reaches any more."""
    if key.open:
        ended = "SELECT waiter, until FROM open WHERE key = ? AND until <= ? ORDER BY until"
        for waiter, until in db.execute(ended, (key.name, now)).fetchall():
            _remove(db, key, waiter)
            _count(db, key, until)
    if key.last >= key.first:
        kept = "SELECT number FROM counted WHERE key = ? AND at > ? ORDER BY number LIMIT 1"
        first = (db.execute(kept, (key.name, now - key.longest)).fetchone() or (key.last + 1,))[0]
        if first > key.first:
            db.execute("DELETE FROM counted WHERE key = ? AND number < ?", (key.name, first))
            key.first = first


def cut(db: sqlite3.Connection, key: Key, now: int) -> None:
    """Cut what is further ahead than it can be: it was written before this boot, whose clock began anew."""
    db.execute("UPDATE open SET until = MIN(until, ? + lease) WHERE key = ?", (now, key.name))
    db.execute("UPDATE counted SET at = MIN(at, ?) WHERE key = ?", (now, key.name))


def has_slot(db: sqlite3.Connection, key: Key, waiter: str) -> bool:
    """Say whether a waiter has a slot whose lease has not ended."""
    found = "SELECT 1 FROM open WHERE key = ? AND waiter = ?"
    return key.open > 0 and db.execute(found, (key.name, waiter)).fetchone() is not None


def grant(db: sqlite3.Connection, key: Key, waiter: str, now: int, lease: int) -> None:
    """Give a waiter a slot."""
    db.execute("INSERT INTO open VALUES (?, ?, ?, ?)", (key.name, waiter, now + lease, lease))
    key.open += 1


def release(db: sqlite3.Connection, key: Key, waiter: str, now: int, *, responded: bool) -> None:
    """Take a slot back: it is free at once, or a window after this moment.

    One whose lease has ended stays as it is: its request was counted by then.
    """
    if _remove(db, key, waiter) and responded:
        _count(db, key, now)


def later(db: sqlite3.Connection, key: Key, moment: int, now: int) -> int:
    """Return how many requests are counted later than a moment, those that are open included."""
    low, high = key.first, key.last + 1
    if moment <= now - key.longest:  # else others know a longer window: the first number that is later
        high = low
    while low < high:
        middle = (low + high) // 2
        if _at(db, key, middle) > moment:
            high = middle
        else:
            low = middle + 1
    return key.open + key.last + 1 - low


def latest(db: sqlite3.Connection, key: Key, rank: int, now: int) -> int | None:
    """Return the rank-th latest moment at which a request is counted if all open ones are answered now."""
    if rank <= key.open:
        return now
    number = key.last + 1 - (rank - key.open)
    return _at(db, key, number) if number >= key.first else None


def _remove(db: sqlite3.Connection, key: Key, waiter: str) -> bool:
    removed = db.execute("DELETE FROM open WHERE key = ? AND waiter = ?", (key.name, waiter)).rowcount
    key.open -= removed
    return removed > 0


def _count(db: sqlite3.Connection, key: Key, at: int) -> None:
    """Append a moment that is not earlier than any before."""
    key.last += 1
    db.execute("INSERT INTO counted VALUES (?, ?, ?)", (key.name, key.last, at))


def _at(db: sqlite3.Connection, key: Key, number: int) -> int:
    found = "SELECT at FROM counted WHERE key = ? AND number = ?"
    return int(db.execute(found, (key.name, number)).fetchone()[0])
