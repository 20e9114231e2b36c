"""Exports and online checks through clients of either form."""

from __future__ import annotations

import asyncio
from typing import Any

from leverset import Credentials
from leverset._config import RateLimit
from leverset._registry import EXCHANGES
from leverset.plan import Export, OnlineCheck, Plan, check_online, check_online_async, export, export_async
from leverset.sandbox import Account
from tests.caller import settings

FORMS = ("sync", "async")


def credentials(account: Account) -> Credentials:
    """The credentials of one of the sandbox's accounts."""
    return Credentials(account.api_key, account.secret, account.passphrase)


def quick(exchange: str) -> dict[str, Any]:
    """Limits that no test reaches: they have tests of their own."""
    operations = EXCHANGES[exchange].client.exchange.operations.values()
    return {"rate_limits": {each.name: RateLimit(requests=1000, seconds=0.02) for each in operations}}


def exported(form: str, url: str, account: Account, fields: Any = None, **more: Any) -> Export:
    """What an account's client exports."""
    registered = EXCHANGES[account.exchange]
    keys = credentials(account)
    if form == "sync":
        with registered.client(keys, base_url=url, **settings(**quick(account.exchange))) as client:
            return export(client, fields, **more)

    async def run() -> Export:
        async with registered.async_client(keys, base_url=url, **settings(**quick(account.exchange))) as client:
            return await export_async(client, fields, **more)

    return asyncio.run(run())


def checked(form: str, url: str, plan: Plan, *accounts: Account, options: Any = None, **more: Any) -> OnlineCheck:
    """What clients of these accounts find."""
    given = [settings(base_url=url, **quick(each.exchange), **(options or {})) for each in accounts]
    if form == "sync":
        clients = [
            EXCHANGES[each.exchange].client(credentials(each), **mine)
            for each, mine in zip(accounts, given, strict=True)
        ]
        try:
            return check_online(plan, clients, **more)
        finally:
            for client in clients:
                client.close()

    async def run() -> OnlineCheck:
        clients = [
            EXCHANGES[each.exchange].async_client(credentials(each), **mine)
            for each, mine in zip(accounts, given, strict=True)
        ]
        try:
            return await check_online_async(plan, clients, **more)
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(run())
