"""A shared limiter on a store that a test plays: which steps it runs, with what, and when."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Generator, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from leverset.errors import LimiterUnavailable, RateLimitTimeout
from leverset.limits import _shared, _shared_wait
from leverset.limits._protocol import Disposition
from leverset.limits._shared import SharedLimiter
from leverset.limits._shared_reply import Reply
from leverset.limits._shared_wait import ConnectionsBusy
from leverset.limits._window import span
from tests.clock import Clock
from tests.limits.rates import rate

KEY = "exchange:account:operation"
RATE = rate(3, 2.0)
AWAY = LimiterUnavailable("away", reference="leverset/limiter-unavailable")
BUSY = ConnectionsBusy("all of them are in use")
Form = Literal["sync", "async"]
FORMS: tuple[Form, ...] = ("sync", "async")


def reply(granted: int = 0, poll_after: float = 0.0) -> Reply:
    return Reply(
        granted=granted,
        epoch="e",
        poll_after=round(poll_after * 1e6),
        at_least=0,
        position=1 - granted,
        held=granted,
        waiting=1 - granted,
        paused_for=0,
        quarantined_for=0,
    )


WAIT, GRANTED = reply(), reply(granted=1)


class Waits(Clock):
    """Stands in for the clock of waiters: to sleep is to set it."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def pass_by(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Store:
    """Replies to acquiring callers as a test says, after so many seconds each, and keeps what was sent to it."""

    name = "a store"

    def __init__(self, clock: Clock, *plays: tuple[Reply | BaseException, float], timeout: float = 1.0) -> None:
        self.clock = clock
        self.timeout = timeout
        self.plays = list(plays)
        self.steps: list[tuple[str, ...]] = []
        self.waits: list[float | None] = []
        self.keys: set[tuple[str, ...]] = set()
        self.polls: list[bool] = []
        self.closed: list[str] = []

    def run(
        self,
        keys: Sequence[str],
        arguments: Callable[[], Sequence[str]],
        *,
        polls: bool = False,
        max_wait: float | None = None,
    ) -> Reply:
        self.keys.add(tuple(keys))
        self.waits.append(max_wait)
        self.polls.append(polls)
        if not polls:
            self.steps.append(tuple(arguments()))
            return WAIT
        played, seconds = self.plays.pop(0)
        if seconds >= 0:  # else it fails before the step begins
            self.steps.append(tuple(arguments()))
        self.clock.now += seconds
        if isinstance(played, BaseException):
            raise played
        return played

    async def run_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None = None
    ) -> Reply:
        return self.run(keys, arguments, max_wait=max_wait)

    async def poll_async(
        self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], *, max_wait: float | None
    ) -> Reply:
        return self.run(keys, arguments, polls=True, max_wait=max_wait)

    def close(self) -> None:
        self.closed.append("sync")

    async def aclose(self) -> None:
        self.closed.append("async")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """The time of waiters, which sleep on it in both forms."""
    clock = Waits()

    async def sleep(seconds: float) -> None:
        clock.pass_by(seconds)

    monkeypatch.setattr(_shared_wait, "time", clock)
    monkeypatch.setattr(_shared, "time", SimpleNamespace(sleep=clock.pass_by))
    monkeypatch.setattr(_shared, "asyncio", SimpleNamespace(sleep=sleep))
    return clock


def on(store: Any) -> SharedLimiter:
    return SharedLimiter(store, 30.0, 0.05)


def do(form: Form, limiter: SharedLimiter, method: str, *given: Any, **named: Any) -> Any:
    """What a method returns, in either form."""
    if form == "sync":
        return getattr(limiter, method)(*given, **named)
    return asyncio.run(getattr(limiter, f"{method}_async")(*given, **named))


def acquire(form: Form, store: Store, max_wait: float | None = 10.0) -> Any:
    return do(form, on(store), "acquire", KEY, RATE, lease=1.0, max_wait=max_wait)


def words(store: Store) -> list[str]:
    return [step[0] for step in store.steps]


@pytest.mark.parametrize("form", FORMS)
def test_a_caller_polls_until_it_has_a_slot(form: Form, clock: Waits) -> None:
    store = Store(clock, (reply(poll_after=0.2), 0.0), (GRANTED, 0.0))
    limiter = on(store)
    slot = do(form, limiter, "acquire", KEY, RATE, lease=1.0, max_wait=10.0)
    [slept] = clock.slept
    assert 0.2 <= slept <= 0.2 * 1.05
    window = str(round(span(RATE) * 1e6))
    assert store.steps == [
        ("acquire", slot.id, "", "3", window, "31000000", "50000", "0"),
        ("acquire", slot.id, "e", "3", window, "31000000", "50000", "1"),
    ]
    assert store.waits == [10.0, pytest.approx(10.0 - slept)]
    assert store.polls == [True, True]
    assert store.keys == {(hashlib.sha256(KEY.encode()).hexdigest()[:32],)}
    stats = limiter.stats()[KEY]
    assert (stats.granted, stats.held, stats.waiting) == (1, 1, 0)
    assert stats.longest_wait == pytest.approx(slept)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("seconds", "again"), [(0.5, False), (0.51, True)])
