"""No secret in any log line, exception, repr or pickle, and no signed request behind any exception."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from typer.testing import CliRunner

from leverset import (
    AsyncOkx,
    ConfigurationError,
    Credentials,
    LeversetError,
    Okx,
    ResultMismatch,
    RuleViolation,
    UnknownInstrument,
)
from leverset._redact import forget_requests, is_clean, redact, redact_document, redact_value
from leverset.cli.app import app
from leverset.credentials import Credentials as Keys
from leverset.sandbox import Sandbox
from tests.caller import ASYNC, CARRIERS, CREDENTIALS, FORMS, SECRETS, SYNC, arguments, call, carried, settings
from tests.retry.test_interrupts import alarmed, wait
from tests.server import Arrived, Raw, http
from tests.stand_ins import NOWHERE, Watched, mock
from tests.system.faults import ROWS as FAULTS
from tests.system.faults import credentials
from tests.system.hostile import LEVER, ROWS, refusal, result, success
from tests.system.leaks import Everything, chain, dump, found, spellings

OKX_BODY = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "lever": "5"}
BITGET_BODY = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "5"}
NASTY = Credentials('key"with\\odd-signs', 'Gehe"im\\nis + ü/=€ 1', "pass 'w\"ort\\1% 2")
"""Credentials that JSON, repr and addresses write differently."""


def signature(arrived: Arrived) -> str:
    """What the request was signed with."""
    return str(arrived.header("OK-ACCESS-SIGN") or arrived.header("ACCESS-SIGN"))


def searched(text: str, keys: Keys, server: Raw | None = None) -> list[str]:
    """The secrets that a text holds."""
    signatures = [signature(arrived) for arrived in server.arrived] if server else []
    return [each for each in spellings(keys, *signatures) if each in text]


Echo = Callable[[str, str], bytes]
ECHOES: dict[str, Echo] = {
    "as HTML": lambda _, head: http(502, f"<pre>{head}</pre>".encode()),
    "as text with status 429": lambda _, head: http(429, head.encode()),
    "as a message": lambda exchange, head: http(
        400, refusal(exchange, "51000" if exchange == "okx" else "40020", head)
    ),
    "as a message with an unknown code": lambda exchange, head: http(400, refusal(exchange, "98765", head)),
    "as a code": lambda exchange, head: http(400, refusal(exchange, head)),
    "as a part of a code": lambda exchange, head: http(400, refusal(exchange, head.split(": ")[-1])),
    "in a success that is cut off": lambda exchange, head: http(200, success(exchange, msg=head)[:-1]),
    "in a success whose data is cut off": lambda exchange, head: http(200, success(exchange, [head])[:-1]),
    "in bytes that are no text": lambda _, head: http(200, b"\xff" + head.encode()),
    "as a status line": lambda _, head: head.encode() + b"\r\n\r\n",
    "as a header that is none": lambda _, head: f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode(),
    "as a header without colon": lambda _, head: f"HTTP/1.1 200 OK\r\n{head.split(': ')[-1]}\r\n\r\n".encode(),
    "as a content coding": lambda _, head: http(200, b"x", "Content-Encoding: " + head.split(": ")[-1]),
    "as a length": lambda _, head: f"HTTP/1.1 200 OK\r\nContent-Length: {head.split(': ')[-1]}\r\n\r\n".encode(),
}
"""What a hostile exchange may do with the four headers that it was sent."""
SINGLE = ("header", "code", "length", "coding")
"""Where only one of the four is echoed, another one by each attempt."""
IN_THE_HEAD = ("header", "length", "coding", "status line")
"""Echoed in the head of the response: httpcore writes that into its own DEBUG lines, and nothing of the request."""


@pytest.mark.parametrize(
    ("exchange", "form", "keys"),
    [
        pytest.param("okx", "sync", CREDENTIALS, id="okx-sync-plain"),
        pytest.param("okx", "async", NASTY, id="okx-async-nasty"),
        pytest.param("bitget", "sync", NASTY, id="bitget-sync-nasty"),
        pytest.param("bitget", "async", CREDENTIALS, id="bitget-async-plain"),
    ],
)
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("how", ECHOES)
def test_what_is_echoed_is_not_shown(how: str, exchange: str, form: str, keys: Keys, carrier: str) -> None:
    def respond(connection: socket.socket, number: int) -> None:
        head = server.arrived[number - 1].head.decode("latin-1")
        lines = [line for line in head.split("\r\n") if "access" in line.lower()]
        assert len(lines) == 4
        connection.sendall(
            ECHOES[how](exchange, lines[number - 1] if "header" in how or "code" in how else " ".join(lines))
        )

    with Everything() as logs, Raw(respond) as server:
        claim = call(exchange, form, server.url, keys, retries=3, deadline=10.0, **carried(carrier, form))
    assert claim.error is not None
    assert not searched(dump(claim.error), keys, server)
    assert found(claim.error, *spellings(keys), *map(signature, server.arrived)) == []
    if carrier == "own" or not any(word in how for word in IN_THE_HEAD):
        assert not searched(logs.text, keys, server)


EchoedSuccess = Callable[[str, str], bytes]
SUCCESSES: dict[str, EchoedSuccess] = {
    "in a field of its own": lambda exchange, text: success(exchange, result(exchange, note=text)),
    "deep in a field of its own": lambda exchange, text: success(exchange, result(exchange, note={"a": [[text], 5]})),
    "as the name of a field": lambda exchange, text: success(exchange, result(exchange, **{text: "x"})),
    "beside the data": lambda exchange, text: success(exchange, note=f"<{text}>"),
    "as the message": lambda exchange, text: success(exchange, msg=text),
    "in escapes": lambda exchange, text: success(exchange, note="?").replace(
        b"?", "".join(f"\\u{ord(each):04x}" for each in text).encode()
    ),
    "as the leverage": lambda exchange, text: success(exchange, result(exchange, **{LEVER[exchange]: text})),
    "as the margin mode": lambda exchange, text: success(
        exchange, result(exchange, **{"mgnMode" if exchange == "okx" else "marginMode": text})
    ),
    "as the instrument": lambda exchange, text: success(
        exchange, result(exchange, **{"instId" if exchange == "okx" else "symbol": text})
    ),
    "as the side": lambda exchange, text: success(exchange, result(exchange, posSide=text)),
}
"""What a hostile exchange may do with a secret in a success."""
MISMATCHES = ("as the leverage", "as the instrument")


@pytest.mark.parametrize(
    ("exchange", "form", "keys"),
    [("okx", "sync", NASTY), ("okx", "async", CREDENTIALS), ("bitget", "sync", CREDENTIALS)],
)
@pytest.mark.parametrize("part", ["api_key", "secret", "passphrase", "signature"])
@pytest.mark.parametrize("how", SUCCESSES)
def test_what_is_echoed_in_a_success_is_not_shown(how: str, part: str, exchange: str, form: str, keys: Keys) -> None:
    def respond(connection: socket.socket, number: int) -> None:
        text = signature(server.arrived[number - 1]) if part == "signature" else getattr(keys, part)
        connection.sendall(http(200, SUCCESSES[how](exchange, text)))

    with Everything() as logs, Raw(respond) as server:
        claim = call(exchange, form, server.url, keys)
    assert not searched(logs.text, keys, server)
    signed = map(signature, server.arrived)
    if how in MISMATCHES or (exchange, how) in (("okx", "as the side"), ("okx", "as the margin mode")):
        assert (claim.outcome, claim.kind) == ("differs", "ResultMismatch")
        assert claim.error is not None
        assert not searched(dump(claim.error), keys, server)
        assert found(claim.error, *spellings(keys), *signed) == []
    else:
        assert claim.outcome == "success"
        assert not searched(repr(claim.result.raw), keys, server)
        assert found(claim.result, *spellings(keys), *signed) == []


def test_what_was_requested_is_shown_although_it_is_a_secret_too() -> None:
    """Somebody has a passphrase that is the name of an instrument: the result must still be compared and shown."""
    keys = Credentials("long", "isolated", "BTC-USDT-SWAP")
    with Raw(http(200, success("okx", note="isolated or BTC-USDT-SWAP"))) as server:
        claim = call("okx", "sync", server.url, keys)
    assert claim.outcome == "success"
    assert claim.result.raw["instId"] == "BTC-USDT-SWAP"
    with Raw(http(200, success("okx", result("okx", posSide="short-and-long")))) as server:
        assert call("okx", "sync", server.url, keys).outcome == "differs"


def test_what_is_too_short_to_be_a_secret_is_looked_for_nowhere() -> None:
    keys = Credentials("a", "d", "5")
    with Raw(http(200, success("okx", result("okx", lever="5.0")))) as server:
        claim = call("okx", "sync", server.url, keys)
    assert claim.result.raw["lever"] == "5.0"


def test_a_number_that_is_a_secret_is_redacted() -> None:
    keys = Credentials("test-key-0001", "20261125", "test pass!1")
    with Raw(http(200, success("okx", result("okx", note=[20261125, True, None])))) as server:
        assert call("okx", "sync", server.url, keys).result.raw["note"] == ["[hidden]", True, None]


def test_what_is_given_and_what_is_reported_is_a_secret_from_four_characters_on() -> None:
    keys = Credentials("abc", "bcd", "cdef")
    assert redact_value("abc bcd cdef", keys) == "abc bcd [hidden]"
    assert redact_document({"a": "abc bcd", "b": "cdef"}, keys, ["xyz"], b"{}") == {"a": "abc bcd", "b": "[hidden]"}


def test_a_request_without_a_body_has_nothing_to_keep() -> None:
    document = {"data": CREDENTIALS.secret}
    for request in (b"", b"[]"):
        assert redact_document(document, CREDENTIALS, [], request) == {"data": "[hidden]"}


@pytest.mark.parametrize("how", SUCCESSES)
def test_the_command_shows_and_records_no_secret(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for part in ("api_key", "secret", "passphrase"):
        monkeypatch.setenv(f"OKX_{part.upper()}", getattr(CREDENTIALS, part))
    row = "{instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}"
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {row}\n")
    option = ["--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
    journal = ["--journal", str(tmp_path / "run.jsonl")]
    with Raw(http(200, SUCCESSES[how]("okx", " ".join(SECRETS)))) as server:
        reading = ["get", "okx", "--inst-id", "BTC-USDT-SWAP", "--mgn-mode", "isolated"]
        setting = (["set", "okx", *option], ["apply", str(tmp_path / "plan.yaml"), *journal])
        for words in (*setting, reading, ["doctor", "okx"]):
            for form in ([], ["--json"]):
                shown = CliRunner().invoke(app, [*words, "--sandbox", server.url, *form])
                assert shown.exit_code in (0, 1)
                assert not searched(shown.output + caplog.text, CREDENTIALS, server)
    assert "BTC-USDT-SWAP" in (tmp_path / "run.jsonl").read_text()
    assert not searched((tmp_path / "run.jsonl").read_text(), CREDENTIALS, server)


def turns(rows: tuple[Any, ...]) -> list[Any]:
    """Each row over each carrier, in sync and in async by turns."""
    return [
        pytest.param(row, carrier, FORMS[(number + CARRIERS.index(carrier)) % 2], id=f"{row.name}-{carrier}")
        for number, row in enumerate(rows)
        for carrier in CARRIERS
    ]


@pytest.mark.parametrize(("row", "carrier", "form"), turns(tuple(row for row in ROWS if row.only != "bitget")))
def test_hostile_responses_bring_no_secret_to_light(row: Any, carrier: str, form: str) -> None:
    with Everything() as logs, Raw(row.response("okx")) as server:
        claim = call("okx", form, server.url, NASTY, retries=1, **row.changed, **carried(carrier, form))
    assert "leverset.retry" in logs.text, "leverset was not listened to"
    assert ("send_request_headers" in logs.text) == (carrier == "httpx"), "httpcore is listened to"
    text = logs.text + (dump(claim.error) if claim.error else repr(claim.result))
    assert not searched(text, NASTY, server)
    assert found(claim, *spellings(NASTY), *map(signature, server.arrived)) == []


@pytest.mark.parametrize(("row", "carrier", "form"), turns(FAULTS))
def test_faults_bring_no_secret_to_light(sandbox: Sandbox, row: Any, carrier: str, form: str) -> None:
    keys = credentials(sandbox, "okx")
    sandbox.fault(times=2, **row.fault("okx"))
    with Everything() as logs:
        claim = call("okx", form, sandbox.url, keys, retries=1, **row.times, **carried(carrier, form))
    assert not searched(logs.text + (dump(claim.error) if claim.error else repr(claim.result)), keys)


def _raises(problem: BaseException) -> dict[str, Any]:
    return {"transport": mock(problem)}


SIGNED = httpx.Request("POST", NOWHERE, headers={"OK-ACCESS-PASSPHRASE": NASTY.passphrase})
ENDS: dict[str, dict[str, Any]] = {
    "nobody listens": {},
    "no such host": {"base_url": "https://nowhere.invalid"},
    "no slot": {"limiter": Watched(fails="acquire")},
    "a pause that fails": {"limiter": Watched(fails="pause"), **_raises(httpx.ReadTimeout("", request=SIGNED))},
    "a release that fails": {"limiter": Watched(fails="release"), **_raises(httpx.ReadError("", request=SIGNED))},
    "an error that holds the request": _raises(httpx.ReadError("gone", request=SIGNED)),
    "an error that quotes a secret": _raises(httpx.ReadError(f"gone with {NASTY.secret}", request=SIGNED)),
    "an error of the system that quotes a secret": _raises(OSError(5, f"with {NASTY.passphrase}")),
    "a broken rule": {"request": arguments("okx") | {"pos_side": "up"}},
    "a wrong address": {"base_url": "http://example.com"},
    "a wrong proxy": {"proxy": "what://user:pass-of-the-proxy@127.0.0.1"},
    "a proxy that is away": {"proxy": "http://user:pass-of-the-proxy@127.0.0.1:9"},
    "a wrong region": {"base_url": None, "region": "moon"},
    "a wrong setting": {"timeout": "soon"},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ENDS)
def test_every_other_end_brings_no_secret_to_light(end: str, form: str) -> None:
    given = {"url": NOWHERE, "retries": 1, **ENDS[end]}
    given["url"] = given.pop("base_url", given["url"])
    with Everything() as logs:
        claim = call("okx", form, credentials=NASTY, **given)
    assert claim.error is not None
    text = logs.text + dump(claim.error)
    assert not searched(text, NASTY)
    # An address that is no proxy's is refused in the frame that was given it, where it is an argument.
    assert "pass-of-the-proxy" not in logs.text + dump(claim.error, variables=end != "a wrong proxy")
    again = pickle.loads(pickle.dumps(claim.error))  # noqa: S301 - our own
    assert (str(again), again.outcome, again.attempts) == (str(claim.error), claim.outcome, claim.error.attempts)
    assert str(copy.deepcopy(claim.error)) == str(claim.error)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_cancellation_brings_no_secret_to_light(carrier: str) -> None:
    async def run() -> BaseException:
        async with AsyncOkx(NASTY, base_url=server.url, **settings(**carried(carrier, "async"))) as client:
            task = asyncio.create_task(client.set_leverage(**arguments("okx")))
            for _ in range(1000):
                await asyncio.sleep(0.005)
                if server.arrived:
                    break
            task.cancel()
            return (await asyncio.gather(task, return_exceptions=True))[0]  # type: ignore[return-value] # it is cancelled

    def silent(connection: socket.socket, _: int) -> None:
        connection.recv(1)  # until the client goes away

    with Everything() as logs, Raw(silent) as server:
        error = asyncio.run(run())
    assert isinstance(error, asyncio.CancelledError)
    assert not searched(logs.text + dump(error), NASTY, server)
    assert found(error, *spellings(NASTY), *map(signature, server.arrived)) == []


class Wrapping(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A caller's transport that ends as a function says; `sent` are the signatures, spelt backwards."""

    def __init__(self, end: Callable[[httpx.Response], object]) -> None:
        self._end = end
        self.sent: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request.headers["OK-ACCESS-SIGN"][::-1])
        response = httpx.Response(503, request=request, content=b"busy")
        response.history = [httpx.Response(307, request=request)]
        self._end(response)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def gone(response: httpx.Response) -> None:
    """Two errors of httpx, one because of the other, each with the request."""
    try:
        raise httpx.ConnectError("no route", request=response.request)
    except httpx.ConnectError as error:
        raise httpx.ReadError("gone", request=response.request) from error


