"""The held-slot algorithm for one key, as a state machine without clock, lock or wait.

A server counts a request somewhere between its send and its response. So a slot is held from the grant until
one window after the *response*: then at most N of our requests fall into any window of the server, whatever
the latency and wherever its windows begin. `docs/rate-limit.md` has the proof and what it assumes.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from leverset.contract import RateLimit

Fate = Literal["answered", "not_sent", "unanswered"]
"""What became of a granted request: a response began, it never left this machine, or neither is known."""


@dataclass(slots=True)
class Ticket:
    """One caller in line, and from the grant on the slot that it holds.

    `hold` is the deadline of the call in seconds; `expires` is when the slot frees itself at the latest.
    """

    rate: RateLimit
    hold: float
    granted: bool = False
    settled: bool = False
    expires: float = math.inf


class Window:
    """The slots and the line of one key. Every method takes the time `now`, in seconds of any steady clock."""

    def __init__(self, lost_after: float) -> None:
        self._lost_after = lost_after
        self._line: OrderedDict[int, Ticket] = OrderedDict()
        self._slots: dict[int, Ticket] = {}
        self.paused_until = -math.inf

    def join(self, ticket: Ticket) -> None:
        """Stand at the end of the line."""
        self._line[id(ticket)] = ticket

    def leave(self, ticket: Ticket) -> None:
        """Leave the line; nobody else's place changes."""
        self._line.pop(id(ticket), None)

    def grant(self, now: float) -> list[Ticket]:
        """Give what is free to the front of the line, in order of arrival, and say who got a slot."""
        self._expire(now)
        granted = []
        while self._line and now >= self.paused_until:
            identity, ticket = next(iter(self._line.items()))
            if len(self._slots) >= ticket.rate.requests:
                break
            del self._line[identity]
            ticket.granted = True
            # A lease: even a holder that is never heard of again keeps the slot no longer than its request
            # could be counted.
            ticket.expires = now + ticket.hold + self._lost_after + ticket.rate.seconds
            self._slots[identity] = ticket
            granted.append(ticket)
        return granted

    def settle(self, ticket: Ticket, fate: Fate, now: float) -> None:
        """The holder says what became of its request; the slot is freed at once, after a window, or by its lease."""
        if ticket.settled or self._slots.get(id(ticket)) is not ticket:
            return
        ticket.settled = True
        if fate == "not_sent":
            del self._slots[id(ticket)]
        elif fate == "answered":
            ticket.expires = now + ticket.rate.seconds

    def pause(self, until: float) -> None:
        """Grant nothing before `until`; a pause is never shortened."""
        self.paused_until = max(self.paused_until, until)

    def next_event(self, now: float) -> float:
        """When `grant` may have something to give again without anybody settling; infinity if never."""
        if not self._line:
            return math.inf
        first = next(iter(self._line.values()))
        if len(self._slots) < first.rate.requests:
            return max(now, self.paused_until)
        return max(self.paused_until, min(ticket.expires for ticket in self._slots.values()))

    def at_least(self, ticket: Ticket, now: float) -> float:
        """The shortest time in seconds until this one in the line is granted, if every holder answers at once."""
        window = ticket.rate.seconds
        free = [min(slot.expires, now + window) for slot in self._slots.values()]
        free += [now] * max(0, ticket.rate.requests - len(free))
        heapq.heapify(free)
        while len(free) > ticket.rate.requests:
            heapq.heappop(free)
        granted_at = now
        for identity in self._line:
            granted_at = max(heapq.heappop(free), self.paused_until, now)
            heapq.heappush(free, granted_at + window)
            if identity == id(ticket):
                break
        return granted_at - now

    def drop_holders(self) -> None:
        """Forget the line and every slot whose holder has not settled (after a fork: they are another process's)."""
        self._line.clear()
        self._slots = {identity: ticket for identity, ticket in self._slots.items() if ticket.settled}

    def counts(self, now: float) -> tuple[int, int]:
        """How many slots are held, and how many stand in line."""
        self._expire(now)
        return len(self._slots), len(self._line)

    def _expire(self, now: float) -> None:
        for identity in [i for i, ticket in self._slots.items() if ticket.expires <= now]:
            del self._slots[identity]
