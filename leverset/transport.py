"""The one place where a request is limited, signed, sent and judged, in both colours.

It stands where httpx expects a transport, so the bare generated client has all of that too. The order matters:
first a slot, then the time, then the signature over a copy of the request; a signature made before the wait would
expire in it, and one made in place would leave the passphrase in `exception.request.headers`.
"""

from __future__ import annotations

import asyncio
import logging
from functools import cached_property

import httpx

from leverset.attempt import Clock, Try
from leverset.credentials import Credentials
from leverset.errors import ConfigurationError, LeversetError, RateLimited
from leverset.limits import AnyLimiter, Grant
from leverset.reply import Reader
from leverset.settings import Settings

log = logging.getLogger("leverset.transport")

# httpx's pool slows down with many connections, and the limit lets few requests be under way at once.
_POOL = httpx.Limits(max_connections=20, max_keepalive_connections=20, keepalive_expiry=30.0)


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Limits, signs, sends and judges what passes through it, and raises leverset's errors.

    `inner` carries the bytes instead of httpx's own transport; it must serve the colour that it is used in.
    """

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        limiter: AnyLimiter,
        *,
        proxy: str | None = None,
        inner: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._limiter = limiter
        self._proxy = proxy
        self._inner = inner
        self._origin = httpx.URL(settings.base_url)
        self.clock = Clock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request when the limit has room, and return a success or raise a LeversetError."""
        attempt = self._begin(request, request.read())
        try:
            grant = self._limiter.acquire(attempt.key, attempt.rate, hold=attempt.remaining, max_wait=attempt.max_wait)
            try:
                with attempt:
                    response = self._sync.handle_request(attempt.sign(grant, traced=attempt.trace))
                    try:
                        attempt.started(response)
                        for chunk in response.stream:  # type: ignore[union-attr] # a sync transport's is sync
                            attempt.feed(chunk)
                    finally:
                        response.close()
                try:
                    answer = attempt.judge()
                except RateLimited as error:
                    self._limiter.pause(attempt.key, error.retry_after or attempt.rate.seconds)
                    raise
            finally:
                self._settle(attempt, grant)
        except LeversetError as error:
            attempt.record(error)
            raise
        attempt.record(None)
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Like `handle_request`, awaited."""
        attempt = self._begin(request, await request.aread())
        try:
            grant = await self._limiter.acquire_async(
                attempt.key, attempt.rate, hold=attempt.remaining, max_wait=attempt.max_wait
            )
            try:
                with attempt:
                    signed = attempt.sign(grant, traced=attempt.trace_async)
                    async with asyncio.timeout(attempt.remaining):
                        response = await self._async.handle_async_request(signed)
                        try:
                            attempt.started(response)
                            async for chunk in response.stream:  # type: ignore[union-attr] # likewise
                                attempt.feed(chunk)
                        finally:
                            await response.aclose()
                try:
                    answer = attempt.judge()
                except RateLimited as error:
                    await self._limiter.pause_async(attempt.key, error.retry_after or attempt.rate.seconds)
                    raise
            finally:
                await self._settle_async(attempt, grant)
        except LeversetError as error:
            attempt.record(error)
            raise
        attempt.record(None)
        return answer

    def close(self) -> None:
        """Close the connections of the sync colour."""
        if "_sync" in self.__dict__:
            self._sync.close()

    async def aclose(self) -> None:
        """Close the connections of the async colour."""
        if "_async" in self.__dict__:
            await self._async.aclose()

    @cached_property
    def _sync(self) -> httpx.BaseTransport:
        if self._inner is None:
            return httpx.HTTPTransport(limits=_POOL, proxy=self._proxy)
        if not isinstance(self._inner, httpx.BaseTransport):
            raise _wrong("transport is for async clients", "give a httpx.BaseTransport")
        return self._inner

    @cached_property
    def _async(self) -> httpx.AsyncBaseTransport:
        if self._inner is None:
            return httpx.AsyncHTTPTransport(limits=_POOL, proxy=self._proxy)
        if not isinstance(self._inner, httpx.AsyncBaseTransport):
            raise _wrong("transport is for sync clients", "give a httpx.AsyncBaseTransport")
        return self._inner

    def _begin(self, request: httpx.Request, body: bytes) -> Try:
        """Refuse what is not an operation of this exchange at this address, before anything is signed for it."""
        url = request.url
        if (url.scheme, url.host, url.port) != (self._origin.scheme, self._origin.host, self._origin.port):
            raise _wrong(f"this client does not sign requests to {url.host}", "use a path of its own exchange")
        exchange = self._settings.exchange
        operation = exchange.operations.get((request.method, url.path))
        if operation is None:
            raise _wrong(
                f"{request.method} {url.path} is not in the spec of {exchange.name}",
                "add it to the spec and run make gen: without its limit it is not sent",
            )
        reader = Reader(exchange=exchange, operation=operation, credentials=self._credentials)
        return Try(self._settings, reader, request, body, self.clock)

    def _settle(self, attempt: Try, grant: Grant) -> None:
        try:
            self._limiter.settle(grant, attempt.fate)
        except Exception:  # whatever it is, the answer that was received must not be lost over it
            log.exception("a slot of %s could not be given back; its lease frees it", attempt.key)

    async def _settle_async(self, attempt: Try, grant: Grant) -> None:
        try:
            await self._limiter.settle_async(grant, attempt.fate)
        except Exception:  # likewise
            log.exception("a slot of %s could not be given back; its lease frees it", attempt.key)


def _wrong(summary: str, fix: str) -> ConfigurationError:
    return ConfigurationError(summary, reference="leverset/configuration", fix=fix)
