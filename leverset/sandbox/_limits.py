"""Counters of the documented limits. How the window moves is not documented: there are three kinds."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

WINDOWS = ("sliding", "fixed", "token_bucket")


class Counter(Protocol):
    """Counts one user's requests to one endpoint."""

    def admit(self, now: float, sequence: int = 0) -> bool:
        """Count a request arriving at `now` (monotonic seconds) if it is within the limit, and say whether it is."""
        ...

    @property
    def holders(self) -> tuple[int, ...]:
        """Sequences of the requests that counted when the last one arrived, in their order."""
        ...

    def describe(self) -> dict[str, object]:
        """Return what a drawing of the window needs, as JSON; moments are in monotonic seconds."""
        ...


class SlidingLog:
    """At most `limit` requests in any `seconds` seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._arrivals: deque[tuple[float, int]] = deque()

    def admit(self, now: float, sequence: int = 0) -> bool:
        """Drop arrivals that are a window old, then count."""
        while self._arrivals and now - self._arrivals[0][0] >= self._seconds:
            self._arrivals.popleft()
        if len(self._arrivals) >= self._limit:
            return False
        self._arrivals.append((now, sequence))
        return True

    @property
    def holders(self) -> tuple[int, ...]:
        """Those in the window."""
        return tuple(sequence for _, sequence in self._arrivals)

    def describe(self) -> dict[str, object]:
        """Return the kind: the window ends now."""
        return {"window": "sliding"}


class FixedWindow:
    """At most `limit` requests per window; windows begin at `phase` and every `seconds` seconds after."""

    def __init__(self, limit: int, seconds: float, phase: float) -> None:
        self._limit, self._seconds, self._phase = limit, seconds, phase
        self._window: float | None = None
        self._counted: list[int] = []

    def admit(self, now: float, sequence: int = 0) -> bool:
        """Start from zero in a new window, then count."""
        window = (now - self._phase) // self._seconds
        if window != self._window:
            self._window, self._counted = window, []
        if len(self._counted) >= self._limit:
            return False
        self._counted.append(sequence)
        return True

    @property
    def holders(self) -> tuple[int, ...]:
        """Those counted in the window of the last request."""
        return tuple(self._counted)

    def describe(self) -> dict[str, object]:
        """Return the kind and one of the edges."""
        return {"window": "fixed", "edge": self._phase}


class TokenBucket:
    """`limit` tokens, one per request, returned evenly over `seconds` seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._spent = 0.0  # tokens missing from the bucket
        self._at: float | None = None
        self._last: deque[int] = deque(maxlen=limit)

    def admit(self, now: float, sequence: int = 0) -> bool:
        """Return the tokens of the time passed, then take one."""
        if self._at is not None:
            self._spent = max(0.0, self._spent - (now - self._at) * self._limit / self._seconds)
        self._at = now
        # A billionth of a token of tolerance: sums of fractions must not refuse an exact fit.
        if self._spent + 1 > self._limit + 1e-9:
            return False
        self._spent += 1
        self._last.append(sequence)
        return True

    @property
    def holders(self) -> tuple[int, ...]:
        """The last ones, as many as tokens are missing."""
        missing = math.ceil(self._spent - 1e-9)
        return tuple(self._last)[-missing:] if missing else ()

    def describe(self) -> dict[str, object]:
        """Return the kind, and how many tokens were missing at which moment."""
        return {"window": "token_bucket", "spent": self._spent, "at": self._at}


def make_counter(window: str, limit: int, seconds: float, phase: float | None, random: Callable[[], float]) -> Counter:
    """Make a counter of the given kind; `phase` None puts the edge of a fixed window at a random place."""
    if window == "fixed":
        return FixedWindow(limit, seconds, random() * seconds if phase is None else phase)
    if window == "token_bucket":
        return TokenBucket(limit, seconds)
    return SlidingLog(limit, seconds)


@dataclass(slots=True)
class Lane:
    """The limit of one user at one endpoint.

    Attributes:
        id: Number of the lane, new for every one.
        user: `uid`, or "ip" and an address.
        endpoint: Path, and what else the limit tells apart.
        limit: Requests per `seconds`.
        seconds: Length of the window, in seconds.
        counter: The counter.
        used: Monotonic seconds of the last request.
    """

    id: int
    user: str
    endpoint: str
    limit: int
    seconds: float
    counter: Counter
    used: float = 0.0

    def describe(self) -> dict[str, object]:
        """Return the lane as JSON."""
        described = {"id": self.id, "user": self.user, "endpoint": self.endpoint, "limit": self.limit}
        return {**described, "seconds": self.seconds, "used": self.used, **self.counter.describe()}


class Limits:
    """All lanes of the sandbox, one per user and endpoint, made at first use."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._made = 0

    def lane(self, user: str, endpoint: str, rate: tuple[int, float], make: Callable[[int, float], Counter]) -> Lane:
        """Return the lane of a user at an endpoint; a new one has a limit of `rate`, requests per seconds."""
        key = (user, endpoint)
        if key not in self._lanes:
            self._made += 1
            self._lanes[key] = Lane(self._made, user, endpoint, *rate, make(*rate))
        return self._lanes[key]

    def latest(self, count: int) -> list[Lane]:
        """Return the lanes used last, in the order in which they were made."""
        used = sorted(self._lanes.values(), key=lambda lane: lane.used)[-count:]
        return sorted(used, key=lambda lane: lane.id)

    def forget(self, concerned: Callable[[str], bool]) -> None:
        """Remove the lanes of some users."""
        for key in [key for key in self._lanes if concerned(key[0])]:
            del self._lanes[key]

    def clear(self) -> None:
        """Remove all lanes."""
        self._lanes.clear()
