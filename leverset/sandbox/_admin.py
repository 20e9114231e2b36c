"""The admin endpoints, JSON under `/_sandbox/`, and the console at `/`: never signed, limited or logged.

    GET    /_sandbox/accounts                        all accounts, with credentials
    GET    /_sandbox/accounts/{exchange}/{name}      one account, with its leverage
    POST   /_sandbox/accounts/{exchange}             open another one: its modes, its environment
    DELETE /_sandbox/accounts/{exchange}/{name}      close one that was opened
    PATCH  /_sandbox/accounts/{exchange}/{name}      change its modes or its environment
    POST   /_sandbox/accounts/{exchange}/{name}/leverage  set leverage from outside, by the exchange's own fields
    POST   /_sandbox/accounts/{exchange}/{name}/keys give it another API key: {"label", "permissions", "ips"}
    GET    /_sandbox/instruments/{exchange}          what is set about instruments
    PATCH  /_sandbox/instruments/{exchange}/{name}   set it: {"exists", "state", "minimum", "maximum"}
    GET    /_sandbox/requests?exchange=&after=       the log of requests
    DELETE /_sandbox/requests                        clear the log
    GET    /_sandbox/requests/{sequence}             one request as the console shows it: redacted, with what was signed
    GET    /_sandbox/events                          server-sent events for the console
    GET    /_sandbox/settings                        the configuration
    PATCH  /_sandbox/settings                        change some settings
    GET    /_sandbox/faults                          the queue of faults
    POST   /_sandbox/faults                          add one, described by leverset.sandbox._faults.Fault
    DELETE /_sandbox/faults                          remove all
    POST   /_sandbox/reset                           reset the state; {"settings": true}: the configuration too

Only this machine has access, and only web pages of this machine: see `_access`. A request with a body must say
application/json. A wrong request gets HTTP 400 (403 and 415 without access) and {"error": "..."}.
"""

import re
from contextlib import suppress
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._access import AccessDenied, check_access, check_own_page
from ._accounts import Account
from ._bodies import MAX_ADMIN_BODY, read_json_object
from ._bounds import boolean, integer, shown
from ._console import HEADERS, Console
from ._registry import find_exchange
from ._state import State

