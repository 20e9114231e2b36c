"""The command `leverset`. It needs the extra `cli`; importing this package does not."""

from __future__ import annotations

import os
import sys

_EXTRA = frozenset(("typer", "rich", "click", "yaml", "shellingham"))


def main() -> None:
    """Run the command with the arguments of this process, and exit with its code."""
    _keep_descriptors()
    try:
        from leverset.cli.app import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"leverset: the command line needs {missing.name}, which is not installed\n"
            "  fix:   pip install 'leverset[cli]'\n"
        )
        sys.exit(2)
    run()


def _keep_descriptors() -> None:
    """Open the standard descriptors that are closed: a file of ours would have their number, and get what is shown."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
