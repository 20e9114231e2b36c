"""From the bytes of an answer to a success or one of our errors; the body decides, not the HTTP status."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from attrs import frozen

from leverset.contract import Exchange, Operation
from leverset.credentials import Credentials
from leverset.errors import BY_CATEGORY, ExchangeError, LeversetError, MalformedReply, RateLimited
from leverset.report import Outcome

MAX_BYTES = 1_048_576
"""The largest body that is read, in bytes, before and after decompression; the documents' own have under 1,000."""

_EXCERPT = 120


@frozen(kw_only=True)
class Reply:
    """One answer as it came: status, headers in lower case, and the body as it was on the wire."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


@frozen(kw_only=True)
class Reader:
    """Reads the answers to one operation; `credentials` only to keep them out of what is quoted."""

    exchange: Exchange
    operation: Operation
    credentials: Credentials

    @property
    def where(self) -> str:
        """The exchange, method and path, for error texts."""
        return f"{self.exchange.name} {self.operation.method} {self.operation.path}"

    def read(self, reply: Reply) -> bytes:
        """The body of a success as JSON bytes; raises ExchangeError or MalformedReply for everything else."""
        try:
            body = _decode(reply)
            document = _parse(body)
            if not isinstance(document, dict):
                raise ValueError(f"a JSON {type(document).__name__} instead of an object")  # noqa: TRY004
            code = document.get(self.exchange.code_field)
            if isinstance(code, bool) or not isinstance(code, str | int) or code == "":
                raise ValueError(f"no {self.exchange.code_field} in the envelope")
        except (ValueError, RecursionError, zlib.error) as problem:
            if reply.status == 429:
                raise self._refusal("429", "", reply) from None
            raise self.malformed(reply, str(problem) or "nested too deeply") from None
        if str(code) == self.exchange.success_code:
            return body
        raise self._refusal(str(code), document.get(self.exchange.message_field), reply)

    def malformed(self, reply: Reply, problem: str) -> MalformedReply:
        """What is said of an answer outside the contract, with the beginning of it."""
        quoted = self.credentials.redact(reply.raw[: 4 * _EXCERPT].decode("utf-8", "replace"))
        quoted = "".join(c if c.isprintable() else " " for c in quoted)[:_EXCERPT]
        error = MalformedReply(
            f"the answer is outside the contract: {self.credentials.redact(problem)}",
            reference=f"{self.exchange.name}/malformed-reply",
            outcome="unknown",
            where=f"{self.where}, HTTP {reply.status}, {len(reply.raw)} bytes",
            why=f"it begins with {quoted!r}" if quoted else "it is empty",
            fix="read the leverage back or send again; look for a proxy, or at the exchange's status page, if it lasts",
            docs=self.operation.docs,
        )
        error.http_status = reply.status
        error.send_again = self.operation.repeatable
        return error

    def _refusal(self, code: str, message: object, reply: Reply) -> ExchangeError:
        known = self.operation.errors.get(code)
        outcome: Outcome = "unknown"
        category, name, send_again = "unknown", "Unknown", False
        action = "look the code up in the exchange's list of errors, and read the leverage back"
        if known is not None:
            outcome, category, name = known.outcome, known.category, known.name
            send_again, action = known.send_again, known.action
        elif reply.status == 429:
            outcome, category, name, send_again = "refused", "rate-limit", "TooManyRequests", True
            action = "let every client and process of this account share one limiter"
        text = self.credentials.redact(message if isinstance(message, str) else "")
        text = "".join(c if c.isprintable() else " " for c in text)[:500]
        shown = self.credentials.redact("".join(c if c.isprintable() else " " for c in code)[:40])
        error = BY_CATEGORY.get(category, ExchangeError)(
            f"{name}: {text}" if text else name,
            reference=f"{self.exchange.name}/{shown}",
            outcome=outcome,
            where=f"{self.where}, HTTP {reply.status}",
            fix=action,
            docs=self.operation.docs,
        )
        error.code, error.message, error.http_status = shown, text, reply.status
        error.name, error.category, error.operation = name, category, self.operation.name
        error.send_again = send_again and (outcome == "refused" or self.operation.repeatable)
        if isinstance(error, RateLimited):
            error.retry_after = _seconds(reply.headers.get("retry-after", ""))
        return error


def server_milliseconds(reply: Reply) -> int | None:
    """The exchange's clock in milliseconds since 1970, from `requestTime` or else the Date header; None if neither."""
    try:
        document = _parse(_decode(reply))
        return int(document["requestTime"])
    except (ValueError, TypeError, KeyError, RecursionError, zlib.error):
        pass
    try:
        date = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000)


def add_outcome(error: LeversetError, outcomes: list[Outcome]) -> None:
    """Let the error claim what is known after all attempts of a call, not after the last one alone."""
    if error.outcome != "differs":
        for outcome in ("unknown", "refused"):
            if outcome in outcomes:
                error.outcome = outcome
                break


def _decode(reply: Reply) -> bytes:
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
    return json.loads(body.decode("utf-8-sig"), parse_constant=_constant, object_pairs_hook=_unique)


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
