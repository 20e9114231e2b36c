"""What others raise and say, made fit to be shown: nothing that signs, in no text and in no local variable."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from leverset.credentials import Credentials

_HIDDEN = "[hidden]"
_READ = 16_384


def excerpt(text: str, credentials: Credentials, more: Iterable[str], longest: int) -> str:
    """A text from elsewhere on one line of at most so many characters, without the credentials and without `more`."""
    # Hidden before it is cut, or half of a secret might be left; a text of a megabyte need not be read to its end.
    text = redact(text[:_READ], credentials, more)[: 4 * longest]
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def redact(text: str, credentials: Credentials, more: Iterable[str] = ()) -> str:
    """The text without the credentials and without `more`, as they are and as JSON, repr and addresses write them."""
    text = credentials.redact(text)
    # An empty one (a request that was never signed has no signature) stands between all characters.
    for value in filter(None, (credentials.api_key, credentials.secret, credentials.passphrase, *more)):
        for form in (value, json.dumps(value)[1:-1], repr(value)[1:-1], repr(value.encode())[2:-1], quote(value, "")):
            text = text.replace(form, _HIDDEN)
    return text


def redact_exception(error: BaseException, credentials: Credentials, outer: BaseException | None) -> bool:
    """Clear the local variables behind an exception and what led to it; whether their texts hold no secret.

    The signed request is a local variable of httpx, httpcore and h11, and some reporters of errors show those. Lines
    and names of functions stay. `outer` is what the caller was handling already: it is left alone.
    """
    clean = True
    for one in _chain(error, outer):
        traceback.clear_frames(one.__traceback__)
        for shown in (repr(one), str(one), str(getattr(one, "__notes__", ""))):
            clean = clean and redact(shown, credentials) == shown
    return clean


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
