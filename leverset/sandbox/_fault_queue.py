"""The queue of scripted faults, and which one takes effect on which request."""

from collections.abc import Collection
from dataclasses import dataclass

from ._faults import Fault
from ._messages import Request

MAX_FAULTS = 10_000
MAX_SIZE = 64 * 2**20  # bytes of all descriptions


@dataclass(slots=True)
class QueuedFault:
    """A fault in the queue, with the requests it matched and those it took effect on."""

    id: int
    fault: Fault
    description: dict[str, object]
    size: int
    matched: int = 0
    triggered: int = 0

    @property
    def used_up(self) -> bool:
        """Whether it takes effect on no further request."""
        return self.fault.times is not None and self.triggered >= self.fault.times

    def describe(self) -> dict[str, object]:
        """Return the fault as JSON."""
        return {"id": self.id, "fault": self.description, "matched": self.matched, "triggered": self.triggered}


class FaultQueue:
    """Faults in the order they were added; the first that matches a request and is not used up takes effect.

    Every fault counts every request it matches, also those on which another one took effect: `nth` does not
    depend on what else is in the queue.

    Args:
        paths: Paths that a fault without a path matches.
    """

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)
        self._queue: list[QueuedFault] = []
        self._last_id = 0
        self._size = 0

    def add(self, fault: Fault, description: dict[str, object], size: int) -> int:
        """Put a fault at the end of the queue, and return its id.

        Args:
            fault: The fault.
            description: The fault as JSON.
            size: Length of that JSON in bytes.

        Raises:
            ValueError: The queue is full.
        """
        if len(self._queue) >= MAX_FAULTS:
            raise ValueError(f"there must be at most {MAX_FAULTS} faults: remove them first")
        if self._size + size > MAX_SIZE:
            raise ValueError(f"the faults must have at most {MAX_SIZE} bytes: remove them first")
        self._size += size
        self._last_id += 1
        self._queue.append(QueuedFault(self._last_id, fault, description, size))
        return self._last_id

    def match(self, request: Request, exchange: str | None, account: str | None) -> QueuedFault | None:
        """Return the fault that takes effect on a request, if any, and count the request."""
        effective = None
        for queued in self._queue:
            fault = queued.fault
            paths = self._paths if fault.path is None else (fault.path,)
            if request.path not in paths or fault.exchange not in (None, exchange):
                continue
            if fault.account not in (None, account):
                continue
            queued.matched += 1
            if effective is None and queued.matched >= fault.nth and not queued.used_up:
                effective = queued
                queued.triggered += 1
        return effective

    def describe(self) -> list[dict[str, object]]:
        """Return the queue as JSON, used-up faults included."""
        return [queued.describe() for queued in self._queue]

    def forget(self, exchange: str, account: str) -> None:
        """Remove the faults of one account; ids continue."""
        kept = []
        for queued in self._queue:
            if (queued.fault.exchange, queued.fault.account) == (exchange, account):
                self._size -= queued.size
            else:
                kept.append(queued)
        self._queue = kept

    def latest(self, count: int) -> list[QueuedFault]:
        """Return the faults added last, in their order."""
        return self._queue[-count:]

    def find(self, number: int | None) -> QueuedFault | None:
        """Return a fault by its id, None where it was removed."""
        return next((queued for queued in self._queue if queued.id == number), None)

    def clear(self) -> None:
        """Remove all faults; ids continue."""
        self._queue.clear()
        self._size = 0
