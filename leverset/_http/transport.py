"""The one place where a request is limited, signed, sent and judged, in both colours.

It stands where httpx expects a transport, so the bare generated client has all of that too. The order matters:
first a slot, then the time, then the signature over a copy of the request; a signature made before the wait would
expire in it, and one made in place would leave the passphrase in `exception.request.headers`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from leverset._config import ClientConfig
from leverset._http.attempt import Clock, RequestAttempt
from leverset._http.response import ResponseParser
from leverset.credentials import Credentials
from leverset.errors import LeversetError, LimiterUnavailable, RateLimitExceeded, misconfigured
from leverset.limits import RateLimiter

log = logging.getLogger("leverset.http")

InnerT = TypeVar("InnerT", httpx.BaseTransport, httpx.AsyncBaseTransport)

# httpx's pool slows down with many connections, and the limit lets few requests be under way at once.
_POOL = httpx.Limits(max_connections=20, max_keepalive_connections=20, keepalive_expiry=30.0)


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Limits, signs, sends and judges what passes through it, and raises leverset's errors.

    `inner` carries the bytes instead of httpx's own transport; it must serve the colour that it is used in.
    """

    def __init__(
        self,
        config: ClientConfig,
        credentials: Credentials,
        limiter: RateLimiter,
        *,
        proxy: httpx.Proxy | None = None,
        inner: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config = config
        self._credentials = credentials
        self._limiter = limiter
        self._proxy = proxy
        self._inner = inner
        self._sync: httpx.BaseTransport | None = None
        self._async: httpx.AsyncBaseTransport | None = None
        self._opening = threading.Lock()
        self._closed = False
        self._origin = httpx.URL(config.base_url)
        self.clock = Clock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request when the limit has room, and return a success or raise a LeversetError."""
        attempt = self._begin(request, request.read())
        inner = self._opened_sync()
        try:
            with _in_line(attempt):
                grant = self._limiter.acquire(
                    attempt.key, attempt.rate, lease=attempt.remaining, max_wait=attempt.max_wait
                )
            try:
                with attempt:
                    response = inner.handle_request(attempt.sign(grant, traced=attempt.trace))
                    try:
                        attempt.read(response)
                    finally:
                        response.close()
                answer = attempt.result()
            except RateLimitExceeded as error:
                with _logged("the pause of %s is not known to others", attempt):
                    self._limiter.pause(attempt.key, error.retry_after or attempt.rate.seconds)
                raise
            finally:
                with _logged("a slot of %s could not be given back; its lease frees it", attempt):
                    self._limiter.release(grant, attempt.disposition)
        except LeversetError as error:
            attempt.record(error)
            raise
        except BaseException as error:
            attempt.annotate_interrupt(error)
            raise
        attempt.record(None)
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Like `handle_request`, awaited."""
        attempt = self._begin(request, await request.aread())
        inner = self._opened_async()
        try:
            with _in_line(attempt):
                grant = await self._limiter.acquire_async(
                    attempt.key, attempt.rate, lease=attempt.remaining, max_wait=attempt.max_wait
                )
            try:
                with attempt:
                    signed = attempt.sign(grant, traced=attempt.trace_async)
                    async with asyncio.timeout(attempt.remaining):
                        response = await inner.handle_async_request(signed)
                        try:
                            await attempt.read_async(response)
                        finally:
                            await response.aclose()
                answer = attempt.result()
            except RateLimitExceeded as error:
                with _logged("the pause of %s is not known to others", attempt):
                    await self._limiter.pause_async(attempt.key, error.retry_after or attempt.rate.seconds)
                raise
            finally:
                with _logged("a slot of %s could not be given back; its lease frees it", attempt):
                    await self._limiter.release_async(grant, attempt.disposition)
        except LeversetError as error:
            attempt.record(error)
            raise
        except BaseException as error:
            attempt.annotate_interrupt(error)
            raise
        attempt.record(None)
        return answer

    def close(self) -> None:
        """Close the connections of the sync colour; nothing is sent any more."""
        self._closed = True
        if self._sync is not None:
            self._sync.close()

    async def aclose(self) -> None:
        """Close the connections of the async colour; nothing is sent any more."""
        self._closed = True
        if self._async is not None:
            await self._async.aclose()

    def _opened_sync(self) -> httpx.BaseTransport:
        with self._opening:
            self._check_open()
            if self._sync is None:
                self._sync = self._given(httpx.BaseTransport) or httpx.HTTPTransport(limits=_POOL, proxy=self._proxy)
            return self._sync

    def _opened_async(self) -> httpx.AsyncBaseTransport:
        with self._opening:
            self._check_open()
            if self._async is None:
                given = self._given(httpx.AsyncBaseTransport)
                self._async = given or httpx.AsyncHTTPTransport(limits=_POOL, proxy=self._proxy)
            return self._async

    def _check_open(self) -> None:
        if self._closed:
            raise misconfigured("this client is closed", "make another one, or call it inside its `with` block")

    def _given(self, colour: type[InnerT]) -> InnerT | None:
        if self._inner is None or isinstance(self._inner, colour):
            return self._inner
        raise misconfigured("the transport given is not of this client's colour", f"give a httpx.{colour.__name__}")

    def _begin(self, request: httpx.Request, body: bytes) -> RequestAttempt:
        """Refuse what is not an operation of this exchange at this address, before anything is signed for it."""
        url = request.url
        if (url.scheme, url.host, url.port) != (self._origin.scheme, self._origin.host, self._origin.port):
            raise misconfigured(f"this client does not sign requests to {url.host}", "use a path of its own exchange")
        exchange = self._config.exchange
        operation = exchange.operations.get((request.method, url.path))
        if operation is None:
            raise misconfigured(
                f"{request.method} {url.path} is not in the spec of {exchange.name}",
                "add it to the spec and run make gen: without its limit it is not sent",
            )
        reader = ResponseParser(exchange=exchange, operation=operation, credentials=self._credentials)
        return RequestAttempt(self._config, reader, request, body, self.clock)


@contextmanager
def _in_line(attempt: RequestAttempt) -> Iterator[None]:
    """Around the wait for a slot: whatever a limiter of somebody else's making raises, nothing was sent."""
    try:
        yield
    except LeversetError:
        raise
    except Exception as problem:
        raise LimiterUnavailable(
            f"the limiter failed ({type(problem).__name__})",
            reference="leverset/limiter-unavailable",
            where=attempt.reader.where,
            why="without a slot nothing is sent",
            fix="look at the error that this one was raised from",
        ) from problem


@contextmanager
def _logged(problem: str, attempt: RequestAttempt) -> Iterator[None]:
    """Whatever a limiter raises here, the answer that was received must not be lost over it."""
    try:
        yield
    except Exception:
        log.exception(problem, attempt.key, extra={"limit_key": attempt.key})
