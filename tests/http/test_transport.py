"""One attempt: what may carry it, what may fail around it, and what is left behind when it is interrupted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE

from leverset import AsyncOkx, ConfigurationError, LimiterUnavailable, Okx, RateLimitTimeout
from leverset._http.response import MAX_BYTES
from leverset.limits import Disposition
from leverset.sandbox import Sandbox
from tests.callers import COLOURS, FAST, arguments, call, settings
from tests.loopback import SECRETS
from tests.raw import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock
from tests.system.faults import credentials
from tests.system.hostile import refusal, success


@pytest.mark.parametrize(
    ("problem", "outcome", "disposition"),
    [
        (httpx.ConnectError("no route"), "not_sent", "not_sent"),
        (httpx.ConnectTimeout("no answer"), "not_sent", "not_sent"),
        (httpx.PoolTimeout(""), "not_sent", "not_sent"),
        (httpx.UnsupportedProtocol("what?"), "not_sent", "not_sent"),
        (httpx.ReadTimeout(""), "unknown", "no_response"),
        (httpx.WriteError("broken pipe"), "unknown", "no_response"),
        (httpx.InvalidURL("what?"), "unknown", "no_response"),
        (httpx.StreamConsumed(), "unknown", "no_response"),
        (ValueError("a bug of the transport"), "unknown", "no_response"),
        (RecursionError(), "unknown", "no_response"),
        (ExceptionGroup("two", [OSError("one"), OSError("other")]), "unknown", "no_response"),
        (TimeoutError(), "unknown", "no_response"),
    ],
)
@pytest.mark.parametrize("colour", COLOURS)
def test_whatever_a_transport_raises_is_ours(
    colour: str, problem: Exception, outcome: str, disposition: Disposition
) -> None:
    limiter = Watched()
    claim = call("okx", colour, NOWHERE, transport=mock(problem), limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.fates) == (outcome, "TransportError", [disposition])
    assert claim.error is not None
    assert claim.error.__cause__ is problem
    if isinstance(problem, httpx.RequestError):
        assert "ok-access-key" not in problem.request.headers


class NoResponse(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with nothing at all."""

    def handle_request(self, request: httpx.Request) -> Any:
        return None

    async def handle_async_request(self, request: httpx.Request) -> Any:
        return None


@pytest.mark.parametrize("colour", COLOURS)
def test_a_transport_without_an_answer_leaves_it_unknown(colour: str) -> None:
    claim = call("okx", colour, NOWHERE, transport=NoResponse())
    assert (claim.outcome, claim.kind) == ("unknown", "TransportError")


class OwnTransport(httpx.HTTPTransport):
    """A subclass, which might send what it does not tell."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise OSError("perhaps after it was sent")


def test_a_subclass_of_httpxs_transport_is_not_believed_to_tell_when_bytes_leave() -> None:
    assert call("okx", "sync", NOWHERE, transport=OwnTransport()).outcome == "unknown"


@pytest.mark.parametrize("colour", COLOURS)
def test_httpxs_own_transport_given_by_the_caller_tells(sandbox: Sandbox, colour: str) -> None:
    inner: Any = httpx.HTTPTransport() if colour == "sync" else httpx.AsyncHTTPTransport()
    assert call("okx", colour, sandbox.url, credentials(sandbox, "okx"), transport=inner).outcome == "success"
    again: Any = httpx.HTTPTransport() if colour == "sync" else httpx.AsyncHTTPTransport()
    assert call("okx", colour, NOWHERE, transport=again).outcome == "not_sent"


class Unread(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body, and how often it was closed."""

    closed = 0

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("body", "outcome"), [(success("okx"), "success"), (b"x" * (MAX_BYTES + 1), "unknown")])
def test_an_answer_is_closed_whether_it_was_read_to_its_end_or_not(colour: str, body: bytes, outcome: str) -> None:
    stream = Unread(body)
    claim = call("okx", colour, NOWHERE, transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=stream)))
    assert (claim.outcome, stream.closed >= 1) == (outcome, True)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_transport_of_the_other_colour_is_refused_before_a_slot_is_taken(colour: str) -> None:
    limiter = Watched()
    inner: Any = httpx.AsyncHTTPTransport() if colour == "sync" else httpx.HTTPTransport()
    claim = call("okx", colour, NOWHERE, transport=inner, limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.stats()) == ("not_sent", "ConfigurationError", {})


