"""One call, on either exchange and in sync and in async, and what is claimed of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import httpx
from leverset_okx.operations import RateLimit

from leverset import Bitget, Credentials, LeversetError, Limiter, Okx, _registry

CREDENTIALS = Credentials("test-key-0001", "Test+Secret/With=Base64==", "test pass!1")
SECRETS = (CREDENTIALS.api_key, CREDENTIALS.secret, CREDENTIALS.passphrase)
EXCHANGES = tuple(_registry.EXCHANGES)
FORMS = ("sync", "async")
CARRIERS = ("own", "httpx")
"""What carries the bytes: leverset's own connections, or a httpx transport that the caller gives."""
SYNC: dict[str, Any] = {name: exchange.client for name, exchange in _registry.EXCHANGES.items()}
ASYNC: dict[str, Any] = {name: exchange.async_client for name, exchange in _registry.EXCHANGES.items()}
FAST = {"set_leverage": RateLimit(requests=1000, seconds=0.02, scope="user")}
"""A limit that no test here reaches, and after which a pause is short."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a caller knows after a call: `outcome` is an error's, or `success`."""

    outcome: str
    error: LeversetError | None = None
    result: Any = None

    @property
    def kind(self) -> str:
        """The error's class, or `success`."""
        return "success" if self.error is None else type(self.error).__name__


def arguments(exchange: str, lever: str = "5") -> dict[str, Any]:
    """A right request for the sandbox's default account."""
    if exchange == "okx":
        return {"inst_id": "BTC-USDT-SWAP", "lever": lever, "mgn_mode": "isolated", "pos_side": "long"}
    return {
        "symbol": "BTCUSDT",
        "product_type": "USDT-FUTURES",
        "margin_coin": "USDT",
        "leverage": lever,
        "hold_side": "long",
    }


def carried(carrier: str, form: str, proxy: str | None = None) -> dict[str, Any]:
    """The options of a client whose bytes go that way, through a proxy where there is one."""
    if carrier == "own":
        return {"proxy": proxy}
    return {"transport": httpx.HTTPTransport(proxy=proxy) if form == "sync" else httpx.AsyncHTTPTransport(proxy=proxy)}


def settings(**changed: Any) -> dict[str, Any]:
    """The options of a client that waits for nobody: a limiter of its own, short times, no retries, no read-back."""
    return {
        "read_back": "never",
        "limiter": Limiter(),
        "rate_limits": FAST,
        "timeout": 5.0,
        "deadline": 20.0,
        "max_wait": 20.0,
        "retries": 0,
        **changed,
    }


def call(
    exchange: str,
    form: str,
    url: str,
    credentials: Credentials = CREDENTIALS,
    *,
    lever: str = "5",
    request: dict[str, Any] | None = None,
    **changed: Any,
) -> Claim:
    """Call once with a client of its own; never raises what is leverset's."""
    asked = request or arguments(exchange, lever)
    given = settings(**changed)
    try:
        if form == "sync":
            with SYNC[exchange](credentials, base_url=url, **given) as client:
                return Claim("success", result=client.set_leverage(**asked))
        return Claim("success", result=asyncio.run(_awaited(exchange, url, credentials, asked, given)))
    except LeversetError as error:
        return Claim(error.outcome, error)


async def _awaited(
    exchange: str, url: str, credentials: Credentials, asked: dict[str, Any], given: dict[str, Any]
) -> Any:
    async with ASYNC[exchange](credentials, base_url=url, **given) as client:
        result = await client.set_leverage(**asked)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not others, others
    return result


OKX: dict[str, Any] = {"inst_id": "BTC-USDT-SWAP", "lever": "5", "mgn_mode": "isolated", "pos_side": "long"}
BITGET: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "product_type": "USDT-FUTURES",
    "margin_coin": "USDT",
    "leverage": "20",
    "hold_side": "long",
}


def set_leverage(make: Any, url: str, arguments: dict[str, Any], **settings: Any) -> Any:
    """One call through a client of either form."""
    settings = {"base_url": url, "limiter": Limiter(), "read_back": "never", **settings}
    if make in (Okx, Bitget):
        with make(CREDENTIALS, **settings) as client:
            return client.set_leverage(**arguments)

    async def run() -> Any:
        async with make(CREDENTIALS, **settings) as client:
            return await client.set_leverage(**arguments)

    return asyncio.run(run())


def without_port(text: str) -> str:
    """A text about a request to this machine, whatever the port."""
    return re.sub(r"(sandbox at 127\.0\.0\.1):\d+", r"\1", text)
