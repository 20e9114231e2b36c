"""Environments outside of the clone, in which leverset is what was built, and tests in a folder without its source."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tomllib
import venv
from pathlib import Path

from tests.packaging.distributions import ROOT, copy, tracked
from tests.packaging.published import CONTRACT

# Written by every process that runs tests, when it ends.
PLUGIN = """
import json, os, pathlib, sys

def pytest_unconfigure():
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    ours = {name: file for name, file in files.items() if file and name.startswith("leverset")}
    found = {"files": ours, "path": sys.path, "prefix": sys.prefix}
    pathlib.Path(__file__).with_name(f"where-{os.getpid()}.json").write_text(json.dumps(found))
"""


def environment(home: Path, distribution: Path) -> Path:
    """Install a wheel or an sdist beside the packages of the development environment, but not beside its leverset.

    They are linked to one by one, so that nothing is downloaded and the editable install stays behind.
    """
    venv.create(home, symlinks=True, with_pip=False)
    of_venv = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", vars=of_venv))
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if "leverset" not in each.name:
            (site / each.name).symlink_to(each)
    python = home / "bin" / "python"
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-build-isolation"]
    run(python, *pip, str(distribution)).check_returncode()
    return python


def folder_of_tests(folder: Path) -> Path:
    """The tests and the contract, and nothing else of the repository."""
    copy(tracked("tests", *CONTRACT), folder)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    lines = [f"{name} = {_ini(value)}" for name, value in settings.items()]
    (folder / "pytest.ini").write_text("\n".join(["[pytest]", *lines, ""]))
    (folder / "where.py").write_text(PLUGIN)
    return folder


def run(
    python: Path, *arguments: str, folder: Path | None = None, seconds: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter of an environment, in that environment's folder or another, without what is set for ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "PYTEST"))}
    return subprocess.run(
        [python, *arguments],
        cwd=folder or python.parents[1],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def _ini(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"\n    {line}" for line in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
