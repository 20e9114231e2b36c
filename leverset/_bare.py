"""Carry the requests of the generated client itself: signed, limited, errors raised, never retried."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from leverset._http.transport import Transport
from leverset._protocols import Operation
from leverset._retry import Call


class BareTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The transport of a generated client; each request is a call of one attempt."""

    def __init__(self, transport: Transport, call: Callable[[Operation, int], Call]) -> None:
        self._transport, self._call = transport, call

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises LeversetError."""
        prepared = self._transport.prepare_from(request, request.read())
        call = self._call(prepared.operation, 0)
        try:
            return _response(call.send(prepared))
        except BaseException as error:
            call.annotate(error)
            raise

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Like `handle_request`, awaited."""
        prepared = self._transport.prepare_from(request, await request.aread())
        call = self._call(prepared.operation, 0)
        try:
            return _response(await call.send_async(prepared))
        except BaseException as error:
            call.annotate(error)
            raise


def generated_client(owner: Any) -> Any:
    """The generated client behind a client, or behind a view of one, with its options."""
    return owner.client_type(
        base_url=owner.config.base_url,
        headers={"User-Agent": "leverset"},
        timeout=httpx.Timeout(owner.config.timeout),
        follow_redirects=False,
        httpx_args={"transport": BareTransport(owner._transport, owner._call), "trust_env": False},
    )


def _response(document: Any) -> httpx.Response:
    """The document of a success as the generated code reads it; with whatever JSON allows, half of a character too."""
    return httpx.Response(200, content=json.dumps(document), headers={"Content-Type": "application/json"})
