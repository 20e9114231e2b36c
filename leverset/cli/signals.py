"""Signals that end a command early: Ctrl-C, SIGTERM, and a terminal that goes away (SIGHUP; Windows: SIGBREAK)."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

from leverset.cli import ENDING, nothing_was_sent
from leverset.cli._crash import NOT_KNOWN
from leverset.cli._refusal import interruption, report

T = TypeVar("T")

_BURST = 0.5
"""Seconds in which further signals add nothing to the first: what that one began must not be broken off."""

SLICE = 0.1
"""Seconds after which a signal is heard at the latest while a loop, or the question, waits."""

_DEFAULTS: dict[int, Any] = {**dict.fromkeys(ENDING, signal.SIG_DFL), signal.SIGINT: signal.default_int_handler}


def end_startup() -> None:
    """Handle signals as Python does from here on, in a command that has no handlers of its own."""
    for number, handler in _DEFAULTS.items():
        if signal.getsignal(number) is nothing_was_sent:
            signal.signal(number, handler)


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine as `asyncio.run` does, and hear every signal within a moment.

    A signal that comes just before a loop begins to wait, or to another thread, does not end the wait.
    """

    async def listen() -> None:
        while True:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(SLICE)

    async def run() -> T:
        listening = asyncio.create_task(listen())
        try:
            return await main
        finally:
            listening.cancel()

    return asyncio.run(run())


class Interrupted(KeyboardInterrupt):
    """Raised where a signal ends a command early.

    Attributes:
        number: The signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def handled(handle: Callable[[int], object]) -> Iterator[None]:
    """Call a function with the number of each signal; what was there before is there again at the end.

    A SIGHUP that is ignored stays so: the command was begun with nohup.
    """
    always = (signal.SIGINT, signal.SIGTERM)
    numbers = [each for each in ENDING if each in always or signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, lambda each, _: handle(each)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, _DEFAULTS[number] if handler is nothing_was_sent else handler)


class Interrupts:
    """Raises Interrupted for each signal, until `over` is set.

    Not only for the first: an exception that comes in a finalizer is lost, and the next signal must be heard.
    """

    def __init__(self) -> None:
        self.over = False
        self._quiet_until = 0.0

    def __call__(self, number: int) -> None:
        """Handle a signal."""
        now = time.monotonic()
        if not self.over and now >= self._quiet_until:
            self._quiet_until = now + _BURST
            raise Interrupted(number)


class RunSignals:
    """Ends the command at a signal that comes before its run, and the run at one that comes in it.

    Attributes:
        received: The numbers of the signals that came in the run.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._before = Interrupts()
        self._handle: Callable[[int], object] = self._before

    def __call__(self, number: int) -> None:
        """Handle a signal."""
        self._handle(number)

    @contextmanager
    def run(self, stop: Callable[[bool], object], *, reads: bool = False) -> Iterator[None]:
        """Call a function with whether it was not the first signal; at the end of the run nothing is left to end.

        A fault of the program gets a note on what is known; `reads` says that nothing was to be changed.
        """

        def handle(number: int) -> None:
            self.received.append(number)
            stop(len(self.received) > 1)

        self._handle = handle
        try:
            yield
        except Exception as fault:
            fault.add_note("nothing was to be changed" if reads else NOT_KNOWN)
            raise
        finally:
            self._handle = lambda _: None

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle signals from here on; one before the run ends the command with its exit code."""
        with handled(self):
            try:
                yield
            except Interrupted as stopped:
                self._before.over = True
                sys.stderr.write("interrupted: nothing was sent\n")
                report(interruption("nothing was sent", "not_sent"))
                raise typer.Exit(128 + stopped.number) from None
