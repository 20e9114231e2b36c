"""The table of hostile responses: what a server sends, and what may be claimed after it. Written before the code.

`outcome` is what is claimed (`success` where the call returns) and `error` the class of what is raised.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.server import Respond, http

RawResponse = bytes | Respond


@dataclass(frozen=True, slots=True)
class Row:
    """One response by its name; `response` makes it for an exchange, and `only` names the one that it is about."""

    name: str
    response: Callable[[str], RawResponse]
    outcome: str
    error: str | None = None
    only: str | None = None
    changed: dict[str, Any] = field(default_factory=dict)


def envelope(exchange: str, data: Any = ..., **changed: Any) -> dict[str, Any]:
    """The envelope of a success; `data` in place of its own."""
    if exchange == "okx":
        own: Any = [{"lever": "5", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long"}]
        whole = {"code": "0", "msg": "", "data": own}
    else:
        own = {
            "symbol": "BTCUSDT",
            "marginCoin": "USDT",
            "longLeverage": "5",
            "shortLeverage": "20",
            "crossMarginLeverage": "20",
            "marginMode": "isolated",
        }
        whole = {"code": "00000", "data": own, "msg": "success", "requestTime": 1627293049406}
    return whole | ({} if data is ... else {"data": data}) | changed


def result(exchange: str, **changed: Any) -> Any:
    """The `data` of a success with other values in its one result."""
    data = envelope(exchange)["data"]
    return [data[0] | changed] if exchange == "okx" else data | changed


def success(exchange: str, data: Any = ..., **changed: Any) -> bytes:
    """The body of a success."""
    return json.dumps(envelope(exchange, data, **changed)).encode()


def refusal(exchange: str, code: object, msg: str = "no") -> bytes:
    """The body of a refusal."""
    rest: dict[str, Any] = {"data": []} if exchange == "okx" else {"data": None, "requestTime": 1627293049406}
    return json.dumps({"code": code, "msg": msg} | rest).encode()


KNOWN = {"okx": "51000", "bitget": "40020"}
BUSY = {"okx": "50004", "bitget": "40725"}
LEVER = {"okx": "lever", "bitget": "longLeverage"}
SIZE = 50 * 1024 * 1024
PIECE = b" " * 1024 * 1024
JSON = "Content-Type: application/json"
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


def without(whole: dict[str, Any], name: str) -> bytes:
    """An object as JSON that lacks a name."""
    return json.dumps({key: value for key, value in whole.items() if key != name}).encode()


def body(make: Callable[[str], bytes], status: int = 200, *headers: str) -> Callable[[str], RawResponse]:
    """A response with this body."""
    return lambda exchange: http(status, make(exchange), *(headers or (JSON,)))


def text(content: bytes, status: int = 200, *headers: str) -> Callable[[str], RawResponse]:
    """A response with the same body from both exchanges."""
    return body(lambda _: content, status, *headers)


def huge(_: str) -> RawResponse:
    """A right beginning, and then 50 MB of blanks."""

    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {SIZE}\r\n\r\n".encode())
        for _ in range(SIZE // len(PIECE)):
            connection.sendall(PIECE)

    return respond


def trickle(start: Callable[[str], bytes], rest: Callable[[str], bytes]) -> Callable[[str], RawResponse]:
    """What begins at once and then comes byte by byte, for about two seconds."""

    def make(exchange: str) -> RawResponse:
        def respond(connection: socket.socket, _: int) -> None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(start(exchange))
            for byte in rest(exchange)[:100]:
                time.sleep(0.02)  # the slowness is what is tested
                connection.sendall(bytes([byte]))

        return respond

    return make


def unknown(name: str, response: Callable[[str], RawResponse], error: str = "MalformedResponse", **more: Any) -> Row:
    """A row after which nothing is known."""
    return Row(name, response, "unknown", error, **more)


def fine(name: str, response: Callable[[str], RawResponse], **more: Any) -> Row:
    """A row that is odd, and a success."""
    return Row(name, response, "success", **more)


def _head(length: int) -> Callable[[str], bytes]:
    return lambda _: f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {length}\r\n\r\n".encode()


HURRY = {"deadline": 0.5, "timeout": 0.3}
NESTED = b'{"code":"0","msg":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BOMB = gzip.compress(b" " * SIZE)

ROWS: tuple[Row, ...] = (
    unknown("HTML with status 502", text(HTML, 502, "Content-Type: text/html")),
    Row(
        "plain text with status 429",
        text(b"Too Many Requests\n", 429, "Content-Type: text/plain"),
        "refused",
        "RateLimitExceeded",
    ),
    unknown("an unknown code with status 429", body(lambda x: refusal(x, "98765"), 429), "RateLimitExceeded"),
    unknown("an empty body", text(b"")),
    unknown("an empty body with status 204", lambda _: b"HTTP/1.1 204 No Content\r\n\r\n"),
    unknown("JSON that is cut off", body(lambda x: success(x)[:-7])),
    unknown("a JSON array", body(lambda x: b"[" + success(x) + b"]")),
    unknown("a JSON number", text(b"0")),
    unknown("JSON null", text(b"null")),
    unknown("NaN in it", body(lambda x: success(x, {LEVER[x]: float("nan")}))),
    unknown("the code twice", body(lambda x: b'{"code":"51000",' + success(x)[1:])),
    unknown("100,000 nested brackets", text(NESTED)),
    unknown("a body of 50 MB", huge),
    unknown("a gzip bomb", text(BOMB, 200, JSON, "Content-Encoding: gzip")),
    unknown("gzip that is cut off", body(lambda x: gzip.compress(success(x))[:-9], 200, "Content-Encoding: gzip")),
    unknown("gzip in name only", body(success, 200, "Content-Encoding: gzip")),
    unknown("a content coding nobody asked for", body(success, 200, "Content-Encoding: br")),
    fine("gzip, though nobody asked for it", body(lambda x: gzip.compress(success(x)), 200, "Content-Encoding: gzip")),
    fine("a wrong content type", body(success, 200, "Content-Type: text/html")),
    fine("no content type", body(success, 200, "X-Nothing: 1")),
    fine("a wrong charset in the header", body(success, 200, "Content-Type: application/json; charset=utf-16")),
    unknown("UTF-16 in the body", body(lambda x: success(x).decode().encode("utf-16"))),
    unknown("Latin-1 in the body", body(lambda x: success(x, msg="@").replace(b"@", b"\xe9"))),
    fine("a byte order mark", body(lambda x: b"\xef\xbb\xbf" + success(x))),
    unknown("status 520", text(b"error code: 520", 520, "Content-Type: text/plain")),
    fine("a success with status 520", body(success, 520)),
    fine("a success with status 299", body(success, 299)),
    fine("a success with status 500", body(success, 500)),
    Row("a refusal with status 200", body(lambda x: refusal(x, KNOWN[x])), "refused", "RequestRefused"),
    fine("data: null", body(lambda x: success(x, None))),
    fine("data: []", body(lambda x: success(x, []))),
    fine("data: text", body(lambda x: success(x, "done"))),
    fine("data: a number", body(lambda x: success(x, 1))),
    fine("data of the other exchange's shape", body(lambda x: success(x, {} if x == "okx" else [{}]))),
    fine("no data", body(lambda x: without(envelope(x), "data"))),
    fine("no message", body(lambda x: without(envelope(x), "msg"))),
    fine("a message that is an object", body(lambda x: success(x, msg={"en": "fine"}))),
    unknown("no code", body(lambda x: without(envelope(x), "code"))),
    unknown("code: null", body(lambda x: success(x, code=None))),
    unknown("code: true", body(lambda x: success(x, code=True))),
    unknown("code: an empty text", body(lambda x: success(x, code=""))),
    unknown("code: a fraction", body(lambda x: success(x, code=0.0))),
    unknown(
        "code: a number of 5,000 digits",
        body(lambda x: success(x, code=0).replace(b'"code": 0', b'"code": ' + b"9" * 5000)),
    ),
    fine("code: the number 0", body(lambda x: success(x, code=0)), only="okx"),
    unknown(
        "code: the number 0 where it has five digits",
        body(lambda x: success(x, code=0)),
        "ExchangeError",
        only="bitget",
    ),
    Row("a known code as a number", body(lambda x: refusal(x, int(KNOWN[x]))), "refused", "RequestRefused"),
    unknown("a code in no table", body(lambda x: refusal(x, "98765")), "ExchangeError"),
    unknown("a code that leaves it open", body(lambda x: refusal(x, BUSY[x])), "ExchangeUnavailable"),
    unknown(
        "a code with line breaks and half a surrogate pair", body(lambda x: refusal(x, "1\n2\ud800")), "ExchangeError"
    ),
    Row(
        "a refusal with an endless message",
        body(lambda x: refusal(x, KNOWN[x], "x\x1b[31m\n" * 20_000)),
        "refused",
        "RequestRefused",
    ),
    fine("unknown fields", body(lambda x: success(x, result(x, uTime="1"), extra=[1, {"a": None}]))),
    fine(
        "unknown values",
        body(lambda x: success(x, result(x, marginMode="portfolio") if x == "bitget" else result(x, ccy="?"))),
    ),
    fine("a leverage as a number", body(lambda x: success(x, result(x, **{LEVER[x]: 5})))),
    fine("a leverage with zeros behind it", body(lambda x: success(x, result(x, **{LEVER[x]: "5.00"})))),
    fine("a leverage that is an object", body(lambda x: success(x, result(x, **{LEVER[x]: {"v": 5}})))),
    fine("a leverage that is NaN as text", body(lambda x: success(x, result(x, **{LEVER[x]: "NaN"})))),
    fine("an empty leverage", body(lambda x: success(x, result(x, **{LEVER[x]: ""})))),
    Row("another leverage", body(lambda x: success(x, result(x, **{LEVER[x]: "3"}))), "differs", "ResultMismatch"),
    fine('posSide: ""', body(lambda x: success(x, result(x, posSide=""))), only="okx"),
    fine("crossMarginLeverage: null", body(lambda x: success(x, result(x, crossMarginLeverage=None))), only="bitget"),
    fine("requestTime as text", body(lambda x: success(x, requestTime="1627293049406")), only="bitget"),
    fine(
        "requestTime without end",
        body(lambda x: success(x, requestTime=float("inf")).replace(b"Infinity", b"1e999")),
        only="bitget",
    ),
    fine(
        "in chunks",
        lambda x: (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            % (len(success(x)), success(x))
        ),
    ),
    unknown(
        "in chunks, the last one missing",
        lambda x: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(success(x)), success(x)),
        "TransportError",
    ),
    fine("after an interim response", lambda x: b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(200, success(x))),
    fine("with more behind it", lambda x: http(200, success(x)) + b"HTTP/1.1 500 what\r\n\r\n"),
    unknown(
        "a body that trickles past the deadline",
        trickle(_head(100), lambda _: b" " * 100),
        "TransportError",
        changed=HURRY,
    ),
    unknown(
        "headers that trickle without end",
        trickle(lambda _: b"HTTP/1.1 200 OK\r\nX: ", lambda _: b"x" * 100),
        "TransportError",
        changed=HURRY,
    ),
    unknown("closed before the response", lambda _: b"", "TransportError"),
    unknown("closed in the status line", lambda _: b"HTTP/1.1 20", "TransportError"),
    unknown("closed in the headers", lambda _: b"HTTP/1.1 200 OK\r\nContent-Le", "TransportError"),
    unknown(
        "closed in the middle of the body",
        lambda x: http(200, success(x)[:20], length=len(success(x))),
        "TransportError",
    ),
    unknown(
        "closed after a body that should be longer",
        lambda x: http(200, success(x), length=len(success(x)) + 1),
        "TransportError",
    ),
    fine("closed after the response", lambda x: http(200, success(x), "Connection: close")),
    fine("ended by closing alone", lambda x: b"HTTP/1.0 200 OK\r\n\r\n" + success(x)),
    unknown("no HTTP at all", lambda _: b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "TransportError"),
    unknown("headers of 200 KB", lambda x: http(200, success(x), "X-Long: " + "x" * 200_000), "TransportError"),
)