def grouped(response: httpx.Response) -> None:
    """A group, as anyio raises it."""
    raise ExceptionGroup("two", [httpx.ReadError("gone", request=response.request), ValueError("a bug")])


def buggy(response: httpx.Response) -> None:
    """A bug that has the request in a local variable."""
    kept = response.request
    raise KeyError(kept.method)


def unsent(_: httpx.Response) -> None:
    """An error whose response came from nowhere: there is no request to be found."""
    error = LookupError("what a cache raises")
    error.response = httpx.Response(504)  # type: ignore[attr-defined] # what wrappers do
    raise error


def timed_out(response: httpx.Response) -> None:
    """An error that has the request as an attribute of its own response."""
    error = LookupError("what a wrapper raises")
    error.response = response  # type: ignore[attr-defined] # what wrappers do
    raise error


@pytest.mark.parametrize("end", [httpx.Response.raise_for_status, gone, grouped, buggy, timed_out, unsent])
@pytest.mark.parametrize("form", FORMS)
def test_no_error_of_a_transport_has_the_signed_request(form: str, end: Callable[[httpx.Response], object]) -> None:
    transport = Wrapping(end)
    try:
        error: BaseException = call("okx", form, NOWHERE, NASTY, transport=transport).error  # type: ignore[assignment]
    except Exception as problem:
        error = problem
    assert (len(transport.sent), len(chain(error)) > 0) == (1, True)
    assert found(error, *spellings(NASTY), transport.sent[0][::-1]) == []
    for one in chain(error):
        if isinstance(one, httpx.HTTPError):
            assert (one.request.method, dict(one.request.headers)) == (
                "POST",
                {"host": "127.0.0.1:9", "content-length": "0"},
            )


