"""Run the script on the store, sync and async: redis-py, with LimiterUnavailable for its errors."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from leverset.errors import LimiterUnavailable, misconfigured
from leverset.limits._completion import run_to_completion
from leverset.limits._redis_gate import LoopGate, StoreSilent
from leverset.limits._redis_links import (
    Links,
    LoopLink,
    NoScriptError,
    RedisError,
    StoreConnectionError,
    ThreadLink,
    check_url,
)
from leverset.limits._redis_script import SCRIPT, SHA
from leverset.limits._shared_reply import Reply

_FAILURES = (RedisError, OSError, ValueError)


class Store:
    """Runs the script on one Redis or Valkey, for threads and for any number of event loops.

    Args:
        url: The address of the store.
        timeout: Bounds each step on the network (connecting, one reply), in seconds.

    Raises:
        ConfigurationError: The address is none.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self.timeout = timeout
        self.name = ""
        try:
            if not isinstance(url, str) or not url.isprintable():
                raise TypeError
            parts = urlsplit(url)
            query = dict(parse_qsl(parts.query))
            options = check_url(url)
            self._secrets = [s for s in (parts.password, options.get("password"), query.get("password")) if s]
            location = options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
            self.name = f"{parts.scheme}://{location}/{options.get('db', 0)}"
        except (ValueError, TypeError, AttributeError):
            pass
        if not self.name:  # raised here, so that no traceback leads to an error that quotes the URL
            raise misconfigured(
                "the address of the store is not one",
                "give redis://, rediss:// or unix://, such as rediss://user:password@host:6379/0",
            )
        if self.name.startswith("unix:") and not hasattr(socket, "AF_UNIX"):
            raise misconfigured("Python has no unix sockets on this system", "give redis:// or rediss://")
        self.links = Links(url, timeout)

    def close(self) -> None:
        """Close the connections of all threads; see `Links`."""
        self.links.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        await self.links.aclose()

    def run(
        self,
        keys: Sequence[str],
        arguments: Callable[[], Sequence[str]],
        *,
        polls: bool = False,
        max_wait: float | None = None,
    ) -> Reply:
        """Run the script; once more over a new connection where one was closed. It may so run twice.

        Args:
            keys: The keys of the script.
            arguments: Makes its arguments. Called when there is a connection, which may take a while.
            polls: Whether a waiter asks for its slot. All others have connections of their own, so that nobody waits
                behind polls to release a slot.
            max_wait: The longest wait for one of our connections, in seconds. None: without end.

        Raises:
            ConnectionsBusy: Our connections were in use by other calls for `max_wait`.
            LimiterUnavailable: The store is out of reach.
        """
        link, token = self.links.of_threads(), object()
        gate = link.polls if polls else link.returns
        try:
            try:
                gate.enter(token, max_wait)
                return self._evaluate(link, keys, arguments())
            finally:
                gate.leave(token)
        except StoreSilent as silent:
            failure = silent.failure
        except BaseException:
            gate.leave(token)  # again, for what a signal's handler raised in its leaving
            raise
        raise self._unavailable(failure)

    async def run_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None = None
    ) -> Reply:
        """Like `run`, awaited; a caller that is cancelled waits for the reply first."""
        link = await self.links.of_loop()

        async def work() -> Reply:
            return await self._pass(link.returns, max_wait, lambda: self._evaluate_async(link, keys, arguments()))

        return await run_to_completion(work)

    async def poll_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None
    ) -> Reply:
        """Like `run` with `polls`, awaited; a caller that is cancelled waits for the reply where a run has begun."""
        link = await self.links.of_loop()

        async def work() -> Reply:
            return await run_to_completion(lambda: self._evaluate_async(link, keys, arguments()))

        return await self._pass(link.polls, max_wait, work)

    def _evaluate(self, link: ThreadLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        began, may_retry = time.monotonic(), True
        while True:
            try:
                try:
                    raw = link.client.evalsha(SHA, len(keys), *keys, *arguments)
                except NoScriptError:
                    raw = link.client.eval(SCRIPT, len(keys), *keys, *arguments)
                return link.answered(Reply.parse(raw))
            except _FAILURES as error:
                failure = error
            if _demoted(failure):
                link.client.connection_pool.disconnect()
            if not (may_retry and self._retryable(failure, began)):
                link.fail(failure, began)
                raise self._unavailable(failure)
            may_retry = False

    async def _evaluate_async(self, link: LoopLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        began, may_retry = time.monotonic(), True
        while True:
            try:
                async with asyncio.timeout(None) as bound:
                    timer = asyncio.get_running_loop().call_later(2 * self.timeout, _expire_next, bound)
                    try:
                        try:
                            raw = await link.client.evalsha(SHA, len(keys), *keys, *arguments)
                        except NoScriptError:
                            raw = await link.client.eval(SCRIPT, len(keys), *keys, *arguments)
                    finally:
                        timer.cancel()
                return link.answered(Reply.parse(raw))
            except _FAILURES as error:
                failure = error
            if _demoted(failure):
                await link.client.connection_pool.disconnect()
            if not (may_retry and self._retryable(failure, began)):
                link.fail(failure, began)
                raise self._unavailable(failure)
            may_retry = False

    async def _pass(self, gate: LoopGate, max_wait: float | None, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """Await work with one of the connections behind a gate."""
        try:
            await gate.enter(max_wait)
            try:
                return await work()
            finally:
                gate.leave()
        except StoreSilent as silent:
            failure = silent.failure
        raise self._unavailable(failure)

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


def _expire_next(bound: asyncio.Timeout) -> None:
    """Let a run expire in a moment: where the loop was busy, it reads first what came in meanwhile."""
    bound.reschedule(asyncio.get_running_loop().time() + 0.01)
