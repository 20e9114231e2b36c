"""What changed since one reader of the console looked last. It keeps fingerprints, and no changes."""

from collections.abc import Hashable, Iterator

from ._accounts import Account
from ._console_view import fault_text, outcome, summarise
from ._fault_presets import presets
from ._guide import lines
from ._registry import EXCHANGES, find_exchange
from ._request_log import Entry
from ._state import State

REQUESTS = 200  # that are shown, the last ones
_ACCOUNTS = 50  # the first ones, and as many that were opened last
_LEVERAGES = 200  # of one account
_LANES = 12
_FAULTS = 50


class Feed:
    """The events for one reader.

    Args:
        state: State of the sandbox.
        url: Base URL by which the reader reaches the sandbox.
    """

    def __init__(self, state: State, url: str) -> None:
        self._state, self._url = state, url
        self._seen: dict[str | tuple[str, str], Hashable] = {}  # by part, or by part and account
        self._requests: dict[int, Hashable] = {}
        self._clears = state.log.clears

    def events(self) -> Iterator[tuple[str, object]]:
        """Iterate over the events, name and JSON, that bring the reader up to date: all of them at first."""
        state = self._state
        if self._new("settings", state.config):
            yield "settings", state.config.describe()
        yield from self._accounts()
        yield from self._faults()
        yield from self._new_requests()
        lanes = state.limits.latest(_LANES)
        if self._new("lanes", tuple((lane.id, lane.used) for lane in lanes)):
            yield "lanes", [lane.describe() for lane in lanes]

    def _accounts(self) -> Iterator[tuple[str, object]]:
        state = self._state
        shown = [*state.accounts[:_ACCOUNTS], *state.accounts[_ACCOUNTS:][-_ACCOUNTS:]]
        uids = {account.uid for account in shown}
        if self._new("accounts", frozenset(uids)):
            self._seen = {name: seen for name, seen in self._seen.items() if isinstance(name, str) or name[1] in uids}
            yield "accounts", [[account.exchange, account.name] for account in shown]
        for account in sorted(shown, key=_order):
            if self._new(("account", account.uid), _modes_of(account)):
                yield "account", describe_account(account, self._url)
            book = state.book(account)
            if self._new(("leverage", account.uid), (book.version, state.resets)):
                rows = book.describe()
                named = {"exchange": account.exchange, "name": account.name, "total": len(rows)}
                yield "leverage", {**named, "rows": rows[-_LEVERAGES:]}

    def _new(self, name: str | tuple[str, str], fingerprint: Hashable) -> bool:
        if self._seen.get(name, self) == fingerprint:
            return False
        self._seen[name] = fingerprint
        return True

    def _faults(self) -> Iterator[tuple[str, object]]:
        queue = self._state.faults.latest(_FAULTS)
        if self._new("faults", tuple((queued.id, queued.matched, queued.triggered) for queued in queue)):
            matching = ("exchange", "account", "path", "nth", "times")
            yield (
                "faults",
                [
                    {
                        "id": queued.id,
                        "text": fault_text(queued),
                        "matched": queued.matched,
                        "triggered": queued.triggered,
                        "used_up": queued.used_up,
                        **{name: getattr(queued.fault, name) for name in matching},
                    }
                    for queued in queue
                ],
            )

    def _new_requests(self) -> Iterator[tuple[str, object]]:
        log = self._state.log
        if self._clears != log.clears:
            self._clears = log.clears
            self._requests.clear()
            yield "cleared", {"log": state_of_log(self._state)}
        latest = log.latest(REQUESTS)
        changed = [entry for entry in latest if self._requests.get(entry.sequence) != _fingerprint(entry)]
        self._requests = {entry.sequence: _fingerprint(entry) for entry in latest}
        if changed:
            yield "requests", {"total": log.total, "requests": [summarise(self._state, entry) for entry in changed]}


def state_of_log(state: State) -> str:
    """Return which sandbox's log this is, and how often it was cleared."""
    return f"{state.id} {state.log.clears}"


def describe_account(account: Account, url: str) -> dict[str, object]:
    """Return an account with its lines to copy, and its modes with their values."""
    exchange = find_exchange(account.exchange)
    guide = exchange.guide
    return {
        "exchange": account.exchange,
        "name": account.name,
        "uid": account.uid,
        "environment": account.environment,
        "kind": account.kind,
        "modes": dict(account.modes),
        "keys": len(account.keys),
        "api_key": account.api_key,
        "example": dict(guide.example(account)) if guide else {},
        "lines": lines(guide, account, url, exchange.set_leverage_path) if guide else {},
    }


def describe_exchanges() -> list[dict[str, object]]:
    """Return the exchanges: names, endpoints, the default account, and the presets of faults."""
    return [
        {
            "name": exchange.name,
            "title": exchange.title,
            "paths": [exchange.set_leverage_path, *exchange.reads],
            "default": exchange.account_name({}),
            "kind": exchange.kinds[0] if exchange.kinds else "",
            "presets": presets(exchange),
        }
        for exchange in EXCHANGES.values()
    ]


def _order(account: Account) -> tuple[int, bool]:
    """Return a key that sorts by exchanges, the default account of each first."""
    return ([*EXCHANGES].index(account.exchange), account.name != find_exchange(account.exchange).account_name({}))


def _modes_of(account: Account) -> Hashable:
    return (account.environment, account.kind, account.main_uid, len(account.keys), *account.modes.values())


def _fingerprint(entry: Entry) -> Hashable:
    return (outcome(entry), entry.pending, entry.response_status, entry.response_code, entry.refusal is None)
