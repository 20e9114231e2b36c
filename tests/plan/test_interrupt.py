"""An early end: rows that have a slot are finished, rows that wait for one are taken back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import leverset_okx.operations
import pytest

from leverset import AsyncOkx, Credentials, Okx, TransportError
from leverset.limits import Limiter
from leverset.plan import Journal, Plan, Result, Stop, Summary, apply, apply_async
from leverset.plan._application import Application
from leverset.plan._outcome import result_of
from leverset.plan._queue import ExchangeQueue
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS
from tests.plan.rows import bodies, keys, okx_rows, sandbox, written
from tests.processes import connecting
from tests.processes import until as wait_until
from tests.server import Raw, http, silent
from tests.stand_ins import Watched

NAME = leverset_okx.operations.SET_LEVERAGE.name
SLOW = leverset_okx.operations.RateLimit(requests=2, seconds=60, scope="user")
GIVEN: dict[str, Any] = {"on_result": None, "journal": None, "stop_on_error": False, "found": None}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the sandbox is another thread, and knows no event
            await asyncio.sleep(0.005)


async def run_with(
    running: Sandbox, action: Callable[[asyncio.Task[Summary], Stop], None], folder: Path
) -> list[Result]:
    """Two rows get late responses, the others wait a minute for a slot; meanwhile the action is taken."""
    results: list[Result] = []
    stop = Stop()
    running.fault(exchange="okx", nth=2, times=1, delay_after=0.3)
    async with AsyncOkx(keys(running), base_url=running.url, rate_limits={NAME: SLOW}, limiter=Limiter()) as okx:
        run = asyncio.create_task(
            apply_async(written(folder, okx_rows(10)), [okx], on_result=results.append, stop=stop, force=True)
        )
        await until(lambda: len(running.requests()) == 2)
        action(run, stop)
        await asyncio.wait([run])
        if not run.cancelled():
            assert run.result().interrupted
    return results


def test_stop_finishes_rows_with_a_slot_and_takes_back_others(tmp_path: Path) -> None:
    with sandbox() as running:
        results = asyncio.run(run_with(running, lambda _, stop: stop(), tmp_path))
        # Those that waited are back at once, the one that was under way comes last.
        assert [result.status for result in results] == ["applied", "not_sent", "not_sent", "not_sent", "applied"] + [
            "not_sent"
        ] * 5
        assert len(bodies(running, "okx")) == 2
        assert {result.why for result in results if result.status == "not_sent"} == {"interrupted"}


def test_stop_now_abandons_rows_under_way(tmp_path: Path) -> None:
    with sandbox() as running:
        results = asyncio.run(run_with(running, lambda _, stop: stop(now=True), tmp_path))
        assert sorted(result.status for result in results) == ["applied"] + ["not_sent"] * 8 + ["unknown"]
        [lost] = [result for result in results if result.status == "unknown"]
        assert lost.why == "abandoned under way"
        assert lost.describe()["error"] is None


def end_now(plan: Plan, url: str, ready: Callable[[], bool], **changed: Any) -> Summary:
    """Apply a plan, and end the run twice when it is ready for that."""

    async def main() -> Summary:
        stop = Stop()
        async with AsyncOkx(CREDENTIALS, base_url=url, **{"limiter": Limiter(), **changed}) as okx:
            run = asyncio.create_task(apply_async(plan, [okx], stop=stop, force=True))
            await until(ready)
            stop()
            stop(now=True)
            return await asyncio.wait_for(run, 10)

    return asyncio.run(main())


def test_a_row_that_is_still_connecting_was_not_sent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        port = full.getsockname()[1]
        summary = end_now(written(tmp_path, okx_rows(2)), f"http://127.0.0.1:{port}", lambda: connecting(port))
    assert [(result.status, result.why) for result in summary.results] == [("not_sent", "interrupted")] * 2


def test_a_row_that_was_refused_and_waits_again_is_refused(tmp_path: Path) -> None:
    limited = http(429, b'{"code":"50011","msg":"","data":[]}', "Retry-After: 9")
    limiter = Watched()
    with Raw(limited) as server:
        summary = end_now(written(tmp_path, okx_rows(2)), server.url, lambda: bool(limiter.released), limiter=limiter)
    assert [result.status for result in summary.results] == ["refused", "not_sent"]
    assert summary.results[0].why == "abandoned after the exchange had refused an attempt"


def test_a_second_keyboard_interrupt_ends_a_sync_run(tmp_path: Path) -> None:
    results: list[Result] = []
    plan, path = written(tmp_path, okx_rows(10)), tmp_path / "run.jsonl"
    slow = leverset_okx.operations.RateLimit(requests=2, seconds=0.5, scope="user")

    def press() -> None:
        wait_until(lambda: len(running.requests()) == 2)
        os.kill(os.getpid(), signal.SIGINT)
        wait_until(finishes)
        os.kill(os.getpid(), signal.SIGINT)

    with sandbox() as running:
        running.fault(exchange="okx", nth=2, times=1, delay_after=1.0)
        with Okx(keys(running), base_url=running.url, rate_limits={NAME: slow}, limiter=Limiter()) as okx:
            pressing = threading.Thread(target=press)
            pressing.start()
            with Journal(path, plan, [okx]) as journal, pytest.raises(KeyboardInterrupt):
                apply(plan, [okx], on_result=results.append, journal=journal, force=True)
            recorded, reported = path.read_bytes(), list(results)
            wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("leverset-plan")])
        assert len(running.requests()) == 2
    assert (path.read_bytes(), results) == (recorded, reported)
    assert sorted(result.status for result in results) == ["applied"] + ["not_sent"] * 8 + ["unknown"]
    assert [json.loads(line)["status"] for line in recorded.splitlines()[2:]] == ["applied", "unknown"]


def test_a_call_that_was_withdrawn_before_its_first_attempt_sends_nothing(tmp_path: Path) -> None:
    [row] = written(tmp_path, okx_rows(1)).rows
    with Raw(silent) as server, Okx(CREDENTIALS, base_url=server.url, limiter=Limiter()) as okx:
        call = okx.new_call()
        call.withdraw()
        with pytest.raises(TransportError, match="it was withdrawn before it could be sent") as caught:
            okx.set_leverage_checked(row.body, call)
    assert (caught.value.outcome, len(caught.value.attempts), call.known) == ("not_sent", 1, "not_sent")
    assert server.arrived == []


def finishes() -> bool:
    """Whether the main thread waits for what was under way when it was interrupted."""
    frame = sys._current_frames()[threading.main_thread().ident or 0]
    called = {each.f_code.co_name: each.f_locals for each, _ in traceback.walk_stack(frame)}
    return bool(called.get("wait", {}).get("idle"))


def test_a_run_for_which_there_are_no_threads_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    module, instead = sys.modules["leverset.plan._workers"], {**vars(threading), "Thread": NoThread}
    with Raw(silent) as server, Okx(CREDENTIALS, base_url=server.url, limiter=Limiter()) as okx:
        plan = written(tmp_path, okx_rows(3))
        monkeypatch.setattr(module, "threading", SimpleNamespace(**instead))
        with pytest.raises(RuntimeError, match="can't start new thread"):
            apply(plan, [okx])
    assert server.arrived == []


def test_the_first_failure_of_a_run_is_raised_at_its_end(tmp_path: Path) -> None:
    with Okx(CREDENTIALS) as okx:
        plan = written(tmp_path, okx_rows(3))
        run = Application(plan, {"okx": okx}, force=True, **GIVEN)
        run.fail(RuntimeError("can't start new thread"))
        run.fail(MemoryError())
        with pytest.raises(RuntimeError, match="can't start new thread"):
            run.summary()
        assert [queue.take() for queue in run.queues] == [None]


def test_a_cancelled_task_abandons_rows_under_way(tmp_path: Path) -> None:
    def cancel(run: asyncio.Task[Summary], _: Stop) -> None:
        run.cancel()

    with sandbox() as running:
        results = asyncio.run(run_with(running, cancel, tmp_path))
        assert sorted(result.status for result in results) == ["applied"] + ["not_sent"] * 8 + ["unknown"]


def test_a_lost_permission_takes_back_waiting_rows(tmp_path: Path) -> None:
    with sandbox() as running:
        running.fault(exchange="okx", nth=2, exchange_code={"code": "50120", "msg": "", "status": 200})

        async def main() -> Summary:
            async with AsyncOkx(keys(running), base_url=running.url, rate_limits={NAME: SLOW}) as okx:
                return await apply_async(written(tmp_path, okx_rows(10)), [okx], force=True)

        summary = asyncio.run(asyncio.wait_for(main(), 10))
        assert summary.counts() == {"applied": 1, "refused": 1, "not_sent": 8}
        assert len(running.requests()) == 2


def test_keyboard_interrupt_finishes_rows_under_way(tmp_path: Path) -> None:
    results: list[Result] = []

    def on_result(result: Result) -> None:
        results.append(result)
        if len(results) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    fast = leverset_okx.operations.RateLimit(requests=1, seconds=0.2, scope="user")
    with sandbox() as running, Okx(keys(running), base_url=running.url, rate_limits={NAME: fast}) as okx:
        before = set(threading.enumerate())
        with pytest.raises(KeyboardInterrupt):
            apply(written(tmp_path, okx_rows(40)), [okx], on_result=on_result, force=True)
        assert len(set(threading.enumerate()) - before) < 20
        assert len(results) == 40
        assert len(running.requests()) < 10
        assert {result.why for result in results if result.status == "not_sent"} == {"interrupted"}


def test_a_response_in_between_resets_the_give_up_count(tmp_path: Path) -> None:
    with Okx(Credentials("key", "secret", "passphrase")) as client:
        rows = written(tmp_path, okx_rows(9)).rows
        queue = ExchangeQueue(client, rows, read=False, send=True)
        no_response = TransportError("no response", reference="leverset/timeout", outcome="unknown")
        for row, error in zip(rows, [no_response, None, no_response, None, no_response], strict=False):
            assert queue.take() is row
            queue.finish(Result(row=row, status="applied") if error is None else result_of(row, error))
            assert not queue.stopped
        assert queue.concurrency == 1
        assert queue.take() is rows[5]
        queue.finish(result_of(rows[5], no_response))
        assert "no response" in queue.stopped
        assert queue.take() is None


def test_a_run_is_idle_when_no_row_is_under_way(tmp_path: Path) -> None:
    with Okx(Credentials("key", "secret", "passphrase")) as client:
        plan = written(tmp_path, okx_rows(1))
        run = Application(plan, {"okx": client}, force=True, **GIVEN)
        [queue] = run.queues
        assert run.take(queue) is plan.rows[0]
        late = threading.Timer(0.1, run.give_up, (queue, plan.rows[0], client.new_call()))
        late.start()
        run.wait(idle=True)
        assert run.summary().counts() == {"not_sent": 1}
        late.join()
