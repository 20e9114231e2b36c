"""Requests over httpx transports: what counts as sent, how each step is bounded, and who may use a transport."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import select
import signal
import socket
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

import httpcore
import httpx
import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest

from leverset import AsyncOkx, ConfigurationError, LeversetError, Okx
from leverset._config import ClientConfig
from leverset._http._messages import (
    MAX_BODY,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    RawRequest,
    RawResponse,
)
from leverset._http.httpx_carrier import AsyncCarrier, SyncCarrier
from leverset.limits import Disposition
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS, FORMS, arguments, call, settings
from tests.clock import Clock
from tests.http.connections import finish
from tests.http.test_environment import Tls
from tests.processes import in_child
from tests.proxy import Proxy
from tests.server import Raw, http
from tests.stand_ins import NOWHERE, Watched, mock
from tests.system.faults import credentials
from tests.system.hostile import refusal, success

STEPS = ("connect", "read", "write", "pool")
POST, CONNECT = ({"request": httpcore.Request(method, NOWHERE)} for method in ("POST", "CONNECT"))
HEADERS_LEAVE = "http11.send_request_headers.started"
REQUEST = RawRequest("POST", "/path?a=1", [("host", "127.0.0.1:9"), ("ok-access-passphrase", "secret")], b"{}")

Step = Callable[[httpx.Request], httpx.Response]


class Given(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of the caller's that does what a function says, in sync and in async."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._step(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._step(request)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, and how often it was closed."""

    closed = 0

    def __init__(self, *pieces: bytes | Callable[[], bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece if isinstance(piece, bytes) else piece()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def configured(clock: Callable[[], float]) -> ClientConfig:
    """A configuration that goes by this clock."""
    return ClientConfig(exchange=Okx.exchange, account="x", base_url=NOWHERE, monotonic=clock, wall_ms=lambda: 0)


def carry(
    form: str,
    step: Step,
    *,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = 20.0,
    on_send: Callable[[], None] = lambda: None,
) -> RawResponse:
    """Send a request over a transport of the caller's."""
    config, how = configured(clock), {"deadline": clock() + seconds, "step_timeout": 5.0, "on_send": on_send}
    if form == "sync":
        return finish(SyncCarrier(config, Given(step), None).send(REQUEST, **how))  # type: ignore[arg-type] # a dict of them
    return asyncio.run(AsyncCarrier(config, Given(step), None).send(REQUEST, **how))  # type: ignore[arg-type] # likewise


def timeouts(seconds: float) -> Any:
    """What every step is given."""
    return pytest.approx(dict.fromkeys(STEPS, seconds), abs=1e-9)


def trace(form: str, request: httpx.Request, event: str, info: Any) -> None:
    """Report a step as httpcore does."""
    reported = request.extensions["trace"](event, info)
    if form == "async":
        with contextlib.suppress(StopIteration):
            reported.send(None)


@pytest.mark.parametrize("form", FORMS)
def test_each_step_is_bounded_by_timeout_and_deadline(form: str) -> None:
    clock, given = Clock(), []

    def step(request: httpx.Request) -> httpx.Response:
        bounds = request.extensions["timeout"]
        assert bounds == timeouts(5.0)
        clock.now = 117.0
        for event in ("connection.connect_tcp.started", "http11.send_request_body.started", "http11.receive.complete"):
            trace(form, request, event, {})
        trace(form, request, HEADERS_LEAVE, CONNECT)
        assert bounds == timeouts(5.0), "no step that can be bounded anew, and nothing of a proxy's"
        for now, event in (
            (117.0, HEADERS_LEAVE),
            (118.0, "http11.receive_response_headers.started"),
            (119.0, "http11.receive_response_body.started"),
            (121.0, "http11.receive_response_body.started"),
        ):
            clock.now = now
            trace(form, request, event, POST)
            given.append(dict(bounds))
        clock.now = 119.0
        return httpx.Response(200, stream=Pieces(b"{}"))

    assert carry(form, step, clock=clock) == RawResponse(200, {}, b"{}")
    assert given == [timeouts(3.0), timeouts(2.0), timeouts(1.0), timeouts(0.001)], "what has come is still read"


@pytest.mark.parametrize("form", FORMS)
def test_request_is_carried_as_it_was_signed(form: str) -> None:
    seen: list[httpx.Request] = []

    def step(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(203, headers={"X-Other": "1"}, stream=Pieces(b"{", b"}"))

    assert carry(form, step) == RawResponse(203, {"x-other": "1"}, b"{}")
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", f"{NOWHERE}/path?a=1")
    assert request.headers["ok-access-passphrase"] == "secret"
    assert request.read() == b"{}"


@pytest.mark.parametrize("form", FORMS)
def test_a_given_transport_counts_as_sending_at_once(form: str) -> None:
    order: list[str] = []

    def step(request: httpx.Request) -> httpx.Response:
        order.append("handed over")
        trace(form, request, HEADERS_LEAVE, POST)
        return httpx.Response(200, stream=Pieces(b"{}"))

    carry(form, step, on_send=lambda: order.append("sent"))
    assert order == ["sent", "handed over"]


@pytest.mark.parametrize("form", FORMS)
def test_what_on_send_raises_passes_and_nothing_is_sent(form: str) -> None:
    def refuse() -> None:
        raise LookupError("late")

    def step(_: httpx.Request) -> httpx.Response:
        raise AssertionError("it was sent")

    with pytest.raises(LookupError, match="late"):
        carry(form, step, on_send=refuse)


@pytest.mark.parametrize("form", FORMS)
def test_body_of_the_largest_size_is_read_and_no_more(form: str) -> None:
    whole = Pieces(b"a" * 1000, b"b" * (MAX_BODY - 1000))
    assert len(carry(form, lambda _: httpx.Response(200, stream=whole)).body) == MAX_BODY
    long = Pieces(b"a" * MAX_BODY, b"b", lambda: pytest.fail("it was read on"))
    with pytest.raises(BodyTooLarge) as caught:
        carry(form, lambda _: httpx.Response(200, stream=long))
    assert caught.value.response == RawResponse(200, {}, b"a" * MAX_BODY)
    assert (whole.closed > 0, long.closed > 0) == (True, True)


@pytest.mark.parametrize("form", FORMS)
def test_body_that_goes_on_after_the_deadline_is_given_up(form: str) -> None:
    clock = Clock()

    def late() -> bytes:
        clock.now = 120.0
        return b"}"

    stream = Pieces(b"{", late)
    with pytest.raises(ConnectionFailed, match="the deadline passed in the middle of the response") as caught:
        carry(form, lambda _: httpx.Response(200, stream=stream), clock=clock)
    assert (caught.value.late, caught.value.responded, stream.closed > 0) == (True, True, True)


NETWORK: list[tuple[Exception, str, Disposition]] = [
    (httpx.ConnectError("no route"), "not_sent", "not_sent"),
    (httpx.ConnectTimeout("no response"), "not_sent", "not_sent"),
    (httpx.PoolTimeout(""), "not_sent", "not_sent"),
    (httpx.UnsupportedProtocol("what?"), "not_sent", "not_sent"),
    (httpx.ReadTimeout(""), "unknown", "no_response"),
    (httpx.WriteError("broken pipe"), "unknown", "no_response"),
    (httpx.InvalidURL("what?"), "unknown", "no_response"),
    (httpx.StreamConsumed(), "unknown", "no_response"),
    (OSError(5, "input/output error"), "unknown", "no_response"),
    (TimeoutError(), "unknown", "no_response"),
]


@pytest.mark.parametrize(("problem", "outcome", "disposition"), NETWORK)
@pytest.mark.parametrize("form", FORMS)
def test_network_problems_of_a_transport_are_ours(
    form: str, problem: Exception, outcome: str, disposition: Disposition
) -> None:
    limiter = Watched()
    claim = call("okx", form, NOWHERE, transport=mock(problem), limiter=limiter)
    assert (claim.outcome, claim.kind, limiter.released) == (outcome, "TransportError", [disposition])
    assert claim.error is not None
    assert claim.error.__cause__ is problem
    late = isinstance(problem, TimeoutError | httpx.TimeoutException)
    assert claim.error.reference == ("leverset/timeout" if late else "leverset/network")
    if isinstance(problem, httpx.RequestError):
        assert "ok-access-key" not in problem.request.headers


class Retrying(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of the caller's that retries over httpx's own, until nobody listens any more."""

    def __init__(self, form: str) -> None:
        self._inner = own(form)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        while True:
            with contextlib.suppress(httpx.RemoteProtocolError):
                return cast(httpx.Response, self._inner.handle_request(request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        while True:
            with contextlib.suppress(httpx.RemoteProtocolError):
                return cast(httpx.Response, await self._inner.handle_async_request(request))


@pytest.mark.parametrize("form", FORMS)
def test_a_transport_that_retried_a_request_which_had_left_leaves_it_unknown(form: str) -> None:
    limiter = Watched()
    with Raw(lambda *_: server.stop()) as server:
        claim = call("okx", form, server.url, transport=Retrying(form), limiter=limiter)
    assert (claim.outcome, claim.kind) == ("unknown", "TransportError")
    assert (len(server.arrived), limiter.released) == (1, ["no_response"])
    assert claim.error is not None
    assert isinstance(claim.error.__cause__, httpx.ConnectError)
    claim = call("okx", form, server.url, transport=Retrying(form))
    assert claim.outcome == "not_sent"


@pytest.mark.parametrize(
    "problem",
    [
        ValueError("a bug of the transport"),
        RecursionError(),
        ExceptionGroup("two", [OSError("one"), OSError("other")]),
        httpx.CookieConflict("what?"),
    ],
    ids=lambda problem: type(problem).__name__,
)
@pytest.mark.parametrize("form", FORMS)
def test_other_problems_of_a_transport_pass_with_a_note(form: str, problem: Exception) -> None:
    limiter, transport = Watched(), Counting(problem)
    with pytest.raises(type(problem)) as caught:
        call("okx", form, NOWHERE, transport=transport, limiter=limiter, retries=2)
    assert caught.value is problem
    [note] = problem.__notes__
    assert note.startswith("leverset: okx POST /api/v5/account/set-leverage, BTC-USDT-SWAP isolated, lever 5")
    assert note.endswith("sandbox at 127.0.0.1:9 was under way and may have been applied")
    assert (transport.calls, limiter.released) == (1, ["no_response"])
    del problem.__notes__


@pytest.mark.parametrize("kind", [TimeoutError, ConnectionResetError])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_signal_handlers_error_is_not_the_networks(kind: type[OSError], wrapped: bool) -> None:
    """httpcore makes its own errors of it, as of the network's."""
    problem = kind("the handler's")

    def handler(*_: object) -> None:
        raise problem

    def interrupt(connection: socket.socket, _: int) -> None:
        # Again where it came before httpcore waits for the response: an error in its sending it passes over.
        while not select.select([connection], [], [], 0.1)[0]:
            signal.pthread_kill(thread, signal.SIGUSR1)

    before, thread, inner = signal.signal(signal.SIGUSR1, handler), threading.get_ident(), httpx.HTTPTransport()
    transport = Given(inner.handle_request) if wrapped else inner
    try:
        with Raw(interrupt) as server, pytest.raises(kind) as caught:
            call("okx", "sync", server.url, transport=transport, retries=2)
    finally:
        signal.signal(signal.SIGUSR1, before)
        inner.close()
    assert caught.value is problem
    assert (len(server.arrived), problem.__cause__, problem.__context__) == (1, None, None)
    [note] = problem.__notes__
    assert note.endswith("was under way and may have been applied")


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_what_httpcore_says_of_a_signal_handlers_error_is_not_believed(
    form: str, mapped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, problem = own(form), TimeoutError("the handler's")

    def step(_: object) -> None:
        try:
            raise problem
        except TimeoutError as error:
            if not mapped:
                raise
            raise httpcore.ReadTimeout(error) from error

    async def step_async(_: object) -> None:
        step(_)

    monkeypatch.setattr(transport._pool, "handle_request", step, raising=False)
    monkeypatch.setattr(transport._pool, "handle_async_request", step_async, raising=False)
    with pytest.raises(TimeoutError) as caught:
        call("okx", form, NOWHERE, transport=transport)
    assert caught.value is problem


class OwnLoop(asyncio.SelectorEventLoop):
    """An event loop whose functions are in tracebacks, as uvloop's are."""

    async def getaddrinfo(self, *_: Any, **named: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_somebody_elses_code_resolves_fails_as_the_network_does(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function of the application's in the place of Python's, and an event loop that is none of Python's."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *_: object, **__: object) -> Any:
        return real(host, port, flags=socket.AI_NUMERICHOST)

    def run(main: Any) -> Any:
        with asyncio.Runner(loop_factory=OwnLoop) as runner:
            return runner.run(main)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(asyncio, "run", run)
    claim = call("okx", form, "https://exchange.invalid", transport=own(form))
    assert (claim.outcome, claim.kind) == ("not_sent", "TransportError")


class Counting(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Raises, and counts how often."""

    calls = 0

    def __init__(self, problem: Exception) -> None:
        self._problem = problem

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        raise self._problem

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


@pytest.mark.parametrize("form", FORMS)
def test_a_transport_without_a_response_leaves_it_unknown(form: str) -> None:
    nothing: Any = lambda _: None  # noqa: E731 - as short as that
    claim = call("okx", form, NOWHERE, transport=Given(nothing))
    assert (claim.outcome, claim.kind) == ("unknown", "TransportError")


class OwnTransport(httpx.HTTPTransport):
    """A subclass, which might send before it reports it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise OSError("perhaps after it was sent")


def test_a_subclass_of_httpxs_transport_gets_the_careful_claim() -> None:
    assert call("okx", "sync", NOWHERE, transport=OwnTransport()).outcome == "unknown"


def own(form: str, **options: Any) -> Any:
    """httpx's own transport."""
    return httpx.HTTPTransport(**options) if form == "sync" else httpx.AsyncHTTPTransport(**options)


@pytest.mark.parametrize("form", FORMS)
def test_httpxs_own_transport_reports_when_bytes_leave(sandbox: Sandbox, form: str) -> None:
    keys = credentials(sandbox, "okx")
    assert call("okx", form, sandbox.url, keys, transport=own(form)).outcome == "success"
    assert call("okx", form, NOWHERE, transport=own(form)).outcome == "not_sent"
    with Raw(lambda connection, _: connection.close()) as server:
        assert call("okx", form, server.url, transport=own(form)).outcome == "unknown"


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_sent_after_slow_connecting(form: str) -> None:
    """Connecting takes the whole deadline: then nothing is sent any more."""

    class Slow(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(0.15)  # the connecting
            request.extensions["trace"](HEADERS_LEAVE, POST)
            raise AssertionError("it was sent")

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0.15)
            raise AssertionError("it was sent")

    claim = call("okx", form, NOWHERE, transport=Slow(), deadline=0.1, timeout=0.1)
    assert claim.error is not None
    assert (claim.kind, claim.error.reference) == ("TransportError", "leverset/timeout")
    assert claim.outcome == "unknown", "a given transport counts as sending at once"


@pytest.mark.parametrize("form", FORMS)
def test_httpxs_own_transport_is_late_before_it_sends(form: str) -> None:
    clock, sent = Clock(), []

    def on_send() -> None:
        sent.append(clock.now)
        raise LookupError("the deadline passed")

    def step(request: httpx.Request) -> httpx.Response:
        trace(form, request, HEADERS_LEAVE, POST)
        raise AssertionError("it was sent")

    config = configured(clock)
    how: Any = {"deadline": clock.now + 5.0, "step_timeout": 5.0, "on_send": on_send}
    carrier = SyncCarrier(config, Given(step), None) if form == "sync" else AsyncCarrier(config, Given(step), None)
    carrier._tells = True  # as if it were httpx's own
    with pytest.raises(LookupError, match="the deadline passed"):
        (finish if form == "sync" else asyncio.run)(carrier.send(REQUEST, **how))
    assert sent == [100.0]


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_carrier_sends_nothing(form: str) -> None:
    config = configured(time.monotonic)
    how: Any = {"deadline": time.monotonic() + 5, "step_timeout": 5.0, "on_send": lambda: pytest.fail("it was sent")}
    if form == "sync":
        sync = SyncCarrier(config, None, None)
        sync.close()
        with pytest.raises(ConnectionsClosed):
            finish(sync.send(REQUEST, **how))
        return

    async def run() -> None:
        carrier = AsyncCarrier(config, None, None)
        await carrier.aclose()
        with pytest.raises(ConnectionsClosed):
            await carrier.send(REQUEST, **how)

    asyncio.run(run())


class Closing(Given):
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("form", FORMS)
def test_closing_a_client_closes_the_transport_given(form: str) -> None:
    transport = Closing(lambda _: httpx.Response(200, content=success("okx")))
    assert call("okx", form, NOWHERE, transport=transport).outcome == "success"
    assert transport.closed == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_bare_function_of_the_other_form_is_refused(form: str) -> None:
    """The client of one form has a transport of that form, and its generated functions of the other have none."""
    body = SetLeverageRequest.from_dict(
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
    )

    def send() -> None:
        if form == "sync":
            client = AsyncOkx(CREDENTIALS, base_url=NOWHERE, **settings(transport=own("async")))
            set_leverage.sync(client=client.client, body=body)
        else:
            other = Okx(CREDENTIALS, base_url=NOWHERE, **settings(transport=own("sync")))
            asyncio.run(set_leverage.asyncio(client=other.client, body=body))

    with pytest.raises(ConfigurationError, match=f"is not an? {form} one") as caught:
        send()
    assert caught.value.outcome == "not_sent"


def test_an_async_transport_belongs_to_its_first_event_loop(sandbox: Sandbox) -> None:
    client = AsyncOkx(
        credentials(sandbox, "okx"), base_url=sandbox.url, **settings(transport=httpx.AsyncHTTPTransport(), retries=2)
    )

    async def once() -> None:
        await client.set_leverage(**arguments("okx"))  # noqa: F821 - it is deleted at the end

    async def end() -> None:
        await client.aclose()  # noqa: F821 - likewise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # httpx's connections of a loop that is closed
        asyncio.run(once())
        with pytest.raises(ConfigurationError, match="belongs to another event loop") as caught:
            asyncio.run(once())
        assert (caught.value.outcome, len(caught.value.attempts)) == ("not_sent", 1)
        asyncio.run(end())
        del client, caught
        gc.collect()
    assert len(sandbox.requests("okx")) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_transport_belongs_to_its_first_process(sandbox: Sandbox, form: str) -> None:
    make: Any = Okx if form == "sync" else AsyncOkx
    client = make(credentials(sandbox, "okx"), base_url=sandbox.url, **settings(transport=own(form), retries=2))
    runner = asyncio.Runner()

    def once() -> str:
        try:
            result = client.set_leverage(**arguments("okx"))
            return str((result if form == "sync" else runner.run(result)).lever)
        except LeversetError as error:
            return f"{error.outcome}: {error.summary}"

    def child() -> str:
        nonlocal runner
        runner = asyncio.Runner()
        said = once()
        client.close() if form == "sync" else runner.run(client.aclose())
        return said

    assert once() == "5"
    assert in_child(child) == "not_sent: the transport given belongs to the process that this one was forked from"
    assert once() == "5", "the child has not closed the parent's connection"
    client.close() if form == "sync" else runner.run(client.aclose())
    runner.close()
    assert len(sandbox.requests("okx")) == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_child_leaves_the_parents_transports_alone(form: str) -> None:
    """What the tests with real children show, once more where each step can be seen."""
    config, transport = configured(time.monotonic), Closing(lambda _: httpx.Response(200, content=b"{}"))
    how: Any = {"deadline": time.monotonic() + 5, "step_timeout": 5.0, "on_send": lambda: None}
    kind: Any = SyncCarrier if form == "sync" else AsyncCarrier

    async def work() -> None:
        parent = -1, None if form == "sync" else asyncio.new_event_loop()
        given = kind(config, transport, None)
        given._owner = parent
        with pytest.raises(ConfigurationError, match="belongs to the process that this one was forked from"):
            await given.send(REQUEST, **how)
        ours = kind(config, None, httpx.Proxy("https://127.0.0.1:9"))
        ours._own[parent] = transport
        if parent[1] is not None:
            parent[1].close()
        with pytest.raises(ConnectionFailed):
            await ours.send(REQUEST, **how)
        for one in (given, ours):
            one.close() if form == "sync" else await one.aclose()
        assert ours._own[parent] is transport, "or its connections would be closed"

    (finish if form == "sync" else asyncio.run)(work())
    assert transport.closed == 0


def test_transports_of_closed_loops_are_dropped() -> None:
    carrier = AsyncCarrier(configured(time.monotonic), None, httpx.Proxy("https://127.0.0.1:9"))
    how: Any = {"deadline": time.monotonic() + 5, "step_timeout": 5.0, "on_send": lambda: None}

    async def send() -> None:
        with pytest.raises(ConnectionFailed):
            await carrier.send(REQUEST, **how)

    for _ in range(3):
        asyncio.run(send())
        assert len(carrier._own) == 1
    asyncio.run(carrier.aclose())
    assert carrier._own == {}


def secure_proxy(monkeypatch: pytest.MonkeyPatch) -> list[httpx.BaseTransport | httpx.AsyncBaseTransport]:
    """The transports that are made for an https:// proxy, which go to no proxy here."""
    made: list[Any] = []
    for name in ("HTTPTransport", "AsyncHTTPTransport"):
        kind = getattr(httpx, name)

        def make(*, proxy: httpx.Proxy, limits: httpx.Limits, kind: Any = kind) -> Any:
            assert proxy.url.scheme == "https"
            made.append(kind(limits=limits))
            return made[-1]

        monkeypatch.setattr(httpx, name, make)
    return made


PROXY = "https://127.0.0.1:9"


def test_a_sync_https_proxy_has_one_transport_per_process(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Okx(credentials(sandbox, "okx"), base_url=sandbox.url, proxy=PROXY, **settings())
    made = secure_proxy(monkeypatch)

    def twice() -> str:
        levers = [str(client.set_leverage(**arguments("okx", lever)).lever) for lever in ("5", "6")]
        return f"{levers} {len(made)}"

    assert twice() == "['5', '6'] 1"
    assert in_child(twice) == "['5', '6'] 2"
    assert twice() == "['5', '6'] 1"
    client.close()
    assert len(sandbox.requests("okx")) == 6


def test_an_async_https_proxy_has_one_transport_per_loop(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    client = AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url, proxy=PROXY, **settings())
    made = secure_proxy(monkeypatch)

    async def twice() -> None:
        for lever in ("5", "6"):
            await client.set_leverage(**arguments("okx", lever))

    async def ends() -> None:
        await twice()
        await client.aclose()

    def child() -> str:
        asyncio.run(twice())
        return str(len(made))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # httpx's connections of a loop that is closed
        asyncio.run(twice())
        asyncio.run(twice())
        assert len(made) == 2
        assert in_child(child) == "3"
        with asyncio.Runner() as other:
            other.run(twice())
            asyncio.run(ends())
            other.run(asyncio.sleep(0.05))  # its transport is closed in it
        assert len(made) == 4
        made.clear()
        gc.collect()
    assert len(sandbox.requests("okx")) == 10


@pytest.mark.parametrize("form", FORMS)
def test_an_https_proxy_keeps_no_connection(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second response behind the first one is not taken for that of the next request."""
    made = secure_proxy(monkeypatch)
    respond = http(200, success("okx")) + http(400, refusal("okx", "51000"))

    async def awaited() -> list[Any]:
        async with AsyncOkx(CREDENTIALS, base_url=server.url, proxy=PROXY, **settings()) as client:
            return [(await client.set_leverage(**arguments("okx"))).lever for _ in range(3)]

    with Raw(lambda connection, _: connection.sendall(respond)) as server:
        if form == "async":
            levers = asyncio.run(awaited())
        else:
            with Okx(CREDENTIALS, base_url=server.url, proxy=PROXY, **settings()) as client:
                levers = [client.set_leverage(**arguments("okx")).lever for _ in range(3)]
    assert (levers, len(made), server.connections, len(server.arrived)) == ([5, 5, 5], 1, 3, 3)


@pytest.mark.parametrize("form", FORMS)
def test_an_https_proxy_is_spoken_to_by_httpx(form: str) -> None:
    """Nobody speaks TLS there: the proxy is away, and nothing is sent."""
    claim = call("okx", form, "https://localhost:9", proxy="https://user:pass-of-the-proxy@127.0.0.1:9")
    assert (claim.outcome, claim.kind) == ("not_sent", "TransportError")
    assert "pass-of-the-proxy" not in f"{claim.error!r} {claim.error}"


@pytest.mark.parametrize("form", FORMS)
def test_connect_of_a_proxy_is_no_request_of_ours(form: str) -> None:
    """httpx's own transport through a proxy that a caller gives: a refused CONNECT has sent nothing."""
    proxy, tls = Proxy(status=502), Tls(http(200, success("okx"), "Connection: close"))
    with proxy.server, tls.server:
        url, address = f"https://localhost:{tls.server.port}", f"http://127.0.0.1:{proxy.server.port}"
        claim = call("okx", form, url, transport=own(form, proxy=address))
        assert (claim.outcome, claim.kind, tls.requests) == ("not_sent", "TransportError", [])
        proxy._status = 200
        claim = call("okx", form, url, transport=own(form, proxy=address))
    assert claim.outcome == "success", claim.error


@pytest.mark.parametrize("owner", ["nobody", "this loop", "another loop"])
def test_what_closing_the_transport_given_raises_counts_in_its_own_loop(owner: str) -> None:
    """In another one its connections may be those of a loop that is closed."""

    class Failing(Given):
        async def aclose(self) -> None:
            raise RuntimeError("Event loop is closed")

    carrier = AsyncCarrier(configured(time.monotonic), Failing(lambda _: httpx.Response(200)), None)

    async def send() -> None:
        await carrier.send(REQUEST, deadline=time.monotonic() + 5, step_timeout=5.0, on_send=lambda: None)

    async def close() -> None:
        if owner == "this loop":
            await send()
        await carrier.aclose()

    if owner == "another loop":
        asyncio.run(send())
        asyncio.run(close())
    else:
        with pytest.raises(RuntimeError, match="Event loop is closed"):
            asyncio.run(close())
