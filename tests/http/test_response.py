"""How one response is classified, without a connection: limits of lengths and times, and the facts on the error."""

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
from leverset._http._messages import MAX_BODY, RawResponse
from leverset._http.response import ResponseParser
from leverset._http.server_clock import server_milliseconds
from tests.caller import CREDENTIALS
from tests.system.hostile import envelope, refusal, success

PARSER = ResponseParser(exchange=EXCHANGE, operation=SET_LEVERAGE, credentials=CREDENTIALS)


def refused(body: bytes, status: int = 200) -> ExchangeError:
    """The refusal that a response is parsed as."""
    with pytest.raises(ExchangeError) as caught:
        PARSER.parse(RawResponse(status=status, headers={}, body=body))
    return caught.value


def malformed(body: bytes, status: int = 200) -> MalformedResponse:
    """The error of a response outside the contract."""
    with pytest.raises(MalformedResponse) as caught:
        PARSER.parse(RawResponse(status=status, headers={}, body=body))
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


def test_a_date_without_a_zone_is_utc_in_every_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            response = RawResponse(status=400, headers={"date": "Tue, 14 Nov 2023 22:13:20 -0000"}, body=b"{}")
            assert server_milliseconds(response) == 1_700_000_000_500
        finally:
            patch.undo()
            time.tzset()


def test_a_date_in_another_zone_is_the_same_moment() -> None:
    response = RawResponse(status=400, headers={"date": "Wed, 15 Nov 2023 07:13:20 +0900"}, body=b"{}")
    assert server_milliseconds(response) == 1_700_000_000_500


def test_a_response_shows_its_status_alone() -> None:
    """The headers and the body are whatever came, and may hold what was sent."""
    assert repr(RawResponse(status=200, headers={"a": "b"}, body=b"c")) == "RawResponse(status=200)"


def test_the_signature_is_redacted_as_the_credentials_are() -> None:
    with pytest.raises(MalformedResponse) as caught:
        PARSER.parse(RawResponse(status=200, headers={}, body=b"<sig+na/ture==>"), "sig+na/ture==")
    assert caught.value.why == "it begins with '<[hidden]>'"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"0"', b"0", b"true"])
def test_json_that_is_no_object_is_named(body: bytes) -> None:
    kind = type(json.loads(body)).__name__
    assert f"outside the contract: a JSON {kind} instead of an object" in str(malformed(body))


def test_what_is_no_problem_of_the_body_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(json, "loads", full)
    with pytest.raises(MemoryError):
        PARSER.parse(RawResponse(status=200, headers={}, body=b"{}"))


@pytest.mark.parametrize(("status", "redirect"), [(299, False), (300, True), (399, True), (400, False)])
def test_every_status_from_300_to_399_is_a_redirect(status: int, redirect: bool) -> None:
    error = malformed(b"", status)
    assert ("redirects elsewhere" in str(error)) == redirect
    assert (error.http_status, error.outcome) == (status, "unknown")


def test_a_code_in_no_table_is_unknown_and_not_retried() -> None:
    error = refused(refusal("okx", "98765"))
    assert (error.code, error.category, error.name, error.operation) == ("98765", "unknown", "Unknown", "set_leverage")
    assert (error.outcome, error.retryable, error.http_status) == ("unknown", False, 200)


@pytest.mark.parametrize(("body", "outcome"), [(refusal("okx", "98765"), "unknown"), (b"slow down", "refused")])
def test_status_429_is_retried_whatever_came_with_it(body: bytes, outcome: str) -> None:
    error = refused(body, 429)
    assert isinstance(error, RateLimitExceeded)
    assert (error.category, error.name, error.outcome) == ("rate-limit", "TooManyRequests", outcome)
    assert (error.retryable, error.retry_after) == (True, None)


@pytest.mark.parametrize(
    ("code", "outcome", "idempotent", "again"),
    [
        ("50011", "refused", True, True),
        ("50011", "refused", False, True),  # what was refused may be retried, whatever it was
        ("50004", "unknown", True, True),
        ("50004", "unknown", False, False),  # it may have been applied, and may not be applied twice
        ("51000", "refused", True, False),
    ],
)
def test_unknown_outcome_is_retried_only_where_idempotent(
    code: str, outcome: str, idempotent: bool, again: bool
) -> None:
    parser = evolve(PARSER, operation=replace(SET_LEVERAGE, idempotent=idempotent))
    with pytest.raises(ExchangeError) as caught:
        parser.parse(RawResponse(status=200, headers={}, body=refusal("okx", code)))
    assert (caught.value.outcome, caught.value.retryable) == (outcome, again)
    with pytest.raises(MalformedResponse) as unread:
        parser.parse(RawResponse(status=200, headers={}, body=b"<html>"))
    assert unread.value.retryable == idempotent


