"""The ASGI application: exchange requests are answered here, `/_sandbox/` goes to control."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from ._admin import control
from ._bodies import MAX_BODY
from ._exchange import Exchange
from ._fault_response import Line, changed, header_lines
from ._messages import Refused, Reply, Request, refusal, success
from ._request_log import Entry
from ._state import World

_PREFIXES = (("/api/v5/", "okx"), ("/api/v2/", "bitget"), ("/api/v3/", "bitget"))


class App:
    """Both exchanges and the control of one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._control: ASGIApp = control(world)
        self._exchanges = {exchange.name: exchange for exchange in world.exchanges}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            if scope["path"].startswith("/_sandbox/"):
                await self._control(scope, receive, send)
            else:
                await self._exchange(scope, receive, send)
        except asyncio.CancelledError:
            return  # the sandbox stops while the request waits: its connection is gone already

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _read(scope, receive)
        if request is None:
            return
        world = self._world
        name = next((name for prefix, name in _PREFIXES if request.path.startswith(prefix)), None)
        exchange = self._exchanges.get(name or "")
        caller = exchange.known_key(request) if exchange else None
        scripted = world.script.take(request, name, caller.name if caller else None)
        fault = scripted.fault if scripted else None
        await self._pause(world.settings.latency_in, fault.delay_before if fault else 0.0)
        entry = world.journal.arrived(request, name, world.clock.monotonic())
        entry.fault = scripted.number if scripted else None
        reply = self._answer(request, exchange, entry, apply=fault is None or fault.apply)
        if fault is not None:
            reply = changed(reply, fault, name, world.now())
        await self._pause(world.settings.latency_out, fault.delay_after if fault else 0.0)
        headers = header_lines(reply, fault, world.now())
        if fault is None or fault.close != "before":
            entry.answered(reply, headers, fault.repeat if fault else 1)
        await Line(scope, receive, send, world.clock).send(reply, headers, fault)

    async def _pause(self, latency: tuple[float, float], delay: float) -> None:
        seconds = delay + (self._world.latency(latency) if latency[1] else 0.0)
        if seconds:
            await self._world.clock.sleep(seconds)

    def _answer(self, request: Request, exchange: Exchange | None, entry: Entry, *, apply: bool) -> Reply:
        """The exchange's own answer, whatever a fault makes of it afterwards."""
        now = self._world.now()
        if exchange is None or request.path not in (exchange.set_leverage_path, exchange.time_path):
            return refusal(None, Refused("404", "Not Found", 404), now)
        setting = request.path == exchange.set_leverage_path
        if request.method != ("POST" if setting else "GET"):
            return refusal(None, Refused("405", "Method Not Allowed", 405), now)
        if request.oversized:
            return refusal(None, Refused("413", f"Body over {MAX_BODY} bytes", 413), now)
        if not setting:
            return success(exchange.name, exchange.time(now), now)
        try:
            return success(exchange.name, self._set(request, exchange, entry, apply=apply), now)
        except Refused as refused:
            return refusal(exchange.name, refused, now)

    def _set(self, request: Request, exchange: Exchange, entry: Entry, *, apply: bool) -> object:
        """Caller, environment, limit, body, in this order; then the change."""
        world = self._world
        account = exchange.authenticate(request, world.now())
        book = world.book(account)
        entry.account, entry.state_version = account.name, book.version
        if world.settings.limits and not world.limits.admit(
            account.uid, request.path, entry.arrived, lambda: world.counter(exchange)
        ):
            raise exchange.too_many
        entry.admitted = True
        change = exchange.plan(request, account, book, lenient=world.settings.lenient)
        if apply:
            book.set(change.levers)
            entry.applied, entry.state_version = True, book.version
        return change.result


async def _read(scope: Scope, receive: Receive) -> Request | None:
    """The whole request; None when the client leaves before its end. A body too long is not kept."""
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
    return Request(scope["method"], scope["path"], target, headers, b"" if oversized else bytes(body), oversized)
