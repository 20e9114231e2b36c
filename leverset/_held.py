"""Read what many bodies set in few requests: what is asked next, and what holds for each body."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from leverset._protocols import Operation
from leverset._read_back import Batch, Reads
from leverset.errors import (
    ConfigurationError,
    CredentialsError,
    ExchangeError,
    ExchangeUnavailable,
    LeversetError,
    LimiterUnavailable,
    MalformedResponse,
    RateLimitTimeout,
    TransportError,
    misconfigured,
)

HOPELESS = (ConfigurationError, CredentialsError, LimiterUnavailable)
"""After these every other request of the client would end in the same way, as after a refusal that is account-wide."""

NO_RESPONSE = (ExchangeUnavailable, MalformedResponse, TransportError)
"""There was no response, or none that is about the request."""

GIVE_UP_AFTER = 2
"""So many requests in succession without a response end the rest, each after the client's retries."""


@frozen(kw_only=True)
class Held:
    """Holds the leverages that a body sets, as the exchange has them.

    Attributes:
        leverages: Each leverage that the body sets, such as an `OkxLeverage`; none where they could not be read, or
            where the exchange named none.
        error: Why they could not be read; None where the exchange responded.
    """

    leverages: tuple[Any, ...] = ()
    error: LeversetError | None = None

    def all_are(self, lever: Decimal) -> bool:
        """Whether every leverage that the body sets has this value; where none was named, that is not known."""
        return bool(self.leverages) and all(each.lever == lever for each in self.leverages)

    @property
    def why(self) -> str:
        """Why nothing is known, in a few words; empty where something is."""
        if self.error is not None:
            return self.error.summary
        return "" if self.leverages else "the exchange names no leverage for it"


def is_hopeless(error: BaseException | None) -> bool:
    """Whether every other request of the client would end in the same way."""
    return isinstance(error, HOPELESS) or (isinstance(error, ExchangeError) and error.account_wide)


def has_no_response(error: BaseException | None) -> bool:
    """Whether the exchange has said nothing about the request."""
    return isinstance(error, NO_RESPONSE) or (isinstance(error, RateLimitTimeout) and error.outcome == "unknown")


class HeldReading:
    """Hands out the requests that read what numbered bodies set, and takes in what was found.

    A refused request about several names is followed by one for each of them: a wrong one makes no other unreadable.

    Args:
        reads: The requests that read on the exchange; None where it has none.
        bodies: Requests that set a leverage and break no rule, by a number.

    Attributes:
        held: What is known of each body so far, by its number.
        given_up: The error after which nothing more is read; None while there is none.
    """

    def __init__(self, reads: Reads | None, bodies: Mapping[int, Mapping[str, Any]]) -> None:
        self._reads, self._bodies = reads, bodies
        self._batches: deque[Batch] = deque()
        self._taken: dict[Batch, int] = {}
        self._failed_at = self._count = self._without_response = 0
        self.given_up: LeversetError | None = None
        self.held: dict[int, Held] = {}
        if reads is None:
            error = misconfigured("leverages of this exchange cannot be read", "set them, and see what it reports")
            self.held = dict.fromkeys(bodies, Held(error=error))
        else:
            self._batches.extend(reads.batches(bodies))

    def __len__(self) -> int:
        """How many requests are left to be made, as far as is known now."""
        return len(self._batches)

    @property
    def operation(self) -> Operation | None:
        """What the next request calls; None where there is none."""
        return self._batches[0].read.operation if self._batches else None

    def take(self) -> Batch | None:
        """Take the next request; None where there is none now."""
        if not self._batches:
            return None
        batch = self._batches.popleft()
        self._count += 1
        self._taken[batch] = self._count
        return batch

    def succeed(self, batch: Batch, found: tuple[Any, ...]) -> dict[int, Held]:
        """Take in what a request found; return what is known now that was not known before, by number."""
        assert self._reads is not None  # noqa: S101 - the batch came from it
        self._without_response = 0
        matching, bodies = self._reads.matching, self._bodies
        return self._learn({number: Held(leverages=matching(bodies[number], found)) for number in batch.numbers})

    def fail(self, batch: Batch, error: LeversetError) -> dict[int, Held]:
        """Take in that a request failed; return what is known now that was not known before, by number."""
        assert self._reads is not None  # noqa: S101 - the batch came from it
        if not has_no_response(error):
            self._without_response = 0
        elif self._taken[batch] > self._failed_at:  # those that were under way together fail together: that counts once
            self._without_response, self._failed_at = self._without_response + 1, self._count
        refused = isinstance(error, ExchangeError) and error.outcome == "refused"
        if batch.several and refused and not is_hopeless(error) and not has_no_response(error):
            bodies = {number: self._bodies[number] for number in batch.numbers}
            self._batches.extendleft(reversed(self._reads.batches(bodies, single=True)))
            return {}
        given_up = list(batch.numbers)
        if is_hopeless(error) or self._without_response >= GIVE_UP_AFTER:
            self.given_up = error
            while self._batches:
                given_up += self._batches.popleft().numbers
        return self._learn(dict.fromkeys(given_up, Held(error=error)))

    def _learn(self, found: dict[int, Held]) -> dict[int, Held]:
        self.held |= found
        return found
