"""Many calls under random faults: every claim is true, and nothing is left behind."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.system.soak import Soak, sandbox

BLOCKS, BYTES = 2000, 256 * 1024
"""The bounds on memory: so many more blocks may Python hold after the last 8,000 calls than after the first 2,000, and
so many more bytes after the last 2,000 than before them.

Not what the process has resident: the allocator keeps what eight threads gave back, and hands it out again as it likes.
"""


def in_use() -> tuple[int, int]:
    """Blocks and bytes that Python has in use; the bytes since they are traced, which takes half of the time."""
    gc.collect()
    return sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]


def files() -> int:
    """Open files and connections of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


Before = tuple[set[threading.Thread], int]


def at_start() -> Before:
    """The threads and files that there are before the calls."""
    return set(threading.enumerate()), files()


def left_behind(before: Before) -> tuple[set[threading.Thread], int]:
    """The threads that began since, and how many files there are more, once there are none or a second has passed.

    Those of an earlier test may end meanwhile, and do not count.
    """
    threads: set[threading.Thread] = set()
    more = 0
    for _ in range(100):
        gc.collect()
        threads, more = set(threading.enumerate()) - before[0], max(0, files() - before[1])
        if not threads and not more:
            break
        time.sleep(0.01)  # a thread that ends, a connection that closes
    return threads, more


# A handler that raises inside `socket.socket()` leaves a socket that nobody has: it is closed as it is collected.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """pytest keeps every log record until a test ends, which is memory too."""
    caplog.set_level(logging.ERROR, "leverset")


def test_400_calls() -> None:
    with sandbox() as known:
        before = at_start()
        soak = Soak(known, seed=1)
        soak.round(400)
        assert left_behind(before) == (set(), 0)
    assert soak.left_over == []
    assert sum(soak.kinds.values()) == soak.made == 400
    assert (soak.kinds["success"] > 200, soak.children) == (True, 4), soak.kinds
    assert min(soak.kinds["refused"], soak.kinds["unknown"], soak.interrupts) > 0, soak.kinds


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_10000_calls() -> None:
    with sandbox() as known:
        before = at_start()
        soak = Soak(known, seed=2)
        soak.round(2000)
        first, _ = in_use()
        soak.round(2000)
        soak.round(2000)
        tracemalloc.start()
        try:
            soak.round(2000)
            _, traced = in_use()
            soak.round(2000)
            blocks, grown = in_use()
        finally:
            tracemalloc.stop()
        assert left_behind(before) == (set(), 0)
    assert soak.left_over == []
    assert sum(soak.kinds.values()) == soak.made == 10_000
    assert soak.children == 100
    assert min(soak.kinds["success"], soak.kinds["refused"], soak.kinds["unknown"]) > 100, soak.kinds
    assert soak.interrupts > 50
    memory = f"{blocks - first} blocks and {grown - traced} bytes more"
    print(f"{dict(soak.kinds)}, {soak.interrupts} interrupts, slowest {soak.slowest:.2f} s, {memory}")  # noqa: T201
    assert blocks - first < BLOCKS
    assert grown - traced < BYTES
