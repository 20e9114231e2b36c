"""Find out which rows the account's modes rule out, where the exchange is asked for them, before they are sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from leverset._held import Held
from leverset._read_back import Batch, Read
from leverset.errors import LeversetError, RuleViolation
from leverset.plan._model import Row


class AccountModes:
    """Keeps back the rows that depend on modes which are not known yet, and has these read.

    A row that holds already depends on nothing. What cannot be read rules out nothing: the exchange checks it then.

    Args:
        client: The exchange's client; nothing is read unless its `account` is "read".
        rows: Its rows.
    """

    def __init__(self, client: Any, rows: Iterable[Row]) -> None:
        self._client = client
        self._rows = {row.number: row for row in rows}
        self._batches: deque[Batch] = deque()
        self._asked: dict[tuple[str, ...], Batch] = {}
        self._waiting: dict[Batch, dict[int, Held]] = {}

    def __len__(self) -> int:
        """How many requests are left to be made."""
        return len(self._batches)

    def take(self) -> Batch | None:
        """Take the next request; None where there is none now."""
        return self._batches.popleft() if self._batches else None

    def learning(self, batch: Batch) -> Read:
        """Return the read of a request; it keeps the modes where they come with its response."""
        read, body = batch.read, self._rows[batch.numbers[0]].body
        account: Read = self._client.reads.account(body)
        if (account.operation, account.arguments) != (read.operation, read.arguments):
            return read

        def extract(response: Any) -> Any:
            self._client._keep_account(body, account.extract(response))
            return read.extract(response)

        return evolve(read, extract=extract)

    def ready(self, held: Mapping[int, Held]) -> dict[int, Held]:
        """Return what holds for the rows whose modes are known or do not matter; the others come from `finish`."""
        ready = {}
        for number, each in held.items():
            row = self._rows[number]
            read = None
            if self._client.account == "read" and not each.all_are(row.lever):
                read = self._client._account_read(row.body)
            if read is None:
                ready[number] = each
                continue
            key = self._client.reads.account_key(row.body)
            if key not in self._asked:
                self._asked[key] = Batch(read, (number,))
                self._batches.append(self._asked[key])
            self._waiting.setdefault(self._asked[key], {})[number] = each
        return ready

    def is_own(self, batch: Batch) -> bool:
        """Whether a request is one of these."""
        return batch in self._waiting

    def finish(self, batch: Batch, error: LeversetError | None) -> dict[int, Held]:
        """Take in that a request has ended; return what holds for the rows that waited for it."""
        body = self._rows[batch.numbers[0]].body
        del self._asked[self._client.reads.account_key(body)]
        if error is not None:
            self._client._account_failed(body, error)
        return self._waiting.pop(batch)

    def ruled_out(self, row: Row) -> RuleViolation | None:
        """Return the error of a row that the modes rule out, as far as they are known."""
        violations = self._client.violations(row.body)
        if not violations:
            return None
        error, config = RuleViolation(violations), self._client.config
        error.request = {**row.facts, "environment": config.environment, "host": config.host}
        return error
