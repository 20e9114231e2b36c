"""The sandbox as an object."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from ._accounts import Account, account_name
from ._app import App
from ._clock import Clock
from ._config import Settings
from ._listener import Listener, loopback_socket
from ._state import World

_T = TypeVar("_T")


class Sandbox:
    """An exchange on this machine, serving while its `with` block runs.

    port: TCP port; 0 is any free one.
    lenient: tolerate what other clients send in practice: numbers for strings, "" for unset fields,
        posSide "net" where it does not apply, a lower-case marginCoin. False is the documents' contract.
    limits: count the documented limits (OKX 5 requests per 2 seconds, Bitget 5 per second, per user).
    host: a loopback address, as a number; any other is a ValueError.
    clock: another clock, for tests.

    Raises OSError when the port is taken. All methods may be called from any thread, also after the end.
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
        self._host, self._port = host, port
        self._world = World(Settings(limits=limits, lenient=lenient), clock or Clock())
        self._listener: Listener | None = None
        self._url: str | None = None

    def __enter__(self) -> Self:
        if self._url is not None:
            raise RuntimeError("a sandbox starts once: make another one")
        bound = loopback_socket(self._host, self._port)
        host, port = bound.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._listener = Listener(App(self._world), bound)
        self._listener.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()

    @property
    def url(self) -> str:
        """Base URL of both exchanges; RuntimeError before the start."""
        if self._url is None:
            raise RuntimeError("the sandbox is not running: use it in a `with` block")
        return self._url

    @property
    def api_key(self) -> str:
        """Key of the default account of both exchanges."""
        return self.account("okx").api_key

    @property
    def secret(self) -> str:
        """Secret of the default account of both exchanges."""
        return self.account("okx").secret

    @property
    def passphrase(self) -> str:
        """Passphrase of the default account of both exchanges."""
        return self.account("okx").passphrase

    @property
    def accounts(self) -> list[Account]:
        """Every account. To change one's modes use `change_account` or PATCH."""
        return list(self._world.accounts)

    def account(
        self,
        exchange: str,
        *,
        level: str | None = None,
        position_mode: str | None = None,
        margin_mode: str | None = None,
    ) -> Account:
        """The account that started with these modes; a mode left out is the default account's.

        exchange: "okx" or "bitget". level: OKX only. margin_mode: Bitget only. ValueError when none fits.
        """
        modes = {"level": level, "position_mode": position_mode, "margin_mode": margin_mode}
        return self._world.account(exchange, account_name(exchange, modes))

    def change_account(self, account: Account, **modes: str) -> None:
        """Change level, position_mode, margin_mode or environment ("live", "demo") of an account."""
        self._call(lambda: account.change(modes))

    def describe(self) -> dict[str, object]:
        """URL, the default credentials and all accounts, as JSON."""
        return {
            "url": self.url,
            "api_key": self.api_key,
            "secret": self.secret,
            "passphrase": self.passphrase,
            "accounts": [account.describe() for account in self.accounts],
        }

    def requests(self, exchange: str | None = None, *, after: int = 0) -> list[dict[str, object]]:
        """The log of requests in order of arrival: of one exchange if given, above sequence `after`."""
        journal = self._world.journal
        entries = self._call(lambda: list(journal.entries(exchange=exchange, after=after)))
        return [entry.describe() for entry in entries]

    def clear(self) -> None:
        """Forget the log of requests."""
        self._call(self._world.journal.clear)

    def fault(self, **description: object) -> int:
        """Put a fault into the queue, described by the fields of `leverset.sandbox._faults.Fault`; its id."""
        return self._call(lambda: self._world.add_fault(description))

    def faults(self) -> list[dict[str, object]]:
        """The queue of faults: id, description, how many requests fitted and how many it took effect on."""
        return self._call(self._world.script.describe)

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._call(self._world.script.clear)

    def configure(self, **settings: object) -> dict[str, object]:
        """Change settings, described in `leverset.sandbox._config.Settings`; all of them afterwards."""
        return self._call(lambda: self._world.configure(settings).describe())

    def reset(self, *, settings: bool = False) -> None:
        """Leverage, modes, log, faults and limit counters back to the start; with `settings`, those too."""
        self._call(lambda: self._world.reset(settings=settings))

    def leverage(self, exchange: str, account: Account | None = None) -> list[dict[str, str]]:
        """Every scope at which leverage was set, with its `lever`; the default account's if none is given."""
        owner = account or self.account(exchange)
        if owner.exchange != exchange:
            raise ValueError(f"{owner.name} is an account on {owner.exchange}, not on {exchange}")
        return self._call(self._world.book(owner).describe)

    def _call(self, function: Callable[[], _T]) -> _T:
        return function() if self._listener is None else self._listener.call(function)
