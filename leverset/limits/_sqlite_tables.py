"""The tables of a limit in a file, and the row of a key."""

from __future__ import annotations

import sqlite3
import uuid
from operator import attrgetter

from attrs import define, fields

from leverset.limits._pace import Pace

APPLICATION = 0x6C657672
"""The mark that SQLite keeps in the file's header for us."""

VERSION = 2

_LONG_AGO = -(10**18)

# `open` has the slots whose request may be counted later than now, `counted` those that were counted: numbered in order
# of that moment, so that how many are later than another moment, and which is the n-th latest, are differences of
# numbers. `tally` says how many positions of every 16, 256, 4,096 and 65,536 are in the queue.
SCHEMA = """
CREATE TABLE store (epoch TEXT NOT NULL, made INTEGER NOT NULL, lost INTEGER NOT NULL);
CREATE TABLE keys (name TEXT PRIMARY KEY, last_position INTEGER NOT NULL, longest INTEGER NOT NULL,
  paused INTEGER NOT NULL, pause INTEGER NOT NULL, clock INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, open INTEGER NOT NULL, waiting INTEGER NOT NULL,
  halvings INTEGER NOT NULL, since INTEGER NOT NULL, stage INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE open (key TEXT NOT NULL, waiter TEXT NOT NULL, until INTEGER NOT NULL, lease INTEGER NOT NULL,
  PRIMARY KEY (key, waiter)) WITHOUT ROWID;
CREATE INDEX open_by_time ON open (key, until);
CREATE TABLE counted (key TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE TABLE queue (key TEXT NOT NULL, waiter TEXT NOT NULL, position INTEGER NOT NULL, alive INTEGER NOT NULL,
  PRIMARY KEY (key, waiter)) WITHOUT ROWID;
CREATE INDEX queue_by_position ON queue (key, position, waiter);
CREATE INDEX queue_by_life ON queue (key, alive);
CREATE TABLE tally (key TEXT NOT NULL, level INTEGER NOT NULL, node INTEGER NOT NULL, waiters INTEGER NOT NULL,
  PRIMARY KEY (key, level, node)) WITHOUT ROWID
"""


def create(db: sqlite3.Connection, now: int) -> None:
    """Make the tables of an empty file, or those of an older version anew: slots may be forgotten then."""
    older = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    for name in older:
        db.execute(f"DROP TABLE {name}")
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("INSERT INTO store VALUES (?, ?, ?)", (uuid.uuid4().hex, now, now if older else _LONG_AGO))


@define
class Key:
    """What is stored of a key beside its slots and its wait queue: the columns of its row, in their order.

    Attributes:
        name: The key.
        last_position: The last position in the wait queue that was given.
        longest: The longest window that a caller came with.
        paused: The end of a pause.
        pause: How long that pause was when it was asked for.
        clock: The time of the last step.
        first: The number of the first row in `counted`.
        last: The number of the last row in `counted`.
        open: The number of rows in `open`.
        waiting: The number of rows in `queue`.
        halvings: How often the limit was halved; see `Pace`.
        since: When the first stage of that begins.
        stage: How long a stage lasts.
    """

    name: str
    last_position: int = 0
    longest: int = 0
    paused: int = 0
    pause: int = 0
    clock: int = 0
    first: int = 1
    last: int = 0
    open: int = 0
    waiting: int = 0
    halvings: int = 0
    since: int = 0
    stage: int = 0

    @classmethod
    def read(cls, db: sqlite3.Connection, name: str) -> Key:
        """Return what is stored of a key, which may be nothing."""
        return cls(*(db.execute("SELECT * FROM keys WHERE name = ?", (name,)).fetchone() or (name,)))

    def write(self, db: sqlite3.Connection) -> None:
        """Store it."""
        db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(self))

    @property
    def pace(self) -> Pace:
        """How far its pace is lowered; times are microseconds."""
        return Pace(self.halvings, self.since, self.stage)

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self.halvings, self.since, self.stage = map(int, pace)

    @property
    def held(self) -> int:
        """How many slots are held."""
        return self.open + self.last - self.first + 1


_row = attrgetter(*(field.name for field in fields(Key)))
