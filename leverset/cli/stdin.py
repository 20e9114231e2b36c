"""Read what somebody types, or what another program writes."""

from __future__ import annotations

import select
import sys
from contextlib import suppress
from io import BufferedReader
from typing import cast

from leverset.cli.signals import SLICE


def read_line() -> str:
    """Read a line of stdin; a signal is heard within a moment, also one that comes just before the wait begins."""
    _wait()
    return sys.stdin.readline()


def read_all() -> bytes:
    """Read stdin to its end, and hear signals like `read_line`; raises OSError."""
    stream, found = cast(BufferedReader, sys.stdin.buffer), bytearray()
    while True:
        _wait()
        if not (part := stream.read1()):
            return bytes(found)
        found += part


def _wait() -> None:
    with suppress(OSError, ValueError):  # Windows waits for sockets alone, and ends a read at Ctrl-C by itself
        while not select.select([sys.stdin], [], [], SLICE)[0]:
            pass
