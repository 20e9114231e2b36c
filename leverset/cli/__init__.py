"""The command `leverset`. It needs the extra `cli`; importing this package does not."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

NOTHING_SENT = (
    b'{"kind": "error", "error": {"reference": "leverset/interrupted", "target": null, "outcome": "not_sent", '
    b'"summary": "interrupted: nothing was sent", "why": null, "fix": "the same command may be run again", '
    b'"docs": null, "code": null, "status": null, "category": null, "retryable": false, "violations": [], '
    b'"observed": [], "read_failure": null, "maximum": null, "gateway_reference": null}}\n'
)
"""What `--json` prints where a signal comes while the command starts, and nothing that could make it is imported."""

ENDING: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
"""The signals that end a command early. Windows has SIGBREAK in the place of SIGHUP: Ctrl-Break, or a closed window."""

_EXTRA = frozenset(("typer", "rich", "click", "yaml", "shellingham"))


def main() -> None:
    """Run the command with the arguments of this process, and exit with its code."""
    _keep_descriptors()
    with _startup():
        try:
            _run()
        except Exception as error:
            from leverset.cli._crash import report_fault

            sys.exit(report_fault(error))


def _run() -> None:
    try:
        from leverset.cli.app import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        from leverset.cli._crash import print_error

        summary, fix = f"the command line needs {missing.name}, which is not installed", "pip install 'leverset[cli]'"
        sys.stderr.write(f"leverset: {summary}\n  fix:   {fix}\n")
        print_error(summary, "leverset/command", fix)
        sys.exit(2)
    run()


def nothing_was_sent(number: int, _: object) -> None:
    """Handle a signal that comes while the command starts: it takes longer than anything else that it does."""
    with suppress(OSError):
        os.write(2, b"interrupted: nothing was sent\n")
    with suppress(OSError, ValueError):
        if "--json" in sys.argv and _is_taken(1):  # nobody waits for a reader here
            os.write(1, NOTHING_SENT)
    os._exit(128 + number)


def _is_taken(descriptor: int) -> bool:
    try:
        return bool(select.select([], [descriptor], [], 0)[1])
    except OSError:  # Windows asks sockets only; nothing was written yet that could fill a pipe
        return True


@contextmanager
def _startup() -> Iterator[None]:
    """Handle signals until a command does so itself; one that is ignored stays ignored."""
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, nothing_was_sent)
    try:
        yield
    finally:
        for number in ENDING:
            signal.signal(number, before[number])


def _keep_descriptors() -> None:
    """Open the standard descriptors that are closed: a file of ours would have their number, and get what is shown.

    A closed stdin is one that has nothing in it. For closed ones of the others Python has None: what is shown is lost.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for as long as the process lasts
