"""In every test, what leverset sends and what the sandbox answers is held to the specs: tests/contract/recorder.py."""

import os
import sys
from collections.abc import Iterator

import pytest

# In a child, before any hook of leverset's: a thread of the parent may have held the lock of what measures coverage.
os.register_at_fork(after_in_child=lambda: sys.settrace(None))

from tests.contract.recorder import pytest_configure, pytest_runtest_teardown, pytest_sessionstart  # noqa: E402 - see above

# They run in the generator's environment, without this file: `make test-generator`.
collect_ignore = ["generator"]

__all__ = ["pytest_configure", "pytest_runtest_teardown", "pytest_sessionstart"]


@pytest.fixture(scope="session", autouse=True)
def _no_file_of_this_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every command, here and in other processes, from the limits of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", os.fspath(tmp_path_factory.mktemp("state")))
        for name in ("LEVERSET_LIMIT_FILE", "LEVERSET_REDIS"):
            patch.delenv(name, raising=False)
        yield
