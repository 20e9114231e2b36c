"""What pytest loads of leverset: fixtures and markers that test a bot against the sandbox.

A module beside the package and not in it: pytest imports it in every run where leverset is installed, and importing
anything inside of leverset imports leverset. Nothing else is imported before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from leverset.sandbox import Sandbox
    from leverset.testing import OpenAccount, SandboxAccount

EXCHANGES = ("okx", "bitget")
"""Each has a fixture and a marker `NAME_account`. Accounts of others are opened by `leverset_account`."""

PASSED = pytest.StashKey[bool]()
"""Of a test whose body has ended: whether without an exception."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for name in EXCHANGES:
        text = f"{name}_account(**modes): how the account of the fixture {name}_account is set up (leverset)"
        config.addinivalue_line("markers", text)
    text = "leverset_fault(name, *, exchange=None, optional=False, **options): what goes wrong in the test (leverset)"
    config.addinivalue_line("markers", text)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Remember how the body of a test ended: after a failure nothing more is said about its faults."""
    if call.when == "call":
        item.stash[PASSED] = call.excinfo is None


@pytest.fixture(scope="session")
def leverset_sandbox_config() -> Mapping[str, object]:
    """Settings of `leverset_sandbox`: attributes of `leverset.sandbox._config.SandboxConfig`. Override it for others.

    Lenient, since clients other than leverset send numbers for strings.
    """
    return {"lenient": True}


@pytest.fixture(scope="session")
def leverset_sandbox(leverset_sandbox_config: Mapping[str, object]) -> Iterator[Sandbox]:
    """The exchanges on this machine, one `leverset.sandbox.Sandbox` for each process of a run."""
    yield from _fixtures().run_sandbox(leverset_sandbox_config)


@pytest.fixture
def leverset_account(request: pytest.FixtureRequest, leverset_sandbox: Sandbox) -> Iterator[OpenAccount]:
    """Open accounts of this test alone: `leverset_account("okx", position_mode="net_mode")`."""
    fixtures = _fixtures()
    item = request.node
    yield from fixtures.open_accounts(leverset_sandbox, item, lambda: item.stash.get(PASSED, False))


def _account_fixture(exchange: str) -> Callable[..., Any]:
    """Make the fixture of one exchange's account."""

    def account(request: pytest.FixtureRequest, leverset_account: OpenAccount) -> Iterator[SandboxAccount]:
        opened: SandboxAccount = _fixtures().open_marked(leverset_account, request.node, exchange)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in opened.environment.items():
                patch.setenv(name, value)
            yield opened

    account.__doc__ = f"An account on {exchange} of this test alone, to which the environment leads."
    return pytest.fixture(name=f"{exchange}_account")(account)


globals().update({f"{exchange}_account": _account_fixture(exchange) for exchange in EXCHANGES})


def _fixtures() -> ModuleType:
    try:
        from leverset.testing import _fixtures
    except ModuleNotFoundError as missing:
        text = f"leverset's fixtures need {missing.name}, which is not installed: pip install 'leverset[testing]'"
        pytest.fail(text, pytrace=False)
    return _fixtures
