"""In every test, what leverset sends and what the sandbox answers is held to the specs: tests/contract/recorder.py."""

import os
from collections.abc import Iterator

import pytest

from tests.contract.recorder import pytest_configure, pytest_runtest_teardown, pytest_sessionstart

__all__ = ["pytest_configure", "pytest_runtest_teardown", "pytest_sessionstart"]


@pytest.fixture(scope="session", autouse=True)
def _no_file_of_this_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every command, here and in other processes, from the limits of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", os.fspath(tmp_path_factory.mktemp("state")))
        for name in ("LEVERSET_LIMIT_FILE", "LEVERSET_REDIS"):
            patch.delenv(name, raising=False)
        yield
