"""The whole state of one sandbox; read and changed in the server's thread only."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from random import Random

from ._accounts import Account, Key, random_credentials, random_uid
from ._bodies import MAX_ADMIN_BODY
from ._bounds import check_json, shown
from ._changes import Changes
from ._clock import Clock
from ._config import SandboxConfig
from ._exchange import Exchange, Market
from ._fault_queue import FaultQueue
from ._faults import read_fault
from ._leverage import Book
from ._limits import Counter, Lane, Limits, make_counter
from ._listing import Listed, Listing
from ._messages import JSON_TYPE, Refused, Request
from ._registry import EXCHANGES, find_exchange
from ._request_log import Entry, RequestLog

MAX_ACCOUNTS = 1000


class State:
    """Accounts, leverage, limits, log, faults and configuration of one sandbox.

    Args:
        config: Configuration at the start, restored by `reset(settings=True)`.
        clock: Clock of limits, timestamps and delays.
    """

    def __init__(self, config: SandboxConfig, clock: Clock) -> None:
        self.id = random_uid()  # tells this sandbox from the one that was at its address before
        self.clock = clock
        self.config = self._initial_config = config
        shared = random_credentials()
        self.accounts = [
            account
            for exchange in EXCHANGES.values()
            for account in (*exchange.open_accounts(shared), *exchange.open_other_accounts())
        ]
        self._first = tuple(self.accounts)
        self._opened = 0
        self.accounts_by_key = self._find_keys()
        self.listings = {name: Listing() for name in EXCHANGES}
        self.books = {account.uid: Book() for account in self.accounts}
        self.limits = Limits()
        self.log = RequestLog()
        self.resets = 0  # what was to be applied later is forgotten when it has changed
        self.changes = Changes()
        self.faults = FaultQueue([exchange.set_leverage_path for exchange in EXCHANGES.values()])
        self._random = Random(config.seed)  # noqa: S311 - latencies, nothing secret

    def now(self) -> float:
        """Return the sandbox's wall clock, in seconds since 1970."""
        return self.clock.wall() + self.config.clock_offset

    def _find_keys(self) -> dict[str, dict[str, Account]]:
        return {
            name: {
                key.api_key: account for account in self.accounts if account.exchange == name for key in account.keys
            }
            for name in EXCHANGES
        }

    def account(self, exchange: str, name: str) -> Account:
        """Return an account by its name.

        Raises:
            LookupError: There is none.
        """
        for account in self.accounts:
            if (account.exchange, account.name) == (exchange, name):
                return account
        raise LookupError(f"no account {name!r} on {exchange!r}")

    def account_of_key(self, request: Request, exchange: Exchange) -> Account | None:
        """Return the account whose key the request names; nothing is verified."""
        return self.accounts_by_key[exchange.name].get(request.header(exchange.key_header))

    def book(self, account: Account) -> Book:
        """Return the leverage set on an account."""
        return self.books[account.uid]

    def lane(self, user: str, endpoint: str, limit: int, seconds: float) -> Lane:
        """Return the limit of a user at an endpoint; a new one counts by a window of the configured kind."""
        return self.limits.lane(user, endpoint, (limit, seconds), self._counter)

    def _counter(self, limit: int, seconds: float) -> Counter:
        config = self.config
        return make_counter(config.window, limit, seconds, config.phase, self._random.random)

    def latency(self, bounds: tuple[float, float]) -> float:
        """Return seconds drawn evenly between two bounds."""
        return self._random.uniform(*bounds)

    def configure(self, changes: Mapping[str, object]) -> SandboxConfig:
        """Change the configuration; a new kind or phase of window clears all counters.

        Raises:
            ValueError: A setting is unknown or its value is not allowed; nothing was changed.
        """
        self.config = self.config.changed(changes)
        if {"window", "phase"} & set(changes):
            self.limits.clear()
        if "seed" in changes:
            self._random.seed(self.config.seed)
        return self.config

    def add_key(self, account: Account, description: Mapping[str, object]) -> Key:
        """Give an account another API key, and return it.

        Raises:
            ValueError: A name or a value is not allowed, or the account has too many keys.
        """
        key = account.add_key(description)
        self.accounts_by_key[account.exchange][key.api_key] = account
        return key

    def open_account(self, exchange: str, choices: Mapping[str, object]) -> Account:
        """Open another account, with random credentials; a reset closes it.

        Args:
            exchange: Name of the exchange.
            choices: What `Account.change` takes.

        Raises:
            ValueError: There is no such exchange, a choice is not allowed, or there are too many accounts.
        """
        known = find_exchange(exchange)
        if len(self.accounts) >= MAX_ACCOUNTS:
            raise ValueError(f"there must be at most {MAX_ACCOUNTS} accounts: close some")
        account = known.open_account(choices, self._opened + 1)
        self._opened += 1
        self.accounts.append(account)
        self.accounts_by_key[exchange][account.api_key] = account
        self.books[account.uid] = Book()
        return account

    def close_account(self, account: Account) -> None:
        """Close an account that was opened: its keys, leverage, counters and faults are gone.

        Raises:
            ValueError: It was there from the start, or is closed already.
        """
        if account in self._first or account not in self.accounts:
            raise ValueError(f"{shown(account.name)} is no account that was opened")
        self.accounts.remove(account)
        for key in account.keys:
            del self.accounts_by_key[account.exchange][key.api_key]
        del self.books[account.uid]
        self.limits.forget(lambda user: user == account.uid)
        self.faults.forget(account.exchange, account.name)

    def entries(self, exchange: str | None, after: int, account: Account | None) -> Iterator[Entry]:
        """Iterate over the log of requests: of one exchange, or of those that name a key of an account."""
        entries = self.log.entries(exchange=account.exchange if account else exchange, after=after)
        if account is None:
            return entries
        known = find_exchange(account.exchange)
        return (entry for entry in entries if self.account_of_key(entry.request, known) is account)

    def held(self, account: Account, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Return the leverage that holds on each side, "" being the side of what has none.

        Raises:
            ValueError: The exchange refuses to tell; the text has its code.
        """
        exchange = find_exchange(account.exchange)
        try:
            return exchange.held(fields, account, self.book(account), self.market(exchange))
        except Refused as refused:
            raise ValueError(f"{exchange.title} refuses it with {refused.code}: {refused.msg}") from None

    def remember(self) -> Callable[[], None]:
        """Return a function that takes back what will have been changed of the configuration and about instruments."""
        config, listings = self.config, {name: listing.copy() for name, listing in self.listings.items()}

        def restore() -> None:
            now = self.config.describe()
            self.configure({name: value for name, value in config.describe().items() if value != now[name]})
            self.listings = listings

        return restore

    def market(self, exchange: Exchange, sequence: int = 1) -> Market:
        """Return what the endpoints of an exchange may look at; `sequence` is the request's number in the log."""
        return Market(self.config, self.listings[exchange.name], self.now(), sequence)

    def change_leverage(self, account: Account, fields: Mapping[str, object]) -> Mapping[str, object]:
        """Set leverage as somebody else would: by the exchange's rules, without signature, limit and log.

        Args:
            account: The account.
            fields: Fields of the exchange's own request.

        Returns:
            The result that the exchange would respond with.

        Raises:
            ValueError: The exchange refuses it; the text has its code.
        """
        check_json(fields)
        exchange = find_exchange(account.exchange)
        path = exchange.set_leverage_path
        request = Request("POST", path, path, [("content-type", JSON_TYPE)], json.dumps(fields).encode())
        try:
            change = exchange.requested_change(request, account, self.book(account), self.market(exchange))
        except Refused as refused:
            raise ValueError(f"{exchange.title} refuses it with {refused.code}: {refused.msg}") from None
        self.book(account).set(change.levers)
        return change.result

    def change_instrument(self, exchange: str, name: str, changes: Mapping[str, object]) -> Listed:
        """Set something about an instrument, and return all that is set about it.

        Raises:
            ValueError: There is no such exchange, or no such name on it, or a change is not allowed.
        """
        known = find_exchange(exchange)
        return self.listings[exchange].change(known.instrument_name(name), changes, known.instrument_states)

    def add_fault(self, description: Mapping[str, object]) -> int:
        """Put a fault at the end of the queue, and return its id.

        Raises:
            ValueError: The description is not JSON, a field is not allowed, or the queue is full.
        """
        check_json(description)
        copy = deepcopy(dict(description))  # later changes of the caller's own objects do not reach the queue
        fault = read_fault(copy)
        size = len(json.dumps(copy))
        if size > MAX_ADMIN_BODY:
            raise ValueError(f"a fault must have at most {MAX_ADMIN_BODY} bytes")
        return self.faults.add(fault, copy, size)

    def reset(self, *, settings: bool = False) -> None:
        """Reset all but the configuration: leverage, modes, keys, instruments, log, faults, counters.

        Args:
            settings: Reset the configuration too.
        """
        self.resets += 1
        self.accounts[:] = self._first
        self.books = {account.uid: self.books[account.uid] for account in self.accounts}
        for account in self.accounts:
            account.reset()
        self.accounts_by_key = self._find_keys()
        for listing in self.listings.values():
            listing.clear()
        for book in self.books.values():
            book.clear()
        self.limits.clear()
        self.log.clear()
        self.faults.clear()
        if settings:
            self.config = self._initial_config
            self._random.seed(self.config.seed)

    def describe_account(self, account: Account) -> dict[str, object]:
        """Return an account as JSON, with its leverage."""
        book = self.book(account)
        return {**account.describe(), "state_version": book.version, "leverage": book.describe()}
