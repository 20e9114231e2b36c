"""The limit shared by processes and machines, on Redis 6.2 and newer or Valkey."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from attrs import evolve

from leverset import _fork
from leverset._protocols import RateLimit
from leverset.errors import LimiterUnavailable, misconfigured
from leverset.limits._protocol import LimitStats, Slot, stale
from leverset.limits._redis_script import Reply
from leverset.limits._redis_store import Store, to_the_end
from leverset.limits._redis_wait import Turn, micro
from leverset.limits._window import Disposition

log = logging.getLogger("leverset.limits")

_NOTHING = LimitStats(held=0, waiting=0, granted=0, longest_wait=0.0, paused_for=0.0)


class RedisLimiter:
    """Holds an exchange's rate limit for all clients, on all machines, that share one Redis or Valkey.

    `url` is `redis://`, `rediss://` (TLS) or `unix://`, with user and password where there are any.
    `late_delivery_grace` is how many seconds after its deadline an exchange may still count a request that was never
    answered; give every client the same. `timeout` bounds each step on the way to the store; when that is out of reach
    a call ends with LimiterUnavailable after at most three times as long. `poll` is how often a waiting call asks, all
    in seconds.
    `namespace` keeps limits apart that share a store.

    Use one object in any number of threads and event loops, as a (sync or async) context manager or until `close` and
    `aclose`. Raises ConfigurationError for arguments that cannot work.
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
        for name, value, least in (
            ("late_delivery_grace", late_delivery_grace, 0.0),
            ("timeout", timeout, 1e-3),
            ("poll", poll, 1e-3),
        ):
            if not least <= value < math.inf:
                raise misconfigured(f"{name} is {value!r}", f"give seconds, {least:g} or more")
        if not namespace or set("{}") & set(namespace):
            raise misconfigured("the namespace is empty or has a brace", "give a plain name")
        self._late_delivery_grace = late_delivery_grace
        self._poll = poll
        self._namespace = namespace
        self._store = Store(url, timeout)
        self._epoch = ""
        self._quiet_until: dict[str, float] = {}
        self._stats: dict[str, LimitStats] = {}
        self._lock = threading.RLock()  # reentrant: a coroutine may be closed by the garbage collector meanwhile
        _fork.survive(self)

    def acquire(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Wait in line for a slot, at most `max_wait` seconds; raises RateLimitTimeout and LimiterUnavailable."""
        turn = Turn(key, rate, lease, max_wait, self._late_delivery_grace)
        self._wait(turn)
        if stale(turn, lease):
            self._tell(turn, "leave")
            turn = turn.again(self._late_delivery_grace)
            self._wait(turn)
        return turn

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None = None) -> Slot:
        """Like `acquire`, awaited; a caller that is cancelled leaves the line first."""
        turn = Turn(key, rate, lease, max_wait, self._late_delivery_grace)
        await self._wait_async(turn)
        if stale(turn, lease):
            await self._tell_async(turn, "leave")
            turn = turn.again(self._late_delivery_grace)
            await self._wait_async(turn)
        return turn

    def release(self, grant: Slot, disposition: Disposition) -> None:
        """Say what became of the request that the slot was for; raises LimiterUnavailable."""
        assert isinstance(grant, Turn)  # noqa: S101 - a grant of another limiter is a programming error
        if disposition != "no_response":  # then the slot's lease is what holds it
            self._tell(grant, "release", disposition)

    async def release_async(self, grant: Slot, disposition: Disposition) -> None:
        """Like `release`; a caller that is cancelled settles first."""
        assert isinstance(grant, Turn)  # noqa: S101 - likewise
        if disposition != "no_response":
            await self._tell_async(grant, "release", disposition)

    def pause(self, key: str, seconds: float) -> None:
        """Slot nothing for this key, to anybody, for so many seconds: the exchange's own word."""
        log.warning("paused %s for %.3g s", key, seconds, extra={"limit_key": key, "pause_seconds": seconds})
        self._note(key, self._store.run(self._keys(key), self._arguments("pause", "", micro(seconds))))

    async def pause_async(self, key: str, seconds: float) -> None:
        """Like `pause`, awaited."""
        log.warning("paused %s for %.3g s", key, seconds, extra={"limit_key": key, "pause_seconds": seconds})
        keys, arguments = self._keys(key), self._arguments("pause", "", micro(seconds))
        self._note(key, await to_the_end(lambda: self._store.run_async(keys, arguments)))

    def stats(self) -> Mapping[str, LimitStats]:
        """What every key held when the store last said so; this asks nobody."""
        with self._lock:
            return dict(self._stats)

    def close(self) -> None:
        """Close the connections of threads; using the limiter again opens new ones."""
        self._store.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop; using the limiter again opens new ones."""
        await self._store.aclose()

    def _wait(self, turn: Turn) -> None:
        keys = self._keys(turn.key)
        try:
            while True:
                reply = self._store.run(keys, self._arguments("acquire", turn.ticket, *turn.question(self._poll)))
                delay = turn.heard(self._note(turn.key, reply))
                if delay is None:
                    break
                time.sleep(delay)
        except BaseException as error:
            self._leave(turn, error)
            raise
        self._granted(turn)

    async def _wait_async(self, turn: Turn) -> None:
        keys = self._keys(turn.key)
        try:
            while True:
                arguments = self._arguments("acquire", turn.ticket, *turn.question(self._poll))
                reply = await self._run_async(keys, arguments)
                delay = turn.heard(self._note(turn.key, reply))
                if delay is None:
                    break
                await asyncio.sleep(delay)
        except GeneratorExit:
            raise  # nothing can be awaited any more: the leases see to it
        except BaseException as error:
            await self._leave_async(turn, error)
            raise
        self._granted(turn)

    def _tell(self, turn: Turn, step: str, *arguments: str) -> None:
        self._note(turn.key, self._store.run(self._keys(turn.key), self._arguments(step, turn.ticket, *arguments)))

    async def _tell_async(self, turn: Turn, step: str, *arguments: str) -> None:
        reply = await self._run_async(self._keys(turn.key), self._arguments(step, turn.ticket, *arguments))
        self._note(turn.key, reply)

    async def _run_async(self, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        return await to_the_end(lambda: self._store.run_async(keys, arguments))

    def _leave(self, turn: Turn, error: BaseException) -> None:
        """Out of the line, and the slot back if there was one; a store out of reach lets both run out."""
        if not isinstance(error, LimiterUnavailable) or turn.age < self._store.timeout / 2:
            with suppress(LimiterUnavailable):
                self._store.run(self._keys(turn.key), self._arguments("leave", turn.ticket))

    async def _leave_async(self, turn: Turn, error: BaseException) -> None:
        """Like `_leave`, awaited."""
        if not isinstance(error, LimiterUnavailable) or turn.age < self._store.timeout / 2:
            with suppress(LimiterUnavailable):
                await self._run_async(self._keys(turn.key), self._arguments("leave", turn.ticket))

    def _keys(self, key: str) -> tuple[str, ...]:
        """Names in the store: hashed, because a key has the account in it, and all in one hash slot."""
        name = f"{{{self._namespace}}}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        return (f"{{{self._namespace}}}:guard", name, f"{name}:slots", f"{name}:line", f"{name}:alive")

    def _arguments(self, step: str, ticket: str, *rest: str) -> tuple[str, ...]:
        return (step, ticket, self._epoch, *rest)

    def _note(self, key: str, reply: Reply) -> Reply:
        """Remember which epoch of the store this is, and what it said about the key."""
        with self._lock:
            seconds = reply.quiet / 1e6
            ends = time.monotonic() + seconds
            if seconds and ends > self._quiet_until.get(key, -math.inf) + 1.0:  # not what is known, told by another way
                self._quiet_until[key] = ends
                extra = {"limit_key": key, "pause_seconds": seconds}
                log.warning("the store may have forgotten slots of %s: none for %.3g s", key, seconds, extra=extra)
            self._epoch = reply.epoch
            known = self._stats.get(key, _NOTHING)
            paused = reply.paused / 1e6
            self._stats[key] = evolve(known, held=reply.held, waiting=reply.waiting, paused_for=paused)
        return reply

    def _granted(self, turn: Turn) -> None:
        with self._lock:
            known = self._stats[turn.key]
            longest = max(known.longest_wait, turn.waited)
            self._stats[turn.key] = evolve(known, granted=known.granted + 1, longest_wait=longest)

    def lock(self) -> None:
        """Before a fork: nobody is half way through a change."""
        self._lock.acquire()

    def unlock(self) -> None:
        """After a fork, in the parent."""
        self._lock.release()

    def start_over(self) -> None:
        """In the child of a fork: its own connections."""
        self._lock = threading.RLock()
        self._store.start_over()

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
