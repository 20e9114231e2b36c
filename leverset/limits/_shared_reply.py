"""What a step of a shared limit says: the same for every store that keeps one."""

from __future__ import annotations

from typing import Any, NamedTuple


class Reply(NamedTuple):
    """The reply of one step; durations in microseconds.

    Attributes:
        granted: 1 when the waiter has a slot.
        epoch: Names the data of the store; another one means that it lost what it had.
        poll_after: The wait until the next poll.
        at_least: The wait for the slot if every open request were answered now and all waiters ahead had this limit.
        position: The position in the wait queue.
        held: Slots that are held.
        waiting: Waiters in the queue.
        paused_for: The rest of a pause.
        quarantined_for: How much longer than the pause nothing is granted because the store may have forgotten slots;
            0 in replies to steps that ask for no slot.
        halvings: How often the limit is halved now.
        lowered_for: How long it takes until the whole limit holds again.
    """

    granted: int
    epoch: str
    poll_after: int
    at_least: int
    position: int
    held: int
    waiting: int
    paused_for: int
    quarantined_for: int
    halvings: int = 0
    lowered_for: int = 0

    @classmethod
    def parse(cls, raw: Any) -> Reply:
        """Parse the reply of the script as redis-py returns it."""
        granted, epoch, *numbers = raw
        return cls(granted, epoch.decode(), *map(int, numbers))
