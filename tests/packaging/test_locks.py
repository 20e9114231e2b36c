"""The locks install with the pip of every Python from 3.11.0 on, whatever is published later."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from tests import environments
from tests.locks import extras_not_locked, locked
from tests.versions import lowest, needed

ROOT = Path(__file__).parents[2]
DEVELOPMENT = ROOT / "requirements-dev.lock"
GENERATOR = ROOT / "generator" / "requirements.lock"
BENCHMARKS = ROOT / "benchmarks" / "requirements.lock"
SITE = ROOT / "docs" / "requirements.lock"
LOCKS = [DEVELOPMENT, GENERATOR, BENCHMARKS, SITE, *sorted((ROOT / "tests").glob("*/requirements-*.txt"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name} {lock.stem}")
def test_every_requirement_is_pinned_with_hashes_and_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    for entry in entries:
        assert "--hash=sha256:" in entry
    requirements = locked(lock)
    assert len(requirements) == len(entries)
    for requirement in requirements.values():
        assert [specifier.operator for specifier in requirement.specifier] == ["=="]
        assert requirement.url is None


@pytest.mark.parametrize(
    ("lock", "environment"),
    [(DEVELOPMENT, Path(sys.prefix)), (GENERATOR, environments.GENERATOR.parents[1])],
    ids=["development", "generator"],
)
def test_every_extra_that_an_installed_package_asks_for_is_locked(lock: Path, environment: Path) -> None:
    assert extras_not_locked(lock, environment) == []


def test_an_extra_that_is_missing_is_found(tmp_path: Path) -> None:
    stripped = tmp_path / "stripped.lock"
    stripped.write_text(DEVELOPMENT.read_text().replace("coverage[toml]==", "coverage=="))
    assert extras_not_locked(stripped, Path(sys.prefix)) == ["pytest-cov asks for coverage[toml]"]


def test_what_is_locked_is_allowed_and_what_is_allowed_has_a_lowest_version() -> None:
    pins = locked(DEVELOPMENT)
    for name, requirement in needed().items():
        [pin] = [each.version for each in pins[name].specifier]
        assert pin in requirement.specifier, name
        assert lowest(requirement) <= Version(pin), name


@pytest.mark.slow
@pytest.mark.timeout(700)  # the first run installs what is locked
@pytest.mark.parametrize(
    "lock",
    # The site's is installed by its own test; benchmarks are not run by others, and take a minute to install.
    [*LOCKS[4:], *(pytest.param(lock, marks=pytest.mark.long) for lock in (BENCHMARKS, SITE))],
    ids=lambda lock: f"{lock.parent.name} {lock.stem}",
)
def test_the_other_locks_install_and_lock_every_extra(lock: Path) -> None:
    environment = environments.python(lock).parents[1]
    assert extras_not_locked(lock, environment) == []
