"""In every test, what leverset sends and what the sandbox answers is held to the specs: tests/contract/recorder.py."""

from tests.contract.recorder import pytest_configure, pytest_runtest_teardown, pytest_sessionstart

__all__ = ["pytest_configure", "pytest_runtest_teardown", "pytest_sessionstart"]
