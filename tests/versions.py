"""python -m tests.versions [lowest] [newest] [3.12 …] [-- WORD …]: the fast tests with versions that are not locked.

`lowest` has the lowest versions of what leverset needs that pyproject.toml allows, on the oldest Python that is here;
`newest` the newest ones, on every Python. Without a name all of that is run, else what is named: a Python's number is
`newest` on this one. The words after `--` are pytest's, such as a folder. What the tests themselves need is locked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.locks import locked

ROOT = Path(__file__).parents[1]
UV = ROOT / ".venv-lock" / "bin" / "uv"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
EXTRAS = "cli,redis,sandbox,testing,otel"

# A tool that goes with one version only of what leverset needs: it is of that version, and not locked.
SAME = {"opentelemetry-sdk": "opentelemetry-api"}

# They are about locks, types, published wheels or the texts of this repository, whatever is installed.
LEFT = ("packaging", "typing", "faults", "documents", "browser", "interop")


def say(text: str) -> None:
    """Print a line, before what another process prints next."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def needed() -> dict[str, Requirement]:
    """What leverset and its extras need, by name."""
    project = PYPROJECT["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    found = {canonicalize_name(each.name): each for each in map(Requirement, texts)}
    return {name: each for name, each in found.items() if name != "leverset"}


def lowest(requirement: Requirement) -> Version:
    """The lowest version that a requirement allows."""
    [bound] = [each.version for each in requirement.specifier if each.operator == ">="]
    return Version(bound)


def tools(resolution: str) -> list[str]:
    """What the tests need besides, as it is locked."""
    names = {canonicalize_name(Requirement(text).name) for text in PYPROJECT["dependency-groups"]["dev"]}
    pins = locked(ROOT / "requirements-dev.lock")
    ours = needed()
    pinned = [f"{name}{pins[name].specifier}" for name in sorted(names - ours.keys() - SAME.keys())]
    lows = resolution == "lowest-direct"
    return [*pinned, *(f"{name}=={lowest(ours[other])}" if lows else name for name, other in SAME.items())]


def pythons() -> dict[str, str]:
    """The Pythons that are on PATH or that pyenv has, by their numbers, oldest first."""
    found = {}
    for number in PYTHONS:
        kept = sorted(Path.home().glob(f".pyenv/versions/{number}.*/bin/python{number}"), reverse=True)
        for command in [shutil.which(f"python{number}"), *map(str, kept)]:
            # A shim of pyenv is on PATH for Pythons as well that are not chosen, and fails.
            if command and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0:
                found[number] = command
                break
    return found


@dataclass(frozen=True)
class Variant:
    """An environment: its name, its Python, and which versions it has."""

    name: str
    python: str
    resolution: str

    def make(self) -> Path:
        """Make it anew; return its Python. Lowest is lowest, whatever the tests' own needs would have instead."""
        place = ROOT / f".venv-{self.name}"
        python = place / "bin" / "python"
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", self.python, place], check=True)
        install: list[str | Path] = [
            UV,
            "pip",
            "install",
            "--quiet",
            "--python",
            python,
            "--resolution",
            self.resolution,
        ]
        subprocess.run([*install, "--editable", f".[{EXTRAS}]", *tools(self.resolution)], cwd=ROOT, check=True)
        listed = subprocess.run([UV, "pip", "freeze", "--python", python], check=True, capture_output=True, text=True)
        versions = dict(line.split("==") for line in listed.stdout.splitlines() if "==" in line)
        installed = {name: Version(versions[name]) for name in needed()}
        say(f"{self.name}: {', '.join(f'{name} {version}' for name, version in sorted(installed.items()))}")
        if self.resolution == "lowest-direct":
            wrong = {name: str(each) for name, each in needed().items() if installed[name] != lowest(each)}
            assert wrong == {}, "not the lowest that is allowed: a tool of the tests needs a newer one"
        return python

    def passes(self, words: Sequence[str]) -> bool:
        """Run the tests."""
        options = [f"--ignore=tests/{folder}" for folder in LEFT]
        # An older pytest does not know every setting of ours.
        strict = PYPROJECT["tool"]["pytest"]["ini_options"]["addopts"].replace("--strict-config ", "")
        options += ["-o", f"addopts={strict}", "-W", "ignore::pytest.PytestConfigWarning"]
        command: list[str | Path] = [self.make(), "-m", "pytest", "-n", "2", "-m", "not slow", *options, *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        return subprocess.run(command, cwd=ROOT, env=kept, check=False).returncode == 0


def variants(wanted: Sequence[str]) -> list[Variant]:
    """What is to be run."""
    here = pythons()
    say(f"Python found: {', '.join(here) or 'none'}")
    every = {"lowest": Variant("lowest", next(iter(here.values())), "lowest-direct")} if here else {}
    every |= {number: Variant(f"newest-{number}", python, "highest") for number, python in here.items()}
    names = [one for name in wanted for one in (list(here) if name == "newest" else [name])] or list(every)
    if missing := [name for name in names if name not in every]:
        sys.exit(f"there is no {', '.join(missing)} here")
    return [every[name] for name in dict.fromkeys(names)]


def main(arguments: Sequence[str]) -> int:
    """Run what is named, all of it."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    chosen = variants(arguments[:cut])
    failed = [each.name for each in chosen if not each.passes(arguments[cut + 1 :])]
    for each in chosen:
        say(f"{each.name}: {'FAILED' if each.name in failed else 'passed'}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