@pytest.mark.parametrize("colour", COLOURS)
def test_a_limiter_that_fails_has_sent_nothing(sandbox: Sandbox, colour: str) -> None:
    claim = call("okx", colour, sandbox.url, credentials(sandbox, "okx"), limiter=Watched(fails="acquire"), retries=2)
    assert (claim.outcome, claim.kind, sandbox.requests()) == ("not_sent", "LimiterUnavailable", [])
    assert isinstance(claim.error, LimiterUnavailable)
    assert isinstance(claim.error.__cause__, OSError)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_release_that_fails_is_logged_and_masks_nothing(
    sandbox: Sandbox, colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys = credentials(sandbox, "okx")
    assert call("okx", colour, sandbox.url, keys, limiter=Watched(fails="release")).outcome == "success"
    problem = next(record for record in caplog.records if "could not be given back" in record.getMessage())
    assert (problem.name, problem.levelname) == ("leverset.http", "ERROR")
    assert vars(problem)["limit_key"].startswith("okx:")
    sandbox.fault(exchange_code={"code": "51000", "msg": "no"}, apply=False)
    assert call("okx", colour, sandbox.url, keys, limiter=Watched(fails="release")).kind == "RequestRefused"


@pytest.mark.parametrize("colour", COLOURS)
def test_a_pause_that_fails_is_logged_and_masks_nothing(colour: str, caplog: pytest.LogCaptureFixture) -> None:
    limiter = Watched(fails="pause")
    with Raw(http(429, b"slow down", "Retry-After: 3")) as server:
        claim = call("okx", colour, server.url, limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.pauses) == ("refused", "RateLimitExceeded", [3.0])
    assert "is not known to others" in caplog.text


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7.0),
        ("0", 0.02),
        ("", 0.02),
        ("-3", 0.02),
        ("1.5", 0.02),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.02),
        ("9" * 9, 0.02),
    ],
)
def test_retry_after_is_honoured_where_it_is_a_number(header: str, pause: float, colour: str) -> None:
    limiter = Watched()
    with Raw(http(429, refusal("okx", "50011"), f"Retry-After: {header}")) as server:
        claim = call("okx", colour, server.url, limiter=limiter)
    assert (claim.kind, limiter.pauses) == ("RateLimitExceeded", [pause])


@pytest.mark.parametrize("colour", COLOURS)
def test_a_pause_longer_than_the_deadline_is_not_waited_for(colour: str) -> None:
    with Raw(http(429, refusal("okx", "50011"), "Retry-After: 60")) as server:
        claim = call("okx", colour, server.url, retries=3)
    assert (claim.kind, len(server.arrived)) == ("RateLimitExceeded", 1)
    assert claim.error is not None
    assert getattr(claim.error, "retry_after", None) == 60.0


@pytest.mark.parametrize("colour", COLOURS)
def test_a_repeat_waits_for_its_slot_no_longer_than_the_deadline(colour: str) -> None:
    """One slot, held by the first attempt for longer than the call may take."""
    slow = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}
    with Raw(http(502, b"<html>")) as server:
        began = time.monotonic()
        claim = call("okx", colour, server.url, retries=3, deadline=0.5, max_wait=60.0, rate_limits=slow)
    assert time.monotonic() - began < 5.0
    assert isinstance(claim.error, RateLimitTimeout)
    assert (claim.outcome, len(server.arrived)) == ("unknown", 1)
    assert [attempt.outcome for attempt in claim.error.attempts] == ["unknown", "not_sent"]
    assert 0.2 < claim.error.attempts[1].waited < 5.0


