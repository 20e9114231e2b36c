"""Requests and responses as they are on the wire, where they go, and what may fail on the way there and back."""

from __future__ import annotations

import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import h11
from attrs import field, frozen

MAX_BODY = 1_048_576
"""The largest body that is read, in bytes, before and after decompression; the documents' own have under 1,000."""
MAX_HEAD = 100 * 1024
"""Bytes."""

OnSend = Callable[[], None]
Headers = Sequence[tuple[bytes | str, bytes | str]]
Step = Literal["Resolve", "Connect", "Tunnel", "Handshake", "Write", "Read"]

_DOING: dict[Step, str] = {
    "Resolve": "resolving the name of the host",
    "Connect": "connecting",
    "Tunnel": "opening the tunnel of the proxy",
    "Handshake": "making the TLS handshake",
    "Write": "writing the request",
    "Read": "reading the response",
}
_CALLED = {"anyio", "asyncio", "concurrent", "contextlib", "httpcore", "httpx", "selectors", "socket", "socksio", "ssl"}
"""What this package calls that raises OSError in Python code of its own, or calls what does."""


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
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@frozen
class RawResponse:
    """A response as it arrived.

    Args:
        status: The status, from 200 on.
        headers: Values by lower-cased name, joined by ", " where a name came more than once.
        body: The whole body, of at most MAX_BODY bytes.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@frozen
class Origin:
    """Where requests go, or a proxy: spoken to over plain HTTP, by CONNECT for https origins, else in absolute form.

    Args:
        scheme: "http" or "https"; of a proxy "http".
        host: A name in ASCII (`xn--...` where it is international) or an IP address, IPv6 without brackets.
        port: Its port.
        authorization: The value of Proxy-Authorization; None sends none. Never shown.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    authorization: bytes | None = field(default=None, repr=False)

    @property
    def authority(self) -> str:
        """Host and port as a request target names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def headers(self) -> list[Any]:
        """What a proxy needs in the head of a request that it reads."""
        return [] if self.authorization is None else [("Proxy-Authorization", self.authorization)]


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


class BodyTooLarge(HttpError):
    """The body of a response is longer than MAX_BODY.

    Args:
        response: The response as far as it was read, its body cut to MAX_BODY.
    """

    def __init__(self, response: RawResponse) -> None:
        super().__init__(f"the body is longer than {len(response.body)} bytes")
        self.response = response


class InvalidRequest(HttpError, ValueError):
    """A request that HTTP does not allow; nothing was sent. Quotes nothing of it."""

    def __init__(self) -> None:
        super().__init__(
            "HTTP does not allow the method, the target or a header, or Host is missing, or Content-Length is wrong"
        )


class ConnectionsClosed(HttpError):
    """`close()` was called; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("the connections are closed")


def is_of_the_network(error: BaseException, innermost: int = 0) -> bool:
    """Whether a step failed with it, rather than `on_send` or a signal handler that ran while the call was waiting.

    Then it came through no function but ours and what they call.

    Args:
        error: What was raised.
        innermost: How many of these functions are looked at, from where it was raised on; 0 is all of them.
    """
    if isinstance(error, OSError):
        # gevent puts sockets of its own in the place of Python's; uvloop is a loop whose functions are in tracebacks.
        # Without asyncio, which no call imports, there is no such loop.
        running_loop = getattr(sys.modules.get("asyncio"), "_get_running_loop", lambda: None)
        kinds = *socket.socket.__mro__, *type(running_loop()).__mro__
        called = _CALLED.union(kind.__module__.partition(".")[0] for kind in kinds)
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-innermost:]
        names = [str(frame.f_globals.get("__name__")) for frame in frames]
        return all(name.partition(".")[0] in called or name.rpartition(".")[0] == __package__ for name in names)
    return isinstance(error, h11.RemoteProtocolError)


def of_a_handler(error: Exception, *, own: bool) -> OSError | None:
    """The signal handler's error that one of httpx stands for, if it does: httpcore makes its own of any OSError.

    Args:
        error: What a transport raised.
        own: Whether the transport is httpx's own, so that an OSError which it raises as it is may be looked at too.
    """
    made: Any = error.__cause__
    mapped = type(made).__module__.partition(".")[0] == "httpcore"
    raised = next(iter(made.args), None) if mapped else error
    # The innermost function alone: httpx may have called one that is neither its own nor of Python, such as a resolver.
    return raised if (mapped or own) and isinstance(raised, OSError) and not is_of_the_network(raised, 1) else None


def failed(error: BaseException, step: Step, *, responded: bool = False) -> ConnectionFailed:
    """The failure of a step, without the server's bytes that some texts of h11 end with.

    Args:
        error: What was raised in it, or by a resolver.
        step: What was being done.
        responded: Whether the head of a response was read.
    """
    if isinstance(error, h11.RemoteProtocolError):
        text = f"RemoteProtocolError: {str(error).partition(': ')[0]}, while {_DOING[step]}"
        return ConnectionFailed(text, responded=responded)
    late = isinstance(error, TimeoutError) and error.errno is None  # ETIMEDOUT is the network's
    name, text = (f"{step}Timeout", "the time ran out") if late else (type(error).__name__, f"{error},")
    return ConnectionFailed(f"{name}: {text} while {_DOING[step]}", late=late, responded=responded)


def spoke_first() -> ConnectionFailed:
    """The failure of a server that sends, or closes, before it has a request."""
    return ConnectionFailed("ProtocolViolation: the server sent something, or closed, before the request was sent")
