"""A lower pace after refusals: the rule itself, and that it is the same in one process, in a file and on Redis."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leverset import AsyncOkx, Limiter, LimiterUnavailable, Okx, RateLimitExceeded, RateLimitTimeout, SQLiteLimiter
from leverset.limits import _sqlite_tables as tables
from leverset.limits._moved import MovedLimiter
from leverset.limits._pace import WINDOWS, Pace
from leverset.limits._window import Waiter, Window, span
from leverset.limits.redis import RedisLimiter
from tests.caller import CREDENTIALS
from tests.clock import Clock
from tests.limits.rates import rate
from tests.limits.server import RedisServer
from tests.limits.test_redis_script import START, Script
from tests.limits.test_sqlite_steps import Steps
from tests.server import Raw, http

KEY = "okx:uid:set_leverage"
FIVE = rate(5, 2.0)
SECOND = 1_000_000


def refused(
    pace: Pace, now: float, requests: int = 5, *, window: float = 2.0, age: float = 0.0, pause: float = 2.0
) -> Pace:
    return pace.refused(now, requests, window, age=age, pause=pause)


def test_a_refusal_halves_the_limit_and_ten_windows_later_it_is_whole() -> None:
    pace = refused(Pace(), 100.0)
    assert [pace.limit(5, now) for now in (100, 101.9, 102, 121.9, 122, 1000)] == [2, 2, 2, 2, 5, 5]
    assert [pace.lasts(now) for now in (100, 112, 122)] == [22, 10, 0]
    assert Pace().limit(5, 0.0) == 5
    assert WINDOWS == 10


def test_a_second_refusal_halves_it_again_and_every_stage_undoes_one() -> None:
    pace = refused(refused(Pace(), 100.0, 20), 110.0, 20)
    assert [pace.limit(20, now) for now in (110, 112, 131.9, 132, 151.9, 152)] == [5, 5, 5, 10, 10, 20]
    assert (pace.lasts(110), pace.reached(2), pace.reached(1), pace.reached(0)) == (42, 112, 132, 152)
    later = refused(pace, 140.0, 20)  # one of the two is undone by then
    assert (later.halvings, later.limit(20, 140.0)) == (2, 5)
    assert refused(pace, 160.0, 20).halvings == 1


def test_refusals_of_one_time_count_once() -> None:
    """Eight requests that were sent together: they say once that the limit is too high."""
    pace = refused(Pace(), 100.0, 20)
    for now in (100.0, 100.1, 101.9):
        pace = refused(pace, now, 20)
    assert pace == Pace(1, 103.9, 20.0), "the last one has the latest pause"
    assert refused(pace, 110.0, 20, age=6.2) == Pace(1, 112.0, 20.0), "it was sent before the pace was lowered"
    assert refused(pace, 110.0, 20, age=6.0).halvings == 2
    assert refused(Pace(1, 104.0, 20.0), 110.0, 20, age=6.0).halvings == 2, "granted when it took effect"
    assert refused(pace, 101.0, 20, pause=0.5) == pace, "and no pause is shortened"
    assert refused(Pace(), 0.5, age=3.0).halvings == 1, "a clock may begin at 0"


def test_a_pause_counts_before_the_stages() -> None:
    pace = refused(Pace(), 100.0, pause=60.0)
    assert [pace.limit(5, now) for now in (159, 160, 179.9, 180)] == [2, 2, 2, 5]
    assert refused(pace, 150.0, pause=60.0) == Pace(1, 210.0, 20.0)
    assert refused(Pace(), 100.0, pause=0.1).since == 102.0, "a window at least"


@pytest.mark.parametrize(("requests", "least"), [(1, 1), (2, 1), (3, 1), (5, 1), (20, 1), (64, 1)])
def test_one_request_is_left_at_least(requests: int, least: int) -> None:
    pace, now, steps = Pace(), 0.0, []
    for _ in range(20):
        pace, now = refused(pace, now, requests), now + 3.0
        steps.append(pace.limit(requests, now))
    assert steps[-1] == least
    assert steps == sorted(steps, reverse=True)
    assert pace.halvings == requests.bit_length() - 1
    assert pace.limit(requests, pace.reached(0)) == requests
    assert refused(Pace(3, 0.0, 20.0), 1.0, 2).halvings == 3, "who knows a lower limit raises nobody's"
    assert Pace(3, 0.0, 20.0).limit(2, 0.0) == 1, "others, who know a higher limit, had it lowered so far"


class Granted:
    """How many slots of a window are granted at a moment, every request being answered at once."""

    def __init__(self, limit: Any = FIVE) -> None:
        self.window, self.limit, self.now = Window(KEY, 3.0), limit, 100.0

    def __call__(self) -> int:
        waiters = [Waiter(KEY, self.limit, 1.0, self.now, lambda: 0.0) for _ in range(9)]
        for waiter in waiters:
            self.window.join(waiter)
        self.window.serve(self.now)
        count = sum(waiter.granted_at is not None for waiter in waiters)
        for waiter in waiters:
            self.window.release(waiter, "responded", self.now)
            self.window.withdraw(waiter, self.now)
        return count

    def slow_down(self, pause: float = 2.0) -> bool:
        return self.window.slow_down(self.limit, self.now, age=0.0, pause=pause)


def test_fewer_slots_are_granted_until_the_stages_are_over() -> None:
    granted = Granted()
    assert granted() == 5
    assert granted.slow_down()
    assert not granted.slow_down()
    counts = []
    for _ in range(20):
        counts.append(granted())
        granted.now += span(FIVE)
    assert counts == [0] + 11 * [2] + 8 * [5]


def test_a_waiter_is_served_as_soon_as_the_whole_limit_holds_again() -> None:
    granted, window = Granted(rate(4, 100.0)), None
    window = granted.window
    window.slow_down(rate(4, 1.0), 100.0, age=0.0, pause=1.0)  # a shorter window: its stages end first
    granted.now = 105.0
    assert granted() == 2
    waiter = Waiter(KEY, granted.limit, 1.0, granted.now, lambda: 0.0)
    window.join(waiter)
    moment = window.next_event(granted.now)
    assert moment == window.pace.reached(0) == pytest.approx(101.0 + 10 * 1.001, abs=0.01)
    window.serve(moment - 0.001)
    assert waiter.granted_at is None
    window.serve(moment)
    assert waiter.granted_at == moment


def test_the_slot_that_is_free_before_the_stage_ends_is_used_then() -> None:
    granted = Granted(rate(2, 1.0))
    granted.slow_down(1.0)
    granted.now = 101.001
    assert granted() == 1
    granted.window.join(Waiter(KEY, granted.limit, 1.0, granted.now, lambda: 0.0))
    assert granted.window.next_event(granted.now) == pytest.approx(102.002)


STEPS = st.lists(
    st.tuples(st.integers(0, 6 * SECOND), st.sampled_from([1, 2, 5, 20]), st.integers(0, 3), st.integers(0, 4)),
    max_size=12,
)


def play(store: Any, start: int, steps: list[tuple[int, int, int, int]]) -> None:
    """Refusals at any times: what the store says of its pace is what `Pace` says."""
    pace, window = Pace(), SECOND
    for wait, requests, pause, age in steps:
        store.now += wait
        reply = store.run("slow_down", "", pause * SECOND, requests, window, age * SECOND)
        pace = pace.refused(store.now, requests, window, age=age * SECOND, pause=pause * SECOND)
        assert (reply.halvings, reply.lowered_for) == (pace.halved(store.now), pace.lasts(store.now))
    for wait in (SECOND, 5 * SECOND, 20 * SECOND, 60 * SECOND):
        store.now += wait
        reply = store.run("release", "nobody", "responded")
        assert (reply.halvings, reply.lowered_for) == (pace.halved(store.now), pace.lasts(store.now))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_file_has_the_same_pace(steps: list[tuple[int, int, int, int]]) -> None:
    file = Steps()
    play(file, file.now, steps)
    file.db.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_redis_has_the_same_pace(server: RedisServer, steps: list[tuple[int, int, int, int]]) -> None:
    script = Script(server)
    play(script, START, steps)
    script.close()


@pytest.fixture(params=["file", "redis"])
def store(request: pytest.FixtureRequest, server: RedisServer) -> Iterator[Any]:
    made: Any = Steps() if request.param == "file" else Script(server)
    yield made
    made.db.close() if request.param == "file" else made.close()


def taken(store: Any, limit: int = 5) -> int:
    """How many slots there are at this moment; they are given back."""
    names = [f"{store.now}-{number}" for number in range(9)]
    found = [store.acquire(name, limit) for name in names]
    for name in names:
        store.run("leave", name)
    return sum(reply.granted for reply in found)


def test_a_store_grants_fewer_slots_and_says_when_to_ask_again(store: Any) -> None:
    assert taken(store) == 5
    store.run("slow_down", "", SECOND, 5, SECOND, 0)
    assert taken(store) == 0
    store.now += SECOND
    assert taken(store) == 2
    for name in ("a", "b"):
        assert store.acquire(name, 5).granted
        store.run("release", name, "responded")
    reply = store.acquire("c", 5)
    assert not reply.granted
    assert reply.poll_after == 50_000, "and not at once, as if the whole limit held"
    assert reply.at_least == 0, "the shortest wait, were the pace not lowered"
    assert (reply.halvings, reply.lowered_for) == (1, 10 * SECOND)
    store.run("leave", "c")
    store.now += 10 * SECOND - 1
    assert taken(store) == 2
    store.now += 1
    assert taken(store) == 5


def test_another_boot_has_the_whole_limit() -> None:
    file = Steps()
    file.run("slow_down", "", SECOND, 5, SECOND, 0)
    file.now = 1
    assert file.run("release", "nobody", "responded").halvings == 0
    file.db.close()


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if hasattr(record, "lowered_seconds")]


LOWERED = (
    f"lowered the pace of {KEY} from {{}} to {{}} requests in 2 s: the exchange refused one all the same; the whole "
)


def test_it_is_said_once_when_it_begins(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    with caplog.at_level(logging.WARNING, "leverset.limits"):
        for _ in range(8):
            limiter.slow_down(KEY, FIVE, age=0.1, pause=2.0)
        assert messages(caplog) == [LOWERED.format(5, 2) + "limit holds again in 22.022 s"]
        stats = limiter.stats()[KEY]
        assert (stats.halvings, round(stats.lowered_for, 3), stats.paused_for) == (1, 22.022, 2.0)
        clock.now += 3.0
        asyncio.run(limiter.slow_down_async(KEY, FIVE, age=0.1, pause=2.0))
    assert messages(caplog)[1:] == [LOWERED.format(2, 1) + "limit holds again in 42.042 s"]
    record = caplog.records[1]
    facts = {name: getattr(record, name) for name in ("limit_key", "lowered_from", "lowered_to")}
    assert facts == {"limit_key": KEY, "lowered_from": 5, "lowered_to": 2}
    assert caplog.records[0].getMessage() == f"paused {KEY} for 2 s"


@pytest.mark.parametrize("kind", ["file", "redis"])
def test_everybody_who_shares_it_is_slowed_and_told_once(
    kind: str, tmp_path: Path, server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    def make() -> Any:
        return SQLiteLimiter(tmp_path / "limits") if kind == "file" else RedisLimiter(server.url, namespace=namespace)

    namespace = server.known()
    slow = rate(2, 600.0)
    with make() as one, make() as two, caplog.at_level(logging.WARNING, "leverset.limits"):
        assert one.stats() == {}
        one.slow_down(KEY, slow, age=0.0, pause=0.001)
        asyncio.run(one.slow_down_async(KEY, slow, age=0.0, pause=0.001))
        assert (one.stats()[KEY].halvings, round(one.stats()[KEY].lowered_for, -2)) == (1, 6600.0)
        assert len(messages(caplog)) == 1
        two.acquire(KEY, slow, lease=1.0)
        assert len(messages(caplog)) == 2, "who learns of it says so"
        with pytest.raises(RateLimitTimeout):
            two.acquire(KEY, slow, lease=1.0, max_wait=0)
        assert len(messages(caplog)) == 2
        asyncio.run(two.aclose())
        asyncio.run(one.aclose())
    assert "from 2 to 1 requests in 600 s" in messages(caplog)[1]


def test_a_pace_that_is_lower_than_the_one_that_was_told_is_told() -> None:
    from leverset.limits._shared_reply import Reply
    from leverset.limits._shared_stats import SharedStats

    stats, told = SharedStats(), []
    logger = logging.getLogger("leverset.limits")
    handler = logging.Handler()
    handler.emit = lambda record: told.append(getattr(record, "lowered_to", 0))  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        for halvings, seconds in ((1, 20), (1, 19), (2, 40), (1, 15), (2, 40), (0, 0), (1, 20), (1, 0.0)):
            reply = Reply(0, "e", 0, 0, 0, 0, 0, 0, 0, halvings, round(seconds * 1e6))
            stats.record(KEY, reply, rate(8, 1.0))
            stats.record(KEY, reply)
        stats.record(KEY, Reply(0, "e", 0, 0, 0, 0, 0, 0, 0, 1, SECOND), rate(8, 1.0))
    finally:
        logger.removeHandler(handler)
    assert told == [4, 2, 2, 4, 4], "the last one: what was told before is over"


@pytest.mark.parametrize("form", ["sync", "async"])
def test_a_moved_key_is_slowed_down_under_its_new_name(form: str) -> None:
    inner = Limiter()
    moved = MovedLimiter(inner, {"old": "new"}, seconds=10.0, clock=Clock())
    if form == "sync":
        moved.slow_down("old", FIVE, age=0.1, pause=60.0)
    else:
        asyncio.run(moved.slow_down_async("old", FIVE, age=0.1, pause=60.0))
    assert {name: stats.halvings for name, stats in inner.stats().items()} == {"new": 1}


def test_waits_that_the_pause_outlasts_end_at_once() -> None:
    limiter = Limiter()
    for _ in range(5):
        limiter.acquire(KEY, FIVE, lease=600.0)
    ended: list[RateLimitTimeout] = []

    def wait() -> None:
        with pytest.raises(RateLimitTimeout) as caught:
            limiter.acquire(KEY, FIVE, lease=600.0, max_wait=60.0)
        ended.append(caught.value)

    thread = threading.Thread(target=wait)
    thread.start()
    while not limiter.stats()[KEY].waiting:
        pass
    limiter.slow_down(KEY, FIVE, age=0.0, pause=3600.0)
    thread.join(20)
    assert ended[0].paused_for > 3000


def test_a_pace_lowered_twice_by_an_interrupted_change_is_lowered_once() -> None:
    window = Window(KEY, 3.0)
    assert window.slow_down(FIVE, 100.0, age=0.0, pause=2.0)
    assert not window.slow_down(FIVE, 100.0, age=0.0, pause=2.0)


REFUSAL = http(429, b'{"code":"50011","msg":"Too Many Requests","data":[]}')


@pytest.mark.parametrize("form", ["sync", "async"])
def test_refused_requests_slow_their_key_down_once(form: str) -> None:
    limiter = Limiter()
    words: dict[str, Any] = {"inst_id": "BTC-USDT-SWAP", "lever": 5, "mgn_mode": "cross"}
    given: Any = {"limiter": limiter, "retries": 0, "read_back": "never"}

    async def together(url: str) -> list[Any]:
        async with AsyncOkx(CREDENTIALS, base_url=url, **given) as okx:
            calls = [okx.set_leverage(**{**words, "inst_id": f"T{number}-USDT-SWAP"}) for number in range(5)]
            return await asyncio.gather(*calls, return_exceptions=True)

    with Raw(REFUSAL) as server:
        if form == "async":
            assert {type(each) for each in asyncio.run(together(server.url))} == {RateLimitExceeded}
        else:
            with Okx(CREDENTIALS, base_url=server.url, **given) as okx, pytest.raises(RateLimitExceeded):
                okx.set_leverage(**words)
    [stats] = [stats for key, stats in limiter.stats().items() if key.endswith(":set_leverage")]
    assert (stats.halvings, round(stats.lowered_for)) == (1, 22)
    assert 1.0 < stats.paused_for <= 2.1


def test_an_older_file_is_made_anew_and_grants_nothing_that_it_may_have_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA application_id = {tables.APPLICATION}")
        db.execute(f"PRAGMA user_version = {tables.VERSION - 1}")
        db.execute("CREATE TABLE keys (name TEXT)")
        db.execute("CREATE TABLE slots (key TEXT)")
    db.close()
    with SQLiteLimiter(path) as limiter:
        with pytest.raises(RateLimitTimeout, match="may have forgotten slots"):
            limiter.acquire(KEY, FIVE, lease=1.0, max_wait=0)
        limiter.slow_down(KEY, FIVE, age=0.0, pause=0.0)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (tables.VERSION,)
        assert "slots" not in [name for (name,) in db.execute("SELECT name FROM sqlite_master").fetchall()]
        db.execute(f"PRAGMA user_version = {tables.VERSION + 1}")
    db.close()
    with SQLiteLimiter(path) as limiter, pytest.raises(LimiterUnavailable, match="another program or version"):
        limiter.acquire(KEY, FIVE, lease=1.0)
