"""Rows that the account's modes rule out are found while a plan is read, sync and async, and not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx, OkxAccount
from leverset._held import Held
from leverset.errors import RuleViolation
from leverset.plan import Diff, Plan, PlanError, Summary, apply, apply_async, diff, diff_async
from leverset.plan._modes import AccountModes
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS
from tests.clock import Clock, clocked
from tests.plan.rows import LONG, bodies, keys, okx_rows, sandbox, settings, written

CONFIG, LEVERAGE_INFO = "/api/v5/account/config", "/api/v5/account/leverage-info"
NO_SIDE = "  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated}\n"
BITGET = "  - {{symbol: {}, productType: USDT-FUTURES, marginCoin: USDT, leverage: {}}}\n"

Clients = list[Any]
Both = Callable[..., tuple[Diff, Summary]]


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def both(request: pytest.FixtureRequest, exchange: Sandbox) -> Both:
    """Compare a plan, and apply it with what was found, in the same clients."""

    def arguments(name: str, more: Any) -> dict[str, Any]:
        return {**settings(exchange, name, credentials=keys(exchange), account="read"), **more}

    def run_sync(plan: Plan, between: Any = None, okx: Any = (), **more: Any) -> tuple[Diff, Summary]:
        with Okx(**arguments("okx", dict(okx))) as one, Bitget(**arguments("bitget", {})) as two:
            found = diff(plan, [one, two])
            if between:
                between()
            return found, apply(plan, [one, two], found=found, **more)

    def run_async(plan: Plan, between: Any = None, okx: Any = (), **more: Any) -> tuple[Diff, Summary]:
        async def main() -> tuple[Diff, Summary]:
            async with AsyncOkx(**arguments("okx", dict(okx))) as one, AsyncBitget(**arguments("bitget", {})) as two:
                found = await diff_async(plan, [one, two])
                if between:
                    between()
                return found, await apply_async(plan, [one, two], found=found, **more)

        return asyncio.run(main())

    return run_sync if request.param == "sync" else run_async


def paths(exchange: Sandbox) -> list[str]:
    return [str(one["path"]) for one in exchange.requests()]


def test_they_are_found_by_one_read_of_the_account_and_not_sent(tmp_path: Path, exchange: Sandbox, both: Both) -> None:
    plan = written(tmp_path, f"okx:\n{NO_SIDE}{NO_SIDE.replace('BTC', 'ETH')}  - {LONG.replace('BTC', 'SOL')}\n")
    found, summary = both(plan)
    assert [each.status for each in found.differences] == ["ruled_out", "ruled_out", "differs"]
    first = found.differences[0]
    assert isinstance(first.error, RuleViolation)
    assert repr(first) == f"<Difference ruled_out: okx BTC-USDT-SWAP isolated ({first.why})>"
    assert (first.current, first.error.outcome) == ("3", "not_sent")
    target: Any = first.error.describe()["target"]
    assert (target["environment"], target["host"]) == ("sandbox", exchange.url.removeprefix("http://"))
    assert target["request"] == dict(plan.rows[0].body)
    assert [each.status for each in summary.results] == ["not_sent", "not_sent", "applied"]
    assert [each.error.violations[0].rule for each in summary.results[:2] if isinstance(each.error, RuleViolation)] == [
        "okx/hedge-isolated-needs-side"
    ] * 2
    assert [str(each.lever) for each in summary.results[0].observed] == ["3", "3"]
    assert bodies(exchange, "okx") == ["SOL-USDT-SWAP"]
    assert paths(exchange).count(CONFIG) == 1


def test_a_row_that_holds_needs_no_modes(tmp_path: Path, exchange: Sandbox, both: Both) -> None:
    for side in ("long", "short"):
        account = exchange.account("okx")
        exchange.change_leverage(account, instId="BTC-USDT-SWAP", lever="5", mgnMode="isolated", posSide=side)
    found, summary = both(written(tmp_path, f"okx:\n{NO_SIDE}"))
    assert found.as_wanted
    assert summary.counts() == {"kept": 1}
    assert paths(exchange) == [LEVERAGE_INFO]  # it is read once for both


def test_a_client_that_asks_nobody_reads_no_modes(tmp_path: Path, exchange: Sandbox) -> None:
    with Okx(**settings(exchange, credentials=keys(exchange))) as okx:
        [each] = diff(written(tmp_path, f"okx:\n{NO_SIDE}"), [okx]).differences
    assert each.status == "differs"
    assert paths(exchange) == [LEVERAGE_INFO]


def test_each_symbol_has_modes_of_its_own(tmp_path: Path, exchange: Sandbox, both: Both) -> None:
    rows = BITGET.format("BTCUSDT", 20) + BITGET.format("ETHUSDT", 10) + BITGET.format("SOLUSDT", 20)
    found, _ = both(written(tmp_path, f"bitget:\n{rows}"))
    assert [each.status for each in found.differences] == ["ruled_out", "as_wanted", "ruled_out"]
    assert bodies(exchange, "bitget") == []
    # The modes come with the leverages; what was kept is read again at the end.
    assert len(exchange.requests("bitget")) == 3 + 1


@pytest.mark.parametrize("refused", [True, False])
def test_modes_that_cannot_be_read_rule_out_nothing(
    tmp_path: Path, exchange: Sandbox, both: Both, refused: bool
) -> None:
    exchange.fault(path=CONFIG, times=None, status=503, body="<html></html>")
    if refused:
        exchange.fault(path=CONFIG, times=None, exchange_code={"code": "50030", "msg": "no", "status": 200})
    found, summary = both(written(tmp_path, f"okx:\n{NO_SIDE}"), okx={"retries": 0})
    assert found.counts() == {"differs": 1}
    assert summary.counts() == {"refused": 1}  # by the exchange
    assert paths(exchange).count(CONFIG) == 1


def test_a_run_ends_at_the_first_of_them_where_that_is_wanted(tmp_path: Path, exchange: Sandbox, both: Both) -> None:
    _, summary = both(written(tmp_path, f"okx:\n{NO_SIDE}  - {LONG.replace('BTC', 'SOL')}\n"), stop_on_error=True)
    assert summary.counts() == {"not_sent": 2}
    assert summary.stopped == {"okx": "row 1 was not applied"}


def test_what_was_found_is_not_read_again_and_all_of_it_at_the_end(
    tmp_path: Path, exchange: Sandbox, both: Both
) -> None:
    other = BITGET.format("BTCUSDT", 10)
    plan, account = written(tmp_path, f"{okx_rows(2)}bitget:\n{other}"), exchange.account("bitget")
    exchange.change_leverage(exchange.account("okx"), **dict(plan.rows[1].body))

    def change() -> None:
        body = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "holdSide": "long"}
        exchange.change_leverage(account, **body, leverage="7")

    found, summary = both(plan, between=change)
    assert [each.status for each in found.differences] == ["differs", "as_wanted", "as_wanted"]
    assert [each.status for each in summary.results] == ["applied", "kept", "differs"]
    assert bodies(exchange, "okx") == ["T000-USDT-SWAP"]
    assert bodies(exchange, "bitget") == []  # nobody was shown that it is
    assert paths(exchange).count(LEVERAGE_INFO) == 2


def test_what_could_not_be_read_is_read_then(tmp_path: Path, exchange: Sandbox, both: Both) -> None:
    plan = written(tmp_path, okx_rows(2))
    for row in plan.rows:
        exchange.change_leverage(exchange.account("okx"), **row.body)
    exchange.fault(path=LEVERAGE_INFO, status=503, body="<html></html>")
    found, summary = both(plan, okx={"retries": 0})
    assert found.counts() == {"unreadable": 2}
    assert summary.counts() == {"kept": 2}


def test_a_comparison_of_other_rows_is_refused(tmp_path: Path, exchange: Sandbox) -> None:
    with Okx(**settings(exchange, credentials=keys(exchange))) as okx:
        found = diff(written(tmp_path, okx_rows(2)), [okx])
        with pytest.raises(PlanError, match="not of the rows of") as raised:
            apply(written(tmp_path, okx_rows(3)), [okx], found=found)
    assert raised.value.reference == "plan/wrong-comparison"
    assert bodies(exchange, "okx") == []


def test_modes_that_a_client_has_read_before_rule_out_single_rows(tmp_path: Path, exchange: Sandbox) -> None:
    """A plan with such a row was refused as a whole, and for ever, where the client knew the modes already."""
    plan = written(tmp_path, f"okx:\n{NO_SIDE}  - {LONG.replace('BTC', 'SOL')}\n")
    with Okx(**settings(exchange, credentials=keys(exchange), account="read")) as okx:
        okx.read_account()
        assert apply(plan, [okx]).counts() == {"not_sent": 1, "applied": 1}


@pytest.mark.parametrize("account", ["read", None])
def test_what_the_clients_own_configuration_rules_out_refuses_the_plan(
    tmp_path: Path, exchange: Sandbox, account: Any
) -> None:
    row = "{symbol: SBTCSUSDT, productType: SUSDT-FUTURES, marginCoin: SUSDT, leverage: 5, holdSide: long}"
    arguments = settings(exchange, "bitget", credentials=keys(exchange), account=account, demo=True)
    with Bitget(**arguments) as bitget, pytest.raises(PlanError) as raised:
        apply(written(tmp_path, f"bitget:\n  - {row}\n"), [bitget])
    assert [each.rule for each in raised.value.problems] == ["bitget/one-demo"]
    assert exchange.requests() == []


def test_modes_that_are_out_of_date_are_asked_for_again_in_the_same_run(tmp_path: Path) -> None:
    clock = Clock()
    plan = written(tmp_path, f"okx:\n{NO_SIDE}{NO_SIDE.replace('BTC', 'ETH')}")
    with clocked(Okx, monotonic=clock)(CREDENTIALS, account="read") as client:
        modes = AccountModes(client, plan.rows)
        held = {row.number: Held(leverages=(SimpleNamespace(lever=Decimal(3)),)) for row in plan.rows}
        for number in (1, 2):
            assert modes.ready({number: held[number]}) == {}
            assert len(modes) == 1
            batch = modes.take()
            assert batch is not None
            assert (modes.is_own(batch), modes.take()) == (True, None)
            client._keep_account({}, OkxAccount(position_mode="long_short_mode", source="the exchange"))
            assert modes.finish(batch, None) == {number: held[number]}
            assert modes.ready(held) == held
            clock.now += 10.0
