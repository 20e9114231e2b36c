"""Keep key, secret, passphrase and signature out of texts that come from elsewhere, and from behind exceptions."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import httpx

from leverset.credentials import HIDDEN, Credentials

_READ = 16_384


def excerpt(text: str, credentials: Credentials, more: Iterable[str], longest: int) -> str:
    """A text from elsewhere on one line of at most so many characters, without the credentials and without `more`."""
    # Redacted before it is cut, or half of a secret might be left; a text of a megabyte need not be read to its end.
    text = redact(text[:_READ], credentials, more)[: 4 * longest]
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def redact(text: str, credentials: Credentials, more: Iterable[str] = ()) -> str:
    """The text without the credentials and without `more`, as they are and as JSON, repr and addresses write them."""
    return _without(text, _forms(credentials, more))


def redact_value(text: str, credentials: Credentials) -> str:
    """A text of what a caller gave, without the credentials; what has fewer than four characters is no secret."""
    forms = list(_forms(credentials, (), shortest=4))
    text = _without(text, forms)
    if "…" in text:  # a value was cut there: in the middle of a secret, it may be
        text = _without(text, [f"{form[:end]}…" for form in forms for end in range(len(form), 3, -1)])
    return text


def redact_document(document: Any, credentials: Credentials, more: Iterable[str], request: bytes) -> Any:
    """A success's document without the credentials and without `more`, in its texts, numbers and names.

    A text that equals a name or a value of the request stays: the exchange confirms what it was asked for. What has
    fewer than four characters is looked for nowhere: it is no secret, and would be found in every word.
    """
    forms = list(_forms(credentials, more, shortest=4))
    requested: Any = getattr(json.loads(request or b"{}"), "items", tuple)()
    keep = {str(each).casefold() for pair in requested for each in pair}

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {clean(name): clean(each) for name, each in value.items()}
        if isinstance(value, list):
            return [clean(each) for each in value]
        text = str(value)
        return value if text.casefold() in keep or (clear := _without(text, forms)) == text else clear

    return clean(document)


def _forms(credentials: Credentials, more: Iterable[str], shortest: int = 1) -> Iterator[str]:
    """Each secret as it is, and as JSON, repr and addresses write it; the longest first, as one may be in another."""
    parts = (credentials.api_key, credentials.secret, credentials.passphrase, *more)
    # An empty one (a request that was never signed has no signature) stands between all characters.
    for each in sorted((part for part in parts if len(part) >= shortest), key=len, reverse=True):
        yield from (each, json.dumps(each)[1:-1], repr(each)[1:-1], repr(each.encode())[2:-1], quote(each, ""))


def _without(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        text = text.replace(form, HIDDEN)
    return text


def is_clean(error: BaseException, credentials: Credentials, outer: BaseException | None) -> bool:
    """Whether the texts of an exception and of what led to it hold no secret; `outer` as in `forget_requests`."""
    shown = (text for one in _chain(error, outer) for text in (repr(one), str(one), str(getattr(one, "__notes__", ""))))
    return all(redact(text, credentials) == text for text in shown)


def forget_requests(error: BaseException, outer: BaseException | None) -> None:
    """Clear the local variables behind an exception and what led to it, and the signed requests that httpx keeps there.

    The signed request is a local variable of what sends it, and some reporters of errors show those. Lines and names of
    functions stay. `outer` is what the caller was handling already: it is left alone.
    """
    for one in _chain(error, outer):
        traceback.clear_frames(one.__traceback__)
        if isinstance(one, httpx.HTTPError) and one._request is not None:
            one.request = _without_secrets(one._request)
        response = getattr(one, "response", None)
        if isinstance(response, httpx.Response):
            for each in (response, *response.history):
                if each._request is not None:
                    each.request = _without_secrets(each._request)


def _without_secrets(request: httpx.Request) -> httpx.Request:
    return httpx.Request(request.method, request.url)


def _chain(error: BaseException, outer: BaseException | None) -> Iterator[BaseException]:
    """The exception and everything that it came from, each once."""
    seen: set[int] = {id(outer)}
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__cause__, one.__context__]
            if isinstance(one, BaseExceptionGroup):
                todo += one.exceptions
