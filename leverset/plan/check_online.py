"""Find everything that is wrong with a plan, and ask the exchanges for what only they know, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from leverset._client import AsyncClient, SyncClient
from leverset._listing import Listing
from leverset._read_back import Reads
from leverset._registry import EXCHANGES
from leverset.plan._clients import by_exchange
from leverset.plan._model import Accounts, Plan, Problem
from leverset.plan._online.findings import Findings
from leverset.plan._online.instruments import look_at_instruments
from leverset.plan._online.modes import Modes
from leverset.plan._steps import Steps, take, take_async
from leverset.plan.check import check_for, in_order


@frozen(kw_only=True)
class Unchecked:
    """Names what was not looked at, although nothing has failed.

    Attributes:
        exchange: The exchange's name.
        what: What was not looked at.
        why: The reason.
    """

    exchange: str
    what: str
    why: str

    def describe(self) -> dict[str, object]:
        """Return it as an object for JSON."""
        return {"exchange": self.exchange, "what": self.what, "why": self.why}

    def __str__(self) -> str:
        return f"{EXCHANGES[self.exchange].title}: {self.what}: {self.why}"


@frozen(kw_only=True)
class OnlineCheck:
    """Reports what is wrong with a plan, as far as its exchanges say.

    Attributes:
        problems: Every problem, in the order of the plan's lines.
        unchecked: What was not looked at.
    """

    problems: tuple[Problem, ...]
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was looked at, and nothing is wrong."""
        return not self.problems and not self.unchecked


class _Run:
    """One check of a plan: what is known without asking, and what each exchange says."""

    def __init__(
        self, plan: Plan, clients: Mapping[str, Any], accounts: Accounts | None, without_modes: Collection[str]
    ) -> None:
        self._plan, self._clients, self._without_modes = plan, clients, without_modes
        # An account that is asked of the exchange is said by nobody.
        given = {name: client.account for name, client in clients.items() if client.account != "read"}
        self._said = (accounts or Accounts()).over(Accounts(**given)).over(plan.accounts)
        self._told = check_for(evolve(plan, accounts=self._said), clients)
        self._problems = list(self._told)
        self._unchecked: list[Unchecked] = []

    def steps(self, name: str) -> Steps[None] | None:
        """The reads about the rows of an exchange; None where there are none to make."""
        registered = EXCHANGES[name]
        if registered.listing is None or self._clients[name].reads is None or name not in self._plan.exchanges:
            return None
        return self._look(name, registered.listing, self._clients[name].reads)

    def _look(self, name: str, listing: Listing, reads: Reads) -> Steps[None]:
        findings = Findings(self._plan, name, self._told)
        absent = yield from look_at_instruments(findings, listing)
        modes = Modes(findings, listing, reads, self._said.get(name))
        if needed := modes.needed(absent):
            if name in self._without_modes:
                why = "no credentials were given for it"
                self._unchecked.append(Unchecked(exchange=name, what="the modes of the account", why=why))
            else:
                yield from modes.look(needed)
        self._problems += findings.problems

    def end(self) -> OnlineCheck:
        """What was found."""
        for name in self._plan.exchanges:
            why = ""
            if EXCHANGES[name].listing is None or EXCHANGES[name].client.reads is None:
                why = "its API does not offer them"
            elif name not in self._clients:
                why = "there is no client for it"
            if why:
                what = "instruments and modes of the account"
                self._unchecked.append(Unchecked(exchange=name, what=what, why=why))
        order = self._plan.exchanges.index
        unchecked = sorted(self._unchecked, key=lambda each: order(each.exchange))
        return OnlineCheck(problems=in_order(self._plan, self._problems), unchecked=tuple(unchecked))


def check_online(
    plan: Plan,
    clients: Iterable[SyncClient[Any, Any, Any, Any]],
    *,
    accounts: Accounts | None = None,
    without_modes: Collection[str] = (),
) -> OnlineCheck:
    """Find all problems of a plan, and ask the exchanges whether its instruments are there. Nothing is changed.

    Beyond what `check` finds: whether each instrument exists, is live, and allows the leverage; and with the modes of
    the account, as the exchange has them, what `check` leaves open or was told otherwise. A list of instruments is one
    request, whatever the number of rows; modes are asked for only where a row depends on them.

    Args:
        plan: The plan.
        clients: One client for every exchange that is to be asked.
        accounts: How the accounts are said to be set up; it goes before what the plan says. Default: None, what the
            clients and the plan say. It is compared with what the exchange says.
        without_modes: The names of exchanges whose accounts are not asked for. Lists of instruments need no
            credentials, so a client without real ones serves for them. Default: none.

    Returns:
        The problems, and what was not looked at. What the exchange could not be asked for is a problem,
        `plan/not-asked`.

    Raises:
        PlanError: The clients cannot be used.
    """
    found = by_exchange(clients, SyncClient, "check_online")
    run = _Run(plan, found, accounts, without_modes)
    for name, client in found.items():
        if steps := run.steps(name):
            take(steps, client)
    return run.end()


async def check_online_async(
    plan: Plan,
    clients: Iterable[AsyncClient[Any, Any, Any, Any]],
    *,
    accounts: Accounts | None = None,
    without_modes: Collection[str] = (),
) -> OnlineCheck:
    """Like `check_online`, awaited; the exchanges are asked side by side.

    Args:
        plan: The plan.
        clients: One async client for every exchange that is to be asked.
        accounts: How the accounts are said to be set up; it goes before what the plan says. Default: None, what the
            clients and the plan say. It is compared with what the exchange says.
        without_modes: The names of exchanges whose accounts are not asked for. Default: none.

    Returns:
        The problems, and what was not looked at.

    Raises:
        PlanError: The clients cannot be used.
    """
    found = by_exchange(clients, AsyncClient, "check_online")
    run = _Run(plan, found, accounts, without_modes)
    each = ((run.steps(name), client) for name, client in found.items())
    await asyncio.gather(*(take_async(steps, client) for steps, client in each if steps))
    return run.end()
