"""Environments beside that of the tests: the generator's, which `make` sets up, and those of other people's packages.

Each of the latter is made once from its lock and kept in the checkout.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.locks import extras_not_locked

ROOT = Path(__file__).parents[1]
GENERATOR = Path(sys.prefix).parent / ".venv-generator" / "bin" / "python"
"""The Python that has what the generator needs: beside that of the tests, which may themselves be in a copy of ROOT."""


def python(lock: Path) -> Path:
    """The interpreter of a lock's environment, made anew when the lock or the Python has changed."""
    place = ROOT / f".venv-{lock.stem.replace('requirements', lock.parent.name)}"
    made_of = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = place / "made-of"
    place.mkdir(exist_ok=True)
    (place / ".gitignore").write_text("*\n")
    with (place / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two workers may want it at once
        if not stamp.exists() or stamp.read_text() != made_of:
            subprocess.run([sys.executable, "-m", "venv", "--clear", place / "env"], check=True)
            pip = [str(place / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
            subprocess.run([*pip, "--only-binary", ":all:", "-r", str(lock)], check=True, timeout=600)
            # What is published tomorrow must not decide whether this lock installs.
            assert extras_not_locked(lock, place / "env") == []
            stamp.write_text(made_of)
    return place / "env" / "bin" / "python"
