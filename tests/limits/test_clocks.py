"""The clocks that a limit goes by: none of them is that on the wall, which people and programs set."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leverset import RateLimitTimeout, SQLiteLimiter
from leverset.limits import Limiter, RateLimiter, _arguments
from tests.limits.rates import rate

KEY = "exchange:account:operation"
SHORT = rate(1, 0.05)
MAKERS: dict[str, Callable[[Path], RateLimiter]] = {
    "memory": lambda folder: Limiter(),
    "file": lambda folder: SQLiteLimiter(folder / "limits.sqlite3", poll=0.01),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_no_limit_reads_the_clock_on_the_wall(
    make: Callable[[Path], RateLimiter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(*_: Any) -> Any:
        raise AssertionError("somebody reads the clock on the wall")

    async def awaited(limiter: RateLimiter) -> None:
        await limiter.release_async(await limiter.acquire_async(KEY, SHORT, lease=5.0, max_wait=9.0), "responded")

    limiter = make(tmp_path)
    with monkeypatch.context() as patch:
        for name in ("time", "time_ns", "localtime", "gmtime", "strftime"):
            patch.setattr(time, name, unread)
        limiter.release(limiter.acquire(KEY, SHORT, lease=5.0, max_wait=None), "responded")
        asyncio.run(awaited(limiter))
        slot = limiter.acquire(KEY, SHORT, lease=5.0, max_wait=9.0)
        with suppress(RateLimitTimeout):
            limiter.acquire(KEY, SHORT, lease=5.0, max_wait=0.0)
        assert slot.waited > 0
        limiter.release(slot, "not_sent")
        assert limiter.stats()[KEY].granted == 3
    if isinstance(limiter, SQLiteLimiter):
        limiter.close()


@pytest.mark.parametrize(
    ("platform", "version", "clock"),
    [
        ("win32", (3, 11), time.perf_counter),
        ("win32", (3, 12), time.perf_counter),
        ("win32", (3, 13), time.monotonic),
        ("linux", (3, 11), time.monotonic),
        ("darwin", (3, 12), time.monotonic),
    ],
)
def test_the_clock_of_a_file_is_one_that_all_processes_share_and_that_ticks_finely(
    platform: str, version: tuple[int, int], clock: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks of 15.6 ms, as `monotonic` had them on Windows, would free slots early by as much."""
    assert _arguments.__file__ is not None
    spec = importlib.util.spec_from_file_location("as_on_another_platform", _arguments.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", platform)
        patch.setattr(sys, "version_info", version)
        spec.loader.exec_module(module)
    assert module.CLOCK is clock
