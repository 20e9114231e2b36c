"""A signal's handler raises at every single point of a call: what is said of it is true, and the next call works.

CPython runs handlers as a function begins, and after a call of a function in C. Both are events for `sys.setprofile`,
and what a profile function raises is raised there, once.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from leverset_okx.operations import RateLimit

from leverset import AsyncOkx, Limiter, Okx
from tests.caller import CREDENTIALS, FORMS, arguments, settings
from tests.clock import Clock
from tests.retry.test_interrupts import Interrupt, notes
from tests.server import Arrived, Loopback

RATE = RateLimit(requests=100_000, seconds=0.002, scope="user")
LIMITS = {"set_leverage": RATE, "get_leverage": RATE, "get_account_config": RATE}


class Exchange:
    """OKX as far as these calls go: it makes every change, and may lose its response."""

    def __init__(self, *, loses: bool = False, reports: str | None = None) -> None:
        self._loses, self._reports = loses, reports
        self._entry: dict[str, str] = {}

    @property
    def confirms(self) -> bool:
        """Whether its responses confirm a change."""
        return not self._loses and self._reports is None

    def respond(self, request: Arrived) -> tuple[int, Any]:
        """What it says; raises where the connection is closed instead."""
        if request.method == "POST":
            self._entry = json.loads(request.body)
            if self._loses:
                raise ConnectionAbortedError
            return self._success({**self._entry, "lever": self._reports or self._entry["lever"]})
        if "account/config" in request.target:
            return self._success({"uid": "1234", "posMode": "long_short_mode", "acctLv": "2"})
        return self._success(self._entry)

    def _success(self, entry: dict[str, str]) -> tuple[int, Any]:
        return 200, {"code": "0", "msg": "", "data": [entry]}


class Points:
    """Raises at the given point of what runs in the frames of leverset, of h11 and of Python's library below them.

    They are counted from the first call of the function that `begins`.
    """

    def __init__(self, number: int, begins: str = "") -> None:
        self.number, self.passed, self.where = number, 0, ""
        self._begins = begins

    def __call__(self, frame: FrameType, event: str, given: Any) -> None:
        if self._begins and self._begins != frame.f_code.co_name:
            return
        self._begins = ""
        if (event == "c_return" or (event == "call" and _is_checked(frame))) and _is_of_the_call(frame):
            self.passed += 1
            if self.passed == self.number:
                what = getattr(given, "__qualname__", "") if event == "c_return" else "begins"
                self.where = f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name} {what}"
                raise Interrupt


def _is_checked(frame: FrameType) -> bool:
    """Whether handlers run here: a function begins, or goes on after `yield`, but not after `await`."""
    return frame.f_code.co_code[max(0, frame.f_lasti) + 1] & 3 < 2


def _is_of_the_call(frame: FrameType | None) -> bool:
    """Whether leverset is at work, or what it calls: not the test, and not an event loop between two steps.

    Nor `logging`: its handlers would be left locked, and they are everybody's.
    """
    while frame is not None:
        parts = Path(frame.f_code.co_filename).parts
        if {"asyncio", "logging", "tests"}.intersection(parts):
            return False
        if "leverset" in parts:
            return True
        frame = frame.f_back
    return False


class Caller:
    """Clients of one limiter; `interrupted` calls in this thread and is interrupted, `in_time` in another one."""

    def __init__(self, form: str, url: str, **changed: Any) -> None:
        self.form = form
        self.clock = Clock()
        self.limiter = Limiter(late_delivery_grace=0.0, clock=self.clock)
        self._make = Okx if form == "sync" else AsyncOkx
        given = settings(limiter=self.limiter, rate_limits=LIMITS, deadline=20.0, max_wait=5.0, **changed)
        self.client: Any = self._make(CREDENTIALS, base_url=url, **given)

    def interrupted(self, lever: str, points: Points) -> BaseException | None:
        """How a call ends."""
        self.clock.now += 0.01
        self.client._accounts.clear()  # so that each call reads the account again

        async def awaited() -> None:
            sys.setprofile(points)
            try:
                await self.client.set_leverage(**arguments("okx", lever))
            finally:
                sys.setprofile(None)

        try:
            if self.form == "async":
                asyncio.run(awaited())
            else:
                sys.setprofile(points)
                try:
                    self.client.set_leverage(**arguments("okx", lever))
                finally:
                    sys.setprofile(None)
        except BaseException as error:
            return error
        return None

    def close(self) -> None:
        """Close its client."""
        asyncio.run(self.client.aclose()) if self.form == "async" else self.client.close()

    def in_time(self, lever: str) -> list[object]:
        """How a call of another thread ends: it is made while the interrupted one's error is still there."""
        ends: list[object] = []

        def call() -> None:
            try:
                made = self.client.set_leverage(**arguments("okx", lever))
                ends.append(asyncio.run(made) if self.form == "async" else made)
            except BaseException as error:
                ends.append(error)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(10)
        return ends

    def kept(self) -> list[str]:
        """What is still locked, or waited for by nobody."""
        stats = self.limiter.stats()
        found = [f"waits for {key}" for key, one in stats.items() if one.waiting]
        return found + [f"locked: {scope}" for scope in self.client._locks._queues]


