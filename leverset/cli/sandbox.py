"""`leverset sandbox`: run the exchanges on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from leverset.cli._refusal import fail
from leverset.cli.streams import Stream


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port on loopback; 0 takes any free one.")] = 0,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Tolerate what other clients send in practice, such as empty strings.")
    ] = False,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Do not count the documented rate limits.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print address and credentials as one line of JSON.")] = False,
) -> None:
    """Run the exchanges on this machine: real sockets, real signatures, real limits, no money.

    It prints an address and credentials, and runs until Ctrl-C. The address opens a console in a browser.

    Examples:

    `leverset sandbox --port 8765`

    `leverset sandbox --json --no-limits`
    """
    try:
        from leverset.sandbox import serve
    except ModuleNotFoundError as missing:
        fail(
            f"the sandbox needs {missing.name}, which is not installed",
            fix="pip install 'leverset[sandbox]'",
        )
    if isinstance(sys.stdout, Stream):  # nobody could use a sandbox whose address and credentials are not shown
        sys.stdout.on_problem = lambda: os.kill(os.getpid(), signal.SIGTERM)
    try:
        serve(port=port, lenient=lenient, limits=not no_limits, json=as_json)
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror}", fix="give another --port, or 0 for any free one")
