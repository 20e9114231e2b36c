"""Run the script on the store, sync and async: redis-py, with LimiterUnavailable for its errors."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

try:
    import redis
    import redis.asyncio
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as StoreConnectionError
    from redis.exceptions import NoScriptError, RedisError
    from redis.retry import Retry
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"RedisLimiter needs {missing.name}, which is not installed: pip install 'leverset[redis]'", name=missing.name
    ) from missing

from leverset import _fork
from leverset.errors import LimiterUnavailable, misconfigured
from leverset.limits._redis_script import SCRIPT, SHA, Reply

T = TypeVar("T")

_CONNECTIONS = 4  # at most so many, for all threads and for each event loop: a script takes a fraction of a millisecond
_FAILURES = (RedisError, OSError, ValueError)


class Store:
    """The connections to one Redis or Valkey, for threads and for any number of event loops.

    Args:
        url: The address of the store.
        timeout: Bounds each step on the network (connecting, one reply), in seconds.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self.timeout = timeout
        try:
            parts = urlsplit(url)
            query = dict(parse_qsl(parts.query))
            pool = redis.ConnectionPool.from_url(url)
            pool.make_connection()  # its options, checked; it does not connect
            options = pool.connection_kwargs
            self._secrets = [s for s in (parts.password, options.get("password"), query.get("password")) if s]
            location = options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
            self.name = f"{parts.scheme}://{location}/{options.get('db', 0)}"
        except (ValueError, TypeError, AttributeError):
            self.name = ""
        if not self.name:  # raised here, so that no traceback leads to an error that quotes the URL
            raise misconfigured(
                "the address of the store is not one",
                "give redis://, rediss:// or unix://, such as rediss://user:password@host:6379/0",
            )
        self._lock = threading.RLock()
        self._threads: redis.Redis | None = None
        self._loops: dict[asyncio.AbstractEventLoop, tuple[redis.asyncio.Redis, AsyncGenerator[None]]] = {}
        self._left_behind: list[object] = []
        _fork.survive(self)

    def run(self, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        """Run the script; once more over a new connection where one was closed. It may so run twice."""
        client = self._thread_client()
        began, may_retry = time.monotonic(), True
        while True:
            try:
                try:
                    return Reply.parse(client.evalsha(SHA, len(keys), *keys, *arguments))
                except NoScriptError:
                    return Reply.parse(client.eval(SCRIPT, len(keys), *keys, *arguments))
            except _FAILURES as error:
                failure = error
            if _demoted(failure):
                client.connection_pool.disconnect()
            if not (may_retry and self._retryable(failure, began)):
                raise self._unavailable(failure)
            may_retry = False

    async def run_async(self, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        """Like `run`, awaited."""
        client = await self._loop_client()
        began, may_retry = time.monotonic(), True
        while True:
            try:
                async with asyncio.timeout(2 * self.timeout):
                    try:
                        return Reply.parse(await client.evalsha(SHA, len(keys), *keys, *arguments))
                    except NoScriptError:
                        return Reply.parse(await client.eval(SCRIPT, len(keys), *keys, *arguments))
            except _FAILURES as error:
                failure = error
            if _demoted(failure):
                await client.connection_pool.disconnect()
            if not (may_retry and self._retryable(failure, began)):
                raise self._unavailable(failure)
            may_retry = False

    def close(self) -> None:
        """Close the connections of all threads; the next call opens new ones."""
        if self._threads is not None:
            self._threads.connection_pool.disconnect()

    async def aclose(self) -> None:
        """Close the connections of this event loop; the next call opens new ones."""
        entry = self._loops.get(asyncio.get_running_loop())
        if entry is not None:
            await entry[1].aclose()

    def lock(self) -> None:
        """Take the lock before a fork; see `leverset._fork`."""
        self._lock.acquire()

    def unlock(self) -> None:
        """Release the lock after a fork, in the parent."""
        self._lock.release()

    def start_over(self) -> None:
        """Forget the connections in the child of a fork.

        The parent's are kept, unused: closing them here would take them out of the parent's event loop.
        """
        self._lock = threading.RLock()
        self._left_behind += [self._threads, self._loops]
        self._threads, self._loops = None, {}

    def _thread_client(self) -> redis.Redis:
        with self._lock:
            if self._threads is None:
                self._threads = redis.Redis(connection_pool=self._pool(redis.BlockingConnectionPool, Retry))
            return self._threads

    async def _loop_client(self) -> redis.asyncio.Redis:
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            for old in [old for old in list(self._loops) if old.is_closed()]:
                self._loops.pop(old, None)
            pool = self._pool(redis.asyncio.BlockingConnectionPool, redis.asyncio.retry.Retry)
            client = redis.asyncio.Redis(connection_pool=pool)
            life = self._life(loop, client)
            await anext(life)
            self._loops[loop] = client, life
        return self._loops[loop][0]

    async def _life(self, loop: asyncio.AbstractEventLoop, client: redis.asyncio.Redis) -> AsyncGenerator[None]:
        """Close the connections of a loop when it ends: a loop closes its asynchronous generators."""
        try:
            yield
        finally:
            self._loops.pop(loop, None)
            await client.connection_pool.disconnect()

    def _pool(self, kind: type[Any], retry: type[Any]) -> Any:
        options = {
            "socket_timeout": self.timeout,
            "socket_connect_timeout": self.timeout,
            "decode_responses": False,
            "health_check_interval": 0,
            "retry": retry(NoBackoff(), 0),
        }
        # RESP2 has the shortest handshake. A pool's `timeout` bounds the wait for one of its connections.
        pool = kind.from_url(self._url, protocol=2, max_connections=_CONNECTIONS, timeout=self.timeout, **options)
        pool.connection_kwargs |= options  # ours, whatever the URL's query says
        return pool

    def _retryable(self, failure: BaseException, began: float) -> bool:
        quick = time.monotonic() - began < self.timeout / 2
        return quick and (isinstance(failure, StoreConnectionError) or _demoted(failure))

    def _unavailable(self, failure: BaseException) -> LimiterUnavailable:
        text = f"{type(failure).__name__}: {failure}"
        if any(secret in text for secret in self._secrets):
            text = type(failure).__name__
        return LimiterUnavailable(
            f"the shared limit at {self.name} is out of reach ({text})",
            reference="leverset/limiter-unavailable",
            why="without it nobody knows how many requests other processes send",
            fix="bring the store back, or give the client another limiter",
        )


def _demoted(failure: BaseException) -> bool:
    """Say whether the server became a replica (in Redis 6.2 a script error): its address may lead to another one."""
    return "read only replica" in str(failure)


async def run_to_completion(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Await short work to its end, and raise CancelledError only then.

    An event loop that ends cancels every task, this one's own as well: then the work, which may be done twice, starts
    again.
    """
    cancelled: asyncio.CancelledError | None = None
    task = asyncio.get_running_loop().create_task(work())
    for attempt in range(2):
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        if attempt == 0 and task.cancelled():
            task = asyncio.get_running_loop().create_task(work())
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # retrieved: asyncio complains about an exception that nobody saw
        raise cancelled
    return task.result()
