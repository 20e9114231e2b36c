"""Applying reads first, sends what differs, and reads again at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx
from leverset.plan import Journal, Plan, Result, Summary, apply, apply_async
from leverset.sandbox import Sandbox
from tests.plan.rows import bitget_rows, bodies, keys, okx_rows, sandbox, settings, written

Runner = Callable[..., Summary]
LEVERAGE_INFO, ACCOUNT = "/api/v5/account/leverage-info", "/api/v2/mix/account/account"


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def run_sync(plan: Plan, okx: dict[str, Any], bitget: dict[str, Any], **arguments: Any) -> Summary:
    with Okx(**okx) as first, Bitget(**bitget) as second:
        return apply(plan, [first, second], **arguments)


def run_async(plan: Plan, okx: dict[str, Any], bitget: dict[str, Any], **arguments: Any) -> Summary:
    async def main() -> Summary:
        async with AsyncOkx(**okx) as first, AsyncBitget(**bitget) as second:
            return await apply_async(plan, [first, second], **arguments)

    return asyncio.run(main())


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest, exchange: Sandbox) -> Runner:
    def go(plan: Plan, okx: Any = (), bitget: Any = (), **arguments: Any) -> Summary:
        first, second = (settings(exchange, name, credentials=keys(exchange)) for name in ("okx", "bitget"))
        apply_plan: Runner = request.param
        return apply_plan(plan, first | dict(okx), second | dict(bitget), **arguments)

    return go


def hold(exchange: Sandbox, plan: Plan, **changed: Any) -> None:
    """Set every row of a plan from outside, or its fields as they are changed."""
    for row in plan.rows:
        exchange.change_leverage(exchange.account(row.exchange), **{**row.body, **changed})


def reads(exchange: Sandbox) -> int:
    return sum(one["path"] in (LEVERAGE_INFO, ACCOUNT) for one in exchange.requests())


def known(summary: Summary) -> dict[str, int]:
    """How the rows are known, as the summary says it."""
    counts: Any = summary.describe()["confirmed"]
    assert sum(counts.values()) == sum(result.confirmed for result in summary.results)
    return {name: count for name, count in counts.items() if count}


def test_rows_that_hold_are_kept_and_cost_no_request_that_sets(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(30) + bitget_rows(5))
    hold(exchange, plan)
    summary = run(plan)
    assert summary.counts() == {"kept": 35}
    assert summary.complete
    assert {(each.confirmation, each.reported, each.earlier) for each in summary.results} == {
        ("read_back", None, False)
    }
    assert [str(each.observed[0].lever) for each in summary.results[:1]] == ["5"]
    assert len(exchange.requests()) == reads(exchange) == 2 + 5  # and none at the end: nothing was sent
    assert repr(summary).startswith("<Summary 35 kept, in ")
    assert repr(summary.results[0]) == "<Result kept: okx T000-USDT-SWAP isolated long -> 5>"


def test_orders_in_the_way_of_a_row_that_holds(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    """A row that would be refused for its orders is kept: nothing is sent for it."""
    plan = written(tmp_path, okx_rows(2))
    hold(exchange, plan)
    exchange.fault(exchange="okx", times=None, exchange_code={"code": "59000", "msg": "", "status": 200})
    assert run(plan).counts() == {"kept": 2}
    assert bodies(exchange, "okx") == []


def test_only_what_differs_is_sent_and_everything_is_read_at_the_end(
    tmp_path: Path, exchange: Sandbox, run: Runner
) -> None:
    plan = written(tmp_path, okx_rows(25))
    hold(exchange, Plan(path="", rows=plan.rows[:23]))
    summary = run(plan)
    assert summary.counts() == {"kept": 23, "applied": 2}
    assert sorted(bodies(exchange, "okx")) == ["T023-USDT-SWAP", "T024-USDT-SWAP"]
    assert reads(exchange) == 2 + 2
    applied = summary.results[-1]
    assert (applied.confirmation, str(applied.observed[0].lever)) == ("read_back", "5")
    assert applied.reported is not None
    assert known(summary) == {"read_back": 25}


def test_force_sends_everything(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(3))
    hold(exchange, plan)
    assert run(plan, force=True).counts() == {"applied": 3}
    assert (len(bodies(exchange, "okx")), reads(exchange)) == (3, 1)
    assert known(run(plan, {"read_back": "never"}, force=True)) == {"response": 3}
    assert reads(exchange) == 1


def test_a_row_changed_by_somebody_else_during_the_run(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan, results = written(tmp_path, okx_rows(4)), list[Result]()
    hold(exchange, Plan(path="", rows=plan.rows[:2]))

    def on_result(result: Result) -> None:
        results.append(result)
        if result.status == "applied" and len(results) == 4:
            for row in (plan.rows[0], plan.rows[3]):
                exchange.change_leverage(exchange.account("okx"), **{**row.body, "lever": "9"})

    with Okx(**settings(exchange, credentials=keys(exchange))) as okx:
        path = tmp_path / "run.jsonl"
        with Journal(path, plan, [okx]) as journal:
            summary = run(plan, on_result=on_result, journal=journal)
        with Journal(path, plan, [okx]) as journal:
            assert [journal.confirms(row) for row in plan.rows] == [False, True, True, False]
    assert [each.status for each in summary.results] == ["differs", "kept", "applied", "differs"]
    assert [each.row.number for each in results[4:]] == [1, 4]
    first = summary.results[0]
    assert first.error is not None
    assert first.error.summary == "lever 9 holds at the end of the run, where 5 held before"
    assert (first.error.outcome, str(first.observed[0].lever)) == ("differs", "9")
    assert "look for who else sets it" in str(first.error)
    assert not summary.complete
    assert run(plan).counts() == {"kept": 2, "applied": 2}


@pytest.mark.parametrize("code", [{"code": "50013", "msg": "busy", "status": 429}, {"code": "50120", "status": 200}])
def test_a_failed_read_at_the_end_changes_no_result(
    tmp_path: Path, exchange: Sandbox, run: Runner, code: dict[str, Any]
) -> None:
    plan = written(tmp_path, okx_rows(2))
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, nth=2, times=None, exchange_code=code)
    summary = run(plan, {"retries": 0})
    assert summary.counts() == {"applied": 2}
    assert known(summary) == {"response": 2}
    assert summary.stopped == {}


def test_a_doubt_that_is_resolved_at_the_end(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    results: list[Result] = []
    exchange.fault(exchange="okx", status=502, body="<html>")
    exchange.fault(exchange="okx", nth=3, apply=False, status=502, body="<html>")
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, nth=2, status=503, body="<html>")  # the first call reads back
    summary = run(written(tmp_path, okx_rows(3)), {"retries": 0}, on_result=results.append)
    assert [each.status for each in summary.results] == ["applied", "applied", "unknown"]
    assert [(each.row.number, each.status) for each in results if each.row.number == 1] == [
        (1, "unknown"),
        (1, "applied"),
    ]
    assert summary.results[0].confirmation == "read_back"


def test_a_row_that_cannot_be_read_is_sent(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(3))
    hold(exchange, plan)
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, drop=["lever"])  # of the first one
    assert run(plan).counts() == {"applied": 1, "kept": 2}
    assert bodies(exchange, "okx") == ["T000-USDT-SWAP"]


def test_a_key_that_may_not_read_sends_everything(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(30))
    hold(exchange, plan)
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, times=None, exchange_code={"code": "50120", "status": 200})
    summary = run(plan)
    assert summary.counts() == {"applied": 30}
    assert reads(exchange) <= 3


def test_a_single_lost_read_is_no_reason_to_give_up(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(45))
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, status=503, body="<html>")
    summary = run(plan, {"retries": 0})
    assert summary.counts() == {"applied": 45}
    assert bodies(exchange, "okx")[0] == "T020-USDT-SWAP"  # those that could not be read wait for the other reads
