"""A shared limiter on a store that a test plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from leverset.errors import LimiterUnavailable, RateLimitTimeout
from leverset.limits._shared import SharedLimiter
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy
from tests.limits.rates import rate

KEY = "exchange:account:operation"
WAIT = Reply(
    granted=0, epoch="e", poll_after=0, at_least=0, position=1, held=1, waiting=1, paused_for=0, quarantined_for=0
)


class FailingStore:
    """Lets a caller into its wait queue, and fails at its next poll."""

    name = "a store"

    def __init__(self, failure: Exception, timeout: float) -> None:
        self.steps: list[str] = []
        self.timeout = timeout
        self._failure = failure

    def run(self, _keys: Sequence[str], arguments: Callable[[], Sequence[str]], **_: Any) -> Reply:
        if self.steps == ["acquire"]:
            self.steps.append("failure")
            raise self._failure
        self.steps.append(arguments()[0])
        return WAIT

    async def run_async(self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], **_: Any) -> Reply:
        return self.run(keys, arguments)

    poll_async = run_async


def acquire(form: str, store: Any) -> object:
    limiter = SharedLimiter(store, 30.0, 0.05)
    if form == "sync":
        return limiter.acquire(KEY, rate(1, 1.0), lease=1.0, max_wait=10.0)
    return asyncio.run(limiter.acquire_async(KEY, rate(1, 1.0), lease=1.0, max_wait=10.0))


@pytest.mark.parametrize("form", ["sync", "async"])
def test_a_caller_that_gets_no_connection_any_more_leaves_the_queue(form: str) -> None:
    store = FailingStore(ConnectionsBusy("all of them are in use"), timeout=0.4)
    with pytest.raises(RateLimitTimeout, match="all of them are in use"):
        acquire(form, store)
    assert store.steps == ["acquire", "failure", "leave"]


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize(("timeout", "steps"), [(600.0, ["leave"]), (0.0, [])])
def test_a_caller_leaves_a_store_that_is_away_only_where_it_said_so_at_once(
    form: str, timeout: float, steps: list[str]
) -> None:
    store = FailingStore(LimiterUnavailable("away", reference="leverset/limiter-unavailable"), timeout)
    with pytest.raises(LimiterUnavailable):
        acquire(form, store)
    assert store.steps == ["acquire", "failure", *steps]