def test_a_slot_that_comes_late_is_given_back_for_another(
    form: Form, seconds: float, again: bool, clock: Waits
) -> None:
    store = Store(clock, (GRANTED, seconds), (GRANTED, 0.0))
    slot = acquire(form, store)
    assert words(store) == (["acquire", "leave", "acquire"] if again else ["acquire"])
    assert store.steps[-1][1] == slot.id
    if again:
        assert store.steps[1] == ("leave", store.steps[0][1], "e")
        assert store.steps[0][1] != slot.id


@pytest.mark.parametrize("form", FORMS)
def test_every_other_step_says_what_it_is_about(form: Form, clock: Waits) -> None:
    store = Store(clock, (GRANTED, 0.0))
    limiter = on(store)
    slot = do(form, limiter, "acquire", KEY, RATE, lease=1.0)
    del store.steps[:], store.waits[:], store.polls[:]
    given: list[Disposition] = ["responded", "no_response", "not_sent"]
    for disposition in given:
        do(form, limiter, "release", slot, disposition)
    do(form, limiter, "pause", KEY, 1.5)
    do(form, limiter, "slow_down", KEY, RATE, age=0.25, pause=2.5)
    assert store.steps == [
        ("release", slot.id, "e", "responded"),
        ("release", slot.id, "e", "not_sent"),
        ("pause", "", "e", "1500000"),
        ("slow_down", "", "e", "2500000", "3", str(round(span(RATE) * 1e6)), "250000"),
    ]
    assert store.waits == [None] * 4
    assert store.polls == [False] * 4


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("problem", [BUSY, AWAY, KeyboardInterrupt()], ids=["busy", "away", "interrupt"])
@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.49, 0.5, 1.0])
def test_a_caller_that_gives_up_leaves_the_queue_unless_the_store_was_away_for_long(
    form: Form, problem: BaseException, seconds: float, clock: Waits
) -> None:
    """Below 0 s it has not been in the queue at all."""
    store = Store(clock, (problem, seconds), timeout=1.0)
    with pytest.raises(RateLimitTimeout if problem is BUSY else type(problem)) as caught:
        acquire(form, store)
    assert caught.value is problem or (isinstance(caught.value, RateLimitTimeout) and str(BUSY) in caught.value.why)
    left = seconds >= 0 and (seconds < 0.5 or problem is not AWAY)
    assert words(store) == [*(["acquire"] if seconds >= 0 else []), *(["leave"] if left else [])]
    if left:
        assert store.steps[1][1] == store.steps[0][1]
        assert store.waits[1] == 1.0, "no longer than the store may take"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("failure", [BUSY, AWAY])
def test_a_caller_that_cannot_leave_ends_as_it_would_have(form: Form, failure: Exception, clock: Waits) -> None:
    class NoWayOut(Store):
        def run(self, keys: Sequence[str], arguments: Callable[[], Sequence[str]], **given: Any) -> Reply:
            if not given.get("polls"):
                raise failure
            return super().run(keys, arguments, **given)

    with pytest.raises(RateLimitTimeout):
        acquire(form, NoWayOut(clock, (BUSY, 0.0)))


class Never:
    def __await__(self) -> Generator[None, None, None]:
        yield


def test_a_coroutine_that_is_closed_while_it_waits_awaits_nothing_more(clock: Waits) -> None:
    class Silent(Store):
        async def poll_async(self, keys: Any, arguments: Any, **_: Any) -> Reply:
            self.steps.append(tuple(arguments()))
            await Never()
            raise AssertionError("nobody goes on with it")

    store = Silent(clock)
    limiter = on(store)
    coroutine = limiter.acquire_async(KEY, RATE, lease=1.0)
    coroutine.send(None)
    coroutine.close()
    assert words(store) == ["acquire"]
    assert limiter.stats() == {}


def test_it_closes_the_connections_of_its_form_and_names_its_store(clock: Waits) -> None:
    store = Store(clock)
    limiter = on(store)
    with limiter as entered:
        assert entered is limiter
    assert store.closed == ["sync"]

    async def awaited() -> None:
        async with limiter as entered:
            assert entered is limiter

    asyncio.run(awaited())
    assert store.closed == ["sync", "async"]
    assert repr(limiter) == "<SharedLimiter at a store>"
