"""Checks a server against a spec with schemathesis: the sandbox, or an exchange's demo environment.

Every operation of the spec is exercised with signed requests, right ones and wrong ones. `python -m tests.contract`
(`make contract`) is the way to call it.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
import schemathesis
import schemathesis.cli
from attrs import frozen
from requests.adapters import HTTPAdapter

from leverset import Credentials
from leverset.limits import Limiter
from tests.contract import signer
from tests.contract.conformance import RoundTrip, response_problems
from tests.contract.parties import STATE, parties
from tests.contract.sentences import by_error
from tests.contract.specs import SPECS, Endpoint, Json, endpoints, load, read_query
from tests.contract.values import nearly_right

CONFIG = Path(__file__).with_name("schemathesis.toml")
TIMEOUT = 10.0
# A refusal of one of these says that no request was read at all: nothing after it would mean anything.
UNREAD = {"authentication", "permission", "environment", "clock", "rate-limit"}

# Codes of rules across the parameters of a read, which are in no schema of single parameters, with the reason.
ACROSS_PARAMETERS = {
    ("okx", "get_leverage"): {
        "50015": "one of instId and ccy is required",
        "50016": "ccy goes with cross only",
        "50025": "at most 20 names",
        "59004": "instruments of one type only",
    },
    ("okx", "get_instruments"): {"50014": "OPTION needs instFamily, EVENTS needs seriesId"},
}


@frozen
class Rate:
    """A limit as the spec states it, for the limiter."""

    requests: int
    seconds: float
    scope: Any


@dataclass
class Server:
    """The server to check. `limited` keeps to the documented rate; `extra` headers go into every request."""

    exchange: str
    url: str
    credentials: Credentials
    limited: bool
    extra: dict[str, str] = field(default_factory=dict)
    limiter: Limiter = field(default_factory=Limiter)
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    """The codes that each operation has responded with, so far."""
    moment: Callable[[], int] = lambda: time.time_ns() // 1_000_000

    def count(self, endpoint: Endpoint, code: str) -> None:
        self.codes.setdefault(endpoint.name, Counter())[code] += 1

    def unproven(self) -> list[str]:
        """The operations that never succeeded: of those it is not known that anything but a refusal comes back."""
        success = load(self.exchange)["x-envelope"]["success-code"]
        return [
            f"{self.exchange} {one.method} {one.path}: nothing but refusals came back, {dict(codes)}"
            for one in endpoints(self.exchange)
            if not (codes := self.codes.get(one.name, Counter()))[success]
        ]


class SigningAdapter(HTTPAdapter):
    """Where requests hands over the bytes: takes a slot, then the time, then signs exactly what is sent."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request; never to another server, whatever a redirect says."""
        server = self._server
        if not str(request.url).startswith(f"{server.url}/"):
            raise requests.exceptions.InvalidURL(f"{request.url} is not on {server.url}", request=request)
        if not server.limited:
            return super().send(self._signed(request), *args, **kwargs)
        grant = server.limiter.acquire(self._key(request), self._rate(request), lease=TIMEOUT, max_wait=None)
        responded = False
        try:
            response = super().send(self._signed(request), *args, **kwargs)
            responded = True
        finally:
            server.limiter.release(grant, "responded" if responded else "no_response")
        return response

    def _key(self, request: requests.PreparedRequest) -> str:
        return urlsplit(str(request.url)).path

    def _rate(self, request: requests.PreparedRequest) -> Rate:
        """The limit of the operation; requests to an unknown path count against the first operation."""
        paths = load(self._server.exchange)["paths"]
        item = paths.get(self._key(request), next(iter(paths.values())))
        [limit, *_] = [one["x-rate-limit"] for one in item.values() if "x-rate-limit" in one]
        return Rate(limit["requests"], limit["seconds"], limit["scope"])

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        server = self._server
        path = urlsplit(str(request.url)).path
        unsigned = {one.path for one in endpoints(server.exchange) if not one.signed}
        if path in unsigned:
            request.headers.update(server.extra)
            return request
        secrets = server.credentials
        headers = signer.headers(
            server.exchange,
            secrets.api_key,
            secrets.secret,
            secrets.passphrase,
            method=str(request.method),
            target=request.path_url,
            body=body_of(request),
            milliseconds=server.moment(),
        )
        request.headers.update({**load(server.exchange).get("x-headers", {}), **server.extra, **headers})
        return request


def body_of(request: requests.PreparedRequest) -> bytes:
    """The exact bytes of a request's body."""
    body = request.body or b""
    if not isinstance(body, str | bytes):
        raise TypeError(f"a body that is {type(body).__name__} cannot be signed")
    return body.encode("utf-8") if isinstance(body, str) else body


