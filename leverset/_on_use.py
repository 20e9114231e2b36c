"""Load a part of a client when it is first used: a program that only sets leverage does not wait for what reads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from leverset import _fork

PartT = TypeVar("PartT")


class _OnUse(_fork.Locked):
    """An attribute of a class that is made once, when it is first asked for.

    It is made in a thread of its own: a signal's handler raises in the main thread, and a module whose import it ends
    there may stay locked for ever. So may one that is imported while the process forks: a fork waits until it is made.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._made = make, None
        self.start_over()
        _fork.survive(self)

    def __get__(self, _client: object, _class: type) -> Any:
        if self._made is None:
            with suppress(RuntimeError):  # no thread can be started any more, as at the end of the program
                thread = threading.Thread(target=self._load)
                thread.start()
                thread.join()
        if self._made is None:
            self._made = self._make()
        return self._made

    def _load(self) -> None:
        with self._lock, suppress(Exception):  # what fails is tried again, and raised, where it is asked for
            self._made = self._made or self._make()

    def start_over(self) -> None:
        """Make a new lock in a child process."""
        self._lock = threading.RLock()


def on_use(make: Callable[[], PartT]) -> PartT:
    """Return the attribute of a class that is made once, when it is first asked for.

    Args:
        make: Imports what it takes, and makes it.

    Returns:
        What stands for it in the class, with the type of what is made, as type checkers see it.
    """
    return cast(PartT, _OnUse(make))
