"""The rate limit shared by processes and machines, on Redis 6.2 and newer or Valkey."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from leverset._protocols import RateLimit
from leverset.errors import LimiterUnavailable
from leverset.limits._arguments import check_namespace, check_seconds
from leverset.limits._protocol import LimitStats, Slot, stale
from leverset.limits._redis_gate import ConnectionsBusy
from leverset.limits._redis_stats import RedisStats
from leverset.limits._redis_store import Store
from leverset.limits._redis_wait import RedisWaiter, micro
from leverset.limits._window import Disposition

log = logging.getLogger("leverset.limits")


class RedisLimiter:
    """Keeps an exchange's rate limit for all clients, on all machines, that share one Redis or Valkey.

    Use one object in any number of threads and event loops, as a (sync or async) context manager or until `close` and
    `aclose`.

    Args:
        url: `redis://`, `rediss://` (TLS) or `unix://`, with user and password where there are any.
        late_delivery_grace: How many seconds after its deadline an exchange may still count a request that got no
            response. Give every client the same.
        timeout: Bounds each step on the way to the store, in seconds. When the store is out of reach a call ends with
            LimiterUnavailable after at most three times as long.
        poll: How often a waiting call asks for its slot, in seconds.
        namespace: Keeps limits apart that share a store.

    Raises:
        ConfigurationError: An argument cannot work.
    """

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
        self._late_delivery_grace = late_delivery_grace
        self._poll = poll
        self._namespace = namespace
        self._store = Store(url, timeout)
        self._stats = RedisStats()

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Wait for a slot.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit of the operation.
            lease: The deadline of the call, in seconds from when the slot is granted.
            max_wait: The longest wait in seconds. None: without end.

        Returns:
            The slot. Pass it to `release` once.

        Raises:
            RateLimitTimeout: No slot was free within `max_wait`.
            LimiterUnavailable: The store is out of reach.
        """
        waiter = RedisWaiter(key, rate, lease, max_wait, self._late_delivery_grace)
        self._wait(waiter)
        if stale(waiter, lease):
            self._run(waiter, "leave")
            waiter = waiter.requeue(self._late_delivery_grace)
            self._wait(waiter)
        return waiter

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled leaves the wait queue first."""
        waiter = RedisWaiter(key, rate, lease, max_wait, self._late_delivery_grace)
        await self._wait_async(waiter)
        if stale(waiter, lease):
            await self._run_async(waiter, "leave")
            waiter = waiter.requeue(self._late_delivery_grace)
            await self._wait_async(waiter)
        return waiter

    def release(self, slot: Slot, disposition: Disposition) -> None:
        """Release a slot.

        Args:
            slot: What `acquire` returned.
            disposition: What became of the request: "responded", "no_response" or "not_sent".

        Raises:
            LimiterUnavailable: The store is out of reach; the slot is free when its lease ends.
        """
        assert isinstance(slot, RedisWaiter)  # noqa: S101 - a slot of another limiter is a programming error
        if disposition != "no_response":  # then the slot is free when its lease ends
            self._run(slot, "release", disposition)

    async def release_async(self, slot: Slot, disposition: Disposition) -> None:
        """Like `release`, awaited; a caller that is cancelled releases first."""
        assert isinstance(slot, RedisWaiter)  # noqa: S101 - likewise
        if disposition != "no_response":
            await self._run_async(slot, "release", disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Grant no slots of a key to anybody for a while, because the exchange said so.

        Args:
            key: Names exchange, account and operation.
            seconds: How long. A pause is never shortened.

        Raises:
            LimiterUnavailable: The store is out of reach.
        """
        self._stats.record(key, self._store.run(self._keys(key), lambda: self._arguments("pause", "", micro(seconds))))

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`, awaited."""
        reply = await self._store.run_async(self._keys(key), lambda: self._arguments("pause", "", micro(seconds)))
        self._stats.record(key, reply)

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key as of the store's last reply; this sends nothing."""
        return self._stats.by_key()

    def close(self) -> None:
        """Close the connections of threads; using the limiter again opens new ones."""
        self._store.links.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop; using the limiter again opens new ones."""
        await self._store.links.aclose()

    def _wait(self, waiter: RedisWaiter) -> None:
        keys = self._keys(waiter.key)
        try:
            while True:
                max_wait = waiter.max_connection_wait(self._store.timeout)
                reply = self._store.run(keys, lambda: self._poll_arguments(waiter), polls=True, max_wait=max_wait)
                delay = waiter.read_reply(self._stats.record(waiter.key, reply))
                if delay is None:
                    break
                time.sleep(delay)
        except ConnectionsBusy:
            self._leave(waiter)
            raise waiter.no_connection() from None
        except BaseException as error:
            self._leave(waiter, error)
            raise
        self._stats.record_grant(waiter)

    async def _wait_async(self, waiter: RedisWaiter) -> None:
        keys = self._keys(waiter.key)
        try:
            while True:
                max_wait = waiter.max_connection_wait(self._store.timeout)
                reply = await self._store.poll_async(keys, lambda: self._poll_arguments(waiter), max_wait=max_wait)
                delay = waiter.read_reply(self._stats.record(waiter.key, reply))
                if delay is None:
                    break
                await asyncio.sleep(delay)
        except GeneratorExit:
            raise  # nothing can be awaited any more: the leases see to it
        except ConnectionsBusy:
            await self._leave_async(waiter)
            raise waiter.no_connection() from None
        except BaseException as error:
            await self._leave_async(waiter, error)
            raise
        self._stats.record_grant(waiter)

    def _run(self, waiter: RedisWaiter, step: str, *arguments: str) -> None:
        given = self._arguments(step, waiter.id, *arguments)
        self._stats.record(waiter.key, self._store.run(self._keys(waiter.key), lambda: given))

    async def _run_async(self, waiter: RedisWaiter, step: str, *arguments: str) -> None:
        given = self._arguments(step, waiter.id, *arguments)
        reply = await self._store.run_async(self._keys(waiter.key), lambda: given)
        self._stats.record(waiter.key, reply)

    def _leave(self, waiter: RedisWaiter, error: BaseException | None = None) -> None:
        """Leave the wait queue, or give the slot back.

        Both end with their leases anyway, so this waits neither for a store that is out of reach nor for long.
        """
        if waiter.polled and (not isinstance(error, LimiterUnavailable) or waiter.age < self._store.timeout / 2):
            with suppress(LimiterUnavailable, ConnectionsBusy):
                arguments = self._arguments("leave", waiter.id)
                self._store.run(self._keys(waiter.key), lambda: arguments, max_wait=self._store.timeout)

    async def _leave_async(self, waiter: RedisWaiter, error: BaseException | None = None) -> None:
        """Like `_leave`, awaited."""
        if waiter.polled and (not isinstance(error, LimiterUnavailable) or waiter.age < self._store.timeout / 2):
            with suppress(LimiterUnavailable, ConnectionsBusy):
                arguments = self._arguments("leave", waiter.id)
                await self._store.run_async(self._keys(waiter.key), lambda: arguments, max_wait=self._store.timeout)

    def _keys(self, key: str) -> tuple[str, ...]:
        """Return the names in the store: hashed, because a key has the account in it, and all in one hash slot."""
        name = f"{{{self._namespace}}}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        return (f"{{{self._namespace}}}:guard", name, f"{name}:slots", f"{name}:queue", f"{name}:alive")

    def _poll_arguments(self, waiter: RedisWaiter) -> tuple[str, ...]:
        return self._arguments("acquire", waiter.id, *waiter.arguments(self._poll))

    def _arguments(self, step: str, waiter: str, *rest: str) -> tuple[str, ...]:
        return (step, waiter, self._stats.epoch, *rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<RedisLimiter at {self._store.name}>"
