"""Who holds the limit, and how much of it they use: python -m benchmarks.ratelimit [--exchange okx] [--requests 100].

The same calls to set leverage, all wanted at once, against the same sandbox (sliding window, 0 to 80 ms of latency on
either way from the same seed), sent one contestant after the other in one process:

- leverset: its async client with a new Limiter.
- ccxt: its async client with its own throttler, which is on by default.
- pyrate-limiter, aiolimiter: the documented rate in front of httpx, every call a task, signed by leverset.
- bare loop: one call after the other, nothing in front of it.

Refused: the sandbox's own count. Throughput: accepted requests per second, from the first arrival to a window after
the last, as a part of the documented limit. CPU: of this process, per request. `make bench` sets up what it needs.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx
from leverset_bitget import operations as bitget
from leverset_okx import operations as okx

from benchmarks.exchange import Exchange
from leverset import AsyncBitget, AsyncOkx, Credentials, LeversetError, Limiter
from leverset._http import signing
from leverset._protocols import Exchange as Venue
from leverset._protocols import Operation

Contestant = Callable[[str, str, Credentials, int], Coroutine[Any, Any, None]]
OPERATIONS: dict[str, Operation] = {"okx": okx.SET_LEVERAGE, "bitget": bitget.SET_LEVERAGE}
EXCHANGES: dict[str, Venue] = {"okx": okx.EXCHANGE, "bitget": bitget.EXCHANGE}


def body(exchange: str, number: int) -> dict[str, str]:
    """The call for one of many instruments."""
    if exchange == "okx":
        return {"instId": f"T{number:03}-USDT", "lever": "5", "mgnMode": "isolated"}
    return {
        "symbol": f"T{number:03}USDT",
        "productType": "USDT-FUTURES",
        "marginCoin": "USDT",
        "leverage": "5",
        "holdSide": "long",
    }


async def run_leverset(exchange: str, url: str, credentials: Credentials, count: int) -> None:
    """One client, every call a task."""

    async def call(number: int) -> None:
        wanted = body(exchange, number)
        try:
            if isinstance(client, AsyncOkx):
                await client.set_leverage(inst_id=wanted["instId"], lever=5, mgn_mode="isolated")
            else:
                await client.set_leverage(
                    symbol=wanted["symbol"],
                    product_type="USDT-FUTURES",
                    margin_coin="USDT",
                    leverage=5,
                    hold_side="long",
                )
        except LeversetError as error:
            print(error)

    kind: type[AsyncOkx] | type[AsyncBitget] = AsyncOkx if exchange == "okx" else AsyncBitget
    async with kind(credentials, base_url=url, limiter=Limiter(), retries=0) as client:
        await asyncio.gather(*(call(number) for number in range(count)))


async def run_ccxt(exchange: str, url: str, credentials: Credentials, count: int) -> None:
    """Its implicit method for the endpoint: what it sends does not need its market data."""
    ccxt: Any = importlib.import_module("ccxt.async_support")
    keys = {"apiKey": credentials.api_key, "secret": credentials.secret, "password": credentials.passphrase}
    client: Any = getattr(ccxt, exchange)(keys)
    client.urls["api"] = dict.fromkeys(client.urls["api"], url)
    names = {"okx": "privatePostAccountSetLeverage", "bitget": "privateMixPostV2MixAccountSetLeverage"}

    async def call(number: int) -> None:
        try:
            await getattr(client, names[exchange])(body(exchange, number))
        except (ccxt.RateLimitExceeded, ccxt.DDoSProtection):
            pass  # refused for the limit: counted where it arrived
        except ccxt.BaseError as error:
            print("ccxt:", type(error).__name__, str(error)[:200])

    try:
        await asyncio.gather(*(call(number) for number in range(count)))
    finally:
        await client.close()


async def send(client: httpx.AsyncClient, exchange: str, credentials: Credentials, number: int) -> None:
    """One signed request, whatever the answer is."""
    content, operation = json.dumps(body(exchange, number)).encode(), OPERATIONS[exchange]
    headers = signing.headers(
        EXCHANGES[exchange],
        credentials,
        method=operation.method,
        target=operation.path,
        body=content,
        milliseconds=time.time_ns() // 1_000_000,
    )
    headers["Content-Type"] = "application/json"
    await client.post(operation.path, content=content, headers=headers)


async def run_pyrate_limiter(exchange: str, url: str, credentials: Credentials, count: int) -> None:
    """The documented rate."""
    pyrate: Any = importlib.import_module("pyrate_limiter")
    limit = OPERATIONS[exchange].rate_limit
    limiter = pyrate.Limiter(pyrate.Rate(limit.requests, int(limit.seconds * 1000)))

    async def call(number: int) -> None:
        await limiter.try_acquire_async("account")
        await send(client, exchange, credentials, number)

    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await asyncio.gather(*(call(number) for number in range(count)))


async def run_aiolimiter(exchange: str, url: str, credentials: Credentials, count: int) -> None:
    """The documented rate."""
    limit = OPERATIONS[exchange].rate_limit
    limiter = importlib.import_module("aiolimiter").AsyncLimiter(limit.requests, limit.seconds)

    async def call(number: int) -> None:
        async with limiter:
            await send(client, exchange, credentials, number)

    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await asyncio.gather(*(call(number) for number in range(count)))


async def run_bare_loop(exchange: str, url: str, credentials: Credentials, count: int) -> None:
    """The next call when the last one was answered."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        for number in range(count):
            await send(client, exchange, credentials, number)


