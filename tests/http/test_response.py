"""What a reader says of one answer, without a wire: limits of lengths and times, and every fact on the error."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from attrs import evolve
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE

from leverset import ExchangeError, MalformedResponse, RateLimitExceeded
from leverset._http.connection import RawResponse
from leverset._http.response import MAX_BYTES, ResponseParser, server_milliseconds
from tests.loopback import CREDENTIALS
from tests.system.hostile import refusal, success

READER = ResponseParser(exchange=EXCHANGE, operation=SET_LEVERAGE, credentials=CREDENTIALS)


def refused(body: bytes, status: int = 200) -> ExchangeError:
    """The refusal that an answer is read as."""
    with pytest.raises(ExchangeError) as caught:
        READER.parse(RawResponse(status=status, headers={}, body=body))
    return caught.value


def malformed(body: bytes, status: int = 200) -> MalformedResponse:
    """What is said of an answer outside the contract."""
    with pytest.raises(MalformedResponse) as caught:
        READER.parse(RawResponse(status=status, headers={}, body=body))
    return caught.value


def test_a_message_is_kept_up_to_500_characters() -> None:
    assert refused(refusal("okx", "51000", "x" * 500)).message == "x" * 500
    assert refused(refusal("okx", "51000", "x" * 501)).message == "x" * 500


@pytest.mark.parametrize(
    ("moment", "learned"),
    [
        (1_577_836_799_999, None),
        (1_577_836_800_000, 1_577_836_800_000),  # 2020 begins
        (4_102_444_799_999, 4_102_444_799_999),
        (4_102_444_800_000, None),  # 2100 begins
    ],
)
def test_a_clock_is_one_from_2020_to_2100(moment: int, learned: int | None) -> None:
    assert server_milliseconds(RawResponse(status=400, headers={}, body=b'{"requestTime":%d}' % moment)) == learned


def test_a_date_without_a_zone_is_utc_wherever_this_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            reply = RawResponse(status=400, headers={"date": "Tue, 14 Nov 2023 22:13:20 -0000"}, body=b"{}")
            assert server_milliseconds(reply) == 1_700_000_000_500
        finally:
            patch.undo()
            time.tzset()


def test_a_reply_shows_its_status_alone() -> None:
    """The headers and the body are whatever came, and the signature is a secret."""
    assert repr(RawResponse(status=200, headers={"a": "b"}, body=b"c", signature="d")) == "RawResponse(status=200)"


def test_a_parser_that_fails_without_a_word_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(json, "loads", full)
    assert "outside the contract: MemoryError" in str(malformed(b"{}"))


@pytest.mark.parametrize(("status", "redirect"), [(299, False), (300, True), (399, True), (400, False)])
def test_every_status_from_300_to_399_is_a_redirect(status: int, redirect: bool) -> None:
    error = malformed(b"", status)
    assert ("redirects elsewhere" in str(error)) == redirect
    assert (error.http_status, error.outcome) == (status, "unknown")


def test_a_code_in_no_table_is_unknown_and_not_sent_again() -> None:
    error = refused(refusal("okx", "98765"))
    assert (error.code, error.category, error.name, error.operation) == ("98765", "unknown", "Unknown", "set_leverage")
    assert (error.outcome, error.retryable, error.http_status) == ("unknown", False, 200)


@pytest.mark.parametrize(("body", "outcome"), [(refusal("okx", "98765"), "unknown"), (b"slow down", "refused")])
def test_status_429_is_sent_again_whatever_came_with_it(body: bytes, outcome: str) -> None:
    error = refused(body, 429)
    assert isinstance(error, RateLimitExceeded)
    assert (error.category, error.name, error.outcome) == ("rate-limit", "TooManyRequests", outcome)
    assert (error.retryable, error.retry_after) == (True, None)


@pytest.mark.parametrize(
    ("code", "outcome", "idempotent", "again"),
    [
        ("50011", "refused", True, True),
        ("50011", "refused", False, True),  # what was refused may be sent again, whatever it was
        ("50004", "unknown", True, True),
        ("50004", "unknown", False, False),  # it may have been applied, and may not be applied twice
        ("51000", "refused", True, False),
    ],
)
def test_what_may_have_been_applied_is_sent_again_only_where_twice_does_no_harm(
    code: str, outcome: str, idempotent: bool, again: bool
) -> None:
    reader = evolve(READER, operation=replace(SET_LEVERAGE, idempotent=idempotent))
    with pytest.raises(ExchangeError) as caught:
        reader.read(RawResponse(status=200, headers={}, body=refusal("okx", code)))
    assert (caught.value.outcome, caught.value.retryable) == (outcome, again)
    with pytest.raises(MalformedResponse) as unread:
        reader.read(RawResponse(status=200, headers={}, body=b"<html>"))
    assert unread.value.retryable == idempotent


def test_a_code_is_quoted_up_to_40_characters() -> None:
    assert refused(refusal("okx", "9" * 41)).code == "9" * 40


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), (" GZip ", gzip.compress)],
)
def test_the_codings_of_http_are_read_up_to_the_documented_size(coding: str, packed: Callable[[bytes], bytes]) -> None:
    def read(size: int) -> bytes:
        return READER.parse(
            RawResponse(status=200, headers={"content-encoding": coding}, body=packed(body.ljust(size)))
        )

    body = success("okx")
    assert read(0) == body
    assert len(read(MAX_BYTES)) == MAX_BYTES
    for larger in (MAX_BYTES + 1, 2 * MAX_BYTES):
        with pytest.raises(MalformedResponse, match=f"decompressed, it has more than {MAX_BYTES} bytes"):
            read(larger)


def test_a_compression_that_is_cut_off_is_said_once() -> None:
    reply = RawResponse(status=200, headers={"content-encoding": "gzip"}, body=gzip.compress(success("okx"))[:-1])
    with pytest.raises(MalformedResponse) as caught:
        READER.parse(reply)
    assert str(caught.value).splitlines()[0].endswith("the answer is outside the contract: its compression is cut off")


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0.0), ("99999", 99_999.0), ("100000", None), ("٣", None), ("²", None), ("", None)]
)
def test_retry_after_is_at_most_five_digits(header: str, seconds: float | None) -> None:
    with pytest.raises(RateLimitExceeded) as caught:
        READER.parse(RawResponse(status=429, headers={"retry-after": header}, body=b"slow down"))
    assert caught.value.retry_after == seconds
