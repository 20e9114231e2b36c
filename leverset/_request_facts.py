"""What a request is for: the facts that every error and log record of a call has, and their text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl

from attrs import frozen

from leverset._format import field_name, short_repr
from leverset._protocols import Operation

_PLAIN = re.compile(r"[A-Za-z0-9._:/,-]{1,60}")
_LONGEST = 200
_MOST = 8
"""So many fields that no document has are named; a caller may give any number of them."""


@frozen(eq=False, repr=False)
class RequestFacts(Mapping[str, object]):
    """One request, as a mapping that cannot be changed and holds no secret.

    It has `exchange`, `environment` (`live`, `demo`, `sandbox`, or the host of a `base_url`), `host`, `method` and
    `path`, and the request's fields by the document's names. It survives pickling.

    Attributes:
        place: The exchange, method and path in one line.
        text: All of it in one line, which begins with `place`.
    """

    _facts: Mapping[str, object]
    place: str
    text: str

    def __getitem__(self, name: str) -> object:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __repr__(self) -> str:
        return f"RequestFacts({dict(self)!r})"


def request_facts(
    operation: Operation,
    fields: Mapping[str, object],
    *,
    exchange: str,
    environment: str,
    host: str,
    redact: Callable[[str], str],
) -> RequestFacts:
    """Describe a request; `redact` takes the secrets out of texts that a caller gave by mistake."""
    clean = {redact(str(name)): _clean(value, redact) for name, value in fields.items()}
    fixed = {"exchange": exchange, "environment": environment, "host": host}
    fixed |= {"method": operation.method, "path": operation.path}
    place = place_of(exchange, operation)
    where = f"at {host}" if environment == host else f"{environment} at {host}"
    text = ", ".join(filter(None, [place, describe(operation, clean), where]))
    return RequestFacts({**fixed, **clean, **fixed}, place=place, text=text)


def place_of(exchange: str, operation: Operation) -> str:
    """Return the exchange, method and path in one line."""
    return f"{exchange} {operation.method} {operation.path}"


def describe(operation: Operation, fields: Mapping[str, object], *, besides: str = "") -> str:
    """Return the fields of a request in a few words, such as `BTC-USDT isolated, lever 5, posSide="long"`.

    Args:
        operation: The endpoint.
        fields: The fields and their values, by the document's names.
        besides: Leaves this one out. An empty text says nothing, and is left out too.
    """
    plain, named = [], []
    known = {each.name: each for each in operation.fields}
    others = [name for name in fields if name not in known]
    for name in [*known, *others[:_MOST]]:
        if name == besides or fields.get(name, "") == "":
            continue
        value, fact = fields[name], known.get(name)
        if fact is None or not isinstance(value, str) or not _PLAIN.fullmatch(value):
            named.append(f"{field_name(name)}={short_repr(value)}")
        elif fact.format == "decimal":
            named.append(f"{name} {value}")
        elif fact.required or not fact.values:
            plain.append(value)
        else:
            named.append(f"{name}={short_repr(value)}")
    more = ["…"] if len(others) > _MOST else []
    return ", ".join(filter(None, [" ".join(plain), *named, *more]))


def fields_of(target: str, body: bytes) -> dict[str, object]:
    """Return the fields of a request as it is sent: those of its query and of its body; what is no JSON has none."""
    fields: dict[str, object] = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return fields
    return fields | document if isinstance(document, dict) else fields


def _clean(value: object, redact: Callable[[str], str]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = redact(value if isinstance(value, str) else short_repr(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
