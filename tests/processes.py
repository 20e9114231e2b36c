"""Run something in a child process made by `fork`, as gunicorn, celery and multiprocessing do."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path


def in_child(work: Callable[[], str], *, seconds: float = 20.0) -> str:
    """What `work` returns in a child; AssertionError where it raises, or takes longer."""
    child = begin(work)
    return child.result(seconds)


class Child:
    """A child process at work."""

    def __init__(self, process: int, pipe: int) -> None:
        self._process, self._pipe = process, pipe

    def result(self, seconds: float = 20.0) -> str:
        """What its work returned."""
        said = b""
        try:
            while True:
                ready, _, _ = select.select([self._pipe], [], [], seconds)
                assert ready, f"the child is still at it after {seconds} s"
                more = os.read(self._pipe, 65536)
                if not more:
                    break
                said += more
        finally:
            os.close(self._pipe)
            os.kill(self._process, signal.SIGKILL)  # it has ended, or hangs
            os.waitpid(self._process, 0)
        kind, _, text = said.decode().partition(":")
        assert kind == "returned", text or "the child ended without a word"
        return text


def begin(work: Callable[[], str]) -> Child:
    """A child that has begun to work."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return Child(process, reading)
    try:  # pragma: no cover - a child's coverage is not measured
        os.close(reading)
        try:
            said = f"returned:{work()}"
        except BaseException:
            said = f"raised:{traceback.format_exc()}"
        os.write(writing, said.encode())
    finally:
        os._exit(0)


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until a condition holds; AssertionError where it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.01)


def connecting(port: int) -> bool:
    """Whether somebody waits for a connection to a port of this machine."""
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return any(remote.endswith(f":{port:04X}") and state == "02" for _, _, remote, state, *_ in lines)


def kill_when(condition: Callable[[], object], number: int) -> threading.Thread:
    """Send this process a signal when a condition holds."""

    def send() -> None:
        until(condition)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread
