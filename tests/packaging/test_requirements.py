"""Whatever is imported is declared in pyproject.toml, and not only brought along by something else that may drop it."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.system.test_architecture import PACKAGES, ROOT, files, imported, package_of, room_of

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
OURS = {
    "leverset",
    "leverset_pytest",
    "generator",
    "tests",
    "benchmarks",
    "docs",
    *map(str, PACKAGES),
    "leverset_kestrel",
}
NAMES = {"yaml": "pyyaml", "ruamel": "ruamel-yaml", "PIL": "pillow"}
NAMES |= {"opentelemetry": "opentelemetry-api", "markdown_it": "markdown-it-py"}
"""Distributions that are not named as what is imported of them."""

EXTRAS = {"cli": "cli", "plan": "cli", "sandbox": "sandbox", "testing": "testing", "limits": "redis", "otel": "otel"}
"""The extra that a room may need; all others have the core alone."""

ELSEWHERE = {"okx", "ccxt", "bitget_api_client"}
"""Clients of others, in environments of their own."""


def declared(requirements: Iterable[str]) -> set[str]:
    """The names of requirements, those of our own extras among them."""
    found = set()
    for text in requirements:
        requirement = Requirement(text)
        if requirement.name == "leverset":
            for extra in requirement.extras:
                found |= declared(PROJECT["optional-dependencies"][extra])
        else:
            found.add(canonicalize_name(requirement.name))
    return found


def outside(paths: Iterable[Path], root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every import of something that is neither ours nor Python's: the file, and the distribution."""
    for path in paths:
        for name in imported(path, package_of(path, root)):
            top = name.partition(".")[0]
            if top not in OURS | ELSEWHERE | sys.stdlib_module_names:
                yield path, canonicalize_name(NAMES.get(top, top))


CORE = declared(PROJECT["dependencies"])
DEVELOPMENT = CORE | declared(GROUPS["dev"]) | declared([f"leverset[{extra}]" for extra in EXTRAS.values()])
ENVIRONMENTS = {
    "generator": CORE | declared(GROUPS["generator"]),
    "tests/generator": CORE | declared(GROUPS["generator"]),
    "tests/browser": CORE | declared(GROUPS["browser"]) | declared(["leverset[sandbox]"]),
    "tests": DEVELOPMENT,
    "benchmarks": CORE
    | declared(GROUPS["bench"])
    | declared(["leverset[sandbox]", "leverset[redis]", "leverset[otel]"]),
}
"""What each folder has in the environment that it runs in; the first that fits a file is its own."""


def test_each_room_imports_the_core_and_its_extra() -> None:
    found = list(outside(files("leverset")))
    assert {name for _, name in found} >= CORE | {"pyyaml", "redis", "starlette", "uvicorn", "pytest"}
    wrong = []
    for path, name in found:
        extra = EXTRAS.get(room_of(path))
        if name not in CORE | (declared([f"leverset[{extra}]"]) if extra else set()):
            wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_each_folder_imports_what_its_environment_names() -> None:
    wrong, seen = [], set()
    for path, name in outside(files("generator") + files("tests") + files("benchmarks")):
        place = path.relative_to(ROOT).as_posix()
        folder = next(one for one in ENVIRONMENTS if place.startswith(f"{one}/"))
        seen.add(folder)
        if name not in ENVIRONMENTS[folder]:
            wrong.append(f"{place} imports {name}")
    assert wrong == []
    assert seen == ENVIRONMENTS.keys()


def test_the_extra_for_tests_has_what_the_sandbox_needs_without_the_command() -> None:
    extras = PROJECT["optional-dependencies"]
    sandbox = declared(extras["sandbox"]) - declared(extras["cli"])
    assert declared(extras["testing"]) == sandbox | {"pytest"}
    versions = {str(Requirement(one)) for extra in ("sandbox", "testing") for one in extras[extra]}
    assert len(versions) == len({Requirement(one).name for one in versions}), "one range for both"


def test_what_failed_last_runs_again(request: pytest.FixtureRequest) -> None:
    """`pytest --lf` needs the cache; its folder is neither committed nor left by `make clean`."""
    assert request.config.pluginmanager.hasplugin("cacheprovider")
    folder = request.config.getini("cache_dir")
    assert f"{folder}/" in (ROOT / ".gitignore").read_text().splitlines()
    [clean] = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("\trm -rf $(VENV)")]
    assert folder in clean.split()
