"""A shared limiter on a store that a test plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from leverset.errors import RateLimitTimeout
from leverset.limits._shared import SharedLimiter
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy
from tests.limits.rates import rate

KEY = "exchange:account:operation"
WAIT = Reply(
    granted=0, epoch="e", poll_after=0, at_least=0, position=1, held=1, waiting=1, paused_for=0, quarantined_for=0
)


class BusyStore:
    """Lets a caller into its wait queue, and has no connection for its next poll."""

    name, timeout = "a store", 0.4

    def __init__(self) -> None:
        self.steps: list[str] = []

    def run(self, _keys: Sequence[str], arguments: Callable[[], Sequence[str]], **_: Any) -> Reply:
        if self.steps == ["acquire"]:
            self.steps.append("busy")
            raise ConnectionsBusy("all of them are in use")
        self.steps.append(arguments()[0])
        return WAIT

    async def run_async(self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], **_: Any) -> Reply:
        return self.run(keys, arguments)

    poll_async = run_async


@pytest.mark.parametrize("form", ["sync", "async"])
def test_a_caller_that_gets_no_connection_any_more_leaves_the_queue(form: str) -> None:
    store: Any = BusyStore()
    limiter = SharedLimiter(store, 30.0, 0.05)

    def acquire() -> object:
        if form == "sync":
            return limiter.acquire(KEY, rate(1, 1.0), lease=1.0, max_wait=10.0)
        return asyncio.run(limiter.acquire_async(KEY, rate(1, 1.0), lease=1.0, max_wait=10.0))

    with pytest.raises(RateLimitTimeout, match="all of them are in use"):
        acquire()
    assert store.steps == ["acquire", "busy", "leave"]
