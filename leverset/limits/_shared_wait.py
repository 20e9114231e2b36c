"""One caller of a shared limiter's `acquire`, without its I/O: sync and async share it, on every store."""

from __future__ import annotations

import logging
import math
import random
import time
import uuid

from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits._shared_reply import Reply
from leverset.limits._window import span

log = logging.getLogger("leverset.limits")


def micro(seconds: float) -> str:
    """Convert to whole microseconds, rounded up: nothing is held for less than it was asked to."""
    return str(math.ceil(seconds * 1_000_000))


class ConnectionsBusy(Exception):
    """No connection came free in time, as its text says; the store may be well."""


class SharedWaiter:
    """One caller of `acquire`: it polls the store for a slot, and it is the slot once that is granted.

    Args:
        key: Names exchange, account and operation.
        rate: The rate limit that the caller knows.
        lease: The deadline of the call, in seconds from when the slot is granted.
        max_wait: The longest wait in seconds. None: without end.
        late_delivery_grace: How many seconds after its lease a request without a response may still be counted.

    Attributes:
        id: Names the caller in the store.
        position: The place in the wait queue that the store gave it; 0 before its first reply.
        waited: Seconds from the arrival to the last reply.
        polled: Whether the store may know the caller.
    """

    def __init__(
        self, key: str, rate: RateLimit, lease: float, max_wait: float | None, late_delivery_grace: float
    ) -> None:
        self.key = key
        self.rate = rate
        self.lease = lease
        self.max_wait = max_wait
        self.id = uuid.uuid4().hex
        self.position = 0
        self.arrived = time.monotonic()
        self.waited = 0.0
        self.polled = False
        self._polled_at = self.arrived
        self._queued = False
        self._at_least = 0.0
        self._lease = max(0.0, lease) + late_delivery_grace

    @property
    def age(self) -> float:
        """Seconds since the last poll: the slot is no older."""
        return time.monotonic() - self._polled_at

    def arguments(self, poll: float) -> tuple[str, ...]:
        """Return the arguments of the step that joins the wait queue, or takes the slot that is free."""
        self.polled = True
        self._polled_at = time.monotonic()
        window = micro(span(self.rate))
        return (str(self.rate.requests), window, micro(self._lease), micro(poll), str(self.position))

    def read_reply(self, reply: Reply) -> float | None:
        """Return None for a slot, else the seconds until the next poll; raises RateLimitTimeout."""
        now = time.monotonic()
        self.waited = now - self.arrived
        self.position = reply.position
        if reply.granted:
            if self._queued:
                extra = {"limit_key": self.key, "waited_seconds": self.waited}
                log.info("waited %.3g s for a slot of %s", self.waited, self.key, extra=extra)
            return None
        self._queued = True
        self._at_least = self.waited + reply.at_least / 1e6
        left = math.inf if self.max_wait is None else self.max_wait - self.waited
        paused, lost = reply.paused_for / 1e6, reply.quarantined_for / 1e6
        if left <= 0 or paused + lost > left:
            why = f"the shared store may have forgotten slots: none for another {paused + lost:.6g} s" if lost else ""
            raise RateLimitTimeout(
                key=self.key, waited=self.waited, at_least=self._at_least, paused_for=paused, why=why
            )
        # A little later than the store says, each a little different, so that waiters do not poll all at once.
        return min(left, reply.poll_after / 1e6 * random.uniform(1.0, 1.05))  # noqa: S311 - jitter, not a secret

    def max_connection_wait(self, timeout: float) -> float | None:
        """Return how long the next poll may wait for a connection: the rest of max_wait, and a timeout for the first.

        So a caller that does not wait for a slot gets one that is free, although others are on their way as well.
        """
        if self.max_wait is None:
            return None
        left = max(0.0, self.max_wait - (time.monotonic() - self.arrived))
        return left if self.polled else max(left, timeout)

    def no_connection(self, why: str) -> RateLimitTimeout:
        """Return the error for a poll that could not begin within max_wait, and why it could not."""
        waited = time.monotonic() - self.arrived
        return RateLimitTimeout(key=self.key, waited=waited, at_least=max(waited, self._at_least), why=why)

    def requeue(self, late_delivery_grace: float) -> SharedWaiter:
        """Return a waiter for another slot, with the rest of this one's `max_wait`."""
        log.info("a slot of %s came %.3g s late: asking for another", self.key, self.age)
        other = SharedWaiter(self.key, self.rate, self.lease, self.max_wait, late_delivery_grace)
        other.arrived = self.arrived
        return other