@pytest.mark.parametrize("step", ["pause", "release"])
@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_no_error_of_a_limiter_has_the_signed_request(form: str, carrier: str, step: str) -> None:
    limiter = Watched(fails=step, problem=LookupError(step))
    with Raw(http(429, b"slow down")) as server, pytest.raises(LookupError) as caught:
        call("okx", form, server.url, NASTY, limiter=limiter, **carried(carrier, form))
    assert found(caught.value, *spellings(NASTY), *map(signature, server.arrived)) == []


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_no_error_of_a_signal_handler_has_the_signed_request(form: str, carrier: str) -> None:
    heard = threading.Event()
    with Raw(lambda _connection, _number: wait(heard)) as server:
        kind = Okx if form == "sync" else AsyncOkx
        client = kind(NASTY, base_url=server.url, **settings(**carried(carrier, form)))
        errors = alarmed(form, client, lambda: bool(server.arrived))
        heard.set()
    assert len(errors) == (1 if form == "sync" else 2)
    for error in errors:
        assert found(error, *spellings(NASTY), *map(signature, server.arrived)) == []


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_client_keeps_no_signed_request(sandbox: Sandbox, form: str, carrier: str) -> None:
    keys, signed = credentials(sandbox, "okx"), []
    kind: Any = Okx if form == "sync" else AsyncOkx
    client = kind(keys, base_url=sandbox.url, **settings(**carried(carrier, form)))
    with asyncio.Runner() as runner:
        result = client.set_leverage(**arguments("okx"))
        result = result if form == "sync" else runner.run(result)
        headers: Any = [entry["headers"] for entry in sandbox.requests("okx")]
        signed = [dict(each)["ok-access-sign"] for each in headers]
        assert len(signed) == 1
        assert found([client, result], *signed) == []
        client.close() if form == "sync" else runner.run(client.aclose())


