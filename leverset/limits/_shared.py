"""A rate limit that a store keeps for several processes: the calls on it, whatever the store is."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from leverset._protocols import RateLimit
from leverset.errors import LimiterUnavailable
from leverset.limits._protocol import Disposition, LimitStats, Slot
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_stats import SharedStats
from leverset.limits._shared_wait import ConnectionsBusy, SharedWaiter, micro
from leverset.limits._window import is_stale, span


class SharedStore(Protocol):
    """Runs steps, each of them atomic for all processes.

    Attributes:
        name: What users may read of where it is.
        timeout: How long a store that does not answer is waited for, in seconds.
    """

    name: str
    timeout: float

    def close(self) -> None:
        """Close the connections of threads; the next step opens new ones."""

    async def aclose(self) -> None:
        """Close the connections of this event loop; the next step opens new ones."""

    def run(
        self,
        keys: Sequence[str],
        arguments: Callable[[], Sequence[str]],
        *,
        polls: bool = False,
        max_wait: float | None = None,
    ) -> Reply:
        """Run one step.

        Args:
            keys: What the store calls the key.
            arguments: Makes the arguments of the step. Called when it begins, which may take a while.
            polls: Whether a waiter asks for its slot.
            max_wait: The longest wait until the step begins, in seconds. None: as long as the store lets it.

        Raises:
            ConnectionsBusy: The step did not begin within `max_wait`.
            LimiterUnavailable: The store is out of reach.
        """

    async def run_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None = None
    ) -> Reply:
        """Like `run`, awaited; a caller that is cancelled waits for the reply first."""

    async def poll_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None
    ) -> Reply:
        """Like `run` with `polls`, awaited; a caller that is cancelled waits for the reply where the step has begun."""


def hashed(key: str) -> str:
    """Return the name of a key in a store: hashed, because a key has the account in it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _refusal(rate: RateLimit, age: float, pause: float) -> tuple[str, ...]:
    return micro(pause), str(rate.requests), micro(span(rate)), micro(age)


