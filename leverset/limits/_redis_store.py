"""Run the script on the store, sync and async: redis-py, with LimiterUnavailable for its errors."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from redis import exceptions

from leverset.errors import LimiterUnavailable, misconfigured
from leverset.limits._completion import run_to_completion
from leverset.limits._redis_gate import BUSY
from leverset.limits._redis_links import Links, LoopLink, ThreadLink, check_url
from leverset.limits._redis_script import SCRIPT, SHA
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy

_FAILURES = (exceptions.RedisError, OSError, ValueError)


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
        link, token, arrived = self.links.of_threads(), object(), time.monotonic()
        gate = link.polls if polls else link.returns
        try:
            try:
                gate.enter(token, max_wait)
                self._check_silence(link, arrived)
                return self._evaluate(link, keys, arguments())
            finally:
                gate.leave(token)
        except BaseException:
            gate.leave(token)  # again, for what a signal's handler raised in its leaving
            raise

    async def run_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None = None
    ) -> Reply:
        """Like `run`, awaited; a caller that is cancelled waits for the reply first."""
        link = await self.links.of_loop()

        async def work() -> Reply:
            return await self._pass(link, link.returns, max_wait, lambda: self._evaluate_async(link, keys, arguments()))

        return await run_to_completion(work)

    async def poll_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None
    ) -> Reply:
        """Like `run` with `polls`, awaited; a caller that is cancelled waits for the reply where a run has begun."""
        link = await self.links.of_loop()

        async def work() -> Reply:
            return await run_to_completion(lambda: self._evaluate_async(link, keys, arguments()))

        return await self._pass(link, link.polls, max_wait, work)

    def _evaluate(self, link: ThreadLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        began, retried = time.monotonic(), False
        while True:
            try:
                try:
                    raw = link.client.evalsha(SHA, len(keys), *keys, *arguments)
                except exceptions.NoScriptError:
                    raw = link.client.eval(SCRIPT, len(keys), *keys, *arguments)
                return link.answered(Reply.parse(raw))
            except _FAILURES as error:
                failure = error
            except BaseException:
                # A signal's handler raised: a connection may be back in the pool whose reply nobody has read.
                link.client.connection_pool.disconnect(inuse_connections=False)
                raise
            if _demoted(failure):
                link.client.connection_pool.disconnect()
            self._check_retryable(link, failure, began, retried=retried)
            retried = True

    async def _evaluate_async(self, link: LoopLink, keys: Sequence[str], arguments: Sequence[str]) -> Reply:
        began, retried = time.monotonic(), False
        while True:
            try:
                async with asyncio.timeout(None) as bound:
                    timer = asyncio.get_running_loop().call_later(2 * self.timeout, _expire_next, bound)
                    try:
                        try:
                            raw = await link.client.evalsha(SHA, len(keys), *keys, *arguments)
                        except exceptions.NoScriptError:
                            raw = await link.client.eval(SCRIPT, len(keys), *keys, *arguments)
                    finally:
                        timer.cancel()
                return link.answered(Reply.parse(raw))
            except _FAILURES as error:
                failure = error
            if _demoted(failure):
                await link.client.connection_pool.disconnect()
            self._check_retryable(link, failure, began, retried=retried)
            retried = True

    async def _pass(
        self, link: LoopLink, gate: asyncio.Semaphore, max_wait: float | None, work: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """Await work with one of the connections behind a gate."""
        arrived = time.monotonic()
        try:
            async with asyncio.timeout(max_wait):
                await gate.acquire()
        except TimeoutError:
            raise ConnectionsBusy(BUSY) from None
        try:
            self._check_silence(link, arrived)
            return await work()
        finally:
            gate.release()

    def _check_silence(self, link: ThreadLink | LoopLink, arrived: float) -> None:
        """Have all who waited for a connection fail together: each of them would wait as long for nothing."""
        if link.failed > max(arrived, link.heard):
            raise self._unavailable(link.failure)

    def _check_retryable(
        self, link: ThreadLink | LoopLink, failure: BaseException, began: float, *, retried: bool
    ) -> None:
        """Raise LimiterUnavailable for a run that failed and is not retried."""
        quick = time.monotonic() - began < self.timeout / 2
        if retried or not quick or not (isinstance(failure, exceptions.ConnectionError) or _demoted(failure)):
            if link.heard < began and not isinstance(failure, exceptions.ResponseError):  # nobody got any reply since
                link.failed, link.failure = time.monotonic(), self._text(failure)
            raise self._unavailable(self._text(failure))

    def _text(self, failure: BaseException) -> str:
        """Return what an error says, and only its name where it quotes a password."""
        text = f"{type(failure).__name__}: {failure}"
        return type(failure).__name__ if any(secret in text for secret in self._secrets) else text

    def _unavailable(self, text: str) -> LimiterUnavailable:
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
