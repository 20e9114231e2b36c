"""The sandbox as an object."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Self, TypeVar

from ._accounts import Account, Key
from ._app import App
from ._bounds import integer
from ._clock import Clock
from ._config import SandboxConfig
from ._fault_names import describe_fault
from ._listener import Listener, loopback_socket
from ._registry import EXCHANGES, find_exchange
from ._state import State

_T = TypeVar("_T")


class Sandbox:
    """An exchange on this machine, serving while its `with` block runs.

    All methods may be called from any thread, also before the start and after the end.

    Args:
        port: TCP port from 0 to 65535; 0 is any free one.
        lenient: Tolerate what other clients send in practice: numbers for strings, "" for unset fields, and what
            each exchange's module names. False is the documents' contract.
        limits: Count the documented limits: each exchange's `limit` requests per `seconds` and user.
        host: A loopback address in numbers, such as "127.0.0.1" or "::1".
        clock: Another clock, for tests.

    Raises:
        ValueError: An argument is not of its kind or out of its range; at the start, `host` is not a loopback address.
        OSError: At the start, when the port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        lenient: bool = False,
        limits: bool = True,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
    ) -> None:
        self._host, self._port = host, integer("port", port, 0, 65535)
        config = SandboxConfig().changed({"limits": limits, "lenient": lenient})
        self._state = State(config, clock or Clock())
        self._listener: Listener | None = None
        self._url: str | None = None

    def __enter__(self) -> Self:
        if self._url is not None:
            raise RuntimeError("a sandbox starts once: make another one")
        bound = loopback_socket(self._host, self._port)
        host, port = bound.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._listener = Listener(App(self._state), bound)
        self._listener.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()

    @property
    def url(self) -> str:
        """Base URL of all exchanges; RuntimeError before the start."""
        if self._url is None:
            raise RuntimeError("the sandbox is not running: use it in a `with` block")
        return self._url

    @property
    def api_key(self) -> str:
        """Key of the default accounts of all exchanges."""
        return self._default_account().api_key

    @property
    def secret(self) -> str:
        """Secret of the default accounts of all exchanges."""
        return self._default_account().secret

    @property
    def passphrase(self) -> str:
        """Passphrase of the default accounts of all exchanges."""
        return self._default_account().passphrase

    @property
    def accounts(self) -> list[Account]:
        """All accounts. To change the modes of one use `change_account`."""
        return list(self._state.accounts)

    def account(self, exchange: str, **modes: str | None) -> Account:
        """Return the account that started with these modes.

        Args:
            exchange: Name of the exchange.
            modes: Values by mode, such as `position_mode="net_mode"`; a mode left out, or None, is the default
                account's. Each exchange's module lists its modes and their values. `kind` alone is the account of
                another kind, such as `kind="unified"`.

        Raises:
            ValueError: There is no such exchange, mode or value; the text names those that there are.
        """
        return self._state.account(exchange, find_exchange(exchange).account_name(modes))

    def open_account(self, exchange: str, **choices: str) -> Account:
        """Open another account, with an API key, a rate limit and leverages of its own.

        Args:
            exchange: Name of the exchange.
            choices: What `change_account` takes; the rest is as in the default account.

        Returns:
            The account, which `close_account` or `reset` closes.

        Raises:
            ValueError: There is no such exchange, mode or value (the text names those that there are), or there are
                1000 accounts already.
        """
        return self._call(lambda: self._state.open_account(exchange, choices))

    def close_account(self, account: Account) -> None:
        """Close an account: its keys, leverages and faults are gone; what it sent stays in the log of requests.

        Raises:
            ValueError: `open_account` has not opened it, or it is closed already.
        """
        self._call(lambda: self._state.close_account(account))

    def change_account(self, account: Account, **changes: str) -> None:
        """Change modes of an account, or its environment.

        Args:
            account: One of `accounts`.
            changes: Modes as in `account()`, `environment` "live" or "demo", `main_uid` (another one than the account's
                `uid` makes it a sub-account), and `kind` where the exchange has several kinds of accounts.

        Raises:
            ValueError: The account has no such mode, or not with this value; nothing was changed.
        """
        self._call(lambda: account.change(changes))

    def change_leverage(self, account: Account, **fields: object) -> Mapping[str, object]:
        """Set leverage from outside, as somebody else would.

        The exchange's rules hold; nothing is signed, counted by a limit, or in the log.

        Args:
            account: One of `accounts`.
            fields: Fields of the exchange's own request.

        Returns:
            The result that the exchange would respond with.

        Raises:
            ValueError: The exchange refuses it; the text has its code.
        """
        return self._call(lambda: self._state.change_leverage(account, fields))

    def add_key(self, account: Account, **description: object) -> Key:
        """Give an account another API key, with random credentials: it shares all of the account, its limit too.

        Args:
            account: One of `accounts`.
            description: `label`, `permissions` (out of "read", "trade" and "withdraw") and `ips`, the addresses that it
                may be used from.

        Raises:
            ValueError: A name or a value is not allowed, or the account has too many keys.
        """
        return self._call(lambda: self._state.add_key(account, description))

    def change_instrument(self, exchange: str, name: str, **changes: object) -> dict[str, object]:
        """Set whether an instrument exists, its state, its lowest or highest leverage, until `reset`.

        Args:
            exchange: Name of the exchange.
            name: Name of the instrument, which need not be among the usual ones.
            changes: Attributes of `leverset.sandbox._listing.Listed`; None takes back what was set.

        Returns:
            All that is set about the instrument.

        Raises:
            ValueError: There is no such exchange, no instrument can have the name, or a change is not allowed.
        """
        return self._call(lambda: asdict(self._state.change_instrument(exchange, name, changes)))

    def describe(self) -> dict[str, object]:
        """Return URL, default credentials and all accounts as JSON."""
        return {
            "url": self.url,
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "accounts": [account.describe() for account in self.accounts],
        }

    def variables(self) -> dict[str, str]:
        """Return the environment variables with which clients find the default account of each exchange.

        Each name begins with that of the exchange, such as in `NAME_API_KEY`; `LEVERSET_SANDBOX` is the address.
        """
        parts = {"API_KEY": self.api_key, "SECRET": self.secret, "PASSPHRASE": self.passphrase}
        found = {f"{name.upper()}_{part}": value for name in EXCHANGES for part, value in parts.items()}
        return {**found, "LEVERSET_SANDBOX": self.url}

    def requests(
        self, exchange: str | None = None, *, after: int = 0, account: Account | None = None
    ) -> list[dict[str, object]]:
        """Return the log of requests in order of arrival.

        Args:
            exchange: Name of an exchange; None is all of them.
            after: Leave out entries up to this `sequence`, from 0 to 10**15.
            account: Only what names a key of this account, signed rightly or not; it decides on the exchange, too.

        Raises:
            ValueError: There is no such exchange, or `after` is out of its range.
        """
        entries = self._call(lambda: list(self._state.entries(exchange, after, account)))
        return [entry.describe() for entry in entries]

    @property
    def log_position(self) -> tuple[int, int]:
        """How often the log of requests was cleared, and the `sequence` of its last one, 0 where there is none."""
        log = self._state.log
        return self._call(lambda: (log.clears, log.total))

    def clear(self) -> None:
        """Clear the log of requests."""
        self._call(self._state.log.clear)

    def fault(self, **description: object) -> int:
        """Put a fault at the end of the queue, and return its id.

        Args:
            description: Fields of `leverset.sandbox._faults.Fault`.

        Raises:
            ValueError: A field is unknown or its value is not allowed.
        """
        return self._call(lambda: self._state.add_fault(description))

    def named_fault(self, name: str, account: Account, **options: object) -> int:
        """Put a fault at the end of the queue by its name, for the requests of one account, and return its id.

        Args:
            name: One of `leverset.sandbox._fault_names.NAMES`, such as "timeout".
            account: The account.
            options: Options of the fault of this name, and `times`, `nth` and `path` of every one.

        Raises:
            ValueError: There is no fault of this name, or an option is not allowed; the text names those that there
                are.
        """
        description = describe_fault(name, find_exchange(account.exchange), options)
        return self.fault(exchange=account.exchange, account=account.name, **description)

    def faults(self) -> list[dict[str, object]]:
        """Return the queue of faults: id, description, numbers of requests matched and triggered on."""
        return self._call(self._state.faults.describe)

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._call(self._state.faults.clear)

    def configure(self, **settings: object) -> dict[str, object]:
        """Change the configuration, and return all of it.

        Args:
            settings: Attributes of `leverset.sandbox._config.SandboxConfig`.

        Raises:
            ValueError: A setting is unknown or its value is not allowed; nothing was changed.
        """
        return self._call(lambda: self._state.configure(settings).describe())

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Take back, at the end of a `with` block, what it changes of the configuration and about instruments."""
        restore = self._call(self._state.remember)
        try:
            yield
        finally:
            self._call(restore)

    def clear_address_limits(self) -> None:
        """Begin anew to count the requests that are limited by their address, which all accounts share."""
        self._call(lambda: self._state.limits.forget(lambda user: user.startswith("ip ")))

    def reset(self, *, settings: bool = False) -> None:
        """Reset leverage, modes, keys, instruments, log, faults and limit counters; close what `open_account` opened.

        Args:
            settings: Reset the configuration too.
        """
        self._call(lambda: self._state.reset(settings=settings))

    def held(self, account: Account, **fields: str) -> dict[str, str]:
        """Return the leverage that holds on each side, also where none was ever set.

        Args:
            account: One of `accounts`.
            fields: Fields of the exchange's own request that say for what: `instId` and `mgnMode`, or `symbol` and
                `productType`.

        Returns:
            The leverage by side, such as {"long": "5", "short": "3"}; "" is the side of what has none.

        Raises:
            ValueError: The exchange refuses to tell; the text has its code.
        """
        return dict(self._call(lambda: self._state.held(account, fields)))

    def leverage(self, exchange: str, account: Account | None = None) -> list[dict[str, str]]:
        """Return every scope at which leverage was set, with its `lever`.

        Args:
            exchange: Name of the exchange.
            account: One of its accounts; None is the default one.

        Raises:
            ValueError: There is no such exchange, or the account is on another one.
        """
        owner = account or self.account(exchange)
        if owner.exchange != exchange:
            raise ValueError(f"{owner.name} is an account on {owner.exchange}, not on {exchange}")
        return self._call(self._state.book(owner).describe)

    def _default_account(self) -> Account:
        return self.account(next(iter(EXCHANGES)))

    def _call(self, function: Callable[[], _T]) -> _T:
        return function() if self._listener is None else self._listener.call(function, self._state.changes.mark)
