"""An account of one test: its credentials, what holds on it, and what was sent to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING

from leverset.testing._request import SandboxRequest

if TYPE_CHECKING:
    from leverset.sandbox import Account, Sandbox

# How bots name what they read: as leverset and the exchanges do, and as ccxt's programs do.
_VARIABLES = {
    "api_key": ("API_KEY", "APIKEY"),
    "secret": ("SECRET", "API_SECRET", "SECRET_KEY"),
    "passphrase": ("PASSPHRASE", "API_PASSPHRASE", "PASSWORD"),
    "url": ("BASE_URL",),
}
_SHOWN = 10  # requests in a text


class SandboxAccount:
    """An account on one exchange of the sandbox. The fixtures make it, for one test.

    Attributes:
        sandbox: The `leverset.sandbox.Sandbox` that it is on: for instruments, settings, and faults of any kind.
        account: The `leverset.sandbox.Account`, as the methods of `sandbox` take it.
    """

    def __init__(self, sandbox: Sandbox, account: Account) -> None:
        self.sandbox = sandbox
        self.account = account
        self._opened_at = sandbox.log_position

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.exchange} {self.account.name} on {self.url})"

    @property
    def exchange(self) -> str:
        """Name of the exchange, such as "okx"."""
        return self.account.exchange

    @property
    def url(self) -> str:
        """Base URL for the client of the code under test."""
        return self.sandbox.url

    @property
    def api_key(self) -> str:
        """API key."""
        return self.account.api_key

    @property
    def secret(self) -> str:
        """Secret of the API key."""
        return self.account.secret

    @property
    def passphrase(self) -> str:
        """Passphrase of the API key."""
        return self.account.passphrase

    @property
    def modes(self) -> Mapping[str, str]:
        """The account's modes by name, as the marker and `change_modes` take them."""
        return MappingProxyType(self.account.modes)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that lead to this account, under the names that bots give them.

        With OKX for the exchange: OKX_API_KEY and OKX_APIKEY; OKX_SECRET, OKX_API_SECRET and OKX_SECRET_KEY;
        OKX_PASSPHRASE, OKX_API_PASSPHRASE and OKX_PASSWORD; OKX_BASE_URL. An account for demo trading has them with
        OKX_DEMO, too. NO_PROXY keeps a proxy out of the way.
        """
        prefixes = [self.exchange.upper()]
        if self.account.environment == "demo":
            prefixes.append(f"{prefixes[0]}_DEMO")
        variables = {
            f"{prefix}_{name}": str(getattr(self, part))
            for prefix in prefixes
            for part, names in _VARIABLES.items()
            for name in names
        }
        host = self.url.partition("://")[2].rpartition(":")[0].strip("[]")
        for name in ("NO_PROXY", "no_proxy"):
            variables[name] = ",".join(filter(None, (os.environ.get(name), host)))
        return variables

    @property
    def requests(self) -> list[SandboxRequest]:
        """The requests that named a key of this account, in order of arrival."""
        return [SandboxRequest.of(entry) for entry in self.sandbox.requests(account=self.account)]

    @property
    def refused(self) -> list[SandboxRequest]:
        """The requests that the exchange refused by its own rules, in order of arrival.

        Those of this account; and, from its opening on, those that belong to no account: with an unknown key, without
        one, or to a path that there is not. Responses that a fault made are not among them.
        """
        return [SandboxRequest.of(entry) for entry in self._entries() if entry["refusal"] is not None]

    def assert_no_refusals(self) -> None:
        """Fail if the exchange refused a request; the text has each with the reason."""
        __tracebackhide__ = True
        refused = self.refused
        if refused:
            count = "a request was" if len(refused) == 1 else f"{len(refused)} requests were"
            raise AssertionError(f"{count} refused by {self.exchange}:\n{_list(refused)}")

    def fault(self, name: str, **options: object) -> None:
        """Let something go wrong with the next request to set leverage on this account.

        Args:
            name: What goes wrong, as in the marker `leverset_fault`: "timeout", "disconnect", "truncated", "delayed",
                "server_error", "html", "rate_limited", "clock_skew", "refused" or "wrong_value".
            options: Options of this fault; `times`, on how many requests (None is all); `nth`, beginning with which;
                `path`, of another endpoint that is signed.

        Raises:
            ValueError: There is no such fault, or an option is not allowed; the text names those that there are.
        """
        self.sandbox.named_fault(name, self.account, **options)

    def change_modes(self, **modes: str) -> None:
        """Change modes of the account, as its owner does on the exchange's page.

        Raises:
            ValueError: There is no such mode, or not with this value; the text names those that there are.
        """
        self.sandbox.change_account(self.account, **modes)

    def change_leverage(self, **fields: str) -> None:
        """Set a leverage as somebody else would: it is no request of the code under test.

        Args:
            fields: Fields of the exchange's own request, such as `instId`.

        Raises:
            ValueError: The exchange refuses it; the text has its code.
        """
        self.sandbox.change_leverage(self.account, **fields)

    def _entries(self) -> list[dict[str, object]]:
        """The log's entries of this account, and of no account."""
        own = {str(entry["sequence"]) for entry in self.sandbox.requests(account=self.account)}
        keys = {key.api_key for account in self.sandbox.accounts for key in account.keys}
        cleared, last = self._opened_at
        after = last if self.sandbox.log_position[0] == cleared else 0
        found = []
        for entry in self.sandbox.requests(after=after):
            headers = entry["headers"]
            assert isinstance(headers, list)  # noqa: S101 - as the log has them
            strange = entry["exchange"] in (None, self.exchange) and not any(value in keys for _, value in headers)
            if strange or str(entry["sequence"]) in own:
                found.append(entry)
        return found

    def _held(self, what: str, side: str | None, fields: Mapping[str, str]) -> Decimal:
        """Return the leverage that holds; `side` None is the one side, or all where they are alike."""
        sides = self.sandbox.held(self.account, **fields)
        if side is not None and side not in sides:
            raise ValueError(f"{what} has no side {side!r} on this account: one of {list(sides)}")
        levers = [Decimal(lever) for name, lever in sides.items() if side in (None, name)]
        if len(set(levers)) > 1:
            each = " and ".join(f"{lever} on {name}" for name, lever in sides.items())
            raise ValueError(f"{what} has a leverage for each side, {each}: say for which")
        return levers[0]

    def _assert_held(self, expected: str | int | float | Decimal, what: str, side: str | None, **fields: str) -> None:
        __tracebackhide__ = True
        wanted = _decimal(expected)
        held = self._held(what, side, fields)
        if held != wanted:
            modes = ", ".join(f"{name} {value}" for name, value in self.modes.items())
            found = [SandboxRequest.of(entry) for entry in self._entries()]
            raise AssertionError(
                f"the leverage of {what}{f' {side}' if side else ''} on {self.exchange} is {held}, not {wanted}\n"
                f"the account: {modes}\n"
                f"its requests:\n{_list(found) or f'  none arrived at {self.url} with its key'}"
            )


