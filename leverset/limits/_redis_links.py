"""The connections to the store: for all threads together and for each event loop, made anew after a fork."""

from __future__ import annotations

import asyncio
import math
import sys
import threading
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from leverset import _fork
from leverset.limits._redis_gate import ThreadGate
from leverset.limits._shared_reply import Reply

Client = TypeVar("Client")
Gate = TypeVar("Gate", ThreadGate, asyncio.Semaphore)

# So many for polls and as many for the rest, for all threads and for each event loop: a script takes a fraction of a
# millisecond.
_CONNECTIONS = 4


@dataclass(eq=False)
class Link(Generic[Client, Gate]):
    """A client of redis-py and the gates in front of its connections.

    Attributes:
        client: Has a connection for everybody behind a gate.
        polls: The gate of waiters who ask for their slot.
        returns: The gate of everybody else.
        heard: When the last reply came.
        failed: When a run failed last because the store was silent.
        failure: How that run failed, as text: an error would keep all that it came through.
    """

    client: Client
    polls: Gate
    returns: Gate
    heard: float = -math.inf
    failed: float = -math.inf
    failure: str = ""

    def answered(self, reply: Reply) -> Reply:
        """Remember that the store replied."""
        self.heard = time.monotonic()
        return reply


ThreadLink = Link[redis.Redis, ThreadGate]
LoopLink = Link[redis.asyncio.Redis, asyncio.Semaphore]


def check_url(url: str) -> dict[str, Any]:
    """Return the options of a connection to this address; raises what redis-py raises for one that is none."""
    pool = redis.ConnectionPool.from_url(url)
    pool.make_connection()  # checks the options; it does not connect
    return pool.connection_kwargs


class Links(_fork.Locked):
    """The links to one store, for threads and for any number of event loops.

    Args:
        url: The address of the store.
        timeout: Bounds each step on the network in sync code (connecting, one reply), in seconds.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._lock = threading.RLock()
        self._threads: ThreadLink | None = None
        self._loops: dict[asyncio.AbstractEventLoop, tuple[LoopLink, AsyncGenerator[None]]] = {}
        self._left_behind: list[object] = []
        _fork.survive(self)

    def close(self) -> None:
        """Close the connections of all threads; the next call opens new ones."""
        if self._threads is not None:
            self._threads.client.connection_pool.disconnect()

    async def aclose(self) -> None:
        """Close the connections of this event loop; the next call opens new ones."""
        entry = self._loops.get(asyncio.get_running_loop())
        if entry is not None:
            await entry[1].aclose()

    def start_over(self) -> None:
        """Forget the connections in the child of a fork.

        The parent's are kept, unused: closing them here would take them out of the parent's event loop.
        """
        self._lock = threading.RLock()
        self._left_behind += [self._threads, self._loops]
        self._threads, self._loops = None, {}

    def of_threads(self) -> ThreadLink:
        """Return the link that all threads share."""
        with self._lock:
            if self._threads is None:
                client = redis.Redis(connection_pool=self._pool(redis.ConnectionPool, Retry, self._timeout))
                self._threads = Link(client, ThreadGate(_CONNECTIONS), ThreadGate(_CONNECTIONS))
            return self._threads

    async def of_loop(self) -> LoopLink:
        """Return the link of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            for old in [old for old in list(self._loops) if old.is_closed()]:
                self._loops.pop(old, None)
            pool = self._pool(redis.asyncio.ConnectionPool, redis.asyncio.retry.Retry, None)
            client = redis.asyncio.Redis(connection_pool=pool)
            life = self._life(loop, client)
            await anext(life)
            self._loops[loop] = Link(client, asyncio.Semaphore(_CONNECTIONS), asyncio.Semaphore(_CONNECTIONS)), life
        return self._loops[loop][0]

    async def _life(self, loop: asyncio.AbstractEventLoop, client: redis.asyncio.Redis) -> AsyncGenerator[None]:
        """Close the connections of a loop when it ends: a loop closes its asynchronous generators."""
        try:
            yield
        finally:
            self._loops.pop(loop, None)
            await client.connection_pool.disconnect()

    def _pool(self, kind: type[Any], retry: type[Any], timeout: float | None) -> Any:
        options = {
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            "decode_responses": False,
            "health_check_interval": 0,
            "retry": retry(NoBackoff(), 0),
        }
        pool = kind.from_url(self._url, protocol=2, **options)  # RESP2 has the shortest handshake
        pool.connection_kwargs |= options  # ours, whatever the URL's query says
        pool.max_connections = sys.maxsize  # the gates bound them; redis-py still counts one that an interrupt lost
        return pool
