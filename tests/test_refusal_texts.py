"""The whole text of every code's refusal, without account= and with it, held to tests/golden/codes.txt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leverset import Bitget, BitgetAccount, ExchangeError, Limiter, Okx, OkxAccount
from tests.caller import CREDENTIALS
from tests.golden.read import sections
from tests.stand_ins import mock

MESSAGES = {"51000": "Parameter posSide  error", "40808": "Parameter verification exception hold side is null"}
SWAP = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}
PERPETUAL = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "20"}
CASES: tuple[tuple[Any, dict[str, str], Any], ...] = (
    (Okx, SWAP, OkxAccount(position_mode="net_mode")),
    (Bitget, PERPETUAL, BitgetAccount(position_mode="one_way_mode", margin_mode="isolated")),
)


def refused(make: Any, body: dict[str, str], code: str, message: str, account: Any = None) -> ExchangeError:
    """What a refusal with this code becomes."""
    response = json.dumps({"code": code, "msg": message, "data": []}).encode()
    client = make(
        CREDENTIALS, account=account, transport=mock(response), limiter=Limiter(), retries=0, read_back="never"
    )
    with client, pytest.raises(ExchangeError) as caught:
        client.set_leverage_from(body)
    return caught.value


def texts() -> dict[str, str]:
    """The text of every code; with account= where that changes it."""
    found = {}
    for make, body, account in CASES:
        for code in sorted(make.operation.errors, key=int):
            message = MESSAGES.get(code, "so it says")
            without = found[f"{make.exchange.name}/{code}"] = str(refused(make, body, code, message))
            if (told := str(refused(make, body, code, message, account))) != without:
                found[f"{make.exchange.name}/{code}, with account="] = told
    return found


def test_the_whole_text_of_every_code() -> None:
    found, golden = texts(), sections("codes.txt")
    assert list(found) == list(golden)
    for name, text in found.items():
        assert text == golden[name], name


def changed() -> Iterator[str]:
    return (name.partition(",")[0] for name in sections("codes.txt") if name.endswith("with account="))


def test_the_account_changes_what_is_about_its_mode_and_nothing_else() -> None:
    assert list(changed()) == ["okx/51000", "bitget/40808"]


@pytest.mark.parametrize("message", ["Parameter posSide error", "parameter POSSIDE", "Parameter posSide  error"])
def test_a_refused_side_without_account_speaks_of_both_modes_and_of_the_account(message: str) -> None:
    error = refused(Okx, SWAP, "51000", message)
    for words in ("long/short mode", "net mode", "posSide", "account=OkxAccount(", 'account="read"', "--position-mode"):
        assert words in error.fix


@pytest.mark.parametrize("mode", ["net_mode", "long_short_mode"])
def test_a_refused_side_with_account_speaks_of_what_it_says(mode: Any) -> None:
    body = SWAP if mode == "net_mode" else {**SWAP, "posSide": "long"}
    error = refused(Okx, body, "51000", "Parameter posSide error", OkxAccount(position_mode=mode))
    assert f"because account= says {mode}" in error.fix


def test_another_parameter_is_none_of_the_sides_business() -> None:
    fix = refused(Okx, SWAP, "51000", "Parameter lever error").fix
    assert fix.startswith("Correct the parameter that the message names")
    assert fix == refused(Okx, SWAP, "51000", "Parameter lever error", OkxAccount(position_mode="net_mode")).fix
    assert "account=OkxAccount" in refused(Okx, SWAP, "51000", "posSide", OkxAccount(level="portfolio")).fix


def test_a_missing_hold_side_speaks_of_hedge_mode_and_of_the_account() -> None:
    fix = refused(Bitget, PERPETUAL, "40808", "hold side is null").fix
    for words in ("hedge mode", "holdSide long or short", "account=BitgetAccount(", "--position-mode"):
        assert words in fix
    given = refused(Bitget, {**PERPETUAL, "holdSide": "long"}, "40808", "something else").fix
    assert given.startswith("Correct the parameter that the message names")
    half = refused(Bitget, PERPETUAL, "40808", "x", BitgetAccount(position_mode="hedge_mode")).fix
    assert "account=BitgetAccount(" in half
    both = BitgetAccount(position_mode="one_way_mode", margin_mode="crossed")
    assert "because account= says one_way_mode and crossed" in refused(Bitget, PERPETUAL, "40808", "x", both).fix


def test_a_rule_says_who_said_what_it_relied_on() -> None:
    said = OkxAccount(position_mode="net_mode", level="portfolio")
    read = OkxAccount(position_mode="net_mode", level="portfolio", source="the exchange")
    side = {**SWAP, "posSide": "long"}
    for account, who in ((said, "account="), (read, "the exchange")):
        [violation] = Okx.rules.violations(side, account)
        assert violation.why.endswith(f"because {who} says net_mode")
        [violation] = Okx.rules.violations({"ccy": "BTC", "lever": "5", "mgnMode": "cross"}, account)
        assert violation.why.endswith(f"because {who} says portfolio")
    hedge = BitgetAccount(position_mode="hedge_mode", margin_mode="isolated", source="the exchange")
    [violation] = Bitget.rules.violations(PERPETUAL, hedge)
    assert violation.why.endswith("because the exchange says hedge_mode and isolated")