_HEADERS = [(name.encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items()]

_OWN = ("/_sandbox/console/", "/_sandbox/events")


def admin_app(state: State) -> ASGIApp:
    """Make the ASGI application of the admin endpoints."""
    admin, console = _Endpoints(state), Console(state)
    routes = [
        Route("/", console.page, methods=["GET"]),
        Route("/_sandbox/console/{file}", console.file, methods=["GET"]),
        Route("/_sandbox/events", console.events, methods=["GET"]),
        Route("/_sandbox/requests/{sequence:int}", console.request, methods=["GET"]),
        Route("/_sandbox/accounts", admin.accounts, methods=["GET"]),
        Route("/_sandbox/accounts/{exchange}", admin.open_account, methods=["POST"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}", admin.close_account, methods=["DELETE"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}", admin.account, methods=["GET"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}", admin.change_account, methods=["PATCH"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}/leverage", admin.change_leverage, methods=["POST"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}/keys", admin.add_key, methods=["POST"]),
        Route("/_sandbox/instruments/{exchange}", admin.instruments, methods=["GET"]),
        Route("/_sandbox/instruments/{exchange}/{name}", admin.change_instrument, methods=["PATCH"]),
        Route("/_sandbox/requests", admin.requests, methods=["GET"]),
        Route("/_sandbox/requests", admin.clear_requests, methods=["DELETE"]),
        Route("/_sandbox/settings", admin.settings, methods=["GET"]),
        Route("/_sandbox/settings", admin.change_settings, methods=["PATCH"]),
        Route("/_sandbox/faults", admin.faults, methods=["GET"]),
        Route("/_sandbox/faults", admin.add_fault, methods=["POST"]),
        Route("/_sandbox/faults", admin.clear_faults, methods=["DELETE"]),
        Route("/_sandbox/reset", admin.reset, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_error, ValueError: _value_error})

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            check_access(scope["method"], scope["headers"])
            if scope["path"].startswith(_OWN):
                check_own_page(scope["headers"])
        except AccessDenied as denied:
            await JSONResponse({"error": denied.reason}, denied.status)(scope, receive, send_safely)
        else:
            with suppress(ClientDisconnect):  # nobody is left to respond to
                await app(scope, receive, send_safely)

    return checked


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _value_error(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _object(request: Request) -> dict[str, object]:
    body = bytearray()
    async for piece in request.stream():  # to its end: the connection stays usable
        if len(body) <= MAX_ADMIN_BODY:
            body += piece
    if len(body) > MAX_ADMIN_BODY:
        raise ValueError(f"the body must have at most {MAX_ADMIN_BODY} bytes")
    return read_json_object(bytes(body))


def _after(request: Request) -> int:
    after = request.query_params.get("after", "0")
    return int(after) if re.fullmatch("[0-9]{1,15}", after) else integer("after", after, 0, 10**15)


class _Endpoints:
    """The endpoints, by the things they act on."""

    def __init__(self, state: State) -> None:
        self._state = state

    def _account(self, request: Request) -> Account:
        try:
            return self._state.account(request.path_params["exchange"], request.path_params["name"])
        except LookupError as unknown:
            raise HTTPException(404, str(unknown.args[0])) from None

    async def accounts(self, _: Request) -> Response:
        return JSONResponse({"accounts": [account.describe() for account in self._state.accounts]})

    async def account(self, request: Request) -> Response:
        return JSONResponse(self._state.describe_account(self._account(request)))

    async def open_account(self, request: Request) -> Response:
        account = self._state.open_account(request.path_params["exchange"], await _object(request))
        return JSONResponse(self._state.describe_account(account), 201)

    async def close_account(self, request: Request) -> Response:
        self._state.close_account(self._account(request))
        return Response(status_code=204)

    async def change_account(self, request: Request) -> Response:
        account = self._account(request)
        account.change(await _object(request))
        return JSONResponse(self._state.describe_account(account))

    async def change_leverage(self, request: Request) -> Response:
        return JSONResponse(self._state.change_leverage(self._account(request), await _object(request)))

    async def add_key(self, request: Request) -> Response:
        account = self._account(request)
        return JSONResponse(self._state.add_key(account, await _object(request)).describe(), 201)

    async def instruments(self, request: Request) -> Response:
        exchange = find_exchange(request.path_params["exchange"])
        return JSONResponse({"instruments": self._state.listings[exchange.name].describe()})

    async def change_instrument(self, request: Request) -> Response:
        exchange, name = request.path_params["exchange"], request.path_params["name"]
        return JSONResponse(asdict(self._state.change_instrument(exchange, name, await _object(request))))

    async def requests(self, request: Request) -> Response:
        log = self._state.log
        exchange = request.query_params.get("exchange")
        entries = [entry.describe() for entry in log.entries(exchange=exchange, after=_after(request))]
        return JSONResponse({"total": log.total, "requests": entries})

    async def clear_requests(self, _: Request) -> Response:
        self._state.log.clear()
        return Response(status_code=204)

    async def settings(self, _: Request) -> Response:
        return JSONResponse(self._state.config.describe())

    async def change_settings(self, request: Request) -> Response:
        return JSONResponse(self._state.configure(await _object(request)).describe())

    async def faults(self, _: Request) -> Response:
        return JSONResponse({"faults": self._state.faults.describe()})

    async def add_fault(self, request: Request) -> Response:
        return JSONResponse({"id": self._state.add_fault(await _object(request))}, 201)

    async def clear_faults(self, _: Request) -> Response:
        self._state.faults.clear()
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        wanted = await _object(request)
        settings = boolean("settings", wanted.pop("settings", False))
        if wanted:
            raise ValueError(f"a reset takes settings and nothing else, not {shown(wanted)}")
        self._state.reset(settings=settings)
        return Response(status_code=204)
