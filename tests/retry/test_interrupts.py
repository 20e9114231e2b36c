"""Cancelled or interrupted: the exception passes as it is, sent at most once, with a note of what it left behind."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leverset import AsyncOkx, Okx
from leverset._format import Attempt, Outcome
from tests.caller import CARRIERS, CREDENTIALS, FAST, FORMS, arguments, call, carried, settings, without_port
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock

WHERE = (
    "leverset: okx POST /api/v5/account/set-leverage, "
    'BTC-USDT-SWAP isolated, lever 5, posSide="long", sandbox at 127.0.0.1'
)
UNDER_WAY = f"{WHERE} was under way and may have been applied"
NOTHING = f"{WHERE} was not applied: nothing was sent"
ONE_SLOT = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}


BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}


class Interrupt(BaseException):
    """Like KeyboardInterrupt, which pytest takes for itself."""


class SoftTimeLimitExceeded(Exception):
    """What celery's handler of a signal raises."""


def notes(error: BaseException) -> list[str]:
    """The notes on an exception."""
    return [without_port(note) for note in getattr(error, "__notes__", ())]


def test_an_interrupt_passes_with_a_note() -> None:
    limiter = Watched()
    with pytest.raises(Interrupt) as caught:
        call("okx", "sync", NOWHERE, transport=mock(Interrupt()), limiter=limiter, retries=2)
    assert notes(caught.value) == [UNDER_WAY]
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
    """Wait for it, without a response."""
    assert event.wait(10)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_call_cancelled_under_way_has_a_note(carrier: str) -> None:
    heard = threading.Event()
    limiter = Watched()
    with Raw(lambda _connection, _number: wait(heard)) as server:
        given = settings(limiter=limiter, retries=2, **carried(carrier, "async"))
        error = cancelled(AsyncOkx(CREDENTIALS, base_url=server.url, **given), lambda: bool(server.arrived))
        heard.set()
    assert isinstance(error, asyncio.CancelledError)
    assert notes(error) == [UNDER_WAY]
    assert (limiter.released, len(server.arrived)) == (["no_response"], 1)


def taken(limiter: Watched, client: Okx | AsyncOkx) -> str:
    """The key of a limit whose one slot is taken."""
    key = client.config.key(client.operation)
    limiter.acquire(key, ONE_SLOT["set_leverage"], lease=30.0, max_wait=1.0)
    return key


def test_a_call_cancelled_while_waiting_for_a_slot_has_a_note() -> None:
    limiter = Watched()
    client = AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings(limiter=limiter, rate_limits=ONE_SLOT))
    key = taken(limiter, client)
    error = cancelled(client, lambda: limiter.stats()[key].waiting == 1)
    assert isinstance(error, asyncio.CancelledError)
    assert (notes(error), limiter.released) == ([NOTHING], [])


def test_a_call_cancelled_while_waiting_for_its_lock_has_a_note() -> None:
    client = AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings())
    scope = ("isolated", "BTC-USDT-SWAP", "long")
    with client._locks.acquire(scope, 1.0):
        error = cancelled(client, lambda: len(client._locks._queues[scope]) == 2)
        assert len(client._locks._queues[scope]) == 1
    assert isinstance(error, asyncio.CancelledError)
    assert notes(error) == [NOTHING]


