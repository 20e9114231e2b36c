"""Classify a response: a success, or one of our errors; the body decides, not the HTTP status."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

from attrs import frozen

from leverset import _redact
from leverset._config import ClientConfig
from leverset._format import Outcome
from leverset._http._messages import MAX_BODY, RawResponse
from leverset._http.pages import Page
from leverset._protocols import Exchange, Operation
from leverset._request_facts import RequestFacts, place_of, request_facts
from leverset.credentials import Credentials
from leverset.errors import BY_CATEGORY, ExchangeError, MalformedResponse, RateLimitExceeded

_EXCERPT = 120
_LONGEST_MESSAGE = 500


_Entry = tuple[str, Any]
"""The code of the refusal that an entry of a response reports, and its message, whatever it is."""

# What generated code raises on odd input. Nothing else is caught: a signal's handler may raise in it as well.
PROBLEMS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_document(module: Any, document: Any, exchange: str, operation: Operation) -> Any:
    """The generated model of a success; raises MalformedResponse where it cannot be read."""
    try:
        return module._parse_response(client=None, response=Success(document))
    except PROBLEMS as problem:
        name = type(problem).__name__
    # Raised out here: the parser's exception has the whole document in it.
    raise MalformedResponse(
        f"the exchange reports success, and the rest of its response cannot be read ({name})",
        reference="leverset/unreadable-response",
        outcome="unknown",
        where=place_of(exchange, operation),
        fix="read the value back",
        docs=operation.docs,
    )


class Success:
    """What a generated parser needs of a response: its status and its JSON, parsed already."""

    status_code = 200

    def __init__(self, document: Any) -> None:
        self._document = document

    def json(self) -> Any:
        """The document."""
        return self._document


@frozen(kw_only=True)
class ResponseParser:
    """Parses the responses to one operation; `credentials` are redacted from successes and from the texts of errors."""

    exchange: Exchange
    operation: Operation
    credentials: Credentials

    @property
    def where(self) -> str:
        """The exchange, method and path, for error texts."""
        return place_of(self.exchange.name, self.operation)

    def facts(self, config: ClientConfig, fields: Mapping[str, object]) -> RequestFacts:
        """What a request with these fields is for."""
        redact, where = partial(_redact.redact_value, credentials=self.credentials), config.environment
        return request_facts(
            self.operation, fields, exchange=self.exchange.name, environment=where, host=config.host, redact=redact
        )

    def parse(self, response: RawResponse, signature: str = "", request: bytes = b"") -> Any:
        """The document of a success; raises ExchangeError or MalformedResponse for everything else.

        `signature` is what the request was signed with; it is redacted as the credentials are. `request` is its body.
        """
        problem = ""
        try:
            body = decode(response)
            document = parse_json(body)
            code = _code(document, self.exchange.code_field)
            entry, codes = _find_refusal(self.exchange, document)
            if code == self.exchange.success_code and entry is None:
                parts = (self.credentials.api_key, self.credentials.secret, self.credentials.passphrase, signature)
                # Whatever way a secret is written, its longest word is in the body, or a backslash is.
                words = (max(re.findall("[A-Za-z0-9]+", part), key=len, default="") for part in parts)
                if b"\\" in body or any(word.encode() in body for word in words):
                    return _redact.redact_document(document, self.credentials, [signature], request)
                return document
        except (RecursionError, ValueError, zlib.error) as error:
            problem = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        # Raised out here: the exceptions above have the whole body in them, and would be the context of ours.
        if problem and response.status == 429:
            raise self._refusal("429", "", response, signature, trusted=True)
        if problem:
            redirects = response.status in range(300, 400)
            problem = "it redirects elsewhere, which is never followed" if redirects else problem
            raise self.malformed(response, problem, signature)
        raise self._refusal(code, document.get(self.exchange.message_field), response, signature, entry, codes)

    def malformed(self, response: RawResponse, problem: str, signature: str) -> MalformedResponse:
        """The error of a response outside the contract: its status, what it says, and a gateway's reference."""
        reads = self.operation.method == "GET"
        page = Page(response, decode, lambda text: self._excerpt(text, signature, _EXCERPT), reads=reads)
        error = MalformedResponse(
            f"the response is outside the contract: {self._excerpt(problem, signature, _LONGEST_MESSAGE)}; {page.text}",
            reference=f"{self.exchange.name}/malformed-response",
            outcome="unknown",
            where=f"{self.where}, HTTP {response.status}, {len(response.body)} bytes",
            why=page.why,
            fix=page.fix,
            docs=self.operation.docs,
        )
        error.http_status, error.gateway_reference = response.status, page.reference
        error.retryable = self.operation.idempotent
        return error

    def _excerpt(self, text: str, signature: str, longest: int) -> str:
        return _redact.excerpt(text, self.credentials, [signature], longest)

    def _refusal(
        self,
        code: str,
        message: object,
        response: RawResponse,
        signature: str,
        entry: _Entry | None = None,
        codes: Iterable[str] = (),
        *,
        trusted: bool = False,
    ) -> ExchangeError:
        """The error of a code; `trusted` says that its outcome is known although it may be in no table.

        The reason is that of `entry`, where there is one: the envelope's code says less than the entry's. `codes` are
        those of all entries: one that reports a success, or that the exchange itself does not know, leaves it unknown.
        """
        envelope = ""
        if entry is not None:
            envelope, code, message = code, entry[0], entry[1] or message
        known = self.operation.errors.get(code)
        outcome: Outcome = "refused" if trusted else "unknown"
        category, name, retryable = "unknown", "Unknown", False
        why = "the code is in no table of errors that leverset knows"
        action = "Look the code up in the exchange's list of errors, and read the leverage back."
        if known is not None:
            outcome, category, name, why = known.outcome, known.category, known.name, ""
            retryable, action = known.retryable, known.action
        elif response.status == 429:
            category, name, retryable = "rate-limit", "TooManyRequests", True
            why = "" if trusted else why
            action = "Let every client and process of this account share one limiter."
        if entry is not None:
            outcome = self._outcome_of_entry(code, envelope, outcome)
        outcome = "unknown" if any(map(self._leaves_doubt, codes)) else outcome
        text = self._excerpt(message if isinstance(message, str) else "", signature, _LONGEST_MESSAGE)
        shown, around = self._excerpt(code, signature, 40), self._excerpt(envelope, signature, 40)
        error = BY_CATEGORY.get(category, ExchangeError)(
            f"{name}: {text}" if text else name,
            reference=f"{self.exchange.name}/{shown}",
            outcome=outcome,
            where=f"{self.where}, HTTP {response.status}{f', code {around} around it' if around else ''}",
            why=why,
            fix=action,
            docs=self.operation.docs,
        )
        error.code, error.message, error.http_status = shown, text, response.status
        error.envelope_code = around
        error.name, error.category, error.operation = name, category, self.operation.name
        error.retryable = retryable and (outcome == "refused" or self.operation.idempotent)
        error.account_wide = known is not None and known.account_wide
        if isinstance(error, RateLimitExceeded):
            error.retry_after = _seconds(response.headers.get("retry-after", ""))
            if error.retry_after is not None:
                error.why = f"the exchange asks to wait {error.retry_after:g} s"
        return error

    def _outcome_of_entry(self, code: str, envelope: str, outcome: Outcome) -> Outcome:
        """What is known after a refusal of one entry, as far as the envelope does not object."""
        around = self.operation.errors.get(envelope)
        if envelope == self.exchange.success_code or (around and around.outcome == "unknown"):
            return "unknown"
        # A code in no table, within an envelope that is in it.
        return around.outcome if around and code not in self.operation.errors else outcome

    def _leaves_doubt(self, code: str) -> bool:
        """Whether something may have been applied as far as the code of one entry says."""
        known = self.operation.errors.get(code)
        return code == self.exchange.success_code or (known is not None and known.outcome == "unknown")