class AnySandboxAccount(SandboxAccount):
    """An account on an exchange whose fields have no Python names here."""

    def leverage(self, side: str | None = None, **fields: str) -> Decimal:
        """Return the leverage that holds.

        Args:
            side: The side, in the exchange's own words; None where there is one, or where all are alike.
            fields: Fields of the exchange's own request that say for what.

        Raises:
            ValueError: There is none, or the sides differ.
        """
        return self._held(_what(fields), side, fields)

    def assert_leverage(self, expected: str | int | float | Decimal, side: str | None = None, **fields: str) -> None:
        """Fail unless this leverage holds; the text has the requests that arrived. Arguments as in `leverage`."""
        __tracebackhide__ = True
        self._assert_held(expected, _what(fields), side, **fields)


def _what(fields: Mapping[str, str]) -> str:
    return " ".join(fields.values())


def _decimal(expected: object) -> Decimal:
    try:
        if not isinstance(expected, bool):
            return Decimal(str(expected))
    except InvalidOperation:
        pass
    raise ValueError(f"a leverage is expected, such as 5 or '12.5', not {expected!r}")


def _list(requests: list[SandboxRequest]) -> str:
    """Return one line for each of the last requests."""
    lines = [f"  {request}" for request in requests[-_SHOWN:]]
    return "\n".join([f"  … and {len(requests) - _SHOWN} before", *lines] if len(requests) > _SHOWN else lines)
