"""The one place where a request is limited, signed, sent and classified, in sync and in async.

The order matters: first a slot, then the time, then the signature over a copy of the request. A signature made before
the wait would expire in it, and one made in place would leave the passphrase in the caller's request.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from leverset._config import ClientConfig
from leverset._http._event_loop import AsyncConnection
from leverset._http._messages import HttpError, Origin
from leverset._http.attempt import ExchangeClock, PreparedRequest, RequestAttempt, client_closed
from leverset._http.connection import Connection, Connections
from leverset._http.httpx_carrier import AsyncCarrier, SyncCarrier
from leverset._http.response import ResponseParser
from leverset._protocols import Operation, RateLimit
from leverset._request_facts import RequestFacts
from leverset.credentials import Credentials
from leverset.errors import LimiterUnavailable, MalformedResponse, RateLimitExceeded, misconfigured
from leverset.limits import Disposition, RateLimiter, Slot
from leverset.limits._moved import MovedLimiter

log = logging.getLogger("leverset.http")

# Headers of httpx's own connection. The body is whole here, and has a length.
_FRAMING = ("host", "connection", "transfer-encoding")


class Transport:
    """Limits, signs, sends and classifies requests, and raises leverset's errors.

    `inner` is a transport of the caller's that carries the bytes instead of our own connections, `proxy` the address of
    an HTTP proxy.
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
        self.clock = ExchangeClock()
        self._config = config
        self._limiter = limiter
        self._origin = httpx.URL(config.base_url)
        self._headers = {"host": self._origin.netloc.decode("ascii"), "user-agent": "leverset", "accept": "*/*"}
        if isinstance(limiter, type) or not hasattr(limiter, "slow_down"):
            # Without its value: an address may have a password in it.
            given = f"the class {limiter.__name__}" if isinstance(limiter, type) else type(limiter).__name__
            missing = "" if isinstance(limiter, type) or not hasattr(limiter, "acquire") else ", without slow_down"
            raise misconfigured(
                f"limiter is {given}{missing}", "give Limiter(), SQLiteLimiter(path) or RedisLimiter(url)"
            )
        self._parsers = {
            key: ResponseParser(exchange=config.exchange, operation=operation, credentials=credentials)
            for key, operation in config.exchange.operations.items()
        }
        operations = config.exchange.operations.items()
        self._limits = {endpoint: (config.key(each), config.rate(each)) for endpoint, each in operations}
        self._longest_deadline = config.deadline
        self._closed = False
        self._sync: Connections | SyncCarrier
        self._async: Connections | AsyncCarrier
        if inner is not None or (proxy is not None and proxy.url.scheme == "https"):
            self._sync = SyncCarrier(config, inner, proxy)
            self._async = AsyncCarrier(config, inner, proxy)
        else:
            port = self._origin.port or (443 if self._origin.scheme == "https" else 80)
            origin = Origin(self._origin.scheme, self._origin.host, port)  # type: ignore[arg-type] # a checked address
            address = None if proxy is None else _address(proxy)
            self._sync = Connections(Connection, origin, address, clock=config.monotonic)
            self._async = Connections(AsyncConnection, origin, address, clock=config.monotonic)

    def prepare(
        self,
        *,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
    ) -> PreparedRequest:
        """A request as the generated code describes it, its body encoded once."""
        body = b"" if json is None else _encode(json)
        target = f"{url}?{httpx.QueryParams(params)}" if params else url
        return self._prepared(method, url, target, headers or {}, body)

    def prepare_from(self, request: httpx.Request, body: bytes) -> PreparedRequest:
        """A request that httpx made; refuses one to another host before anything is signed for it."""
        url = request.url
        if (url.scheme, url.host, url.port) != (self._origin.scheme, self._origin.host, self._origin.port):
            raise misconfigured(f"this client does not sign requests to {url.host}", "use a path of its own exchange")
        headers = {name: value for name, value in request.headers.items() if name not in _FRAMING}
        return self._prepared(request.method, url.path, url.raw_path.decode("ascii"), headers, body)

    def facts(self, operation: Operation, fields: Mapping[str, object]) -> RequestFacts:
        """What a request with these fields is for."""
        return self._parsers[operation.method, operation.path].facts(self._config, fields)

    def count_for(self, uid: str) -> None:
        """Take slots under the exchange's user id, which several keys may have in common, from here on.

        Those that were taken under the key's own name count until they are free.
        """
        config, operations = self._config, self._config.exchange.operations
        if isinstance(self._limiter, MovedLimiter) or config.account == uid:
            return
        moved = {config.key(each): config.key(each, uid) for each in operations.values() if each.signed}
        longest = self._longest_deadline + max(config.rate(each).seconds for each in operations.values())
        self._limiter = MovedLimiter(self._limiter, moved, seconds=longest, clock=config.monotonic)

    def attempt(
        self, request: PreparedRequest, config: ClientConfig, *, deadline: float | None, max_wait: float | None
    ) -> RequestAttempt:
        """An attempt to send a request of a call with this configuration; see RequestAttempt for the two times."""
        if self._closed:
            raise client_closed()
        if config.deadline > self._longest_deadline:  # a view may have another one
            self._longest_deadline = config.deadline
        endpoint = request.operation.method, request.operation.path
        key, rate = self._limits[endpoint]
        if (per := request.operation.limit_per) is not None:
            key += f":{httpx.URL(request.target).params.get(per, '')}"
        return RequestAttempt(
            config,
            self._parsers[endpoint],
            request,
            self.clock,
            key=key,
            rate=rate,
            deadline=deadline,
            max_wait=max_wait,
        )

    def send(self, attempt: RequestAttempt) -> Any:
        """Send one request when the limit has room; the document of a success, or a LeversetError."""
        limiter = _Blocking(self._limiter)
        steps = self._send(attempt, limiter, self._sync)  # begun at once: no signal's handler can run in between
        while True:
            try:
                steps.send(None)
            except StopIteration as end:
                return end.value

    async def send_async(self, attempt: RequestAttempt) -> Any:
        """Like `send`, awaited."""
        return await self._send(attempt, self._limiter, self._async)

    def close(self) -> None:
        """Close the connections of sync calls; nothing more is sent."""
        self._closed = True
        self._sync.close()

    async def aclose(self) -> None:
        """Close the connections of async calls; nothing more is sent."""
        self._closed = True
        await self._async.aclose()

    async def _send(
        self,
        attempt: RequestAttempt,
        limiter: RateLimiter | _Blocking,
        connections: Connections | SyncCarrier | AsyncCarrier,
    ) -> Any:
        """Written once; what blocks in a sync call is a coroutine that never waits."""
        slot = await limiter.acquire_async(attempt.key, attempt.rate, lease=attempt.lease, max_wait=attempt.max_wait)
        try:
            try:
                return attempt.result(
                    await connections.send(
                        attempt.sign(slot, self._headers),
                        deadline=attempt.deadline or 0.0,
                        step_timeout=attempt.config.timeout,
                        on_send=attempt.on_send,
                    )
                )
            except HttpError as error:
                failure = attempt.failed(error)
            try:
                raise failure
            finally:
                del failure  # an exception in a frame of its own traceback is a circle
        except BaseException as error:
            attempt.forget(error)
            if isinstance(error, MalformedResponse):
                connections.close_idle()  # more of it may come, and would be taken for the response to the next request
            if isinstance(error, RateLimitExceeded):
                with _logged("the pause of %s is not known to others", attempt):
                    pause = error.retry_after or attempt.rate.seconds
                    await limiter.slow_down_async(attempt.key, attempt.rate, age=slot.age, pause=pause)
            raise
        finally:
            with _logged("a slot of %s could not be released; its lease frees it", attempt):
                await limiter.release_async(slot, attempt.disposition)

    def _prepared(
        self, method: str, path: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> PreparedRequest:
        parser = self._parsers.get((method.upper(), path))
        if parser is None:
            raise misconfigured(
                f"{method.upper()} {path} is not in the spec of {self._config.exchange.name}",
                "add it to the spec and run make gen: without its limit it is not sent",
            )
        return PreparedRequest(parser.operation, target, headers, body)


class _Blocking:
    """A limiter whose async functions block as its sync ones do."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    async def acquire_async(self, key: str, rate: RateLimit, *, lease: float, max_wait: float | None) -> Slot:
        return self._limiter.acquire(key, rate, lease=lease, max_wait=max_wait)

    async def slow_down_async(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        self._limiter.slow_down(key, rate, age=age, pause=pause)

    async def release_async(self, slot: Slot, disposition: Disposition) -> None:
        self._limiter.release(slot, disposition)


def _encode(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _address(proxy: httpx.Proxy) -> Origin:
    authorization = None
    if proxy.raw_auth is not None:
        user, password = proxy.raw_auth
        authorization = b"Basic " + base64.b64encode(user + b":" + password)
    return Origin("http", proxy.url.host, proxy.url.port or 80, authorization)


@contextmanager
def _logged(problem: str, attempt: RequestAttempt) -> Iterator[None]:
    """Log a store that is out of reach: the response that was received must not be lost over it."""
    try:
        yield
    except LimiterUnavailable:
        log.exception(problem, attempt.key, extra={"limit_key": attempt.key, "request": dict(attempt.facts)})
