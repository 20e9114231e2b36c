"""`leverset sandbox`: run the exchanges on this machine, until Ctrl-C or in the background."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from leverset.cli._refusal import fail
from leverset.cli.streams import Stream


def sandbox(
    port: Annotated[
        int,
        typer.Option("--port", metavar="PORT", min=0, max=65535, help="TCP port on loopback; 0 takes any free one."),
    ] = 0,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Tolerate what other clients send in practice, such as empty strings.")
    ] = False,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Do not count the documented rate limits.")] = False,
    env: Annotated[
        bool, typer.Option("--env", help="Run it in the background, and print lines for a shell to evaluate.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print address and credentials as one line of JSON.")] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Run the exchanges on this machine: real sockets, real signatures, real limits, no money.

    It prints an address and credentials, and runs until Ctrl-C. The address opens a console in a browser. With --env it
    runs in the background until its terminal closes or `kill $LEVERSET_SANDBOX_PID`.

    Examples:

    `leverset sandbox --port 8765`

    `eval "$(leverset sandbox --env)"`

    `leverset sandbox --json --no-limits`
    """
    try:
        from leverset.sandbox import serve
    except ModuleNotFoundError as missing:
        fail(
            f"the sandbox needs {missing.name}, which is not installed",
            fix="pip install 'leverset[sandbox]'",
        )
    if env and not hasattr(os, "getsid"):
        fail(
            "--env ends the sandbox with its terminal, and this system does not say when that has closed",
            fix="run `leverset sandbox` in a terminal of its own, and copy the lines that it prints",
        )
    if env and as_json:
        fail("--env and --json are both given", fix="give one of them")
    if env:
        _in_background(f"--port={port}", *(["--lenient"] if lenient else []), *(["--no-limits"] if no_limits else []))
    if isinstance(sys.stdout, Stream):  # nobody could use a sandbox whose address and credentials are not shown
        sys.stdout.on_problem = lambda: signal.raise_signal(signal.SIGTERM)
    try:
        serve(port=port, lenient=lenient, limits=not no_limits, json=as_json, exports=background)
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror}", fix="give another --port, or 0 for any free one")


def _in_background(*words: str) -> None:
    """Start the sandbox in a process of its own, print the lines that it prints, and end the command.

    Its process group is its own, so that Ctrl-C in the terminal does not end it.
    """
    command = [sys.executable, "-P", "-m", "leverset.cli", "sandbox", "--background", *words]
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, process_group=0
    )
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - they are pipes
    try:
        text = "".join(_lines(process.stdout))
        if not text:
            sys.stderr.write(process.stderr.read())
            raise typer.Exit(process.wait())
        if isinstance(sys.stdout, Stream):
            sys.stdout.on_problem = process.kill
        sys.stdout.write(text)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        process.stdout.close()
        process.stderr.close()
    process.returncode = 0  # it goes on without us, and nobody waits for it
    raise typer.Exit


def _lines(printed: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a sandbox, up to its last one."""
    from leverset.sandbox._foreground import LAST_LINE

    for line in printed:
        yield line
        if line.startswith(LAST_LINE):
            return
