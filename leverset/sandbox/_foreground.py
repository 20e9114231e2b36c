"""The sandbox in the foreground, for the command line."""

import json as json_module
import signal
import sys
import threading
from types import FrameType

from ._accounts import DEFAULTS
from ._server import Sandbox

_ENDING = (signal.SIGINT, signal.SIGTERM)


def serve(port: int = 0, *, lenient: bool = False, limits: bool = True, json: bool = False) -> None:
    """Run a sandbox until Ctrl-C or SIGTERM, then return.

    Prints URL and credentials once it answers; with `json`, as exactly one line: url, api_key, secret,
    passphrase and accounts. Must run in the main thread, where signals arrive. OSError: the port is taken.
    """
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        with Sandbox(port, lenient=lenient, limits=limits) as sandbox:
            text = json_module.dumps(sandbox.describe()) if json else _welcome(sandbox, lenient, limits)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _welcome(sandbox: Sandbox, lenient: bool, limits: bool) -> str:
    manner = f"{'lenient' if lenient else 'strict'}, limits {'on' if limits else 'off'}"
    okx, bitget = ("/".join(DEFAULTS[exchange].values()) for exchange in ("okx", "bitget"))
    return f"""\
leverset sandbox ({manner}): OKX and Bitget on {sandbox.url}

  API key     {sandbox.api_key}
  secret      {sandbox.secret}
  passphrase  {sandbox.passphrase}

These open OKX {okx} and Bitget {bitget}.
Other accounts: {sandbox.url}/_sandbox/accounts
Ctrl-C ends it."""
