"""Many calls under random faults: every claim is true, and nothing is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS, BYTES = 2000, 256 * 1024
"""The bounds on memory: so many more blocks may Python hold after the last 8,000 calls than after the first 2,000, and
so many more bytes after the last 2,000 than before them.

Not what the process has resident: the allocator keeps what eight threads gave back, and hands it out again as it likes.
"""


def soaked(seed: int, *rounds: int, seconds: float) -> dict[str, Any]:
    """How a soak ended, which has so many seconds."""
    command = [sys.executable, "-m", "tests.system.soak", str(seed), *map(str, rounds)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    assert (ran.returncode, ran.stderr) == (0, "")
    ended: dict[str, Any] = json.loads(ran.stdout)
    assert ended["left"] == []
    assert sum(ended["kinds"].values()) == ended["made"] == sum(rounds)
    return ended


def test_400_calls() -> None:
    ended = soaked(1, 400, seconds=100)
    assert (ended["kinds"]["success"] > 200, ended["children"]) == (True, 4), ended
    assert min(ended["kinds"]["refused"], ended["kinds"]["unknown"], ended["interrupts"]) > 0, ended
    assert min(ended["read_back"], ended["overwritten"]) > 0, ended


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
def test_10000_calls() -> None:
    ended = soaked(2, *[2000] * 5, seconds=550)
    kinds = ended["kinds"]
    print(ended)  # noqa: T201
    assert ended["children"] == 100
    assert min(kinds["success"], kinds["refused"], kinds["unknown"]) > 100, kinds
    assert ended["interrupts"] > 50
    assert ended["overwritten"] > 100
    # Of the doubts that a read could resolve, 99 of 100 are.
    assert ended["doubts_left"] <= ended["read_back"] / 100
    assert ended["read_back"] > 500
    assert ended["blocks"] < BLOCKS
    assert ended["bytes"] < BYTES
