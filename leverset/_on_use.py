"""Load a part of a client when it is first used: a program that only sets leverage does not wait for what reads."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from leverset import _fork
from leverset.errors import misconfigured

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
            ended: SimpleQueue[Exception | None] = SimpleQueue()
            try:
                _thread.start_new_thread(self._load, (ended,))  # in C: `Thread.start` does not survive an interrupt
            except RuntimeError as error:
                if error.__traceback__ and error.__traceback__.tb_next:
                    raise  # it has come out of a function in Python, a signal's handler
                ended.put(None)  # no thread can be started any more, as at the end of the program
            if (failure := ended.get()) is not None:
                what = f"a part of leverset could not be loaded ({type(failure).__name__}: {failure})"
                fix = "look at the limit of open files; restart a program whose packages were changed while it ran"
                raise misconfigured(what, fix) from failure
        if self._made is None:
            self._made = self._make()
        return self._made

    def _load(self, ended: SimpleQueue[Exception | None]) -> None:
        try:
            with self._lock:
                self._made = self._made or self._make()
        except Exception as error:  # raised where it is asked for, and tried again the next time
            ended.put(error)
        finally:
            ended.put(None)

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
