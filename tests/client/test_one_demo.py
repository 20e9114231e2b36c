"""Bitget has two ways of demo trading: a header, and product types. Both at once are refused, one is not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from leverset import AsyncBitget, Bitget, RuleViolation
from leverset.plan import PlanError, apply, check
from tests.caller import CREDENTIALS
from tests.plan.rows import only, written

DEMO: dict[str, Any] = {"symbol": "SBTCSUSDT", "productType": "SUSDT-FUTURES", "marginCoin": "SUSDT", "leverage": "5"}
USUAL: dict[str, Any] = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "5"}
TEXT = """error[bitget/one-demo]: these are both ways of demo trading at once
  --> bitget POST /api/v2/mix/account/set-leverage, SBTCSUSDT SUSDT, leverage 5, productType="SUSDT-FUTURES"
  why:   SUSDT-FUTURES is demo trading by itself, and demo=True sends paptrading: 1 besides
  fix:   give productType USDT-FUTURES and its symbol, or leave demo out
  docs:  https://www.bitget.com/api-doc/contract/account/Change-Leverage"""


def test_both_ways_at_once_are_refused_before_anything_is_sent() -> None:
    with Bitget(CREDENTIALS, demo=True) as client, pytest.raises(RuleViolation) as caught:
        client.set_leverage_from(DEMO)
    assert str(only_violation(caught.value)) == TEXT

    async def refused() -> RuleViolation:
        async with AsyncBitget(CREDENTIALS, demo=True) as client:
            with pytest.raises(RuleViolation) as raised:
                await client.set_leverage_from(DEMO)
        return raised.value

    assert str(only_violation(asyncio.run(refused()))) == TEXT


def only_violation(error: RuleViolation) -> object:
    [violation] = error.violations
    return violation


def test_each_way_by_itself_passes() -> None:
    with Bitget(CREDENTIALS, demo=True) as client:
        assert client.violations(USUAL) == ()
    with Bitget(CREDENTIALS) as client:
        assert client.violations(DEMO) == ()
        assert client.violations(USUAL) == ()


def test_a_wrong_product_type_is_no_demo() -> None:
    with Bitget(CREDENTIALS, demo=True) as client:
        assert [each.rule for each in client.violations({**USUAL, "productType": []})] == ["bitget/product-type-known"]


def test_a_plan_for_a_demo_client_is_refused_as_a_whole(tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        "bitget:\n"
        "  - {symbol: SBTCSUSDT, productType: SUSDT-FUTURES, marginCoin: SUSDT, leverage: 5}\n"
        "  - {symbol: BTCUSDT, productType: USDT-FUTURES, marginCoin: usdt, leverage: 5}\n",
    )
    assert [each.rule for each in check(plan)] == ["bitget/margin-coin-capitalised"]
    with Bitget(CREDENTIALS, demo=True) as client, pytest.raises(PlanError) as caught:
        apply(plan, [client])
    assert [(each.line, each.row, each.rule) for each in caught.value.problems] == [
        (2, 1, "bitget/one-demo"),
        (3, 2, "bitget/margin-coin-capitalised"),
    ]
    right = written(tmp_path, "bitget:\n  - {symbol: X, productType: USDT-FUTURES, marginCoin: U, leverage: 5}\n")
    with Bitget(CREDENTIALS, demo=True) as client, pytest.raises(PlanError) as caught:
        apply(right, [client])
    assert only(caught.value.problems).rule == "bitget/margin-coin-of-product"
