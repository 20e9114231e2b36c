"""The interface through which the sandbox uses an exchange."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import ClassVar

from ._accounts import Account, Key, random_credentials, random_uid
from ._bounds import shown
from ._config import SandboxConfig
from ._guide import Guide
from ._leverage import Book, Scope
from ._listing import Listing
from ._messages import Refused, Request, Response


@dataclass(frozen=True, slots=True)
class Change:
    """Leverage to be set, and the result object of the success response."""

    levers: Mapping[Scope, str]
    result: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Market:
    """What an endpoint may look at besides the request and the account.

    Attributes:
        config: Configuration of the sandbox.
        listing: What is set about the exchange's instruments.
        now: Wall clock, in seconds since 1970.
        sequence: Number of the request in the log.
    """

    config: SandboxConfig = field(default_factory=SandboxConfig)
    listing: Listing = field(default_factory=Listing)
    now: float = 0.0
    sequence: int = 1


@dataclass(frozen=True, slots=True)
class PublicRead:
    """A GET endpoint that needs no signature: `limit` requests per `seconds` and IP address.

    Attributes:
        limit: Requests per `seconds`.
        seconds: Length of the limit's window, in seconds.
        respond: Returns the result; may raise Refused.
        group: Returns what the limit tells apart besides the address, one of a few texts.
    """

    limit: int
    seconds: float
    respond: Callable[[Request, Market], object]
    group: Callable[[Request], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class AccountRead:
    """A GET endpoint about an account, signed: `limit` requests per `seconds` and user.

    Attributes:
        limit: Requests per `seconds`.
        seconds: Length of the limit's window, in seconds.
        respond: Returns the result; may raise Refused.
    """

    limit: int
    seconds: float
    respond: Callable[[Request, Account, Book, Market], object]


class Exchange(ABC):
    """One exchange. It holds no state: accounts, leverage and time are passed to it.

    Attributes:
        name: Name in the Python API, in paths and in JSON, in lower case.
        title: Name in texts.
        path_prefixes: Beginnings of the paths that belong to the exchange.
        set_leverage_path: Path of the set-leverage endpoint, called with POST.
        reads: The GET endpoints by their paths.
        limit: Requests to the set-leverage endpoint per `seconds` and user.
        seconds: Length of the limit's window, in seconds.
        key_header: Header with the API key, in lower case.
        secret_headers: Headers that are redacted in the log of requests, in lower case.
        modes: Allowed values of each mode of an account; there is an account for every combination.
        default_modes: Modes of the default account.
        kinds: Kinds of accounts, the usual one first; none where there is only one kind.
        instrument_states: States that an instrument may have, the usual one first.
        lever_fields: Fields of a success that report a leverage.
        unavailable: The refusal of a request that the exchange is not able to serve; None where it is not known.
        expired: The refusal of a request whose timestamp is too old; None where it is not known.
        guide: What the console needs for lines to copy; without it there are none.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    path_prefixes: ClassVar[tuple[str, ...]]
    set_leverage_path: ClassVar[str]
    reads: ClassVar[Mapping[str, PublicRead | AccountRead]]
    limit: ClassVar[int]
    seconds: ClassVar[float]
    key_header: ClassVar[str]
    secret_headers: ClassVar[frozenset[str]]
    modes: ClassVar[Mapping[str, tuple[str, ...]]]
    default_modes: ClassVar[Mapping[str, str]]
    kinds: ClassVar[tuple[str, ...]] = ()
    instrument_states: ClassVar[tuple[str, ...]] = ()
    lever_fields: ClassVar[tuple[str, ...]] = ()
    unavailable: ClassVar[Refused | None] = None
    expired: ClassVar[Refused | None] = None
    guide: ClassVar[Guide | None] = None

    def open_accounts(self, default_credentials: Mapping[str, str]) -> list[Account]:
        """Make one account for every combination of modes, each but the default one with random credentials."""
        accounts = []
        for values in product(*self.modes.values()):
            modes = dict(zip(self.modes, values, strict=True))
            credentials = default_credentials if modes == self.default_modes else random_credentials()
            accounts.append(self._open("/".join(values), modes, credentials, self.kinds[0] if self.kinds else ""))
        return accounts

    def open_other_accounts(self) -> list[Account]:
        """Make one account of every other kind, named after it, with the default modes and random credentials."""
        return [self._open(kind, dict(self.default_modes), random_credentials(), kind) for kind in self.kinds[1:]]

    def open_account(self, choices: Mapping[str, object], number: int) -> Account:
        """Make an account with random credentials that is named after its modes and a number.

        Args:
            choices: What `Account.change` takes; the rest is as in the default account.
            number: One that no other account of the exchange has.

        Raises:
            ValueError: A name or a value is not allowed.
        """
        account = self._open("", dict(self.default_modes), random_credentials(), self.kinds[0] if self.kinds else "")
        account.change(choices)
        usual = account.kind in ("", *self.kinds[:1])
        parts = [account.modes[mode] for mode in self.modes] if usual else [account.kind]
        return replace(account, name="/".join((*parts, str(number))))

    def _open(self, name: str, modes: dict[str, str], credentials: Mapping[str, str], kind: str) -> Account:
        keys = [Key(**credentials)]  # type: ignore[arg-type] # its three texts
        return Account(self.name, name, random_uid(), modes, keys, kind=kind, choices=self.modes, kinds=self.kinds)

    def account_name(self, modes: Mapping[str, str | None]) -> str:
        """Return the name of the account with these modes; None stands for the default account's mode.

        Args:
            modes: Values by mode; `kind` alone names an account of another kind.

        Raises:
            ValueError: There is no such mode, or not with this value.
        """
        if set(modes) == {"kind"} and modes["kind"] in self.kinds[1:]:
            return str(modes["kind"])
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

    def needed_permission(self, request: Request) -> str:
        """Return the permission that a key needs for a request: "trade" or "read"."""
        return "trade" if request.path == self.set_leverage_path else "read"

    def instrument_name(self, name: str) -> str:
        """Return the exchange's own spelling of an instrument's name.

        Raises:
            ValueError: No instrument of the exchange can have this name.
        """
        return name

    @abstractmethod
    def requested_change(self, request: Request, account: Account, book: Book, market: Market) -> Change:
        """Return what a set-leverage request asks for, without changing anything.

        Raises:
            Refused: The body breaks a rule, or the account does not allow it.
        """

    def held(self, fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:  # noqa: ARG002 - an exchange that tells needs them
        """Return the leverage that holds on each side, "" being the side of what has none.

        Args:
            fields: Fields of the set-leverage request; those about the leverage and the side are not needed.
            account: The account.
            book: The leverage set on it.
            market: What else there is to look at.

        Raises:
            Refused: The fields name nothing that has a leverage on this account.
            ValueError: The sandbox cannot tell.
        """
        raise ValueError(f"the sandbox cannot tell what leverage holds on {self.title}")

    @abstractmethod
    def success(self, result: object, now: float) -> Response:
        """Put a result, an object or a list of them, into the exchange's envelope; `now` is in seconds since 1970."""

    @abstractmethod
    def refusal(self, refused: Refused, now: float) -> Response:
        """Put a refusal into the exchange's envelope; `now` is in seconds since 1970."""