def test_a_code_is_quoted_up_to_40_characters() -> None:
    assert refused(refusal("okx", "9" * 41)).code == "9" * 40


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), (" GZip ", gzip.compress)],
)
def test_content_codings_are_read_up_to_the_documented_size(coding: str, packed: Callable[[bytes], bytes]) -> None:
    def read(size: int) -> object:
        body = packed(success("okx").ljust(size))
        return PARSER.parse(RawResponse(status=200, headers={"content-encoding": coding}, body=body))

    assert read(0) == read(MAX_BODY) == envelope("okx")
    for larger in (MAX_BODY + 1, 2 * MAX_BODY):
        with pytest.raises(MalformedResponse, match=f"decompressed, it has more than {MAX_BODY} bytes"):
            read(larger)


def test_the_problem_of_a_cut_compression_is_named_once() -> None:
    response = RawResponse(status=200, headers={"content-encoding": "gzip"}, body=gzip.compress(success("okx"))[:-1])
    with pytest.raises(MalformedResponse) as caught:
        PARSER.parse(response)
    assert str(caught.value).splitlines()[0].endswith("outside the contract: its compression is cut off; HTTP 200")


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0.0), ("99999", 99_999.0), ("100000", None), ("٣", None), ("²", None), ("", None)]
)
def test_retry_after_is_at_most_five_digits(header: str, seconds: float | None) -> None:
    with pytest.raises(RateLimitExceeded) as caught:
        PARSER.parse(RawResponse(status=429, headers={"retry-after": header}, body=b"slow down"))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("header", ["identity", " Identity ", ""])
def test_a_body_without_a_content_coding_is_read_as_it_is(header: str) -> None:
    response = RawResponse(status=200, headers={"content-encoding": header}, body=success("okx"))
    assert PARSER.parse(response) == envelope("okx")


SIGNATURE = "sig+na/ture=="
ALL = [CREDENTIALS.api_key, CREDENTIALS.secret, CREDENTIALS.passphrase, SIGNATURE]


@pytest.mark.parametrize("shown", [*([each] for each in ALL), ALL])
@pytest.mark.parametrize("escaped", [False, True])
def test_a_secret_in_a_success_is_redacted_however_it_is_written(shown: list[str], escaped: bool) -> None:
    text = " ".join(shown)
    written = "".join(f"\\u{ord(character):04x}" for character in text) if escaped else text
    body = success("okx", msg="MESSAGE").replace(b"MESSAGE", written.encode())
    document = PARSER.parse(RawResponse(status=200, headers={}, body=body), SIGNATURE)
    assert document == envelope("okx", msg=" ".join(["[hidden]"] * len(shown)))


def test_after_a_request_to_read_a_page_is_no_reason_to_read_again() -> None:
    reading = evolve(PARSER, operation=replace(SET_LEVERAGE, method="GET"))
    for parser, fix in ((PARSER, "read the leverage back or retry"), (reading, "retry")):
        with pytest.raises(MalformedResponse) as caught:
            parser.parse(RawResponse(status=502, headers={}, body=b"<html>"))
        assert caught.value.fix.partition(";")[0] == fix


def test_the_code_around_an_entry_is_quoted_up_to_40_characters() -> None:
    error = refused(json.dumps({"code": "9" * 41, "msg": "", "data": [{"sCode": "51000"}]}).encode())
    assert (error.code, error.envelope_code) == ("51000", "9" * 40)


@pytest.mark.parametrize(("code", "wide"), [("50105", True), ("51000", False), ("98765", False)])
def test_what_is_about_the_whole_account_is_marked(code: str, wide: bool) -> None:
    assert refused(refusal("okx", code)).account_wide is wide


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"code":"0","data":NaN}', "NaN is not JSON"),
        (b'{"code":"0","code":"0"}', "a name stands twice in one object"),
        (b'{"code":true}', "no code in the envelope"),
        (b'{"code":1.5}', "no code in the envelope"),
        (b'{"code":""}', "no code in the envelope"),
        (b"{", "no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_once(body: bytes, problem: str) -> None:
    start = str(malformed(body)).splitlines()[0]
    assert f"outside the contract: {problem}; HTTP 200" in start
