"""From the bytes of an answer to a success or one of our errors; the body decides, not the HTTP status."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from attrs import field, frozen

from leverset import _redact
from leverset._format import Outcome
from leverset._protocols import Exchange, Operation
from leverset.credentials import Credentials
from leverset.errors import BY_CATEGORY, ExchangeError, LeversetError, MalformedResponse, RateLimitExceeded

MAX_BYTES = 1_048_576
"""The largest body that is read, in bytes, before and after decompression; the documents' own have under 1,000."""

_EXCERPT = 120
_LONGEST_MESSAGE = 500

# What a clock may say, in milliseconds since 1970: from 2020 to 2100. Anything else is no clock to sign by.
_CLOCKS = range(1_577_836_800_000, 4_102_444_800_000)


@frozen(kw_only=True)
class RawResponse:
    """One answer as it came: status, headers in lower case, and the body as it was on the wire.

    `signature` is what the request was signed with, to keep it out of what is quoted.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    signature: str = field(default="", repr=False)


@frozen(kw_only=True)
class ResponseParser:
    """Reads the answers to one operation; `credentials` only to keep them out of what is quoted."""

    exchange: Exchange
    operation: Operation
    credentials: Credentials

    @property
    def where(self) -> str:
        """The exchange, method and path, for error texts."""
        return f"{self.exchange.name} {self.operation.method} {self.operation.path}"

    def read(self, reply: RawResponse) -> bytes:
        """The body of a success as JSON bytes; raises ExchangeError or MalformedResponse for everything else."""
        problem = ""
        try:
            body = _decode(reply)
            document = _parse(body)
            code = _code(document, self.exchange.code_field)
        except RecursionError:
            problem = "nested too deeply"
        except Exception as error:  # whatever a parser raises, the answer is outside the contract
            problem = str(error) or type(error).__name__
        # Raised out here: the parsers' exceptions lease the whole body, and would hang on ours.
        if problem and reply.status == 429:
            raise self._refusal("429", "", reply, trusted=True)
        if problem and reply.status in range(300, 400):
            problem = "it redirects elsewhere, which is never followed"
        if problem:
            raise self.malformed(reply, problem)
        if code == self.exchange.success_code:
            return body
        raise self._refusal(code, document.get(self.exchange.message_field), reply)

    def malformed(self, reply: RawResponse, problem: str) -> MalformedResponse:
        """What is said of an answer outside the contract, with the beginning of it."""
        quoted = self._quote(reply.raw.decode("utf-8", "replace"), reply, _EXCERPT)
        error = MalformedResponse(
            f"the answer is outside the contract: {self._quote(problem, reply, _LONGEST_MESSAGE)}",
            reference=f"{self.exchange.name}/malformed-response",
            outcome="unknown",
            where=f"{self.where}, HTTP {reply.status}, {len(reply.raw)} bytes",
            why=f"it begins with {quoted!r}" if quoted else "there is nothing in it",
            fix="read the leverage back or send again; look for a proxy, or at the exchange's status page, if it lasts",
            docs=self.operation.docs,
        )
        error.http_status = reply.status
        error.retryable = self.operation.idempotent
        return error

    def _quote(self, text: str, reply: RawResponse, longest: int) -> str:
        return _redact.excerpt(text, self.credentials, [reply.signature], longest)

    def _refusal(self, code: str, message: object, reply: RawResponse, *, trusted: bool = False) -> ExchangeError:
        """The error of a code; `trusted` says that its outcome is known although it may be in no table."""
        known = self.operation.errors.get(code)
        outcome: Outcome = "refused" if trusted else "unknown"
        category, name, retryable = "unknown", "Unknown", False
        why = "the code is in no table of errors that leverset knows"
        action = "Look the code up in the exchange's list of errors, and read the leverage back."
        if known is not None:
            outcome, category, name, why = known.outcome, known.category, known.name, ""
            retryable, action = known.retryable, known.action
        elif reply.status == 429:
            category, name, retryable = "rate-limit", "TooManyRequests", True
            why = "" if trusted else why
            action = "Let every client and process of this account share one limiter."
        text = self._quote(message if isinstance(message, str) else "", reply, _LONGEST_MESSAGE)
        shown = self._quote(code, reply, 40)
        error = BY_CATEGORY.get(category, ExchangeError)(
            f"{name}: {text}" if text else name,
            reference=f"{self.exchange.name}/{shown}",
            outcome=outcome,
            where=f"{self.where}, HTTP {reply.status}",
            why=why,
            fix=action,
            docs=self.operation.docs,
        )
        error.code, error.message, error.http_status = shown, text, reply.status
        error.name, error.category, error.operation = name, category, self.operation.name
        error.retryable = retryable and (outcome == "refused" or self.operation.idempotent)
        if isinstance(error, RateLimitExceeded):
            error.retry_after = _seconds(reply.headers.get("retry-after", ""))
            if error.retry_after is not None:
                error.why = f"the exchange asks to wait {error.retry_after:g} s"
        return error


def server_milliseconds(reply: RawResponse) -> int | None:
    """The exchange's clock in milliseconds since 1970, from `requestTime` or else the Date header; None if neither."""
    for read in (_request_time, _date):
        try:
            moment = read(reply)
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, zlib.error):
            continue
        if moment in _CLOCKS:
            return moment
    return None


def add_outcome(error: LeversetError, outcomes: list[Outcome]) -> None:
    """Let the error claim what is known after all attempts of a call, not after the last one alone."""
    if error.outcome != "differs":
        for outcome in ("unknown", "refused"):
            if outcome in outcomes:
                error.outcome = outcome
                break


def _request_time(reply: RawResponse) -> int:
    return int(_parse(_decode(reply))["requestTime"])


def _date(reply: RawResponse) -> int:
    date = parsedate_to_datetime(reply.headers["date"])
    # The header has no fractions of a second: half of one more is off by half a second at most.
    return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000) + 500


def _code(document: Any, name: str) -> str:
    """The exchange's code, which some write as a number."""
    if not isinstance(document, dict):
        raise ValueError(f"a JSON {type(document).__name__} instead of an object")  # noqa: TRY004 - one error for all
    code = document.get(name)
    if isinstance(code, bool) or not isinstance(code, str | int) or code == "":
        raise ValueError(f"no {name} in the envelope")
    return str(code)


def _decode(reply: RawResponse) -> bytes:
    """The body without its content coding, never more than MAX_BYTES of it."""
    coding = reply.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return reply.raw
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"content coding {coding[:20]!r} was not asked for")
    inflate = zlib.decompressobj(wbits=47)
    body = inflate.decompress(reply.raw, MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError(f"decompressed, it has more than {MAX_BYTES} bytes")
    if not inflate.eof:
        raise ValueError("its compression is cut off")
    return body


def _parse(body: bytes) -> Any:
    """Strict JSON in UTF-8: no NaN, no name twice."""
    text = body.decode("utf-8-sig")
    try:
        return json.loads(text, parse_constant=_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error})") from None


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return result


def _seconds(text: str) -> float | None:
    """Retry-After in seconds; a date or anything else is not used."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
