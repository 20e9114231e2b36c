"""The sandbox in the foreground, for the command line."""

import json as json_module
import queue
import signal
import sys
from contextlib import suppress
from types import FrameType

from ._registry import EXCHANGES
from ._server import Sandbox

_ENDING = (signal.SIGINT, signal.SIGTERM)
_SLICE = 0.2  # seconds


def serve(port: int = 0, *, lenient: bool = False, limits: bool = True, json: bool = False) -> None:
    """Run a sandbox until Ctrl-C or SIGTERM, then return.

    Prints URL and credentials once it accepts connections. Must run in the main thread, where signals arrive.

    Args:
        port: TCP port from 0 to 65535; 0 is any free one.
        lenient: Tolerate what other clients send in practice, as in `Sandbox`.
        limits: Count the documented limits, as in `Sandbox`.
        json: Print exactly one line of JSON: url, api_key, secret, passphrase and accounts.

    Raises:
        OSError: The port is taken.
    """
    # Not an Event: a handler that sets one where this thread begins to wait for it would wait for this thread.
    ended: queue.SimpleQueue[None] = queue.SimpleQueue()

    def end(_: int, __: FrameType | None) -> None:
        ended.put(None)

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        with Sandbox(port, lenient=lenient, limits=limits) as sandbox:
            text = json_module.dumps(sandbox.describe()) if json else _welcome(sandbox, lenient, limits)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            _wait(ended)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(ended: "queue.SimpleQueue[None]") -> None:
    """Wait until something is in a queue.

    In slices: a signal that comes just before this thread sleeps does not wake it, and its handler would not run.
    """
    while True:
        with suppress(queue.Empty):
            return ended.get(timeout=_SLICE)


def _welcome(sandbox: Sandbox, lenient: bool, limits: bool) -> str:
    options = f"{'lenient' if lenient else 'strict'}, limits {'on' if limits else 'off'}"
    *most, last = [exchange.title for exchange in EXCHANGES.values()]
    accounts = " and ".join(f"{one.title} {sandbox.account(one.name).name}" for one in EXCHANGES.values())
    return f"""\
leverset sandbox ({options}): {", ".join(most)} and {last} on {sandbox.url}

  API key     {sandbox.api_key}
  secret      {sandbox.secret}
  passphrase  {sandbox.passphrase}

These open {accounts}.
Console, for a browser: {sandbox.url}/
Other accounts: {sandbox.url}/_sandbox/accounts
Ctrl-C ends it."""