CONTESTANTS: dict[str, tuple[str, Contestant]] = {  # by name: what it imports, and how it runs
    "leverset": ("leverset", run_leverset),
    "ccxt": ("ccxt.async_support", run_ccxt),
    "pyrate-limiter": ("pyrate_limiter", run_pyrate_limiter),
    "aiolimiter": ("aiolimiter", run_aiolimiter),
    "bare loop": ("httpx", run_bare_loop),
}


@dataclass(frozen=True)
class Result:
    """What one contestant did."""

    name: str
    sent: int
    refused: int
    throughput: float
    cpu: float


def measure(exchange: Exchange, venue: str, name: str, count: int, jitter: float, seed: int) -> Result:
    """Let one of them do its calls."""
    exchange.start_over(window="sliding", latency_in=[0, jitter], latency_out=[0, jitter], seed=seed)
    module, run = CONTESTANTS[name]
    importlib.import_module(module)
    limit = OPERATIONS[venue].rate_limit
    cpu = time.process_time()
    asyncio.run(run(venue, exchange.url, exchange.credentials, count))
    cpu = time.process_time() - cpu
    log = exchange.requests()
    times = [entry["arrived"] for entry in log]
    accepted = sum(entry["admitted"] for entry in log)
    rate = accepted / (times[-1] - times[0] + limit.seconds)
    title = name if name == "bare loop" else f"{name} {importlib.metadata.version(name)}"
    return Result(title, len(log), len(log) - accepted, rate * limit.seconds / limit.requests, cpu / count)


def main() -> None:
    """Run all of them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchange", choices=sorted(OPERATIONS), default="bitget")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--jitter", type=float, default=0.08, help="seconds, on either way, at most")
    parser.add_argument("--seed", type=int, default=7, help="of the latencies")
    options = parser.parse_args()
    limit = OPERATIONS[options.exchange].rate_limit
    print(
        f"{options.requests} calls, {options.exchange}: {limit.requests} per {limit.seconds:g} s, latency 0 to"
        f" {options.jitter * 1000:g} ms on either way; Python {platform.python_version()}\n"
    )
    print("| | sent | refused | accepted, as a part of the limit | CPU per call |\n|---|---|---|---|---|")
    with Exchange() as exchange:
        for name in CONTESTANTS:
            r = measure(exchange, options.exchange, name, options.requests, options.jitter, options.seed)
            print(f"| {r.name} | {r.sent} | {r.refused} | {r.throughput:.0%} | {r.cpu * 1000:.1f} ms |", flush=True)


if __name__ == "__main__":
    main()
