"""The state of a run, without the waiting; sync and async `apply` share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from leverset._retry import Call
from leverset.plan._journal import Journal
from leverset.plan._model import JournalError, Plan, PlanError, Result, Row, Summary, result_of
from leverset.plan._queue import ExchangeQueue
from leverset.plan.check import check_for

OnResult = Callable[[Result], object]
_SLICE = 0.1  # seconds


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
        lock: The lock of the run, reentrant. Taken as it is, not through `changed`: see `Limiter`.
        changed: Notified when a row ends, for the threads that send.

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
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._ends: SimpleQueue[None] = SimpleQueue()  # for the thread that an interrupt comes in
        self.abandoned = False
        self.on_stop: Callable[[], object] = lambda: None
        self._plan = plan
        self._on_result = on_result
        self._journal = journal
        self._stop_on_error = stop_on_error
        self._interrupted = False
        self._over = False
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
                self._report(
                    Result(
                        row=row,
                        status=entry["status"],
                        reported=entry.get("reported"),
                        confirmation=entry.get("confirmed"),
                        earlier=True,
                    )
                )

    def take(self, queue: ExchangeQueue) -> Row | None:
        """Take the next row of a queue; None when none is to be begun at this moment."""
        with self.lock:
            return queue.take()

    def finish(self, queue: ExchangeQueue, row: Row, error: BaseException | None, leverage: Any = None) -> None:
        """Take in the end of a row's call: its error, or the leverage that holds now."""
        result = result_of(row, error, leverage)
        with self.lock:
            if self._over:
                return
            if error is not None and result.error is None:
                self._fail(error)
            if self._stop_on_error and not result.confirmed:
                self._stop(f"row {row.number} was not applied")
            self._end(queue, result)

    def give_up(self, queue: ExchangeQueue, row: Row, call: Call) -> None:
        """Take in a row that is not waited for any more: what is known of it is what its call knows."""
        known = call.known
        with self.lock:
            if known == "not_sent":
                result = Result(row=row, status="not_sent", why=queue.stopped)
            elif known == "refused":
                result = Result(row=row, status="refused", why="abandoned after the exchange had refused an attempt")
            else:
                result = Result(row=row, status="unknown", why="abandoned under way")
            self._end(queue, result)

    def abandon(self, under_way: Iterable[tuple[ExchangeQueue, Row, Call]]) -> None:
        """End at once while threads are still at work: they send, report and record nothing more."""
        with self.lock:
            self.interrupt(now=True)
            for queue, row, call in under_way:
                call.withdraw()
                self.give_up(queue, row, call)
            self._over = True

    def interrupt(self, *, now: bool = False) -> None:
        """End early: no further row is begun; what is under way is finished, or with `now` abandoned."""
        with self.lock:
            self._interrupted = True
            self.abandoned = self.abandoned or now
            self._stop("interrupted")
            self.changed.notify_all()
            self.on_stop()

    def wait(self, *, idle: bool = False) -> None:
        """Wait until no row is under way and none is to be begun; with `idle` for the first of these alone.

        In slices: a signal that comes just before a wait begins does not end it, and Ctrl-C would go unheard.
        """
        while any(queue.is_busy or not (idle or queue.exhausted) for queue in self.queues):
            with suppress(Empty):
                self._ends.get(timeout=_SLICE)

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
        self._ends.put(None)

    def _stop(self, why: str) -> None:
        for queue in self.queues:
            queue.stop(why)

    def fail(self, error: BaseException) -> None:
        """End the run because of this; it is raised when what is under way is finished."""
        with self.lock:
            self._fail(error)

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
    problems = check_for(plan, clients)
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
