"""What the exchanges say of a plan: its instruments, their leverage, and the modes of the account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from leverset import Bitget, OkxAccount
from leverset._registry import EXCHANGES
from leverset.plan import Accounts, OnlineCheck, PlanError, check_online
from leverset.sandbox import Account, Sandbox
from tests.caller import CREDENTIALS
from tests.fixtures import one_certificate, sandbox, shared_sandbox
from tests.plan.exporting import FORMS, checked
from tests.plan.rows import written
from tests.stand_ins import NOWHERE

__all__ = ["one_certificate", "sandbox", "shared_sandbox"]

CONFIG = "/api/v5/account/config"
INSTRUMENTS = "/api/v5/public/instruments"
CONTRACTS = "/api/v2/mix/market/contracts"
ACCOUNT = "/api/v2/mix/account/account"


def okx(*rows: str, accounts: str = "") -> str:
    said = f"accounts: {{okx: {{{accounts}}}}}\n" if accounts else ""
    return f"{said}okx:\n" + "".join(f"  - {{{row}}}\n" for row in rows)


def bitget(*rows: str, accounts: str = "") -> str:
    said = f"accounts: {{bitget: {{{accounts}}}}}\n" if accounts else ""
    usual = "productType: USDT-FUTURES, marginCoin: USDT"
    return f"{said}bitget:\n" + "".join(f"  - {{{usual}, {row}}}\n" for row in rows)


def found(result: OnlineCheck) -> list[tuple[int, str]]:
    """Line and rule of every problem."""
    return [(each.line, each.rule) for each in result.problems]


def texts(result: OnlineCheck) -> list[str]:
    """What each problem says, why, and what to do."""
    return [f"{one.summary}; {one.why}; {one.fix}" for one in (each.violation for each in result.problems)]


def paths(sandbox: Sandbox) -> list[str]:
    return [str(request["path"]) for request in sandbox.requests()]


@pytest.fixture(params=FORMS)
def run(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Any:
    """Check a text with accounts of the sandbox: the default ones of all its exchanges, if none is given."""

    def check(text: str, *accounts: Account, url: str = "", **more: Any) -> OnlineCheck:
        plan = written(tmp_path, text)
        given = accounts or [sandbox.account(name) for name in plan.exchanges]
        return checked(request.param, url or sandbox.url, plan, *given, **more)

    return check


def test_a_right_plan_for_both_exchanges(run: Any) -> None:
    text = okx("instId: BTC-USDT-SWAP, lever: 125, mgnMode: isolated, posSide: long") + bitget(
        "symbol: BTCUSDT, leverage: 1, holdSide: long"
    )
    assert run(text).complete


def test_instruments_that_are_not_there(run: Any) -> None:
    result = run(
        okx(
            "instId: ETH-USTD-SWAP, lever: 5, mgnMode: cross",
            "instId: QQQQ-USDC, lever: 5, mgnMode: cross",
            "instId: BTC-USD-261225-100000-C, lever: 5, mgnMode: cross",
        )
        + bitget("symbol: BTCUSTD, leverage: 5, holdSide: long")
        .replace("USDT-FUTURES", "COIN-FUTURES")
        .replace("marginCoin: USDT", "marginCoin: BTC")
    )
    assert found(result) == [(line, "plan/no-such-instrument") for line in (2, 3, 4, 6)]
    assert texts(result) == [
        'OKX has no SWAP "ETH-USTD-SWAP"; none of the 39 in its list has this name; '
        'did you mean "ETH-USDT-SWAP" or "ETH-USD-SWAP"?',
        'OKX has no MARGIN "QQQQ-USDC"; none of the 26 in its list has this name; '
        "check the name; what is delisted or expired is gone",
        'OKX has no MARGIN, SWAP or FUTURES "BTC-USD-261225-100000-C"; none of the 117 in its list has this name; '
        "check the name; what is delisted or expired is gone",
        'Bitget has no COIN-FUTURES "BTCUSTD"; none of the 26 in its list has this name; did you mean "BTCUSD"?',
    ]
    assert [each.violation.field for each in result.problems] == ["instId", "instId", "instId", "symbol"]
    assert result.problems[0].violation.value == "ETH-USTD-SWAP"


def test_no_account_is_asked_for_an_instrument_that_is_not_there(run: Any, sandbox: Sandbox) -> None:
    assert found(run(bitget("symbol: QQQQUSDT, leverage: 5"))) == [(2, "plan/no-such-instrument")]
    assert paths(sandbox) == [CONTRACTS, CONTRACTS]


def test_names_of_live_instruments_come_first(run: Any, sandbox: Sandbox) -> None:
    sandbox.change_instrument("okx", "QWERT-USDT-SWAP", exists=True, state="suspend")
    text = okx("instId: QWRET-USDT-SWAP, lever: 5, mgnMode: cross")
    assert texts(run(text))[0].endswith('did you mean "QWERT-USDT-SWAP"?')
    sandbox.change_instrument("okx", "QWRETY-USDT-SWAP", exists=True)
    assert texts(run(text))[0].endswith('did you mean "QWRETY-USDT-SWAP"?')


def test_a_list_may_be_shorter_than_what_there_is(run: Any, sandbox: Sandbox) -> None:
    """What it lacks is asked for by itself, once."""
    rows = [f"instId: T001-USDT-SWAP, lever: 200, mgnMode: isolated, posSide: {side}" for side in ("long", "short")]
    assert found(run(okx(*rows))) == [(2, "plan/leverage-above-maximum"), (3, "plan/leverage-above-maximum")]
    assert paths(sandbox) == [INSTRUMENTS, INSTRUMENTS, CONFIG]


def test_few_requests_for_many_rows(run: Any, sandbox: Sandbox) -> None:
    names = [
        *("BTC-USDT-SWAP", "ETH-USDT-SWAP", "SOL-USD-SWAP"),
        *("BTC-USDT", "ETH-USDT", "SOL-USDC"),
        *("BTC-USDT-261225", "ETH-USD-261225"),
    ]
    rows = [f"instId: {name}, lever: 5, mgnMode: isolated" for name in names]
    rows += [f"ccy: {name}, lever: 5, mgnMode: cross" for name in ("BTC", "ETH", "USDC")]
    account = sandbox.account("okx", level="multi_currency", position_mode="net_mode")
    assert found(run(okx(*rows), account)) == []
    assert paths(sandbox) == [INSTRUMENTS] * 3 + [CONFIG]
    sandbox.clear()
    rows = [f"symbol: {coin}USDT, leverage: 5, holdSide: long" for coin in ("BTC", "ETH", "SOL", "XRP", "DOGE")]
    assert found(run(bitget(*rows))) == []
    assert paths(sandbox) == [CONTRACTS]


def test_an_instrument_that_is_not_live(run: Any, sandbox: Sandbox) -> None:
    sandbox.change_instrument("okx", "BTC-USDT-SWAP", state="post_only")
    sandbox.change_instrument("bitget", "BTCUSDT", state="maintain")
    result = run(
        okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross") + bitget("symbol: btcusdt, leverage: 5, holdSide: long")
    )
    assert found(result) == [(2, "plan/instrument-not-live"), (4, "plan/instrument-not-live")]
    assert texts(result)[0] == (
        "BTC-USDT-SWAP is not live; OKX gives its state as post_only, and may refuse what is asked of it; "
        "leave the row out until it is live, or for good where it will not be"
    )
    assert "Bitget gives its state as maintain" in texts(result)[1]


def test_leverage_within_the_bounds_of_the_instrument(run: Any, sandbox: Sandbox) -> None:
    sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum="20.5")
    sandbox.change_instrument("bitget", "BTCUSDT", minimum="2", maximum="50")
    rows = (f"instId: BTC-USDT-SWAP, lever: {lever}, mgnMode: cross" for lever in ("20.51",))
    more = [f"symbol: BTCUSDT, leverage: {lever}, holdSide: {side}" for lever, side in (("50.1", "long"), (1, "short"))]
    result = run(okx(*rows) + bitget(*more))
    assert found(result) == [
        (2, "plan/leverage-above-maximum"),
        (4, "plan/leverage-above-maximum"),
        (5, "plan/leverage-below-minimum"),
    ]
    assert texts(result) == [
        "lever 20.51 is above the maximum of BTC-USDT-SWAP; OKX allows at most 20.5 for it; "
        "the tier of the account may allow less; give at most 20.5",
        "leverage 50.1 is above the maximum of BTCUSDT; Bitget allows at most 50 for it; "
        "the tier of the account may allow less; give at most 50",
        "leverage 1 is below the minimum of BTCUSDT; Bitget allows at least 2 for it; give at least 2",
    ]
    assert [each.violation.value for each in result.problems] == ["20.51", "50.1", "1"]
    right = [f"symbol: BTCUSDT, leverage: {lever}, holdSide: {side}" for lever, side in (("50", "long"), (2, "short"))]
    assert run(okx("instId: BTC-USDT-SWAP, lever: 20.5, mgnMode: cross") + bitget(*right)).complete


def test_a_margin_coin_that_is_not_offered(run: Any) -> None:
    text = bitget("symbol: BTCUSD, leverage: 5, holdSide: long").replace("USDT-FUTURES", "COIN-FUTURES")
    result = run(text.replace("marginCoin: USDT", "marginCoin: ETH"))
    assert found(result) == [(2, "plan/value-not-offered")]
    assert texts(result) == ['BTCUSD has no marginCoin "ETH"; Bitget offers BTC; give marginCoin as "BTC"']


def test_a_currency_is_one_of_the_pairs(run: Any, sandbox: Sandbox) -> None:
    account = sandbox.account("okx", level="multi_currency")
    rows = [f"ccy: {name}, lever: 5, mgnMode: cross" for name in ("BTC", "USDTT", "QQQQ")]
    result = run(okx(*rows), account)
    assert found(result) == [(3, "plan/no-such-instrument"), (4, "plan/no-such-instrument")]
    assert texts(result)[0].startswith('OKX has no currency "USDTT"')
    assert texts(result)[0].endswith('did you mean "USDT"?')
    assert paths(sandbox) == [INSTRUMENTS, CONFIG]
    sandbox.change_instrument("okx", "C98-USDT", state="suspend")
    sandbox.change_instrument("okx", "BTC-USDC", state="suspend")
    rows = [f"ccy: {name}, lever: 5, mgnMode: cross" for name in ("C98", "BTC")]
    assert found(run(okx(*rows), account)) == []
    sandbox.change_instrument("okx", "C98-USDC", state="preopen")
    assert found(run(okx(*rows), account)) == [(2, "plan/instrument-not-live")]


def test_what_is_wrong_already_is_not_looked_up(run: Any, sandbox: Sandbox) -> None:
    text = okx("instId: btcusdt, lever: 5, mgnMode: cross", "instId: BTC-USDT, lever: -1, mgnMode: cross")
    text += "  - {lever: 5, mgnMode: cross}\n"
    text += bitget("symbol: BTCUSDT, leverage: 5x").replace("marginCoin: USDT", "marginCoin: usdt")
    text += "  - {leverage: 5}\n  - {symbol: BTCUSDT, productType: USDT, marginCoin: USDT, leverage: 1}\n"
    result = run(text)
    assert not any(rule.startswith("plan/") for _, rule in found(result))
    assert paths(sandbox) == [INSTRUMENTS, CONTRACTS, ACCOUNT]


# The modes of the account


def test_rules_that_depend_on_the_account_as_the_exchange_says_it(run: Any) -> None:
    result = run(
        okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated", "ccy: BTC, lever: 5, mgnMode: cross")
        + bitget("symbol: BTCUSDT, leverage: 5")
    )
    assert found(result) == [
        (2, "okx/hedge-isolated-needs-side"),
        (3, "okx/currency-needs-multi-currency"),
        (5, "bitget/hedge-isolated-needs-side"),
    ]
    for text, says in zip(
        texts(result), ("long_short_mode", "single_currency", "hedge_mode and isolated"), strict=True
    ):
        assert f"because the exchange says {says}" in text


@pytest.mark.parametrize(
    ("level", "row", "rule"),
    [
        ("spot", "instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross", "okx/spot-has-no-leverage"),
        ("spot", "instId: BTC-USDT, lever: 5, mgnMode: isolated", "okx/spot-has-no-leverage"),
        ("portfolio", "instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross", "okx/portfolio-cross-is-fixed"),
        ("portfolio", "instId: BTC-USDT-261225, lever: 5, mgnMode: cross", "okx/portfolio-cross-is-fixed"),
        ("portfolio", "instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated", None),
        ("portfolio", "instId: BTC-USDT, lever: 5, mgnMode: cross", None),
        ("multi_currency", "instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross", None),
    ],
)
def test_account_modes_in_which_a_leverage_cannot_be_set(
    run: Any, sandbox: Sandbox, level: str, row: str, rule: str | None
) -> None:
    result = run(okx(row), sandbox.account("okx", level=level, position_mode="net_mode"))
    assert found(result) == ([] if rule is None else [(2, rule)])
    if rule is not None:
        assert texts(result)[0].count(f"because the exchange says {level}") == 1
        assert result.problems[0].violation.docs.startswith("https://www.okx.com/docs-v5/")


def test_modes_are_asked_for_only_where_a_row_depends_on_them(run: Any, sandbox: Sandbox) -> None:
    rows = ["symbol: BTCUSDT, leverage: 5, holdSide: long", "symbol: ETHUSDT, leverage: 5"]
    rows += ["symbol: SOLUSDT, leverage: 5, holdSide: long", "symbol: SOLUSDT, leverage: 6, holdSide: short"]
    result = run(bitget(*rows), sandbox.account("bitget", margin_mode="crossed"))
    # In crossed margin both sides are one leverage.
    assert found(result) == [(5, "plan/contradicting-row")]
    asked = [str(request["query"]).partition("&")[0] for request in sandbox.requests()]
    assert asked == ["productType=USDT-FUTURES", "symbol=ETHUSDT", "symbol=SOLUSDT"]
    assert found(run(bitget(*rows), sandbox.account("bitget"))) == [(3, "bitget/hedge-isolated-needs-side")]


def test_modes_that_were_said_are_compared(run: Any, sandbox: Sandbox) -> None:
    text = okx(
        "instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated",
        accounts="position_mode: net_mode, level: single_currency",
    )
    result = run(text)
    assert found(result) == [(3, "plan/account-differs"), (3, "okx/hedge-isolated-needs-side")]
    assert texts(result)[0] == (
        "the position_mode of the OKX account is long_short_mode, and not net_mode; "
        "the exchange says long_short_mode, and the plan says net_mode; "
        "give position_mode as long_short_mode, or change the mode of the account"
    )
    assert result.problems[0].violation.value == "net_mode"
    right = text.replace("net_mode", "long_short_mode").replace("isolated}", "isolated, posSide: long}")
    assert run(right).complete
    rows = [f"symbol: {name}, leverage: 5, holdSide: long" for name in ("BTCUSDT", "ETHUSDT")]
    sandbox.fault(path=ACCOUNT, nth=2, times=1, replace={"marginMode": "crossed"})
    assert found(run(bitget(*rows, accounts="margin_mode: isolated"))) == [(4, "plan/account-differs")]


def test_what_the_caller_says_of_the_account_goes_before_the_plan(run: Any) -> None:
    row = okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross", accounts="level: spot")
    said = {"accounts": Accounts(okx=OkxAccount(level="portfolio", source="the command line"))}
    assert "the command line says portfolio" in texts(run(row, **said))[0]
    assert "account= says multi_currency" in texts(run(row, options={"account": OkxAccount(level="multi_currency")}))[0]
    assert "the plan says spot" in texts(run(row, options={"account": "read"}))[0]


def test_a_mode_that_the_exchange_does_not_say_is_left_to_it(run: Any, sandbox: Sandbox) -> None:
    sandbox.fault(path=CONFIG, drop=["posMode", "acctLv"])
    text = okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross", accounts="position_mode: net_mode, level: spot")
    assert run(text).complete


def test_an_account_that_is_not_asked_for_is_said_to_be_unchecked(run: Any, sandbox: Sandbox) -> None:
    text = okx("instId: BTC-USDT-SWAP, lever: 500, mgnMode: isolated") + bitget("symbol: BTCUSDT, leverage: 5")
    result = run(text, without_modes=("okx", "bitget"))
    assert found(result) == [(2, "plan/leverage-above-maximum")]
    assert list(map(str, result.unchecked)) == [
        "OKX: the modes of the account: no credentials were given for it",
        "Bitget: the modes of the account: no credentials were given for it",
    ]
    assert result.unchecked[0].describe() == {
        "exchange": "okx",
        "what": "the modes of the account",
        "why": "no credentials were given for it",
    }
    assert paths(sandbox) == [INSTRUMENTS, CONTRACTS]
    # Where nothing depends on them, nothing is missing.
    assert run(bitget("symbol: BTCUSDT, leverage: 5, holdSide: long"), without_modes=("bitget",)).complete


def test_an_exchange_without_a_client_or_without_lists_is_said_to_be_unchecked(
    run: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross") + bitget(
        "symbol: BTCUSDT, leverage: 5, holdSide: long"
    )
    result = run(text, sandbox.account("okx"))
    assert (result.problems, result.complete) == ((), False)
    assert list(map(str, result.unchecked)) == [
        "Bitget: instruments and modes of the account: there is no client for it"
    ]
    monkeypatch.setitem(EXCHANGES, "okx", evolve(EXCHANGES["okx"], listing=None))
    result = run(text)
    assert list(map(str, result.unchecked)) == [
        "OKX: instruments and modes of the account: its API does not offer them"
    ]
    assert result.problems == ()


# What cannot be asked


def test_an_exchange_that_is_out_of_reach_is_a_problem(run: Any) -> None:
    text = okx(
        "instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross",
        "instId: ETH-USDT-SWAP, lever: 5, mgnMode: cross",
        "instId: ETH-USDT, lever: 5, mgnMode: cross",
    )
    result = run(text, url=NOWHERE)
    assert found(result) == [(2, "plan/not-asked"), (2, "plan/not-asked"), (4, "plan/not-asked")]
    first, modes, second = texts(result)
    assert first.startswith("OKX could not be asked for its list of SWAP; leverset/")
    assert "; it concerns 2 rows; " in first
    assert second.startswith("OKX could not be asked for its list of MARGIN; ")
    assert modes.startswith("OKX could not be asked for the modes of its account; ")


def test_a_list_that_fails_leaves_the_others(run: Any, sandbox: Sandbox) -> None:
    sandbox.fault(path=INSTRUMENTS, times=1, status=502, body="<html>")
    text = okx("instId: NONE-USDT-SWAP, lever: 5, mgnMode: cross", "instId: NONE-USDT, lever: 5, mgnMode: cross")
    assert found(run(text)) == [(2, "plan/not-asked"), (3, "plan/no-such-instrument")]


def test_an_instrument_that_could_not_be_asked_for_alone_is_not_called_absent(run: Any, sandbox: Sandbox) -> None:
    sandbox.fault(path=INSTRUMENTS, nth=2, times=1, status=502, body="<html>")
    result = run(okx("instId: NONE-USDT-SWAP, lever: 5, mgnMode: cross"))
    assert found(result) == [(2, "plan/not-asked")]
    assert texts(result)[0].startswith("OKX could not be asked for the instrument; ")


def test_after_two_without_a_response_nothing_more_is_asked(run: Any, sandbox: Sandbox) -> None:
    sandbox.fault(path=ACCOUNT, times=None, status=502, body="<html>")
    rows = [f"symbol: {coin}USDT, leverage: 5" for coin in ("BTC", "ETH", "SOL", "XRP")]
    assert found(run(bitget(*rows))) == [(line, "plan/not-asked") for line in range(2, 6)]
    assert paths(sandbox) == [CONTRACTS, ACCOUNT, ACCOUNT]


def test_a_key_that_is_refused_is_used_once(run: Any, sandbox: Sandbox) -> None:
    stranger = evolve_key(sandbox.account("bitget"))
    rows = [f"symbol: {coin}USDT, leverage: 5" for coin in ("BTC", "ETH", "SOL")]
    result = run(bitget(*rows), stranger)
    assert {rule for _, rule in found(result)} == {"plan/not-asked"}
    assert "bitget/40012" in texts(result)[0]
    assert stranger.passphrase not in str(result)
    assert paths(sandbox) == [CONTRACTS, ACCOUNT]


def evolve_key(account: Account) -> Account:
    """The account with another passphrase, as somebody may have it who copied it badly."""
    key = account.keys[0]
    wrong = type(key)(key.api_key, key.secret, "what-nobody-chose")
    return Account(account.exchange, account.name, account.uid, account.modes, [wrong])


def test_the_lists_are_read_as_they_come(run: Any, sandbox: Sandbox) -> None:
    """Entries without a name, and lists that are none, hold nothing."""
    sandbox.fault(path=INSTRUMENTS, times=1, replace={"instId": "", "state": None})
    sandbox.fault(path=CONTRACTS, times=1, replace={"symbol": "", "supportMarginCoins": None})
    text = okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross")
    assert run(text + bitget("symbol: BTCUSDT, leverage: 5, holdSide: long")).complete
    for name in ("supportMarginCoins", "maxLever", "symbolStatus"):
        sandbox.fault(path=CONTRACTS, times=1, drop=[name])
    rules = [found(run(bitget("symbol: BTCUSDT, leverage: 500, holdSide: long"))) for _ in range(3)]
    above, state = (2, "plan/leverage-above-maximum"), (2, "plan/instrument-not-live")
    assert rules == [[above], [], [state, above]]


@pytest.mark.parametrize(
    ("exchange", "path", "body"),
    [
        ("okx", INSTRUMENTS, '{"code":"0","msg":"","data":null}'),
        ("okx", INSTRUMENTS, '{"code":"0","msg":"","data":[7]}'),
        ("bitget", CONTRACTS, '{"code":"00000","msg":"","requestTime":1,"data":{}}'),
        ("bitget", CONTRACTS, '{"code":"00000","msg":"","requestTime":1,"data":[7]}'),
    ],
)
def test_an_empty_list_means_that_it_is_not_there(
    run: Any, sandbox: Sandbox, exchange: str, path: str, body: str
) -> None:
    sandbox.fault(path=path, times=None, status=200, body=body)
    rows = {
        "okx": okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross"),
        "bitget": bitget("symbol: BTCUSDT, leverage: 5, holdSide: long"),
    }
    [problem] = run(rows[exchange]).problems
    assert problem.rule in ("plan/no-such-instrument", "plan/not-asked")


def test_wrong_clients_are_refused(tmp_path: Path) -> None:
    plan = written(tmp_path, okx("instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross"))
    with Bitget(CREDENTIALS, base_url=NOWHERE) as client, pytest.raises(PlanError, match="two clients of bitget"):
        check_online(plan, [client, client])


def test_a_plan_with_problems_of_its_own_and_without_rows(tmp_path: Path, sandbox: Sandbox) -> None:
    plan = written(tmp_path, "okx:\n")
    result = checked("sync", sandbox.url, plan, sandbox.account("okx"))
    assert [each.rule for each in result.problems] == [each.rule for each in plan.problems]
    assert sandbox.requests() == []
