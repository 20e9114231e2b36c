"""Which tests can hold what is published: those that need tests/ and the contract, and no line of the source.

A test file needs the repository where it, its conftest or anything of tests/ that they import

- imports the generator or the benchmarks,
- climbs out of tests/ with `parents[...]`, to anything but the contract, or
- imports a ROOT from a file that does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APART = ("generator", "benchmarks")
CONTRACT = ("specs", "docs/evidence/sentences.md", "docs/reference")
"""What every request and every line of `--json` in a test is held to; it stands beside the tests."""

_READ_IT = {ROOT / "tests" / name for name in ("contract/specs.py", "contract/sentences.py", "output.py")}
_CLIMBS = re.compile(r"__file__\)(?:\.resolve\(\))?\.parents\[(\d)\](?! / \"specs\")")


def all_tests() -> list[str]:
    """Every test file, as a path from the root."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))


def without_repository() -> list[str]:
    """The test files that tests/ and specs/ are enough for."""
    return [name for name in all_tests() if needs(ROOT / name) is None]


def needs(test: Path) -> str | None:
    """Which file makes a test need the repository; None where it does not."""
    conftests = [folder / "conftest.py" for folder in test.parents if folder.is_relative_to(ROOT / "tests")]
    to_do, seen = [test, *filter(Path.is_file, conftests)], set[Path]()
    while to_do:
        path = to_do.pop()
        if path not in seen:
            seen.add(path)
            alone, imported = _looked_at(path)
            if not alone:
                return str(path.relative_to(ROOT))
            to_do.extend(imported)
    return None


@cache
def _looked_at(path: Path) -> tuple[bool, list[Path]]:
    """Whether a file itself gets along without the repository, and the files of tests/ that it imports."""
    source = path.read_text(encoding="utf-8")
    inside = len(path.relative_to(ROOT).parts) - 1
    climbs = path not in _READ_IT and any(int(up) >= inside for up in _CLIMBS.findall(source))
    names = set(_imports(source))
    outside = any(name.partition(".")[0] in APART or name.endswith(".ROOT") for name in names)
    files = [ROOT / (name.replace(".", "/") + ".py") for name in names if name.startswith("tests.")]
    return not (climbs or outside), sorted(filter(Path.is_file, files))


def _imports(source: str) -> Iterator[str]:
    """The dotted names that may be modules: `from tests import clock` is tests.clock too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
