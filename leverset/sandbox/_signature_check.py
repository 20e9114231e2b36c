"""Finds out what a wrong signature was made over: the usual mistakes are made on purpose until one fits."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from urllib.parse import parse_qsl, unquote, urlencode

from ._messages import Request

PARTS = ("timestamp", "method", "target", "body")
_LONGEST = 4096  # bytes of a body of which several mistakes at once are looked for
Variants = dict[str, str]  # texts by what was done to them; "" is nothing


@dataclass(frozen=True, slots=True)
class Found:
    """What a signature was made over.

    Attributes:
        parts: The four parts as they were signed.
        mistakes: What is wrong with the signature, one sentence each.
    """

    parts: Mapping[str, str]
    mistakes: tuple[str, ...]


def expected_parts(timestamp: str, request: Request) -> dict[str, str]:
    """Return the parts that have to be signed, in their order; bytes of the body as Latin-1."""
    values = (timestamp, request.method, request.target, request.body.decode("latin-1"))
    return dict(zip(PARTS, values, strict=True))


def find_signed(secret: str, others: Mapping[str, str], timestamp: str, request: Request, sent: str) -> Found | None:
    """Return what the signature was made over, None where no usual mistake makes it.

    Args:
        secret: Secret of the key that the request names.
        others: Further texts that may have been used as the secret, by their names.
        timestamp: Timestamp as it was sent.
        request: The request.
        sent: Signature as it was sent.
    """
    expected = expected_parts(timestamp, request)
    wanted = _digests(sent)
    for what, key in {"": secret, **others}.items():
        for algorithm in ("sha256", "sha1", "sha512"):
            digest = _digest(key, expected, algorithm)
            if digest in wanted:
                return Found(expected, tuple(filter(None, (what, _hash(algorithm), wanted[digest]))))
    for parts, mistakes in _mistaken(expected, request):
        digest = _digest(secret, parts, "sha256")
        if digest in wanted:
            return Found(parts, tuple(filter(None, (*mistakes, wanted[digest]))))
    return None


def form_of(sent: str) -> str:
    """Return what a signature looks like, "" where it looks as it should."""
    if sent != sent.strip():
        return "It has blanks around it."
    with suppress(ValueError, binascii.Error):
        if len(bytes.fromhex(sent)) >= 16:
            return "It is written in hexadecimal digits, where base64 is expected."
    with suppress(ValueError, binascii.Error):
        length = len(base64.b64decode(sent, validate=True))
        return "" if length == 32 else f"It is base64 of {length} bytes, where 32 are expected."
    return "It is no base64."


def _digest(secret: str, parts: Mapping[str, str], algorithm: str) -> bytes:
    text = "".join(parts.values())
    try:
        message = text.encode("latin-1")  # the bytes that arrived
    except UnicodeEncodeError:
        message = text.encode()
    return hmac.digest(secret.encode(), message, algorithm)


def _hash(algorithm: str) -> str:
    return "" if algorithm == "sha256" else f"It was made with HMAC-{algorithm.upper()}, where HMAC-SHA256 is expected."


def _digests(sent: str) -> dict[bytes, str]:
    """Return the digests that a signature may stand for, each with what is wrong with its form."""
    found: dict[bytes, str] = {}
    readings: list[tuple[str, Callable[[str], bytes]]] = [
        ("", lambda text: base64.b64decode(text, validate=True)),
        (
            "It is base64 in the form for URLs, or without its padding.",
            lambda text: base64.urlsafe_b64decode(text + "=="),
        ),
        ("It is written in hexadecimal digits, where base64 is expected.", bytes.fromhex),
        ("It is base64 of hexadecimal digits.", lambda text: bytes.fromhex(base64.b64decode(text).decode("ascii"))),
    ]
    for mistake, read in readings:
        with suppress(ValueError, binascii.Error):
            found.setdefault(read(sent.strip()), mistake)
    return found


def _mistaken(expected: Mapping[str, str], request: Request) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Iterate over the parts with one or more mistakes; a long body has one at a time."""
    variants = (
        _timestamps(expected["timestamp"]),
        {"": request.method, "The method was signed in lower case.": request.method.lower(), _left_out("method"): ""},
        _targets(request),
        _bodies(request),
    )
    for chosen in product(*(list(each.items()) for each in variants)):
        mistakes = [mistake for mistake, _ in chosen if mistake]
        if len(mistakes) <= 1 or len(request.body) <= _LONGEST:
            yield dict(zip(PARTS, (text for _, text in chosen), strict=True)), mistakes


def _left_out(part: str) -> str:
    return f"The {part} was left out."


def _timestamps(timestamp: str) -> Variants:
    found = {"": timestamp, _left_out("timestamp"): ""}
    with suppress(ValueError, OverflowError, OSError):
        moment = (
            int(timestamp) / 1000
            if timestamp.isdigit()
            else datetime.fromisoformat(timestamp.replace("Z", "+00:00")).replace(tzinfo=UTC).timestamp()
        )
        utc = datetime.fromtimestamp(moment, UTC)
        forms = (
            str(round(moment * 1000)),
            str(int(moment)),
            f"{moment:.3f}",
            _iso(utc, "milliseconds"),
            _iso(utc, "seconds"),
        )
        for text in forms:
            found[f"The timestamp was signed as {text}, and sent in another form."] = text
    return found


def _iso(moment: datetime, precision: str) -> str:
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def _targets(request: Request) -> Variants:
    path, mark, query = request.target.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    found = {
        "": request.target,
        "The whole address was signed, where only path and query are.": f"http://{request.header('host')}{request.target}",
        "The path was signed without its first slash.": request.target.removeprefix("/"),
        _left_out("path"): "",
    }
    if mark:
        found |= {
            "The query was not signed.": path,
            "The query was signed without its question mark.": path + query,
            "The query was signed in another order.": f"{path}?{urlencode(sorted(pairs), encoding='latin-1')}",
            "The query was signed before it was encoded.": unquote(request.target, encoding="latin-1"),
        }
    return found


def _bodies(request: Request) -> Variants:
    text = request.body.decode("latin-1")
    found = {"": text, **({_left_out("body"): ""} if text else {"{} was signed as the body.": "{}"})}
    with suppress(ValueError, RecursionError):
        document = json.loads(request.body)
        for name, separators in (("with blanks", (", ", ": ")), ("without blanks", (",", ":"))):
            found[f"The body was signed {name}, and sent otherwise."] = json.dumps(document, separators=separators)
            ordered = json.dumps(document, separators=separators, sort_keys=True)
            found[f"The body was signed {name} and with its names in order, and sent otherwise."] = ordered
        found["Python's own form of the body was signed, where JSON was sent."] = str(document)
    return found
