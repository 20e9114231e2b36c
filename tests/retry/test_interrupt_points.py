"""A signal's handler raises at every single point of a call: what is said of it is true, and the next call works.

CPython runs handlers as a function begins, and after a call of a function in C. Both are events for `sys.setprofile`,
and what a profile function raises is raised there, once.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from leverset_okx.operations import RateLimit

from leverset import AsyncOkx, Limiter, Okx
from tests.caller import CREDENTIALS, FORMS, arguments, settings
from tests.retry.test_interrupts import Interrupt, notes
from tests.server import Arrived, Loopback

LIMITS = {"set_leverage": RateLimit(requests=1000, seconds=0.002, scope="user")}


def respond(request: Arrived) -> tuple[int, Any]:
    """What OKX says of a change that it has made."""
    return 200, {"code": "0", "msg": "", "data": [json.loads(request.body)]}


class Points:
    """Raises at the given point of what runs in the frames of leverset, of h11 and of Python's library below them."""

    def __init__(self, number: int) -> None:
        self.number, self.passed, self.where = number, 0, ""

    def __call__(self, frame: FrameType, event: str, given: Any) -> None:
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

    def __init__(self, form: str, url: str) -> None:
        self.form = form
        self.limiter = Limiter(late_delivery_grace=0.0)
        self._make = Okx if form == "sync" else AsyncOkx
        given = settings(limiter=self.limiter, rate_limits=LIMITS, deadline=20.0, max_wait=5.0)
        self.client: Any = self._make(CREDENTIALS, base_url=url, **given)

    def interrupted(self, lever: str, points: Points) -> BaseException | None:
        """How a call ends."""

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


# What a handler raises while something is collected is lost, and so is what `socket.socket()` has not returned yet.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning", "ignore:unclosed <socket:ResourceWarning"
)
@pytest.mark.parametrize("form", FORMS)
def test_every_point(form: str) -> None:
    problems: list[str] = []
    with Loopback(respond) as server:
        caller = Caller(form, server.url)
        assert not isinstance(caller.in_time("1")[0], BaseException)
        number = 0
        while True:
            number += 1
            points = Points(number)
            before = len(server.seen)
            error = caller.interrupted(f"1.{number}", points)
            arrived = len(server.seen) > before
            if not points.where:
                break
            said = f"{type(error).__name__} {notes(error) if error else ''}"
            if error is not None and not isinstance(error, Interrupt):
                problems.append(f"{points.where}: {said} {error}")
            if arrived and "nothing was sent" in said:
                problems.append(f"{points.where}: {said}")
            if not arrived and ("None" in said or ("was applied" in said and "not" not in said)):
                problems.append(f"{points.where}: {said}")
            if arrived and error is not None and not notes(error):
                problems.append(f"{points.where}: no note")
            ends = caller.in_time(f"2.{number}")
            if len(ends) != 1 or isinstance(ends[0], BaseException):
                problems.append(f"{points.where}: the next one: {ends!r}")
                caller.close()
                caller = Caller(form, server.url)
        caller.close()
    assert number > 800
    assert problems == []
