"""What keeps limiters usable after `fork`: nobody is half way through a change when the child gets its copy."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Forked(Protocol):
    """Something with a lock that has to be held while the process forks."""

    def lock(self) -> None:
        """Let nobody else in."""

    def unlock(self) -> None:
        """In the parent: go on."""

    def start_over(self) -> None:
        """In the child, whose only thread is the one that forked: fresh locks, nobody in line."""


_ALL: weakref.WeakSet[Forked] = weakref.WeakSet()
_locked: list[Forked] = []
_forking = threading.RLock()  # one fork at a time takes the locks, or two could each wait for the other's


def survive(limiter: Forked) -> None:
    """Look after this one whenever the process forks."""
    with _forking:
        _ALL.add(limiter)


def _before() -> None:
    _forking.acquire()
    for limiter in list(_ALL):
        limiter.lock()
        _locked.append(limiter)


def _in_parent() -> None:
    while _locked:
        _locked.pop().unlock()
    _forking.release()


def _in_child() -> None:
    global _forking
    _forking = threading.RLock()
    while _locked:
        _locked.pop().start_over()


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
