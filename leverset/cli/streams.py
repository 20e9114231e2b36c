"""stdout and stderr of a command, each written by a thread: showing is in the way of nothing else.

A pipe that nobody reads, a full disk, a closed pipe and an encoding without the characters of a text hold up neither
the requests nor the journal nor a signal. What could not be shown is said at the end.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TextIO, cast

from leverset.cli.signals import handled

UNSHOWN = 4
"""Exit code where everything went well, and its results could not be shown."""

_PATIENCE = 10.0
_HURRY = 0.5
"""Seconds to wait at the end for a reader that takes nothing; the second one after a signal."""

_MOST = 2**24
"""Bytes that are kept for a reader that is slow."""

_PIECE = 4096
_LAST_LINES = 10


class Stream:
    """A text stream in the place of sys.stdout or sys.stderr. Writing never waits, and never fails.

    Args:
        name: Its name in messages.
        inner: The stream that was there before; None where it is closed.

    Attributes:
        encoding: The encoding of the stream; characters that it lacks are written as escapes.
        problem: Why not everything could be shown; empty where it could.
        patience: How many seconds `drain` waits for a reader that takes nothing; None: without end.
        on_problem: Called when nothing more can be shown, from any thread.
    """

    errors = "backslashreplace"

    def __init__(self, name: str, inner: TextIO | None) -> None:
        self.name = name
        self.encoding: str = getattr(inner, "encoding", None) or "utf-8"
        self.problem = ""
        self.patience: float | None = None
        self.on_problem: Callable[[], object] = lambda: None
        self._inner = inner
        self._descriptor = _descriptor(inner)
        self._put = _writer(inner, self._descriptor)
        self._lock = threading.RLock()  # taken as it is: see Limiter
        self._changed = threading.Condition(self._lock)
        self._queue: deque[bytes] = deque()
        self._pending = 0
        self._taken = 0
        self._lost = b""
        self._writer: threading.Thread | None = None
        self._over = False

    def write(self, text: str) -> int:
        """Queue a text."""
        data = text.encode(self.encoding, self.errors)
        with self._lock:
            if data and not self.problem and self._inner is None:
                self._lose("it is closed")
            elif not self.problem and self._pending + len(data) > _MOST:
                self.problem = "nobody reads it"  # what is queued already is still written
            if self.problem:
                self._lost = (self._lost + data)[-_PIECE:]
            elif data:
                self._queue.append(data)
                self._pending += len(data)
                self._changed.notify_all()
                if self._writer is None:
                    self._writer = threading.Thread(target=self._run, name=f"leverset-{self.name}", daemon=True)
                    self._writer.start()
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Queue texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: what is queued is written as soon as it can be."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        """Its descriptor; raises OSError where it has none."""
        if self._descriptor is None:
            raise OSError(f"{self.name} has no descriptor")
        return self._descriptor

    def drain(self) -> None:
        """Wait until everything is written, or nothing was taken for as long as `patience` says."""
        taken, since = self._taken, time.monotonic()
        with self._lock:
            while self._pending:
                if self._taken != taken:
                    taken, since = self._taken, time.monotonic()
                if self.patience is not None and time.monotonic() - since >= self.patience:
                    self._lose(f"nobody reads it, and {self._pending} bytes are left")
                    return
                self._changed.wait(0.05)  # in slices: nobody says that a piece was taken, or that a signal came

    def end(self) -> None:
        """Let its thread end with what is queued."""
        with self._lock:
            self._over = True
            self._changed.notify_all()

    def last_lines(self) -> str:
        """The last lines of what could not be shown."""
        text = self._lost.decode(self.encoding, "replace")
        return "".join(text.splitlines(keepends=True)[-_LAST_LINES:])

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._queue:
                    if self._over:
                        return
                    self._changed.wait()
                data = self._queue[0]
            try:
                self._write(data)
            except (OSError, ValueError) as error:
                with self._lock:
                    self._lose(getattr(error, "strerror", None) or str(error))
                return
            with self._lock:
                if self._queue:  # else it was given up meanwhile
                    self._queue.popleft()
                    self._pending -= len(data)
                self._changed.notify_all()

    def _write(self, data: bytes) -> None:
        if self._descriptor is None:
            assert self._inner is not None  # noqa: S101 - nothing is queued for a closed one
            self._inner.write(data.decode(self.encoding))
            self._inner.flush()
        # Past Python's buffers: their locks, held by a thread that waits for a reader, would end the process badly.
        while self._descriptor is not None and data:
            try:
                count = self._put(data)
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            else:
                self._taken += count
                data = data[count:]

    def _lose(self, problem: str) -> None:
        self.problem = self.problem or problem
        self._lost = (b"".join(self._queue) + self._lost)[-_PIECE:]
        self._queue.clear()
        self._pending = 0
        self._changed.notify_all()
        self.on_problem()


class Output:
    """Puts a Stream in the place of sys.stdout and sys.stderr; a context manager, at whose end both are drained."""

    def __init__(self) -> None:
        self._signal = 0
        self._before = sys.stdout, sys.stderr
        self.stdout, self.stderr = Stream("stdout", sys.stdout), Stream("stderr", sys.stderr)
        if _are_one(self.stdout, self.stderr):  # one writer keeps the order of what is shown
            self.stderr = self.stdout

    def exit_code(self, code: int) -> int:
        """Return the exit code: the command's own, unless that is 0 and its results could not be shown."""
        if code or not self.stdout.problem:
            return code
        return 128 + self._signal if self._signal else UNSHOWN

    def __enter__(self) -> Self:
        sys.stdout, sys.stderr = cast(Any, self.stdout), cast(Any, self.stderr)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with handled(self._hurry):
            self.stdout.drain()
            if self.stdout.problem:
                rest = self.stdout.last_lines() if self.stdout.patience is not None else ""
                begin = f"leverset: not everything could be shown on stdout: {self.stdout.problem}"
                self.stderr.write(f"{begin}{'; its end:' if rest else ''}\n{rest}")
            self.stderr.drain()
        sys.stdout, sys.stderr = self._before
        self.stdout.end()
        self.stderr.end()

    def _hurry(self, number: int) -> None:
        self._signal = self._signal or number
        self.stdout.patience = self.stderr.patience = _HURRY


def results_matter(*, interrupted: bool = False) -> None:
    """Say that the command changes something: at its end a reader that takes nothing is not waited for without end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Stream):
            stream.patience = _HURRY if interrupted else _PATIENCE


@contextmanager
def when_unshown(end: Callable[[], object]) -> Iterator[None]:
    """Call a function, from any thread, as soon as nothing more can be shown on stdout; at once where that is so."""
    stream = sys.stdout
    if not isinstance(stream, Stream):
        yield
        return
    before, stream.on_problem = stream.on_problem, end
    if stream.problem:
        end()
    try:
        yield
    finally:
        stream.on_problem = before


def _are_one(*streams: Stream) -> bool:
    try:
        first, second = (os.fstat(stream.fileno()) for stream in streams)
    except OSError:
        return False
    # Windows numbers neither pipes nor consoles: two pipes may be two, and there is one console only.
    return os.path.samestat(first, second) and (first.st_ino != 0 or all(stream.isatty() for stream in streams))


def _writer(inner: TextIO | None, descriptor: int | None) -> Callable[[bytes], int]:
    """Return what writes bytes past Python's buffers, and says how many; Windows' console takes them in its own way."""
    raw: Any = getattr(getattr(inner, "buffer", None), "raw", None)
    if type(raw).__name__ == "_WindowsConsoleIO":
        return cast(Callable[[bytes], int], raw.write)
    return lambda data: os.write(cast(int, descriptor), data[:_PIECE])


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None
