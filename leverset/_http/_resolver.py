"""From a host to addresses, in a thread that can be left behind: the system's resolver knows no deadline."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

from leverset._http._messages import Budget, ConnectionFailed, late, unusable

Address = tuple[int, Any]
"""An address family, and an address as `socket.connect` takes it."""
Resolver = Callable[[str, int], Sequence[Address]]
"""From a host and a port to addresses, in the order in which to try them. Runs in a daemon thread."""
_Outcome = Sequence[Address] | BaseException


def system_resolver(host: str, port: int) -> Sequence[Address]:
    """What the system says."""
    return [(found[0], found[4]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolve(resolver: Resolver, host: str, port: int, budget: Budget) -> Sequence[Address]:
    """The addresses of a host.

    Raises:
        ConnectionFailed: The resolver says that there are none, or says nothing in time.
    """
    addresses = _literal(host, port)
    if addresses is not None:
        return addresses
    seconds = budget.left("Resolve")
    outcomes: list[_Outcome] = []
    _start(resolver, host, port, outcomes.append).join(seconds)
    return _addresses(outcomes[0] if outcomes else late("Resolve"))


async def resolve_async(resolver: Resolver, host: str, port: int, budget: Budget) -> Sequence[Address]:
    """The same in async. The loop's executor is not used: `asyncio.run` waits for its threads at its end."""
    addresses = _literal(host, port)
    if addresses is not None:
        return addresses
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[_Outcome] = loop.create_future()

    def settle(result: _Outcome) -> None:
        if not outcome.done():
            outcome.set_result(result)

    def hand_over(result: _Outcome) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, result)

    timer = loop.call_later(budget.left("Resolve"), settle, late("Resolve"))
    try:
        _start(resolver, host, port, hand_over)
        return _addresses(await outcome)
    finally:
        timer.cancel()


def _start(resolver: Resolver, host: str, port: int, done: Callable[[_Outcome], None]) -> threading.Thread:
    def run() -> None:
        try:
            outcome: _Outcome = resolver(host, port)
        except BaseException as error:  # handed over to whoever waits
            outcome = error
        done(outcome)

    thread = threading.Thread(target=run, name="leverset-resolver", daemon=True)
    thread.start()
    return thread


def _addresses(outcome: _Outcome) -> Sequence[Address]:
    if isinstance(outcome, (OSError, UnicodeError)):
        raise unusable(outcome, "Resolve")
    if isinstance(outcome, BaseException):
        raise outcome
    if not outcome:
        raise ConnectionFailed("ResolveError: the host has no address")
    return outcome


def _literal(host: str, port: int) -> Sequence[Address] | None:
    """The one address that an IP address is; None for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return None
    return [(entry[0], cast(Any, entry[4])) for entry in found]
