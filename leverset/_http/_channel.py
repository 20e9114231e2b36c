"""What is said on one connection, without the waiting: the proxy's tunnel, TLS, requests and responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import h11

from leverset._http._messages import (
    BodyTooLarge,
    ConnectionFailed,
    InvalidRequest,
    Origin,
    ProtocolViolation,
    ProxyAddress,
    RawRequest,
    RawResponse,
    Step,
)
from leverset._http._tls import Tls

_MAX_HEAD = 100 * 1024
_LENGTH = frozenset(("content-length", b"content-length"))


class Channel:
    """The HTTP of one connection.

    Args:
        max_body: The most bytes of a response's body.
    """

    def __init__(self, max_body: int) -> None:
        self.received = b""
        self._tls: Tls | None = None
        self._h11 = h11.Connection(h11.CLIENT, _MAX_HEAD)
        self._response: h11.Response | None = None
        self._body = bytearray()
        self._max_body = max_body

    def opening(self, origin: Origin, proxy: ProxyAddress | None) -> Iterator[tuple[Step, bytes]]:
        """What has to be said before requests can be.

        Yields:
            A step and what to send for it. What arrives next belongs into `received` before the iteration goes on.

        Raises:
            ConnectionFailed: The proxy, or TLS, did not come about.
        """
        if origin.scheme == "https":
            if proxy is not None:
                yield from self._open_tunnel(origin, proxy)
            tls = Tls(origin.host)
            while not tls.shake_hands():
                yield "Handshake", tls.outgoing()
                tls.receive(self.received)
            self._tls = tls
            if tls.decrypt() or tls.is_within_a_record:
                raise spoke_first()

    def start(self, request: h11.Request, body: bytes) -> bytes:
        """Head and body of a request as they are sent.

        Raises:
            InvalidRequest: Its Content-Length is not the body's.
        """
        try:
            pieces = [self._h11.send(request), self._h11.send(h11.Data(body)), self._h11.send(h11.EndOfMessage())]
        except h11.LocalProtocolError:
            raise InvalidRequest("Content-Length is not the length of the body") from None
        data = b"".join(piece for piece in pieces if piece is not None)
        return data if self._tls is None else self._tls.encrypt(data)

    def read(self, data: bytes) -> RawResponse | None:
        """Take what arrived; nothing is the end of the connection.

        Returns:
            The response, once it is whole.

        Raises:
            ConnectionFailed: The connection ended, or what was sent is no response.
            BodyTooLarge: Its body is longer than `max_body`.
        """
        ended = not data
        if self._tls is not None:
            self._tls.receive(data)
            data, ended = self._tls.decrypt(), self._tls.ended
        if data:
            self._h11.receive_data(data)
        if ended:
            if self._response is None and not self._h11.trailing_data[0]:
                raise ConnectionFailed("ConnectionClosed: the server closed the connection without a response")
            self._h11.receive_data(b"")
        try:
            return self._next_response()
        except h11.RemoteProtocolError as error:
            raise _violation(error) from None

    @property
    def has_response(self) -> bool:
        """Whether the head of a response was read."""
        return self._response is not None

    def start_over(self) -> bool:
        """Make ready for another request.

        Returns:
            False where this connection takes none: an end was announced, or something follows the response.
        """
        done = (self._h11.our_state, self._h11.their_state) == (h11.DONE, h11.DONE)
        if not done or self._h11.trailing_data != (b"", False) or (self._tls and self._tls.is_within_a_record):
            return False
        self._h11.start_next_cycle()
        self._response = None
        self._body = bytearray()
        return True

    def _next_response(self) -> RawResponse | None:
        while (event := self._h11.next_event()) is not h11.NEED_DATA:
            if event is h11.PAUSED:
                raise h11.RemoteProtocolError("the server switched protocols")
            if isinstance(event, h11.Response):
                self._response = event
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._max_body:
                    raise BodyTooLarge(self._assembled())
            elif isinstance(event, h11.EndOfMessage):
                return self._assembled()
        return None

    def _assembled(self) -> RawResponse:
        assert self._response is not None  # noqa: S101 - h11 gives no body without it
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._response.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return RawResponse(self._response.status_code, headers, bytes(self._body[: self._max_body]))

    def _open_tunnel(self, origin: Origin, proxy: ProxyAddress) -> Iterator[tuple[Step, bytes]]:
        headers: list[tuple[bytes | str, bytes | str]] = [("Host", origin.authority)]
        if proxy.authorization is not None:
            headers.append(("Proxy-Authorization", proxy.authorization))
        tunnel = h11.Connection(h11.CLIENT, _MAX_HEAD)
        pieces = (tunnel.send(_event("CONNECT", origin.authority, headers)), tunnel.send(h11.EndOfMessage()))
        out = b"".join(piece for piece in pieces if piece is not None)
        status = None
        while status is None:
            yield "Tunnel", out
            out = b""
            tunnel.receive_data(self.received)
            status = _tunnel_status(tunnel)
        if not 200 <= status < 300:
            raise ConnectionFailed(f"ProxyRefused: the proxy answered CONNECT with status {status}")
        if tunnel.trailing_data != (b"", False):
            raise spoke_first()


def event_of(request: RawRequest, origin: Origin, proxy: ProxyAddress | None) -> h11.Request:
    """A request as h11 takes it; in absolute form where a proxy forwards it.

    Raises:
        InvalidRequest: HTTP does not allow it.
    """
    headers = list(request.headers)
    target = request.target
    if request.body and not any(name.lower() in _LENGTH for name, _ in headers):
        headers.append(("Content-Length", str(len(request.body))))
    if proxy is not None and origin.scheme == "http":
        target = f"http://{origin.authority}{target}"
        if proxy.authorization is not None:
            headers.append(("Proxy-Authorization", proxy.authorization))
    return _event(request.method, target, headers)


def spoke_first() -> ProtocolViolation:
    """The failure of a server that sends, or closes, before it has a request."""
    return ProtocolViolation("ProtocolViolation: the server sent something, or closed, before the request was sent")


def _event(method: str, target: str, headers: list[tuple[bytes | str, bytes | str]]) -> h11.Request:
    try:
        return h11.Request(method=method, target=target, headers=cast(Any, headers))  # it takes bytes and str mixed
    except (h11.LocalProtocolError, UnicodeError):  # both quote the value
        text = "method, target or a header has characters that HTTP does not allow, or Host is missing"
        raise InvalidRequest(text) from None


def _tunnel_status(tunnel: h11.Connection) -> int | None:
    try:
        while (event := tunnel.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                return event.status_code
    except h11.RemoteProtocolError as error:
        raise _violation(error) from None
    return None


def _violation(error: h11.RemoteProtocolError) -> ProtocolViolation:
    """The failure in h11's words, without the server's bytes that some of them end with."""
    return ProtocolViolation(f"RemoteProtocolError: {str(error).partition(': ')[0]}")
