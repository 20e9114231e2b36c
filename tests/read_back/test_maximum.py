"""The error of a leverage that is too high has the instrument's maximum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from leverset import LeverageOutOfRange
from leverset.sandbox import Sandbox
from tests.caller import EXCHANGES, FORMS
from tests.read_back.reading import LIMITS_PATH, ask, methods

pytestmark = [pytest.mark.parametrize("exchange", EXCHANGES), pytest.mark.parametrize("form", FORMS)]
NAMES = {"okx": "BTC-USDT-SWAP", "bitget": "BTCUSDT"}


def refused(sandbox: Sandbox, exchange: str, form: str, lever: str = "300", **changed: Any) -> LeverageOutOfRange:
    claim = ask(sandbox, exchange, form, lever=lever, **changed)
    assert claim.outcome == "refused"
    assert isinstance(claim.error, LeverageOutOfRange)
    return claim.error


def test_the_maximum_is_on_the_error_and_in_the_fix(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.change_instrument(exchange, NAMES[exchange], maximum="50")
    error = refused(sandbox, exchange, form, "75")
    assert error.maximum == Decimal(50)
    assert error.fix == "ask for at most 50, the instrument's maximum; the tier of this account may allow less"
    assert methods(sandbox, exchange) == ["POST", "GET"]


def test_a_leverage_below_the_instruments_maximum(sandbox: Sandbox, exchange: str, form: str) -> None:
    code = {"okx": "59106", "bitget": "45045"}[exchange]
    sandbox.fault(exchange=exchange, apply=False, exchange_code={"code": code, "msg": ""})
    error = refused(sandbox, exchange, form, "20")
    assert error.maximum == Decimal(125)
    assert error.fix.endswith(" The instrument's maximum is 125; the account's tier may allow less.")
    assert not error.fix.startswith("ask for at most")


@pytest.mark.parametrize("fault", [{"status": 503, "body": "<html>"}, {"replace": {"lever": "", "maxLever": ""}}])
def test_without_an_answer_the_error_is_as_it_was(
    sandbox: Sandbox, exchange: str, form: str, fault: dict[str, Any]
) -> None:
    sandbox.fault(exchange=exchange, path=LIMITS_PATH[exchange], times=None, **fault)
    error = refused(sandbox, exchange, form)
    assert error.maximum is None
    assert "at most" not in error.fix
    assert methods(sandbox, exchange)[:2] == ["POST", "GET"]


def test_an_instrument_that_is_not_listed(sandbox: Sandbox, exchange: str, form: str) -> None:
    code = "0" if exchange == "okx" else "00000"
    body = f'{{"code": "{code}", "msg": "", "data": [{{"instId": "X-Y-SWAP", "lever": "5", "symbol": "XY"}}]}}'
    sandbox.fault(exchange=exchange, path=LIMITS_PATH[exchange], body=body)
    assert refused(sandbox, exchange, form).maximum is None


def test_it_is_not_looked_up_where_nothing_is_read(sandbox: Sandbox, exchange: str, form: str) -> None:
    assert refused(sandbox, exchange, form, read_back="never").maximum is None
    assert methods(sandbox, exchange) == ["POST"]
