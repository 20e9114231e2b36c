"""One caller of RedisLimiter.acquire, without the waiting: what both colours share."""

from __future__ import annotations

import logging
import math
import random
import time
import uuid

from leverset._protocols import RateLimit
from leverset.errors import RateLimitTimeout
from leverset.limits._redis_script import Reply
from leverset.limits._window import span

log = logging.getLogger("leverset.limits")


def micro(seconds: float) -> str:
    """Whole microseconds, rounded up: nothing is held for less than it was asked to."""
    return str(math.ceil(seconds * 1_000_000))


class Turn:
    """One caller of `acquire`: what it asks of the store, and what it makes of the answers. A grant in the end."""

    def __init__(
        self, key: str, rate: RateLimit, lease: float, max_wait: float | None, late_delivery_grace: float
    ) -> None:
        self.key = key
        self.rate = rate
        self.lease = lease
        self.max_wait = max_wait
        self.ticket = uuid.uuid4().hex
        self.place = 0
        self.arrived = time.monotonic()
        self.waited = 0.0
        self._asked = self.arrived
        self._stood = False
        self._lease = max(0.0, lease) + late_delivery_grace

    @property
    def age(self) -> float:
        """Seconds since the question that was answered with a slot: the grant is younger."""
        return time.monotonic() - self._asked

    def question(self, poll: float) -> tuple[str, ...]:
        """The arguments of the step that stands in line, and takes the slot when it is there."""
        self._asked = time.monotonic()
        window = micro(span(self.rate))
        return (str(self.rate.requests), window, micro(self._lease), micro(poll), str(self.place))

    def heard(self, reply: Reply) -> float | None:
        """None with a slot, else the seconds until the next question; raises RateLimitTimeout."""
        now = time.monotonic()
        self.waited = now - self.arrived
        self.place = reply.place
        if reply.granted:
            if self._stood:
                extra = {"limit_key": self.key, "waited_seconds": self.waited}
                log.info("waited %.3g s for a slot of %s", self.waited, self.key, extra=extra)
            return None
        self._stood = True
        if self.max_wait is not None and self.waited >= self.max_wait:
            raise RateLimitTimeout(key=self.key, waited=self.waited, at_least=self.waited + reply.least / 1e6)
        left = math.inf if self.max_wait is None else self.max_wait - self.waited
        # A little later than asked for, each a little different, so that waiters do not come all at once.
        return min(left, reply.wait / 1e6 * random.uniform(1.0, 1.05))  # noqa: S311 - jitter, not a secret

    def again(self, late_delivery_grace: float) -> Turn:
        """The same caller at the end of the line, with what is left of its patience."""
        log.info("a slot of %s came %.3g s late: asking for another", self.key, self.age)
        turn = Turn(self.key, self.rate, self.lease, self.max_wait, late_delivery_grace)
        turn.arrived = self.arrived
        return turn
