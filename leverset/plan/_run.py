"""The state of a run, without the waiting; sync and async `apply` share it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from leverset._registry import EXCHANGES
from leverset.errors import (
    AuthenticationFailed,
    ClockSkew,
    ConfigurationError,
    CredentialsError,
    ExchangeError,
    ExchangeUnavailable,
    LimiterUnavailable,
    MalformedResponse,
    PermissionDenied,
    RateLimitTimeout,
    ResultMismatch,
    TransportError,
    WrongEnvironment,
)
from leverset.plan._journal import Journal
from leverset.plan._model import Accounts, JournalError, Plan, PlanError, Result, Row, Status, Summary, result_of
from leverset.plan.check import check

# After these, every other row of the exchange would end in the same way.
_HOPELESS = (
    AuthenticationFailed,
    ClockSkew,
    ConfigurationError,
    CredentialsError,
    LimiterUnavailable,
    PermissionDenied,
    WrongEnvironment,
)
# There was no response, or none that is about the row.
_NO_RESPONSE = (ExchangeUnavailable, MalformedResponse, TransportError)

GIVE_UP_AFTER = 2
"""So many rows in succession without a response end an exchange's part of a run, each after the client's retries."""

OnResult = Callable[[Result], object]


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
        if isinstance(error, _HOPELESS):
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


class Run:
    """Hands out the rows of a plan and takes in their results, from any thread.

    Args:
        plan: The plan.
        clients: By exchange, a client for every exchange that has rows.
        on_result: Called with every result.
        journal: Records the results.
        stop_on_error: Whether a row that is not confirmed ends the run.

    Attributes:
        on_stop: Called when the rows that wait for a slot should be taken back.
        abandoned: Whether the rows under way are not waited for either.
        changed: The lock of the run, notified when a row ends.

    Raises:
        PlanError: The plan has problems, or rows for an exchange without a client.
        JournalError: The journal was opened for another plan, environment or account.
    """

    def __init__(
        self,
        plan: Plan,
        clients: Mapping[str, Any],
        *,
        on_result: OnResult | None,
        journal: Journal | None,
        stop_on_error: bool,
    ) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.abandoned = False
        self.on_stop: Callable[[], object] = lambda: None
        self._plan = plan
        self._on_result = on_result
        self._journal = journal
        self._stop_on_error = stop_on_error
        self._interrupted = False
        self._failure: BaseException | None = None
        self._results: dict[int, Result] = {}
        self._begun = time.monotonic()
        _refuse_problems(plan, clients)
        if journal is not None:
            journal.check(plan, clients.values())
        confirmed = journal.confirmed if journal is not None else {}
        self.queues = [
            ExchangeQueue(
                clients[name], [row for row in plan.rows if row.exchange == name and row.number not in confirmed]
            )
            for name in plan.exchanges
        ]
        for row in plan.rows:
            if row.number in confirmed:
                entry = confirmed[row.number]
                self._report(Result(row=row, status=entry["status"], reported=entry.get("reported"), earlier=True))

    def take(self, queue: ExchangeQueue) -> Row | None:
        """Take the next row of a queue; None when none is to be begun at this moment."""
        with self.changed:
            return queue.take()

    def finish(self, queue: ExchangeQueue, row: Row, error: BaseException | None, reported: Any = None) -> None:
        """Take in the end of a row's call: its error, or what the exchange reported."""
        result = result_of(row, error, None if reported is None else reported.raw)
        with self.changed:
            if error is not None and result.error is None:
                self._fail(error)
            if self._stop_on_error and not result.confirmed:
                self._stop(f"row {row.number} was not applied")
            self._end(queue, result)

    def give_up(self, queue: ExchangeQueue, row: Row, *, sent: bool) -> None:
        """Take in a row that was taken back while it waited for its slot, or abandoned when it was already `sent`."""
        status: Status = "unknown" if sent else "not_sent"
        with self.changed:
            self._end(queue, Result(row=row, status=status, why="abandoned under way" if sent else queue.stopped))

    def interrupt(self, *, now: bool = False) -> None:
        """End early: no further row is begun; what is under way is finished, or with `now` abandoned."""
        with self.changed:
            self._interrupted = True
            self.abandoned = self.abandoned or now
            self._stop("interrupted")
            self.changed.notify_all()
            self.on_stop()

    def wait_until_idle(self) -> None:
        """Wait until no row is under way, whichever thread sends it."""
        with self.changed:
            while any(queue.is_busy for queue in self.queues):
                self.changed.wait()

    def summary(self) -> Summary:
        """Report the rows that were never begun, and return the summary. Raises the error that ended the run."""
        self.on_stop = lambda: None
        for queue in self.queues:
            for row in queue.take_rest():
                self._report(Result(row=row, status="not_sent", why=queue.stopped))
        results = tuple(self._results[row.number] for row in self._plan.rows)
        if isinstance(self._failure, JournalError):
            self._failure.add_results(results)
        if self._failure is not None:
            raise self._failure
        return Summary(
            results=results,
            seconds=time.monotonic() - self._begun,
            stopped={queue.name: queue.stopped for queue in self.queues if queue.stopped},
            interrupted=self._interrupted,
        )

    def _end(self, queue: ExchangeQueue, result: Result) -> None:
        if self._journal is not None and result.status != "not_sent":
            try:
                self._journal.write(result)
            except JournalError as error:
                self._journal = None
                self._fail(error)
        queue.finish(result)
        self._report(result)
        if any(each.stopped for each in self.queues):
            self.on_stop()
        self.changed.notify_all()

    def _stop(self, why: str) -> None:
        for queue in self.queues:
            queue.stop(why)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop(f"{type(error).__name__} ended the run")

    def _report(self, result: Result) -> None:
        self._results[result.row.number] = result
        if self._on_result is not None:
            try:
                self._on_result(result)
            except BaseException as error:  # raised at the end: what is under way must get into the journal
                self._on_result = None
                self._fail(error)


def _refuse_problems(plan: Plan, clients: Mapping[str, Any]) -> None:
    problems = check(plan, Accounts(**{name: client.account for name, client in clients.items()}))
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise PlanError(
            f"{plan.path} has {count}; nothing was sent",
            reference="plan/problems",
            fix="correct what follows",
            problems=problems,
        )
    for name in plan.exchanges:
        if name not in clients:
            raise PlanError(
                f"{plan.path} has rows for {name}, and there is no client for it; nothing was sent",
                reference="plan/no-client",
                fix=f"give a client of {name}, too",
            )
