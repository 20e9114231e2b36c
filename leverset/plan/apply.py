"""Apply a plan: all exchanges side by side, each at the full rate of its limit, sync and async."""

from __future__ import annotations

import _thread
import asyncio
import threading
from collections.abc import Iterable
from typing import Any

from leverset._client import AsyncClient, SyncClient
from leverset._retry import Call
from leverset.plan._clients import by_exchange
from leverset.plan._journal import Journal
from leverset.plan._model import Plan, Row, Summary
from leverset.plan._queue import ExchangeQueue
from leverset.plan._run import OnResult, Run


class Stop:
    """Ends a run early when it is called, from any thread.

    A Stop serves one run, and may be called before the run begins.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while it is held
        self._run: Run | None = None
        self._requests: list[bool] = []

    def __call__(self, *, now: bool = False) -> None:
        """End the run: no further row is sent, and what is under way is finished.

        Args:
            now: Does not wait for what is under way (async only): `unknown` where a request may have left.
        """
        with self._lock:
            self._requests.append(now)
            run = self._run
        if run is not None:
            run.interrupt(now=now)

    def attach(self, run: Run) -> None:
        """Serve a run that begins."""
        with self._lock:
            self._run, requests = run, list(self._requests)
        for now in requests:
            run.interrupt(now=now)


def apply(
    plan: Plan,
    clients: Iterable[SyncClient[Any, Any, Any, Any]],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
) -> Summary:
    """Check a plan, send its rows, and report the outcome of each.

    A row that is not confirmed does not stop the others. An exchange is given up where all of its rows would end in
    the same way (key, signature, permission, environment, clock, an account that the API does not serve), and after
    GIVE_UP_AFTER rows in succession without a response; the others go on. After an early end (`stop`, or
    KeyboardInterrupt) rows that already wait for a slot are still sent, at most twice the limit's number. A second
    KeyboardInterrupt does not wait for them: what has not left this machine is not sent, and what may have is
    `unknown`.

    Args:
        plan: The plan.
        clients: One client for every exchange that the plan has rows for.
        on_result: Called with every Result as it comes, one at a time, from the threads that send.
        journal: Records the outcomes, so that a later run goes on where this one ended.
        stop_on_error: Ends the run at the first row that is not confirmed.
        stop: Ends the run early when it is called.

    Returns:
        The result of every row.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, or clients that cannot be used;
            nothing was sent.
        JournalError: The journal was opened for another plan, environment or account: nothing was sent. Or it cannot
            be written any more: what was under way is finished first.
        BaseException: What `on_result` raises; what was under way is finished first.
    """
    found = by_exchange(clients, SyncClient, "apply")
    run = Run(plan, found, on_result=on_result, journal=journal, stop_on_error=stop_on_error)
    (stop or Stop()).attach(run)
    workers = ThreadWorkers(run)
    try:
        interrupted = workers.run_all()
    except BaseException:  # a second Ctrl-C, while what is under way is finished
        workers.abandon()
        run.summary()
        raise
    summary = run.summary()
    if interrupted is not None:
        raise interrupted
    return summary


class ThreadWorkers:
    """Runs the rows of all queues in threads, and knows which of them are under way."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._under_way: dict[int, tuple[ExchangeQueue, Row, Call]] = {}

    def run_all(self) -> BaseException | None:
        """Send all rows; return what interrupted this, once what was under way then is finished."""
        run, interrupted = self._run, None
        try:
            # A thread that no signal interrupts begins the others: beginning one takes locks of `threading`'s own, and
            # an interrupt would leave them held.
            queues = [queue for queue in run.queues for _ in range(queue.threads)]
            _thread.start_new_thread(self._begin, (queues,))
            run.wait()
        except BaseException as error:  # Ctrl-C, or what another signal's handler raises
            interrupted = error
            run.interrupt()
        run.wait(idle=True)
        return interrupted

    def _begin(self, queues: list[ExchangeQueue]) -> None:  # pragma: no cover - not seen: its thread is no `Thread`
        try:
            for queue in queues:
                threading.Thread(target=self._work, args=(queue,), name="leverset-plan", daemon=True).start()
        except BaseException as error:  # the system has no more threads
            self._run.fail(error)

    def abandon(self) -> None:
        """Wait for no row any more; what has not left this machine is not sent."""
        with self._run.lock:
            self._run.abandon(list(self._under_way.values()))

    def _work(self, queue: ExchangeQueue) -> None:
        """Send rows of a queue until it is exhausted; one thread does this."""
        run = self._run
        while True:
            with run.lock:
                while (row := queue.take()) is None:
                    if queue.exhausted:
                        return
                    run.changed.wait()
                call = queue.client.new_call()
                self._under_way[row.number] = queue, row, call
            try:
                reported = queue.client.set_leverage_checked(row.body, call)
            except Exception as error:  # all of them are outcomes; what is not ours ends the run
                self._finish(queue, row, error)
            else:
                self._finish(queue, row, None, reported)

    def _finish(self, queue: ExchangeQueue, row: Row, error: Exception | None, reported: Any = None) -> None:
        with self._run.lock:
            del self._under_way[row.number]
            self._run.finish(queue, row, error, reported)


