"""End a command that cannot be carried out as it is given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import typer

from leverset._format import Outcome
from leverset.cli.output import new_console, say_json
from leverset.errors import LeversetError

REFUSED = 2
"""Exit code where the command itself is wrong: arguments, credentials, a missing extra, another plan's journal."""

INTERRUPTED = "leverset/interrupted"
"""The reference of what a signal has ended."""

_as_json: ContextVar[bool] = ContextVar("as_json", default=False)


@contextmanager
def output_form(*, as_json: bool) -> Iterator[None]:
    """Print every error of the command as JSON too, or not."""
    before = _as_json.set(as_json)
    try:
        yield
    finally:
        _as_json.reset(before)


def fail(summary: str, *, fix: str, code: int = REFUSED, reference: str = "leverset/command") -> NoReturn:
    """Print what is wrong and a fix, and exit."""
    end(LeversetError(summary, reference=reference, fix=fix), summary, fix=fix, code=code)


def end(error: LeversetError, summary: str, *, fix: str, code: int = REFUSED) -> NoReturn:
    """Print an error in a few words and a fix on stderr, with `--json` all of it on stdout, and exit."""
    sys.stderr.write(f"leverset: {summary}\n  fix:   {fix}\n")
    report(error)
    raise typer.Exit(code)


def report(error: LeversetError) -> None:
    """Print an error as JSON where that is wanted; people read it on stderr."""
    if _as_json.get():
        say_json(new_console(), "error", {"error": error.describe()})


def interruption(known: str, outcome: Outcome) -> LeversetError:
    """Return the error of a command that a signal has ended."""
    fix = "the same command may be run again"
    return LeversetError(f"interrupted: {known}", reference=INTERRUPTED, outcome=outcome, fix=fix)
