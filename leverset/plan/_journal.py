"""The journal of a run: one line of JSON per outcome, on the disk before the next one, so that a later run can go on.

Only confirmed rows are not sent again. A line that a kill or a power cut has torn is dropped, and its row is sent
again: assigning the same leverage twice changes nothing more.
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

from leverset.plan._model import CONFIRMED, JournalError, Plan, Result

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
        path: The file. It is made where there is none, readable by its owner only.
        plan: The plan.
        clients: The clients that the plan is applied with.

    Attributes:
        path: The file.
        confirmed: The latest entry of every row that an earlier run has confirmed, by the row's number.

    Raises:
        JournalError: The file belongs to another plan, environment or account, is used by another process, is no
            journal, or is damaged other than at its end.
    """

    def __init__(self, path: str | PathLike[str], plan: Plan, clients: Iterable[Any]) -> None:
        self.path = os.fspath(path)
        self.confirmed: dict[int, dict[str, Any]] = {}
        self._rows = len(plan.rows)
        self._header = {
            "leverset-journal": 1,
            "plan": plan.digest(),
            "rows": self._rows,
            "environments": environments(clients),
        }
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_APPEND, 0o600)
        except OSError as error:
            raise _journal_error(f"{self.path} cannot be used: {error.strerror}", "give another path") from None
        try:
            self._open()
        except BaseException:
            os.close(self._file)
            raise

    def write(self, result: Result) -> None:
        """Put a result on the disk.

        Args:
            result: The result.

        Raises:
            JournalError: The file cannot be written; the disk may be full.
        """
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
            raise _journal_error(f"{self.path} is in use by another run", "wait for it, or give another path") from None
        size = os.fstat(self._file).st_size
        raw = b""
        while len(raw) < size and (part := os.pread(self._file, size - len(raw), len(raw))):
            raw += part
        whole, _, torn = raw.rpartition(b"\n")
        if not whole:
            if not (torn.startswith(_FIRST) or _FIRST.startswith(torn)):
                raise _journal_error(f"{self.path} is no journal", "give the path of a journal, or of a new file")
            os.ftruncate(self._file, 0)
            self._append(self._header)
            self._sync_folder()
            return
        header, *entries = whole.split(b"\n")
        self._check_header(_parse(header))
        for line, text in enumerate(entries, start=2):
            self._read_entry(line, _parse(text))
        if torn:
            os.ftruncate(self._file, size - len(torn))

    def _check_header(self, header: Any) -> None:
        """Refuse the journal of another plan, environment or account."""
        if not isinstance(header, dict) or header.get("leverset-journal") != 1:
            raise _journal_error(f"{self.path} is no journal", "give the path of a journal, or of a new file")
        for name, what in (("plan", "plan"), ("rows", "plan"), ("environments", "environment or account")):
            if header.get(name) != self._header[name]:
                raise _journal_error(
                    f"{self.path} is the journal of another {what}",
                    "give the journal of this run, or a new path to begin from the start",
                )

    def _read_entry(self, line: int, entry: Any) -> None:
        row = entry.get("row") if isinstance(entry, dict) else None
        if not isinstance(row, int) or not 1 <= row <= self._rows:
            raise _journal_error(f"line {line} of {self.path} is damaged", "begin again with a new path")
        self.confirmed.pop(row, None)
        if entry.get("status") in CONFIRMED:
            self.confirmed[row] = entry

    def _append(self, entry: Mapping[str, Any]) -> None:
        data = json.dumps(entry).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            raise _journal_error(
                f"{self.path} cannot be written: {error.strerror}", "make room, and run again with the same journal"
            ) from None

    def _sync_folder(self) -> None:
        """Put the new file's entry in its folder on the disk: without it, a power cut could lose the file."""
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


def _journal_error(summary: str, fix: str) -> JournalError:
    return JournalError(summary, reference="plan/journal", fix=fix)