class SharedLimiter:
    """What the limiters on a store have in common.

    Args:
        store: Keeps the slots and the wait queue.
        late_delivery_grace: How many seconds after its deadline an exchange may still count a request that got no
            response.
        poll: How often a waiting call asks for its slot, in seconds.
    """

    def __init__(self, store: SharedStore, late_delivery_grace: float, poll: float) -> None:
        self._store = store
        self.late_delivery_grace = late_delivery_grace
        self._poll = poll
        self._stats = SharedStats()

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
        waiter = SharedWaiter(key, rate, lease, max_wait, self.late_delivery_grace)
        self._wait(waiter)
        if is_stale(waiter.age, lease):
            self._run(waiter.key, "leave", waiter.id)
            waiter = waiter.requeue(self.late_delivery_grace)
            self._wait(waiter)
        return waiter

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled leaves the wait queue first."""
        waiter = SharedWaiter(key, rate, lease, max_wait, self.late_delivery_grace)
        await self._wait_async(waiter)
        if is_stale(waiter.age, lease):
            await self._run_async(waiter.key, "leave", waiter.id)
            waiter = waiter.requeue(self.late_delivery_grace)
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
        assert isinstance(slot, SharedWaiter)  # noqa: S101 - a slot of another limiter is a programming error
        if disposition != "no_response":  # then the slot is free when its lease ends
            self._run(slot.key, "release", slot.id, disposition)

    async def release_async(self, slot: Slot, disposition: Disposition) -> None:
        """Like `release`, awaited; a caller that is cancelled releases first."""
        assert isinstance(slot, SharedWaiter)  # noqa: S101 - likewise
        if disposition != "no_response":
            await self._run_async(slot.key, "release", slot.id, disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Grant no slots of a key to anybody for a while, because the exchange said so.

        Args:
            key: Names exchange, account and operation.
            seconds: How long. A pause is never shortened.

        Raises:
            LimiterUnavailable: The store is out of reach.
        """
        self._run(key, "pause", "", micro(seconds))

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`, awaited."""
        await self._run_async(key, "pause", "", micro(seconds))

    def slow_down(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Pause a key and lower its pace for everybody, because the exchange refused a request for its rate.

        Args:
            key: Names exchange, account and operation.
            rate: The rate limit that the request was held to.
            age: How long ago its slot was granted, in seconds.
            pause: How long nothing is granted at all, in seconds.

        Raises:
            LimiterUnavailable: The store is out of reach.
        """
        self._run(key, "slow_down", "", *_refusal(rate, age, pause), rate=rate)

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        """Like `slow_down`, awaited."""
        await self._run_async(key, "slow_down", "", *_refusal(rate, age, pause), rate=rate)

    def stats(self) -> Mapping[str, LimitStats]:
        """Return the figures of every key as of the store's last reply; this sends nothing."""
        return self._stats.by_key()

    def close(self) -> None:
        """Close the connections of threads; using the limiter again opens new ones."""
        self._store.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop; using the limiter again opens new ones."""
        await self._store.aclose()

    def _wait(self, waiter: SharedWaiter) -> None:
        keys = self._keys(waiter.key)
        try:
            while True:
                max_wait = waiter.max_connection_wait(self._store.timeout)
                reply = self._store.run(keys, lambda: self._poll_arguments(waiter), polls=True, max_wait=max_wait)
                delay = waiter.read_reply(self._stats.record(waiter.key, reply, waiter.rate))
                if delay is None:
                    break
                time.sleep(delay)
        except ConnectionsBusy as busy:
            self._leave(waiter)
            raise waiter.no_connection(str(busy)) from None
        except BaseException as error:
            self._leave(waiter, error)
            raise
        self._stats.record_grant(waiter)

    async def _wait_async(self, waiter: SharedWaiter) -> None:
        keys = self._keys(waiter.key)
        try:
            while True:
                max_wait = waiter.max_connection_wait(self._store.timeout)
                reply = await self._store.poll_async(keys, lambda: self._poll_arguments(waiter), max_wait=max_wait)
                delay = waiter.read_reply(self._stats.record(waiter.key, reply, waiter.rate))
                if delay is None:
                    break
                await asyncio.sleep(delay)
        except GeneratorExit:
            raise  # nothing can be awaited any more: the leases see to it
        except ConnectionsBusy as busy:
            await self._leave_async(waiter)
            raise waiter.no_connection(str(busy)) from None
        except BaseException as error:
            await self._leave_async(waiter, error)
            raise
        self._stats.record_grant(waiter)

    def _run(
        self, key: str, step: str, waiter: str, *rest: str, rate: RateLimit | None = None, max_wait: float | None = None
    ) -> None:
        given = self._arguments(step, waiter, *rest)
        self._stats.record(key, self._store.run(self._keys(key), lambda: given, max_wait=max_wait), rate)

    async def _run_async(
        self, key: str, step: str, waiter: str, *rest: str, rate: RateLimit | None = None, max_wait: float | None = None
    ) -> None:
        given = self._arguments(step, waiter, *rest)
        self._stats.record(key, await self._store.run_async(self._keys(key), lambda: given, max_wait=max_wait), rate)

    def _leave(self, waiter: SharedWaiter, error: BaseException | None = None) -> None:
        """Leave the wait queue, or give the slot back.

        Both end with their leases anyway, so this waits neither for a store that is out of reach nor for long.
        """
        if waiter.polled and (not isinstance(error, LimiterUnavailable) or waiter.age < self._store.timeout / 2):
            with suppress(LimiterUnavailable, ConnectionsBusy):
                self._run(waiter.key, "leave", waiter.id, max_wait=self._store.timeout)

    async def _leave_async(self, waiter: SharedWaiter, error: BaseException | None = None) -> None:
        """Like `_leave`, awaited."""
        if waiter.polled and (not isinstance(error, LimiterUnavailable) or waiter.age < self._store.timeout / 2):
            with suppress(LimiterUnavailable, ConnectionsBusy):
                await self._run_async(waiter.key, "leave", waiter.id, max_wait=self._store.timeout)

    def _keys(self, key: str) -> tuple[str, ...]:
        """Return the names of a key in the store."""
        return (hashed(key),)

    def _poll_arguments(self, waiter: SharedWaiter) -> tuple[str, ...]:
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
        return f"<{type(self).__name__} at {self._store.name}>"
