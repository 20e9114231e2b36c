"""Deliberate faults: the table, a copy of the tree to put one into, and the tests that have to notice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.environments import GENERATOR

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("table.yaml")
PAGE = ROOT / "docs" / "evidence" / "faults.md"
LEFT = shutil.ignore_patterns("__pycache__", ".git", ".venv*", ".*_cache", ".hypothesis", "*.egg-info", "dist", "build")
OF_THE_GENERATOR = "tests/generator"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?:\[.*?)?(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One fault: what it breaks, the changes to one file, and the tests that should notice."""

    name: str
    what: str
    file: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    generate: bool

    def spoiled(self, text: str) -> str:
        """The file's text with the fault in it."""
        for old, new in self.edits:
            count = text.count(old)
            if count != 1:
                raise ValueError(f"{self.name}: {old!r} stands {count} times in {self.file}")
            text = text.replace(old, new)
        return text


@cache
def faults() -> tuple[Fault, ...]:
    """The table."""
    return tuple(_fault(entry) for entry in yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def _fault(entry: dict[str, Any]) -> Fault:
    edits = entry.get("edits") or [{"old": entry["old"], "new": entry["new"]}]
    return Fault(
        name=entry["name"],
        what=entry["what"],
        file=entry["file"],
        edits=tuple((edit["old"], edit["new"]) for edit in edits),
        tests=tuple(entry["tests"]),
        generate=bool(entry.get("generate")),
    )


class Workshop:
    """A copy of the tree, in a folder of its own, that faults are put into one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._second = 1_000_000_000
        shutil.copytree(ROOT, folder, ignore=LEFT)

    def run(self, *arguments: str, python: Path | str = sys.executable) -> subprocess.CompletedProcess[str]:
        """Run a Python in the copy; everything of ours is imported from there."""
        paths = os.pathsep.join((str(self.folder), str(self.folder / "generated")))
        environment = {**os.environ, "PYTHONPATH": paths}
        environment.pop("PYTEST_XDIST_WORKER", None)
        environment.pop("PYTEST_ADDOPTS", None)
        command = [python, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=540, cwd=self.folder, env=environment, check=False
        )

    def test(self, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Run tests up to the first that fails, those of the generator at last and in its environment."""
        words = ("-m", "pytest", "-x", "-q", "-m", "not slow", "--tb=line")
        there = [test for test in tests if (self.folder / test.partition("::")[0]).exists()]
        generator = [test for test in there if test.startswith(OF_THE_GENERATOR)]
        others = [test for test in there if test not in generator]
        ran = self.run(*words, *others) if others or not generator else None
        if generator and (ran is None or ran.returncode == 0):
            ran = self.run(*words, "--confcutdir", OF_THE_GENERATOR, *generator, python=GENERATOR)
        assert ran is not None
        return ran

    def _write(self, place: Path, text: str) -> None:
        """Write with a time of its own: Python tells stale bytecode by size and second."""
        place.write_text(text, encoding="utf-8")
        self._second += 1
        os.utime(place, (self._second, self._second))

    def caught(self, fault: Fault, first: str | None = None) -> tuple[str, str]:
        """The test that notices the fault ("" for none), and what was written; the copy is whole again afterwards.

        `first` is asked before the others: whole files of tests take much longer than the one that is known to fail.
        """
        place = self.folder / fault.file
        whole = place.read_text(encoding="utf-8")
        made = (self.folder / "generated", self.folder / "docs" / "reference")
        for folder in made if fault.generate else ():
            shutil.copytree(folder, folder.with_suffix(".kept"))
        self._write(place, fault.spoiled(whole))
        try:
            if fault.generate:
                ran = self.run("-m", "generator", python=GENERATOR)
                if ran.returncode:
                    raise ValueError(f"{fault.name}: the generator does not run: {ran.stderr}")
            ran = self.test((first,) if first else fault.tests)
            if first and ran.returncode != 1:
                ran = self.test(fault.tests)
        finally:
            self._write(place, whole)
            for folder in made if fault.generate else ():
                shutil.rmtree(folder)
                folder.with_suffix(".kept").rename(folder)
        said = ran.stdout + ran.stderr
        found = _FAILED.search(ran.stdout)
        # 1 is failed tests; anything else would be a fault of this workshop.
        return (found[1] if ran.returncode == 1 and found else ""), said


def page(caught: dict[str, str]) -> str:
    """docs/evidence/faults.md: every fault with the test that caught it."""
    lines = [
        "# Deliberate faults",
        "",
        "Generated by `python -m tests.faults`; do not edit. Each of these faults was put into a copy of this",
        "repository, and the tests named in `tests/faults/table.yaml` were run on it up to the first that failed.",
        f"`make test-slow` does the same again. There are {len(faults())} faults, and every one is caught.",
        "",
        "| fault | what is broken | where | caught by |",
        "|---|---|---|---|",
    ]
    lines += [f"| {one.name} | {one.what} | `{one.file}` | `{caught[one.name]}` |" for one in faults()]
    return "\n".join(lines) + "\n"