@pytest.mark.parametrize("kind", [Okx, AsyncOkx])
def test_no_object_shows_or_pickles_a_secret(kind: Any) -> None:
    client = kind(NASTY, proxy="http://user:pass-of-the-proxy@127.0.0.1:9", **settings())
    bare = client.client
    proxy = client._transport._sync._dialer._proxy
    owned = [client, client.config, bare, client._transport, client._locks, NASTY, proxy]
    for part in [*owned, bare.get_httpx_client(), bare.get_async_httpx_client(), vars(client), vars(client._transport)]:
        shown = f"{part!r} {part}"
        if part is not proxy:
            try:
                shown += repr(pickle.dumps(part))
            except Exception as refused:  # what refuses to be pickled gives nothing away
                shown += repr(refused)
        assert not searched(shown, NASTY), part
        assert "pass-of-the-proxy" not in shown, part


def test_the_callers_own_exception_keeps_its_local_variables() -> None:
    def deep() -> None:
        kept = "mine"
        raise LookupError(kept)

    def handles() -> None:
        try:
            deep()
        except LookupError:
            assert call("okx", "sync", NOWHERE, transport=mock(httpx.ReadError("gone"))).outcome == "unknown"
            raise

    with pytest.raises(LookupError) as caught:
        handles()
    assert [entry.frame.f_locals.get("kept") for entry in caught.traceback][-1] == "mine"


