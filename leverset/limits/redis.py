"""The rate limit shared by processes and machines, on Redis 6.2 and newer or Valkey."""

from __future__ import annotations

from leverset.limits._arguments import check_namespace, check_seconds
from leverset.limits._shared import SharedLimiter, hashed

try:
    from leverset.limits._redis_store import Store
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"RedisLimiter needs {missing.name}, which is not installed: pip install 'leverset[redis]'", name=missing.name
    ) from missing


class RedisLimiter(SharedLimiter):
    """Keeps an exchange's rate limit for all clients, on all machines, that share one Redis or Valkey.

    Use one object in any number of threads and event loops, as a (sync or async) context manager or until `close` and
    `aclose`.

    Args:
        url: `redis://`, `rediss://` (TLS) or `unix://`, with user and password where there are any.
        late_delivery_grace: How many seconds after its deadline an exchange may still count a request that got no
            response. Give every client the same.
        timeout: Bounds each step on the way to the store, in seconds. When the store is out of reach a call ends with
            LimiterUnavailable after at most 2.5 times as long.
        poll: How often a waiting call asks for its slot, in seconds.
        namespace: Keeps limits apart that share a store.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    _store: Store

    def __init__(
        self,
        url: str,
        *,
        late_delivery_grace: float = 30.0,
        timeout: float = 0.4,
        poll: float = 0.05,
        namespace: str = "leverset",
    ) -> None:
        check_seconds("late_delivery_grace", late_delivery_grace, 0.0)
        check_seconds("timeout", timeout, 1e-3)
        check_seconds("poll", poll, 1e-3)
        check_namespace(namespace)
        self._namespace = namespace
        super().__init__(Store(url, timeout), late_delivery_grace, poll)

    def _keys(self, key: str) -> tuple[str, ...]:
        """Return the names in the store: all in one hash slot."""
        name = f"{{{self._namespace}}}:{hashed(key)}"
        return (f"{{{self._namespace}}}:guard", name, f"{name}:slots", f"{name}:queue", f"{name}:alive")
