"""Closing a client: nothing is sent afterwards, and what was sent before is still said."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from leverset import AsyncOkx, ConfigurationError, LeversetError, Okx
from tests.caller import CARRIERS, CREDENTIALS, FAST, FORMS, arguments, carried, settings
from tests.retry.test_interrupts import wait
from tests.server import Raw, http
from tests.stand_ins import Watched
from tests.system.hostile import success

ONE_SLOT = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}


def until(condition: Callable[[], object]) -> None:
    """Wait until it holds."""
    for _ in range(5000):
        if condition():
            return
        time.sleep(0.001)
    raise AssertionError("it does not come about")


def closed_meanwhile(
    form: str,
    url: str,
    when: Callable[[Any], object],
    then: Callable[[], object] = lambda: None,
    *,
    begin: Callable[[Any], object] = lambda _: None,
    **given: Any,
) -> Any:
    """What a call ends in whose client is closed as soon as `when` holds.

    `begin` happens before the call, `then` after the closing.
    """
    ends: list[Any] = []
    options = settings(**given)

    async def awaited() -> None:
        client = AsyncOkx(CREDENTIALS, base_url=url, **options)
        begin(client)
        task = asyncio.create_task(client.set_leverage(**arguments("okx")))
        await asyncio.sleep(0.01)
        await asyncio.to_thread(until, lambda: when(client))
        await client.aclose()
        then()
        try:
            ends.append(await task)
        except LeversetError as error:
            ends.append(error)

    def sync() -> None:
        client = Okx(CREDENTIALS, base_url=url, **options)
        begin(client)

        def call() -> None:
            try:
                ends.append(client.set_leverage(**arguments("okx")))
            except LeversetError as error:
                ends.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        until(lambda: when(client))
        client.close()
        then()
        thread.join(20)

    sync() if form == "sync" else asyncio.run(awaited())
    [end] = ends
    return end


def listed(error: Any) -> list[tuple[int, str, str]]:
    """The attempts of an error."""
    return [(attempt.number, attempt.result, attempt.outcome) for attempt in error.attempts]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_call_that_waits_for_a_slot_is_not_sent_after_close(form: str, carrier: str) -> None:
    limiter = Watched()
    with Raw(http(200, success("okx"))) as server:
        probe = Okx(CREDENTIALS, base_url=server.url)
        key = probe.config.key(probe.operation)
        slot = limiter.acquire(key, ONE_SLOT["set_leverage"], lease=30.0, max_wait=1.0)
        error = closed_meanwhile(
            form,
            server.url,
            lambda _: limiter.stats()[key].waiting == 1,
            lambda: limiter.release(slot, "not_sent"),
            limiter=limiter,
            rate_limits=ONE_SLOT,
            retries=2,
            **carried(carrier, form),
        )
        time.sleep(0.05)
        assert (server.arrived, server.connections) == ([], 0)
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, listed(error)) == ("not_sent", [(1, "configuration", "not_sent")])
    assert limiter.released == ["not_sent", "not_sent"], "the test's own, and the call's"


@pytest.mark.parametrize("form", FORMS)
def test_a_call_that_waits_for_its_lock_is_not_sent_after_close(form: str) -> None:
    scope, held = ("isolated", "BTC-USDT-SWAP", "long"), contextlib.ExitStack()

    def when(client: Any) -> bool:
        return len(client._locks._queues[scope]) == 2

    with Raw(b"") as server:
        error = closed_meanwhile(
            form, server.url, when, held.close, begin=lambda c: held.enter_context(c._locks.acquire(scope, 1.0))
        )
        assert server.arrived == []
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, listed(error)) == ("not_sent", [])


@pytest.mark.parametrize("form", FORMS)
def test_a_retry_after_close_lists_the_attempt_before(form: str) -> None:
    over = threading.Event()
    with Raw(lambda _connection, _number: wait(over)) as server:
        error = closed_meanwhile(form, server.url, lambda _: server.arrived, over.set, retries=2)
        assert len(server.arrived) == 1
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, listed(error)) == ("unknown", [(1, "network", "unknown")])


@pytest.mark.parametrize("form", FORMS)
def test_a_call_in_backoff_is_not_sent_after_close(
    form: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("leverset._retry._FIRST_BACKOFF", 0.3)
    with Raw(http(502, b"<html>")) as server:
        error = closed_meanwhile(form, server.url, lambda _: "retrying in" in caplog.text, retries=2)
        assert len(server.arrived) == 1
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, listed(error)) == ("unknown", [(1, "malformed-response", "unknown")])
    assert "state: unknown (the change may have been applied)" in str(error)


@pytest.mark.parametrize("form", FORMS)
def test_a_request_under_way_is_finished_after_close(form: str) -> None:
    over = threading.Event()

    def respond(connection: Any, _: int) -> None:
        over.wait(10)
        connection.sendall(http(200, success("okx")))

    with Raw(respond) as server:
        result = closed_meanwhile(form, server.url, lambda _: server.arrived, over.set)
    assert result.lever == 5


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_closing_twice_is_no_mistake(form: str, carrier: str) -> None:
    async def awaited() -> None:
        client = AsyncOkx(CREDENTIALS, **settings(**carried(carrier, form)))
        await client.aclose()
        await client.aclose()

    if form == "async":
        asyncio.run(awaited())
    else:
        client = Okx(CREDENTIALS, **settings(**carried(carrier, form)))
        client.close()
        client.close()
