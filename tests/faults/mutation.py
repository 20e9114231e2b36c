"""python -m tests.faults.mutation FILE TEST …: which small changes of one module do these tests not notice?

Every mutant is imported in place of the module, in a child process of its own that already has the libraries loaded,
while the rest of the tree is a copy that nobody edits meanwhile. docs/mutation.md says what was found. Tests that start
Python themselves see the module as it is: name such as do not.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.faults.mutants import Mutant, mutants
from tests.faults.workshop import Workshop

LONGEST = 60  # seconds for one mutant: one that hangs is noticed
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


HEAVY = ("hypothesis", "jsonschema_rs", "starlette.applications", "uvicorn.protocols.http.h11_impl", "yaml", "httpx")


def noticed(file: str, mutant: Mutant, tests: list[str], folder: Path) -> bool:
    """Whether the tests fail with the mutant."""
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
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(int(status))
    watch = threading.Timer(LONGEST, os.killpg, (child, signal.SIGKILL))
    watch.start()
    _, how = os.waitpid(child, 0)
    watch.cancel()
    return how != 0


def main() -> int:
    """Say which mutants survive; 0 when none does."""
    file, *tests = sys.argv[1:]
    for library in HEAVY:  # what is not ours, once for all mutants
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "copy"
        Workshop(folder)
        source = (folder / file).read_text(encoding="utf-8")
        if noticed(file, Mutant(0, "", "", source), tests, folder):
            sys.exit("the tests fail without any change")
        survivors = tried = 0
        for mutant in mutants(source):
            tried += 1
            if not noticed(file, mutant, tests, folder):
                survivors += 1
                sys.stdout.write(f"{file} {mutant}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{file}: {tried} mutants, {survivors} survived\n")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