def wrong(error: BaseException | None, *, arrived: bool, confirmed: bool) -> list[str]:
    """What is not true of the note on an exception, the change having arrived and been confirmed, or not."""
    # Python 3.12 notes on what interrupts the encoding of a host's name that it did so.
    noted = [note for note in notes(error) if not note.startswith("encoding with ")] if error else []
    said = f"{type(error).__name__} {noted}"
    found = []
    if error is not None and not isinstance(error, Interrupt):
        found.append(f"{said} {error}")
    if arrived and "not applied" in said:
        found.append(said)
    if error is not None and " was applied" in said and not confirmed:
        found.append(said)
    if not arrived and ("None" in said or ("was applied" in said and "not" not in said)):
        found.append(said)
    if error is not None and (len(noted) > 1 or (arrived and not noted)):
        found.append(f"not one note: {said}")
    return found


def interrupt_everywhere(
    form: str, exchange: Exchange, *, begins: str = "", step: int = 1, **changed: Any
) -> tuple[int, list[str]]:
    """How many points there are from a function on, and what was wrong at any of them, or at every `step`th."""
    problems: list[str] = []
    with Loopback(exchange.respond) as server:
        caller = Caller(form, server.url, **changed)
        assert not isinstance(caller.in_time("1")[0], BaseException)
        number = 1 - step
        while True:
            number += step
            points = Points(number, begins)
            before = len(server.seen)
            error = caller.interrupted(f"1.{number}", points)
            arrived = any(one.method == "POST" for one in server.seen[before:])
            if not points.where:
                break
            found = wrong(error, arrived=arrived, confirmed=exchange.confirms) + caller.kept()
            ends = caller.in_time(f"2.{number}")
            if len(ends) != 1 or isinstance(ends[0], BaseException):
                found.append(f"the next one: {ends!r}")
            problems += [f"{points.where}: {each}" for each in found]
            if found:
                caller.close()
                caller = Caller(form, server.url, **changed)
        caller.clock.now += 100.0
        problems += [f"{key} stays held" for key, one in caller.limiter.stats().items() if one.held]
        caller.close()
    return number, problems


# What a handler raises while something is collected is lost, and so is what `socket.socket()` has not returned yet.
pytestmark = [
    pytest.mark.parametrize("form", FORMS),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning", "ignore:unclosed <socket:ResourceWarning"
    ),
]


EVERY = pytest.mark.parametrize(
    "step", [17, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.long])], ids=["some", "every"]
)  # half a minute for every point


@EVERY
def test_every_point(form: str, step: int) -> None:
    number, problems = interrupt_everywhere(form, Exchange(), step=step)
    assert number > 800
    assert problems == []


@EVERY
def test_points_after_a_lost_response(form: str, step: int) -> None:
    """The leverage is read back then; what may have been applied is never said not to be."""
    number, problems = interrupt_everywhere(
        form, Exchange(loses=True), begins="failed", step=step, read_back="on_doubt"
    )
    assert number > 800
    assert problems == []


def test_points_after_a_response_with_another_value(form: str) -> None:
    """To say that it was applied would be a guess, although the exchange reports success."""
    exchange = Exchange(reports="99")
    number, problems = interrupt_everywhere(form, exchange, begins="_resolve", step=61, read_back="on_doubt")
    assert number > 700
    assert problems == []


def test_the_lock_around_the_read_of_the_account_is_left(form: str) -> None:
    """Even where the interrupt comes as it is about to be left."""
    points = Points(1, "leave")
    with Loopback(Exchange().respond) as server:
        caller = Caller(form, server.url, account="read")
        error = caller.interrupted("7", points)
        caller.close()
        assert "leave begins" in points.where
        assert [one.method for one in server.seen] == ["GET"]
    assert (wrong(error, arrived=False, confirmed=False), caller.kept()) == ([], [])
    assert error is not None
    assert notes(error)[0].endswith("was not applied: nothing was sent")


def test_nothing_is_left_that_was_not_begun(form: str) -> None:
    """At every point from the attempt to the signature: Python warns of a coroutine that nobody has awaited."""
    ended: list[str] = []
    with Loopback(Exchange().respond) as server, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        caller = Caller(form, server.url)
        caller.in_time("1")
        while not ended or (ended[-1] and "signing.py" not in ended[-1]):
            points = Points(len(ended) + 1, "send" if form == "sync" else "send_async")
            caller.interrupted(f"1.{len(ended)}", points)
            ended.append(points.where)
        caller.close()
    assert any("_send begins" in where for where in ended)
    assert [str(one.message) for one in warned if issubclass(one.category, RuntimeWarning)] == []


@EVERY
def test_points_of_a_call_that_reads_the_account(form: str, step: int) -> None:
    number, problems = interrupt_everywhere(form, Exchange(), step=step, account="read")
    assert number > 1600
    assert problems == []
