"""What an exchange is to the sandbox: how it knows its callers, what it limits, how it sets leverage."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from ._accounts import Account
from ._leverage import Book, Scope
from ._messages import Refused, Request


@dataclass(frozen=True, slots=True)
class Change:
    """What a request would set, and the result object of the success reply."""

    levers: Mapping[Scope, str]
    result: Mapping[str, object]


class Exchange(ABC):
    """One exchange: `name`, its endpoints, and its limit of `limit` requests per `seconds` and user."""

    name: str
    set_leverage_path: str
    time_path: str
    limit: int
    seconds: float

    def __init__(self, accounts: list[Account]) -> None:
        mine = [account for account in accounts if account.exchange == self.name]
        self.accounts = {account.api_key: account for account in mine}

    @property
    @abstractmethod
    def too_many(self) -> Refused:
        """The refusal of a request over the limit."""

    @abstractmethod
    def known_key(self, request: Request) -> Account | None:
        """The account whose key the request names, nothing verified: for matching faults."""

    @abstractmethod
    def authenticate(self, request: Request, now: float) -> Account:
        """The account the request is signed by, in the account's own environment, or Refused."""

    @abstractmethod
    def plan(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:
        """What the request asks for, or Refused; changes nothing."""

    @abstractmethod
    def time(self, now: float) -> object:
        """The result of the public time endpoint; `now` is wall-clock seconds."""
