"""What holds, written down as a plan: for every account, and as a file that says the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from leverset import BitgetAccount, Okx, RuleViolation
from leverset._registry import EXCHANGES
from leverset.errors import AuthenticationFailed, ConfigurationError, TransportError
from leverset.plan import Export, apply, check, diff, export
from leverset.sandbox import Account, Sandbox
from leverset.sandbox._accounts import Key
from leverset.sandbox._bitget_symbols import usual_symbols
from tests.caller import CREDENTIALS, settings
from tests.fixtures import one_certificate, sandbox, shared_sandbox
from tests.plan.exporting import FORMS, credentials, exported, quick
from tests.plan.rows import written
from tests.stand_ins import NOWHERE

__all__ = ["one_certificate", "sandbox", "shared_sandbox"]

ACCOUNTS = [
    {"exchange": "okx", "level": level, "position_mode": mode}
    for level in ("spot", "single_currency", "multi_currency", "portfolio")
    for mode in ("long_short_mode", "net_mode")
] + [
    {"exchange": "bitget", "position_mode": mode, "margin_mode": margin}
    for mode in ("one_way_mode", "hedge_mode")
    for margin in ("crossed", "isolated")
]

CHANGES: dict[str, list[dict[str, str]]] = {
    "okx": [
        {"instId": "BTC-USDT-SWAP", "lever": "7.25", "mgnMode": "cross"},
        {"instId": "BTC-USDT-SWAP", "lever": "9.5", "mgnMode": "isolated", "posSide": "long"},
        {"instId": "BTC-USDT-SWAP", "lever": "0.01", "mgnMode": "isolated", "posSide": "short"},
        {"instId": "BTC-USDT-SWAP", "lever": "8", "mgnMode": "isolated"},
        {"instId": "ETH-USDT", "lever": "4.75", "mgnMode": "isolated"},
        {"instId": "ETH-USDT", "lever": "10", "mgnMode": "cross"},
        {"instId": "1INCH-USD-261225", "lever": "100", "mgnMode": "cross"},
        {"ccy": "BTC", "lever": "5.5", "mgnMode": "cross"},
    ],
    "bitget": [
        {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "17.5"},
        {
            "symbol": "BTCUSDT",
            "productType": "USDT-FUTURES",
            "marginCoin": "USDT",
            "leverage": "12.25",
            "holdSide": "short",
        },
        {"symbol": "ETHPERP", "productType": "USDC-FUTURES", "marginCoin": "USDC", "leverage": "3", "holdSide": "long"},
        {"symbol": "BTCUSD", "productType": "COIN-FUTURES", "marginCoin": "BTC", "leverage": "100", "holdSide": "long"},
    ],
}
"""What somebody sets beforehand; each account refuses some of it."""

ASKED: dict[str, dict[str, Any]] = {
    "okx": {
        "instId": ["BTC-USDT-SWAP", "ETH-USDT", "1INCH-USD-261225", "BTC-USDT-261225", "XRP-USD-SWAP"],
        "ccy": ["BTC", "ETH"],
    },
    "bitget": {"symbol": "btcusdt,ETHPERP,BTCUSD,SBTCSUSDT,BTCUSDZ26,DOTUSD"},
}


@pytest.fixture
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> Account:
    modes = dict(request.param)
    return sandbox.account(modes.pop("exchange"), **modes)


def change(sandbox: Sandbox, account: Account) -> int:
    """Set what the account allows; how many leverages hold then."""
    for fields in CHANGES[account.exchange]:
        try:
            sandbox.change_leverage(account, **fields)
        except ValueError:
            continue
    return len(sandbox.leverage(account.exchange, account))


def okx(sandbox: Sandbox, **modes: str) -> Account:
    return sandbox.account("okx", **modes)


def saved(folder: Path, found: Export, form: Any = "yaml") -> Any:
    return written(folder, found.dump(format=form), f"plan.{form}")


@pytest.mark.parametrize("account", ACCOUNTS, indirect=True, ids=lambda modes: "/".join(modes.values()))
@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_a_right_plan_that_sets_the_same_again(
    sandbox: Sandbox, tmp_path: Path, account: Account, form: str
) -> None:
    count = change(sandbox, account)
    found = exported(form, sandbox.url, account, ASKED[account.exchange])
    assert found.complete
    assert check(found.plan) == ()
    if account.modes.get("level") == "spot":
        assert (found.plan.rows, len(found.left_out)) == ((), 12)
        return
    assert count >= 3
    for kind in ("yaml", "csv"):
        plan = saved(tmp_path, found, kind)
        assert check(plan) == ()
        assert [(row.exchange, dict(row.body)) for row in plan.rows] == [
            (row.exchange, dict(row.body)) for row in found.plan.rows
        ]
    plan = saved(tmp_path, found)
    said = plan.accounts.get(account.exchange)
    assert {name: getattr(said, name) for name in account.modes} == account.modes
    assert said.uid is None
    modes = dict(account.modes)
    registered = EXCHANGES[account.exchange]
    with registered.client(credentials(account), base_url=sandbox.url, **settings(**quick(account.exchange))) as client:
        assert diff(plan, [client]).as_wanted
    sandbox.reset()
    assert sandbox.leverage(account.exchange, account) == []
    assert account.modes == modes
    with registered.client(credentials(account), base_url=sandbox.url, **settings(**quick(account.exchange))) as client:
        assert apply(plan, [client]).complete
    assert exported(form, sandbox.url, account, ASKED[account.exchange]).dump() == found.dump()


def test_both_margin_modes_and_both_sides(sandbox: Sandbox) -> None:
    account = okx(sandbox)
    change(sandbox, account)
    found = exported("sync", sandbox.url, account, {"instId": "BTC-USDT-SWAP"})
    assert found.dump() == (
        "# What holds on OKX (sandbox), written by leverset export\n"
        "accounts:\n"
        "  okx: {position_mode: long_short_mode, level: single_currency}\n"
        "okx:\n"
        "  - {instId: BTC-USDT-SWAP, lever: 7.25, mgnMode: cross}\n"
        "  - {instId: BTC-USDT-SWAP, lever: 9.5, mgnMode: isolated, posSide: long}\n"
        "  - {instId: BTC-USDT-SWAP, lever: 0.01, mgnMode: isolated, posSide: short}\n"
    )
    only = exported("sync", sandbox.url, account, {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"})
    assert [row.body["mgnMode"] for row in only.plan.rows] == ["cross"]


def test_twenty_instruments_go_into_a_request(sandbox: Sandbox) -> None:
    names = [f"T{number:03}-USDT-SWAP" for number in range(41)]
    counts: list[int] = []
    found = exported(
        "sync", sandbox.url, okx(sandbox), {"instId": names, "mgnMode": "isolated"}, on_reading=counts.append
    )
    assert [row.body["instId"] for row in found.plan.rows[::2]] == names
    assert counts == [3]
    assert len(sandbox.requests()) == 4  # the account's configuration


def test_what_another_row_sets_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    names = ["BTC-USDT-SWAP", "BTC-USDT-261225", "BTC-USDT-270326"]
    asked = {"instId": names, "mgnMode": "cross"}
    found = exported("sync", sandbox.url, okx(sandbox), asked)
    assert [row.body["instId"] for row in found.plan.rows] == names[:2]
    assert found.remarks == ("left out 1 leverage: another row sets the same leverage: BTC-USDT-270326 cross",)
    # As the exchange's page says today, a SWAP has a leverage of its own: a plan for both would not be right.
    sandbox.configure(cross_swaps="contract")
    sandbox.change_leverage(okx(sandbox), instId="BTC-USDT-SWAP", lever="50", mgnMode="cross")
    found = exported("sync", sandbox.url, okx(sandbox), asked)
    assert [(row.number, row.line, row.body["lever"]) for row in found.plan.rows] == [(1, 1, "50")]
    assert [each.subject for each in found.left_out] == ["BTC-USDT-261225 cross", "BTC-USDT-270326 cross"]
    assert "to another value" in found.left_out[0].why
    assert check(saved(tmp_path, found)) == ()


def test_what_the_account_cannot_set_is_left_out(sandbox: Sandbox) -> None:
    asked = {"instId": ["BTC-USDT-SWAP", "ETH-USDT", "BTC-USD-261225-100000-C"], "ccy": "BTC"}
    found = exported("sync", sandbox.url, okx(sandbox, level="portfolio", position_mode="net_mode"), asked)
    assert [(row.body["instId"], row.body["mgnMode"]) for row in found.plan.rows] == [
        ("BTC-USDT-SWAP", "isolated"),
        ("ETH-USDT", "cross"),
        ("ETH-USDT", "isolated"),
    ]
    assert {each.subject: each.why for each in found.left_out} == {
        "BTC-USDT-SWAP cross": "in portfolio margin the leverage of cross contracts is fixed",
        "BTC-USD-261225-100000-C cross": "options and events have no leverage",
        "BTC-USD-261225-100000-C isolated": "options and events have no leverage",
        "BTC cross": "this account has no leverage per currency",
    }
    assert {str(request["query"]) for request in sandbox.requests()} == {
        "",
        "mgnMode=isolated&instId=BTC-USDT-SWAP",
        "mgnMode=isolated&instId=ETH-USDT",
        "mgnMode=cross&instId=ETH-USDT",
    }


@pytest.mark.parametrize(
    ("position_mode", "replaced", "left", "why"),
    [
        ("net_mode", {"lever": ""}, 0, "it has one leverage, and OKX names none"),
        ("long_short_mode", {"lever": ""}, 1, "OKX names no leverage of its side long"),
        ("long_short_mode", {"posSide": "short"}, 1, "OKX names no leverage of its side long"),
    ],
)
def test_a_leverage_that_is_not_named_is_left_out(
    sandbox: Sandbox, position_mode: str, replaced: dict[str, str], left: int, why: str
) -> None:
    sandbox.fault(path="/api/v5/account/leverage-info", replace=replaced)
    account = okx(sandbox, position_mode=position_mode)
    found = exported("sync", sandbox.url, account, {"instId": "BTC-USDT-SWAP", "mgnMode": "isolated"})
    assert len(found.plan.rows) == left
    assert [(each.subject, each.why) for each in found.left_out] == [("BTC-USDT-SWAP isolated", why)]


def test_two_values_for_one_leverage_are_left_out(sandbox: Sandbox) -> None:
    """In cross margin long and short are one."""
    sandbox.fault(path="/api/v5/account/leverage-info", replace={"lever": "77"})
    found = exported("sync", sandbox.url, okx(sandbox), {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"})
    assert found.plan.rows == ()
    assert str(found.left_out[0]) == "BTC-USDT-SWAP cross: it has one leverage, and OKX names 3 and 77"
    account = sandbox.account("bitget", position_mode="one_way_mode")
    sandbox.change_account(account, position_mode="hedge_mode")
    sandbox.change_leverage(account, **CHANGES["bitget"][1])
    sandbox.change_account(account, position_mode="one_way_mode")
    found = exported("sync", sandbox.url, account, {"symbol": "BTCUSDT,ETHUSDT"})
    assert [row.body["symbol"] for row in found.plan.rows] == ["ETHUSDT"]
    assert str(found.left_out[0]) == (
        "BTCUSDT USDT-FUTURES USDT: in one-way mode both sides have one leverage, and Bitget names 10 and 12.25"
    )


def test_a_side_that_bitget_does_not_name_is_left_out(sandbox: Sandbox) -> None:
    sandbox.fault(path="/api/v2/mix/account/account", replace={"isolatedShortLever": ""}, times=1)
    found = exported("sync", sandbox.url, sandbox.account("bitget"), {"symbol": "BTCUSDT"})
    assert [row.body["holdSide"] for row in found.plan.rows] == ["long"]
    assert str(found.left_out[0]) == "BTCUSDT USDT-FUTURES USDT: Bitget names no leverage of short"


def test_modes_that_differ_between_symbols_are_not_said(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.fault(path="/api/v2/mix/account/account", replace={"marginMode": "crossed"}, times=1)
    found = exported("sync", sandbox.url, sandbox.account("bitget"), {"symbol": "BTCUSDT,ETHUSDT"})
    plan = saved(tmp_path, found)
    said = plan.accounts.get("bitget")
    assert (said.position_mode, said.margin_mode) == ("hedge_mode", None)
    assert [row.body.get("holdSide") for row in plan.rows] == [None, "long", "short"]
    assert check(plan) == ()
    sandbox.fault(path="/api/v2/mix/account/account", replace={"posMode": "one_way_mode"}, times=1)
    said = exported("sync", sandbox.url, sandbox.account("bitget"), {"symbol": "BTCUSDT,BTCPERP"}).plan.accounts
    assert said.get("bitget") == BitgetAccount(margin_mode="isolated")
    sandbox.fault(path="/api/v2/mix/account/account", drop=["posMode"], times=None)
    found = exported("sync", sandbox.url, sandbox.account("bitget"), {"symbol": "BTCUSDT"})
    assert [row.body.get("holdSide") for row in found.plan.rows] == ["long", "short"]
    assert found.plan.accounts.get("bitget").position_mode is None


@pytest.mark.parametrize("form", FORMS)
def test_one_that_cannot_be_read_makes_no_other_unreadable(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    asked = {"instId": ["BTC-USDT-SWAP", "NONE-USDT-SWAP", "ETH-USDT-SWAP"], "mgnMode": "cross"}
    found = exported(form, sandbox.url, okx(sandbox), asked)
    assert [row.body["instId"] for row in found.plan.rows] == ["BTC-USDT-SWAP", "ETH-USDT-SWAP"]
    assert not found.complete
    [failed] = found.failed
    assert failed.error is not None
    assert (failed.subject, failed.error.reference) == ("NONE-USDT-SWAP cross", "okx/51001")
    *_, note, reason = found.dump().splitlines()
    assert note == "# NOT WHOLE: 1 leverage could not be read"
    assert reason.startswith("# not read 1 leverage: okx/51001: ")
    assert reason.endswith(": NONE-USDT-SWAP cross")
    assert check(saved(tmp_path, found)) == ()
    # A table has no remarks: what is not whole is no plan until somebody has taken the last line away.
    [problem] = check(saved(tmp_path, found, "csv"))
    assert (problem.line, problem.rule) == (4, "plan/exchange-known")


@pytest.mark.parametrize("exchange", ["okx", "bitget"])
def test_everything_that_is_live(sandbox: Sandbox, exchange: str) -> None:
    account = sandbox.account(exchange)
    if exchange == "okx":
        sandbox.change_instrument("okx", "BTC-USDT-SWAP", state="suspend")
        found = exported("sync", sandbox.url, account)
        names = {str(row.body["instId"]) for row in found.plan.rows}
        assert {"BTC-USDT", "ETH-USDT-SWAP", "ETH-USD-261225"} <= names
        assert "BTC-USDT-SWAP" not in names
        assert len(sandbox.requests()) == 1 + 3 + 14  # 26 MARGIN, 38 SWAP and 52 FUTURES in two margin modes
    else:
        sandbox.change_instrument("bitget", "BTCPERP", state="off")
        found = exported("async", sandbox.url, account, {"productType": "USDC-FUTURES"})
        assert len(found.plan.rows) == 24
        assert {row.body["productType"] for row in found.plan.rows} == {"USDC-FUTURES"}
    assert check(found.plan) == ()


def test_all_product_types_where_none_is_named(sandbox: Sandbox) -> None:
    for type_, keep in (("USDT-FUTURES", "XRPUSDT"), ("USDC-FUTURES", "XRPPERP"), ("COIN-FUTURES", "XRPUSD")):
        for name in usual_symbols(type_):
            if name != keep:
                sandbox.change_instrument("bitget", name, state="off")
    found = exported("sync", sandbox.url, sandbox.account("bitget", margin_mode="crossed"))
    assert [(row.body["symbol"], row.body["marginCoin"]) for row in found.plan.rows] == [
        ("XRPUSDT", "USDT"),
        ("XRPPERP", "USDC"),
        ("XRPUSD", "XRP"),
    ]


def test_a_symbol_that_looks_like_demo_trading_may_be_a_coin(sandbox: Sandbox) -> None:
    sandbox.change_instrument("bitget", "SXSUSDT", exists=True)
    found = exported("sync", sandbox.url, sandbox.account("bitget", margin_mode="crossed"), {"symbol": "SXSUSDT"})
    assert [row.body["productType"] for row in found.plan.rows] == ["USDT-FUTURES"]


def test_fields_that_are_given_are_not_looked_up(sandbox: Sandbox) -> None:
    account = sandbox.account("bitget", margin_mode="crossed")
    exported("sync", sandbox.url, account, {"symbol": "BTCUSD", "productType": "COIN-FUTURES", "marginCoin": "BTC"})
    assert [request["path"] for request in sandbox.requests()] == ["/api/v2/mix/account/account"]


@pytest.mark.parametrize("form", FORMS)
def test_an_account_that_cannot_be_read_ends_it(sandbox: Sandbox, form: str) -> None:
    stranger = Account("okx", "", "1", {}, [Key("nobody", "nobody-s", "nobody-p")])
    with pytest.raises(AuthenticationFailed):
        exported(form, sandbox.url, stranger, {"instId": "BTC-USDT-SWAP"})
    with pytest.raises(TransportError):
        exported(form, NOWHERE, okx(sandbox), {"instId": "BTC-USDT-SWAP"})
    with pytest.raises(TransportError):  # the list of symbols
        exported(form, NOWHERE, sandbox.account("bitget"))


def test_a_dead_exchange_is_given_up(sandbox: Sandbox) -> None:
    account = sandbox.account("bitget")
    asked = {"symbol": [f"T{number:03}USDT" for number in range(9)]}
    sandbox.fault(path="/api/v2/mix/account/account", nth=3, times=None, status=502, body="<html>")
    found = exported("sync", sandbox.url, account, asked)
    assert (len(found.plan.rows), len(found.failed)) == (4, 7)
    assert len(sandbox.requests()) == 4


@pytest.mark.parametrize(
    ("exchange", "fields", "rules"),
    [
        (
            "okx",
            {"instId": "btcusdt,BTC-USDT,eth/usdt", "mgnMode": "crossed"},
            ["okx/margin-mode-known", "okx/instrument-possible", "okx/instrument-possible"],
        ),
        ("okx", {"ccy": "BTC", "mgnMode": "isolated"}, ["okx/currency-is-cross"]),
        ("okx", {"instId": "BTC-USDT,,ETH-USDT"}, ["okx/instrument-or-currency"]),
        ("bitget", {"symbol": "BTC-USDT,BTCUSDT"}, ["bitget/symbol-possible"]),
        ("bitget", {"symbol": ""}, ["bitget/symbol-given"]),
        ("bitget", {"productType": "USDT"}, ["bitget/product-type-known"]),
        ("bitget", {"symbol": "BTCPERP", "productType": "USDT-FUTURES"}, ["bitget/symbol-of-product"]),
        ("bitget", {"symbol": "BTCUSDT", "marginCoin": "USDC"}, ["bitget/margin-coin-of-product"]),
    ],
)
def test_broken_rules_are_all_named_before_anything_is_sent(
    sandbox: Sandbox, exchange: str, fields: dict[str, str], rules: list[str]
) -> None:
    with pytest.raises(RuleViolation) as raised:
        exported("sync", sandbox.url, sandbox.account(exchange), fields)
    assert [each.rule for each in raised.value.violations] == rules
    assert sandbox.requests() == []


def test_an_exchange_without_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXCHANGES, "okx", evolve(EXCHANGES["okx"], snapshot=None))
    with Okx(CREDENTIALS, base_url=NOWHERE) as client, pytest.raises(ConfigurationError, match="does not offer"):
        export(client)


def test_what_was_not_read_is_described(sandbox: Sandbox) -> None:
    found = exported("sync", sandbox.url, okx(sandbox), {"instId": "NONE-USDT", "mgnMode": "cross"})
    described = found.failed[0].describe()
    assert (described["exchange"], described["subject"]) == ("okx", "NONE-USDT cross")


def test_an_account_whose_modes_are_not_named(sandbox: Sandbox) -> None:
    """The sides that are named say how it is set up."""
    sandbox.fault(path="/api/v5/account/config", drop=["posMode", "acctLv"])
    found = exported("sync", sandbox.url, okx(sandbox), {"instId": "BTC-USDT-SWAP"})
    assert [row.body.get("posSide") for row in found.plan.rows] == [None, "long", "short"]
    assert not found.dump().partition("accounts")[1]


def test_many_that_are_left_out_are_counted(sandbox: Sandbox) -> None:
    names = [f"T{number:03}-USDT" for number in range(6)]
    found = exported("sync", sandbox.url, okx(sandbox, level="spot"), {"instId": names})
    [remark] = found.remarks
    assert remark.startswith("left out 12 leverages: in spot mode instruments have no leverage: T000-USDT cross, ")
    assert remark.endswith(" and 2 more")
