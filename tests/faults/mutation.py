"""python -m tests.faults.mutation FILE[:FIRST[-LAST]] TEST … [-- TEST …]: which changes of a module go unnoticed?

With line numbers, only what is on these lines is changed. What the first tests do not notice is tried against those
after `--` as well, which may be slower.

Every mutant is imported in place of the module, in a child process of its own that already has the libraries loaded,
while the rest of the tree is a copy that nobody edits meanwhile. docs/mutation.md says what was found. Tests that start
Python themselves see the module as it is: name such as do not.
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
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.faults.mutants import Mutant, mutants
from tests.faults.workshop import Workshop

# Seconds for one mutant: a few times what the tests take without any change, plus this. One that hangs is noticed.
SPARE = 5.0
TIMES = 3.0
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


def noticed(file: str, mutant: Mutant, tests: list[str], folder: Path, longest: float) -> bool:
    """Whether the tests fail with the mutant, or have not ended after so many seconds."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        status: Any = 3
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            os.chdir(folder)
            sys.path[:] = [str(folder), str(folder / "generated"), *(one for one in sys.path if one)]
            for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "leverset", "generator")]:
                del sys.modules[name]
            module = file.removesuffix(".py").replace("/", ".")
            sys.meta_path.insert(0, Replaced(module, folder / file, mutant.source))
            import pytest

            status = pytest.main(["-x", "-q", "-m", "not slow", "-W", REWRITTEN, *tests])
            (folder.parent / "loaded").write_text("\n".join(libraries(folder)), encoding="utf-8")
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(int(status))
    watch = threading.Timer(longest, os.killpg, (child, signal.SIGKILL))
    watch.start()
    _, how = os.waitpid(child, 0)
    watch.cancel()
    return how != 0


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


def main() -> int:
    """Say which mutants survive; 0 when none does."""
    which, *given = sys.argv[1:]
    file, _, lines = which.partition(":")
    first, _, last = lines.partition("-")
    wanted = range(int(first or 0), int(last or first or 10**6) + 1)
    cut = given.index("--") if "--" in given else len(given)
    stages = [tests for tests in (given[:cut], given[cut + 1 :]) if tests]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "copy"
        Workshop(folder)
        source = (folder / file).read_text(encoding="utf-8")
        longest = []
        for tests in stages:
            began = time.monotonic()
            if noticed(file, Mutant(0, "", "", source), tests, folder, 600.0):
                sys.exit(f"these fail without any change: {' '.join(tests)}")
            longest.append((time.monotonic() - began) * TIMES + SPARE)
            load(folder)
        survivors = tried = 0
        for mutant in mutants(source):
            if mutant.line not in wanted:
                continue
            tried += 1
            if not any(
                noticed(file, mutant, tests, folder, limit) for tests, limit in zip(stages, longest, strict=True)
            ):
                survivors += 1
                sys.stdout.write(f"{file} {mutant}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{file}: {tried} mutants, {survivors} survived\n")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
