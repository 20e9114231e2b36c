"""Rows that set the same leverage twice: the scope is the document's, not the row's text."""

from __future__ import annotations

import inspect
from pathlib import Path

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
        (bitget("BTCUSDT", "5"), bitget("BTCUSDT", "6", product="USDC-FUTURES"), ""),
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
        for client in (exchange.client, exchange.async_client):
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
