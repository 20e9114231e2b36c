"""Keep objects with locks, connections or other state of one process usable after `fork`.

A child process has one thread, the one that forked. A lock that another thread of the parent held at that moment is
held for ever in the child, and what it protects may be half changed. So before a fork the forking thread takes the
lock of every registered object; in the parent it releases them, and in the child every object starts over:

    class Pool(_fork.Locked):
        def __init__(self):
            self._lock, self._idle = threading.RLock(), []
            _fork.survive(self)

        def start_over(self): self._lock, self._idle = threading.RLock(), []

A lock must be reentrant, because a signal handler may
fork while its thread has it. Its holder waits for nothing: not for the network, because the fork would wait as well,
and not for the lock of another registered object, because a fork takes them in any order.

Where there is no fork, on Windows, all of this does nothing.
"""

from __future__ import annotations

import os
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable


class Locked(ABC):
    """An object with one lock, and with state that belongs to one process."""

    _lock: threading.RLock

    def lock(self) -> None:
        """Take the lock. Runs before a fork, in the thread that forks."""
        self._lock.acquire()

    def unlock(self) -> None:
        """Release the lock. Runs after the fork, in the parent."""
        self._lock.release()

    @abstractmethod
    def start_over(self) -> None:
        """Make a new lock and forget what belongs to the parent. Runs after the fork, in the child.

        The child has no other thread. Where a signal handler raised while the locks were taken, `lock` did not run.
        """


register_at_fork: Callable[..., object] = getattr(os, "register_at_fork", dict)
"""Python's own; where the system has no fork, what takes the same arguments and does nothing."""

_registered: weakref.WeakSet[Locked] = weakref.WeakSet()
_locked: list[Locked] = []
_forking = threading.RLock()  # one fork at a time takes the locks, or two could each wait for the other's


def survive(one: Locked) -> None:
    """Register an object for all forks to come; it is forgotten with its last reference."""
    with _forking:
        _registered.add(one)


def _before() -> None:
    _forking.acquire()
    for one in list(_registered):
        one.lock()
        _locked.append(one)


def _in_parent() -> None:
    while _locked:
        _locked.pop().unlock()
    _forking.release()


def _in_child() -> None:
    global _forking
    _forking = threading.RLock()
    _locked.clear()
    for one in list(_registered):
        one.start_over()


register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
