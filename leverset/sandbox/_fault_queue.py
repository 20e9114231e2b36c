"""The queue of scripted faults: which one meets which request."""

from collections.abc import Collection
from dataclasses import dataclass

from ._faults import Fault
from ._messages import Request


@dataclass(slots=True)
class Scripted:
    """A fault in the queue, and how far it is: requests that fitted, requests it took effect on."""

    number: int
    fault: Fault
    description: dict[str, object]
    fitted: int = 0
    taken: int = 0

    def describe(self) -> dict[str, object]:
        """The fault as JSON."""
        return {"id": self.number, "fault": self.description, "fitted": self.fitted, "taken": self.taken}


class Script:
    """Faults in the order they were added; a request meets the first that fits and is not used up.

    Every fault counts every request it fits, also those that met another one: `nth` does not depend on what
    else is in the queue.
    """

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)  # what a fault without a path is about
        self._queue: list[Scripted] = []
        self._last = 0

    def add(self, fault: Fault, description: dict[str, object]) -> int:
        """Put a fault at the end of the queue; the answer is its id."""
        self._last += 1
        self._queue.append(Scripted(self._last, fault, description))
        return self._last

    def take(self, request: Request, exchange: str | None, account: str | None) -> Scripted | None:
        """The fault this request meets, if any; uses it up by one."""
        met = None
        for scripted in self._queue:
            fault = scripted.fault
            paths = self._paths if fault.path is None else (fault.path,)
            if request.path not in paths or fault.exchange not in (None, exchange):
                continue
            if fault.account not in (None, account):
                continue
            scripted.fitted += 1
            used_up = fault.times is not None and scripted.taken >= fault.times
            if met is None and scripted.fitted >= fault.nth and not used_up:
                met = scripted
                scripted.taken += 1
        return met

    def describe(self) -> list[dict[str, object]]:
        """The queue as JSON, used-up faults too."""
        return [scripted.describe() for scripted in self._queue]

    def clear(self) -> None:
        """No faults; ids go on."""
        self._queue.clear()
