"""What is said of a failure, and whose it is: the network's, or that of a function which ran meanwhile."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import h11
import pytest

from leverset._http._messages import (
    MAX_BODY,
    MAX_HEAD,
    BodyTooLarge,
    ConnectionFailed,
    ConnectionsClosed,
    InvalidRequest,
    Origin,
    RawResponse,
    Step,
    failed,
    is_of_the_network,
    of_a_handler,
    spoke_first,
)

DOING: dict[Step, str] = {
    "Resolve": "resolving the name of the host",
    "Connect": "connecting",
    "Tunnel": "opening the tunnel of the proxy",
    "Handshake": "making the TLS handshake",
    "Write": "writing the request",
    "Read": "reading the response",
}


SOURCE = """
def function(functions):
    if not functions:
        raise OSError("x")
    functions[0](functions[1:])
"""


def through(*modules: str) -> OSError:
    """An error that came through functions of these modules; the last one raised it."""
    functions: list[Any] = []
    for module in modules:
        names: dict[str, Any] = {"__name__": module}
        exec(SOURCE, names)  # noqa: S102 - a function as another module has it
        functions.append(names["function"])
    with pytest.raises(OSError, match="x") as caught:
        functions[0](functions[1:])
    return caught.value.with_traceback(caught.tb.tb_next)


@pytest.mark.parametrize("step", DOING)
def test_a_failure_names_the_error_and_the_step(step: Step) -> None:
    for error, text, late in (
        (TimeoutError(), f"{step}Timeout: the time ran out while {DOING[step]}", True),
        (TimeoutError(110, "it is over"), f"TimeoutError: [Errno 110] it is over, while {DOING[step]}", False),
        (OSError("no list"), f"OSError: no list, while {DOING[step]}", False),
        (h11.RemoteProtocolError("no head: b'x'"), f"RemoteProtocolError: no head, while {DOING[step]}", False),
    ):
        for responded in (False, True):
            failure = failed(error, step, responded=responded)
            facts = (str(failure), failure.late, failure.unsent, failure.responded)
            assert facts == (text, late, False, responded)
        assert not failed(error, step).responded


def test_what_is_raised_of_our_own_says_what_is_wrong() -> None:
    plain = ConnectionFailed("no way")
    assert (str(plain), plain.late, plain.unsent, plain.responded) == ("no way", False, False, False)
    large = BodyTooLarge(RawResponse(status=200, headers={}, body=b"xyz"))
    assert (str(large), large.response.body) == ("the body is longer than 3 bytes", b"xyz")
    assert str(ConnectionsClosed()) == "the connections are closed"
    assert str(InvalidRequest()) == (
        "HTTP does not allow the method, the target or a header, or Host is missing, or Content-Length is wrong"
    )
    assert str(spoke_first()) == (
        "ProtocolViolation: the server sent something, or closed, before the request was sent"
    )


def test_a_body_has_a_mebibyte_and_a_head_a_tenth_of_it_at_most() -> None:
    assert (MAX_BODY, MAX_HEAD) == (1_048_576, 102_400)


def test_an_origin_names_itself_as_a_target_does() -> None:
    assert Origin("https", "a.test", 443).authority == "a.test:443"
    assert Origin("http", "::1", 80).authority == "[::1]:80"
    assert Origin("http", "proxy.test", 80).headers == []
    assert Origin("http", "proxy.test", 80, b"Basic x").headers == [("Proxy-Authorization", b"Basic x")]


CALLED = ["anyio", "asyncio", "concurrent", "contextlib", "httpcore", "httpx", "selectors", "socket", "socksio", "ssl"]


@pytest.mark.parametrize(
    ("modules", "network"),
    [
        *(((f"{name}.part",), True) for name in CALLED),
        *(((name, "leverset._http.connection"), True) for name in CALLED),
        (("leverset._http.connection",), True),
        (("leverset._http",), False),
        (("leverset._retry",), False),
        (("application", "socket"), False),
        (("socket", "application"), False),
        (("socket", "application.ssl"), False),
        (("uvloop.loop",), False),
    ],
)
def test_an_error_is_the_networks_that_came_through_no_other_function(modules: list[str], network: bool) -> None:
    assert is_of_the_network(through(*modules)) is network


def test_only_errors_of_the_system_and_of_h11_are_the_networks() -> None:
    assert is_of_the_network(h11.RemoteProtocolError("x")) is True
    assert is_of_the_network(LookupError("x")) is False


def test_another_socket_in_the_place_of_the_systems_is_the_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", type("Socket", (), {"__module__": "gevent.sockets"}))
    for modules in (("gevent.other",), ("socket",)):
        assert is_of_the_network(through(*modules)) is True


def test_the_loop_that_runs_is_the_networks_whatever_it_is() -> None:
    kind = type("Loop", (asyncio.SelectorEventLoop,), {"__module__": "uvloop.loop"})

    async def work() -> bool:
        return is_of_the_network(through("uvloop.other"))

    with asyncio.Runner(loop_factory=kind) as runner:
        assert runner.run(work()) is True


class Mapped(Exception):
    """One that httpcore makes of another."""


Mapped.__module__ = "httpcore._exceptions"


def of_httpx(*causes: object) -> Exception:
    """One of httpx that stands for one of httpcore with these arguments."""
    error = Exception("of httpx")
    error.__cause__ = Mapped(*causes)
    return error


@pytest.mark.parametrize("own", [False, True])
def test_a_handlers_error_is_found_in_what_httpcore_made_of_it(own: bool) -> None:
    theirs = through("socket", "application")
    assert of_a_handler(of_httpx(theirs), own=own) is theirs
    # A resolver's own network: the innermost function decides.
    for other in (through("socket"), through("application", "socket"), "a text", LookupError()):
        assert of_a_handler(of_httpx(other), own=own) is None
    assert of_a_handler(of_httpx(), own=own) is None


def test_an_error_as_it_is_counts_where_the_transport_is_httpxs() -> None:
    theirs = through("socket", "application")
    theirs.__cause__ = LookupError(through("application"))
    assert of_a_handler(theirs, own=True) is theirs
    assert of_a_handler(theirs, own=False) is None
    for other in (through("socket"), through("application", "socket"), LookupError()):
        assert of_a_handler(other, own=True) is None
