"""Scripted faults: their fields, and the check of a description."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import h11

from ._bounds import DAY, ERA, boolean, check_numbers, integer, number, shown, text
from ._messages import Refused
from ._registry import find_exchange

CLOSES = ("before", "headers", "middle", "after")
MAX_CONTENT = 2**30  # bytes of one response


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault. Every field is optional; with none, a fault changes nothing.

    Matching requests (all given fields must match):
        exchange: Name of the exchange.
        account: Name of the account that the request's key belongs to.
        path: Exact path of any endpoint; without it, the set-leverage paths only.
        nth: Begin with the nth request that matches (1 is the next one), at most 10**9.
        times: Number of requests it takes effect on, from 1 to 10**9; null for every one from then on.

    Handling of the request:
        apply: false responds as usual and is counted by the limit, but sets no leverage.
        apply_after: Seconds between the decision and the moment at which the leverage is set, from 0 to 86400: nobody
            waits for it. With `close` "before" the connection is cut first, with `delay_after` no response comes.
        delay_before: Seconds before the request counts as arrived, from 0 to 86400.
        delay_after: Seconds between the decision and the response, from 0 to 86400.

    Content of the response:
        exchange_code: {"code", "msg", "status"}: a refusal in the exchange's own envelope.
        replace: {field: value}: other values in a success, in the result object (the first of several) or else in the
            envelope.
        null: [field]: fields of a success that are null.
        drop: [field]: fields that a success does not have.
        redirect: URL in Location, with status 307 if no other is given.
        status, headers ({name: value}), body (text) or body_b64: in place of the usual ones.
        repeat: Send the body this many times over, from 1 to 10**7 and up to 2**30 bytes.
        date_offset: Seconds by which the response's Date is off, from -1e9 to 1e9.

    Sending of the response:
        chunked: Without Content-Length, in chunks.
        content_length: A Content-Length that need not be true, up to 10**15; the connection is closed after the
            body.
        trickle: {"bytes", "seconds"}: bytes of body sent at a time, from 1 to 2**20, and the pause between them,
            from 0 to 86400.
        close: Close the connection "before" anything is sent, after the "headers", in the "middle" of the
            body, or "after" the whole response.
        reset: Close it with a TCP reset instead of an orderly end.
    """

    exchange: str | None = None
    account: str | None = None
    path: str | None = None
    nth: int = 1
    times: int | None = 1
    apply: bool = True
    apply_after: float = 0.0
    delay_before: float = 0.0
    delay_after: float = 0.0
    exchange_code: Mapping[str, Any] | None = None
    replace: Mapping[str, Any] = field(default_factory=dict)
    null: Sequence[str] = field(default_factory=list)
    drop: Sequence[str] = field(default_factory=list)
    redirect: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_b64: str | None = None
    repeat: int = 1
    date_offset: float = 0.0
    chunked: bool = False
    content_length: int | None = None
    trickle: Mapping[str, float] | None = None
    close: str | None = None
    reset: bool = False

    @property
    def refusal(self) -> Refused | None:
        """The refusal of `exchange_code`."""
        if self.exchange_code is None:
            return None
        return Refused(**{"msg": "", **self.exchange_code})

    @property
    def content(self) -> bytes | None:
        """The bytes of `body` or `body_b64`, None when neither is given."""
        if self.body_b64 is not None:
            return base64.b64decode(self.body_b64)
        return None if self.body is None else self.body.encode()


def read_fault(description: Mapping[str, object]) -> Fault:
    """Make a fault from its description.

    Raises:
        ValueError: A field is unknown, or its value is not allowed; the text says what is.
    """
    known = {entry.name for entry in fields(Fault)}
    for name in description:
        if name not in known:
            raise ValueError(f"unknown fault field {shown(name)}: one of {sorted(known)}")
    given: dict[str, Any] = {name: _check(name, value) for name, value in description.items()}
    if given.get("body") is not None and given.get("body_b64") is not None:
        raise ValueError("body and body_b64 exclude each other")
    fault = Fault(**given)
    if len(fault.content or b"") * fault.repeat > MAX_CONTENT:
        raise ValueError(f"body times repeat must have at most {MAX_CONTENT} bytes")
    return fault


