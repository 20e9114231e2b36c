"""The wait queue of one key in a file. No function looks at more rows than a logarithm of them, or than it removes.

How many wait ahead of a position is a sum over the `tally`: of the positions of its own 16, of the sixteens of its own
256, and so on. Only the largest, 65,536 positions each, are summed up from the beginning.
"""

from __future__ import annotations

import sqlite3

from leverset.limits._sqlite_tables import Key

_BITS = 4
_LEVELS = range(1, 5)

_RANK = " + ".join(
    [
        "SELECT (SELECT COUNT(*) FROM queue WHERE key = :key AND position >= :from0 AND position < :to0)",
        "(SELECT COUNT(*) FROM queue WHERE key = :key AND position = :to0 AND waiter < :waiter)",
        *(
            f"(SELECT COALESCE(SUM(waiters), 0) FROM tally WHERE key = :key AND level = {level}"  # noqa: S608 - a number
            f" AND node >= :from{level} AND node < :to{level})"
            for level in _LEVELS
        ),
    ]
)


def position_of(db: sqlite3.Connection, key: Key, waiter: str) -> int:
    """Return the position of a waiter, 0 for one that is not in the queue."""
    row = None
    if key.waiting:
        row = db.execute("SELECT position FROM queue WHERE key = ? AND waiter = ?", (key.name, waiter)).fetchone()
    return row[0] if row else 0


def rank(db: sqlite3.Connection, key: Key, waiter: str, position: int) -> int:
    """Return how many are in the queue before this position."""
    if not key.waiting:
        return 0
    first = "SELECT position, waiter FROM queue WHERE key = ? ORDER BY position, waiter LIMIT 1"
    if (position, waiter) <= db.execute(first, (key.name,)).fetchone():
        return 0
    values: dict[str, object] = {"key": key.name, "waiter": waiter}
    for level in (0, *_LEVELS):
        node = position >> _BITS * level
        values[f"to{level}"] = node
        values[f"from{level}"] = 0 if level == _LEVELS[-1] else node >> _BITS << _BITS
    return int(db.execute(_RANK, values).fetchone()[0])


def stay(db: sqlite3.Connection, key: Key, waiter: str, position: int, alive: int) -> None:
    """Have a waiter in the queue, who is taken for dead after `alive`."""
    found = "UPDATE queue SET alive = ? WHERE key = ? AND waiter = ?"
    if key.waiting and db.execute(found, (alive, key.name, waiter)).rowcount:
        return
    db.execute("INSERT INTO queue VALUES (?, ?, ?, ?)", (key.name, waiter, position, alive))
    more = "INSERT INTO tally VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET waiters = waiters + 1"
    db.executemany(more, _nodes(key, position))
    key.waiting += 1


def leave(db: sqlite3.Connection, key: Key, waiter: str) -> None:
    """Remove a waiter who may be in the queue; all others keep their order."""
    position = position_of(db, key, waiter)
    if position:
        _remove(db, key, waiter, position)


def bury(db: sqlite3.Connection, key: Key, waiter: str, now: int) -> None:
    """Remove everybody but this waiter who should have been here again."""
    late = "SELECT waiter, position FROM queue WHERE key = ? AND alive < ?"
    for other, position in db.execute(late, (key.name, now)).fetchall() if key.waiting else ():
        if other != waiter:
            _remove(db, key, other, position)


def clear(db: sqlite3.Connection, key: Key) -> None:
    """Remove everybody."""
    db.execute("DELETE FROM queue WHERE key = ?", (key.name,))
    db.execute("DELETE FROM tally WHERE key = ?", (key.name,))
    key.waiting = 0


def _remove(db: sqlite3.Connection, key: Key, waiter: str, position: int) -> None:
    db.execute("DELETE FROM queue WHERE key = ? AND waiter = ?", (key.name, waiter))
    which = "WHERE key = ? AND level = ? AND node = ?"
    db.executemany(f"UPDATE tally SET waiters = waiters - 1 {which}", _nodes(key, position))  # noqa: S608
    db.executemany(f"DELETE FROM tally {which} AND waiters = 0", _nodes(key, position))  # noqa: S608
    key.waiting -= 1


def _nodes(key: Key, position: int) -> list[tuple[str, int, int]]:
    return [(key.name, level, position >> _BITS * level) for level in _LEVELS]
