"""What a person sees of a fault of the program: one line, what is known, and how to see the traceback."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

FAULT = 1
"""Exit code after a fault of the program, as where not everything is known to be as wanted."""

NOT_KNOWN = "what became of requests that were under way is not known: they may have been applied"
"""What is known where something was being sent and nothing says more."""

_DEBUG = "LEVERSET_DEBUG"


def debugging() -> bool:
    """Whether tracebacks are shown."""
    return os.environ.get(_DEBUG, "0") not in ("", "0")


def report_fault(error: Exception) -> int:
    """Print one line about a fault of the program, and what is known; return the exit code.

    The text of the exception is not shown: nobody has taken secrets out of it.
    """
    if debugging():
        traceback.print_exception(error)
    notes = getattr(error, "__notes__", [])
    summary = f"a fault of leverset itself: {type(error).__name__} at {_place(error)}"
    known = "; ".join(each.removeprefix("leverset: ") for each in notes) or "nothing was sent"
    fix = f"report it; with {_DEBUG}=1 in the environment the traceback is shown"
    with suppress(OSError, ValueError):
        sys.stderr.write(f"leverset: {summary}\n  state: {known}\n  fix:   {fix}\n")
        sys.stderr.flush()
    outcome = next((each.outcome for each in notes if hasattr(each, "outcome")), "unknown" if notes else "not_sent")
    print_error(summary, "leverset/fault", fix, why=known, outcome=outcome)
    return FAULT


def print_error(summary: str, reference: str, fix: str, *, why: str = "", outcome: Any = "not_sent") -> None:
    """Print an error as JSON where that is wanted; what prints it elsewhere may be what is at fault."""
    if "--json" not in sys.argv:
        return
    with suppress(OSError, ValueError, ImportError):
        from leverset.errors import LeversetError

        error = LeversetError(summary, reference=reference, outcome=outcome, why=why, fix=fix)
        sys.stdout.write(json.dumps({"kind": "error", "error": error.describe()}) + "\n")
        sys.stdout.flush()


def keep_quiet() -> None:
    """Let no traceback be printed elsewhere: of threads, of finalizers, of tasks that nobody waits for."""
    if not debugging():
        threading.excepthook = lambda _: None
        sys.unraisablehook = lambda _: None
        logging.getLogger("asyncio").addHandler(logging.NullHandler())


def _place(error: Exception) -> str:
    """Return the last place in our own code, such as `cli/apply.py:12`."""
    root = Path(__file__).parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if Path(each.filename).is_relative_to(root)]
    last = (own or frames)[-1]
    name = Path(last.filename)
    return f"{name.relative_to(root) if own else name.name}:{last.lineno}"
