"""Every operation that reads: what is sent, what comes back, and that the sandbox counts it as the spec says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Credentials, Okx
from leverset.sandbox import Sandbox
from leverset.sandbox._exchange import PublicRead
from leverset.sandbox._registry import EXCHANGES as SANDBOX_EXCHANGES
from tests.contract.conformance import RoundTrip, request_problems, response_problems
from tests.contract.recorder import Recorder
from tests.contract.specs import endpoints, exchanges, header_names, load

CLIENTS: dict[str, tuple[Any, Any]] = {"okx": (Okx, AsyncOkx), "bitget": (Bitget, AsyncBitget)}
READS = [(exchange, one.name) for exchange in exchanges() for one in endpoints(exchange) if one.reads]
FORMS = ("sync", "async", "bare")
# Fields that the exchange sends and the spec leaves out, as nobody needs them: responses are lenient.
MORE = {
    ("bitget", "get_contracts"): {"maxSymbolOrderNum", "maxProductOrderNum", "maxPositionNum"},
    ("okx", "get_instruments"): {"upcChg"},
}


def operation(exchange: str, name: str) -> Any:
    """The generated facts of an operation."""
    facts = import_module(f"leverset_{exchange}.operations").EXCHANGE.operations.values()
    [found] = [one for one in facts if one.name == name]
    return found


def arguments(facts: Any) -> dict[str, Any]:
    """An example of every required parameter, and of one that reads a single thing where the spec has one."""
    fields = [field for field in facts.fields if field.required or field.examples]
    names = {field.name for field in fields}
    chosen = [field for field in fields if not (field.name == "ccy" and "instId" in names)]
    return {field.argument: (field.examples or field.values)[0] for field in chosen}


def send(exchange: str, name: str, form: str, sandbox: Sandbox) -> Any:
    """Call the operation as `form` says, with examples of the spec as its arguments."""
    facts = operation(exchange, name)
    module, given = import_module(facts.module), arguments(facts)
    sync, asynchronous = CLIENTS[exchange]
    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)

    async def in_async() -> Any:
        async with asynchronous(credentials, base_url=sandbox.url) as client:
            return await client.call(module, **given)

    if form == "async":
        return asyncio.run(in_async())
    with sync(credentials, base_url=sandbox.url) as client:
        return client.call(module, **given) if form == "sync" else module.sync(client=client.client, **given)


def round_trip(exchange: str, name: str, form: str, monkeypatch: pytest.MonkeyPatch) -> RoundTrip:
    recorder = Recorder()
    recorder.listen(monkeypatch)
    with Sandbox() as sandbox:
        assert send(exchange, name, form, sandbox).code == load(exchange)["x-envelope"]["success-code"]
    [(_, one)] = recorder.arrived()
    return one


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("exchange", "name"), READS)
def test_a_read_keeps_to_the_spec(exchange: str, name: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = round_trip(exchange, name, form, monkeypatch)
    assert list(request_problems(one)) == []
    assert list(response_problems(one)) == []
    sent = {header.lower() for header, _ in one.headers}
    signing = {header.lower() for header in header_names(exchange).values()}
    [endpoint] = [found for found in endpoints(exchange) if found.name == name]
    assert sent & signing == (signing if endpoint.signed else set())


def rows(schema: Any, spec: Any) -> Iterator[set[str]]:
    """The names of the fields of every object in a schema of `data`."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in (schema.get("items"), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if part:
            yield from rows(part, spec)
    if "properties" in schema:
        yield set(schema["properties"])


@pytest.mark.parametrize(("exchange", "name"), READS)
def test_sandbox_and_spec_have_the_same_fields(exchange: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both were written from the documents, apart from each other."""
    spec = load(exchange)
    one = round_trip(exchange, name, "sync", monkeypatch)
    data = json.loads(one.response or b"")["data"]
    row = data[0] if isinstance(data, list) else data
    [item] = [item for path, item in spec["paths"].items() if path == one.target.partition("?")[0]]
    envelope = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = spec["components"]["schemas"][envelope["$ref"].rpartition("/")[2]]
    documented = set().union(*rows(schema["properties"]["data"], spec))
    assert documented - set(row) == set()
    assert set(row) - documented == MORE.get((exchange, name), set())


@pytest.mark.parametrize("exchange", exchanges())
def test_limits_of_spec_and_sandbox_are_the_same(exchange: str) -> None:
    sandbox = SANDBOX_EXCHANGES[exchange]
    counted = {
        path: (read.limit, read.seconds, "ip" if isinstance(read, PublicRead) else "user")
        for path, read in sandbox.reads.items()
    }
    counted[sandbox.set_leverage_path] = (sandbox.limit, sandbox.seconds, "user")
    stated = {
        path: (limit["requests"], limit["seconds"], limit["scope"])
        for path, item in load(exchange)["paths"].items()
        for limit in (one["x-rate-limit"] for one in item.values())
    }
    assert counted == stated
    public = {path for path, read in sandbox.reads.items() if isinstance(read, PublicRead)}
    assert public == {one.path for one in endpoints(exchange) if not one.signed}


# --- one thing wrong at a time


@pytest.fixture(params=READS, ids=lambda read: "/".join(read))
def good(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RoundTrip:
    exchange, name = request.param
    return round_trip(exchange, name, "sync", monkeypatch)


def reported(one: RoundTrip, words: str) -> None:
    found = list(request_problems(one))
    assert any(words in problem for problem in found), found


def test_a_wrong_query_is_reported(good: RoundTrip) -> None:
    path, _, query = good.target.partition("?")
    reported(replace(good, target=f"{path}?{query}&color=blue".replace("?&", "?")), "'color' was unexpected")
    reported(replace(good, target=f"{path}?{query}&a=1&a=2"), "stands twice")
    reported(replace(good, target=f"{path}?a=%FF"), "the query")
    for name in [pair.partition("=")[0] for pair in query.split("&") if query]:
        facts = operation(good.exchange, good.endpoint.name if good.endpoint else "")
        rest = "&".join(pair for pair in query.split("&") if not pair.startswith(f"{name}="))
        if next(field for field in facts.fields if field.name == name).required:
            reported(replace(good, target=f"{path}?{rest}"), f'"{name}" is a required property')


def test_a_body_is_reported(good: RoundTrip) -> None:
    reported(replace(good, body=b"{}"), "neither a body")
    reported(replace(good, headers=(*good.headers, ("Content-Type", "application/json"))), "nor a content-type")


def test_credentials_are_reported_where_they_are_not_needed(good: RoundTrip) -> None:
    name = header_names(good.exchange)["key"]
    assert good.endpoint is not None
    if good.endpoint.signed:
        without = tuple(header for header in good.headers if header[0].lower() != name.lower())
        reported(replace(good, headers=without), f"the signing header {name} is missing")
    else:
        reported(replace(good, headers=(*good.headers, (name, "x"))), "goes with a request that needs no signature")


def test_a_read_may_find_nothing_but_not_null(good: RoundTrip) -> None:
    code = load(good.exchange)["x-envelope"]["success-code"]
    null = json.dumps({"code": code, "msg": "", "data": None}).encode()
    assert any("a success without data" in problem for problem in response_problems(replace(good, response=null)))
    if good.endpoint is not None and good.endpoint.name == "get_instruments":
        nothing = json.dumps({"code": code, "msg": "", "data": []}).encode()
        assert list(response_problems(replace(good, response=nothing))) == []
