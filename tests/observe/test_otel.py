"""Spans of calls, against the sandbox and with OpenTelemetry's own SDK: what became of a call, and no secret."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leverset_okx.api.account import get_leverage, set_leverage
from leverset_okx.models import SetLeverageRequest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from leverset import AsyncOkx, Credentials, Okx, otel
from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._retry import Call
from leverset.plan import apply, apply_async, load
from leverset.sandbox import Sandbox
from tests.caller import ASYNC, EXCHANGES, FORMS, SYNC, arguments, settings
from tests.processes import until
from tests.server import Raw, silent
from tests.system.faults import credentials as credentials_of


class Spans:
    """What was exported."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    @property
    def calls(self) -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if span.kind is SpanKind.INTERNAL]

    @property
    def requests(self) -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if span.kind is SpanKind.CLIENT]

    def all(self) -> str:
        return "\n".join(span.to_json() for span in self._exporter.get_finished_spans())


@pytest.fixture
def spans() -> Iterator[Spans]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    otel.instrument(provider)
    yield Spans(exporter)
    otel.uninstrument()


def run(sandbox: Sandbox, form: str, does: str, *given: Any, exchange: str = "okx", **options: Any) -> Any:
    """What a method of a client returns, or the error that it raises."""
    named, chosen = options.pop("named", {}), settings(**options)
    credentials = credentials_of(sandbox, exchange)
    try:
        if form == "sync":
            with SYNC[exchange](credentials, base_url=sandbox.url, **chosen) as client:
                return getattr(client, does)(*given, **named)

        async def awaited() -> Any:
            async with ASYNC[exchange](credentials, base_url=sandbox.url, **chosen) as client:
                return await getattr(client, does)(*given, **named)

        return asyncio.run(awaited())
    except Exception as error:
        return error


