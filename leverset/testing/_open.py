"""Opens the accounts of one test, with its marked faults, and closes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import attrs

from leverset.testing._account import AnySandboxAccount, SandboxAccount
from leverset.testing._bitget import BitgetSandboxAccount
from leverset.testing._okx import OkxSandboxAccount

if TYPE_CHECKING:
    from leverset.sandbox import Account, Sandbox

# The exchanges whose fields have Python names here; accounts on all others are an AnySandboxAccount.
_TYPES: dict[str, type[SandboxAccount]] = {"okx": OkxSandboxAccount, "bitget": BitgetSandboxAccount}


@attrs.define
class MarkedFault:
    """One marker `leverset_fault` of a test.

    Attributes:
        name: Name of the fault.
        exchange: Exchange that it is for; None is every one.
        optional: The test means something without it, too.
        options: Options of the fault.
        ids: Its ids in the sandbox's queue, one for each account that was opened.
    """

    name: str
    exchange: str | None
    optional: bool
    options: dict[str, Any]
    ids: list[int] = attrs.field(factory=list)


class OpenAccount:
    """Opens accounts of one test: the fixture `leverset_account`."""

    def __init__(self, sandbox: Sandbox, faults: list[MarkedFault]) -> None:
        self._sandbox, self._faults = sandbox, faults
        self._accounts: list[Account] = []

    @overload
    def __call__(  # type: ignore[overload-overlap] # a text that is no literal may be any exchange
        self, exchange: Literal["okx"], **modes: str
    ) -> OkxSandboxAccount: ...

    @overload
    def __call__(  # type: ignore[overload-overlap] # likewise
        self, exchange: Literal["bitget"], **modes: str
    ) -> BitgetSandboxAccount: ...

    @overload
    def __call__(self, exchange: str, **modes: str) -> AnySandboxAccount: ...

    def __call__(self, exchange: str, **modes: str) -> SandboxAccount:
        """Open an account. The environment is left as it is.

        Args:
            exchange: Name of the exchange.
            modes: Modes of the exchange's accounts, such as `position_mode`; `environment`, "live" or "demo"; `kind`,
                such as "unified", where an exchange has several. The rest is as in its default account.

        Returns:
            The account, with the faults that the test is marked with. It is closed at the end of the test.

        Raises:
            ValueError: There is no such exchange, mode or value; the text names those that there are.
        """
        account = self._sandbox.open_account(exchange, **modes)
        self._accounts.append(account)
        for fault in self._faults:
            if fault.exchange in (None, exchange):
                try:
                    fault.ids.append(self._sandbox.named_fault(fault.name, account, **fault.options))
                except ValueError as wrong:
                    raise ValueError(f"leverset_fault: {wrong}") from None
        return _TYPES.get(exchange, AnySandboxAccount)(self._sandbox, account)

    def unused(self) -> list[MarkedFault]:
        """Return the faults that the test needs and that took effect on no request."""
        triggered = {queued["id"] for queued in self._sandbox.faults() if queued["triggered"]}
        return [fault for fault in self._faults if not fault.optional and not triggered & set(fault.ids)]

    def close(self) -> None:
        """Close every account that is still open."""
        for account in self._accounts:
            if account in self._sandbox.accounts:  # else a reset has closed it
                self._sandbox.close_account(account)
