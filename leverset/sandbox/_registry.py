"""The exchanges of the sandbox. Everything else finds them here: a new one is a module and a line."""

from importlib import import_module

from ._bounds import shown
from ._exchange import Exchange

# Modules of this package, each with an `EXCHANGE`. The order is that of listings.
_MODULES = (
    "_okx",
    "_bitget",
)


def _load(module: str) -> Exchange:
    exchange = import_module(f".{module}", __package__).EXCHANGE
    assert isinstance(exchange, Exchange)  # noqa: S101 - a module that is registered here is one of ours
    return exchange


EXCHANGES: dict[str, Exchange] = {exchange.name: exchange for exchange in map(_load, _MODULES)}


def find_exchange(name: str) -> Exchange:
    """Return an exchange by its name.

    Raises:
        ValueError: No exchange has this name.
    """
    if name not in EXCHANGES:
        raise ValueError(f"exchange must be one of {list(EXCHANGES)}, not {shown(name)}")
    return EXCHANGES[name]


def exchange_of_path(path: str) -> Exchange | None:
    """Return the exchange that a path belongs to, None when it belongs to none."""
    return next((exchange for exchange in EXCHANGES.values() if path.startswith(exchange.path_prefixes)), None)


def secret_headers() -> frozenset[str]:
    """Return the lower-case names of all headers that are redacted in the log of requests."""
    return frozenset().union(*(exchange.secret_headers for exchange in EXCHANGES.values()))
