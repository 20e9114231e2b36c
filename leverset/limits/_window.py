"""The held-slot algorithm for one key, as a state machine without clock, lock or wait.

A server counts a request somewhere between its send and its response. So a slot is held from the grant until
one window after the *response*: then at most N of our requests fall into any window of the server, whatever
the latency and wherever its windows begin. `docs/rate-limit.md` has the proof and what it assumes.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from leverset._protocols import RateLimit

Disposition = Literal["responded", "not_sent", "no_response"]
"""What became of a granted request: a response began, it never left this machine, or neither is known."""

DRIFT = 1.001
"""A window is waited out this much longer: two clocks that NTP corrects may each run 500 ppm off."""


def span(rate: RateLimit) -> float:
    """How long a counted request is remembered, in seconds of our clock."""
    return rate.seconds * DRIFT


@dataclass(slots=True, eq=False)
class Ticket:
    """One caller in line, and from the grant on the slot that it holds.

    `lease` is the deadline of the call in seconds from the grant. `counted_by` is the moment by which the exchange has
    counted the request at the latest; a window after it the slot is free.
    """

    rate: RateLimit
    lease: float
    granted_at: float | None = None
    settled: bool = False
    counted_by: float = math.inf


class Window:
    """The slots and the line of one key. Every method takes the time `now`, in seconds of any monotonic clock.

    Callers may know different limits for the key. Each is held to its own, over the requests of all of them.
    """

    def __init__(self, late_delivery_grace: float) -> None:
        self._late_delivery_grace = late_delivery_grace
        self._line: OrderedDict[int, Ticket] = OrderedDict()
        self._slots: dict[int, Ticket] = {}
        self._longest = 0.0
        self.paused_until = -math.inf

    def join(self, ticket: Ticket) -> None:
        """Stand at the end of the line."""
        self._longest = max(self._longest, span(ticket.rate))
        self._line[id(ticket)] = ticket

    def leave(self, ticket: Ticket) -> None:
        """Leave the line; nobody else's place changes."""
        self._line.pop(id(ticket), None)

    def grant(self, now: float) -> None:
        """Give what is free to the front of the line, in order of arrival; who got a slot has `granted_at`."""
        self._forget(now)
        while self._line:
            identity, ticket = next(iter(self._line.items()))
            if self._free_at(ticket, now) > now:
                break
            # A lease: even a holder that is never heard of again keeps the slot no longer than its request
            # could be counted.
            ticket.counted_by = now + max(0.0, ticket.lease) + self._late_delivery_grace
            self._slots[identity] = ticket
            ticket.granted_at = now
            del self._line[identity]

    def release(self, ticket: Ticket, disposition: Disposition, now: float) -> None:
        """The holder says what became of its request; the slot is freed at once, after a window, or by its lease."""
        if ticket.settled or self._slots.get(id(ticket)) is not ticket:
            return
        ticket.settled = True
        if disposition == "not_sent":
            del self._slots[id(ticket)]
        elif disposition == "responded":
            ticket.counted_by = now

    def pause(self, until: float) -> None:
        """Slot nothing before `until`; a pause is never shortened."""
        self.paused_until = max(self.paused_until, until)

    def next_event(self, now: float) -> float:
        """When `grant` has something to give without anybody settling; infinity if never."""
        return self._free_at(next(iter(self._line.values())), now) if self._line else math.inf

    def at_least(self, ticket: Ticket, now: float) -> float:
        """The shortest time in seconds until this one in the line is granted, if every holder answers at once."""
        counted = sorted(slot.counted_by if slot.settled else now for slot in self._slots.values())
        line = list(self._line.values())
        granted_at = max(now, self.paused_until)
        for waiting in line[: line.index(ticket) + 1]:
            if len(counted) >= waiting.rate.requests:
                granted_at = max(granted_at, counted[-waiting.rate.requests] + span(waiting.rate))
            insort(counted, granted_at)
        return granted_at - now

    def drop_holders(self) -> None:
        """Forget the line and every slot whose holder has not settled (after a fork: they are another process's)."""
        self._line.clear()
        self._slots = {identity: ticket for identity, ticket in self._slots.items() if ticket.settled}

    def counts(self, now: float) -> tuple[int, int]:
        """How many slots are held, and how many stand in line."""
        self._forget(now)
        return len(self._slots), len(self._line)

    def _free_at(self, ticket: Ticket, now: float) -> float:
        """When fewer requests than its limit are left that count against this ticket."""
        window, limit = span(ticket.rate), ticket.rate.requests
        held = sorted(slot.counted_by for slot in self._slots.values())
        free = held[-limit] + window if len(held) >= limit else now
        return max(now, free, self.paused_until)

    def _forget(self, now: float) -> None:
        for identity, ticket in list(self._slots.items()):
            if ticket.counted_by + self._longest <= now:
                del self._slots[identity]
