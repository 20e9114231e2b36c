"""What every exchange's client has: the generated client, made safe, and `call`, which sends again what may be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from types import ModuleType, TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import httpx

from leverset.attempt import CALL
from leverset.contract import Exchange, Operation, RateLimit
from leverset.credentials import Credentials
from leverset.errors import ConfigurationError, LeversetError
from leverset.limits import AnyLimiter, default_limiter
from leverset.line import Line
from leverset.repeats import Repeats
from leverset.settings import Settings, server
from leverset.transport import Transport

AccountT = TypeVar("AccountT")
ClientT = TypeVar("ClientT")


class Base(Generic[ClientT, AccountT]):
    """What both colours of a client share.

    `credentials` sign. `demo=True` says that this is the exchange's demo environment; live is the default. `region`
    names one of the spec's servers, `base_url` any other address (https, or http on loopback). `account` says how the
    account is set up, and switches on the rules that depend on it. `limiter` replaces the process-wide one.
    `rate_limits` replaces documented limits where an account has higher ones, by operation name. `timeout` bounds each
    step on the network, `deadline` all attempts of one call from its first slot on, `max_wait` the wait for that slot
    (None: without end), all in seconds. `retries` is how often a call may be sent again. `proxy` is a proxy's address;
    the proxies of the environment are not used. `transport` carries the bytes instead of httpx's own, and takes no
    proxy.

    Raises ConfigurationError for settings that cannot work.
    """

    exchange: ClassVar[Exchange]

    def __init__(
        self,
        credentials: Credentials,
        *,
        demo: bool = False,
        region: str = "global",
        base_url: str | None = None,
        account: AccountT | None = None,
        limiter: AnyLimiter | None = None,
        rate_limits: Mapping[str, RateLimit] | None = None,
        timeout: float = 5.0,
        deadline: float = 15.0,
        max_wait: float | None = 300.0,
        retries: int = 2,
        proxy: str | None = None,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not isinstance(credentials, Credentials):
            raise _wrong("credentials are not Credentials", "give Credentials(api_key, secret, passphrase)")
        if proxy is not None and transport is not None:
            raise _wrong("proxy and transport are both given", "let the transport use the proxy itself")
        self.account = account
        self.settings = Settings(
            exchange=self.exchange,
            account=getattr(account, "uid", None) or credentials.account,
            base_url=server(self.exchange, region, base_url),
            demo=demo,
            timeout=timeout,
            deadline=deadline,
            max_wait=max_wait,
            retries=retries,
            rate_limits=rate_limits or {},
            traces=transport is None or isinstance(transport, httpx.HTTPTransport | httpx.AsyncHTTPTransport),
        )
        self._transport = Transport(
            self.settings, credentials, limiter or default_limiter(), proxy=proxy, inner=transport
        )
        self._line = Line()
        self.client: ClientT = self._make_client(
            base_url=self.settings.base_url,
            headers={"User-Agent": "leverset"},
            timeout=httpx.Timeout(timeout),
            follow_redirects=False,
            httpx_args={"transport": self._transport},
        )

    def _make_client(self, **arguments: Any) -> ClientT:
        raise NotImplementedError

    @property
    def clock_offset(self) -> float:
        """How far the exchange's clock is ahead of this machine's, in seconds; 0 until a refusal has taught it."""
        return self._transport.clock.offset / 1000

    def _operation(self, module: ModuleType) -> Operation:
        for operation in self.exchange.operations.values():
            if operation.module == getattr(module, "__name__", None):
                return operation
        raise _wrong(
            f"{getattr(module, '__name__', module)!r} is no generated operation of {self.exchange.name}",
            f"give one of {', '.join(o.module for o in self.exchange.operations.values())}",
        )

    def _repeats(self, module: ModuleType) -> Repeats:
        operation = self._operation(module)
        where = f"{self.exchange.name} {operation.method} {operation.path}"
        return Repeats(operation, self.settings, where)

    def __repr__(self) -> str:
        demo = ", demo" if self.settings.demo else ""
        return f"<{type(self).__name__} at {self.settings.base_url}{demo}>"


class SyncExchange(Base[ClientT, AccountT]):
    """The sync colour: a context manager whose calls block."""

    _sleep: Callable[[float], None] = staticmethod(time.sleep)

    def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Call any generated operation: signed, limited, with typed errors, sent again where that is safe.

        `operation` is a generated module such as `leverset_okx.api.account.set_leverage`, `arguments` are those of
        its `sync`. Returns what that returns. Rules across fields are not applied. Raises LeversetError.
        """
        repeats = self._repeats(operation)
        while True:
            token = CALL.set(repeats.call)
            try:
                return operation.sync_detailed(client=self.client, **arguments).parsed
            except LeversetError as error:
                delay = repeats.after(error)
                if delay is None:
                    raise
            except Exception as problem:
                raise repeats.unreadable(problem) from problem
            finally:
                CALL.reset(token)
            self._sleep(delay)

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncExchange(Base[ClientT, AccountT]):
    """The async colour: an async context manager whose calls are awaited, in one event loop."""

    async def call(self, operation: ModuleType, **arguments: Any) -> Any:
        """Like the sync `call`, awaited."""
        repeats = self._repeats(operation)
        while True:
            token = CALL.set(repeats.call)
            try:
                return (await operation.asyncio_detailed(client=self.client, **arguments)).parsed
            except LeversetError as error:
                delay = repeats.after(error)
                if delay is None:
                    raise
            except Exception as problem:
                raise repeats.unreadable(problem) from problem
            finally:
                CALL.reset(token)
            await asyncio.sleep(delay)

    async def aclose(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def _wrong(summary: str, fix: str) -> ConfigurationError:
    return ConfigurationError(summary, reference="leverset/configuration", fix=fix)
