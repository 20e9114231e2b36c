"""Cancelled or interrupted: the exception passes as it is, and a note on it says what it left behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from leverset._http.call import CALL
from leverset_okx.api.account import set_leverage

from leverset import AsyncOkx
from leverset._format import Attempt, Outcome
from tests.callers import FAST, arguments, call, settings
from tests.loopback import CREDENTIALS
from tests.raw import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock


class Interrupt(BaseException):
    """Like KeyboardInterrupt, which pytest takes for itself."""


def noted(error: BaseException) -> str:
    """The notes on an exception."""
    return " ".join(getattr(error, "__notes__", ()))


def test_an_interrupt_passes_and_says_what_was_under_way() -> None:
    limiter = Watched()
    with pytest.raises(Interrupt) as caught:
        call("okx", "sync", NOWHERE, transport=mock(Interrupt()), limiter=limiter)
    assert "was under way and may have been applied" in noted(caught.value)
    assert limiter.released == ["no_response"]


def cancelled(client: AsyncOkx, when: Callable[[], bool]) -> BaseException:
    """What a call ends in that is cancelled once `when` says so."""

    async def run() -> BaseException:
        async with client:
            task = asyncio.create_task(client.set_leverage(**arguments("okx")))
            for _ in range(1000):
                if when():
                    break
                await asyncio.sleep(0.005)
            task.cancel()
            try:
                await task
            except BaseException as error:
                return error
        raise AssertionError("it was not cancelled")

    return asyncio.run(run())


def wait(event: threading.Event) -> None:
    """Wait for it, without an answer of one's own."""
    assert event.wait(10)


def test_a_cancelled_call_says_what_was_under_way() -> None:
    heard = threading.Event()
    limiter = Watched()
    with Raw(lambda _connection, _number: wait(heard)) as server:
        client = AsyncOkx(CREDENTIALS, base_url=server.url, **settings(limiter=limiter))
        error = cancelled(client, lambda: bool(server.arrived))
        heard.set()
    assert isinstance(error, asyncio.CancelledError)
    assert "was under way and may have been applied" in noted(error)
    assert limiter.released == ["no_response"]


def test_a_call_cancelled_while_it_stands_in_line_says_nothing() -> None:
    limiter = Watched()
    one = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}
    client = AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings(limiter=limiter, rate_limits=one))
    key = client.config.key(client.exchange.operations[("POST", "/api/v5/account/set-leverage")])
    limiter.acquire(key, one["set_leverage"], lease=30.0, max_wait=1.0)
    error = cancelled(client, lambda: limiter.stats()[key].waiting == 1)
    assert isinstance(error, asyncio.CancelledError)
    assert (noted(error), limiter.released) == ("", [])


def test_a_call_cancelled_between_two_attempts_says_what_the_first_may_have_done(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("leverset._retry._FIRST_BACKOFF", 20.0)
    with Raw(http(502, b"<html>")) as server:
        client = AsyncOkx(CREDENTIALS, base_url=server.url, **settings(retries=2, deadline=60.0))
        error = cancelled(client, lambda: "sending again" in caplog.text)
    assert isinstance(error, asyncio.CancelledError)
    where = "leverset: okx POST /api/v5/account/set-leverage"
    assert noted(error) == f"{where} may have been applied by an earlier attempt: malformed-response (unknown)"


def test_only_what_interrupts_is_told_of_an_earlier_attempt_and_only_where_that_is_open() -> None:
    repeats = AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings())._repeats(set_leverage)
    interrupts: list[BaseException] = [Interrupt(), Interrupt()]
    error = ValueError()
    outcomes: tuple[Outcome, ...] = ("refused", "unknown")
    for number, outcome in enumerate(outcomes):
        repeats.call.attempts.append(Attempt(number=number + 1, waited=0.0, result="x", outcome=outcome))
        repeats.annotate_interrupt(interrupts[number])
        repeats.annotate_interrupt(error)
    assert ["may have been applied" in noted(one) for one in (*interrupts, error)] == [False, True, False]


def test_an_interrupt_ends_a_call_and_nothing_of_it_is_left() -> None:
    with pytest.raises(Interrupt):
        call("okx", "sync", NOWHERE, transport=mock(Interrupt()), retries=2)
    assert CALL.get() is None, "a bare client in this thread would have the deadline of the call before"
