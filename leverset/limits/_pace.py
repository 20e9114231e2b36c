"""How far the pace of a key is lowered after the exchange refused a request for its rate all the same.

Somebody else sends for the account, or the limit is lower than it is taken to be. Each such refusal halves the limit,
down to one request in a window; every ten windows without another one a halving is undone. The state is a few numbers
and changes by no clock of its own, so that it is the same in one process, in a file and on Redis. Times are in any one
unit.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from leverset._protocols import RateLimit

log = logging.getLogger("leverset.limits")

WINDOWS = 10
"""A halving lasts for so many windows."""


class Pace(NamedTuple):
    """How often the limit of a key was halved, and how that is undone.

    Attributes:
        halvings: How often the limit is halved until `since`, and for one stage after it.
        since: When the first stage begins: after the pause that came with the last refusal.
        stage: How long a stage lasts; after each of them there is a halving less.
    """

    halvings: int = 0
    since: float = 0
    stage: float = 0

    def halved(self, now: float) -> int:
        """Return how often the limit is halved at this moment."""
        if not self.halvings or now < self.since:
            return self.halvings
        return max(0, self.halvings - int((now - self.since) // self.stage))

    def lowered(self, requests: int, halvings: int) -> int:
        """Return what is left of a limit."""
        return max(1, requests >> halvings)

    def limit(self, requests: int, now: float) -> int:
        """Return what is left of a limit at this moment."""
        return self.lowered(requests, self.halved(now))

    def reached(self, halvings: int) -> float:
        """Return when the limit is halved only so often."""
        return self.since + (self.halvings - halvings) * self.stage

    def lasts(self, now: float) -> float:
        """Return how long it takes from this moment until the whole limit holds again."""
        return self.reached(0) - now if self.halved(now) else 0

    def refused(self, now: float, requests: int, window: float, *, age: float, pause: float) -> Pace:
        """Return the pace after a refusal.

        Requests that were refused together lower it once: a slot that was granted before the last lowering took effect
        says nothing about it.

        Args:
            now: The moment.
            requests: The limit that the refused request was held to.
            window: The window of that limit.
            age: How long ago the slot of the refused request was granted.
            pause: How long nothing is granted from this moment on.
        """
        since = now + max(pause, window)
        if self.halvings and now - age < self.since:
            return self._replace(since=max(self.since, since))
        halved, deepest = self.halved(now), requests.bit_length() - 1
        return Pace(max(halved, min(halved + 1, deepest)), since, WINDOWS * window)


def announce(key: str, rate: RateLimit, halvings: int, seconds: float) -> None:
    """Log that the pace of a key was lowered, by one halving more, and when the whole limit holds again."""
    before, after = (Pace().lowered(rate.requests, each) for each in (halvings - 1, halvings))
    log.warning(
        "lowered the pace of %s from %d to %d requests in %.6g s: the exchange refused one all the same; the whole "
        "limit holds again in %.6g s",
        key,
        before,
        after,
        rate.seconds,
        seconds,
        extra={"limit_key": key, "lowered_from": before, "lowered_to": after, "lowered_seconds": seconds},
    )
