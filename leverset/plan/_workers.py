"""Carry out a run: in threads, whose caller a signal may interrupt, or in an event loop."""

from __future__ import annotations

import _thread
import asyncio
import threading
from typing import Any

from leverset._read_back import Batch
from leverset._retry import Call
from leverset.plan._queue import ExchangeQueue, Task
from leverset.plan._run import Run


class Stop:
    """Ends a run early when it is called, from any thread.

    A Stop serves one run, and may be called before the run begins.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while it is held
        self._run: Run | None = None
        self._requests: list[bool] = []

    def __call__(self, *, now: bool = False) -> None:
        """End the run: nothing further is sent, and what is under way is finished.

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


def run_in_threads(run: Run, stop: Stop | None) -> BaseException | None:
    """Carry out a run; return what interrupted it. Raises what interrupts it a second time."""
    (stop or Stop()).attach(run)
    run.begin()
    workers = ThreadWorkers(run)
    try:
        return workers.run_all()
    except BaseException:  # a second Ctrl-C, while what is under way is finished
        workers.abandon()
        raise


class ThreadWorkers:
    """Carries out what the queues hand out in threads, and knows what is under way."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._under_way: dict[Call, tuple[ExchangeQueue, Task, Call]] = {}

    def run_all(self) -> BaseException | None:
        """Do everything; return what interrupted this, once what was under way then is finished."""
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
        """Wait for nothing any more; what has not left this machine is not sent."""
        with self._run.lock:
            self._run.abandon(list(self._under_way.values()))

    def _work(self, queue: ExchangeQueue) -> None:
        """Do what a queue hands out until it is exhausted; one thread does this."""
        run = self._run
        while True:
            with run.lock:
                while (task := queue.take()) is None:
                    if queue.exhausted:
                        return
                    run.changed.wait()
                call, make = queue.call(task)
                self._under_way[call] = queue, task, call
            try:
                value = make()
            except Exception as error:  # all of them are outcomes; what is not ours ends the run
                self._finish(queue, task, call, error)
            else:
                self._finish(queue, task, call, None, value)

    def _finish(self, queue: ExchangeQueue, task: Task, call: Call, error: Exception | None, value: Any = None) -> None:
        with self._run.lock:
            del self._under_way[call]
            self._run.finish(queue, task, error, value)


async def run_in_loop(run: Run, stop: Stop | None) -> BaseException | None:
    """Carry out a run, awaited; return the cancellation that ended it."""
    all_workers = [AsyncWorkers(run, queue) for queue in run.queues]
    loop = asyncio.get_running_loop()

    def take_back() -> None:
        for workers in all_workers:
            workers.take_back()

    run.on_stop = lambda: loop.call_soon_threadsafe(take_back)
    (stop or Stop()).attach(run)
    run.begin()
    everybody = asyncio.gather(*(workers.run_all() for workers in all_workers))
    try:
        await asyncio.shield(everybody)
    except asyncio.CancelledError as cancelled:
        run.interrupt(now=True)
        await everybody
        return cancelled
    return None


class AsyncWorkers:
    """Runs one task of asyncio for everything of a queue that is under way, and knows what has sent nothing yet."""

    def __init__(self, run: Run, queue: ExchangeQueue) -> None:
        self._run = run
        self._queue = queue
        self._tasks: dict[asyncio.Task[object], tuple[Task, Call]] = {}

    async def run_all(self) -> None:
        """Do everything that the queue hands out."""
        while True:
            while (task := self._run.take(self._queue)) is not None:
                self._begin(task)
            if not self._tasks:
                return
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                self._end(each)

    def take_back(self) -> None:
        """Cancel what changes nothing or has not left this machine, and in an abandoned run everything."""
        for running, (task, call) in self._tasks.items():
            harmless = isinstance(task, Batch) or call.known == "not_sent"
            if self._run.abandoned or (self._queue.stopped and harmless):
                running.cancel()

    def _begin(self, task: Task) -> None:
        call, make = self._queue.call(task)
        self._tasks[asyncio.get_running_loop().create_task(make())] = task, call

    def _end(self, running: asyncio.Task[object]) -> None:
        task, call = self._tasks.pop(running)
        if running.cancelled():
            self._run.give_up(self._queue, task, call)
        elif error := running.exception():
            self._run.finish(self._queue, task, error)
        else:
            self._run.finish(self._queue, task, None, running.result())
