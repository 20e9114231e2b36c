"""The state of a run, without the waiting; reading and applying, sync and async share it."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from leverset._held import Held
from leverset._read_back import Batch
from leverset._retry import Call
from leverset.errors import LeversetError
from leverset.plan._model import Plan, PlanError, Row
from leverset.plan._queue import ExchangeQueue, Task
from leverset.plan.check import check_for

_SLICE = 0.1  # seconds


class Run(ABC):
    """Hands out what is to be done for the rows of a plan and takes in what became of it, from any thread.

    Args:
        plan: The plan.
        clients: By exchange, a client for every exchange that has rows.
        read: Whether the rows are read first.
        send: Whether rows are sent at all.
        known: What holds for rows that were read before, by their numbers; they are not read first.

    Attributes:
        on_stop: Called when what waits for a slot should be taken back.
        abandoned: Whether what is under way is not waited for either.
        lock: The lock of the run, reentrant. Taken as it is, not through `changed`: see `Limiter`.
        changed: Notified when something ends, for the threads that send.
        queues: What is to be done, for each exchange.

    Raises:
        PlanError: The plan has problems, or rows for an exchange without a client.
    """

    def __init__(
        self,
        plan: Plan,
        clients: Mapping[str, Any],
        *,
        read: bool,
        send: bool,
        known: Mapping[int, Held] | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._ends: SimpleQueue[None] = SimpleQueue()  # for the thread that an interrupt comes in
        self.abandoned = False
        self.on_stop: Callable[[], object] = lambda: None
        self.plan = plan
        self._interrupted = self._over = False
        self._failure: BaseException | None = None
        self._begun = time.monotonic()
        _refuse_problems(plan, clients)
        self.rows = {row.number: row for row in plan.rows}
        self.queues: list[ExchangeQueue] = []
        for name in plan.exchanges:
            rows = [row for row in plan.rows if row.exchange == name]
            self.queues.append(ExchangeQueue(clients[name], rows, read=read, send=send, known=known))

    def begin(self) -> None:
        """Take in what is known without a request."""
        with self.lock:
            for queue in self.queues:
                if queue.reading is not None:
                    self.take_held(queue, dict(queue.reading.held))
                self._advance(queue)

    def take(self, queue: ExchangeQueue) -> Task | None:
        """Take what is to be done next for an exchange; None when nothing is to be begun at this moment."""
        with self.lock:
            return queue.take()

    def finish(self, queue: ExchangeQueue, task: Task, error: BaseException | None, value: Any = None) -> None:
        """Take in the end of a call: its error, or what it returned."""
        with self.lock:
            if self._over:
                return
            if isinstance(task, Batch):
                self.take_held(queue, queue.finish_read(task, error, value))
                if error is not None and not isinstance(error, LeversetError):
                    self._fail(error)
            else:
                self.take_sent(queue, task, error, value)
            self._ended(queue)

    def give_up(self, queue: ExchangeQueue, task: Task, call: Call) -> None:
        """Take in what is not waited for any more: what is known of a row is what its call knows."""
        with self.lock:
            if isinstance(task, Batch):
                queue.drop_read()
            else:
                self.take_given_up(queue, task, call.known)
            self._ended(queue)

    def abandon(self, under_way: Iterable[tuple[ExchangeQueue, Task, Call]]) -> None:
        """End at once while threads are still at work: they send, report and record nothing more."""
        with self.lock:
            self.interrupt(now=True)
            for queue, task, call in under_way:
                call.withdraw()
                self.give_up(queue, task, call)
            self._over = True

    def interrupt(self, *, now: bool = False) -> None:
        """End early: nothing further is begun; what is under way is finished, or with `now` abandoned."""
        with self.lock:
            self._interrupted = True
            self.abandoned = self.abandoned or now
            self._stop("interrupted")
            self.changed.notify_all()
            self.on_stop()

    def wait(self, *, idle: bool = False) -> None:
        """Wait until nothing is under way and nothing is to be begun; with `idle` for the first of these alone.

        In slices: a signal that comes just before a wait begins does not end it, and Ctrl-C would go unheard.
        """
        while any(queue.is_busy or not (idle or queue.exhausted) for queue in self.queues):
            with suppress(Empty):
                self._ends.get(timeout=_SLICE)

    def fail(self, error: BaseException) -> None:
        """End the run because of this; it is raised when what is under way is finished."""
        with self.lock:
            self._fail(error)

    @abstractmethod
    def take_held(self, queue: ExchangeQueue, held: Mapping[int, Held]) -> None:
        """Take in what holds for rows, by their numbers."""

    def take_sent(self, queue: ExchangeQueue, row: Row, error: BaseException | None, leverage: Any) -> None:  # noqa: B027 - not where nothing is sent
        """Take in the end of a row's call: its error, or the leverage that holds now."""

    def take_given_up(self, queue: ExchangeQueue, row: Row, known: str) -> None:  # noqa: B027 - the same
        """Take in a row that is not waited for any more, and what is known of its request."""

    def _ended(self, queue: ExchangeQueue) -> None:
        self._advance(queue)
        if any(each.stopped for each in self.queues):
            self.on_stop()
        self.changed.notify_all()
        self._ends.put(None)

    def _advance(self, queue: ExchangeQueue) -> None:
        """Go on to what comes next for an exchange, where nothing is left; where nothing is sent, that is nothing."""
        queue.advance(dict)

    def _stop(self, why: str) -> None:
        for queue in self.queues:
            queue.stop(why)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop(f"{type(error).__name__} ended the run")

    def _call(self, function: Callable[[Any], object] | None, value: Any) -> bool:
        """Tell a function of the caller; return whether it may be told more."""
        if function is not None:
            try:
                function(value)
            except BaseException as error:  # raised at the end: what is under way must get into the journal
                self._fail(error)
                return False
        return True


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
