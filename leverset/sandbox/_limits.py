"""Counters of the documented limits. How the window moves is not documented: there are three kinds."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

WINDOWS = ("sliding", "fixed", "token_bucket")


class Counter(Protocol):
    """Counts one user's requests to one endpoint."""

    def admit(self, now: float) -> bool:
        """Count a request arriving at `now` (monotonic seconds) if it is within the limit, and say whether it is."""
        ...


class SlidingLog:
    """At most `limit` requests in any `seconds` seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._arrivals: deque[float] = deque()

    def admit(self, now: float) -> bool:
        """Drop arrivals that are a window old, then count."""
        while self._arrivals and now - self._arrivals[0] >= self._seconds:
            self._arrivals.popleft()
        if len(self._arrivals) >= self._limit:
            return False
        self._arrivals.append(now)
        return True


class FixedWindow:
    """At most `limit` requests per window; windows begin at `phase` and every `seconds` seconds after."""

    def __init__(self, limit: int, seconds: float, phase: float) -> None:
        self._limit, self._seconds, self._phase = limit, seconds, phase
        self._window: float | None = None
        self._count = 0

    def admit(self, now: float) -> bool:
        """Start from zero in a new window, then count."""
        window = (now - self._phase) // self._seconds
        if window != self._window:
            self._window, self._count = window, 0
        if self._count >= self._limit:
            return False
        self._count += 1
        return True


class TokenBucket:
    """`limit` tokens, one per request, returned evenly over `seconds` seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._spent = 0.0  # tokens missing from the bucket
        self._at: float | None = None

    def admit(self, now: float) -> bool:
        """Return the tokens of the time passed, then take one."""
        if self._at is not None:
            self._spent = max(0.0, self._spent - (now - self._at) * self._limit / self._seconds)
        self._at = now
        # A billionth of a token of tolerance: sums of fractions must not refuse an exact fit.
        if self._spent + 1 > self._limit + 1e-9:
            return False
        self._spent += 1
        return True


def make_counter(window: str, limit: int, seconds: float, phase: float | None, random: Callable[[], float]) -> Counter:
    """Make a counter of the given kind; `phase` None puts the edge of a fixed window at a random place."""
    if window == "fixed":
        return FixedWindow(limit, seconds, random() * seconds if phase is None else phase)
    if window == "token_bucket":
        return TokenBucket(limit, seconds)
    return SlidingLog(limit, seconds)


class Limits:
    """All counters of the sandbox, one per user and endpoint, made at first use."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, str], Counter] = {}

    def admit(self, user: str, endpoint: str, now: float, make: Callable[[], Counter]) -> bool:
        """Count the user's request to the endpoint if it is within the limit, and say whether it is."""
        key = (user, endpoint)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = make()
        return counter.admit(now)

    def forget(self, concerned: Callable[[str], bool]) -> None:
        """Remove the counters of some users."""
        for key in [key for key in self._counters if concerned(key[0])]:
            del self._counters[key]

    def clear(self) -> None:
        """Remove all counters."""
        self._counters.clear()
