"""The rows of one exchange in a run: which is next, how many at once, and whether to go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from leverset._registry import EXCHANGES
from leverset.errors import (
    ConfigurationError,
    CredentialsError,
    ExchangeError,
    ExchangeUnavailable,
    LimiterUnavailable,
    MalformedResponse,
    RateLimitTimeout,
    ResultMismatch,
    TransportError,
)
from leverset.plan._model import Result, Row

# After these, every other row of the exchange would end in the same way, as after a refusal that is `account_wide`.
_HOPELESS = (ConfigurationError, CredentialsError, LimiterUnavailable)
# There was no response, or none that is about the row.
_NO_RESPONSE = (ExchangeUnavailable, MalformedResponse, TransportError)

GIVE_UP_AFTER = 2
"""So many rows in succession without a response end an exchange's part of a run, each after the client's retries."""


class ExchangeQueue:
    """Queues the rows of one exchange: which is next, how many at once, and whether to go on."""

    def __init__(self, client: Any, rows: Iterable[Row]) -> None:
        self.client = client
        self.name: str = client.exchange.name
        self.stopped = ""
        self.limit: int = client.config.rate(EXCHANGES[self.name].operation).requests
        self._rows = deque(rows)
        self._under_way = 0
        self._accepted = False
        self._without_response = 0

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
        """How many threads can have a row of it under way."""
        return min(2 * self.limit, len(self._rows))

    @property
    def is_busy(self) -> bool:
        """Whether a row is under way."""
        return self._under_way > 0

    @property
    def exhausted(self) -> bool:
        """Whether no further row will be sent."""
        return bool(self.stopped) or not self._rows

    def take(self) -> Row | None:
        """Take the next row to send; None when none is to be begun at this moment."""
        if self.exhausted or self._under_way >= self.concurrency:
            return None
        self._under_way += 1
        return self._rows.popleft()

    def take_rest(self) -> Iterator[Row]:
        """Take the rows that were never begun."""
        while self._rows:
            yield self._rows.popleft()

    def finish(self, result: Result) -> None:
        """Count a row that has ended, and decide from its result whether the others have a chance."""
        self._under_way -= 1
        error = result.error
        if isinstance(error, _HOPELESS) or (isinstance(error, ExchangeError) and error.account_wide):
            self.stop(f"{error.reference}: {error.summary}")
        elif isinstance(error, _NO_RESPONSE) or (isinstance(error, RateLimitTimeout) and error.outcome == "unknown"):
            self._accepted = False
            # Rows that were under way together fail together: that counts once.
            self._without_response += self._under_way == 0
            if self._without_response >= GIVE_UP_AFTER:
                self.stop(f"no response to {GIVE_UP_AFTER} rows in succession; the last error: {error.summary}")
        elif result.status == "applied" or isinstance(error, ExchangeError | ResultMismatch):
            self._without_response = 0
            self._accepted = True

    def stop(self, why: str) -> None:
        """Begin no further row; the first reason stays."""
        self.stopped = self.stopped or why
