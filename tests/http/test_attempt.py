"""One attempt by itself, under a clock that stands still: how long it may take, and what the limiter is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

import httpcore
import httpx
import pytest
from attrs import evolve
from leverset._http.call import CALL, Call
from leverset_okx.operations import SET_LEVERAGE

from leverset import ClockSkew, MalformedResponse, Okx, TransportError
from leverset._http.attempt import RequestAttempt
from leverset._http.response import MAX_BYTES
from leverset.limits import Disposition
from tests.callers import COLOURS, call, settings
from tests.clock import Clock, clocked
from tests.loopback import CREDENTIALS
from tests.raw import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock
from tests.system.hostile import refusal, success

PATH = "/api/v5/account/set-leverage"
BODY = b'{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated","posSide":"long"}'
SECOND = 1_700_000_000
STEPS = ("connect", "read", "write", "pool")
POST, CONNECT = ({"request": httpcore.Request(method, NOWHERE)} for method in ("POST", "CONNECT"))
HEADERS_LEAVE = "http11.send_request_headers.started"


@dataclass
class Slot:
    """A grant that says what a test says."""

    waited: float = 0.0
    age: float = 0.0


def attempt(clock: Clock, wall_ms: Callable[[], int] = lambda: 0, **given: Any) -> RequestAttempt:
    """One attempt of a client with a deadline of 20 s, 5 s for each step, and `given`."""
    client = clocked(Okx, monotonic=clock, wall_ms=wall_ms)(CREDENTIALS, base_url=NOWHERE, **settings(**given))
    headers = {"Content-Type": "application/json"}
    return client._transport._begin(httpx.Request("POST", NOWHERE + PATH, headers=headers, content=BODY), BODY)


def timeouts(seconds: float) -> Any:
    """What every step is given."""
    return pytest.approx(dict.fromkeys(STEPS, seconds), abs=1e-9)


@pytest.mark.parametrize(
    ("ends", "max_wait", "longest"),
    [
        (None, 7.0, 7.0),
        (None, None, None),
        (105.0, 7.0, 5.0),
        (105.0, 3.0, 3.0),
        (105.0, None, 5.0),
        (99.0, 7.0, 0.0),
        (99.0, None, 0.0),
    ],
)
def test_a_slot_is_waited_for_no_longer_than_the_call_may_still_take(
    ends: float | None, max_wait: float | None, longest: float | None
) -> None:
    one = attempt(Clock(), max_wait=max_wait)
    one.call.ends = ends
    assert one.max_wait == longest
    assert one.remaining == (20.0 if ends is None else ends - 100.0)


def test_the_deadline_counts_from_the_moment_at_which_the_first_slot_was_granted() -> None:
    clock = Clock()
    one = attempt(clock)
    one.sign(Slot(age=2.0), traced=None)
    assert one.call.ends == 118.0
    clock.now = 110.0
    one.sign(Slot(), traced=None)
    assert (one.call.ends, one.remaining) == (118.0, 8.0)


def test_an_attempt_belongs_to_the_call_that_it_is_made_in() -> None:
    mine = Call(ends=105.0)
    token = CALL.set(mine)
    try:
        assert attempt(Clock()).call is mine
    finally:
        CALL.reset(token)
    bare = attempt(Clock())
    assert (bare.call.ends, bare.call.attempts) == (None, []), "a bare generated client's request is a call by itself"


@pytest.mark.parametrize(("signs", "waited"), [(True, 3.0), (False, 0.0)])
def test_the_wait_for_the_slot_is_written_down(signs: bool, waited: float) -> None:
    one = attempt(Clock())
    if signs:
        one.sign(Slot(waited=3.0), traced=None)
    error = TransportError("x", reference="leverset/network", outcome="unknown")
    one.record(error)
    assert [(tried.number, tried.waited) for tried in error.attempts] == [(1, waited)]


def test_every_step_is_bounded_by_its_own_timeout_and_by_the_deadline() -> None:
    clock = Clock()
    one = attempt(clock)
    given = one.sign(Slot(), traced=None).extensions["timeout"]
    assert given == timeouts(5.0)
    clock.now = 117.0
    for event in ("connection.connect_tcp.started", "http11.send_request_body.started", "http11.receive.complete"):
        one.trace(event, {})
    one.trace(HEADERS_LEAVE, CONNECT)
    assert given == timeouts(5.0), "no step that is bounded anew, and nothing of a proxy's"
    one.trace(HEADERS_LEAVE, POST)
    assert given == timeouts(3.0)
    clock.now = 118.0
    one.trace("http11.receive_response_headers.started", POST)
    assert given == timeouts(2.0)
    clock.now = 119.0
    asyncio.run(one.trace_async("http11.receive_response_body.started", POST))
    assert given == timeouts(1.0)
    clock.now = 121.0
    one.trace("http11.receive_response_body.started", POST)
    assert given == timeouts(0.001), "what has come is still read"


def test_after_the_deadline_nothing_begins_to_be_sent() -> None:
    clock = Clock()
    one = attempt(clock)
    one.sign(Slot(), traced=None)
    clock.now = 120.0
    with pytest.raises(TransportError) as caught:
        one.trace(HEADERS_LEAVE, POST)
    assert str(caught.value).startswith("error[leverset/timeout]: the deadline passed before it could be sent\n")
    assert (caught.value.outcome, one.disposition) == ("not_sent", "not_sent")
    late = attempt(clock)
    late.call.ends = 120.0
    with pytest.raises(TransportError, match="before it could be sent"):
        late.sign(Slot(), traced=None)


@pytest.mark.parametrize(("transport", "disposition"), [(None, "not_sent"), (mock(b""), "no_response")])
def test_a_request_has_left_with_its_first_header_where_that_is_told(transport: Any, disposition: Disposition) -> None:
    one = attempt(Clock(), transport=transport)
    fates = [one.disposition]
    one.sign(Slot(), traced=None)
    fates.append(one.disposition)
    for event, info in (
        ("http11.send_request_headers.complete", POST),
        (HEADERS_LEAVE, CONNECT),
        (HEADERS_LEAVE, POST),
    ):
        one.trace(event, info)
        fates.append(one.disposition)
    assert fates == ["not_sent", disposition, disposition, disposition, "no_response"]


@pytest.mark.parametrize(
    ("idempotent", "left", "again"),
    [(True, True, True), (True, False, True), (False, True, False), (False, False, True)],
)
def test_what_may_have_arrived_is_sent_again_only_where_twice_does_no_harm(
    idempotent: bool, left: bool, again: bool
) -> None:
    one = attempt(Clock())
    one.reader = evolve(one.reader, operation=replace(SET_LEVERAGE, idempotent=idempotent))
    one.sign(Slot(), traced=None)
    if left:
        one.trace(HEADERS_LEAVE, POST)
    with one:
        raise httpx.ReadTimeout("")
    with pytest.raises(TransportError) as caught:
        one.result()
    assert (caught.value.outcome, caught.value.retryable) == ("unknown" if left else "not_sent", again)


@pytest.mark.parametrize(
    ("moment", "told"), [(SECOND * 1000 - 2000, "2.5 s behind"), (SECOND * 1000 + 3000, "2.5 s ahead of")]
)
def test_a_wrong_clock_is_told_which_way_it_is_wrong(moment: int, told: str, caplog: pytest.LogCaptureFixture) -> None:
    one = attempt(Clock(), wall_ms=lambda: moment)
    headers = {"Date": formatdate(SECOND, usegmt=True)}
    one.read(httpx.Response(401, headers=headers, stream=httpx.ByteStream(refusal("okx", "50102"))))
    with pytest.raises(ClockSkew) as caught:
        one.result()
    assert caught.value.why == f"this machine's clock is {told} okx's; corrected from here on"
    assert one._clock.offset == SECOND * 1000 + 500 - moment
    warning = next(record for record in caplog.records if record.levelname == "WARNING")
    facts = vars(warning)
    assert (warning.name, warning.getMessage()) == ("leverset.http", caught.value.why)
    assert (facts["exchange"], facts["clock_offset_ms"]) == ("okx", one._clock.offset)


def test_an_exchange_that_does_not_tell_its_time_is_not_asked_again() -> None:
    one = attempt(Clock())
    one.read(httpx.Response(401, stream=httpx.ByteStream(refusal("okx", "50102"))))
    with pytest.raises(ClockSkew) as caught:
        one.result()
    assert (caught.value.retryable, one._clock.offset) == (False, 0)
    assert caught.value.why == "the answer does not tell the exchange's time, so nothing could be corrected"


def test_it_is_signed_with_this_machines_time_and_what_was_learned_of_the_exchanges() -> None:
    one = attempt(Clock(), wall_ms=lambda: SECOND * 1000 + 7, demo=True)
    first = one.sign(Slot(), traced=None).headers
    one._clock.offset = -1500
    second = one.sign(Slot(), traced=None).headers
    moments = [headers["OK-ACCESS-TIMESTAMP"] for headers in (first, second)]
    assert moments == ["2023-11-14T22:13:20.007Z", "2023-11-14T22:13:18.507Z"]
    assert first["x-simulated-trading"] == "1"


def interrupted(one: RequestAttempt) -> list[str]:
    """The notes on an exception that passes through an attempt."""
    problem = KeyboardInterrupt()
    one.annotate_interrupt(problem)
    return list(getattr(problem, "__notes__", ()))


def test_an_interruption_is_told_what_it_left_behind_only_when_something_left() -> None:
    one = attempt(Clock())
    assert interrupted(one) == []
    one.sign(Slot(), traced=None)
    assert interrupted(one) == []
    one.trace(HEADERS_LEAVE, POST)
    assert interrupted(one) == [f"leverset: okx POST {PATH} was under way and may have been applied"]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (http(200, success("okx")), "success"),
        (http(400, refusal("okx", "51000")), "refused"),
        (http(502, b"<html>"), "unknown"),
        (http(200, success("okx"), length=5000), "unknown"),
    ],
)
def test_whatever_answers_has_counted(reply: bytes, outcome: str, colour: str) -> None:
    limiter = Watched()
    with Raw(reply) as server:
        claim = call("okx", colour, server.url, limiter=limiter)
    assert (claim.outcome, limiter.fates) == (outcome, ["responded"])


def answered(one: RequestAttempt, colour: str, *chunks: bytes) -> None:
    """The answer comes, in these pieces."""

    class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            return iter(chunks)

        async def __aiter__(self) -> Any:
            for chunk in chunks:
                yield chunk

    response = httpx.Response(203, headers={"X-Other": "1"}, stream=Pieces())
    if colour == "sync":
        one.read(response)
    else:
        asyncio.run(one.read_async(response))


@pytest.mark.parametrize("colour", COLOURS)
def test_the_parser_is_given_the_body_and_the_status_of_a_success(colour: str) -> None:
    one = attempt(Clock())
    one.sign(Slot(), traced=None)
    body = success("okx")
    answered(one, colour, body[:10], body[10:])
    parsed = one.result()
    assert (parsed.status_code, parsed.content) == (200, body)
    assert dict(parsed.headers) == {"content-type": "application/json", "content-length": str(len(body))}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_body_of_the_largest_size_is_read_and_not_a_byte_more(colour: str) -> None:
    body = success("okx").ljust(MAX_BYTES)
    one = attempt(Clock())
    answered(one, colour, body[:1000], body[1000:])
    assert one.result().content == body
    with pytest.raises(MalformedResponse, match=f"more than {MAX_BYTES} bytes"):
        answered(attempt(Clock()), colour, body, b" ")


@pytest.mark.parametrize("colour", COLOURS)
def test_an_answer_that_goes_on_after_the_deadline_is_given_up(colour: str) -> None:
    clock = Clock()
    one = attempt(clock)
    one.sign(Slot(), traced=None)
    one.trace(HEADERS_LEAVE, POST)
    clock.now = 119.9
    answered(one, colour, b"{")
    clock.now = 120.0
    with pytest.raises(TransportError) as caught:
        answered(one, colour, b"}")
    assert str(caught.value).startswith("error[leverset/timeout]: the deadline passed in the middle of the answer\n")
    assert (caught.value.outcome, one.disposition) == ("unknown", "responded")


@pytest.mark.parametrize("colour", COLOURS)
def test_of_another_librarys_words_300_characters_are_quoted(colour: str) -> None:
    claim = call("okx", colour, NOWHERE, transport=mock(OSError("!" * 1000)))
    assert claim.error is not None
    assert str(claim.error).count("!") == 300
