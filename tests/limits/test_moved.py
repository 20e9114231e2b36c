"""Slots under new names: those under the old ones count until they are free."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from leverset_okx.operations import RateLimit

from leverset import Limiter, LimiterUnavailable, RateLimitTimeout, RedisLimiter, SQLiteLimiter
from leverset.limits._moved import MovedLimiter
from tests.clock import Clock

RATE = RateLimit(requests=2, seconds=2.0, scope="user")
FORMS = ("sync", "async")


class Both:
    """A moved limiter over a real one, called in either form."""

    def __init__(self, form: str, late_delivery_grace: float = 30.0) -> None:
        self.clock = Clock()
        self.inner = Limiter(late_delivery_grace=late_delivery_grace, clock=self.clock)
        self.moved = MovedLimiter(self.inner, {"old": "new"}, seconds=10.0, clock=self.clock)
        self._form = form

    def acquire(self, key: str, limiter: Any = None, max_wait: float | None = 0.0) -> Any:
        limiter = limiter or self.moved
        if self._form == "sync":
            return limiter.acquire(key, RATE, lease=1.0, max_wait=max_wait)
        return asyncio.run(limiter.acquire_async(key, RATE, lease=1.0, max_wait=max_wait))

    def release(self, slot: Any, disposition: Any = "responded") -> None:
        if self._form == "sync":
            self.moved.release(slot, disposition)
        else:
            asyncio.run(self.moved.release_async(slot, disposition))

    def held(self) -> Mapping[str, int]:
        return {key: stats.held for key, stats in self.moved.stats().items() if stats.held}


@pytest.mark.parametrize("form", FORMS)
def test_slots_under_the_old_name_count(form: str) -> None:
    both = Both(form)
    both.acquire("old", both.inner)
    slot = both.acquire("old")
    assert both.held() == {"old": 2, "new": 1}
    with pytest.raises(RateLimitTimeout, match="old"):
        both.acquire("old")
    assert both.held() == {"old": 2, "new": 1}
    both.release(slot, "not_sent")
    assert both.held() == {"old": 1}


@pytest.mark.parametrize("form", FORMS)
def test_slots_under_the_new_name_count_and_leave_nothing_behind(form: str) -> None:
    both = Both(form)
    both.acquire("new", both.inner)
    both.acquire("new", both.inner)
    with pytest.raises(RateLimitTimeout, match="new"):
        both.acquire("old")
    assert both.held() == {"new": 2}


@pytest.mark.parametrize("form", FORMS)
def test_after_a_while_the_new_name_alone_counts(form: str) -> None:
    both = Both(form)
    both.clock.now += 39.9
    both.acquire("old")
    assert both.held() == {"old": 1, "new": 1}
    both.clock.now += 0.1
    both.acquire("old")
    assert both.held() == {"old": 1, "new": 2}


@pytest.mark.parametrize("form", FORMS)
def test_the_grace_of_the_limiter_is_waited_for(form: str) -> None:
    both = Both(form, late_delivery_grace=100.0)
    both.clock.now += 109.9
    both.acquire("old")
    assert both.held() == {"old": 1, "new": 1}
    both.clock.now += 0.1
    both.acquire("old")
    assert both.held() == {"old": 1, "new": 2}


def test_a_limiter_that_says_no_grace_is_taken_to_have_30_seconds() -> None:
    asked: list[str] = []

    class Other:
        def acquire(self, key: str, *_: Any, **__: Any) -> Any:
            asked.append(key)

    clock = Clock()
    limiter: Any = MovedLimiter(cast(Any, Other()), {"old": "new"}, seconds=10.0, clock=clock)
    clock.now += 39.9
    limiter.acquire("old", RATE, lease=1.0, max_wait=0.0)
    clock.now += 0.1
    limiter.acquire("old", RATE, lease=1.0, max_wait=0.0)
    assert asked == ["old", "new", "new"]


def test_every_limiter_of_ours_says_its_grace(tmp_path: Path) -> None:
    with (
        SQLiteLimiter(tmp_path / "limits", late_delivery_grace=7.0) as in_a_file,
        RedisLimiter("redis://127.0.0.1:9/0", late_delivery_grace=8.0) as on_redis,
    ):
        assert (in_a_file.late_delivery_grace, on_redis.late_delivery_grace) == (7.0, 8.0)
    assert (Limiter().late_delivery_grace, Limiter(late_delivery_grace=9.0).late_delivery_grace) == (30.0, 9.0)


@pytest.mark.parametrize("form", FORMS)
def test_other_keys_keep_their_names(form: str) -> None:
    both = Both(form)
    slot = both.acquire("other")
    assert both.held() == {"other": 1}
    both.release(slot)
    both.clock.now += 2.1
    assert both.held() == {}


@pytest.mark.parametrize("form", FORMS)
def test_a_response_frees_both_a_window_later(form: str) -> None:
    both = Both(form)
    slot = both.acquire("old")
    both.clock.now += 0.5
    assert (slot.age, slot.waited) == (0.5, 0.0)
    both.release(slot)
    both.clock.now += 1.9
    assert both.held() == {"old": 1, "new": 1}
    both.clock.now += 0.2
    assert both.held() == {}


@pytest.mark.parametrize("form", FORMS)
def test_one_wait_is_bounded_over_both(form: str) -> None:
    both = Both(form)
    asked: list[float | None] = []

    class Slow:
        def acquire(self, key: str, rate: Any, *, lease: float, max_wait: float | None) -> Any:
            asked.append(max_wait)
            both.clock.now += 3.0
            return both.inner.acquire(key, rate, lease=lease, max_wait=max_wait)

        async def acquire_async(self, key: str, rate: Any, *, lease: float, max_wait: float | None) -> Any:
            return self.acquire(key, rate, lease=lease, max_wait=max_wait)

    limiter: Any = MovedLimiter(Slow(), {"old": "new"}, seconds=10.0, clock=both.clock)  # type: ignore[arg-type] # what it asks
    both.acquire("old", limiter, max_wait=5.0)
    both.acquire("old", limiter, max_wait=1.0)
    assert asked == [5.0, 2.0, 1.0, 0.0]
    both.clock.now += 100.0
    both.acquire("old", limiter, max_wait=None)
    assert asked[4:] == [None]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ends", [KeyboardInterrupt, asyncio.CancelledError])
def test_what_ends_the_second_wait_is_heard_where_the_store_is_away(form: str, ends: type[BaseException]) -> None:
    both = Both(form)

    class Away:
        """A store that is out of reach once the first slot is granted."""

        def acquire(self, key: str, rate: Any, *, lease: float, max_wait: float | None) -> Any:
            if key == "new":
                raise ends
            return both.inner.acquire(key, rate, lease=lease, max_wait=max_wait)

        async def acquire_async(self, key: str, rate: Any, *, lease: float, max_wait: float | None) -> Any:
            return self.acquire(key, rate, lease=lease, max_wait=max_wait)

        def release(self, slot: Any, disposition: Any) -> None:
            raise LimiterUnavailable("away", reference="leverset/limiter-unavailable")

        async def release_async(self, slot: Any, disposition: Any) -> None:
            self.release(slot, disposition)

    moved = MovedLimiter(cast(Any, Away()), {"old": "new"}, seconds=10.0, clock=both.clock)
    with pytest.raises(ends):
        both.acquire("old", moved)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ends", [KeyboardInterrupt, asyncio.CancelledError, LimiterUnavailable])
def test_what_ends_the_release_of_one_slot_does_not_keep_the_other(form: str, ends: type[BaseException]) -> None:
    both = Both(form)
    failures: list[BaseException] = [ends("it ends", reference="") if ends is LimiterUnavailable else ends()]
    release = both.inner.release

    def ended(slot: Any, disposition: Any) -> None:
        release(slot, disposition)
        if failures:
            raise failures.pop()

    slot = both.acquire("old")
    both.inner.release = ended  # type: ignore[method-assign] # an interrupt at its end
    with pytest.raises(ends):
        both.release(slot)
    both.clock.now += 2.1
    assert both.held() == {}


@pytest.mark.parametrize("form", FORMS)
def test_both_waits_count_and_the_older_age(form: str) -> None:
    waits = {"old": SimpleNamespace(waited=1.5, age=4.0), "new": SimpleNamespace(waited=2.0, age=2.0)}

    class Waited:
        def acquire(self, key: str, *_: Any, **__: Any) -> Any:
            return waits[key]

        async def acquire_async(self, key: str, *_: Any, **__: Any) -> Any:
            return waits[key]

    both = Both(form)
    limiter: Any = MovedLimiter(Waited(), {"old": "new"}, seconds=10.0, clock=both.clock)  # type: ignore[arg-type] # what it asks
    slot = both.acquire("old", limiter)
    assert (slot.waited, slot.age) == (3.5, 4.0)


@pytest.mark.parametrize("form", FORMS)
def test_a_wait_without_end_has_none(form: str) -> None:
    both = Both(form)
    both.release(both.acquire("old", max_wait=None))
    assert both.held() == {"old": 1, "new": 1}


@pytest.mark.parametrize("form", FORMS)
def test_a_pause_is_under_the_new_name(form: str) -> None:
    both = Both(form)
    if form == "sync":
        both.moved.pause("old", 5.0)
    else:
        asyncio.run(both.moved.pause_async("old", 5.0))
    with pytest.raises(RateLimitTimeout) as caught:
        both.acquire("old")
    assert caught.value.paused_for == 5.0
    assert both.moved.stats()["new"].paused_for == 5.0
