"""Run the installed command in a real pseudo-terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

COMMAND = Path(sys.executable).parent / "leverset"

# A session leader without a terminal gets the first one that it opens: Ctrl-C then comes from the keyboard.
_LEADER = "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The command, or a script instead, in a terminal of 120 columns; ends it when the `with` block ends."""

    def __init__(self, *arguments: object, env: Mapping[str, str], script: Path | None = None) -> None:
        command = [str(COMMAND)] if script is None else [sys.executable, str(script)]
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LEADER, *command, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            start_new_session=True,
        )
        os.close(slave)
        self._raw = b""

    @property
    def text(self) -> str:
        """What was written so far, without escape sequences."""
        return _ESCAPES.sub("", self._raw.decode("utf-8", "replace")).replace("\r", "")

    @property
    def escapes(self) -> int:
        """How many escape sequences were written: bars need them."""
        return len(_ESCAPES.findall(self._raw.decode("utf-8", "replace")))

    def press(self, key: str) -> None:
        """Type something."""
        os.write(self._master, key.encode())

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Read on until the condition holds; fails with what was written."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"still not so after {seconds} s:\n{self.text}"
            self._read(0.02)

    def sees(self, text: str, seconds: float = 30.0) -> None:
        """Read on until a text is there."""
        self.until(lambda: text in self.text, seconds)

    def exit(self, seconds: float = 30.0) -> int:
        """Read on to the end; the exit code."""
        self.until(lambda: self.process.poll() is not None, seconds)
        while self._read(0.0):
            pass
        assert self.process.returncode is not None
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        with contextlib.suppress(OSError):  # EIO: nobody holds the other side any more
            part = os.read(self._master, 65536)
            self._raw += part
            return bool(part)
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self._master)