def judge(server: Server, request: requests.PreparedRequest, status: int, response: bytes) -> list[str]:
    """What is wrong with one response; counts its code."""
    round_trip = RoundTrip(
        exchange=server.exchange,
        method=str(request.method),
        target=request.path_url,
        headers=(),
        body=body_of(request),
        status=status,
        response=response,
    )
    endpoint = round_trip.endpoint
    if endpoint is None:
        return []  # another method or path than the spec's
    problems = list(response_problems(round_trip))
    code = _code(server.exchange, response)
    server.count(endpoint, code)
    category = str(endpoint.errors.get(code, {}).get("category"))
    body, errors = _read(endpoint, request)
    success = load(server.exchange)["x-envelope"]["success-code"]
    known = not endpoint.reads and parties(server.exchange).sandbox_is_known_to_accept(body)
    if code == success and errors and not known:
        problems.append(f"{' and '.join(errors)}: accepted {round_trip.target} {round_trip.body!r}")
    if category in UNREAD:
        problems.append(f"{code}, {category}: the request was refused before it was read")
    elif code != success and not errors and category not in STATE and not _has_reason(endpoint, code, body):
        problems.append(f"no sentence forbids {body}: refused with {code}, {category}")
    return problems


def _code(exchange: str, response: bytes) -> str:
    try:
        return str(json.loads(response)[load(exchange)["x-envelope"]["code-field"]])
    except (ValueError, TypeError, KeyError):
        return "no code"


def _read(endpoint: Endpoint, request: requests.PreparedRequest) -> tuple[Json, list[str]]:
    """The body, or the query of a read, and what the spec has against it."""
    if endpoint.reads:
        try:
            query = read_query(request.path_url)
        except ValueError as problem:
            return {}, [f"{endpoint.exchange} {endpoint.name} ({problem})"]
        return query, [
            f"{endpoint.exchange} {endpoint.name} ({one.message})" for one in endpoint.request.iter_errors(query)
        ]
    if str(request.headers.get("Content-Type", "")).partition(";")[0].strip().lower() != "application/json":
        return {}, [f"{endpoint.exchange}/method-and-path (content type)"]
    try:
        body: Json = json.loads(body_of(request))
    except ValueError:
        return {}, [f"{endpoint.exchange}/method-and-path (JSON)"]
    return body, [by_error(endpoint.exchange, error) for error in endpoint.request.iter_errors(body)]


def _has_reason(endpoint: Endpoint, code: str, body: Json) -> bool:
    """Whether what the spec lets through may be refused: an account of some set-up may not ask for it."""
    if endpoint.reads:
        return code in ACROSS_PARAMETERS.get((endpoint.exchange, endpoint.name), ())
    found = parties(endpoint.exchange)
    return any(found.violations(body, account) for account in found.accounts)


def check_server(server: Server, *, examples: int, seed: int, phases: str = "examples,coverage,fuzzing") -> list[str]:
    """Run schemathesis over every operation, print its report, and say what is wrong in the end; nothing is right.

    `examples` is how many requests the fuzzing makes of an operation at most, `seed` where they begin.
    """
    adapter = SigningAdapter(server)

    @schemathesis.check
    def the_exchange_decides(ctx: Any, response: Any, case: Any) -> None:
        problems = judge(server, response.request, response.status_code, response.content)
        assert not problems, "\n".join(problems)

    command = ["--config-file", str(CONFIG), "run", str(SPECS / f"{server.exchange}.yaml"), "--url", server.url]
    command += ["--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--workers", "1"]
    command += ["--request-timeout", str(TIMEOUT), "--exclude-checks", _excluded()]
    # A hook cannot give schemathesis another session, and its own hooks see no bytes.
    with patch.object(requests.Session, "get_adapter", lambda *_args, **_named: adapter):
        try:
            status = schemathesis.cli.schemathesis.main(args=command, standalone_mode=False)
        except SystemExit as end:
            status = end.code
    problems = server.unproven()
    if status:
        problems.append(f"schemathesis ended with status {status}: see above")
    return problems


def near_misses(server: Server, seed: int) -> Iterator[str]:
    """Send right bodies with one field changed, which generated ones seldom are, and say what is wrong."""
    [endpoint] = [one for one in endpoints(server.exchange) if one.name == parties(server.exchange).endpoint.name]
    bodies = list({json.dumps(body): body for body in nearly_right(server.exchange)})
    random.Random(seed).shuffle(bodies)  # noqa: S311 - an order, not a secret
    with requests.Session() as session:
        session.mount(server.url, SigningAdapter(server))
        session.headers.clear()
        for body in bodies:
            response = session.post(
                server.url + endpoint.path,
                data=body.encode(),
                headers={"Content-Type": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            yield from judge(server, response.request, response.status_code, response.content)


def _excluded() -> str:
    """Checks by HTTP status: what an exchange accepts stands in the body, and `the_exchange_decides` reads it there."""
    return "negative_data_rejection,positive_data_acceptance,missing_required_header,ignored_auth,unsupported_method"
