"""The interface through which the sandbox uses an exchange."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from ._accounts import Account, random_credentials, random_uid
from ._bounds import shown
from ._leverage import Book, Scope
from ._messages import Refused, Request, Response


@dataclass(frozen=True, slots=True)
class Change:
    """Leverage to be set, and the result object of the success response."""

    levers: Mapping[Scope, str]
    result: Mapping[str, object]


class Exchange(ABC):
    """One exchange. It holds no state: accounts, leverage and time are passed to it.

    Attributes:
        name: Name in the Python API, in paths and in JSON, in lower case.
        title: Name in texts.
        path_prefixes: Beginnings of the paths that belong to the exchange.
        set_leverage_path: Path of the set-leverage endpoint, called with POST.
        time_path: Path of the public time endpoint, called with GET.
        limit: Requests to the set-leverage endpoint per `seconds` and user.
        seconds: Length of the limit's window, in seconds.
        key_header: Header with the API key, in lower case.
        secret_headers: Headers that are redacted in the log of requests, in lower case.
        modes: Allowed values of each mode of an account; there is an account for every combination.
        default_modes: Modes of the default account.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    path_prefixes: ClassVar[tuple[str, ...]]
    set_leverage_path: ClassVar[str]
    time_path: ClassVar[str]
    limit: ClassVar[int]
    seconds: ClassVar[float]
    key_header: ClassVar[str]
    secret_headers: ClassVar[frozenset[str]]
    modes: ClassVar[Mapping[str, tuple[str, ...]]]
    default_modes: ClassVar[Mapping[str, str]]

    def open_accounts(self, default_credentials: Mapping[str, str]) -> list[Account]:
        """Make one account for every combination of modes, each but the default one with random credentials."""
        accounts = []
        for values in product(*self.modes.values()):
            modes = dict(zip(self.modes, values, strict=True))
            credentials = default_credentials if modes == self.default_modes else random_credentials()
            name = "/".join(values)
            accounts.append(Account(self.name, name, random_uid(), modes, choices=self.modes, **credentials))
        return accounts

    def account_name(self, modes: Mapping[str, str | None]) -> str:
        """Return the name of the account with these modes; None stands for the default account's mode.

        Raises:
            ValueError: There is no such mode, or not with this value.
        """
        wanted = dict(self.default_modes)
        for mode, value in modes.items():
            if value is None:
                continue
            if mode not in wanted or value not in self.modes[mode]:
                choices = {name: list(values) for name, values in self.modes.items()}
                raise ValueError(f"there is no {self.name} account with {shown(mode)[1:-1]}={shown(value)}: {choices}")
            wanted[mode] = value
        return "/".join(wanted[mode] for mode in self.modes)

    @property
    @abstractmethod
    def over_limit(self) -> Refused:
        """The refusal of a request over the limit."""

    @abstractmethod
    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Return the account that signed the request.

        Args:
            request: The request.
            accounts: The exchange's accounts by API key.
            now: Wall clock, in seconds since 1970.

        Raises:
            Refused: A credential, the signature, the timestamp or the environment is wrong.
        """

    @abstractmethod
    def requested_change(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:
        """Return what a set-leverage request asks for, without changing anything.

        Raises:
            Refused: The body breaks a rule, or the account does not allow it.
        """

    @abstractmethod
    def time(self, now: float) -> object:
        """Return the result of the public time endpoint; `now` is in seconds since 1970."""

    @abstractmethod
    def success(self, result: object, now: float) -> Response:
        """Put a result into the exchange's envelope; `now` is in seconds since 1970."""

    @abstractmethod
    def refusal(self, refused: Refused, now: float) -> Response:
        """Put a refusal into the exchange's envelope; `now` is in seconds since 1970."""
