"""Requests, responses, failures and the time that a request has: what every part of the connection shares."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Literal

from attrs import field, frozen

Clock = Callable[[], float]
Step = Literal["Resolve", "Connect", "Tunnel", "Handshake", "Write", "Read"]

_DOING: dict[Step, str] = {
    "Resolve": "resolving the name of the host",
    "Connect": "connecting",
    "Tunnel": "opening the tunnel of the proxy",
    "Handshake": "making the TLS handshake",
    "Write": "writing the request",
    "Read": "reading the response",
}
_LEAST_SHARE = 0.25  # seconds; a connection to the other side of the earth is made in this time


@frozen
class Origin:
    """Where requests go.

    Args:
        scheme: "http" or "https".
        host: A name in ASCII (`xn--...` where it is international) or an IP address, IPv6 without brackets.
        port: Its port.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port as a request target names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@frozen
class ProxyAddress:
    """A proxy spoken to over plain HTTP: by CONNECT for https origins, in absolute form for http origins.

    Args:
        host: A name in ASCII or an IP address, IPv6 without brackets.
        port: Its port.
        authorization: The value of Proxy-Authorization; None sends none. Never shown.
    """

    host: str
    port: int
    authorization: bytes | None = field(default=None, repr=False)


@frozen
class RawRequest:
    """A request as it is sent.

    Args:
        method: "GET" or "POST"; not "HEAD" or "CONNECT".
        target: Path and query.
        headers: Names and values in order, Host among them. Content-Length is added where there is a body without it.
            Never shown: they hold signature and passphrase.
        body: The whole body. Never shown.
    """

    method: str
    target: str
    headers: Sequence[tuple[bytes | str, bytes | str]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@frozen
class RawResponse:
    """A response as it arrived.

    Args:
        status: The status, from 200 on.
        headers: Values by lower-cased name, joined by ", " where a name came more than once.
        body: The whole body, of at most `max_body` bytes.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class HttpError(Exception):
    """The root of what `send` raises of its own."""


class ConnectionFailed(HttpError):
    """The network, the server or the proxy failed; the text names the error and what was being done.

    It quotes no header, no request and no address of a proxy. Whether the request may have been sent is what
    `on_send` says.

    Args:
        text: What to show.
        late: Whether a deadline or a step's time ran out, rather than the network having said no.
        unsent: Whether it is known that nothing was sent, although `on_send` was called.
        responded: Whether the head of a response was read: the server has counted the request.
    """

    def __init__(self, text: str, *, late: bool = False, unsent: bool = False, responded: bool = False) -> None:
        super().__init__(text)
        self.late, self.unsent, self.responded = late, unsent, responded


class ProtocolViolation(ConnectionFailed):
    """What the server sent is not a response in HTTP/1.1, was cut off, or came before the request."""


class BodyTooLarge(HttpError):
    """The body of a response is longer than `max_body`.

    Args:
        response: The response as far as it was read, its body cut to `max_body`.
    """

    def __init__(self, response: RawResponse) -> None:
        super().__init__(f"the body is longer than {len(response.body)} bytes")
        self.response = response


class InvalidRequest(HttpError, ValueError):
    """A request that HTTP does not allow; nothing was sent. Quotes nothing of it."""


class ConnectionsClosed(HttpError):
    """`close()` was called; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("the connections are closed")


@frozen
class Budget:
    """The time that one request has.

    Args:
        clock: Seconds that only grow.
        deadline: When the whole must be over, on that clock.
        step_timeout: The most seconds that one step may take.
    """

    clock: Clock
    deadline: float
    step_timeout: float

    def left(self, step: Step) -> float:
        """Seconds that the next step may take.

        Raises:
            ConnectionFailed: Late: there are none.
        """
        left = min(self.step_timeout, self.deadline - self.clock())
        if left <= 0:
            raise late(step)
        return left

    def share(self, step: Step, parts: int) -> float:
        """Seconds for the first of several ways that are tried in order, so that the others have a chance as well."""
        left = self.left(step)
        return min(left, max((self.deadline - self.clock()) / parts, _LEAST_SHARE))


def late(step: Step) -> ConnectionFailed:
    """The failure of a step whose time ran out."""
    return ConnectionFailed(f"{step}Timeout: the time ran out while {_DOING[step]}", late=True)


def failed(error: OSError, step: Step) -> ConnectionFailed:
    """The failure of a step that the network, or TLS, ended.

    Args:
        error: What a call of ours raised.
        step: What was being done.

    Raises:
        OSError: `error` as it is, where a signal handler raised it while the call was waiting.
    """
    if not _is_of_the_network(error.__traceback__):
        raise error
    if isinstance(error, TimeoutError) and error.errno is None:  # the socket's own; ETIMEDOUT is the network's
        return late(step)
    return unusable(error, step)


def unusable(error: OSError | UnicodeError, step: Step) -> ConnectionFailed:
    """The failure of a step in which no signal handler can have run, because it is short or in a thread of its own."""
    return ConnectionFailed(f"{type(error).__name__}: {error}, while {_DOING[step]}")


def _is_of_the_network(traceback: TracebackType | None) -> bool:
    """Whether the innermost frame is one that calls sockets or TLS, and not the function of a signal handler."""
    if traceback is None:
        return True
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = str(traceback.tb_frame.f_globals.get("__name__"))
    return module == ssl.__name__ or module.rpartition(".")[0] == __package__