_NULLABLE = frozenset(entry.name for entry in fields(Fault) if entry.default is None) | {"times"}
_TEXTS = {"exchange": 1000, "account": 1000, "path": 1000, "redirect": 8000, "body": 2**20}  # longest
_NAMES = frozenset(("null", "drop"))
_FLAGS = frozenset(("apply", "chunked", "reset"))
_SECONDS = frozenset(("apply_after", "delay_before", "delay_after"))
_INTEGERS = {"nth": (1, 10**9), "times": (1, 10**9), "repeat": (1, 10**7), "content_length": (0, 10**15)}
_TRICKLE_BYTES = 2**20
_FRAMING = frozenset(("content-length", "transfer-encoding", "connection"))


def _check(name: str, value: object) -> object:
    if value is None and name in _NULLABLE:
        return None
    if name == "close":
        return _need(value in CLOSES, name, f"one of {list(CLOSES)}", value)
    if name == "status":
        return _status(name, value)
    if name == "date_offset":
        return number(name, value, -ERA, ERA)
    if name in _SECONDS:
        return number(name, value, 0, DAY)
    if name in _FLAGS:
        return boolean(name, value)
    if name in _INTEGERS:
        return integer(name, value, *_INTEGERS[name])
    if name in _TEXTS:
        return _text(name, text(name, value, _TEXTS[name]))
    if name in _NAMES:
        good = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
        return _need(good, name, "a list of field names", value)
    if name == "body_b64":
        return _base64(name, value)
    return _object(name, value)


def _text(name: str, value: str) -> str:
    if name == "exchange":
        return find_exchange(value).name
    if name == "redirect":
        problem = _header_problem({"location": value})
        _need(not problem, name, f"a URL that a header can hold ({problem})", value)
    return value


def _object(name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be an object, not {shown(value)}")  # noqa: TRY004 - one error for all
    if name == "headers":
        return _headers(value)
    if name == "replace":
        check_numbers(name, value)
    if name == "trickle":
        _need(set(value) == {"bytes", "seconds"}, name, '{"bytes": n, "seconds": s}', value)
        integer("trickle.bytes", value["bytes"], 1, _TRICKLE_BYTES)
        number("trickle.seconds", value["seconds"], 0, DAY)
    if name == "exchange_code":
        _need(set(value) <= {"code", "msg", "status"}, name, "{code, msg, status}", value)
        texts = (value.get("code"), value.get("msg", ""))
        _need(all(isinstance(text, str) for text in texts), name, "texts in code and msg", value)
        _status("exchange_code.status", value.get("status", 200))
    return value


def _headers(value: Mapping[str, object]) -> Mapping[str, str]:
    headers = {name.lower(): text for name, text in value.items() if isinstance(text, str)}
    _need(len(headers) == len(value), "headers", "names with texts, each name once", value)
    _need(not _FRAMING & set(headers), "headers", "no framing: see content_length, chunked, close", value)
    problem = _header_problem(headers)
    if problem:
        raise ValueError(f"headers: {problem}")
    return headers


def _header_problem(headers: Mapping[str, str]) -> str:
    """Return what makes headers illegal, "" when they are legal."""
    try:
        h11.Response(status_code=200, headers=list(headers.items()))
    except (h11.LocalProtocolError, UnicodeEncodeError) as illegal:
        return str(illegal)[:200]
    return ""


def _need(good: bool, name: str, what: str, value: object) -> object:
    if not good:
        raise ValueError(f"{name} must be {what}, not {shown(value)}")
    return value


def _status(name: str, value: object) -> object:
    good = isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599
    return _need(good, name, "an HTTP status from 200 to 599", value)


def _base64(name: str, value: object) -> object:
    try:
        base64.b64decode(value if isinstance(value, str) else "-", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{name} must be base64, not {shown(value)}") from None
    return value
