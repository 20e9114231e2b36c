"""Responses under a fault: changed, slowed down, cut off or dropped."""

import socket
import struct
from asyncio import Transport
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from starlette.types import Receive, Scope, Send

from ._clock import Clock
from ._exchange import Exchange
from ._faults import Fault
from ._messages import Response, json_response, plain_refusal

_PIECE = 64 * 1024  # bytes per write of a long body
_BODILESS = (204, 304)


def apply_fault(response: Response, fault: Fault, exchange: Exchange | None, now: float) -> Response:
    """Return the response that a fault puts in place of the usual one; `now` is in seconds since 1970."""
    if fault.refusal is not None:
        response = plain_refusal(fault.refusal) if exchange is None else exchange.refusal(fault.refusal, now)
    if response.data is not None and response.status == 200 and response.payload is not None:
        response = _edit(response, response.payload, response.data, fault)
    if fault.redirect is not None:
        response = Response(307, b"", {"location": fault.redirect})
    if fault.content is not None:
        response = Response(response.status, fault.content, response.headers)
    status = response.status if fault.status is None else fault.status
    body, payload = (b"", None) if status in _BODILESS else (response.body, response.payload)
    headers = {**response.headers, **fault.headers}
    return replace(response, status=status, body=body, headers=headers, payload=payload)


def _edit(response: Response, payload: Mapping[str, object], data: dict[str, object], fault: Fault) -> Response:
    """Apply `replace`, `null` and `drop`: in the result object, the first of several, then in the envelope."""
    edits: dict[str, Any] = {**fault.replace, **dict.fromkeys(fault.null)}
    if not edits and not fault.drop:
        return response
    outer = dict(payload)
    for name, value in edits.items():
        (outer if name in outer and name not in data else data)[name] = value
    for name in fault.drop:
        data.pop(name, None)
    field = response.data_field
    if field not in edits:
        rows = outer[field]
        outer[field] = [data, *rows[1:]] if isinstance(rows, list) else data
    for name in fault.drop:
        outer.pop(name, None)
    return json_response(outer, response.status, code_field=response.code_field, data_field=field)


def response_headers(response: Response, fault: Fault | None, now: float) -> list[tuple[str, str]]:
    """Return all headers of a response, in the order they are sent; `now` is in seconds since 1970."""
    offset = fault.date_offset if fault else 0.0
    headers = {"date": formatdate(now + offset, usegmt=True), **response.headers}
    length = _declared_length(response, fault)
    if length is not None:
        headers["content-length"] = str(length)
    return list(headers.items())


def _declared_length(response: Response, fault: Fault | None) -> int | None:
    """Return the value of Content-Length, None for a chunked body."""
    if fault is None:
        return len(response.body)
    if fault.content_length is not None:
        return fault.content_length
    return None if fault.chunked else len(response.body) * fault.repeat


class ResponseSender:
    """Sends the response to one request over its connection.

    Args:
        scope: The request's ASGI scope, with the connection's transport.
        receive: ASGI callable; its next message is the disconnect.
        send: ASGI callable.
        clock: Clock of the pauses in a trickle.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, clock: Clock) -> None:
        self._receive, self._send, self._clock = receive, send, clock
        self._transport: Transport = scope["state"]["transport"]

    async def send(self, response: Response, headers: list[tuple[str, str]], fault: Fault | None) -> None:
        """Send the response as the fault describes."""
        if fault is None:
            await self._start(response, headers)
            await self._body(response.body, more=False)
            return
        if fault.close == "before":
            await self._drop(fault)
            return
        await self._start(response, headers)
        total = len(response.body) * fault.repeat
        share = {"headers": 0, "middle": total // 2}.get(fault.close or "", total)
        declared = _declared_length(response, fault)
        await self._pieces(response, fault, share, share if declared is None else declared)
        cut_off = share < total or declared not in (None, total)
        if not cut_off and fault.close != "headers":
            await self._body(b"", more=False)
        if cut_off or fault.close is not None:
            await self._drop(fault)

    async def _pieces(self, response: Response, fault: Fault, share: int, declared: int) -> None:
        """Send the first `share` bytes of the body; those beyond the declared length bypass the HTTP layer."""
        step = int(fault.trickle["bytes"]) if fault.trickle else _PIECE
        sent = 0
        for piece in _cut(response.body, share, step):
            if sent and fault.trickle:
                await self._clock.sleep(fault.trickle["seconds"])
            if self._transport.is_closing():
                return
            within = max(0, declared - sent)
            await self._body(piece[:within], more=True)
            if piece[within:]:
                self._transport.write(piece[within:])
            sent += len(piece)

    async def _start(self, response: Response, headers: list[tuple[str, str]]) -> None:
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": response.status, "headers": encoded})

    async def _body(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _drop(self, fault: Fault) -> None:
        """Close the connection once all written bytes have left, and wait until it is gone."""
        if fault.reset:
            linger = struct.pack("ii", 1, 0)  # on, for 0 seconds: closing sends RST
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.close()
        await self._receive()  # the request is read: all that can still come is the disconnect


def _cut(body: bytes, share: int, step: int) -> Iterator[bytes]:
    """Cut the first `share` bytes of the endlessly repeated body into pieces of `step`."""
    if not share:
        return
    block = body * (-(-step // len(body)) + 1)  # any window of `step` bytes, wherever it begins
    for begin in range(0, share, step):
        offset = begin % len(body)
        yield block[offset : offset + min(step, share - begin)]