def test_redacting_ends_where_exceptions_go_in_circles() -> None:
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__cause__ = other, one
    assert is_clean(one, CREDENTIALS, None)
    other.add_note(CREDENTIALS.passphrase)
    assert not is_clean(one, CREDENTIALS, None)
    assert not is_clean(other, CREDENTIALS, None), "one comes last, and is clean"
    assert is_clean(one, CREDENTIALS, other), "what the caller had is not looked at"


def test_what_has_no_request_is_left_as_it_is() -> None:
    error, response = httpx.ReadError("gone"), httpx.Response(504, history=[httpx.Response(301)])
    error.response = response  # type: ignore[attr-defined] # what wrappers do
    forget_requests(error, None)
    owners: list[Any] = [error, response, *response.history]
    for each in owners:
        with pytest.raises(RuntimeError, match="has not been set"):
            _ = each.request


class Mute(Exception):
    """Says nothing of what it was raised with, where its repr does."""

    def __str__(self) -> str:
        return "a problem"


class Bare(Exception):
    """The other way round."""

    def __repr__(self) -> str:
        return "Bare()"


@pytest.mark.parametrize("kind", [Mute, Bare, OSError])
def test_a_secret_is_found_in_whatever_an_exception_shows(kind: type[Exception]) -> None:
    assert is_clean(kind("nothing"), CREDENTIALS, None)
    assert not is_clean(kind(CREDENTIALS.secret), CREDENTIALS, None)
    noted = kind("nothing")
    noted.add_note(f"with {CREDENTIALS.passphrase}")
    assert not is_clean(noted, CREDENTIALS, None)


