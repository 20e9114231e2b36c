"""One virtual environment per client, made once from its pinned requirements and kept in the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def python(client: str) -> Path:
    """The interpreter of a client's environment, made anew when its requirements or the Python have changed."""
    requirements = HERE / f"requirements-{client}.txt"
    place = ROOT / f".venv-interop-{client}"
    made_of = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    stamp = place / "made-of"
    place.mkdir(exist_ok=True)
    (place / ".gitignore").write_text("*\n")
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers may want it at once
        if not stamp.exists() or stamp.read_text() != made_of:
            subprocess.run([sys.executable, "-m", "venv", "--clear", place / "env"], check=True)
            pip = [str(place / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
            subprocess.run([*pip, "--only-binary", ":all:", "-r", str(requirements)], check=True, timeout=600)
            stamp.write_text(made_of)
    return place / "env" / "bin" / "python"
