"""The sandbox's console in a real browser: `make test-browser`, in an environment of its own that has selenium."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

# Without selenium there is nothing to collect here: `make test` leaves the folder to `make test-browser`.
collect_ignore_glob = [] if find_spec("selenium") else ["test_*.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write docs/pictures/ anew")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    from tests.browser.browser import Browser

    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the documentation's pictures, where they are to be made anew."""
    return Path(__file__).parents[2] / "docs" / "pictures" if request.config.getoption("--pictures") else None
