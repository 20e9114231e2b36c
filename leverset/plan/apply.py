"""Applying a plan: all exchanges side by side, each at the full pace of its limit, sync and async."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from concurrent import futures

from leverset._retry import Call
from leverset.bitget._client import AsyncBitget, Bitget
from leverset.okx._client import AsyncOkx, Okx
from leverset.plan._journal import Journal
from leverset.plan._model import Plan, Row
from leverset.plan._results import Summary
from leverset.plan._run import ExchangeQueue, OnResult, Run

_SLICE = 0.1  # seconds


class Stop:
    """Asks a run to end early, from any thread; a Stop serves one run, and may be called before it begins."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while it is held
        self._session: Run | None = None
        self._asked: list[bool] = []

    def __call__(self, *, now: bool = False) -> None:
        """Nothing new is sent and what is under way is finished; `now` does not wait for it either (async only)."""
        with self._lock:
            self._asked.append(now)
            session = self._session
        if session is not None:
            session.interrupt(now=now)

    def attach(self, session: Run) -> None:
        """The run that is meant; `apply` does this."""
        with self._lock:
            self._session = session
            asked = list(self._asked)
        for now in asked:
            session.interrupt(now=now)


def apply(
    plan: Plan,
    clients: Iterable[Okx | Bitget],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
) -> Summary:
    """Check a plan, send its rows, and say what became of each.

    `clients` has one client for every exchange that the plan has rows for. `on_result` is called with every Result
    as it comes, one at a time, from the threads that send. `journal` keeps the outcomes, so that a later run goes on
    where this one ended. A row that is not applied does not stop the others; with `stop_on_error` it does. An exchange
    is given up where all of its rows would end in the same way (key, signature, permission, environment, clock), and
    where it gives no answer to GIVE_UP_AFTER rows sent one after the other; the other exchange goes on.

    `stop`, or KeyboardInterrupt, ends it early: rows that stand in line for a slot are still sent, at most twice the
    limit's number.

    Raises PlanError before anything is sent, JournalError when the journal cannot be written any more, and what
    `on_result` raises; what is under way is finished first.
    """
    session = Run(plan, clients, on_result=on_result, journal=journal, stop_on_error=stop_on_error)
    (stop or Stop()).attach(session)
    interrupted = False
    threads = sum(2 * lane.limit for lane in session.lanes)
    with futures.ThreadPoolExecutor(max(1, threads), thread_name_prefix="leverset-plan") as pool:
        work = [pool.submit(_work, session, lane) for lane in session.lanes for _ in range(2 * lane.limit)]
        try:
            # In slices: a signal that comes just before a wait begins does not end it, and Ctrl-C would go unheard.
            while futures.wait(work, timeout=_SLICE).not_done:
                pass
        except KeyboardInterrupt:
            interrupted = True
            session.interrupt()
    summary = session.summary()
    if interrupted:
        raise KeyboardInterrupt
    return summary


def _work(session: Run, lane: ExchangeQueue) -> None:
    """One thread of a lane."""
    while True:
        with session.changed:
            while (row := lane.take()) is None:
                if lane.exhausted:
                    return
                session.changed.wait()
        try:
            answer = lane.client.set_leverage_checked(row.body, lane.client.new_call())
        except Exception as error:  # all of them are outcomes; what is not ours ends the run
            session.finish(lane, row, error)
        else:
            session.finish(lane, row, None, answer)


async def apply_async(
    plan: Plan,
    clients: Iterable[AsyncOkx | AsyncBitget],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
) -> Summary:
    """Like `apply`, awaited; `on_result` is called in the event loop, and is not awaited.

    An early end also takes rows back that stand in line for their slot: only what has its slot is finished. Where the
    task is cancelled, what is under way is abandoned, and `on_result` hears of those rows as unknown.
    """
    session = Run(plan, clients, on_result=on_result, journal=journal, stop_on_error=stop_on_error)
    crews = [AsyncWorkers(session, lane) for lane in session.lanes]
    loop = asyncio.get_running_loop()

    def take_back() -> None:
        for crew in crews:
            crew.take_back()

    session.on_stop = lambda: loop.call_soon_threadsafe(take_back)
    (stop or Stop()).attach(session)
    everybody = asyncio.gather(*(crew.run() for crew in crews))
    try:
        await asyncio.shield(everybody)
    except asyncio.CancelledError:
        session.interrupt(now=True)
        await everybody
        session.summary()
        raise
    return session.summary()


class AsyncWorkers:
    """The tasks of one lane, one for each row under way, and whether each has its slot."""

    def __init__(self, session: Run, lane: ExchangeQueue) -> None:
        self._session = session
        self._lane = lane
        self._tasks: dict[asyncio.Task[object], tuple[Row, Call]] = {}
        self._taken_back: set[asyncio.Task[object]] = set()

    async def run(self) -> None:
        """Send all rows of the lane."""
        while True:
            while (row := self._session.take(self._lane)) is not None:
                self._begin(row)
            if not self._tasks:
                return
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                self._end(task)

    def take_back(self) -> None:
        """End what has not got its slot yet, and with `abandoned` everything."""
        for task, (_, call) in self._tasks.items():
            if self._lane.stopped and call.waits_for_slot:
                self._taken_back.add(task)
                task.cancel()
            elif self._session.abandoned:
                task.cancel()

    def _begin(self, row: Row) -> None:
        call = self._lane.client.new_call()
        sending = self._lane.client.set_leverage_checked(row.body, call)
        self._tasks[asyncio.get_running_loop().create_task(sending)] = row, call

    def _end(self, task: asyncio.Task[object]) -> None:
        row, _ = self._tasks.pop(task)
        if task.cancelled():
            self._session.give_up(self._lane, row, sent=task not in self._taken_back)
        elif error := task.exception():
            self._session.finish(self._lane, row, error)
        else:
            self._session.finish(self._lane, row, None, task.result())
