"""The ASGI application: requests to the exchanges, and `/_sandbox/` for administration."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from ._admin import admin_app
from ._bodies import MAX_BODY
from ._exchange import AccountRead, Change, Exchange, Market, PublicRead
from ._fault_response import ResponseSender, apply_fault, response_headers
from ._faults import Fault
from ._leverage import Book
from ._messages import Refused, Request, Response, plain_refusal
from ._registry import exchange_of_path
from ._request_log import Entry, Refusal
from ._signatures import WrongSignature
from ._state import State


class _NoEndpoint(Refused):
    """A refusal of a request that reached no endpoint of any exchange."""


class App:
    """All exchanges of one sandbox, and its administration."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._admin: ASGIApp = admin_app(state)
        self._later: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        try:
            if scope["path"].startswith("/_sandbox/"):
                await self._admin(scope, receive, send)
            elif scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
                await self._admin(scope, receive, send)  # the console
            else:
                await self._serve_exchange(scope, receive, send)
        except asyncio.CancelledError:
            return  # the sandbox stops while the request waits: its connection is gone already
        finally:
            self._state.changes.mark()

    async def _serve_exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _read(scope, receive)
        if request is None:
            return
        state = self._state
        exchange = exchange_of_path(request.path)
        name = exchange.name if exchange else None
        account = state.account_of_key(request, exchange) if exchange else None
        queued = state.faults.match(request, name, account.name if account else None)
        fault = queued.fault if queued else None
        await self._wait(state.config.latency_in, fault.delay_before if fault else 0.0)
        entry = state.log.add(request, name, state.clock.monotonic(), state.clock.wall())
        entry.fault_id = queued.id if queued else None
        response = self._respond(request, exchange, entry, fault)
        if fault is not None:
            response = apply_fault(response, fault, exchange, state.now())
        state.changes.mark()
        await self._wait(state.config.latency_out, fault.delay_after if fault else 0.0)
        headers = response_headers(response, fault, state.now())
        if fault is None or fault.close != "before":
            entry.record_response(response, headers, fault.repeat if fault else 1)
        await ResponseSender(scope, receive, send, state.clock).send(response, headers, fault)
        entry.done = True

    async def _wait(self, latency: tuple[float, float], delay: float) -> None:
        seconds = delay + (self._state.latency(latency) if latency[1] else 0.0)
        if seconds:
            await self._state.clock.sleep(seconds)

    def _respond(self, request: Request, exchange: Exchange | None, entry: Entry, fault: Fault | None) -> Response:
        """Return the exchange's own response, which a fault may change afterwards."""
        try:
            return self._success(request, exchange, entry, fault)
        except Refused as refused:
            entry.refusal = _explain(refused, entry)
            if exchange is None or isinstance(refused, _NoEndpoint):
                return plain_refusal(refused)
            return exchange.refusal(refused, self._state.now())

    def _success(self, request: Request, exchange: Exchange | None, entry: Entry, fault: Fault | None) -> Response:
        read = exchange.reads.get(request.path) if exchange else None
        if exchange is None or (read is None and request.path != exchange.set_leverage_path):
            raise _NoEndpoint("404", "Not Found", 404, why="this sandbox has no such path")
        if request.method != (method := "POST" if read is None else "GET"):
            raise _NoEndpoint("405", "Method Not Allowed", 405, why=f"this path takes {method}")
        if request.oversized:
            raise _NoEndpoint("413", f"Body over {MAX_BODY} bytes", 413, why="no documented body is that long")
        market = self._state.market(exchange, entry.sequence)
        if isinstance(read, PublicRead):
            result = self._read_public(request, exchange, entry, read, market)
        else:
            result = self._serve_account(request, exchange, entry, read, market, fault)
        return exchange.success(result, market.now)

    def _read_public(
        self, request: Request, exchange: Exchange, entry: Entry, read: PublicRead, market: Market
    ) -> object:
        """Check the limit of the address, then read; headers do not matter."""
        self._admit(exchange, entry, f"ip {request.peer}", read, read.group(request))
        return read.respond(request, market)

    def _serve_account(
        self,
        request: Request,
        exchange: Exchange,
        entry: Entry,
        read: AccountRead | None,
        market: Market,
        fault: Fault | None,
    ) -> object:
        """Check credentials, environment, limit and parameters, in this order; then read, or set the leverage."""
        state = self._state
        entry.step = "credentials"
        account = exchange.authenticate(request, state.accounts_by_key[exchange.name], market.now)
        book = state.book(account)
        entry.account, entry.state_version = account.name, book.version
        self._admit(exchange, entry, account.uid, exchange if read is None else read)
        if read is not None:
            return read.respond(request, account, book, market)
        change = exchange.requested_change(request, account, book, market)
        if fault is None or (fault.apply and not fault.apply_after):
            self._apply(change, book, entry)
        elif fault.apply:
            entry.pending = True
            task = asyncio.get_running_loop().create_task(self._apply_later(change, book, entry, fault.apply_after))
            self._later.add(task)  # the loop itself keeps no strong reference
            task.add_done_callback(self._later.discard)
        return change.result

    def _apply(self, change: Change, book: Book, entry: Entry) -> None:
        book.set(change.levers)
        entry.applied, entry.applied_at = True, self._state.clock.monotonic()
        entry.state_version = book.version

    async def _apply_later(self, change: Change, book: Book, entry: Entry, seconds: float) -> None:
        """Set the leverage after a while, whether or not the client still waits; never after a reset."""
        resets = self._state.resets
        await self._state.clock.sleep(seconds)
        entry.pending = False
        if self._state.resets == resets:
            self._apply(change, book, entry)
        self._state.changes.mark()

    def _admit(
        self, exchange: Exchange, entry: Entry, user: str, rate: Exchange | PublicRead | AccountRead, group: str = ""
    ) -> None:
        """Count the request; Refused where it is over the limit of its user, endpoint and group."""
        entry.step = "limit"
        if self._state.config.limits:
            lane = self._state.lane(user, f"{entry.request.path} {group}", rate.limit, rate.seconds)
            entry.lane, lane.used = lane, entry.arrived
            if not lane.counter.admit(entry.arrived, entry.sequence):
                raise exchange.over_limit
        entry.admitted, entry.step = True, "rules"


def _explain(refused: Refused, entry: Entry) -> Refusal:
    """Return why a request was refused; of the exception nothing is kept, which would hold its frames."""
    why, signed = refused.why, None
    holders: tuple[int, ...] = ()
    if isinstance(refused, WrongSignature):
        signed = (refused.key.secret, refused.timestamp, refused.sent)
    if entry.step == "limit" and entry.lane:
        why, holders = (
            f"{entry.lane.limit} requests per {entry.lane.seconds:g} s are used up",
            entry.lane.counter.holders,
        )
    return Refusal(entry.step, refused.code, refused.msg, why, signed, holders)


async def _read(scope: Scope, receive: Receive) -> Request | None:
    """Read the whole request; None when the client leaves before its end. A body too long is not kept."""
    body = bytearray()
    oversized, more = False, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if not oversized:
            body += message.get("body", b"")
            oversized = len(body) > MAX_BODY
        more = message.get("more_body", False)
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    peer = scope["client"][0] if scope["client"] else ""  # None: gone already
    content = b"" if oversized else bytes(body)
    return Request(scope["method"], scope["path"], target, headers, content, oversized, peer)
