"""The sandbox in the foreground, for the command line."""

import json as json_module
import os
import queue
import shlex
import signal
import sys
from contextlib import suppress
from types import FrameType

from ._registry import EXCHANGES
from ._server import Sandbox

_ENDING = (signal.SIGINT, signal.SIGTERM)
_SLICE = 0.2  # seconds


LAST_LINE = "export LEVERSET_SANDBOX_PID="
"""How the last line for a shell begins."""


def serve(
    port: int = 0, *, lenient: bool = False, limits: bool = True, json: bool = False, exports: bool = False
) -> None:
    """Run a sandbox until Ctrl-C or SIGTERM, then return.

    Prints URL and credentials once it accepts connections. Must run in the main thread, where signals arrive.

    Args:
        port: TCP port from 0 to 65535; 0 is any free one.
        lenient: Tolerate what other clients send in practice, as in `Sandbox`.
        limits: Count the documented limits, as in `Sandbox`.
        json: Print exactly one line of JSON: kind, url, api_key, secret, passphrase and accounts.
        exports: Print lines for a shell, and end with the session of this process too, which a terminal has of its own.

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
            if json:
                text = json_module.dumps({"kind": "sandbox", **sandbox.describe()})
            elif exports:
                text = "\n".join([*_exports(sandbox), f"{LAST_LINE}{os.getpid()}"])
            else:
                text = _welcome(sandbox, lenient, limits)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            _wait(ended, os.getsid(0) if exports else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(ended: "queue.SimpleQueue[None]", leader: int) -> None:
    """Wait until something is in a queue, or the process that leads the session has gone; 0 is none.

    In slices: a signal that comes just before this thread sleeps does not wake it, and its handler would not run.
    """
    while not leader or _is_there(leader):
        with suppress(queue.Empty):
            ended.get(timeout=_SLICE)
            return


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        pass
    return True


def _exports(sandbox: Sandbox) -> list[str]:
    """Return lines that export the variables of a sandbox in a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in sandbox.variables().items()]


def _assignments(sandbox: Sandbox, platform: str) -> list[str]:
    """Return lines that set the variables of a sandbox in the shell that a platform has."""
    if platform == "win32":  # PowerShell
        return [f"$env:{name} = '{value}'" for name, value in sandbox.variables().items()]
    return _exports(sandbox)


def _welcome(sandbox: Sandbox, lenient: bool, limits: bool) -> str:
    options = f"{'lenient' if lenient else 'strict'}, limits {'on' if limits else 'off'}"
    *most, last = [exchange.title for exchange in EXCHANGES.values()]
    accounts = " and ".join(f"{one.title} {sandbox.account(one.name).name}" for one in EXCHANGES.values())
    lines = "\n".join(f"  {line}" for line in _assignments(sandbox, sys.platform))
    return f"""\
leverset sandbox ({options}): {", ".join(most)} and {last} on {sandbox.url}

For another terminal, to copy:

{lines}

  leverset doctor {next(iter(EXCHANGES))} --sandbox {sandbox.url}

These open {accounts}.
Console, for a browser: {sandbox.url}/
Other accounts: {sandbox.url}/_sandbox/accounts
Ctrl-C ends it."""