def _find_refusal(exchange: Exchange, document: dict[str, Any]) -> tuple[_Entry | None, Iterable[str]]:
    """Return the first refusal among a response's entries, None where there is none, and the codes of all entries."""
    if exchange.entry_fields is None:
        return None, ()
    place, code_field, message_field = exchange.entry_fields
    given = document.get(place)
    entries = [entry for entry in (given if isinstance(given, list) else [given]) if isinstance(entry, dict)]
    codes = [_code_text(entry.get(code_field)) for entry in entries]
    for code, entry in zip(codes, entries, strict=True):
        if code not in ("", exchange.success_code):
            return (code, entry.get(message_field)), codes
    return None, codes


def _code_text(value: object) -> str:
    """A code as text, which some write as a number; empty where it is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _code(document: Any, name: str) -> str:
    """The exchange's code, which some write as a number."""
    if not isinstance(document, dict):
        raise ValueError(f"a JSON {type(document).__name__} instead of an object")  # noqa: TRY004 - one error for all
    code = _code_text(document.get(name))
    if not code:
        raise ValueError(f"no {name} in the envelope")
    return code


def decode(response: RawResponse) -> bytes:
    """The body without its content coding, never more than MAX_BODY of it."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return response.body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"content coding {coding[:20]!r} was not asked for")
    inflate = zlib.decompressobj(wbits=47)
    body = inflate.decompress(response.body, MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise ValueError(f"decompressed, it has more than {MAX_BODY} bytes")
    if not inflate.eof:
        raise ValueError("its compression is cut off")
    return body


def parse_json(body: bytes) -> Any:
    """Strict JSON in UTF-8: no NaN, no name twice."""
    # Not "utf-8-sig": that codec is imported when it is first used, and a signal handler that raises meanwhile, in one
    # thread, would leave it unknown to all.
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8")
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
