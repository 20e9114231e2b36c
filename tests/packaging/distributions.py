"""Builds wheel and sdist, and checks them as a package index does: `make dist`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests import environments

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements-release.txt")


def tracked(*folders: str) -> list[str]:
    """The paths of all that git would clone, or of some folders of it."""
    listed = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]


def copy(names: list[str], to: Path) -> Path:
    """Copy files of the repository into another folder."""
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    return to


def build(tree: Path, out: Path, *kinds: str) -> list[Path]:
    """Build from a tree: `--sdist`, `--wheel`, or the sdist and of it the wheel."""
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(out), str(tree)]
    subprocess.run(command, check=True, capture_output=True)
    return sorted(out.iterdir())


def check(files: list[Path]) -> subprocess.CompletedProcess[str]:
    """What twine says of them."""
    command = [str(environments.python(LOCK)), "-m", "twine", "--no-color", "check", "--strict", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    said = check(build(ROOT, ROOT / "dist"))
    sys.stdout.write(said.stdout + said.stderr)
    sys.exit(said.returncode)
