"""Everything the sandbox knows, in one place; touched from the server's thread only."""

import json
from collections.abc import Mapping
from random import Random

from ._accounts import Account, open_accounts
from ._bitget import Bitget
from ._clock import Clock
from ._config import Settings
from ._exchange import Exchange
from ._fault_queue import Script
from ._faults import read_fault
from ._leverage import Book
from ._limits import Counter, Limits, make_counter
from ._okx import Okx
from ._request_log import Journal


class World:
    """Accounts, leverage, limits, log, faults and settings of one sandbox."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.started_with = settings
        self.settings = settings
        self.accounts = open_accounts()
        self.exchanges: tuple[Exchange, ...] = (Okx(self.accounts), Bitget(self.accounts))
        self.books = {account.uid: Book() for account in self.accounts}
        self.limits = Limits()
        self.journal = Journal()
        self.script = Script([exchange.set_leverage_path for exchange in self.exchanges])
        self.random = Random(settings.seed)  # noqa: S311 - latencies, nothing secret

    def now(self) -> float:
        """The sandbox's wall clock, in seconds since 1970."""
        return self.clock.wall() + self.settings.clock_offset

    def account(self, exchange: str, name: str) -> Account:
        """An account by its name; LookupError when there is none."""
        for account in self.accounts:
            if (account.exchange, account.name) == (exchange, name):
                return account
        raise LookupError(f"no account {name!r} on {exchange!r}")

    def book(self, account: Account) -> Book:
        """The leverage set on an account."""
        return self.books[account.uid]

    def counter(self, exchange: Exchange) -> Counter:
        """A fresh limit counter of the kind the settings ask for."""
        settings = self.settings
        return make_counter(settings.window, exchange.limit, exchange.seconds, settings.phase, self.random.random)

    def latency(self, bounds: tuple[float, float]) -> float:
        """Seconds drawn evenly between two bounds."""
        return self.random.uniform(*bounds)

    def configure(self, changes: Mapping[str, object]) -> Settings:
        """Change settings; a new kind or phase of window starts all counters afresh."""
        self.settings = self.settings.changed(changes)
        if {"window", "phase"} & set(changes):
            self.limits.clear()
        if "seed" in changes:
            self.random.seed(self.settings.seed)
        return self.settings

    def add_fault(self, description: Mapping[str, object]) -> int:
        """Put a fault into the queue; its id."""
        # Once through JSON: what cannot be sent is refused here, and later changes of the caller's own
        # objects do not reach the queue.
        copy = json.loads(json.dumps(dict(description)))
        return self.script.add(read_fault(copy), copy)

    def reset(self, *, settings: bool = False) -> None:
        """Leverage, account modes, log, faults and counters back to the start; with `settings`, those too."""
        for account in self.accounts:
            account.start_over()
        for book in self.books.values():
            book.clear()
        self.limits.clear()
        self.journal.clear()
        self.script.clear()
        if settings:
            self.settings = self.started_with
            self.random.seed(self.settings.seed)

    def describe_account(self, account: Account) -> dict[str, object]:
        """An account as JSON, with its leverage."""
        book = self.book(account)
        return {**account.describe(), "state_version": book.version, "leverage": book.describe()}
