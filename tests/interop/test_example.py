"""The bot of docs/examples: its tests pass with ccxt as it is, beside pytest-asyncio, and find a bot that is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environments import ROOT, python

pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]  # the first run installs what is pinned

HERE = Path(__file__).parent
EXAMPLE = ROOT / "docs" / "examples" / "bot-on-ccxt"
PLACES = (ROOT, ROOT / "generated", ROOT / "leverset" / "testing" / "_entry", HERE)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        # loopback_only: a call to anything but this machine fails. The plugin by its name: leverset is not installed.
        [python(HERE / "requirements-ccxt.txt"), "-m", "pytest", "-p", "loopback_only", "-p", "leverset_pytest", "-rA"],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join(map(str, PLACES)),
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(EXAMPLE, tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    )


def test_the_bots_tests_pass(example: Path) -> None:
    done = run(example)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("if attempt == 2:", "if True:", ["test_a_lost_answer_is_asked_for_again"]),
        ('"cross"', '"isolated", "posSide": "long"', ["test_it_sets_the_leverage", "test_beside_an_event_loop"]),
    ],
    ids=["no second attempt", "another margin mode"],
)
def test_they_find_a_broken_bot(example: Path, right: str, wrong: str, found: list[str]) -> None:
    bot = example / "bot.py"
    assert bot.read_text().count(right) == 1
    bot.write_text(bot.read_text().replace(right, wrong))
    done = run(example)
    assert done.returncode == 1, done.stdout + done.stderr
    for test in found:
        assert f"FAILED test_bot.py::{test}" in done.stdout