@pytest.mark.parametrize("value", ["api_key", "secret", "passphrase", "signature"])
def test_a_secret_is_redacted_in_every_spelling(value: str) -> None:
    secret = getattr(NASTY, value, "sig+na/ture==")
    plain = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], repr(secret.encode())[2:-1], quote(secret, "")}
    assert {redact(f"<{form}>", NASTY, ["sig+na/ture=="]) for form in plain} == {"<[hidden]>"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("wxyz and wxy", "[hidden] and wxy"),
        ("0123456789…", "[hidden]…"),
        ("012345678… 01234…", "[hidden] [hidden]"),
        ("0123…", "[hidden]"),
        ("012…", "012…"),
        ("wxyz…", "[hidden]…"),
        ("0123 …", "0123 …"),
        ('pass \\"wo…', "[hidden]"),
    ],
)
def test_what_a_caller_gave_is_redacted_where_it_is_cut_as_well(text: str, left: str) -> None:
    assert redact_value(text, Credentials("wxyz", 'pass "word', "0123456789")) == left


MIXED_UP = Credentials("7d1f6ec2-1c5a-4f0e-9f6b-3a2b1c0d9e8f", "0123456789ABCDEF" * 4, "Correct-Horse-9")
"""Credentials as exchanges give them: the key could be the name of an instrument."""
MISPLACED: dict[str, dict[Any, Any]] = {
    "as fields": {"apiKey": MIXED_UP.api_key, "secretKey": MIXED_UP.secret, "passphrase": MIXED_UP.passphrase},
    "within a field": {"auth": {"k": MIXED_UP.api_key, "s": MIXED_UP.secret, "p": [MIXED_UP.passphrase]}},
    "as the name of a field": {MIXED_UP.secret: "5"},
    "within the name of a field": {(MIXED_UP.secret, 5): "5"},
    "beside a name that is no text": {5: MIXED_UP.secret},
    "as an instrument": {"instId": MIXED_UP.secret, "symbol": MIXED_UP.secret},
    "as a mode": {"mgnMode": MIXED_UP.passphrase, "holdSide": MIXED_UP.passphrase},
    "where another field is wrong": {"instId": MIXED_UP.api_key, "marginCoin": MIXED_UP.api_key, "x": "y"},
    "behind something long": {"note": "#" * 30 + MIXED_UP.secret},
    "as bytes": {"note": MIXED_UP.secret.encode()},
}
"""What a caller may give by mistake, such as the whole of a file of settings."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", ["okx", "bitget"])
@pytest.mark.parametrize("how", MISPLACED)
def test_what_a_caller_gives_in_a_wrong_place_is_not_shown(how: str, exchange: str, form: str) -> None:
    client: Any = (SYNC if form == "sync" else ASYNC)[exchange](MIXED_UP, base_url=NOWHERE)
    body = (OKX_BODY if exchange == "okx" else BITGET_BODY) | MISPLACED[how]
    with Everything() as logs, pytest.raises(RuleViolation) as caught:
        client.set_leverage_from(body) if form == "sync" else asyncio.run(client.set_leverage_from(body))
    violations = client.violations(body)
    assert violations == caught.value.violations
    shown = logs.text + dump(caught.value, variables=False) + json.dumps(caught.value.describe()) + str(violations)
    assert "[hidden]" in shown
    assert not searched(shown, MIXED_UP)
    assert MIXED_UP.secret[:6] not in shown


@pytest.mark.parametrize(
    ("exchange", "read"),
    [
        ("okx", lambda okx, key: okx.get_leverage(mgn_mode="up", inst_id=key)),
        ("okx", lambda okx, key: okx.get_limits(key)),
        ("bitget", lambda bitget, key: bitget.get_leverage(symbol=key, product_type="up", margin_coin=key)),
        ("bitget", lambda bitget, key: bitget.get_limits(key, "up")),
    ],
)
def test_what_a_caller_reads_by_mistake_is_not_shown(exchange: str, read: Callable[[Any, str], object]) -> None:
    client = SYNC[exchange](MIXED_UP, base_url=NOWHERE)
    for key in (MIXED_UP.api_key, MIXED_UP.secret):
        with pytest.raises((RuleViolation, ConfigurationError)) as caught:
            read(client, key)
        assert not searched(dump(caught.value, variables=False), MIXED_UP)


def test_a_demo_product_in_demo_trading_shows_no_secret() -> None:
    client = SYNC["bitget"](MIXED_UP, base_url=NOWHERE, demo=True)
    body = BITGET_BODY | {"productType": "SUSDT-FUTURES", "symbol": MIXED_UP.secret}
    assert len(client.violations(body)) > 1
    assert not searched(str(client.violations(body)), MIXED_UP)


def test_a_name_that_is_a_key_is_not_shown_where_the_exchange_knows_no_such_instrument() -> None:
    keys = Credentials("BTC-USDT-SWAP", "0123456789abcdef", "Correct-Horse-9")
    nothing = http(200, b'{"code":"0","msg":"","data":[]}')
    with Raw(nothing) as server, Okx(keys, base_url=server.url) as okx, pytest.raises(UnknownInstrument) as caught:
        okx.get_limits(keys.api_key)
    assert caught.value.summary == 'okx has no instrument "[hidden]"'
    assert not searched(dump(caught.value, variables=False), keys)


def test_a_name_that_is_a_key_is_not_shown_where_another_one_is_reported() -> None:
    keys = Credentials("BTC-USDT-SWAP", "0123456789abcdef", "Correct-Horse-9")
    with Raw(http(200, success("okx", result("okx", lever="6")))) as server:
        claim = call("okx", "sync", server.url, keys)
    assert isinstance(claim.error, ResultMismatch)
    assert claim.error.expected["instId"] == "[hidden]"
    assert claim.error.expected["lever"] == "5"


def test_what_comes_from_elsewhere_is_redacted_however_short_a_secret_is() -> None:
    assert redact("q-s", Credentials("q", "long", "longer"), [""]) == "[hidden]-s"


def test_the_longest_secret_is_redacted_first() -> None:
    assert redact("xabcdefx", Credentials("abc", "abcdef", "cd")) == "x[hidden]x"


def test_the_levels_are_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.root.level
    with Everything():
        assert logging.root.level == logging.DEBUG
    assert logging.root.level == before
    assert issubclass(LeversetError, Exception)
