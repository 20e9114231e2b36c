"""Checks one request of leverset, byte for byte, and the response to it against the spec."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.contract import signer
from tests.contract.sentences import by_error
from tests.contract.specs import Endpoint, Json, endpoints, header_names, load, read_query

# What HTTP itself and httpx add; anything else in a request has to be in the spec.
PLAIN = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length"}


@dataclass(frozen=True)
class RoundTrip:
    """One request as it arrived and the response to it. `target` is the path with its query; names in any case."""

    exchange: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None = None
    response: bytes | None = None
    keys: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """Which secrets and passphrases go with an API key."""

    @property
    def endpoint(self) -> Endpoint | None:
        path = self.target.partition("?")[0]
        found = [one for one in endpoints(self.exchange) if (one.method, one.path) == (self.method, path)]
        return found[0] if found else None


def request_problems(sent: RoundTrip) -> Iterator[str]:
    """What the spec has against a request that leverset sent."""
    endpoint = sent.endpoint
    if endpoint is None:
        yield f"{sent.exchange}/method-and-path: {sent.method} {sent.target} is not in the spec"
        return
    values = {name.lower(): value for name, value in sent.headers}
    for name, count in Counter(name.lower() for name, _ in sent.headers).items():
        if count > 1:
            yield f"header {name} was sent {count} times"
    yield from _unknown_headers(sent, values)
    if endpoint.signed:
        yield from _signature_problems(sent, values)
    else:
        names = {name.lower() for name in header_names(sent.exchange).values()}
        yield from (
            f"header {name} goes with a request that needs no signature" for name in sorted(names & set(values))
        )
    if endpoint.reads:
        yield from _query_problems(sent, endpoint, values)
    else:
        yield from _body_problems(sent, endpoint, values)


def _unknown_headers(sent: RoundTrip, values: Mapping[str, str]) -> Iterator[str]:
    spec = load(sent.exchange)
    demo = spec["x-demo-header"]
    known = PLAIN | {demo["name"].lower()}
    known |= {name.lower() for name in (*header_names(sent.exchange).values(), *spec.get("x-headers", {}))}
    for name in sorted(values.keys() - known):
        yield f"header {name} is in no spec"
    if values.get(demo["name"].lower(), demo["value"]) != demo["value"]:
        yield f"header {demo['name']} is {values[demo['name'].lower()]!r}, the spec says {demo['value']!r}"
    for name, value in spec.get("x-headers", {}).items():
        if values.get(name.lower()) != value:
            yield f"{sent.exchange}/example-headers: {name} is {values.get(name.lower())!r}, the spec says {value!r}"
    if values.get("accept-encoding") != "identity":
        yield f"header accept-encoding is {values.get('accept-encoding')!r}: leverset asks for no compression"


def _signature_problems(sent: RoundTrip, values: Mapping[str, str]) -> Iterator[str]:
    names = header_names(sent.exchange)
    got = {part: values.get(name.lower(), "") for part, name in names.items()}
    for part, value in got.items():
        if not value:
            yield f"{sent.exchange}/method-and-path: the signing header {names[part]} is missing"
    form = load(sent.exchange)["x-signing"]["timestamp-format"]
    if not signer.FORMS[form].fullmatch(got["timestamp"]):
        yield f"the timestamp {got['timestamp']!r} is not in the form {form}"
        return
    pairs = sent.keys.get(got["key"], frozenset())
    if not pairs:
        yield "the API key belongs to no client of this test"
    right = {
        (signer.signature(secret, got["timestamp"], sent.method, sent.target, sent.body), passphrase)
        for secret, passphrase in pairs
    }
    if pairs and (got["signature"], got["passphrase"]) not in right:
        yield "the signature is not over the exact bytes that were sent, or not with the secret of this key"


def _body_problems(sent: RoundTrip, endpoint: Endpoint, values: Mapping[str, str]) -> Iterator[str]:
    if values.get("content-type") != "application/json":
        yield f"{sent.exchange}/method-and-path: content-type is {values.get('content-type')!r}"
    try:
        body: Json = json.loads(sent.body, object_pairs_hook=_once)
    except ValueError as problem:
        yield f"{sent.exchange}/method-and-path: the body is not JSON: {problem}"
        return
    for error in endpoint.request.iter_errors(body):
        yield f"{by_error(sent.exchange, error)}: the body is {body}"


def _query_problems(sent: RoundTrip, endpoint: Endpoint, values: Mapping[str, str]) -> Iterator[str]:
    where = f"{sent.exchange} {endpoint.name}"
    if sent.body or "content-type" in values:
        yield f"{where}: a GET has neither a body nor a content-type"
    try:
        query = read_query(sent.target)
    except ValueError as problem:
        yield f"{where}: the query {sent.target!r}: {problem}"
        return
    for error in endpoint.request.iter_errors(query):
        yield f"{where}: {error.message}: the query is {query}"


def response_problems(sent: RoundTrip) -> Iterator[str]:
    """What the spec has against a response of the sandbox's own making."""
    endpoint = sent.endpoint
    if endpoint is None or sent.status is None or sent.response is None or sent.status == 413:
        return  # no operation of the spec, no response, or a body that no exchange was asked to read
    around = f"{sent.exchange}/response-envelope: HTTP {sent.status}"
    judge = endpoint.response(sent.status)
    try:
        response: object = json.loads(sent.response, object_pairs_hook=_once)
    except ValueError as problem:
        yield f"{around}: the response is not JSON: {problem}"
        return
    if judge is None:
        yield f"{around}: the spec has no response with this status"
        return
    for error in judge.iter_errors(response):
        yield f"{around}: {error.message}"
    if not isinstance(response, dict):
        return
    envelope = load(sent.exchange)["x-envelope"]
    code = str(response.get(envelope["code-field"]))
    if code == envelope["success-code"]:
        if sent.status != 200:
            yield f"{around} for a success"
        # Nothing may be found by a read; what is found is an object, or a list of them.
        if not response.get("data") and not (endpoint.reads and response.get("data") == []):
            yield f"{around}: a success without data"
    elif code not in endpoint.errors:
        yield f"{around}: the code {code!r} is not in the spec's table of errors"
    elif sent.status != endpoint.errors[code].get("http-status", sent.status):
        yield f"{around}: the spec gives {code} HTTP {endpoint.errors[code]['http-status']}"


def _once(pairs: list[tuple[str, object]]) -> Json:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
