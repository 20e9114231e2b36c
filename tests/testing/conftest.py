"""Runs pytest in a folder of its own, where leverset's plugin is loaded as users have it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from textwrap import dedent

import pytest

from tests.fixtures import one_certificate, short_backoff
from tests.testing.bots import BOT, Run

__all__ = ["all_of_leverset", "one_certificate", "run", "short_backoff"]

IMPORTED = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
"""What pytest 8 says of the plugin where an earlier run in this process has imported it."""


@pytest.fixture(scope="session")
def all_of_leverset() -> None:
    """Import all of it: pytester forgets what is imported later, and half of leverset would be there twice."""
    for name in ("leverset.bitget", "leverset.okx", "leverset_bitget", "leverset_okx", "leverset.testing._fixtures"):
        package = import_module(name)
        for module in walk_packages(getattr(package, "__path__", ()), f"{name}."):
            import_module(module.name)


@pytest.fixture
def run(all_of_leverset: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a text as a file of tests, beside the bot, with warnings as errors. `apart`: in a process of its own."""

    def run_tests(tests: str, *options: str, apart: bool = False) -> pytest.RunResult:
        pytester.makepyfile(bot=BOT, test_it=f"import pytest\nimport bot\n{dedent(tests)}")
        everything = ("-W", "error", "-W", IMPORTED, "--strict-markers", "-p", "no:cacheprovider", *options)
        if apart:
            return pytester.runpytest_subprocess(*everything)
        # Only the plugins that are needed here: the import of all of them takes longer than the tests.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return pytester.runpytest_inprocess("-p", "leverset_pytest", "-p", "anyio.pytest_plugin", *everything)

    return run_tests
