"""python -m tests.faults.mutation [FILE[:FIRST[-LAST]] [TEST … [-- TEST …]]]: which small changes go unnoticed?

Without arguments it changes every module of mutation.yaml, which takes hours; with a file that one, with line numbers
only what is on these lines. Tests that are named are run instead of the table's, whose reasons do not count then; what
the first ones do not notice is tried against those after `--` as well, which may be slower.

Every mutant is imported in place of the module, in a child process of its own that already has the libraries loaded,
while the rest of the tree is a copy that nobody edits meanwhile. docs/evidence/mutation.md says what was found. Tests
that start Python themselves see the module as it is: name such as do not.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from tests.faults.mutants import mutants
from tests.faults.workshop import Workshop

# Seconds for one mutant: a few times what the tests take without any change, plus this. One that hangs is noticed.
SPARE = 5.0
TIMES = 3.0
EVERYTHING = range(10**6)
TABLE = Path(__file__).with_name("mutation.yaml")
# The libraries are loaded before pytest could have rewritten their assertions; they have none of interest here.
REWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"


class Replaced(MetaPathFinder, Loader):
    """Imports one module from other source than that of its file."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self._path))

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self._path)
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)  # noqa: S102 - a mutant of our own


def noticed(file: str, changed: str, tests: Sequence[str], folder: Path, longest: float) -> str:
    """How the tests notice a changed source: they fail, or hang for longer than so many seconds; or nothing."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        status: Any = 3
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            os.chdir(folder)
            os.environ["TMPDIR"] = str(folder.parent)
            for name in [name for name in os.environ if name.startswith("PYTEST_")]:
                del os.environ[name]
            sys.path[:] = [str(folder), str(folder / "generated"), *(one for one in sys.path if one)]
            for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "leverset", "generator")]:
                del sys.modules[name]
            module = file.removesuffix(".py").replace("/", ".")
            sys.meta_path.insert(0, Replaced(module, folder / file, changed))
            import pytest

            status = pytest.main(["-x", "-q", "-m", "not slow", "-W", REWRITTEN, *tests])
            (folder.parent / "loaded").write_text("\n".join(libraries(folder)), encoding="utf-8")
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(int(status))
    hangs = threading.Event()

    def end() -> None:
        hangs.set()
        os.killpg(child, signal.SIGKILL)

    watch = threading.Timer(longest, end)
    watch.start()
    _, how = os.waitpid(child, 0)
    watch.cancel()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # servers that a test left behind
    return "hangs" if hangs.is_set() else "fails" if how != 0 else ""


def libraries(folder: Path) -> list[str]:
    """The modules that are loaded and are not ours."""
    ours = (str(folder), str(Path(__file__).parents[2]))
    places = {name: str(getattr(module, "__file__", None) or "") for name, module in list(sys.modules.items())}
    return [
        name for name, place in places.items() if place and ("site-packages" in place or not place.startswith(ours))
    ]


def load(folder: Path) -> None:
    """Load what the last tests loaded and is not ours, once for all mutants that follow."""
    for name in (folder.parent / "loaded").read_text(encoding="utf-8").split():
        with contextlib.suppress(Exception):  # a name that a library made up for itself: each child finds out again
            importlib.import_module(name)


@dataclass(frozen=True)
class Plan:
    """One module, the tests that are to notice a change of it in one or two stages, and what none can notice."""

    file: str
    stages: tuple[tuple[str, ...], ...]
    survive: Counter[str]

    def run(self, wanted: range) -> bool:
        """Say which mutants on these lines survive without a written reason; whether none does."""
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "copy"
            Workshop(folder)
            source = (folder / self.file).read_text(encoding="utf-8")
            longest = [self._duration(tests, source, folder) * TIMES + SPARE for tests in self.stages]
            reasons, tried, survived, hung, silent = self.survive.copy(), 0, 0, 0, 0
            for mutant in mutants(source):
                if mutant.line not in wanted:
                    continue
                tried += 1
                stages = zip(self.stages, longest, strict=True)
                how = next(
                    filter(None, (noticed(self.file, mutant.source, tests, folder, each) for tests, each in stages)), ""
                )
                hung += how == "hangs"
                if how:
                    continue
                survived += 1
                if reasons[mutant.change]:
                    reasons[mutant.change] -= 1
                else:
                    silent += 1
                    say(f"{self.file} {mutant}")
            for tests in self.stages:
                self._duration(
                    tests, source, folder
                )  # that they still pass: else they may have failed for another reason
        say(
            f"{self.file}: {tried} mutants, {survived} survived, {silent} of them without a written reason; "
            f"{hung} were noticed because they hang"
        )
        idle = list(reasons.elements()) if wanted == EVERYTHING else []
        for change in idle:
            say(f"{self.file}: noticed by now, or gone: {change}")
        return not silent and not idle

    def _duration(self, tests: tuple[str, ...], source: str, folder: Path) -> float:
        """Seconds that the tests take without any change."""
        began = time.monotonic()
        if noticed(self.file, source, tests, folder, 600.0):
            sys.exit(f"these fail without any change: {' '.join(tests)}")
        load(folder)
        return time.monotonic() - began


def plans() -> dict[str, Plan]:
    """The table of modules, tests and reasons."""
    result = {}
    for file, entry in yaml.safe_load(TABLE.read_text(encoding="utf-8")).items():
        known = entry.get("survive", [])
        survive = Counter({f"{one['in']}: {one['change']}": one.get("times", 1) for one in known})
        stages = tuple(tuple(entry[stage]) for stage in ("tests", "then") if stage in entry)
        result[file] = Plan(file, stages, survive)
    return result


def main(arguments: list[str]) -> int:
    """Run what the arguments say; 0 when nothing survives without a reason."""
    if not arguments:
        return int(bool([file for file, plan in plans().items() if not plan.run(EVERYTHING)]))
    which, *given = arguments
    file, _, lines = which.partition(":")
    first, _, last = lines.partition("-")
    wanted = range(int(first), int(last or first) + 1) if first else EVERYTHING
    if not given:
        return int(not plans()[file].run(wanted))
    cut = given.index("--") if "--" in given else len(given)
    stages = tuple(tuple(tests) for tests in (given[:cut], given[cut + 1 :]) if tests)
    return int(not Plan(file, stages, Counter()).run(wanted))


def say(text: str) -> None:
    """At once: a run takes long."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
