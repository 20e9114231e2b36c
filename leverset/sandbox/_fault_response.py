"""Replies on their way out: changed, slowed, cut off or dropped as a fault wants it."""

import socket
import struct
from asyncio import Transport
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from typing import Any

from starlette.types import Receive, Scope, Send

from ._clock import Clock
from ._faults import Fault
from ._messages import Reply, json_reply, refusal

_PIECE = 64 * 1024  # bytes per write of a long body
_BODILESS = (204, 304)


def changed(reply: Reply, fault: Fault, exchange: str | None, now: float) -> Reply:
    """The reply a fault puts in place of the usual one; `now` is wall-clock seconds."""
    if fault.refusal is not None:
        reply = refusal(exchange, fault.refusal, now)
    if reply.data is not None and reply.status == 200 and reply.payload is not None:
        reply = _edited(reply, reply.payload, reply.data, fault)
    if fault.redirect is not None:
        reply = Reply(307, b"", {"location": fault.redirect})
    if fault.content is not None:
        reply = Reply(reply.status, fault.content, reply.headers)
    status = reply.status if fault.status is None else fault.status
    body, payload = (b"", None) if status in _BODILESS else (reply.body, reply.payload)
    return Reply(status, body, {**reply.headers, **fault.headers}, payload)


def _edited(reply: Reply, payload: Mapping[str, object], data: dict[str, object], fault: Fault) -> Reply:
    """wrong_echo, null and drop: in the result object first, then in the envelope."""
    edits: dict[str, Any] = {**fault.wrong_echo, **dict.fromkeys(fault.null)}
    if not edits and not fault.drop:
        return reply
    outer = dict(payload)
    for name, value in edits.items():
        (outer if name in outer and name not in data else data)[name] = value
    for name in fault.drop:
        data.pop(name, None)
    if "data" not in edits:
        outer["data"] = [data] if isinstance(outer["data"], list) else data
    for name in fault.drop:
        outer.pop(name, None)
    return json_reply(outer, reply.status)


def header_lines(reply: Reply, fault: Fault | None, now: float) -> list[tuple[str, str]]:
    """All headers of a reply, in the order they are sent."""
    offset = fault.date_offset if fault else 0.0
    headers = {"date": formatdate(now + offset, usegmt=True), **reply.headers}
    length = _length(reply, fault)
    if length is not None:
        headers["content-length"] = str(length)
    return list(headers.items())


def _length(reply: Reply, fault: Fault | None) -> int | None:
    """What Content-Length says; None in chunks."""
    if fault is None:
        return len(reply.body)
    if fault.content_length is not None:
        return fault.content_length
    return None if fault.chunked else len(reply.body) * fault.repeat


class Line:
    """One request's way back to its client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, clock: Clock) -> None:
        self._receive, self._send, self._clock = receive, send, clock
        self._transport: Transport = scope["state"]["transport"]

    async def send(self, reply: Reply, headers: list[tuple[str, str]], fault: Fault | None) -> None:
        """Send the reply, as the fault wants it sent."""
        if fault is None:
            await self._start(reply, headers)
            await self._body(reply.body, more=False)
            return
        if fault.close == "before":
            await self._drop(fault)
            return
        await self._start(reply, headers)
        total = len(reply.body) * fault.repeat
        share = {"headers": 0, "middle": total // 2}.get(fault.close or "", total)
        declared = _length(reply, fault)
        await self._pieces(reply, fault, share, share if declared is None else declared)
        cut_off = share < total or declared not in (None, total)
        if not cut_off and fault.close != "headers":
            await self._body(b"", more=False)
        if cut_off or fault.close is not None:
            await self._drop(fault)

    async def _pieces(self, reply: Reply, fault: Fault, share: int, declared: int) -> None:
        """The first `share` bytes of the body; those beyond the declared length bypass the HTTP layer."""
        step = int(fault.trickle["bytes"]) if fault.trickle else _PIECE
        sent = 0
        for piece in _cut(reply.body, share, step):
            if sent and fault.trickle:
                await self._clock.sleep(fault.trickle["seconds"])
            if self._transport.is_closing():
                return
            honest = max(0, declared - sent)
            await self._body(piece[:honest], more=True)
            if piece[honest:]:
                self._transport.write(piece[honest:])
            sent += len(piece)

    async def _start(self, reply: Reply, headers: list[tuple[str, str]]) -> None:
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": lines})

    async def _body(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _drop(self, fault: Fault) -> None:
        """Close the connection once what was written has left, and wait until it is gone."""
        if fault.reset:
            linger = struct.pack("ii", 1, 0)  # on, for 0 seconds: closing sends RST
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.close()
        await self._receive()  # the request is read: all that can still come is the disconnect


def _cut(body: bytes, share: int, step: int) -> Iterator[bytes]:
    """The first `share` bytes of the body repeated without end, in pieces of `step`."""
    if not share:
        return
    block = body * (-(-step // len(body)) + 1)  # any window of `step` bytes, wherever it begins
    for begin in range(0, share, step):
        offset = begin % len(body)
        yield block[offset : offset + min(step, share - begin)]