@pytest.mark.parametrize(
    ("response", "note"),
    [
        (http(502, b"<html>"), "may have been applied by an earlier attempt: malformed-response (unknown)"),
        (http(429, b"slow down", "Retry-After: 9"), "was not applied: 429 (refused)"),
    ],
)
def test_a_call_cancelled_between_attempts_has_a_note(
    response: bytes, note: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("leverset._retry._FIRST_BACKOFF", 20.0)
    with Raw(response) as server:
        client = AsyncOkx(CREDENTIALS, base_url=server.url, **settings(retries=2, deadline=60.0))
        error = cancelled(client, lambda: "retrying in" in caplog.text)
    assert isinstance(error, asyncio.CancelledError)
    assert notes(error) == [f"{WHERE} {note}"]


@pytest.mark.parametrize(
    ("outcomes", "note"),
    [
        ((), "was not applied: nothing was sent"),
        (("not_sent",), "was not applied: x (not_sent)"),
        (("refused",), "was not applied: x (refused)"),
        (("refused", "unknown"), "may have been applied by an earlier attempt: x (refused); x (unknown)"),
    ],
)
def test_notes_say_what_is_known_after_earlier_attempts(outcomes: tuple[Outcome, ...], note: str) -> None:
    one = Okx(CREDENTIALS, base_url=NOWHERE, **settings()).new_call()
    for number, outcome in enumerate(outcomes):
        one.attempts.append(Attempt(number=number + 1, waited=0.0, result="x", outcome=outcome))
    for error in (Interrupt(), ValueError(), asyncio.CancelledError()):
        one.annotate(error)
        # Nothing was built yet, so the request has no fields to name.
        assert notes(error) == [f"leverset: okx POST /api/v5/account/set-leverage, sandbox at 127.0.0.1 {note}"]


def test_a_bare_generated_function_passes_interrupts_too() -> None:
    for transport in (mock(Interrupt()), mock(ValueError())):
        client = Okx(CREDENTIALS, base_url=NOWHERE, **settings(transport=transport, retries=2))
        with pytest.raises((Interrupt, ValueError)) as caught:
            client.client.get_httpx_client().post(client.operation.path, json=BODY)
        assert notes(caught.value) == [UNDER_WAY]


@contextlib.contextmanager
def alarm(when: Callable[[], bool]) -> Iterator[SoftTimeLimitExceeded]:
    """Let the handler of a signal raise in this thread as soon as `when` says so.

    The signal is SIGUSR1: SIGALRM is pytest-timeout's own.
    """
    error = SoftTimeLimitExceeded()

    def handler(*_: object) -> None:
        raise error

    def watch() -> None:
        deadline = time.monotonic() + 10
        while not when():
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(0.05)  # it waits by now
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield error
    finally:
        watcher.join(15)
        signal.signal(signal.SIGUSR1, before)


def alarmed(form: str, client: Any, when: Callable[[], bool]) -> list[BaseException]:
    """What a call ends in whose thread a handler raises in: its error, and in async a cancellation before it."""
    ends: list[BaseException] = []

    async def run() -> None:
        try:
            await client.set_leverage(**arguments("okx"))
        except BaseException as error:  # the event loop passes the handler's on, and cancels its tasks
            ends.append(error)
            raise
        finally:
            await client.aclose()

    def sync() -> None:
        with client:
            client.set_leverage(**arguments("okx"))

    with alarm(when) as error, pytest.raises(SoftTimeLimitExceeded) as caught:
        sync() if form == "sync" else asyncio.run(run())
    assert caught.value is error
    return [*ends, error]


def made(form: str, url: str, carrier: str = "own", **given: Any) -> Any:
    """A client that retries."""
    options = settings(retries=2, deadline=60.0, **carried(carrier, form), **given)
    return (Okx if form == "sync" else AsyncOkx)(CREDENTIALS, base_url=url, **options)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_an_alarm_while_waiting_for_the_response_passes(form: str, carrier: str) -> None:
    heard, limiter = threading.Event(), Watched()
    with Raw(lambda _connection, _number: wait(heard)) as server:
        ended, *_ = alarmed(form, made(form, server.url, carrier, limiter=limiter), lambda: bool(server.arrived))
        heard.set()
    assert notes(ended) == [UNDER_WAY]
    assert (len(server.arrived), limiter.released) == (1, ["no_response"])


@pytest.mark.parametrize("form", FORMS)
def test_an_alarm_while_waiting_for_a_slot_passes(form: str) -> None:
    limiter = Watched()
    with Raw(b"") as server:
        client = made(form, server.url, limiter=limiter, rate_limits=ONE_SLOT)
        key = taken(limiter, client)
        ended, *_ = alarmed(form, client, lambda: limiter.stats()[key].waiting == 1)
        assert notes(ended) == [NOTHING]
        assert (server.arrived, limiter.released, limiter.stats()[key].waiting) == ([], [], 0)


@pytest.mark.parametrize("form", FORMS)
def test_an_alarm_while_waiting_for_the_lock_passes(form: str) -> None:
    scope = ("isolated", "BTC-USDT-SWAP", "long")
    client = made(form, NOWHERE)
    with client._locks.acquire(scope, 1.0):
        ended, *_ = alarmed(form, client, lambda: len(client._locks._queues[scope]) == 2)
        assert notes(ended) == [NOTHING]
        assert len(client._locks._queues[scope]) == 1


@pytest.mark.parametrize("form", FORMS)
def test_an_alarm_in_backoff_passes(
    form: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("leverset._retry._FIRST_BACKOFF", 20.0)
    with Raw(http(502, b"<html>")) as server:
        ended, *_ = alarmed(form, made(form, server.url), lambda: "retrying in" in caplog.text)
    assert notes(ended) == [f"{WHERE} may have been applied by an earlier attempt: malformed-response (unknown)"]
    assert len(server.arrived) == 1
