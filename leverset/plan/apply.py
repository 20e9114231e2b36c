"""Apply a plan: all exchanges side by side, each at the full rate of its limits, sync and async."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leverset._client import AsyncClient, SyncClient
from leverset.plan._application import Application, OnResult
from leverset.plan._clients import by_exchange
from leverset.plan._journal import Journal
from leverset.plan._model import Plan
from leverset.plan._outcome import Summary
from leverset.plan._workers import Stop, run_in_loop, run_in_threads
from leverset.plan.diff import Diff


def apply(
    plan: Plan,
    clients: Iterable[SyncClient[Any, Any, Any, Any]],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
    force: bool = False,
    found: Diff | None = None,
) -> Summary:
    """Check a plan, read what holds, send the rows that differ, and read again what holds then.

    Rows that hold already are `kept`. A row that cannot be read is sent. One that the account's modes rule out, as the
    exchange says them to a client with `account="read"`, is `not_sent`. Once an exchange's rows are done, and one of
    them was sent, all of its rows are read again: one that was changed meanwhile is `differs`, with another call of
    `on_result`, and one whose outcome was in doubt may turn out to hold. Where that read fails, results stay as they
    are; each result's `confirmation` says how its leverage is known. A client with `read_back="never"` does not read at
    the end. An exchange that offers no reads has all of its rows sent.

    A row that is not confirmed does not stop the others. An exchange is given up where all of its rows would end in
    the same way (key, signature, permission, environment, clock, an account that the API does not serve), and after
    GIVE_UP_AFTER rows or reads in succession without a response; the others go on. After an early end (`stop`, or
    KeyboardInterrupt) rows that already wait for a slot are still sent, at most twice the limit's number. A second
    KeyboardInterrupt does not wait for them: what has not left this machine is not sent, and what may have is
    `unknown`.

    Args:
        plan: The plan.
        clients: One client for every exchange that the plan has rows for.
        on_result: Called with every Result as it comes, one at a time, from the threads that send.
        journal: Records the outcomes, and says which rows an earlier run has applied.
        stop_on_error: Ends the run at the first row that is not confirmed.
        stop: Ends the run early when it is called.
        force: Sends every row, whether it holds already or not; nothing is read before.
        found: What `diff` returned for this plan just before, such as what somebody was shown and has agreed to: its
            rows are not read again before, and none is sent that held then. What could not be read is read. Where a row
            differed, all of them are read again at the end. Default: None, every row is read.

    Returns:
        The result of every row.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, clients that cannot be used, or a
            comparison of other rows; nothing was sent.
        JournalError: The journal was opened for another environment or account: nothing was sent. Or it cannot be
            written any more: what was under way is finished first.
        BaseException: What `on_result` raises; what was under way is finished first.
    """
    run = Application(
        plan,
        by_exchange(clients, SyncClient, "apply"),
        on_result=on_result,
        journal=journal,
        stop_on_error=stop_on_error,
        force=force,
        found=found,
    )
    try:
        interrupted = run_in_threads(run, stop)
    except BaseException:
        run.summary()
        raise
    summary = run.summary()
    if interrupted is not None:
        raise interrupted
    return summary


async def apply_async(
    plan: Plan,
    clients: Iterable[AsyncClient[Any, Any, Any, Any]],
    *,
    on_result: OnResult | None = None,
    journal: Journal | None = None,
    stop_on_error: bool = False,
    stop: Stop | None = None,
    force: bool = False,
    found: Diff | None = None,
) -> Summary:
    """Check a plan, read what holds, send the rows that differ, and read again what holds then, awaited.

    Like `apply`, with two differences. An early end also takes back the rows of which nothing has left this machine
    (they wait for a slot, or for a connection); only the others are finished. Where the task is cancelled, what is
    under way is abandoned, and `on_result` is called for those rows with what is known of them: `unknown` where the
    request may have left this machine.

    Args:
        plan: The plan.
        clients: One async client for every exchange that the plan has rows for.
        on_result: Called with every Result in the event loop; it is not awaited.
        journal: Records the outcomes, and says which rows an earlier run has applied.
        stop_on_error: Ends the run at the first row that is not confirmed.
        stop: Ends the run early when it is called.
        force: Sends every row, whether it holds already or not; nothing is read before.
        found: What `diff` returned for this plan just before, such as what somebody was shown and has agreed to: its
            rows are not read again before, and none is sent that held then. What could not be read is read. Where a row
            differed, all of them are read again at the end. Default: None, every row is read.

    Returns:
        The result of every row.

    Raises:
        PlanError: The plan has problems, rows for an exchange without a client, clients that cannot be used, or a
            comparison of other rows; nothing was sent.
        JournalError: The journal was opened for another environment or account: nothing was sent. Or it cannot be
            written any more: what was under way is finished first.
        BaseException: What `on_result` raises; what was under way is finished first.
    """
    run = Application(
        plan,
        by_exchange(clients, AsyncClient, "apply"),
        on_result=on_result,
        journal=journal,
        stop_on_error=stop_on_error,
        force=force,
        found=found,
    )
    cancelled = await run_in_loop(run, stop)
    summary = run.summary()
    if cancelled is not None:
        raise cancelled
    return summary
