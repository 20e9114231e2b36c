"""What the fixtures do once they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from leverset.testing._open import MarkedFault, OpenAccount

_FAULT = "leverset_fault"


def run_sandbox(settings: Mapping[str, object]) -> Iterator[Sandbox]:
    """Run a sandbox with these settings."""
    sandbox = Sandbox()
    try:
        sandbox.configure(**settings)
    except (TypeError, ValueError) as wrong:
        pytest.fail(f"leverset_sandbox_config: {wrong}", pytrace=False)
    with sandbox:
        yield sandbox


def open_accounts(sandbox: Sandbox, item: pytest.Item, passed: Callable[[], bool]) -> Iterator[OpenAccount]:
    """Let a test open accounts, and look at its faults at the end.

    Args:
        sandbox: The sandbox.
        item: The test, with its markers.
        passed: Whether its body has ended without an exception.
    """
    opened = OpenAccount(sandbox, _marked_faults(item, sandbox))
    sandbox.clear_address_limits()
    with sandbox.restoring():
        yield opened
        unused = opened.unused() if passed() else []
        opened.close()
    if unused:
        pytest.fail("\n".join(map(_unused, unused)), pytrace=False)


def _marked_modes(item: pytest.Item, mark: str) -> dict[str, Any]:
    """Return the modes that a marker says; those of the test itself come before those of its class and module."""
    modes: dict[str, Any] = {}
    for one in item.iter_markers(mark):
        if one.args:
            pytest.fail(f'{mark} takes modes by their names, such as position_mode="…", not {one.args}', pytrace=False)
        modes = {**one.kwargs, **modes}
    return modes


def open_marked(open_account: OpenAccount, item: pytest.Item, exchange: str) -> Any:
    """Open the account of a fixture as the marker of its name says."""
    mark = f"{exchange}_account"
    modes = _marked_modes(item, mark)
    try:
        return open_account(exchange, **modes)
    except ValueError as wrong:
        where = "" if str(wrong).startswith(_FAULT) else f"{mark}: "
        pytest.fail(f"{where}{wrong}", pytrace=False)


def _marked_faults(item: pytest.Item, sandbox: Sandbox) -> list[MarkedFault]:
    """Return the faults of a test, those of its module and class first."""
    return [_read(mark, sandbox) for mark in item.iter_markers(_FAULT)][::-1]


def _read(mark: pytest.Mark, sandbox: Sandbox) -> MarkedFault:
    if len(mark.args) != 1:
        pytest.fail(f'{_FAULT} takes the name of a fault, such as {_FAULT}("timeout"), not {mark.args}', pytrace=False)
    options = dict(mark.kwargs)
    exchange, optional = options.pop("exchange", None), options.pop("optional", False)
    known = list(dict.fromkeys(account.exchange for account in sandbox.accounts))
    if exchange not in (None, *known):
        pytest.fail(f"{_FAULT}: exchange must be one of {known}, not {exchange!r}", pytrace=False)
    return MarkedFault(mark.args[0], exchange, bool(optional), options)


def _unused(fault: MarkedFault) -> str:
    of = f" of {fault.exchange}" if fault.exchange else ""
    reason = "no request came that it is for" if fault.ids else f"the test opens no account{of}"
    return f'{_FAULT}("{fault.name}") never took effect: {reason}; optional=True allows that'
