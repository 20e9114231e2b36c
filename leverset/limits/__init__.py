"""The rate limit: a slot is held until one window after the response, in one process or across many."""

from leverset.limits._memory import Limiter, default_limiter
from leverset.limits._protocol import Disposition, LimitStats, RateLimiter, Slot

__all__ = ["Disposition", "LimitStats", "Limiter", "RateLimiter", "Slot", "default_limiter"]