def test_without_max_wait_a_repeat_still_keeps_the_deadline() -> None:
    slow = {"set_leverage": type(FAST["set_leverage"])(requests=1, seconds=30.0, scope="user")}
    with Raw(http(502, b"<html>")) as server:
        claim = call("okx", "sync", server.url, retries=3, deadline=0.3, max_wait=None, rate_limits=slow)
    assert (claim.outcome, claim.kind) == ("unknown", "RateLimitTimeout")


@pytest.mark.parametrize("colour", COLOURS)
def test_a_closed_client_sends_nothing(sandbox: Sandbox, colour: str) -> None:
    keys, given = credentials(sandbox, "okx"), settings()

    def sync() -> None:
        client = Okx(keys, base_url=sandbox.url, **given)
        client.close()
        with client, pytest.raises(ConfigurationError, match="closed"):
            client.set_leverage(**arguments("okx"))

    async def awaited() -> None:
        client = AsyncOkx(keys, base_url=sandbox.url, **given)
        await client.aclose()
        async with client:
            with pytest.raises(ConfigurationError, match="closed"):
                await client.set_leverage(**arguments("okx"))

    sync() if colour == "sync" else asyncio.run(awaited())
    assert sandbox.requests() == []


@pytest.mark.parametrize("colour", COLOURS)
def test_a_slow_connection_is_not_used_after_the_deadline(colour: str) -> None:
    """Connecting takes the whole deadline: then nothing is sent any more."""

    class Late(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(0.15)  # the connecting
            request.extensions["trace"]("http11.send_request_headers.started", {"request": httpx.Request("POST", "/")})
            raise AssertionError("it was sent")

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0.15)
            raise AssertionError("it was sent")

    claim = call("okx", colour, NOWHERE, transport=Late(), deadline=0.1, timeout=0.1)
    assert claim.kind == "TransportError"
    assert claim.outcome == ("not_sent" if colour == "sync" else "unknown")  # nobody traces: async cannot know


def test_debug_info_and_warning_lines_carry_their_facts(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "leverset")
    sandbox.fault(status=502, body="<html>")
    assert call("okx", "sync", sandbox.url, credentials(sandbox, "okx"), retries=2).outcome == "success"
    assert call("okx", "sync", sandbox.url, credentials(sandbox, "okx")).outcome == "success"
    facts = [
        (
            record.levelname,
            record.__dict__.get("attempt"),
            record.__dict__.get("result"),
            record.__dict__.get("outcome"),
        )
        for record in caplog.records
        if "attempt" in record.__dict__
    ]
    assert facts == [
        ("DEBUG", 1, "malformed-response", "unknown"),
        ("WARNING", 1, "okx/malformed-response", "unknown"),
        ("INFO", 2, "accepted", "accepted"),
        ("DEBUG", 1, "accepted", "accepted"),
    ]
    first = next(record for record in caplog.records if "waited_seconds" in record.__dict__)
    assert first.name == "leverset.retry"
    assert (first.__dict__["exchange"], first.__dict__["operation"]) == ("okx", "set_leverage")


@pytest.mark.off_contract("the spec's operation is signed; here it is taken for one that is not")
@pytest.mark.parametrize("colour", COLOURS)
def test_an_operation_that_is_not_signed_carries_no_secret(colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = replace(SET_LEVERAGE, signed=False)
    monkeypatch.setattr(Okx, "exchange", replace(EXCHANGE, operations={(public.method, public.path): public}))
    monkeypatch.setattr(AsyncOkx, "exchange", Okx.exchange)
    with Raw(http(200, success("okx"))) as server:
        assert call("okx", colour, server.url).outcome == "success"
    head = server.arrived[0].head.decode()
    assert not [secret for secret in SECRETS if secret in head]
    assert "ok-access" not in head.lower()
