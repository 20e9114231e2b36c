"""A set-up that fails says at its end what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def failing(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """The lines that make ends with, in a folder that holds the Makefile and a lock that no index can satisfy."""
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for lock in ("requirements-dev.lock", "generator/requirements.lock", "benchmarks/requirements.lock"):
        (folder / lock).parent.mkdir(exist_ok=True)
        (folder / lock).write_text(f"no-such-project==1.0 --hash=sha256:{'0' * 64}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE", "MFLAGS"))}
    ended = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=kept | {"PIP_NO_INDEX": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 2
    return ended.stdout.splitlines()


@pytest.mark.parametrize(
    ("target", "environment"), [("test", ".venv"), ("gen", ".venv-generator"), ("bench", ".venv-bench")]
)
def test_after_the_message_of_pip(tmp_path: Path, target: str, environment: str) -> None:
    *before, last = failing(tmp_path, target)
    assert "No matching distribution found for no-such-project==1.0" in "\n".join(before)
    assert "Set-up failed, the reason is above." in last
    assert "`make clean`" in last
    assert not (tmp_path / environment / ".installed").exists()


def test_with_a_python_that_is_none(tmp_path: Path) -> None:
    *before, last = failing(tmp_path, "demo", "PYTHON=no-such-python")
    assert "no-such-python" in "\n".join(before)
    assert "See that `no-such-python` is Python 3.11 or newer" in last


def test_a_set_up_that_failed_is_tried_again(tmp_path: Path) -> None:
    first = failing(tmp_path, "install", "PYTHON=no-such-python")
    assert failing(tmp_path, "install", "PYTHON=no-such-python") == first
