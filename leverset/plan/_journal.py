"""The journal of a run: one line of JSON per outcome, on the disk before the next one, so that a later run can go on.

The next run reads what holds, and says of rows that hold which of them a run has applied. A line that a kill or a power
cut has torn is dropped.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from os import PathLike
from types import TracebackType
from typing import Any, Self, get_args

from leverset._registry import EXCHANGES
from leverset._verify import decimal, filled
from leverset.plan._file import content, is_running, lock, make_private, open_file, sync_folder
from leverset.plan._json import to_json
from leverset.plan._model import Plan, Row
from leverset.plan._outcome import CONFIRMED, JournalError, Result, Status

_STATUSES = get_args(Status)
_VERSION = 2
_FIRST = b'{"leverset-journal": '


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
    """Records the outcomes of a plan's rows on the disk; a context manager.

    Entries are by what a row sets, not by its place: a plan that is corrected, extended or put in another order goes on
    with its journal. A run on the sandbox proves nothing about a live account, nor does one account about another: a
    journal belongs to its environments and its accounts. That a row was applied earlier is claimed only where it is
    read that it still holds.

    Args:
        path: The file. It is made where there is none. It is readable by its owner only, and becomes so where it was
            readable by others; on Windows its folder decides. There an empty file for its lock stays beside it
            (`.lock`).
        plan: The plan.
        clients: The clients that the plan is applied with.

    Attributes:
        path: The file.

    Raises:
        JournalError: The file belongs to another environment or account, is used by another process, is of a newer
            version, no journal or no regular file, is damaged other than at its end, or cannot be used.
    """

    def __init__(self, path: str | PathLike[str], plan: Plan, clients: Iterable[Any]) -> None:
        self.path = os.fspath(path)
        self._latest: dict[str, tuple[Decimal, Status]] = {}
        used = {row.exchange for row in plan.rows}
        described = environments(clients).items()
        self._environments = {name: where for name, where in described if name in used or not used}
        self._lock = threading.RLock()  # between a write and a close
        self._file: int | None = None
        self._torn_at: int | None = None
        self._held = ExitStack()
        try:
            self._file = open_file(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            self._open(self._file)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError | ValueError):  # a path with a NUL is a ValueError
                why = getattr(error, "strerror", None) or error
                raise _journal_error(f"{self.path} cannot be used: {why}", "give another path") from None
            raise

    def check(self, clients: Iterable[Any]) -> None:
        """Refuse to record anything but what the clients do that the journal was opened for.

        Args:
            clients: The clients that a plan is about to be applied with.

        Raises:
            JournalError: One of them is another, or the journal is closed.
        """
        if self._file is None:
            raise self._closed()
        for name, where in environments(clients).items():
            if self._environments.get(name) != where:
                raise self._another()

    def confirms(self, row: Row) -> bool:
        """Whether the latest entry about what a row sets says that the row's leverage holds.

        Args:
            row: A row that breaks no rule.
        """
        return self._status(row) in CONFIRMED

    def was_applied(self, row: Row) -> bool:
        """Whether the latest entry about what a row sets says that a run has applied the row's leverage.

        Args:
            row: A row that breaks no rule.
        """
        return self._status(row) in CONFIRMED - {"kept"}

    def write(self, *results: Result) -> None:
        """Put results on the disk.

        Args:
            *results: The results.

        Raises:
            JournalError: The file cannot be written; the disk may be full.
        """
        lines = []
        for result in results:
            entry = {"at": _now(), **result.describe()}
            del entry["earlier"]
            lines.append(entry)
        if lines:
            self._append(*lines)

    def close(self) -> None:
        """Close the file; other processes may use it then. Closing it again does nothing."""
        with self._lock:
            self._held.close()
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
            lock(file, self.path, self._held)
        except BlockingIOError:
            raise _journal_error(
                f"{self.path} is in use by another run{_who(content(file))}", "wait for it, or give another path"
            ) from None
        raw = content(file)
        whole, _, torn = raw.rpartition(b"\n")
        if not whole and not (torn.startswith(_FIRST) or _FIRST.startswith(torn)):
            raise self._no_journal()
        run = {"run": os.getpid(), "at": _now(), "environments": self._environments}
        if not whole:
            make_private(file)
            os.ftruncate(file, 0)
            self._append({"leverset-journal": _VERSION}, run)
            sync_folder(self.path)
            return
        header, *entries = whole.split(b"\n")
        self._read_header(_parse(header))
        for line, text in enumerate(entries, start=2):
            self._read_entry(line, _parse(text))
        make_private(file)  # only now that it is known to be the journal
        if torn:
            os.ftruncate(file, len(raw) - len(torn))
        self._append(run)

    def _read_header(self, header: Any) -> None:
        version = header.get("leverset-journal") if isinstance(header, dict) else None
        if type(version) is not int or version < 1:
            raise self._no_journal()
        if version > _VERSION:
            raise _journal_error(
                f"{self.path} is the journal of a newer leverset, version {version}",
                "use that one, or give a new path to begin from the start",
            )
        if version == 1:  # it named the plan, and its entries have all that is needed
            self._compare(header.get("environments"))

    def _compare(self, recorded: Any) -> None:
        """Refuse the journal of another environment or account; an exchange that is new to it is none."""
        if not isinstance(recorded, dict):
            raise self._no_journal()
        for name, where in self._environments.items():
            if recorded.get(name, where) != where:
                raise self._another()

    def _read_entry(self, line: int, entry: Any) -> None:
        if isinstance(entry, dict) and "run" in entry and isinstance(entry.get("environments"), dict):
            self._compare(entry["environments"])
            return
        if not isinstance(entry, dict) or entry.get("status") not in _STATUSES:
            raise self._damaged(line)
        exchange, request = EXCHANGES.get(str(entry.get("exchange"))), entry.get("request")
        if exchange is None or not isinstance(request, dict):
            raise self._damaged(line)
        if (value := decimal(filled(request.get(exchange.leverage_field)))) is None:
            raise self._damaged(line)
        self._latest[_key(exchange.name, request)] = value, entry["status"]

    def _status(self, row: Row) -> Status | None:
        value, status = self._latest.get(_key(row.exchange, row.body), (None, None))
        return status if value == row.lever else None

    def _append(self, *entries: Mapping[str, Any]) -> None:
        data = b"".join(to_json(entry).encode() + b"\n" for entry in entries)
        with self._lock:
            if self._file is None:
                raise self._closed()
            try:
                if self._torn_at is not None:  # a write failed, or was interrupted: nothing may follow a torn line
                    os.ftruncate(self._file, self._torn_at)
                self._torn_at = os.fstat(self._file).st_size
                while data:
                    data = data[os.write(self._file, data) :]
                os.fsync(self._file)
                self._torn_at = None
            except OSError as error:
                raise _journal_error(
                    f"{self.path} cannot be written: {error.strerror}", "make room, and run again with the same journal"
                ) from None

    def _no_journal(self) -> JournalError:
        return _journal_error(f"{self.path} is no journal", "give the path of a journal, or of a new file")

    def _damaged(self, line: int) -> JournalError:
        return _journal_error(f"line {line} of {self.path} is damaged", "begin again with a new path")

    def _another(self) -> JournalError:
        return _journal_error(
            f"{self.path} is the journal of another environment or account",
            "give the journal of this one, or a new path to begin from the start",
        )

    def _closed(self) -> JournalError:
        return _journal_error(f"the journal {self.path} is closed", "apply the plan inside its `with` block")


def _key(exchange: str, request: Mapping[str, Any]) -> str:
    """What a request sets, as a text: everything that it says beside the leverage."""
    left_out = EXCHANGES[exchange].leverage_field
    fields = {name: value for name, value in request.items() if name != left_out}
    return json.dumps([exchange, fields], sort_keys=True, default=repr)


def _who(raw: bytes) -> str:
    """Which run has a journal in use, as its last entry of a run says; empty where none says it yet.

    A run reads the journal before it writes that entry: until then the last one is of a run that is over.
    """
    for line in reversed(raw.split(b"\n")):
        entry = _parse(line)
        if isinstance(entry, dict) and "run" in entry:
            return f": process {entry['run']}, since {entry.get('at')}" if is_running(entry["run"]) else ""
    return ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _parse(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _journal_error(summary: str, fix: str) -> JournalError:
    return JournalError(summary, reference="plan/journal", fix=fix)
