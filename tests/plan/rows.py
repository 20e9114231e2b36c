"""Plans, sandboxes and clients for tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import leverset_okx.operations

from leverset import Credentials
from leverset.plan import Plan, Problem, check, load
from leverset.sandbox import Sandbox

LONG = "{instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}"
SHORT = "{instId: BTC-USDT-SWAP, lever: 6, mgnMode: isolated, posSide: short}"
PERP = "{symbol: BTCUSDT, productType: USDT-FUTURES, marginCoin: USDT, leverage: 20, holdSide: long}"

# The limit has tests of its own; here nothing should wait for it, and the sandbox does not count.
FAST = leverset_okx.operations.RateLimit(requests=5, seconds=0.001, scope="user")


def written(folder: Path, text: str, name: str = "plan.yaml") -> Plan:
    """A plan as it is read from a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load(path)


def okx_rows(count: int, lever: object = 5) -> str:
    """YAML of so many OKX rows that the sandbox accepts."""
    row = "  - {{instId: T{:03}-USDT-SWAP, lever: {}, mgnMode: isolated, posSide: long}}\n"
    return "okx:\n" + "".join(row.format(number, lever) for number in range(count))


def bitget_rows(count: int) -> str:
    """The same for Bitget."""
    row = "  - {{symbol: T{:03}USDT, productType: USDT-FUTURES, marginCoin: USDT, leverage: 5, holdSide: long}}\n"
    return "bitget:\n" + "".join(row.format(number) for number in range(count))


def found(plan: Plan, **arguments: Any) -> list[tuple[int, str]]:
    """Line and rule of every problem."""
    return [(problem.line, problem.rule) for problem in check(plan, **arguments)]


def only(problems: tuple[Problem, ...]) -> Problem:
    """The one problem."""
    [problem] = problems
    return problem


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that does not count."""
    with Sandbox(limits=False) as running:
        yield running


def keys(sandbox: Sandbox, **other: str) -> Credentials:
    """The default credentials, or with another secret."""
    three = {"api_key": sandbox.api_key, "secret": sandbox.secret, "passphrase": sandbox.passphrase}
    return Credentials(**{**three, **other})


def settings(sandbox: Sandbox, exchange: str = "okx", **other: Any) -> dict[str, Any]:
    """What a client of the sandbox is made with, at limits that cost no time."""
    reads = {"okx": "get_leverage", "bitget": "get_account"}[exchange]
    return {"base_url": sandbox.url, "rate_limits": {"set_leverage": FAST, reads: FAST}, **other}


def levers(sandbox: Sandbox, exchange: str) -> int:
    """How many leverages are set."""
    return len(sandbox.leverage(exchange))


def bodies(sandbox: Sandbox, exchange: str) -> list[str]:
    """The instruments of the requests that arrived to set a leverage, in their order."""
    name = "instId" if exchange == "okx" else "symbol"
    written = [entry for entry in sandbox.requests(exchange) if entry["method"] == "POST"]
    sent = [json.loads(base64.b64decode(str(entry["body_b64"]))) for entry in written]
    return [body[name] for body in sent]
