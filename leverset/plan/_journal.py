"""The journal of a run: one line of JSON per outcome, on the disk before the next one, so that a run can go on.

Only rows that are known to hold are not sent again. A line that a kill or a power cut has torn is dropped, and its
row is sent again: assigning the same leverage twice changes nothing more.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from os import PathLike
from types import TracebackType
from typing import Any, Self

from leverset.plan._errors import JournalError
from leverset.plan._model import Plan
from leverset.plan._results import HOLDS, Result

_FIRST = b'{"leverset-journal": 1'


def targets(clients: Iterable[Any]) -> dict[str, str]:
    """For each exchange where the requests go and for which account, without a secret."""
    said = {}
    for client in clients:
        settings = client.config
        said[client.exchange.name] = (
            f"{settings.base_url}{', demo' if settings.demo else ''}, account {settings.account}"
        )
    return said


class Journal:
    """The journal of one plan and its clients, as a context manager.

    `path` is the file; it is made where there is none, readable by its owner. `clients` are those that the plan is
    applied with: a run on the sandbox says nothing about a live account, nor one account about another.

    `held` are the numbers of the rows that are known to hold.

    Raises JournalError: it belongs to another plan or target, another process uses it, it is no journal, or it is
    damaged other than at its end.
    """

    def __init__(self, path: str | PathLike[str], plan: Plan, clients: Iterable[Any]) -> None:
        self.path = os.fspath(path)
        self.held: dict[int, dict[str, Any]] = {}
        self._rows = len(plan.rows)
        self._header = {"leverset-journal": 1, "plan": plan.digest(), "rows": self._rows, "targets": targets(clients)}
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_APPEND, 0o600)
        except OSError as error:
            raise _trouble(f"{self.path} cannot be used: {error.strerror}", "give another path") from None
        try:
            self._open()
        except BaseException:
            os.close(self._file)
            raise

    def write(self, result: Result) -> None:
        """Put an outcome on the disk; raises JournalError where that fails (a full disk, for example)."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **result.describe()}
        del entry["earlier"], entry["fix"]
        self._append(entry)

    def close(self) -> None:
        """Close the file; other processes may use it then."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _trouble(f"{self.path} is in use by another run", "wait for it, or give another path") from None
        size = os.fstat(self._file).st_size
        raw = b""
        while len(raw) < size and (part := os.pread(self._file, size - len(raw), len(raw))):
            raw += part
        whole, _, torn = raw.rpartition(b"\n")
        if not whole:
            if not (torn.startswith(_FIRST) or _FIRST.startswith(torn)):
                raise _trouble(f"{self.path} is no journal", "give the path of a journal, or of a new file")
            os.ftruncate(self._file, 0)
            self._append(self._header)
            self._sync_folder()
            return
        header, *entries = whole.split(b"\n")
        self._compare(_parse(header))
        for line, text in enumerate(entries, start=2):
            self._take(line, _parse(text))
        if torn:
            os.ftruncate(self._file, size - len(torn))

    def _compare(self, header: Any) -> None:
        """Refuse what another plan, or another target, has written."""
        if not isinstance(header, dict) or header.get("leverset-journal") != 1:
            raise _trouble(f"{self.path} is no journal", "give the path of a journal, or of a new file")
        for name, what in (("plan", "plan"), ("rows", "plan"), ("targets", "target or account")):
            if header.get(name) != self._header[name]:
                raise _trouble(
                    f"{self.path} is the journal of another {what}",
                    "give the journal of this run, or a new path to begin from the start",
                )

    def _take(self, line: int, entry: Any) -> None:
        row = entry.get("row") if isinstance(entry, dict) else None
        if not isinstance(row, int) or not 1 <= row <= self._rows:
            raise _trouble(f"line {line} of {self.path} is damaged", "begin again with a new path")
        self.held.pop(row, None)
        if entry.get("status") in HOLDS:
            self.held[row] = entry

    def _append(self, entry: Mapping[str, Any]) -> None:
        data = json.dumps(entry).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            raise _trouble(
                f"{self.path} cannot be written: {error.strerror}", "make room, and run again with the same journal"
            ) from None

    def _sync_folder(self) -> None:
        """A new file is only there after a power cut when its folder is on the disk, too."""
        folder = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _parse(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _trouble(summary: str, fix: str) -> JournalError:
    return JournalError(summary, reference="plan/journal", fix=fix)
