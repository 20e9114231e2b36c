"""Spans of OpenTelemetry for calls: needs the extra `otel`, which is its API alone.

Instrumentation of HTTP shows a refused call as status 200 and healthy; these say what became of it. Each call is one
span, and each request that it sent is one below. No attribute holds a secret.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import httpx
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, TracerProvider

from leverset._bare import BareTransport
from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._http.attempt import PreparedRequest, RequestAttempt
from leverset._protocols import Operation
from leverset._reading import AsyncReading, SyncReading
from leverset._retry import Call
from leverset.errors import ConfigurationError, LeversetError, LimiterUnavailable, RateLimitTimeout

log = logging.getLogger("leverset.otel")

_ENTRIES: tuple[tuple[type, str], ...] = (
    (SyncClient, "set_leverage_from"),
    (SyncClient, "set_leverage_checked"),
    (SyncReading, "call"),
    (SyncReading, "read"),
    (BareTransport, "handle_request"),
)
_ASYNC_ENTRIES: tuple[tuple[type, str], ...] = (
    (AsyncClient, "set_leverage_from"),
    (AsyncClient, "set_leverage_checked"),
    (AsyncReading, "call"),
    (AsyncReading, "read"),
    (BareTransport, "handle_async_request"),
)
"""Where calls begin. One may lead to another: they are one call then."""

_NOTHING_LEFT = (ConfigurationError, LimiterUnavailable, RateLimitTimeout)
"""An attempt that ended in one of these was never a request."""

_KNOWN = ("exchange", "environment", "outcome", "attempts", "wait_seconds")
"""What every call's span has, as far as it is known."""

_lock = threading.Lock()
_originals: dict[tuple[type, str], Any] = {}
_tracer: Tracer = trace.NoOpTracer()


class _Traced:
    """One call that is traced: its span, what it calls as far as that is known before, and the call once it is made."""

    def __init__(self, span: Span, operation: Operation | None, call: TracedCall | None) -> None:
        self.span, self.operation, self.call = span, operation, call


_current: ContextVar[_Traced | None] = ContextVar("leverset_traced", default=None)


