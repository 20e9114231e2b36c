"""The rate limit: slots that are held until the answer, in one process or across many."""

from leverset.limits._memory import Limiter, default_limiter
from leverset.limits._protocol import AnyLimiter, Grant, KeyStats
from leverset.limits._window import Fate

__all__ = ["AnyLimiter", "Fate", "Grant", "KeyStats", "Limiter", "default_limiter"]
