"""What every exchange's client has: the generated client, made safe, and `call`, which sends again what may be."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import ModuleType, TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import httpx

from leverset._config import ClientConfig, resolve_base_url, wall_ms
from leverset._http.transport import Transport
from leverset._keyed_lock import KeyedLock
from leverset._protocols import Exchange, Operation, RateLimit
from leverset._retry import Retry
from leverset.credentials import Credentials
from leverset.errors import misconfigured
from leverset.limits import RateLimiter, default_limiter

AccountT = TypeVar("AccountT")
ClientT = TypeVar("ClientT")


class BaseClient(ABC, Generic[ClientT, AccountT]):
    """What both colours of a client share.

    `credentials` sign. `demo=True` says that this is the exchange's demo environment; live is the default. `region`
    names one of the spec's servers, `base_url` any other address (https, or http on loopback). `account` says how the
    account is set up, and switches on the rules that depend on it. `limiter` replaces the process-wide one.
    `rate_limits` replaces documented limits where an account has higher ones, by operation name. `timeout` bounds each
    step on the network, `deadline` all attempts of one call from its first slot on, `max_wait` the wait for that slot
    (None: without end), all in seconds. `retries` is how often a call may be sent again, 0 for never. `proxy` is the
    address of an HTTP proxy, with its user and password where it wants them; the proxies of the environment are not
    used. `transport` carries the bytes instead of httpx's own, and takes no proxy.

    In the sync colour the deadline is looked at before each step and with each piece of the answer's body: a body that
    trickles is cut at the deadline, one that stalls at most one `timeout` after it. Headers that trickle are bounded by
    `timeout` between two reads and by 100 KiB in all. In the async colour the deadline cuts everything.

    Raises ConfigurationError for settings that cannot work.
    """

    exchange: ClassVar[Exchange]
    account_type: ClassVar[type]

    def __init__(
        self,
        credentials: Credentials,
        *,
        demo: bool = False,
        region: str = "global",
        base_url: str | None = None,
        account: AccountT | None = None,
        limiter: RateLimiter | None = None,
        rate_limits: Mapping[str, RateLimit] | None = None,
        timeout: float = 5.0,
        deadline: float = 15.0,
        max_wait: float | None = 300.0,
        retries: int = 2,
        proxy: str | None = None,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not isinstance(credentials, Credentials):
            raise misconfigured("credentials are not Credentials", "give Credentials(api_key, secret, passphrase)")
        if proxy is not None and transport is not None:
            raise misconfigured("proxy and transport are both given", "let the transport use the proxy itself")
        if account is not None and not isinstance(account, self.account_type):
            raise misconfigured(f"account is {type(account).__name__}", f"give {self.account_type.__name__}(...)")
        self.account = account
        self._redact = credentials.redact
        self.config = ClientConfig(
            exchange=self.exchange,
            account=getattr(account, "uid", None) or credentials.account,
            base_url=resolve_base_url(self.exchange, region, base_url),
            demo=demo,
            timeout=timeout,
            deadline=deadline,
            max_wait=max_wait,
            retries=retries,
            rate_limits=rate_limits or {},
            monotonic=self._monotonic,
            wall_ms=self._wall_ms,
            # Not their subclasses: one that does more than httpx does might send what it does not tell.
            traces=transport is None or type(transport) in (httpx.HTTPTransport, httpx.AsyncHTTPTransport),
        )
        self._transport = Transport(
            self.config,
            credentials,
            default_limiter() if limiter is None else limiter,
            proxy=_proxy(proxy, self.exchange, self.config.base_url),
            inner=transport,
        )
        self._locks = KeyedLock()
        self.client: ClientT = self._make_client(
            base_url=self.config.base_url,
            headers={"User-Agent": "leverset"},
            timeout=httpx.Timeout(timeout),
            follow_redirects=False,
            httpx_args={"transport": self._transport},
        )

    # The two clocks; a subclass may have others.
    _monotonic = staticmethod(time.monotonic)
    _wall_ms = staticmethod(wall_ms)

    @abstractmethod
    def _make_client(self, **arguments: Any) -> ClientT: ...

    @property
    def clock_offset(self) -> float:
        """How far the exchange's clock is ahead of this machine's, in seconds; 0 until a refusal has taught it."""
        return self._transport.clock.offset / 1000

    def _operation(self, module: ModuleType) -> Operation:
        for operation in self.exchange.operations.values():
            if operation.module == getattr(module, "__name__", None):
                return operation
        raise misconfigured(
            f"{getattr(module, '__name__', module)!r} is no generated operation of {self.exchange.name}",
            f"give one of {', '.join(o.module for o in self.exchange.operations.values())}",
        )

    def _repeats(self, module: ModuleType) -> Retry:
        operation = self._operation(module)
        where = f"{self.exchange.name} {operation.method} {operation.path}"
        return Retry(operation, self.config, where)

    def __repr__(self) -> str:
        config = getattr(self, "config", None)  # none where __init__ refused what it was given
        where = f" at {config.base_url}{', demo' if config.demo else ''}" if config else ""
        return f"<{type(self).__name__}{where}>"


class SyncClient(BaseClient[ClientT, AccountT]):
    """The sync colour: a context manager whose calls block."""

    def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Call any generated operation: signed, limited, with typed errors, sent again where that is safe.

        `operation` is a generated module such as `leverset_okx.api.account.set_leverage`, `arguments` are those of
        its `sync`. Returns what that returns. Rules across fields are not applied, and calls for one target do not
        wait for each other. Raises LeversetError.
        """
        repeats = self._repeats(operation)
        try:
            while True:
                with repeats:
                    return operation.sync_detailed(client=self.client, **arguments).parsed
                time.sleep(repeats.delay)
        except BaseException as error:
            repeats.annotate_interrupt(error)
            raise

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(BaseClient[ClientT, AccountT]):
    """The async colour: an async context manager whose calls are awaited, in one event loop."""

    async def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Like the sync `call`, awaited."""
        repeats = self._repeats(operation)
        try:
            while True:
                with repeats:
                    return (await operation.asyncio_detailed(client=self.client, **arguments)).parsed
                await asyncio.sleep(repeats.delay)
        except BaseException as error:
            repeats.annotate_interrupt(error)
            raise

    async def aclose(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def _proxy(address: str | None, exchange: Exchange, base_url: str) -> httpx.Proxy | None:
    """The proxy at an address; raises ConfigurationError, without quoting it: a password may be in it."""
    if address is None:
        return None
    try:
        proxy = httpx.Proxy(address)
    except Exception:
        proxy = None
    if proxy is None or proxy.url.scheme not in ("http", "https") or not proxy.url.host:
        raise misconfigured("proxy is not the address of an HTTP proxy", "give one such as http://127.0.0.1:3128")
    if base_url.startswith("http://"):
        # Without encryption to the exchange the proxy reads along, so it is bound by the same rule as the exchange.
        resolve_base_url(exchange, "", f"http://{proxy.url.netloc.decode('ascii')}")
    return proxy
