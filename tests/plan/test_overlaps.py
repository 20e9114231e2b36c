"""Rows that set the same leverage twice: the scope is the document's, not the row's text."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from leverset import BitgetAccount, ConfigurationError, OkxAccount
from leverset._registry import EXCHANGES
from leverset.plan import Accounts, check
from tests.plan.rows import found, only, written

NET = Accounts(okx=OkxAccount(position_mode="net_mode"))


def okx(text: str) -> str:
    """One row from `instrument mode lever side`; - is absent."""
    instrument, mode, lever, side = text.split()
    name = "ccy" if "-" not in instrument else "instId"
    return f"  - {{{name}: {instrument}, mgnMode: {mode}, lever: {lever}" + (
        f", posSide: {side}}}\n" if side != "-" else "}\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP isolated 5 long", "duplicate"),
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP isolated 6 long", "contradicting"),
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP isolated '5.0' long", "duplicate"),
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP isolated 6 short", ""),
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP isolated 6 -", "contradicting"),
        ("BTC-USDT-SWAP isolated 5 net", "BTC-USDT-SWAP isolated 5 -", "duplicate"),
        ("BTC-USDT-SWAP isolated 5 long", "BTC-USDT-SWAP cross 6 -", ""),
        # FUTURES and SWAP of one underlying share their cross leverage; MARGIN has its own, at the pair.
        ("BTC-USDT-SWAP cross 5 -", "BTC-USDT-261225 cross 6 -", "contradicting"),
        ("BTC-USDT-261225 cross 5 -", "BTC-USDT-SWAP cross 6 -", "contradicting"),
        ("BTC-USDT-261225 cross 5 -", "BTC-USDT-270326 cross 6 -", "contradicting"),
        ("BTC-USDT-261225 cross 5 -", "BTC-USDT-270326 cross 5 -", "duplicate"),
        ("BTC-USDT-SWAP cross 5 -", "BTC-USDT-SWAP cross 5 -", "duplicate"),
        # With the same value both are needed where each SWAP has a leverage of its own, as the live page says.
        ("BTC-USDT-SWAP cross 5 -", "BTC-USDT-261225 cross 5 -", ""),
        ("BTC-USDT-261225 cross 5 -", "BTC-USDT-SWAP cross '5.0' -", ""),
        # A family is an underlying of its own.
        ("BTC-USD-SWAP cross 5 -", "BTC-USD_UM-SWAP cross 6 -", ""),
        ("BTC-USD-260327 cross 5 -", "BTC-USD_UM-260327 cross 6 -", ""),
        ("BTC-USD_UM-260327 cross 5 -", "BTC-USD_UM_XPERP-310404 cross 6 -", ""),
        ("BTC-USD_UM-260327 cross 5 -", "BTC-USD_UM-SWAP cross 6 -", "contradicting"),
        ("BTC-USD_UM_XPERP-310404 cross 5 -", "BTC-USD_UM_XPERP-310613 cross 6 -", "contradicting"),
        ("BTC-USD_UM_XPERP-310404 isolated 5 long", "BTC-USD_UM_XPERP-310404 isolated 6 short", ""),
        ("BTC-USD_UM_XPERP-310404 isolated 5 long", "BTC-USD_UM_XPERP-310404 isolated 6 -", "contradicting"),
        ("XRP-USD-260130-0.5-C isolated 5 -", "XRP-USD-260130-0.5-C isolated 6 -", "contradicting"),
        ("币安人生-USDT-SWAP cross 5 -", "币安人生-USDT-260925 cross 6 -", "contradicting"),
        ("BTC-USDT-SWAP cross 5 -", "BTC-USD-SWAP cross 6 -", ""),
        ("BTC-USDT-SWAP cross 5 -", "BTC-USDT cross 6 -", ""),
        ("BTC-USDT cross 5 -", "BTC-USDT isolated 6 -", ""),
        ("BTC-USDT cross 5 -", "BTC-USDT cross 6 -", "contradicting"),
        ("BTC cross 5 -", "BTC cross 6 -", "contradicting"),
        ("BTC cross 5 -", "ETH cross 6 -", ""),
        # A name of unknown shape may be a contract.
        ("NEW-SHAPE-X-1 isolated 5 long", "NEW-SHAPE-X-1 isolated 6 short", ""),
        ("NEW-SHAPE-X-1 cross 5 -", "NEW-SHAPE-X-1 cross 6 -", "contradicting"),
    ],
)
def test_okx_overlaps(tmp_path: Path, first: str, second: str, rule: str) -> None:
    plan = written(tmp_path, "okx:\n" + okx(first) + okx(second))
    assert found(plan) == ([(3, f"plan/{rule}-row")] if rule else [])


def bitget(symbol: str, lever: str, side: str = "", product: str = "USDT-FUTURES") -> str:
    text = f"  - {{symbol: {symbol}, productType: {product}, marginCoin: USDT, leverage: {lever}"
    return text + (f", holdSide: {side}}}\n" if side else "}\n")


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        (bitget("BTCUSDT", "5", "long"), bitget("btcusdt", "5", "long"), "duplicate"),
        (bitget("BTCUSDT", "5", "long"), bitget("BTCUSDT", "6", "short"), ""),
        (bitget("BTCUSDT", "5"), bitget("BTCUSDT", "6", "short"), "contradicting"),
        (bitget("BTCUSD", "5", product="COIN-FUTURES"), bitget("BTCUSD", "6"), ""),
        (bitget("BTCUSDT", "5"), bitget("ETHUSDT", "6"), ""),
    ],
)
def test_bitget_overlaps(tmp_path: Path, first: str, second: str, rule: str) -> None:
    plan = written(tmp_path, "bitget:\n" + first + second)
    assert found(plan) == ([(3, f"plan/{rule}-row")] if rule else [])


@pytest.mark.parametrize(
    "account",
    [BitgetAccount(margin_mode="crossed"), BitgetAccount(margin_mode="isolated", position_mode="one_way_mode")],
)
def test_both_sides_of_one_leverage_contradict(tmp_path: Path, account: BitgetAccount) -> None:
    plan = written(tmp_path, "bitget:\n" + bitget("BTCUSDT", "5", "long") + bitget("BTCUSDT", "6", "short"))
    assert found(plan, accounts=Accounts(bitget=account)) == [(3, "plan/contradicting-row")]


@pytest.mark.parametrize(
    "instrument",
    [
        "BTC-USDT-SWAP ",
        "\tBTC-USDT-SWAP",
        "BTC-\u200bUSDT-SWAP",
        "BTC\u2013USDT\u2013SWAP",
        "\ufeffBTC-USDT-SWAP",
        "BTC-USDT-SWAP\u0000",
        "\u001bBTC-USDT-SWAP",
        "BTC-USDT-\uff33WAP",
    ],
)
def test_what_nobody_sees_hides_no_contradiction(tmp_path: Path, instrument: str) -> None:
    rows = [
        {"instId": name, "mgnMode": "cross", "lever": lever} for name, lever in (("BTC-USDT-SWAP", 5), (instrument, 6))
    ]
    problems = check(written(tmp_path, json.dumps({"okx": rows})))
    assert [problem.rule for problem in problems] == ["okx/instrument-possible", "plan/contradicting-row"]
    assert problems[0].violation.fix == 'give instId as "BTC-USDT-SWAP"'
    assert str(problems[0]).replace("\n", "").isprintable()
    assert str(problems[1]).replace("\n", "").isprintable()


@pytest.mark.parametrize("symbol", ["BTCUSDT ", "BTC\u00a0USDT", "btc\u2060usdt", "\uff22TCUSDT"])
def test_what_nobody_sees_hides_no_contradiction_of_symbols(tmp_path: Path, symbol: str) -> None:
    given = {"productType": "USDT-FUTURES", "marginCoin": "USDT"}
    rows = [{**given, "symbol": name, "leverage": lever} for name, lever in (("BTCUSDT", 5), (symbol, 6))]
    problems = check(written(tmp_path, json.dumps({"bitget": rows})))
    assert [problem.rule for problem in problems] == ["bitget/symbol-possible", "plan/contradicting-row"]


def test_capitals_and_blanks_of_other_fields_hide_no_contradiction(tmp_path: Path) -> None:
    rows = okx("BTC-USDT-SWAP isolated 5 long") + okx("BTC-USDT-SWAP 'Isolated' 6 Long")
    found_rules = [rule for _, rule in found(written(tmp_path, "okx:\n" + rows))]
    assert found_rules == ["okx/margin-mode-known", "okx/position-side-known", "plan/contradicting-row"]


def test_a_contradiction_between_a_swap_and_futures_says_what_both_may_have(tmp_path: Path) -> None:
    rows = okx("BTC-USDT-SWAP cross 5 -") + okx("BTC-USDT-261225 cross 6 -")
    problem = only(check(written(tmp_path, "okx:\n" + rows)))
    assert problem.violation.why == "both are about okx cross underlying BTC-USDT, and the later of two requests wins"
    assert problem.violation.fix == "keep one of the two rows, or give both the same value"


def test_a_value_in_a_contradiction_is_shown_escaped(tmp_path: Path) -> None:
    rows = [{"instId": "A-B", "mgnMode": "cross", "lever": lever} for lever in ("5\x1b[31m", "6")]
    problem = check(written(tmp_path, json.dumps({"okx": rows})))[-1]
    assert problem.violation.summary == 'line 1 sets the same leverage to "5\\u001b[31m", this one to 6'


def test_the_message_names_the_other_line_and_both_values(tmp_path: Path) -> None:
    plan = written(tmp_path, "okx:\n" + okx("BTC-USDT cross 5 -") + okx("BTC-USDT cross 6 -"))
    problem = only(check(plan))
    assert problem.violation.summary == "line 2 sets the same leverage to 5, this one to 6"
    assert problem.row == 2


def test_unreadable_rows_are_no_duplicates(tmp_path: Path) -> None:
    rows = "okx:\n" + 2 * "  - {lever: 5, mgnMode: cross}\n" + "bitget:\n" + 2 * "  - {leverage: 5}\n"
    assert not [rule for _, rule in found(written(tmp_path, rows)) if rule.startswith("plan/")]


def test_a_leverage_that_is_no_number_contradicts(tmp_path: Path) -> None:
    rules = [rule for _, rule in found(written(tmp_path, "okx:\n" + okx("A-B cross x -") + okx("A-B cross 5 -")))]
    assert rules == ["okx/lever-is-positive-decimal", "plan/contradicting-row"]


def test_given_accounts_go_before_the_files(tmp_path: Path) -> None:
    accounts = "accounts: {okx: {position_mode: long_short_mode, level: spot}}\n"
    plan = written(tmp_path, accounts + "okx:\n" + okx("BTC-USDT-SWAP isolated 5 long"))
    assert found(plan) == []
    assert found(plan, accounts=NET) == [(3, "okx/one-way-side-is-net")]
    assert NET.over(plan.accounts).get("okx") == OkxAccount(position_mode="net_mode", level="spot")


def test_fields_are_the_clients_arguments() -> None:
    for exchange in EXCHANGES.values():
        arguments = [field.argument for field in exchange.operation.fields]
        clients: tuple[Any, ...] = (exchange.client, exchange.async_client)
        for client in clients:
            assert set(inspect.signature(client.set_leverage).parameters) - {"self"} == set(arguments)


def test_accounts_are_those_of_registered_exchanges() -> None:
    with pytest.raises(ConfigurationError, match="there is no exchange kraken"):
        Accounts(kraken=None)
    with pytest.raises(ConfigurationError, match="the account of bitget is OkxAccount"):
        Accounts(bitget=OkxAccount())
    assert Accounts(okx=None) == Accounts()


def test_the_digest_depends_on_the_rows_only(tmp_path: Path) -> None:
    row = "okx:\n" + okx("BTC-USDT cross 5 -")
    first = written(tmp_path, row).digest()
    assert written(tmp_path, "# a remark\n\n" + row, "other.yaml").digest() == first
    assert written(tmp_path, row.replace("5", "6")).digest() != first
    assert written(tmp_path, row + okx("ETH-USDT cross 5 -")).digest() != first