def facts(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_call_and_its_request(spans: Spans, sandbox: Sandbox, form: str, exchange: str) -> None:
    run(sandbox, form, "set_leverage", exchange=exchange, named=arguments(exchange))
    [one], [request] = spans.calls, spans.requests
    fields = {"okx": ("instId", "BTC-USDT-SWAP"), "bitget": ("symbol", "BTCUSDT")}[exchange]
    found = facts(one)
    assert one.name == f"{exchange} set_leverage"
    assert one.status.status_code is StatusCode.UNSET
    assert found.pop("leverset.wait_seconds") < 5
    assert {name: value for name, value in found.items() if ".request." not in name} == {
        "leverset.exchange": exchange,
        "leverset.environment": "sandbox",
        "leverset.operation": "set_leverage",
        "leverset.instrument": fields[1],
        "leverset.attempts": 1,
        "leverset.outcome": "applied",
    }
    assert found[f"leverset.request.{fields[0]}"] == fields[1]
    path = {"okx": "/api/v5/account/set-leverage", "bitget": "/api/v2/mix/account/set-leverage"}[exchange]
    sent = facts(request)
    assert sent.pop("leverset.wait_seconds") < 5
    assert sent == {
        "http.request.method": "POST",
        "url.full": sandbox.url + path,
        "server.address": "127.0.0.1",
        "server.port": int(sandbox.url.rpartition(":")[2]),
        "http.response.status_code": 200,
    }
    assert request.name == "POST"
    assert request.parent is not None
    assert one.context is not None
    assert (request.parent.span_id, request.context.trace_id) == (one.context.span_id, one.context.trace_id)
    assert one.start_time <= request.start_time <= request.end_time <= one.end_time  # type: ignore[operator] # a finished span has both


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_call_has_failed_although_its_status_is_200(spans: Spans, sandbox: Sandbox, form: str) -> None:
    run(sandbox, form, "set_leverage", named=arguments("okx", "500"))
    [one], [request] = spans.calls, spans.requests
    assert (one.status.status_code, one.status.description) == (StatusCode.ERROR, "okx/59102")
    assert facts(one)["error.type"] == facts(request)["error.type"] == "okx/59102"
    assert facts(one)["leverset.outcome"] == "refused"
    assert facts(request)["http.response.status_code"] == 200
    assert request.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("form", FORMS)
def test_a_request_that_is_sent_again_is_counted(spans: Spans, sandbox: Sandbox, form: str) -> None:
    sandbox.fault(exchange="okx", times=2, status=503, body="", apply=False)
    run(sandbox, form, "set_leverage", named=arguments("okx"), retries=2)
    [one] = spans.calls
    assert (facts(one)["leverset.attempts"], facts(one)["leverset.outcome"]) == (3, "applied")
    assert [facts(each).get("http.request.resend_count") for each in spans.requests] == [None, 1, 2]
    assert [facts(each)["http.response.status_code"] for each in spans.requests] == [503, 503, 200]
    assert [each.status.status_code.name for each in spans.requests] == ["ERROR", "ERROR", "UNSET"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("by", ["position", "keyword"])
def test_what_rules_refuse_was_never_sent(spans: Spans, sandbox: Sandbox, form: str, by: str) -> None:
    body = {"instId": "BTC-USDT-SWAP", "lever": 0, "mgnMode": "isolated"}
    given: dict[str, Any] = {"named": {"body": body}} if by == "keyword" else {}
    run(sandbox, form, "set_leverage_from", *([] if given else [body]), **given)
    [one] = spans.calls
    assert spans.requests == []
    assert one.name == "okx set_leverage"
    assert facts(one)["leverset.outcome"] == "not_sent"
    assert facts(one)["leverset.instrument"] == "BTC-USDT-SWAP"
    assert facts(one)["error.type"] == one.status.description


@pytest.mark.parametrize("form", FORMS)
def test_an_attempt_without_a_slot_is_no_request(spans: Spans, sandbox: Sandbox, form: str) -> None:
    limits = {"set_leverage": type(Okx.operation.rate_limit)(requests=1, seconds=60.0, scope="user")}
    options = settings(rate_limits=limits, max_wait=0.05)
    body = {"instId": "BTC-USDT-SWAP", "lever": 5, "mgnMode": "isolated", "posSide": "long"}
    run(sandbox, form, "set_leverage_from", body, **options)
    run(sandbox, form, "set_leverage_from", body, **options)
    assert [facts(each)["leverset.outcome"] for each in spans.calls] == ["applied", "not_sent"]
    assert facts(spans.calls[1])["leverset.attempts"] == 1
    assert facts(spans.calls[1])["leverset.wait_seconds"] >= 0.05
    assert len(spans.requests) == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_is_read_back_is_below_the_call(spans: Spans, sandbox: Sandbox, form: str) -> None:
    sandbox.fault(exchange="okx", times=1, close="before")
    run(sandbox, form, "set_leverage", named=arguments("okx"), read_back="on_doubt")
    [one] = spans.calls
    assert facts(one)["leverset.outcome"] == "applied"
    assert one.status.status_code is StatusCode.UNSET
    assert [each.name for each in spans.requests] == ["POST", "GET"]
    assert facts(spans.requests[0])["error.type"] == "leverset/network"
    assert "http.response.status_code" not in facts(spans.requests[0])
    assert {each.parent.span_id for each in spans.requests if each.parent} == {one.context.span_id}
    assert all("?" not in facts(each)["url.full"] for each in spans.requests)


@pytest.mark.parametrize("form", FORMS)
def test_reads_calls_and_the_generated_client(spans: Spans, sandbox: Sandbox, form: str) -> None:
    run(sandbox, form, "get_leverage", named={"inst_id": "BTC-USDT-SWAP", "mgn_mode": "cross"})
    body = SetLeverageRequest(inst_id="BTC-USDT-SWAP", lever="4", mgn_mode="isolated", pos_side="long")
    run(sandbox, form, "call", set_leverage, named={"body": body})
    run(sandbox, form, "call", sys, named={})
    run(sandbox, form, "read_account")
    if form == "sync":
        with Okx(credentials_of(sandbox, "okx"), base_url=sandbox.url, **settings()) as okx:
            get_leverage.sync(client=okx.client, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
    else:

        async def bare() -> None:
            async with AsyncOkx(credentials_of(sandbox, "okx"), base_url=sandbox.url, **settings()) as okx:
                await get_leverage.asyncio(client=okx.client, inst_id="BTC-USDT-SWAP", mgn_mode="cross")

        asyncio.run(bare())
    assert [(each.name, facts(each)["leverset.outcome"]) for each in spans.calls] == [
        ("okx get_leverage", "read"),
        ("okx set_leverage", "applied"),
        ("leverset", "not_sent"),
        ("okx get_account_config", "read"),
        ("okx get_leverage", "read"),
    ]
    assert facts(spans.calls[2])["error.type"] == "leverset/configuration"
    assert "leverset.instrument" not in facts(spans.calls[3])
    assert len(spans.requests) == 4


@pytest.mark.parametrize("form", FORMS)
def test_rows_of_a_plan(spans: Spans, sandbox: Sandbox, form: str, tmp_path: Any) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "accounts: {okx: {position_mode: long_short_mode}}\nokx:\n"
        "  - {instId: BTC-USDT-SWAP, lever: 7, mgnMode: isolated, posSide: long}\n"
        "  - {instId: ETH-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"
    )
    plan = load(path)
    if form == "sync":
        with Okx(credentials_of(sandbox, "okx"), base_url=sandbox.url, **settings()) as okx:
            apply(plan, [okx])
    else:

        async def awaited() -> None:
            async with AsyncOkx(credentials_of(sandbox, "okx"), base_url=sandbox.url, **settings()) as okx:
                await apply_async(plan, [okx])

        asyncio.run(awaited())
    sent = [each for each in spans.calls if each.name == "okx set_leverage"]
    assert {(facts(each)["leverset.instrument"], facts(each)["leverset.outcome"]) for each in sent} == {
        ("BTC-USDT-SWAP", "applied"),
        ("ETH-USDT-SWAP", "refused"),
    }
    assert any(each.name == "okx get_leverage" for each in spans.calls)


def test_a_span_of_the_caller_is_above(spans: Spans, sandbox: Sandbox) -> None:
    with otel._tracer.start_as_current_span("rebalance") as above:
        run(sandbox, "sync", "set_leverage", named=arguments("okx"))
        assert trace.get_current_span() is above
    one = next(each for each in spans.calls if each.name == "okx set_leverage")
    assert one.parent is not None
    assert one.parent.span_id == above.get_span_context().span_id


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", range(3), ids=["key", "secret", "passphrase"])
def test_no_secret_is_in_a_span(spans: Spans, sandbox: Sandbox, form: str, part: int) -> None:
    credentials = credentials_of(sandbox, "okx")
    secrets = (credentials.api_key, credentials.secret, credentials.passphrase)
    body = {"instId": secrets[part], "lever": 5, "mgnMode": secrets[part], secrets[part]: "1"}
    run(sandbox, form, "set_leverage_from", body)
    run(sandbox, form, "get_leverage", named={"inst_id": secrets[part], "mgn_mode": "cross"})
    sandbox.fault(exchange="okx", exchange_code={"code": "51000", "msg": secrets[part], "status": 200})
    run(sandbox, form, "set_leverage", named=arguments("okx"))
    sandbox.fault(exchange="okx", close="before")
    run(sandbox, form, "set_leverage", named=arguments("okx"))
    assert len(spans.calls) == 3  # the read was refused before it was a call
    assert not any(secret in spans.all() for secret in secrets)


def test_a_call_that_is_cancelled_has_failed(spans: Spans) -> None:
    with Raw(silent) as server:

        async def cancelled() -> None:
            async with AsyncOkx(keys_of_nobody(), base_url=server.url, **settings()) as okx:
                task = asyncio.create_task(okx.set_leverage(**arguments("okx")))
                await asyncio.to_thread(until, lambda: server.arrived)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        asyncio.run(cancelled())
    [one], [request] = spans.calls, spans.requests
    assert facts(one)["error.type"] == facts(request)["error.type"] == "CancelledError"
    assert facts(one)["leverset.outcome"] == "unknown"


def keys_of_nobody() -> Credentials:
    return Credentials("invented", "invented", "invented")


class Odd(SpanProcessor):
    """Fails where a span begins, or where one ends."""

    def __init__(self, where: str) -> None:
        self._where = where

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        if self._where == "start":
            raise ValueError("odd")

    def on_end(self, span: ReadableSpan) -> None:
        if self._where == "end":
            raise ValueError("odd")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["start", "end"])
def test_what_fails_in_tracing_changes_no_call(
    sandbox: Sandbox, form: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider = TracerProvider()
    provider.add_span_processor(Odd(where))
    otel.instrument(provider)
    try:
        result = run(sandbox, form, "set_leverage", named=arguments("okx"))
        refused = run(sandbox, form, "set_leverage", named=arguments("okx", "500"))
    finally:
        otel.uninstrument()
    assert (result.confirmed, refused.code) == ("response", "59102")
    assert "a span could not be" in caplog.text


@pytest.mark.parametrize("form", FORMS)
def test_what_nobody_records_is_not_described(sandbox: Sandbox, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(sampler=ALWAYS_OFF)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(otel.TracedCall, "facts", None)
    for one in (provider, trace.NoOpTracerProvider()):
        otel.instrument(one)
        try:
            assert run(sandbox, form, "set_leverage", named=arguments("okx")).confirmed == "response"
            assert run(sandbox, form, "set_leverage", named=arguments("okx", "500")).code == "59102"
        finally:
            otel.uninstrument()
    assert exporter.get_finished_spans() == ()


def test_nothing_is_left_of_it(spans: Spans, sandbox: Sandbox) -> None:
    otel.instrument(TracerProvider())  # again, for another one
    run(sandbox, "sync", "set_leverage", named=arguments("okx"))
    assert spans.calls == []
    otel.uninstrument()
    otel.uninstrument()
    assert BaseClient.call_type is Call
    for owner in (SyncClient, AsyncClient):
        assert not hasattr(owner.__dict__["set_leverage_checked"], "__wrapped__")
    run(sandbox, "sync", "set_leverage", named=arguments("okx"))
    assert spans.calls == []


def test_a_client_that_was_there_before_is_traced(spans: Spans, sandbox: Sandbox) -> None:
    otel.uninstrument()
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Okx(credentials_of(sandbox, "okx"), base_url=sandbox.url, **settings()) as okx:
        otel.instrument(provider)
        okx.set_leverage(**arguments("okx"))
        get_leverage.sync(client=okx.client, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
    assert len(Spans(exporter).calls) == len(Spans(exporter).requests) == 2
    assert spans.calls == []


def test_without_it_nothing_of_opentelemetry_is_loaded() -> None:
    code = (
        "import leverset, leverset.plan, leverset.cli.app, sys; print([m for m in sys.modules if 'opentelemetry' in m])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout == "[]\n"


def test_the_example_of_the_page_shows_what_became_of_a_call(sandbox: Sandbox) -> None:
    page = (Path(__file__).parents[2] / "docs" / "tracing.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    credentials = credentials_of(sandbox, "okx")
    parts = (credentials.api_key, credentials.secret, credentials.passphrase)
    call = f"Okx(Credentials{parts!r}, base_url={sandbox.url!r}).set_leverage(**{arguments('okx', '500')!r})"
    code = f"{example}\nfrom leverset import *\ntry:\n    {call}\nexcept LeversetError:\n    pass\n"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert '"name": "okx set_leverage"' in shown
    assert '"leverset.outcome": "refused"' in shown


def test_the_page_has_every_attribute(spans: Spans, sandbox: Sandbox) -> None:
    page = (Path(__file__).parents[2] / "docs" / "tracing.md").read_text(encoding="utf-8")
    sandbox.fault(exchange="okx", times=1, status=503, body="", apply=False)
    run(sandbox, "sync", "set_leverage", named=arguments("okx", "500"), retries=1)
    names = {
        name for span in [*spans.calls, *spans.requests] for name in facts(span) if "leverset.request." not in name
    }
    assert len(names) > 12
    assert {name for name in names if f"`{name}`" not in page} == set()
