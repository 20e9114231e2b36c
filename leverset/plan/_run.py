"""What a run of a plan knows, without the waiting: both colours of `apply` share it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

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
from leverset.plan._errors import JournalError, PlanError
from leverset.plan._journal import Journal
from leverset.plan._model import Accounts, Plan, Row
from leverset.plan._results import Result, Status, Summary, judge
from leverset.plan.check import check
from leverset.plan.venues import VENUES

# What ends in the same way for every row of the exchange.
_HOPELESS = (
    AuthenticationFailed,
    ClockSkew,
    ConfigurationError,
    CredentialsError,
    LimiterUnavailable,
    PermissionDenied,
    WrongEnvironment,
)
# The exchange gives no answer of its own, or none that is about the row.
_SILENT = (ExchangeUnavailable, MalformedResponse, TransportError)

GIVE_UP_AFTER = 2
"""So many rows one after the other without an answer, each tried as often as the client does, and none beside it."""

OnResult = Callable[[Result], object]


class ExchangeQueue:
    """The rows of one exchange: what is next, how many at once, and whether to go on."""

    def __init__(self, client: Any, rows: Iterable[Row]) -> None:
        self.client = client
        self.name: str = client.exchange.name
        self.stopped = ""
        self.limit: int = client.config.rate(VENUES[self.name].operation).requests
        self._rows = deque(rows)
        self._under_way = 0
        self._proven = False
        self._silent = 0

    @property
    def width(self) -> int:
        """How many rows may be under way at once.

        One, until an answer shows that key and signature are accepted: what is wrong there is refused once and not
        once per slot. Then twice the limit, so that a row that is repeated leaves no slot unused. One again after a
        row without an answer.
        """
        return 2 * self.limit if self._proven else 1

    @property
    def exhausted(self) -> bool:
        """Whether nothing new will be begun here."""
        return bool(self.stopped) or not self._rows

    def take(self) -> Row | None:
        """The next row to send; None when none is to be begun at this moment."""
        if self.exhausted or self._under_way >= self.width:
            return None
        self._under_way += 1
        return self._rows.popleft()

    def rest(self) -> Iterator[Row]:
        """The rows that were never begun; they leave the lane."""
        while self._rows:
            yield self._rows.popleft()

    def arguments(self, row: Row) -> dict[str, Any]:
        """The row as the arguments of `set_leverage`."""
        return VENUES[self.name].arguments(row.body)

    def learn(self, result: Result) -> None:
        """A row has ended: see in its result whether the others have a chance."""
        self._under_way -= 1
        error = result.error
        if isinstance(error, _HOPELESS):
            self.stop(f"{error.reference}: {error.summary}")
        elif isinstance(error, _SILENT) or (isinstance(error, RateLimitTimeout) and error.outcome == "unknown"):
            self._proven = False
            # Rows that were under way together fall silent together: that is one time, not many.
            self._silent += self._under_way == 0
            if self._silent >= GIVE_UP_AFTER:
                self.stop(f"no answer, time after time; the last: {error.summary}")
        elif result.status == "applied" or isinstance(error, ExchangeError | ResultMismatch):
            self._silent = 0
            self._proven = True

    def stop(self, why: str) -> None:
        """Begin nothing new; the first reason stays."""
        self.stopped = self.stopped or why


class Run:
    """A run: hands rows out and takes results in, from any thread.

    `on_stop` is called when the rows that wait for a slot should be taken back. `abandoned` says that those under
    way are not waited for either. `changed` is the lock of all of it, notified when a row ends.

    Raises PlanError where the plan has problems, or rows for an exchange without a client.
    """

    def __init__(
        self,
        plan: Plan,
        clients: Iterable[Any],
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
        by_name = {client.exchange.name: client for client in clients}
        _refuse_problems(plan, by_name)
        held = journal.held if journal is not None else {}
        self.lanes = [
            ExchangeQueue(by_name[name], [row for row in plan.rows if row.exchange == name and row.number not in held])
            for name in plan.exchanges
        ]
        for row in plan.rows:
            if row.number in held:
                entry = held[row.number]
                self._report(Result(row=row, status=entry["status"], answer=entry.get("answer"), earlier=True))

    def take(self, lane: ExchangeQueue) -> Row | None:
        """The next row of a lane; None when none is to be begun at this moment."""
        with self.changed:
            return lane.take()

    def finish(self, lane: ExchangeQueue, row: Row, error: BaseException | None, answer: Any = None) -> None:
        """Take in what came of a row that was sent, or tried to be."""
        result = judge(row, error, None if answer is None else answer.to_dict())
        with self.changed:
            if error is not None and result.error is None:
                self._fail(error)
            if self._stop_on_error and not result.holds:
                self._stop(f"row {row.number} was not applied")
            self._end(lane, result)

    def give_up(self, lane: ExchangeQueue, row: Row, *, sent: bool) -> None:
        """A row that was taken back while it waited for its slot, or abandoned when it was already `sent`."""
        status: Status = "unknown" if sent else "not_sent"
        with self.changed:
            self._end(lane, Result(row=row, status=status, why="abandoned under way" if sent else lane.stopped))

    def interrupt(self, *, now: bool = False) -> None:
        """End early: nothing new is begun; what is under way is finished, or with `now` abandoned."""
        with self.changed:
            self._interrupted = True
            self.abandoned = self.abandoned or now
            self._stop("interrupted")
            self.changed.notify_all()
            self.on_stop()

    def summary(self) -> Summary:
        """The end: rows that were never begun are told as such. Raises what broke the run."""
        self.on_stop = lambda: None
        for lane in self.lanes:
            for row in lane.rest():
                self._report(Result(row=row, status="not_sent", why=lane.stopped))
        if self._failure is not None:
            raise self._failure
        return Summary(
            results=tuple(self._results[row.number] for row in self._plan.rows),
            seconds=time.monotonic() - self._begun,
            stopped={lane.name: lane.stopped for lane in self.lanes if lane.stopped},
            interrupted=self._interrupted,
        )

    def _end(self, lane: ExchangeQueue, result: Result) -> None:
        if self._journal is not None and result.status != "not_sent":
            try:
                self._journal.write(result)
            except JournalError as trouble:
                self._journal = None
                self._fail(trouble)
        lane.learn(result)
        self._report(result)
        if any(each.stopped for each in self.lanes):
            self.on_stop()
        self.changed.notify_all()

    def _stop(self, why: str) -> None:
        for lane in self.lanes:
            lane.stop(why)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop(f"{type(error).__name__} broke the run")

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
            fix="mend what follows",
            problems=problems,
        )
    for name in plan.exchanges:
        if name not in clients:
            raise PlanError(
                f"{plan.path} has rows for {name}, and there is no client for it; nothing was sent",
                reference="plan/no-client",
                fix=f"give a client of {name}, too",
            )
