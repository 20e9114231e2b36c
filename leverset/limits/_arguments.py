"""Check the arguments of the limiters' constructors."""

from __future__ import annotations

import sys
import time

from leverset._format import short_repr
from leverset.errors import misconfigured

CLOCK = time.perf_counter if sys.platform == "win32" and sys.version_info < (3, 13) else time.monotonic
"""Seconds that all processes of a boot share. Ticks of 15.6 ms, as Windows' `monotonic` had, free slots early."""

_YEAR = 366 * 24 * 3600.0


def check_seconds(name: str, value: object, least: float) -> None:
    """Refuse everything but a number of seconds from `least` to a year; raises ConfigurationError."""
    # A bool is an int in Python, and a nan is neither in nor out of any range.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _YEAR:
        raise misconfigured(f"{name} is {short_repr(value)}", f"give seconds, {least:g} or more, at most a year")


def check_clock(value: object) -> None:
    """Refuse what cannot be called; raises ConfigurationError."""
    if not callable(value):
        fix = "give a function that returns seconds and never goes back, such as time.monotonic"
        raise misconfigured(f"clock is {short_repr(value)}", fix)


def check_namespace(value: object) -> None:
    """Refuse what the keys of a store cannot begin with; raises ConfigurationError."""
    if not isinstance(value, str) or not value or not value.isprintable() or set("{}") & set(value):
        raise misconfigured(f"namespace is {short_repr(value)}", "give a plain name as text, without braces")
