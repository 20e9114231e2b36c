"""One attempt by itself, under a clock that stands still: how long it may take, and what the limiter learns of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

import pytest
from attrs import evolve
from leverset_okx.operations import SET_LEVERAGE

from leverset import ClockSkew, ConfigurationError, LeversetError, MalformedResponse, Okx, TransportError
from leverset._http._messages import (
    MAX_BODY,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    InvalidRequest,
    RawResponse,
)
from leverset._http.attempt import RequestAttempt
from tests.caller import CREDENTIALS, FORMS, call, settings
from tests.clock import Clock, clocked
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock
from tests.system.hostile import envelope, refusal, success

PATH = "/api/v5/account/set-leverage"
BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
SECOND = 1_700_000_000


@dataclass
class Slot:
    """A grant that says what a test says."""

    waited: float = 0.0
    age: float = 0.0


def attempt(
    clock: Clock,
    wall_ms: Callable[[], int] = lambda: 0,
    *,
    deadline: float | None = None,
    max_wait: float | None = 20.0,
    reads: bool = False,
    **given: Any,
) -> RequestAttempt:
    """One attempt of a client with a deadline of 20 s, 5 s for each step, and `given`; it sets, unless it reads."""
    client = clocked(Okx, monotonic=clock, wall_ms=wall_ms)(CREDENTIALS, base_url=NOWHERE, **settings(**given))
    headers = {"Content-Type": "application/json"}
    request = client._transport.prepare(method="post", url=PATH, headers=headers, json=BODY)
    if reads:
        request = client._transport.prepare(method="get", url="/api/v5/account/config")
    return client._transport.attempt(request, client.config, deadline=deadline, max_wait=max_wait)


def signed(one: RequestAttempt, slot: Slot | None = None) -> dict[str, str]:
    """The headers that it is sent with."""
    raw = one.sign(slot or Slot(), {"host": "127.0.0.1:9", "accept": "*/*"})
    return {str(name): str(value) for name, value in raw.headers}


def test_deadline_counts_from_the_first_grant() -> None:
    clock = Clock()
    one = attempt(clock)
    assert (one.deadline, one.lease, one.waited) == (None, 20.0, 0.0)
    signed(one, Slot(age=2.0, waited=3.0))
    assert (one.deadline, one.lease, one.waited) == (118.0, 18.0, 3.0)
    clock.now = 110.0
    signed(one, Slot())
    assert (one.deadline, one.lease) == (118.0, 8.0)
    second = attempt(clock, deadline=118.0)
    signed(second, Slot(age=2.0))
    assert (second.deadline, second.lease) == (118.0, 8.0), "a retry has the deadline of its call"


def test_a_request_does_not_show_what_is_in_it() -> None:
    assert "BTC" not in repr(attempt(Clock()).request)


def test_an_attempt_is_given_its_longest_wait() -> None:
    assert attempt(Clock(), max_wait=3.0).max_wait == 3.0
    assert attempt(Clock(), max_wait=None).max_wait is None


def test_nothing_begins_to_be_sent_after_the_deadline() -> None:
    clock = Clock()
    one = attempt(clock)
    signed(one)
    clock.now = 120.0
    with pytest.raises(TransportError) as caught:
        one.on_send()
    assert str(caught.value).startswith("error[leverset/timeout]: the deadline passed before it could be sent\n")
    assert (caught.value.outcome, one.disposition, one.known) == ("not_sent", "not_sent", "not_sent")
    clock.now = 119.999
    one.on_send()
    assert (one.disposition, one.known) == ("no_response", "unknown")


def test_nothing_begins_to_be_sent_once_it_is_withdrawn() -> None:
    one = attempt(Clock())
    signed(one)
    one.withdrawn = True
    with pytest.raises(TransportError) as caught:
        one.on_send()
    assert str(caught.value).startswith("error[leverset/timeout]: it was withdrawn before it could be sent\n")
    assert (caught.value.outcome, one.disposition, one.known) == ("not_sent", "not_sent", "not_sent")


def test_request_is_signed_afresh_with_the_clock_learned() -> None:
    one = attempt(Clock(), wall_ms=lambda: SECOND * 1000 + 7, demo=True)
    first = signed(one)
    one._clock.offset = -1500
    second = signed(one)
    moments = [headers["OK-ACCESS-TIMESTAMP"] for headers in (first, second)]
    assert moments == ["2023-11-14T22:13:20.007Z", "2023-11-14T22:13:18.507Z"]
    assert first["OK-ACCESS-SIGN"] != second["OK-ACCESS-SIGN"]
    assert first["x-simulated-trading"] == "1"
    assert (first["host"], first["accept"], first["accept-encoding"]) == ("127.0.0.1:9", "*/*", "identity")
    assert first["content-type"] == "application/json"
    assert "x-simulated-trading" not in signed(attempt(Clock()))


def test_signing_leaves_the_prepared_request_alone() -> None:
    one = attempt(Clock())
    signed(one)
    assert one.request.headers == {"Content-Type": "application/json"}
    assert (one.request.target, one.request.body) == (
        PATH,
        b'{"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated","posSide":"long"}',
    )


@pytest.mark.parametrize(
    ("idempotent", "sent", "retried"),
    [(True, True, True), (True, False, True), (False, True, False), (False, False, True)],
)
def test_unknown_outcome_is_retried_only_where_idempotent(idempotent: bool, sent: bool, retried: bool) -> None:
    one = attempt(Clock())
    one.parser = evolve(one.parser, operation=replace(SET_LEVERAGE, idempotent=idempotent))
    signed(one)
    if sent:
        one.on_send()
    error = one.failed(ConnectionFailed("ReadTimeout: no response", late=True))
    assert (error.outcome, error.retryable) == ("unknown" if sent else "not_sent", retried)
    assert error.reference == "leverset/timeout"


@pytest.mark.parametrize(
    ("problem", "disposition", "outcome"),
    [
        (ConnectionFailed("gone"), "no_response", "unknown"),
        (ConnectionFailed("gone", unsent=True), "not_sent", "not_sent"),
        (ConnectionFailed("gone", responded=True), "responded", "unknown"),
        (BodyTooLarge(RawResponse(200, {}, b"x" * 9)), "responded", "unknown"),
    ],
)
def test_disposition_and_outcome_after_each_failure(problem: Exception, disposition: str, outcome: str) -> None:
    one = attempt(Clock())
    signed(one)
    one.on_send()
    error = one.failed(problem)  # type: ignore[arg-type] # each is one
    assert (one.disposition, one.known, error.outcome) == (disposition, outcome, outcome)
    assert error.where.startswith(f"okx POST {PATH}")


@pytest.mark.parametrize("problem", [ConnectionsClosed(), InvalidRequest()])
def test_what_cannot_be_sent_is_a_configuration_error(problem: Exception) -> None:
    one = attempt(Clock())
    signed(one)
    error = one.failed(problem)  # type: ignore[arg-type] # each is one
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, one.disposition, one.known, error.retryable) == ("not_sent", "not_sent", "not_sent", False)


def test_a_request_that_http_does_not_allow_is_said_to_have_an_odd_header() -> None:
    error = attempt(Clock()).failed(InvalidRequest())
    assert error.fix == "look at the headers and parameters that were added to the request"


@pytest.mark.parametrize("shows", ["nothing of it", CREDENTIALS.passphrase])
def test_what_a_transport_raised_is_the_cause_unless_it_shows_a_secret(shows: str) -> None:
    problem = ConnectionFailed("ConnectError: gone")
    problem.__cause__ = LookupError(shows)
    cause = attempt(Clock()).failed(problem).__cause__
    assert cause is (problem.__cause__ if shows == "nothing of it" else None)


@pytest.mark.parametrize(("reads", "fix"), [(True, "retry"), (False, "read the leverage back or retry")])
def test_what_may_have_arrived_is_read_back_where_it_set_something(reads: bool, fix: str) -> None:
    one = attempt(Clock(), reads=reads)
    signed(one)
    one.on_send()
    error = one.failed(ConnectionFailed("ReadError: gone"))
    assert (error.outcome, error.fix) == ("unknown", fix)


def test_failures_name_the_network_or_the_time() -> None:
    one = attempt(Clock())
    assert one.failed(ConnectionFailed("ReadError: gone")).reference == "leverset/network"
    assert one.failed(ConnectionFailed("ReadTimeout: slow", late=True)).reference == "leverset/timeout"


@pytest.mark.parametrize(
    ("moment", "said"), [(SECOND * 1000 - 2000, "2.5 s behind"), (SECOND * 1000 + 3000, "2.5 s ahead of")]
)
def test_clock_skew_is_logged_with_its_direction(moment: int, said: str, caplog: pytest.LogCaptureFixture) -> None:
    one = attempt(Clock(), wall_ms=lambda: moment)
    with pytest.raises(ClockSkew) as caught:
        one.result(RawResponse(401, {"date": formatdate(SECOND, usegmt=True)}, refusal("okx", "50102")))
    assert caught.value.why == f"this machine's clock is {said} okx's; corrected from here on"
    assert one._clock.offset == SECOND * 1000 + 500 - moment
    warning = next(record for record in caplog.records if record.levelname == "WARNING")
    facts = vars(warning)
    assert (warning.name, warning.getMessage()) == ("leverset.http", caught.value.why)
    assert (facts["exchange"], facts["clock_offset_ms"]) == ("okx", one._clock.offset)
    assert facts["request"] == dict(one.facts)


def test_clock_skew_without_a_time_is_not_retried() -> None:
    one = attempt(Clock())
    with pytest.raises(ClockSkew) as caught:
        one.result(RawResponse(401, {}, refusal("okx", "50102")))
    assert (caught.value.retryable, one._clock.offset) == (False, 0)
    assert caught.value.why == "the response does not have the exchange's time, so nothing could be corrected"


@pytest.mark.parametrize(
    ("response", "known"),
    [
        (RawResponse(200, {}, success("okx")), "accepted"),
        (RawResponse(400, {}, refusal("okx", "51000")), "refused"),
        (RawResponse(401, {}, refusal("okx", "50102")), "refused"),
        (RawResponse(200, {}, refusal("okx", "98765")), "unknown"),
        (RawResponse(502, {}, b"<html>"), "unknown"),
    ],
)
def test_a_response_decides_what_is_known(response: RawResponse, known: str) -> None:
    one = attempt(Clock())
    signed(one)
    one.on_send()
    if known == "accepted":
        assert one.result(response) == envelope("okx")
    else:
        with pytest.raises(LeversetError) as caught:
            one.result(response)
        assert caught.value.outcome == known
    assert (one.disposition, one.known) == ("responded", known)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (http(200, success("okx")), "success"),
        (http(400, refusal("okx", "51000")), "refused"),
        (http(502, b"<html>"), "unknown"),
        (http(200, success("okx"), length=5000), "unknown"),
    ],
)
def test_every_response_counts_as_responded(response: bytes, outcome: str, form: str) -> None:
    limiter = Watched()
    with Raw(response) as server:
        claim = call("okx", form, server.url, limiter=limiter)
    assert (claim.outcome, limiter.released) == (outcome, ["responded"])


@pytest.mark.parametrize("form", FORMS)
def test_body_of_the_largest_size_is_read(form: str) -> None:
    with Raw(http(200, success("okx").ljust(MAX_BODY))) as server:
        assert call("okx", form, server.url).outcome == "success"
    with Raw(http(200, success("okx").ljust(MAX_BODY + 1))) as server:
        claim = call("okx", form, server.url)
    assert isinstance(claim.error, MalformedResponse)
    assert f"it has more than {MAX_BODY} bytes" in str(claim.error)


@pytest.mark.parametrize("form", FORMS)
def test_excerpt_of_a_problem_has_300_characters(form: str) -> None:
    claim = call("okx", form, NOWHERE, transport=mock(OSError("!" * 1000)))
    assert claim.error is not None
    assert str(claim.error).count("!") == 300 - len("OSError: ")
