"""The rate limit: a slot is held until one window after the response, in one process or across many."""

from leverset.limits._memory import Limiter, default_limiter
from leverset.limits._protocol import LimitStats, RateLimiter, Slot
from leverset.limits._window import Disposition

__all__ = ["Disposition", "LimitStats", "Limiter", "RateLimiter", "Slot", "default_limiter"]
