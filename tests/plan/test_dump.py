"""A plan that is written is read as the same plan, whatever its texts are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from leverset import BitgetAccount, OkxAccount
from leverset.plan import Accounts, Plan, Row, dump
from tests.plan.rows import LONG, PERP, written

TEXTS = [
    "BTC-USDT",
    "1INCH-USDT",
    "no",
    "Y",
    "null",
    "~",
    "",
    "5",
    "1e3",
    "0x10",
    "1:30",
    "- a",
    "a: b",
    "a # b",
    "#",
    "{x}",
    "[x]",
    '"quoted"',
    "'",
    "\\",
    "a\nb",
    "\u2028",
    "\u00a0",
    "杠杆-USDT",
    "\U0001f600",
    "\U000e0001",
    "&a",
    "*a",
    "!x",
    "%",
    "@",
    "`",
    "=",
    "<<",
    "a,b",
    "2026-11-30",
    "_",
]


def plan_of(*bodies: tuple[str, dict[str, object]], **more: Any) -> Plan:
    rows = (
        Row(number=number, line=number, exchange=exchange, body=body)
        for number, (exchange, body) in enumerate(bodies, start=1)
    )
    return Plan(path="here", rows=tuple(rows), **more)


def rows(plan: Plan) -> list[tuple[str, dict[str, object]]]:
    return [(row.exchange, dict(row.body)) for row in plan.rows]


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    plan = plan_of(("okx", {"instId": text, "lever": "5", "mgnMode": text}))
    assert rows(written(tmp_path, dump(plan))) == rows(plan)
    assert yaml.safe_load(dump(plan))["okx"][0]["instId"] == text


@pytest.mark.parametrize("lever", ["5", "0.01", "2.50", "125", "0", "1.234567890123456789", "9" * 40, "1" * 30 + ".5"])
@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_every_number_is_exact(tmp_path: Path, lever: str, form: Any) -> None:
    plan = plan_of(("okx", {"instId": "BTC-USDT", "lever": lever, "mgnMode": "cross"}))
    assert rows(written(tmp_path, dump(plan, format=form), f"plan.{form}")) == rows(plan)


def test_plain_numbers_have_no_quotes() -> None:
    plan = plan_of(("okx", {"instId": "5", "lever": "12.5"}), ("okx", {"instId": True, "lever": 5}))
    assert dump(plan) == 'okx:\n  - {instId: "5", lever: 12.5}\n  - {instId: "True", lever: 5}\n'


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_a_plan_for_two_exchanges_keeps_the_order_of_each(tmp_path: Path, form: Any) -> None:
    accounts = Accounts(
        okx=OkxAccount(uid="7", position_mode="net_mode"),
        bitget=BitgetAccount(margin_mode="crossed", source="the exchange"),
    )
    plan = written(tmp_path, f"bitget:\n  - {PERP}\nokx:\n  - {LONG}\n  - {LONG.replace('BTC', 'ETH')}\n")
    plan = Plan(path=plan.path, rows=plan.rows, accounts=accounts)
    again = written(tmp_path, dump(plan, format=form, head="a\nb", remarks=["c\x1b", "d"]), f"plan.{form}")
    assert (rows(again), again.problems) == (rows(plan), ())
    if form == "yaml":
        assert again.accounts == accounts
        lines = dump(plan, head="a\nb", remarks=["c\x1b", "d"]).splitlines()
        assert (lines[0], lines[-2:]) == ("# a b", ["# c ", "# d"])


def test_a_table_that_is_not_whole_is_no_plan(tmp_path: Path) -> None:
    plan = plan_of(("okx", {"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"}))
    again = written(tmp_path, dump(plan, format="csv", remarks=["not read: x, y"], whole=False), "plan.csv")
    assert [(each.line, each.rule) for each in again.problems] == [(3, "plan/exchange-known")]


def test_a_plan_without_rows() -> None:
    assert dump(plan_of()) == ""
    assert dump(plan_of(), format="csv") == "exchange\n"
