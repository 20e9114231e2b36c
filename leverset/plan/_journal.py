"""The journal of a run: one line of JSON per outcome, on the disk before the next one, so that a later run can go on.

Confirmed rows are skipped by the next run. A line that a kill or a power cut has torn is dropped, and its row is sent
anew: assigning the same leverage twice changes nothing more.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from os import PathLike
from types import TracebackType
from typing import Any, Self, get_args

from leverset.plan._json import to_json
from leverset.plan._model import CONFIRMED, JournalError, Plan, Result, Status

_STATUSES = get_args(Status)
_FIRST = b'{"leverset-journal": 1'


def environments(clients: Iterable[Any]) -> dict[str, str]:
    """Describe for each exchange where the requests go and for which account, without a secret."""
    described = {}
    for client in clients:
        config = client.config
        described[client.exchange.name] = (
            f"{config.base_url}{', demo' if config.demo else ''}, account {config.account}"
        )
    return described


class Journal:
    """Records the outcomes of one plan on the disk; a context manager.

    A run on the sandbox proves nothing about a live account, nor does one account about another: a journal belongs to
    one plan, its environments and its accounts.

    Args:
        path: The file. It is made where there is none. It is readable by its owner only, and becomes so where it was
            readable by others.
        plan: The plan.
        clients: The clients that the plan is applied with.

    Attributes:
        path: The file.
        confirmed: The latest entry of every row that an earlier run has confirmed, by the row's number.

    Raises:
        JournalError: The file belongs to another plan, environment or account, is used by another process, is no
            journal or no regular file, is damaged other than at its end, or cannot be used.
    """

    def __init__(self, path: str | PathLike[str], plan: Plan, clients: Iterable[Any]) -> None:
        self.path = os.fspath(path)
        self.confirmed: dict[int, dict[str, Any]] = {}
        self._rows = {row.number: row for row in plan.rows}
        self._header = _header(plan, clients)
        self._lock = threading.RLock()  # between a write and a close
        self._file: int | None = None
        # Without blocking: a pipe is opened like a file, and refused when it is looked at.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY
        try:
            self._file = os.open(self.path, flags, 0o600)
            self._open(self._file)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError | ValueError):  # a path with a NUL is a ValueError
                why = getattr(error, "strerror", None) or error
                raise _journal_error(f"{self.path} cannot be used: {why}", "give another path") from None
            raise

    def check(self, plan: Plan, clients: Iterable[Any]) -> None:
        """Refuse to record anything but the plan and the clients that the journal was opened for.

        Args:
            plan: The plan that is about to be applied.
            clients: The clients that it is applied with.

        Raises:
            JournalError: One of them is another, or the journal is closed.
        """
        if self._file is None:
            raise self._closed()
        self._compare(self._header, _header(plan, clients))

    def write(self, result: Result) -> None:
        """Put a result on the disk.

        Args:
            result: The result.

        Raises:
            JournalError: The file cannot be written; the disk may be full.
        """
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **result.describe()}
        del entry["earlier"]
        self._append(entry)

    def close(self) -> None:
        """Close the file; other processes may use it then. Closing it again does nothing."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, file: int) -> None:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise _journal_error(f"{self.path} is no regular file", "give the path of a journal, or of a new file")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _journal_error(f"{self.path} is in use by another run", "wait for it, or give another path") from None
        size = os.fstat(file).st_size
        raw = b""
        while len(raw) < size and (part := os.pread(file, size - len(raw), len(raw))):
            raw += part
        whole, _, torn = raw.rpartition(b"\n")
        if not whole:
            if not (torn.startswith(_FIRST) or _FIRST.startswith(torn)):
                raise _journal_error(f"{self.path} is no journal", "give the path of a journal, or of a new file")
            self._make_private(file)
            os.ftruncate(file, 0)
            self._append(self._header)
            self._sync_folder()
            return
        header, *entries = whole.split(b"\n")
        self._compare(_parse(header), self._header)
        for line, text in enumerate(entries, start=2):
            self._read_entry(line, _parse(text))
        self._make_private(file)
        if torn:
            os.ftruncate(file, size - len(torn))

    def _make_private(self, file: int) -> None:
        """Take other users' rights to a file that was there before; only once it is known to be the journal."""
        if os.fstat(file).st_mode & 0o077:
            os.fchmod(file, 0o600)

    def _compare(self, header: Any, expected: Mapping[str, Any]) -> None:
        """Refuse the journal of another plan, environment or account."""
        if not isinstance(header, dict) or header.get("leverset-journal") != 1:
            raise _journal_error(f"{self.path} is no journal", "give the path of a journal, or of a new file")
        for name, what in (("plan", "plan"), ("rows", "plan"), ("environments", "environment or account")):
            if header.get(name) != expected[name]:
                raise _journal_error(
                    f"{self.path} is the journal of another {what}",
                    "give the journal of this run, or a new path to begin from the start",
                )

    def _read_entry(self, line: int, entry: Any) -> None:
        number = entry.get("row") if isinstance(entry, dict) else None
        row = self._rows.get(number) if type(number) is int else None
        if row is None or entry.get("status") not in _STATUSES or not _has_types(entry):
            raise _journal_error(f"line {line} of {self.path} is damaged", "begin again with a new path")
        if (entry.get("exchange"), entry.get("request")) != (row.exchange, dict(row.body)):
            raise _journal_error(
                f"line {line} of {self.path} is not about row {row.number} of the plan", "begin again with a new path"
            )
        self.confirmed.pop(row.number, None)
        if entry["status"] in CONFIRMED:
            self.confirmed[row.number] = entry

    def _append(self, entry: Mapping[str, Any]) -> None:
        data = to_json(entry).encode() + b"\n"
        with self._lock:
            if self._file is None:
                raise self._closed()
            try:
                while data:
                    data = data[os.write(self._file, data) :]
                os.fsync(self._file)
            except OSError as error:
                raise _journal_error(
                    f"{self.path} cannot be written: {error.strerror}", "make room, and run again with the same journal"
                ) from None

    def _closed(self) -> JournalError:
        return _journal_error(f"the journal {self.path} is closed", "apply the plan inside its `with` block")

    def _sync_folder(self) -> None:
        """Put the new file's entry in its folder on the disk: without it, a power cut could lose the file."""
        folder = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _header(plan: Plan, clients: Iterable[Any]) -> dict[str, Any]:
    """Return the first line of a plan's journal."""
    return {
        "leverset-journal": 1,
        "plan": plan.digest(),
        "rows": len(plan.rows),
        "environments": environments(clients),
    }


def _has_types(entry: Mapping[str, Any]) -> bool:
    """Whether what a later run reads of an entry has the types that were written; older journals lack some of it."""
    return isinstance(entry.get("reported"), dict | None) and isinstance(entry.get("confirmed"), str | None)


def _parse(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _journal_error(summary: str, fix: str) -> JournalError:
    return JournalError(summary, reference="plan/journal", fix=fix)
