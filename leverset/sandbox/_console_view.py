"""Requests as the console shows them: JSON of bounded size, redacted."""

import json
import re
from contextlib import suppress
from difflib import SequenceMatcher

from ._bounds import shown
from ._console_redact import Redactor
from ._fault_queue import QueuedFault
from ._registry import EXCHANGES
from ._request_log import Entry, Refusal
from ._signature_check import PARTS, expected_parts, find_signed, form_of
from ._signatures import signature
from ._state import State

_SHORT = 300  # characters of a text in the list
_LONG = 16_384  # characters of a text in the details
_MEMBERS = 12  # of a body that is shown as fields
_WORDS = re.compile(r"[A-Za-z0-9_.]+|\s+|.", re.DOTALL)
_MOST_WORDS = 200  # of a text in which the difference is looked for
_OMITTED = frozenset(("exchange", "account", "path", "nth", "times"))


def summarise(state: State, entry: Entry) -> dict[str, object]:
    """Return what the list of requests shows of one."""
    redactor = Redactor(state, entry)
    path, _, query = entry.request.target.partition("?")
    queued = state.faults.find(entry.fault_id)
    return {
        "sequence": entry.sequence,
        "arrived": entry.arrived,
        "at": entry.at,
        "who": _who(state, entry),
        "method": entry.request.method,
        "path": _cut(redactor.text(path), _SHORT),
        "query": _cut(redactor.text(f"?{query}").removeprefix("?"), _SHORT),
        "said": _said(redactor, entry),
        "lane": entry.lane.id if entry.lane else None,
        "admitted": entry.admitted,
        "outcome": outcome(entry),
        "pending": entry.pending,
        "status": entry.response_status,
        "code": entry.response_code,
        "refusal": _refusal(entry.refusal),
        "fault": None if queued is None else {"id": queued.id, "text": fault_text(queued)},
    }


def outcome(entry: Entry) -> str:
    """Return what became of a request: "applied", "refused", "answered", "waiting", or "cut" without a response."""
    if entry.applied:
        return "applied"
    if entry.refusal is not None:
        return "refused"
    if entry.response_status is not None:
        return "answered"
    return "cut" if entry.done else "waiting"


def fault_text(queued: QueuedFault) -> str:
    """Return what a fault does, in its own fields."""
    fields = {name: value for name, value in queued.description.items() if name not in _OMITTED}
    return _cut(", ".join(f"{name} {shown(value)}" for name, value in fields.items()) or "nothing", _SHORT)


def describe(state: State, entry: Entry) -> dict[str, object]:
    """Return everything about a request, its texts cut to a length."""
    redactor = Redactor(state, entry)
    body = entry.response_body
    return {
        **summarise(state, entry),
        "headers": [[name, _cut(redactor.text(value), _SHORT)] for name, value in redactor.headers],
        "body": _cut(redactor.text(_decode(entry.request.body)), _LONG),
        "response_headers": [[name, _cut(value, _SHORT)] for name, value in entry.response_headers],
        "response_body": None if body is None else _cut(_decode(body), _LONG),
        "response_bytes": entry.response_bytes,
        "signature": _signature(state, entry, redactor),
    }


def _decode(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _who(state: State, entry: Entry) -> str:
    """Return the exchange, and whose key a request names, whether or not it was proven."""
    exchange = EXCHANGES.get(entry.exchange or "")
    if exchange is None:
        return "no exchange"
    if entry.account is not None:
        return f"{exchange.title} {entry.account}"
    if not entry.request.header(exchange.key_header):
        return f"{exchange.title}, no key"
    account = state.account_of_key(entry.request, exchange)
    return f"{exchange.title}, {'unknown key' if account is None else f'key of {account.name}'}"


def _said(redactor: Redactor, entry: Entry) -> list[list[str]] | None:
    """Return names and values of a body that is a JSON object with texts and numbers, None for any other."""
    with suppress(ValueError, RecursionError):
        document = json.loads(redactor.text(_decode(entry.request.body)))
        if isinstance(document, dict) and len(document) <= _MEMBERS:
            return [[_cut(name, 40), _cut(_value(value), 60)] for name, value in document.items()]
    return None


def _value(value: object) -> str:
    return value if isinstance(value, str) else shown(value)


def _refusal(refusal: Refusal | None) -> dict[str, object] | None:
    if refusal is None:
        return None
    named = {"step": refusal.step, "code": refusal.code, "msg": _cut(refusal.msg, _SHORT)}
    return {**named, "why": _cut(refusal.why, _SHORT), "holders": list(refusal.holders)}


def _signature(state: State, entry: Entry, redactor: Redactor) -> dict[str, object] | None:
    """Return what had to be signed, and what was where that can be found out; None where the signature is not wrong."""
    if entry.refusal is None or entry.refusal.signed is None:
        return None
    secret, timestamp, sent = entry.refusal.signed
    request = entry.request
    found = find_signed(secret, _other_secrets(state, secret), timestamp, request, sent)
    expected = expected_parts(timestamp, request)
    signed = expected if found is None else found.parts
    parts = [
        {"name": name, **_difference(*(_cut(redactor.text(text), _LONG) for text in (expected[name], signed[name])))}
        for name in PARTS
    ]
    return {
        "parts": parts,
        "found": found is not None,
        "mistakes": [] if found is None else list(found.mistakes),
        "form": form_of(sent),
        "expected": signature(secret, timestamp, request).decode(),
        "sent": f"(redacted, {len(sent)} characters)",
    }


def _other_secrets(state: State, secret: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for account in state.accounts:
        for key in account.keys:
            if key.secret == secret:
                found["The passphrase was used as the secret."] = key.passphrase
                found["The API key was used as the secret."] = key.api_key
                found["The secret was used in lower case."] = secret.lower()
            else:
                found[f"It was made with the secret of another key: {account.exchange} {account.name}."] = key.secret
    return found


def _difference(expected: str, signed: str) -> dict[str, list[list[str]]]:
    """Return both texts in pieces, ["same", …] and ["other", …] in turn, by words and signs."""
    found: dict[str, list[list[str]]] = {"expected": [], "signed": []}
    words, others = _WORDS.findall(expected), _WORDS.findall(signed)
    if max(len(words), len(others)) > _MOST_WORDS:
        words, others = [expected], [signed]  # the search takes too long: the whole text differs, or is the same
    for kind, begin, end, start, stop in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        for side, text in (("expected", "".join(words[begin:end])), ("signed", "".join(others[start:stop]))):
            if text:
                found[side].append(["same" if kind == "equal" else "other", text])
    return found
