"""Who said how an account is set up: the plan, the caller, the exchange; and what a run reads back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset import AsyncOkx, BitgetAccount, Okx, OkxAccount
from leverset.plan import Accounts, Journal, Plan, PlanError, Summary, apply, apply_async, check, load
from leverset.sandbox import Sandbox
from tests.plan.rows import LONG, bodies, keys, okx_rows, only, sandbox, settings, written

NO_SIDE = "  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated}\n"
CROSS = "  - {instId: ETH-USDT-SWAP, lever: 5, mgnMode: cross}\n"


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def asking(request: pytest.FixtureRequest, exchange: Sandbox) -> Any:
    """Apply a plan with a client that asks for the account."""
    arguments = settings(exchange, credentials=keys(exchange), account="read")

    def run_sync(plan: Plan, **more: Any) -> Summary:
        with Okx(**arguments) as okx:
            return apply(plan, [okx], **more)

    def run_async(plan: Plan, **more: Any) -> Summary:
        async def main() -> Summary:
            async with AsyncOkx(**arguments) as okx:
                return await apply_async(plan, [okx], **more)

        return asyncio.run(main())

    return run_sync if request.param == "sync" else run_async


def test_a_row_that_the_account_rules_out_is_not_sent(tmp_path: Path, exchange: Sandbox, asking: Any) -> None:
    summary = asking(written(tmp_path, f"okx:\n{NO_SIDE}{CROSS}"))
    first, second = summary.results
    assert (first.status, second.status) == ("not_sent", "applied")
    [violation] = first.describe()["error"]["violations"]
    assert violation["rule"] == "okx/hedge-isolated-needs-side"
    assert violation["why"].endswith("because the exchange says long_short_mode")
    assert bodies(exchange, "okx") == ["ETH-USDT-SWAP"]
    assert summary.stopped == {}


def test_what_the_plan_says_of_its_account_still_counts(tmp_path: Path, exchange: Sandbox, asking: Any) -> None:
    with pytest.raises(PlanError) as raised:
        asking(written(tmp_path, f"accounts: {{okx: {{position_mode: net_mode}}}}\nokx:\n  - {LONG}\n"))
    [problem] = raised.value.problems
    assert problem.violation.why.endswith("because the plan says net_mode")
    assert exchange.requests() == []


@pytest.mark.parametrize(
    ("above", "source"),
    [
        (None, "the plan"),
        (OkxAccount(uid=None), "the plan"),
        (OkxAccount(position_mode="net_mode"), "account="),
        (OkxAccount(position_mode="net_mode", source="the command line"), "the command line"),
        (OkxAccount(level="spot", source="the command line"), "the plan with the command line"),
        (OkxAccount(level="spot", source="the plan"), "the plan"),
    ],
)
def test_each_rule_names_who_said_what_it_relies_on(tmp_path: Path, above: OkxAccount | None, source: str) -> None:
    plan = written(tmp_path, f"accounts: {{okx: {{position_mode: net_mode}}}}\nokx:\n  - {LONG}\n")
    assert only(check(plan, Accounts(okx=above))).violation.why.endswith(f"because {source} says net_mode")


def test_who_said_it_is_no_key_of_a_plan(tmp_path: Path) -> None:
    plan = written(tmp_path, f"accounts: {{okx: {{source: the exchange}}}}\nokx:\n  - {LONG}\n")
    assert only(check(plan)).rule == "plan/key-known"
    assert plan.accounts.get("okx") is None or plan.accounts.get("okx").source == "the plan"
    both = Accounts(bitget=BitgetAccount(position_mode="hedge_mode")).over(
        Accounts(bitget=BitgetAccount(margin_mode="isolated", source="the plan"))
    )
    assert both.get("bitget") == BitgetAccount(position_mode="hedge_mode", margin_mode="isolated")
    assert both.get("bitget").source == "the plan with account="


def test_a_lost_answer_that_is_read_back_is_applied_and_journalled_so(
    tmp_path: Path, exchange: Sandbox, asking: Any
) -> None:
    exchange.fault(exchange="okx", times=None, close="after", status=502, body="<html></html>")
    summary = asking(written(tmp_path, okx_rows(1)))
    [result] = summary.results
    described = result.describe()
    assert (result.status, described["confirmed"], described["reported"]) == ("applied", "read_back", None)
    assert described["observed"] == [
        {"lever": "5", "mgn_mode": "isolated", "inst_id": "T000-USDT-SWAP", "ccy": None, "pos_side": "long"}
    ]


def test_the_journal_keeps_how_a_leverage_is_known(tmp_path: Path, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", times=None, close="after", status=502, body="<html></html>")
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with Okx(**settings(exchange, credentials=keys(exchange))) as okx:
        for status, earlier in (("applied", False), ("kept", True)):
            with Journal(path, plan, [okx]) as journal:
                [result] = apply(plan, [okx], journal=journal).results
            assert (result.status, result.confirmation, result.earlier) == (status, "read_back", earlier)
        _, _, line, _ = path.read_text().splitlines()
        entry = json.loads(line)
        assert (entry["confirmed"], entry["observed"][0]["lever"]) == ("read_back", "5")


def test_what_was_read_of_an_unknown_row(tmp_path: Path, exchange: Sandbox, asking: Any) -> None:
    exchange.fault(exchange="okx", times=None, apply=False, close="after", status=502, body="<html></html>")
    [result] = asking(written(tmp_path, okx_rows(1))).results
    described = result.describe()
    assert (described["status"], described["confirmed"], described["reported"]) == ("unknown", None, None)
    assert [each["lever"] for each in described["observed"]] == ["3"]
    exchange.fault(exchange="okx", path="/api/v5/account/leverage-info", times=None, status=503, body="")
    [result] = asking(written(tmp_path, okx_rows(1))).results
    assert (result.status, result.describe()["observed"]) == ("unknown", [])
    assert "503" in str(result.describe()["error"]["read_failure"])


def test_the_maximum_of_a_refusal(tmp_path: Path, exchange: Sandbox, asking: Any) -> None:
    [result] = asking(written(tmp_path, okx_rows(1, 500))).results
    assert (result.describe()["error"]["reference"], result.describe()["error"]["maximum"]) == ("okx/59102", "125")
    assert load(tmp_path / "plan.yaml").rows == (result.row,)
