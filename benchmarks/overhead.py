"""What a call costs beside a bare request: python -m benchmarks.overhead [--rounds 15] [--calls 100] [--json].

Everything is on: rules, lock, slot, signature, connection, response, verification. Beside it, in one interleaved run
against one server in another process: bare httpx (sync and async, unsigned), and other clients (python-okx, ccxt, and
aiohttp with a signature of ours). All figures are ratios to bare sync httpx in the same run. That is measured twice as
well (A/A): the ratio of the two says how far to trust the others.

50 at once: the wall time of a burst of 50 calls in one event loop, by call, and the slowest of them. Start: a whole
process that imports and makes a client, beside one that imports httpx and makes its client; what httpx would import for
its command line, which others here bring, is out of both.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from leverset_okx.operations import RateLimit

from leverset import AsyncOkx, Credentials, Limiter, Okx

CREDENTIALS = Credentials("bench-key", "bench-secret", "bench-passphrase")
NEVER_FULL = {"set_leverage": RateLimit(requests=1_000_000, seconds=1e-3, scope="user")}
PATH = "/api/v5/account/set-leverage"
BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
ARGUMENTS: Any = {"inst_id": "BTC-USDT-SWAP", "lever": "5", "mgn_mode": "isolated", "pos_side": "long"}
BURST = 50
WITHOUT_COMMAND_LINE = "import sys; sys.modules.update(dict.fromkeys(('click', 'pygments', 'rich')))\n"
STARTS = {
    "leverset": "from leverset import Credentials, Okx; Okx(Credentials('k', 's', 'p'))",
    "leverset, async": "import asyncio; from leverset import AsyncOkx, Credentials as C; AsyncOkx(C('k', 's', 'p'))",
    "httpx": "import httpx; httpx.Client()",
}
BASE = "bare httpx, sync"

Sync = Callable[[], object]
Async = Callable[[], Awaitable[object]]


@contextmanager
def responder() -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.responder"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def sync_contestants(url: str) -> dict[str, Sync]:
    """One call each, by name."""
    okx = Okx(CREDENTIALS, base_url=url, limiter=Limiter(), rate_limits=NEVER_FULL)
    bare = httpx.Client(base_url=url, trust_env=False)
    found: dict[str, Sync] = {
        "leverset, sync": lambda: okx.set_leverage(**ARGUMENTS),
        BASE: lambda: bare.post(PATH, json=BODY).json(),
        "bare httpx, sync, again": lambda: bare.post(PATH, json=BODY).json(),
    }
    account = _python_okx(url)
    if account is not None:
        found["python-okx, sync"] = lambda: account.set_leverage(
            lever="5", mgnMode="isolated", instId="BTC-USDT-SWAP", posSide="long"
        )
    ccxt = _ccxt("ccxt", url)
    if ccxt is not None:
        found["ccxt, sync"] = lambda: ccxt.privatePostAccountSetLeverage(dict(BODY))
    return found


async def async_contestants(url: str, stack: AsyncExitStack) -> dict[str, Async]:
    """One call each, by name."""
    okx = await stack.enter_async_context(
        AsyncOkx(CREDENTIALS, base_url=url, limiter=Limiter(), rate_limits=NEVER_FULL)
    )
    bare = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))

    async def post() -> object:
        return (await bare.post(PATH, json=BODY)).json()

    found: dict[str, Async] = {"leverset, async": lambda: okx.set_leverage(**ARGUMENTS), "bare httpx, async": post}
    ccxt = _ccxt("ccxt.async_support", url)
    if ccxt is not None:
        stack.push_async_callback(ccxt.close)
        found["ccxt, async"] = lambda: ccxt.privatePostAccountSetLeverage(dict(BODY))
    try:
        import aiohttp  # type: ignore[import-not-found,unused-ignore] # in the environment of the benchmarks only
    except ModuleNotFoundError:
        return found
    session = await stack.enter_async_context(aiohttp.ClientSession())

    async def signed() -> object:
        body = json.dumps(BODY).encode()
        async with session.post(url + PATH, data=body, headers=_signed(body)) as response:
            return await response.json()

    found["aiohttp, async"] = signed
    return found


def _signed(body: bytes) -> dict[str, str]:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    digest = hmac.new(CREDENTIALS.secret.encode(), f"{stamp}POST{PATH}".encode() + body, hashlib.sha256).digest()
    return {
        "OK-ACCESS-KEY": CREDENTIALS.api_key,
        "OK-ACCESS-SIGN": base64.b64encode(digest).decode(),
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": CREDENTIALS.passphrase,
        "Content-Type": "application/json",
    }


def _python_okx(url: str) -> Any:
    try:
        from okx.Account import AccountAPI  # type: ignore[import-not-found,unused-ignore] # likewise
    except ModuleNotFoundError:
        return None
    logging.getLogger("httpx").setLevel(logging.WARNING)
    keys = (CREDENTIALS.api_key, CREDENTIALS.secret, CREDENTIALS.passphrase)
    return AccountAPI(*keys, flag="0", domain=url, debug=False)


def _ccxt(module: str, url: str) -> Any:
    try:
        made = __import__(module, fromlist=["okx"]).okx
    except ModuleNotFoundError:
        return None
    client = made(
        {
            "apiKey": CREDENTIALS.api_key,
            "secret": CREDENTIALS.secret,
            "password": CREDENTIALS.passphrase,
            "enableRateLimit": False,
        }
    )
    client.urls["api"] = dict.fromkeys(client.urls["api"], url)
    return client


def measure(url: str, rounds: int, calls: int) -> dict[str, list[float]]:
    """Seconds per call, of each contestant in each round; every round has each of them once, in a random order."""
    found: dict[str, list[float]] = {}
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        sync, coroutines = sync_contestants(url), runner.run(async_contestants(url, stack))
        names, order = [*sync, *coroutines], random.Random(0)  # noqa: S311 - an order, nothing secret

        async def repeat(call: Async) -> float:
            began = time.perf_counter()
            for _ in range(calls):
                await call()
            return time.perf_counter() - began

        for number in range(-1, rounds):  # the first one warms up
            order.shuffle(names)  # who runs after whom matters: caches are warm for what ran just before
            for name in names:
                if name in sync:
                    call, began = sync[name], time.perf_counter()
                    for _ in range(calls):
                        call()
                    seconds = time.perf_counter() - began
                else:
                    seconds = runner.run(repeat(coroutines[name]))
                if number >= 0:
                    found.setdefault(name, []).append(seconds / calls)
        runner.run(stack.aclose())
    return found


async def burst(url: str, rounds: int) -> tuple[float, float]:
    """The wall time of 50 calls at once, by call, and the slowest of them as a multiple of the mean: medians."""
    walls, slowest = [], []
    async with AsyncOkx(CREDENTIALS, base_url=url, limiter=Limiter(), rate_limits=NEVER_FULL) as okx:

        async def one(number: int) -> float:
            await okx.set_leverage(**{**ARGUMENTS, "inst_id": f"COIN{number}-USDT-SWAP"})
            return time.perf_counter()

        for number in range(-1, rounds):
            began = time.perf_counter()
            ends = await asyncio.gather(*(one(each) for each in range(BURST)))
            if number >= 0:
                taken = [end - began for end in ends]
                walls.append(max(taken) / BURST)
                slowest.append(max(taken) / statistics.fmean(taken))
    return statistics.median(walls), statistics.median(slowest)


def start(rounds: int) -> dict[str, float]:
    """The median wall time of a process that imports and makes a client, in seconds."""
    found: dict[str, list[float]] = {name: [] for name in STARTS}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(rounds + 1):
        for name, code in STARTS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", WITHOUT_COMMAND_LINE + code], check=True, env=environment)
            found[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds[1:]) for name, seconds in found.items()}


def main() -> None:
    """Print the table, or with --json one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=100, help="in a row, by contestant and round")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with responder() as url:
        seconds = measure(url, chosen.rounds, chosen.calls)
        wall, slowest = asyncio.run(burst(url, chosen.rounds))
    starts = start(chosen.rounds)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    base = medians[BASE]
    start_ratios = {name: round(each / starts["httpx"], 3) for name, each in starts.items()}
    facts = {
        "python": platform.python_version(),
        "microseconds": {name: round(each * 1e6, 1) for name, each in medians.items()},
        "ratios": {name: round(each / base, 3) for name, each in medians.items()},
        "burst": {"wall_per_call": round(wall / base, 3), "slowest_to_mean": round(slowest, 2)},
        "start": {"seconds": {name: round(each, 4) for name, each in starts.items()}, "ratios": start_ratios},
    }
    if chosen.json:
        print(json.dumps(facts))
        return
    print(f"Python {facts['python']}; {BASE} takes {base * 1e6:.0f} us = 1.00")
    for name, each in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"{name:<26} {each / base:5.2f}   {each * 1e6:7.0f} us")
    print(f"{BURST} at once: {wall / base:.2f} by call, the slowest {slowest:.2f} times the mean")
    ratios = ", ".join(f"{name} {each:.2f}" for name, each in start_ratios.items())
    print(f"start, in times import httpx and httpx.Client(): {ratios}")


if __name__ == "__main__":
    main()
