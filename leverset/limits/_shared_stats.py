"""What the replies of the store say: its epoch, the figures of every key, and that it may have forgotten slots."""

from __future__ import annotations

import logging
import math
import threading
import time

from attrs import evolve

from leverset import _fork
from leverset._protocols import RateLimit
from leverset.limits._pace import announce
from leverset.limits._protocol import LimitStats
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import SharedWaiter

log = logging.getLogger("leverset.limits")

_NOTHING = LimitStats(held=0, waiting=0, granted=0, longest_wait=0.0, paused_for=0.0)


class SharedStats(_fork.Locked):
    """Keeps what the replies of one store said, for any number of threads.

    Attributes:
        epoch: The epoch of the last reply, "" before the first.
    """

    def __init__(self) -> None:
        self.epoch = ""
        self._pauses: dict[tuple[str, str], float] = {}
        self._paces: dict[str, tuple[int, float]] = {}  # how often the limit was halved last, and until when
        self._stats: dict[str, LimitStats] = {}
        self._lock = threading.RLock()  # reentrant: a coroutine may be closed by the garbage collector meanwhile
        _fork.survive(self)

    def record(self, key: str, reply: Reply, rate: RateLimit | None = None) -> Reply:
        """Record a reply, and log a pause, a quarantine or a lower pace that is new, whoever began it.

        The pace is logged for the limit of who asked, where that is known.
        """
        with self._lock:
            paused_for = reply.paused_for / 1e6
            self._log_pause("paused %s for %.6g s", key, paused_for)
            self._log_pause(
                "the store may have forgotten slots of %s: none for %.6g s", key, reply.quarantined_for / 1e6
            )
            lowered_for = reply.lowered_for / 1e6
            if rate is not None:
                self._log_pace(key, rate, reply.halvings, lowered_for)
            self.epoch = reply.epoch
            known = self._stats.get(key, _NOTHING)
            self._stats[key] = evolve(
                known,
                held=reply.held,
                waiting=reply.waiting,
                paused_for=paused_for,
                halvings=reply.halvings,
                lowered_for=lowered_for,
            )
        return reply

    def _log_pause(self, text: str, key: str, seconds: float) -> None:
        ends = time.monotonic() + seconds
        if seconds and ends > self._pauses.get((text, key), -math.inf) + 1.0:  # else it is the one that was logged
            self._pauses[text, key] = ends
            log.warning(text, key, seconds, extra={"limit_key": key, "pause_seconds": seconds})

    def _log_pace(self, key: str, rate: RateLimit, halvings: int, seconds: float) -> None:
        now = time.monotonic()
        known, ends = self._paces.get(key, (0, -math.inf))
        self._paces[key] = (halvings, now + seconds)
        if halvings > (known if now < ends else 0):  # else it is the one that was logged
            announce(key, rate, halvings, seconds)

    def record_grant(self, waiter: SharedWaiter) -> None:
        """Count a slot, and how long it took."""
        with self._lock:
            known = self._stats[waiter.key]
            longest = max(known.longest_wait, waiter.waited)
            self._stats[waiter.key] = evolve(known, granted=known.granted + 1, longest_wait=longest)

    def by_key(self) -> dict[str, LimitStats]:
        """Return the figures of every key."""
        with self._lock:
            return dict(self._stats)

    def start_over(self) -> None:
        """Make a new lock in the child of a fork; the figures stay."""
        self._lock = threading.RLock()
