"""Applying a plan to the sandbox, sync and async."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx, OkxAccount
from leverset.plan import Plan, PlanError, Result, Stop, Summary, apply, apply_async
from leverset.sandbox import Sandbox
from tests.plan.rows import bitget_rows, bodies, keys, levers, okx_rows, sandbox, settings, written

Runner = Callable[..., Summary]


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


def test_every_row_is_applied_and_reported(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(30) + bitget_rows(20))
    results: list[Result] = []
    summary = run(plan, on_result=results.append)
    assert summary.complete
    assert summary.counts() == {"applied": 50}
    assert summary.counts("bitget") == {"applied": 20}
    assert sorted(result.row.number for result in results) == list(range(1, 51))
    assert [result.row.number for result in summary.results] == list(range(1, 51))
    assert results[0].reported is not None
    assert (levers(exchange, "okx"), levers(exchange, "bitget")) == (30, 20)
    assert summary.describe()["complete"] is True


def test_a_refused_row_does_not_stop_the_others(tmp_path: Path, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(5, 500) + okx_rows(5).partition("\n")[2].replace("T00", "T10") + bitget_rows(5))
    summary = run(plan)
    assert summary.counts("okx") == {"refused": 5, "applied": 5}
    assert summary.counts("bitget") == {"applied": 5}
    assert not summary.complete
    assert summary.stopped == {}
    refused = summary.results[0]
    assert refused.error is not None
    assert refused.describe()["error"]["reference"] == "okx/59102"
    assert refused.describe()["error"]["fix"]


def test_stop_on_error_stops_both_exchanges(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    # Bitget is slow after its first response, so that it cannot be through before OKX has refused.
    exchange.fault(exchange="bitget", nth=2, times=None, delay_before=0.5)
    summary = run(written(tmp_path, okx_rows(60, 500) + bitget_rows(60)), stop_on_error=True)
    assert summary.counts("okx") == {"refused": 1, "not_sent": 59}
    assert summary.counts("bitget")["not_sent"] > 30
    assert set(summary.counts("bitget")) <= {"applied", "not_sent"}
    assert summary.stopped["bitget"] == "row 1 was not applied"
    assert not summary.interrupted
    assert levers(exchange, "bitget") == summary.counts("bitget").get("applied", 0)


def test_a_plan_with_problems_is_not_sent(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(2) + okx_rows(1).partition("\n")[2])
    with pytest.raises(PlanError, match="1 problem; nothing was sent") as raised:
        run(plan)
    assert [problem.rule for problem in raised.value.problems] == ["plan/duplicate-row"]
    assert "plan/duplicate-row" in str(raised.value)
    with pytest.raises(PlanError, match="2 problems"):
        run(written(tmp_path, okx_rows(2)), {"account": OkxAccount(position_mode="net_mode")})
    assert exchange.requests() == []


def test_an_exchange_without_a_client_is_refused(tmp_path: Path, exchange: Sandbox) -> None:
    with Okx(keys(exchange), **settings(exchange)) as okx, pytest.raises(PlanError, match="no client"):
        apply(written(tmp_path, okx_rows(1) + bitget_rows(1)), [okx])
    assert exchange.requests() == []


def test_sync_apply_refuses_async_clients(tmp_path: Path, exchange: Sandbox) -> None:
    client: Any = AsyncOkx(keys(exchange), **settings(exchange))
    with pytest.raises(PlanError, match="apply needs sync clients, and AsyncOkx is none; nothing was sent") as raised:
        apply(written(tmp_path, okx_rows(2)), [client])
    assert raised.value.reference == "plan/wrong-client"
    assert "give Okx, or call apply_async" in str(raised.value)


def test_async_apply_refuses_sync_clients(tmp_path: Path, exchange: Sandbox) -> None:
    with Bitget(keys(exchange), **settings(exchange, "bitget")) as bitget:
        clients: Any = [bitget]
        with pytest.raises(PlanError, match="apply_async needs async clients, and Bitget is none") as raised:
            asyncio.run(apply_async(written(tmp_path, bitget_rows(2)), clients))
    assert "give AsyncBitget, or call apply" in str(raised.value)
    assert exchange.requests() == []


@pytest.mark.parametrize("wrong", [None, "okx", Okx, object()])
def test_apply_refuses_what_is_no_client(tmp_path: Path, exchange: Sandbox, wrong: Any) -> None:
    with Okx(keys(exchange), **settings(exchange)) as okx, pytest.raises(PlanError, match="needs sync clients"):
        apply(written(tmp_path, okx_rows(2)), [okx, wrong])
    assert exchange.requests() == []


def test_apply_refuses_two_clients_of_one_exchange(tmp_path: Path, exchange: Sandbox) -> None:
    with (
        Okx(keys(exchange), **settings(exchange)) as okx,
        pytest.raises(PlanError, match="two clients of okx; nothing"),
    ):
        apply(written(tmp_path, okx_rows(2)), [okx, okx])
    assert exchange.requests() == []


def test_a_wrong_secret_is_refused_once(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(30) + bitget_rows(10))
    summary = run(plan, {"credentials": keys(exchange, secret="WRONG")})
    assert len(exchange.requests("okx")) == 1
    assert summary.counts("okx") == {"not_sent": 30}
    assert summary.counts("bitget") == {"applied": 10}
    assert summary.stopped.keys() == {"okx"}
    assert summary.stopped["okx"].startswith("okx/50113")
    assert summary.results[1].why == summary.stopped["okx"]
    assert [each.row.number for each in summary.results if each.error is not None] == [1]


@pytest.mark.parametrize(
    ("rows", "code"), [(bitget_rows, "40085"), (bitget_rows, "40084"), (okx_rows, "50007"), (okx_rows, "51024")]
)
def test_an_account_that_is_not_served_gets_one_request(
    tmp_path: Path, exchange: Sandbox, run: Runner, rows: Callable[[int], str], code: str
) -> None:
    name = rows(1).partition(":")[0]
    exchange.fault(exchange=name, times=None, exchange_code={"code": code, "msg": "so it says", "status": 400})
    summary = run(written(tmp_path, rows(12)))
    assert len(bodies(exchange, name)) == 1
    assert summary.counts() == {"refused": 1, "not_sent": 11}
    assert summary.stopped[name].startswith(f"{name}/{code}: ")


@pytest.mark.parametrize(("rows", "code"), [(bitget_rows, "22005"), (okx_rows, "51155"), (okx_rows, "50072")])
def test_what_concerns_one_instrument_does_not_stop_the_others(
    tmp_path: Path, exchange: Sandbox, run: Runner, rows: Callable[[int], str], code: str
) -> None:
    exchange.fault(exchange=rows(1).partition(":")[0], exchange_code={"code": code, "msg": "so it says", "status": 200})
    assert run(written(tmp_path, rows(12))).counts() == {"refused": 1, "applied": 11}


def test_a_key_withdrawn_in_the_middle_stops_its_exchange(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="okx", nth=12, times=None, exchange_code={"code": "50120", "msg": "", "status": 200})
    summary = run(written(tmp_path, okx_rows(100) + bitget_rows(10)))
    assert summary.counts("okx")["applied"] == 11
    assert summary.counts("okx")["not_sent"] > 60
    assert summary.counts("bitget") == {"applied": 10}


def test_an_exchange_out_of_reach_is_given_up(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan = written(tmp_path, okx_rows(50) + bitget_rows(10))
    summary = run(plan, {"base_url": "http://127.0.0.1:1", "retries": 0})
    assert summary.counts("okx") == {"not_sent": 50}
    assert sum(result.error is not None for result in summary.results) == 1
    assert "no response" in summary.stopped["okx"]
    assert summary.counts("bitget") == {"applied": 10}


def test_single_missing_responses_do_not_stop_a_run(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    for nth in (1, 3, 5, 30):  # the later ones count what the earlier ones met, too
        exchange.fault(exchange="okx", nth=nth, times=1, status=200, body="<html>")
    summary = run(written(tmp_path, okx_rows(50)), {"retries": 0, "read_back": "never"})
    assert summary.counts("okx") == {"applied": 46, "unknown": 4}
    assert summary.stopped == {}


def test_a_missing_response_is_read_back(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="okx", nth=1, status=200, body="<html>")
    exchange.fault(exchange="okx", nth=2, apply=False, close="before")
    summary = run(written(tmp_path, okx_rows(3)), {"retries": 0})
    assert summary.counts("okx") == {"applied": 2, "unknown": 1}
    [lost] = [result for result in summary.results if result.status == "unknown"]
    assert lost.error is not None
    assert [str(each.lever) for each in lost.error.observed] == ["3"]


def test_no_change_counts_as_unchanged_and_complete(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="bitget", exchange_code={"code": "40814", "msg": "", "status": 400})
    summary = run(written(tmp_path, bitget_rows(2)), {}, {"read_back": "never"})
    assert summary.counts() == {"unchanged": 1, "applied": 1}
    assert summary.complete


def test_no_change_is_no_confirmation_where_another_value_holds(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="bitget", apply=False, exchange_code={"code": "40814", "msg": "", "status": 400})
    exchange.fault(exchange="bitget", exchange_code={"code": "40814", "msg": "", "status": 400})
    summary = run(written(tmp_path, bitget_rows(2)))
    assert summary.counts() == {"refused": 1, "applied": 1}
    assert not summary.complete


def test_another_reported_value_differs(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="okx", replace={"lever": "3"})
    summary = run(written(tmp_path, okx_rows(2)), {"read_back": "never"})
    assert summary.counts() == {"differs": 1, "applied": 1}


def test_an_error_of_on_result_ends_the_run_and_is_raised(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    results: list[Result] = []

    def fail(result: Result) -> None:
        results.append(result)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(written(tmp_path, okx_rows(50)), on_result=fail)
    assert len(results) == 1
    assert len(exchange.requests()) < 25


def test_an_unexpected_exception_is_unknown_and_raised(
    tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("leverset._client.verify_result", broken)
    results: list[Result] = []
    with pytest.raises(ZeroDivisionError):
        run(written(tmp_path, okx_rows(50)), on_result=results.append)
    assert (results[0].status, results[0].why) == ("unknown", "ZeroDivisionError: a fault")
    assert {result.status for result in results[1:]} == {"not_sent"}


def test_stop_before_the_run_sends_nothing(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    stop = Stop()
    stop()
    summary = run(written(tmp_path, okx_rows(3)), stop=stop)
    assert summary.counts() == {"not_sent": 3}
    assert summary.interrupted
    assert exchange.requests() == []


def test_stop_from_another_thread_finishes_rows_under_way(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    stop = Stop()
    results: list[Result] = []

    def on_result(result: Result) -> None:
        results.append(result)
        if len(results) == 8:
            caller = threading.Thread(target=stop)
            caller.start()
            threads.append(caller)

    threads: list[threading.Thread] = []
    summary = run(written(tmp_path, okx_rows(200)), on_result=on_result, stop=stop)
    for caller in threads:
        caller.join(10)
    assert summary.interrupted
    assert summary.counts().keys() == {"applied", "not_sent"}
    assert summary.counts()["applied"] == levers(exchange, "okx") == len(bodies(exchange, "okx"))