async def apply_async(
    plan: Plan,
    clients: Iterable[AsyncClient[Any, Any, Any, Any]],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
) -> Summary:
    """Check a plan, send its rows, and report the outcome of each, awaited.

    Like `apply`, with two differences. An early end also takes back the rows of which nothing has left this machine
    (they wait for a slot, or for a connection); only the others are finished. Where the task is cancelled, what is
    under way is abandoned, and `on_result` is called for those rows with what is known of them: `unknown` where the
    request may have left this machine.

    Args:
        plan: The plan.
        clients: One async client for every exchange that the plan has rows for.
        on_result: Called with every Result in the event loop; it is not awaited.
        journal: Records the outcomes, so that a later run goes on where this one ended.
        stop_on_error: Ends the run at the first row that is not confirmed.
        stop: Ends the run early when it is called.

    Returns:
        The result of every row.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, or clients that cannot be used;
            nothing was sent.
        JournalError: The journal was opened for another plan, environment or account: nothing was sent. Or it cannot
            be written any more: what was under way is finished first.
        BaseException: What `on_result` raises; what was under way is finished first.
    """
    found = by_exchange(clients, AsyncClient, "apply")
    run = Run(plan, found, on_result=on_result, journal=journal, stop_on_error=stop_on_error)
    all_workers = [AsyncWorkers(run, queue) for queue in run.queues]
    loop = asyncio.get_running_loop()

    def take_back() -> None:
        for workers in all_workers:
            workers.take_back()

    run.on_stop = lambda: loop.call_soon_threadsafe(take_back)
    (stop or Stop()).attach(run)
    everybody = asyncio.gather(*(workers.run_all() for workers in all_workers))
    try:
        await asyncio.shield(everybody)
    except asyncio.CancelledError:
        run.interrupt(now=True)
        await everybody
        run.summary()
        raise
    return run.summary()


class AsyncWorkers:
    """Runs one task for each row of a queue that is under way, and knows which of them have sent nothing yet."""

    def __init__(self, run: Run, queue: ExchangeQueue) -> None:
        self._run = run
        self._queue = queue
        self._tasks: dict[asyncio.Task[object], tuple[Row, Call]] = {}

    async def run_all(self) -> None:
        """Send all rows of the queue."""
        while True:
            while (row := self._run.take(self._queue)) is not None:
                self._begin(row)
            if not self._tasks:
                return
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                self._end(task)

    def take_back(self) -> None:
        """Cancel the tasks of which nothing has left this machine, and in an abandoned run all of them."""
        for task, (_, call) in self._tasks.items():
            if self._run.abandoned or (self._queue.stopped and call.known == "not_sent"):
                task.cancel()

    def _begin(self, row: Row) -> None:
        call = self._queue.client.new_call()
        sending = self._queue.client.set_leverage_checked(row.body, call)
        self._tasks[asyncio.get_running_loop().create_task(sending)] = row, call

    def _end(self, task: asyncio.Task[object]) -> None:
        row, call = self._tasks.pop(task)
        if task.cancelled():
            self._run.give_up(self._queue, row, call)
        elif error := task.exception():
            self._run.finish(self._queue, row, error)
        else:
            self._run.finish(self._queue, row, None, task.result())
