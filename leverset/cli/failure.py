"""How the command says that it cannot go on: one short text on stderr, and exit code 2."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

REFUSED = 2
"""Exit code for what is wrong with the call itself: arguments, credentials, a missing extra, a foreign journal."""


def fail(summary: str, *, fix: str, code: int = REFUSED) -> NoReturn:
    """Say what is wrong and how to mend it, and exit."""
    sys.stderr.write(f"leverset: {summary}\n  fix:   {fix}\n")
    raise typer.Exit(code)
