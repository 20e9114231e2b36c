"""The rate limit: slots that are held until the answer, in one process or across many."""

from leverset.limits.interface import AnyLimiter, Grant, KeyStats
from leverset.limits.memory import Limiter, default_limiter
from leverset.limits.window import Fate

__all__ = ["AnyLimiter", "Fate", "Grant", "KeyStats", "Limiter", "default_limiter"]
