"""End a command that cannot be carried out as it is given."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

REFUSED = 2
"""Exit code where the command itself is wrong: arguments, credentials, a missing extra, another plan's journal."""


def fail(summary: str, *, fix: str, code: int = REFUSED) -> NoReturn:
    """Print what is wrong and a fix, and exit."""
    sys.stderr.write(f"leverset: {summary}\n  fix:   {fix}\n")
    raise typer.Exit(code)
