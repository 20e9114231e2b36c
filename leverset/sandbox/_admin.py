"""Control over the sandbox, as JSON under `/_sandbox/`: never signed, limited or logged.

    GET    /_sandbox/accounts                        every account, with credentials
    GET    /_sandbox/accounts/{exchange}/{name}      one account, with its leverage
    PATCH  /_sandbox/accounts/{exchange}/{name}      its level, modes, environment
    GET    /_sandbox/requests?exchange=&after=       the log of requests
    DELETE /_sandbox/requests                        forget it
    GET    /_sandbox/settings                        the settings
    PATCH  /_sandbox/settings                        change some
    GET    /_sandbox/faults                          the queue of faults
    POST   /_sandbox/faults                          add one, described by leverset.sandbox._faults.Fault
    DELETE /_sandbox/faults                          remove all
    POST   /_sandbox/reset                           back to the start; {"settings": true}: settings too

What is wrong with a control request is answered with HTTP 400 and {"error": …}.
"""

import json

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ._accounts import Account
from ._state import World


def control(world: World) -> ASGIApp:
    """The control application of a sandbox."""
    desk = _Desk(world)
    routes = [
        Route("/_sandbox/accounts", desk.accounts, methods=["GET"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}", desk.account, methods=["GET"]),
        Route("/_sandbox/accounts/{exchange}/{name:path}", desk.change_account, methods=["PATCH"]),
        Route("/_sandbox/requests", desk.requests, methods=["GET"]),
        Route("/_sandbox/requests", desk.clear_requests, methods=["DELETE"]),
        Route("/_sandbox/settings", desk.settings, methods=["GET"]),
        Route("/_sandbox/settings", desk.change_settings, methods=["PATCH"]),
        Route("/_sandbox/faults", desk.faults, methods=["GET"]),
        Route("/_sandbox/faults", desk.add_fault, methods=["POST"]),
        Route("/_sandbox/faults", desk.clear_faults, methods=["DELETE"]),
        Route("/_sandbox/reset", desk.reset, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refused, ValueError: _wrong})


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _wrong(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _object(request: Request) -> dict[str, object]:
    body = await request.body()
    document = json.loads(body or b"{}")
    if not isinstance(document, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - one error for all
    return document


class _Desk:
    """The endpoints, by the things they are about."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _account(self, request: Request) -> Account:
        try:
            return self._world.account(request.path_params["exchange"], request.path_params["name"])
        except LookupError as unknown:
            raise HTTPException(404, str(unknown.args[0])) from None

    async def accounts(self, _: Request) -> Response:
        return JSONResponse({"accounts": [account.describe() for account in self._world.accounts]})

    async def account(self, request: Request) -> Response:
        return JSONResponse(self._world.describe_account(self._account(request)))

    async def change_account(self, request: Request) -> Response:
        account = self._account(request)
        account.change(await _object(request))
        return JSONResponse(self._world.describe_account(account))

    async def requests(self, request: Request) -> Response:
        journal = self._world.journal
        exchange, after = request.query_params.get("exchange"), int(request.query_params.get("after", "0"))
        entries = [entry.describe() for entry in journal.entries(exchange=exchange, after=after)]
        return JSONResponse({"total": journal.total, "requests": entries})

    async def clear_requests(self, _: Request) -> Response:
        self._world.journal.clear()
        return Response(status_code=204)

    async def settings(self, _: Request) -> Response:
        return JSONResponse(self._world.settings.describe())

    async def change_settings(self, request: Request) -> Response:
        return JSONResponse(self._world.configure(await _object(request)).describe())

    async def faults(self, _: Request) -> Response:
        return JSONResponse({"faults": self._world.script.describe()})

    async def add_fault(self, request: Request) -> Response:
        return JSONResponse({"id": self._world.add_fault(await _object(request))}, 201)

    async def clear_faults(self, _: Request) -> Response:
        self._world.script.clear()
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        wanted = await _object(request)
        self._world.reset(settings=wanted.get("settings") is True)
        return Response(status_code=204)
