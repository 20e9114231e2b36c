"""A plan compared with what holds, sync and async."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx, OkxAccount
from leverset.plan import Diff, Difference, Plan, PlanError, Stop, diff, diff_async
from leverset.sandbox import Sandbox
from tests.plan.rows import bitget_rows, keys, okx_rows, sandbox, settings, written
from tests.processes import until

Runner = Callable[..., Diff]
LEVERAGE_INFO, ACCOUNT = "/api/v5/account/leverage-info", "/api/v2/mix/account/account"


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def run_sync(plan: Plan, okx: dict[str, Any], bitget: dict[str, Any], **arguments: Any) -> Diff:
    with Okx(**okx) as first, Bitget(**bitget) as second:
        return diff(plan, [first, second], **arguments)


def run_async(plan: Plan, okx: dict[str, Any], bitget: dict[str, Any], **arguments: Any) -> Diff:
    async def main() -> Diff:
        async with AsyncOkx(**okx) as first, AsyncBitget(**bitget) as second:
            return await diff_async(plan, [first, second], **arguments)

    return asyncio.run(main())


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest, exchange: Sandbox) -> Runner:
    def go(plan: Plan, okx: Any = (), bitget: Any = (), **arguments: Any) -> Diff:
        first, second = (settings(exchange, name, credentials=keys(exchange)) for name in ("okx", "bitget"))
        compare: Runner = request.param
        return compare(plan, first | dict(okx), second | dict(bitget), **arguments)

    return go


def statuses(found: Diff) -> list[str]:
    return [each.status for each in found.differences]


def test_every_row_is_compared_and_nothing_is_sent(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    plan, seen = written(tmp_path, okx_rows(45) + bitget_rows(3)), list[Difference]()
    body = dict(plan.rows[40].body)
    exchange.change_leverage(exchange.account("okx"), **body)
    found = run(plan, on_difference=seen.append)
    assert statuses(found) == ["differs"] * 40 + ["as_wanted"] + ["differs"] * 7
    assert sorted(each.row.number for each in seen) == list(range(1, 49))
    assert found.counts("okx") == {"differs": 44, "as_wanted": 1}
    assert not found.as_wanted
    assert [(each.current, each.why, each.error) for each in found.differences[39:41]] == [
        ("3", "", None),
        ("5", "", None),
    ]
    paths = [(one["method"], one["path"]) for one in exchange.requests()]
    assert sorted(paths) == [("GET", ACCOUNT)] * 3 + [("GET", LEVERAGE_INFO)] * 3


def test_a_row_about_both_sides_holds_only_if_both_do(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    usual = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
    account = exchange.account("bitget")
    exchange.change_leverage(account, **usual, leverage="7", holdSide="long")
    fields = ", ".join(f"{name}: {value}" for name, value in {**usual, "leverage": 7}.items())
    plan = written(tmp_path, f"bitget:\n  - {{{fields}}}\n")
    [each] = run(plan).differences
    assert (each.status, each.current) == ("differs", "7, 10")
    exchange.change_leverage(account, **usual, leverage="7", holdSide="short")
    found = run(plan)
    assert found.as_wanted
    assert len(found.differences[0].leverages) == 2


def test_what_the_exchange_does_not_name_is_unreadable(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, times=None, drop=["lever"])
    [each] = run(written(tmp_path, okx_rows(1))).differences
    assert (each.status, each.why, each.error) == ("unreadable", "the exchange names no leverage for it", None)


def test_one_bad_name_makes_no_other_row_unreadable(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    refused = {"code": "51001", "msg": "Instrument ID does not exist", "status": 200}
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, exchange_code=refused)
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, nth=2, exchange_code=refused)
    found = run(written(tmp_path, okx_rows(20)))
    assert found.counts() == {"differs": 19, "unreadable": 1}
    [bad] = [each for each in found.differences if each.status == "unreadable"]
    assert bad.error is not None
    described: Any = bad.describe()["error"]
    assert (described["reference"], described["outcome"]) == ("okx/51001", "refused")
    assert described["fix"]


def test_a_dead_exchange_ends_soon_beside_a_healthy_one(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    exchange.fault(exchange="bitget", path=ACCOUNT, times=None, status=503, body="<html>")
    found = run(written(tmp_path, okx_rows(30) + bitget_rows(300)), {}, {"retries": 0})
    assert found.counts("okx") == {"differs": 30}
    assert found.counts("bitget") == {"unreadable": 300}
    assert len(exchange.requests("bitget")) == 2
    assert all(each.error is not None for each in found.differences[30:])


def test_a_wrong_secret_is_refused_once(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    found = run(written(tmp_path, okx_rows(60)), {"credentials": keys(exchange, secret="WRONG")})
    assert found.counts() == {"unreadable": 60}
    assert len(exchange.requests()) == 1
    assert "WRONG" not in repr(found.differences) + str(found.differences[0].error)


def test_an_early_end_leaves_rows_unread(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    stop = Stop()
    seen: list[Difference] = []

    def on_difference(each: Difference) -> None:
        seen.append(each)
        if len(seen) == 1:
            caller = threading.Thread(target=stop)
            caller.start()
            caller.join(0)

    found = run(written(tmp_path, bitget_rows(300)), on_difference=on_difference, stop=stop)
    assert found.interrupted
    assert len(found.differences) == len(seen) == 300
    assert {each.why for each in found.differences if not each.leverages} == {"it was not read: the run ended before"}
    assert len(exchange.requests()) < 300


def test_an_error_of_on_difference_is_raised(tmp_path: Path, run: Runner) -> None:
    def fail(_: Difference) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(written(tmp_path, okx_rows(50)), on_difference=fail)


def test_a_plan_with_problems_and_wrong_clients_are_refused(tmp_path: Path, exchange: Sandbox, run: Runner) -> None:
    with pytest.raises(PlanError, match="2 problems; nothing was sent"):
        run(written(tmp_path, okx_rows(2)), {"account": OkxAccount(position_mode="net_mode")})
    clients: Any = [AsyncOkx(keys(exchange), **settings(exchange))]
    with pytest.raises(PlanError, match="diff needs sync clients, and AsyncOkx is none"):
        diff(written(tmp_path, okx_rows(2)), clients)
    assert exchange.requests() == []


def test_a_fault_of_the_program_is_raised(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("leverset.okx._reads.decimal", broken)
    with pytest.raises(ZeroDivisionError, match="a fault"):
        run(written(tmp_path, okx_rows(50)))


def test_a_cancelled_comparison_is_cancelled(tmp_path: Path, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, delay_after=60)

    async def main() -> None:
        async with AsyncOkx(keys(exchange), **settings(exchange)) as okx:
            comparing = asyncio.create_task(diff_async(written(tmp_path, okx_rows(2)), [okx]))
            while not exchange.requests():  # noqa: ASYNC110 - the sandbox is another thread, and knows no event
                await asyncio.sleep(0.01)
            comparing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(comparing, 10)

    asyncio.run(main())


def test_ctrl_c_ends_a_comparison(tmp_path: Path, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, delay_after=0.3)

    def press() -> None:
        until(lambda: bool(exchange.requests()))
        os.kill(os.getpid(), signal.SIGINT)

    pressing = threading.Thread(target=press)
    with Okx(keys(exchange), **settings(exchange)) as okx:
        pressing.start()
        with pytest.raises(KeyboardInterrupt):
            diff(written(tmp_path, okx_rows(100)), [okx])
        pressing.join()
    assert len(exchange.requests()) == 1


def test_short_readable_texts(tmp_path: Path, exchange: Sandbox) -> None:
    plan = written(tmp_path, okx_rows(2))
    exchange.change_leverage(exchange.account("okx"), **dict(plan.rows[1].body))
    with Okx(keys(exchange), **settings(exchange)) as okx:
        found = diff(plan, [okx])
    assert repr(found).startswith("<Diff 1 as_wanted, 1 differs, in 0.")
    assert [repr(each) for each in found.differences] == [
        "<Difference differs: okx T000-USDT-SWAP isolated long 3 -> 5>",
        "<Difference as_wanted: okx T001-USDT-SWAP isolated long 5>",
    ]
    unread = Difference(row=plan.rows[0], status="unreadable", why="no response")
    assert repr(unread) == "<Difference unreadable: okx T000-USDT-SWAP isolated long (no response)>"
    assert repr(Diff(differences=(), seconds=1.25, interrupted=True)) == "<Diff no rows, interrupted, in 1.2 s>"
    described = found.describe()
    assert described.pop("seconds")
    counts = {"as_wanted": 1, "differs": 1, "ruled_out": 0, "unreadable": 0}
    assert described == {"rows": 2, "as_wanted": False, "counts": counts, "interrupted": False}
