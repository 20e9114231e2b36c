"""The requests of one exchange in a run: which row or read is next, how many at once, and whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from typing import Any

from leverset._held import GIVE_UP_AFTER, Held, HeldReading, has_no_response, is_hopeless
from leverset._read_back import Batch
from leverset._registry import EXCHANGES
from leverset._retry import Call
from leverset.errors import ExchangeError, LeversetError, PermissionDenied, ResultMismatch
from leverset.plan._model import Row
from leverset.plan._modes import AccountModes
from leverset.plan._outcome import Result

Task = Row | Batch
"""A row is sent, and a batch of rows is read."""


class ExchangeQueue:
    """Queues what one exchange is asked: reads of what holds, rows to send, and reads of what holds at the end.

    Args:
        client: The exchange's client.
        rows: Its rows.
        read: Whether the rows are read first; else all of them are to be sent.
        send: Whether rows are sent at all.
        known: What holds for rows that were read before, by their numbers; they are not read first.

    Attributes:
        client: The exchange's client.
        name: The exchange's name.
        stopped: Why nothing more is begun; empty while something may be.
        limit: How many rows its rate limit lets through in one window.
        reading: The reads of what holds; None where nothing is read.
        modes: The reads of the account's modes, for rows that differ.
        outdated: Whether what was read before may not hold any more at the end.
        verifying: Whether these are the reads at the end.
        over: Whether everything is done.
    """

    def __init__(
        self, client: Any, rows: Iterable[Row], *, read: bool, send: bool, known: Mapping[int, Held] | None = None
    ) -> None:
        self.client = client
        self.name: str = client.exchange.name
        self.stopped = ""
        self.limit: int = client.config.rate(EXCHANGES[self.name].operation).requests
        self.verifying = self.over = False
        self._send = send
        self._to_send: list[tuple[int, Row]] = []
        self._unread: list[Row] = []
        self._rows = tuple(rows)
        self.modes = AccountModes(client, self._rows)
        self._sending = self._reads = 0
        self.outdated = self._accepted = self._responded = False
        self._without_response = 0
        self.reading: HeldReading | None = None
        self._reads_at_once = 0
        if read:
            found = {row.number: known[row.number] for row in self._rows if row.number in known} if known else {}
            reading = self._read({row.number: row.body for row in self._rows if row.number not in found})
            reading.held.update(found)
        else:
            self.add(self._rows)

    @property
    def concurrency(self) -> int:
        """How many rows may be under way at once.

        One, until a response shows that key and signature are accepted: a wrong key is refused once and not once per
        slot. Then twice the limit, so that a row that is retried leaves no slot unused. One again after a row without
        a response.
        """
        return 2 * self.limit if self._accepted else 1

    @property
    def threads(self) -> int:
        """How many threads can have something of it under way."""
        rows = min(2 * self.limit, len(self._rows)) if self._send else 0
        return max(1, rows + min(self._reads_at_once, len(self.reading or ())))

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._sending + self._reads > 0

    @property
    def exhausted(self) -> bool:
        """Whether nothing further will be begun."""
        return bool(self.stopped) or self.over

    def take(self) -> Task | None:
        """Take what is to be done next; None when nothing is to be begun at this moment."""
        if self.exhausted:
            return None
        if self._to_send and self._sending < self.concurrency:
            self._sending += 1
            self.outdated = True
            return heappop(self._to_send)[1]
        if self.reading is not None and self._reads < (self._reads_at_once if self._responded else 1):
            if (batch := self.modes.take() or self.reading.take()) is not None:
                self._reads += 1
            return batch
        return None

    def call(self, task: Task) -> tuple[Call, Callable[[], Any]]:
        """Return the call of what was taken, and what makes it; an async client's returns an awaitable."""
        if isinstance(task, Batch):
            read = self.modes.learning(task)
            call = self.client.read_call(read)
            return call, lambda: self.client.read(read, call)
        call = self.client.new_call()
        return call, lambda: self.client.set_leverage_checked(task.body, call)

    def add(self, rows: Iterable[Row], *, unread: bool = False) -> None:
        """Have rows sent, in the plan's order; those that could not be read come after all reads."""
        for row in rows:
            if unread:
                self._unread.append(row)
            else:
                heappush(self._to_send, (row.number, row))

    def finish(self, result: Result) -> None:
        """Count a row that has ended, and decide from its result whether the others have a chance."""
        self._sending -= 1
        error = result.error
        if error is not None and is_hopeless(error):
            self.stop(f"{error.reference}: {error.summary}")
        elif error is not None and has_no_response(error):
            self._accepted = False
            # Rows that were under way together fail together: that counts once.
            self._without_response += self._sending == 0
            if self._without_response >= GIVE_UP_AFTER:
                self.stop(f"no response to {GIVE_UP_AFTER} rows in succession; the last error: {error.summary}")
        elif result.status == "applied" or isinstance(error, ExchangeError | ResultMismatch):
            self._without_response = 0
            self._accepted = self._responded = True

    def finish_read(self, batch: Batch, error: BaseException | None, found: Any) -> dict[int, Held]:
        """Count a read that has ended; return what is known now, by the rows' numbers."""
        assert self.reading is not None  # noqa: S101 - the batch came from it
        self._reads -= 1
        if error is not None and not isinstance(error, LeversetError):
            return {}
        if self.modes.is_own(batch):
            return self.modes.finish(batch, error)
        if error is None:
            self._responded = True
            known = self.reading.succeed(batch, found)
            return known if self.verifying else self.modes.ready(known)
        self._responded = not has_no_response(error)
        known = self.reading.fail(batch, error)
        # A key may be allowed to set what it is not allowed to read.
        if self.reading.given_up is error and self._send and not self.verifying:
            if has_no_response(error):
                self.stop(f"no response to {GIVE_UP_AFTER} reads in succession; the last error: {error.summary}")
            elif not isinstance(error, PermissionDenied):
                self.stop(f"{error.reference}: {error.summary}")
        return known

    def drop_read(self) -> None:
        """Count a read that is not waited for any more."""
        self._reads -= 1

    def advance(self, to_verify: Callable[[], Mapping[int, Any]]) -> None:
        """Go on to what comes next where nothing is left: rows that could not be read, then the reads at the end."""
        if self.exhausted or self._reads or len(self.reading or ()) + len(self.modes):
            return
        self.add(self._unread)
        self._unread.clear()
        if self._to_send or self._sending:
            return
        bodies = to_verify() if self.outdated and not self.verifying else {}
        self.over = not bodies
        if bodies:
            self.verifying = True
            self._read(bodies)

    def stop(self, why: str) -> None:
        """Begin nothing further; the first reason stays."""
        self.stopped = self.stopped or why

    def _read(self, bodies: Mapping[int, Any]) -> HeldReading:
        reading: HeldReading = self.client.held_reading(bodies)
        if (operation := reading.operation) is not None:
            self._reads_at_once = self.client.config.rate(operation).requests
        self.reading = reading
        return reading
