"""The clients that a plan is used with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leverset._client import AsyncClient, BaseClient, SyncClient
from leverset._format import short_repr
from leverset._registry import EXCHANGES
from leverset.plan._model import PlanError


def by_exchange(
    clients: Iterable[object],
    kind: type[SyncClient[Any, Any, Any, Any] | AsyncClient[Any, Any, Any, Any]],
    function: str,
) -> dict[str, Any]:
    """Return the clients by their exchange; raises PlanError for one of the other kind, and for two of an exchange.

    `function` is the name of the sync function that takes them; the async one is `..._async`.
    """
    names = (function, f"{function}_async")
    name, other = names if kind is SyncClient else reversed(names)
    needs = f"{name} needs {'sync' if kind is SyncClient else 'async'} clients"
    found: dict[str, Any] = {}
    for client in clients:
        if not isinstance(client, BaseClient):
            raise _wrong_client(f"{needs}, and {short_repr(client)} is none", "give clients such as those of leverset")
        exchange = client.exchange.name
        if not isinstance(client, kind):
            right = EXCHANGES[exchange].client if kind is SyncClient else EXCHANGES[exchange].async_client
            raise _wrong_client(
                f"{needs}, and {type(client).__name__} is none", f"give {right.__name__}, or call {other}"
            )
        if exchange in found:
            raise _wrong_client(f"there are two clients of {exchange}", "give one of them")
        found[exchange] = client
    return found


def _wrong_client(summary: str, fix: str) -> PlanError:
    return PlanError(f"{summary}; nothing was sent", reference="plan/wrong-client", fix=fix)