class TracedCall(Call):
    """A call whose attempts are spans."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waited = 0.0
        self._sent: tuple[int, RequestAttempt] | None = None
        self._resent = 0
        if (traced := _current.get()) is not None and traced.call is None:
            traced.call = self

    def _attempt(self, request: PreparedRequest) -> RequestAttempt:
        attempt = super()._attempt(request)
        self._sent = time.time_ns(), attempt
        return attempt

    def _succeeded(self, attempt: RequestAttempt) -> None:
        super()._succeeded(attempt)
        self.end_attempt(None)

    def _failed(self, attempt: RequestAttempt, error: LeversetError) -> float | None:
        delay = super()._failed(attempt, error)
        self.end_attempt(error)
        return delay

    def end_attempt(self, error: BaseException | None) -> None:
        """Write the span of the attempt under way, if there is one; it begins when the slot was there."""
        traced, sent, self._sent = _current.get(), self._sent, None
        if sent is None:
            return
        begun, attempt = sent
        waited = error.waited if isinstance(error, RateLimitTimeout) else attempt.waited
        self.waited += waited
        if traced is None or not traced.span.is_recording() or isinstance(error, _NOTHING_LEFT):
            return
        operation, address = attempt.request.operation, httpx.URL(attempt.config.base_url)
        facts: dict[str, Any] = {
            "http.request.method": operation.method,
            "url.full": f"{attempt.config.base_url}{operation.path}",  # without the query: its fields are the call's
            "server.address": address.host,
            "server.port": address.port or (443 if address.scheme == "https" else 80),
            "leverset.wait_seconds": waited,
        }
        if attempt.status is not None:
            facts["http.response.status_code"] = attempt.status
        if self._resent:
            facts["http.request.resend_count"] = self._resent
        self._resent += 1
        context, start = trace.set_span_in_context(traced.span), begun + int(waited * 1e9)
        _end(_start(operation.method, kind=SpanKind.CLIENT, context=context, start_time=start), facts, error)

    def facts(self) -> dict[str, Any]:
        """What is known of it, whatever it ended in."""
        attempts = len(self.attempts) + self._accepted
        return {**self._facts(), "attempts": attempts, "wait_seconds": self.waited}


def instrument(tracer_provider: TracerProvider | None = None) -> None:
    """Trace the calls of every client in this process, of those that are there already as well.

    A call is a span of the kind `INTERNAL`, called such as `okx set_leverage`. It has `leverset.exchange`,
    `leverset.environment`, `leverset.operation`, `leverset.instrument`, each field of the request as
    `leverset.request.NAME`, `leverset.attempts`, `leverset.wait_seconds` (for slots, in seconds) and
    `leverset.outcome`: `applied` or `read`, or an error's outcome. A call that fails has the status `ERROR` and
    `error.type`: the error's reference, such as `okx/59102`, or the class of what is no error of leverset's.

    A request is a span of the kind `CLIENT` below it, by OpenTelemetry's conventions for HTTP, with
    `http.request.resend_count`. What is read to check or to confirm a leverage is among them.

    Args:
        tracer_provider: Makes the tracer. Default: None, that of the process.
    """
    global _tracer
    with _lock:
        _tracer = trace.get_tracer("leverset", tracer_provider=tracer_provider)
        if not _originals:
            for wrap, entries in ((_sync, _ENTRIES), (_async, _ASYNC_ENTRIES)):
                for owner, name in entries:
                    _originals[owner, name] = owner.__dict__[name]
                    setattr(owner, name, wrap(owner.__dict__[name]))
            BaseClient.call_type = TracedCall


def uninstrument() -> None:
    """Trace nothing more; where nothing is traced, this changes nothing."""
    global _tracer
    with _lock:
        _tracer = trace.NoOpTracer()
        BaseClient.call_type = Call
        while _originals:
            (owner, name), original = _originals.popitem()
            setattr(owner, name, original)


def _sync(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def traced(self: Any, *arguments: Any, **options: Any) -> Any:
        with _traced(self, (*arguments, *options.values())):
            return method(self, *arguments, **options)

    return traced


def _async(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    async def traced(self: Any, *arguments: Any, **options: Any) -> Any:
        with _traced(self, (*arguments, *options.values())):
            return await method(self, *arguments, **options)

    return traced


@contextmanager
def _traced(owner: Any, arguments: tuple[Any, ...]) -> Iterator[None]:
    """The span of a call, unless this is a part of one."""
    if _current.get() is not None:
        yield
        return
    call = next((each for each in arguments if isinstance(each, TracedCall)), None)
    # Of the ways into a call these are the only ones whose operation is not among their arguments.
    sets = isinstance(owner, BaseClient) and isinstance(arguments[0] if arguments else None, Mapping)
    traced = _Traced(_start("leverset"), owner.operation if sets else None, call)
    reset = _current.set(traced)
    try:
        with trace.use_span(traced.span, record_exception=False, set_status_on_exception=False):
            yield
    except BaseException as error:
        _end_call(traced, error)
        raise
    else:
        _end_call(traced, None)
    finally:
        _current.reset(reset)


def _end_call(traced: _Traced, error: BaseException | None) -> None:
    call = traced.call
    if call is not None:
        call.end_attempt(error)
    if not traced.span.is_recording():  # not sampled, or there is no SDK: nobody would see what is made here
        _end(traced.span, {}, error)
        return
    operation = traced.operation if call is None else call.operation
    known: dict[str, Any] = {} if call is None else call.facts()
    if isinstance(error, LeversetError):
        known |= error.request or {}
    known["outcome"] = _outcome(call, error)
    facts = {name: known[name] for name in _KNOWN if name in known}
    if operation is not None:
        values = {each.name: known[each.name] for each in operation.fields if known.get(each.name) not in (None, "")}
        facts |= {"operation": operation.name, **{f"request.{name}": str(value) for name, value in values.items()}}
        if values:
            facts["instrument"] = str(next(iter(values.values())))
        traced.span.update_name(f"{facts['exchange']} {operation.name}")
    _end(traced.span, {f"leverset.{name}": value for name, value in facts.items()}, error)


def _outcome(call: TracedCall | None, error: BaseException | None) -> str:
    """What is known of the change; a call that succeeded may have had to read it back."""
    if isinstance(error, LeversetError):
        return error.outcome
    known = "not_sent" if call is None else call.known
    if call is None or not (error is None or known == "accepted"):
        return known
    return "read" if call.operation.method == "GET" else "applied"


def _start(name: str, **options: Any) -> Span:
    """Begin a span; what goes wrong in that must not keep the call from being made."""
    try:
        return _tracer.start_span(name, **options)
    except Exception:
        log.warning("a span could not be begun", exc_info=True)
        return trace.INVALID_SPAN


def _end(span: Span, facts: dict[str, Any], error: BaseException | None) -> None:
    """End a span; what goes wrong in that must not hide what became of the call."""
    try:
        span.set_attributes(facts)
        if error is not None:
            kind = error.reference if isinstance(error, LeversetError) else type(error).__qualname__
            span.set_attribute("error.type", kind)
            span.set_status(Status(StatusCode.ERROR, kind))
        span.end()
    except Exception:
        log.warning("a span could not be written", exc_info=True)
