"""`leverset get`: what holds now, with the document's fields as options."""

from __future__ import annotations

import json
import shlex

import pytest

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.limits.server import RedisServer

OKX = ["get", "okx", "--inst-id", "BTC-USDT-SWAP", "--mgn-mode"]
BITGET = ["get", "bitget", "--symbol", "BTCUSDT", "--product-type", "USDT-FUTURES", "--margin-coin", "USDT"]
SIDES = ("long", "short")
READABLE = [each for each in EXCHANGES.values() if each.read_operation is not None]


def test_one_line_for_each_leverage(invoke: Invoke, exchange: Sandbox) -> None:
    account = exchange.account("okx")
    exchange.change_leverage(account, instId="BTC-USDT-SWAP", lever="9", mgnMode="isolated", posSide="long")
    result = invoke(*OKX, "isolated", "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "okx    BTC-USDT-SWAP isolated long: 9\nokx    BTC-USDT-SWAP isolated short: 3\n"
    result = invoke(*BITGET, "--sandbox", exchange.url)
    assert result.stdout == (
        "bitget BTCUSDT USDT-FUTURES USDT long isolated: 10\nbitget BTCUSDT USDT-FUTURES USDT short isolated: 10\n"
    )
    assert {entry["method"] for entry in exchange.requests()} == {"GET"}


def test_json_has_the_fields_of_the_results_and_what_the_exchange_said(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*OKX, "isolated", "--sandbox", exchange.url, "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {
        "kind": "leverage",
        "exchange": "okx",
        "lever": "3",
        "mgn_mode": "isolated",
        "inst_id": "BTC-USDT-SWAP",
        "ccy": None,
        "pos_side": "long",
        "confirmed": "response",
        "raw": {"lever": "3", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long", "ccy": ""},
    }
    assert second["pos_side"] == "short"
    [first, second] = map(json.loads, invoke(*BITGET, "--sandbox", exchange.url, "--json").stdout.splitlines())
    assert (first["hold_side"], first["lever"], first["raw"]["isolatedLongLever"]) == ("long", "10", 10)


def test_several_names_in_one_command(invoke: Invoke, exchange: Sandbox) -> None:
    more = ("--inst-id", "ETH-USDT-SWAP,SOL-USDT-SWAP", "--sandbox", exchange.url)
    result = invoke(*OKX, "isolated", *more)
    assert [line.split()[1] for line in result.stdout.splitlines()[::2]] == [
        "BTC-USDT-SWAP",
        "ETH-USDT-SWAP",
        "SOL-USDT-SWAP",
    ]
    assert len(exchange.requests()) == 1


def test_a_currency(invoke: Invoke, exchange: Sandbox) -> None:
    account = exchange.account("okx", level="multi_currency", position_mode="net_mode")
    keys = {"OKX_API_KEY": account.api_key, "OKX_SECRET": account.secret, "OKX_PASSPHRASE": account.passphrase}
    result = invoke("get", "okx", "--ccy", "BTC", "--mgn-mode", "cross", "--sandbox", exchange.url, **keys)
    assert result.stdout == "okx    BTC cross: 3\n"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_refusal_and_a_broken_rule_are_shown_as_set_shows_them(
    invoke: Invoke, exchange: Sandbox, form: tuple[str, ...]
) -> None:
    refused = invoke(*BITGET, "--sandbox", exchange.url, *form, BITGET_PASSPHRASE="WRONG")
    broken = invoke(*OKX, "crossed", "--sandbox", exchange.url, *form)
    assert (refused.exit_code, broken.exit_code) == (1, 1)
    assert "WRONG" not in refused.output
    if form:
        error = json.loads(refused.stdout)["error"]
        assert (error["outcome"], error["reference"]) == ("refused", "bitget/40012")
        assert (error["code"], error["status"], error["target"]["method"]) == ("40012", 400, "GET")
        error = json.loads(broken.stdout)["error"]
        assert (error["outcome"], error["violations"][0]["rule"]) == ("not_sent", "okx/margin-mode-known")
    else:
        assert "error[bitget/40012]" in refused.stdout
        assert 'fix:   did you mean "cross"?' in broken.stdout
    assert len(exchange.requests()) == 1


def test_nothing_that_is_named_exits_1(invoke: Invoke, exchange: Sandbox) -> None:
    exchange.fault(path="/api/v5/account/leverage-info", replace={"lever": ""})
    result = invoke("get", "okx", "--inst-id", "BTC-USDT", "--mgn-mode", "cross", "--sandbox", exchange.url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("leverset: OKX names no leverage for it\n  fix:   ")


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize(
    "names", [("BTC-USDT-SWAP,ETH-USDT-SWAP,XRP-USDT-SWAP",), ("BTC-USDT-SWAP", "ETH-USDT-SWAP", "XRP-USDT-SWAP")]
)
def test_one_of_several_that_is_not_named_exits_1_after_the_others(
    invoke: Invoke, exchange: Sandbox, form: tuple[str, ...], names: tuple[str, ...]
) -> None:
    account = exchange.account("okx", position_mode="net_mode")
    keys = {"OKX_API_KEY": account.api_key, "OKX_SECRET": account.secret, "OKX_PASSPHRASE": account.passphrase}
    asked = [word for name in names for word in ("--inst-id", name)]
    rest = ("--mgn-mode", "cross", *form, "--sandbox", exchange.url)
    assert invoke("get", "okx", *asked, *rest, **keys).exit_code == 0
    exchange.fault(path="/api/v5/account/leverage-info", replace={"lever": ""})
    result = invoke("get", "okx", *asked, *rest, **keys)
    lines = result.stdout.splitlines()
    if form:
        error = json.loads(lines.pop())["error"]
        assert (error["reference"], error["target"]["request"]["mgnMode"]) == ("leverset/no-leverage", "cross")
        assert error["target"]["host"] == exchange.url.removeprefix("http://")
    assert (result.exit_code, len(lines), any("BTC-USDT-SWAP" in line for line in lines)) == (1, 2, False)
    assert result.stderr.startswith("leverset: OKX names no leverage for BTC-USDT-SWAP\n  fix:   ")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_wrong_one_of_several_keeps_none_of_the_others_from_being_shown(
    invoke: Invoke, exchange: Sandbox, form: tuple[str, ...]
) -> None:
    names = ("--inst-id", "FOO-USDT-SWAP", "--inst-id", "ETH-USDT-SWAP")
    result = invoke(*OKX, "cross", *names, "--sandbox", exchange.url, *form)
    assert (result.exit_code, result.stderr) == (1, "")
    if form:
        *found, error = map(json.loads, result.stdout.splitlines())
        assert [each["inst_id"] for each in found] == ["BTC-USDT-SWAP", "BTC-USDT-SWAP", *["ETH-USDT-SWAP"] * 2]
        assert error["error"]["target"]["request"]["instId"] == "FOO-USDT-SWAP"
    else:
        lines = result.stdout.splitlines()
        sides = [f"okx    {name} cross {side}: 3" for name in ("BTC-USDT-SWAP", "ETH-USDT-SWAP") for side in SIDES]
        assert lines[:4] == sides
        assert lines[4].startswith("error[okx/51001]")
        assert "cross FOO-USDT-SWAP" in lines[5]
    assert len(exchange.requests()) == 4


@pytest.mark.parametrize("nth", [1, 2])
def test_where_all_would_end_alike_no_name_is_read_alone(invoke: Invoke, exchange: Sandbox, nth: int) -> None:
    names = ("--inst-id", "FOO-USDT-SWAP", "--inst-id", "ETH-USDT-SWAP")
    wrong = {"code": "50113", "msg": "Invalid Sign", "status": 401}
    exchange.fault(path="/api/v5/account/leverage-info", nth=nth, times=None, exchange_code=wrong)
    result = invoke(*OKX, "cross", *names, "--sandbox", exchange.url)
    assert (result.exit_code, result.stdout.count("error[okx/50113]"), result.stdout.count("error[")) == (1, 1, 1)
    assert len(exchange.requests()) == nth


def test_wrong_calls_exit_2(invoke: Invoke, exchange: Sandbox) -> None:
    assert "no environment is given" in invoke(*OKX, "cross").stderr
    missing = invoke(*BITGET[:-2], "--sandbox", exchange.url)
    assert (missing.exit_code, "--margin-coin" in missing.stderr) == (2, True)
    assert invoke(*OKX, "cross", "--sandbox", exchange.url, OKX_SECRET="").exit_code == 2
    assert exchange.requests() == []


def test_the_limit_is_shared_while_reading(invoke: Invoke, exchange: Sandbox) -> None:
    server = RedisServer()
    server.start()
    server.limiter(namespace="leverset").close()  # as if it had been in use for long
    try:
        assert invoke(*OKX, "cross", "--sandbox", exchange.url, "--redis", server.url).exit_code == 0
        assert server.calls("evalsha") >= 2
    finally:
        server.remove()


@pytest.mark.parametrize("registered", READABLE, ids=lambda each: each.name)
def test_help_has_the_fields_and_an_example_that_works(
    invoke: Invoke, exchange: Sandbox, registered: RegisteredExchange
) -> None:
    shown = " ".join(invoke("get", registered.name, "--help", COLUMNS="300").stdout.split())
    for field in registered.read_fields:
        assert f"--{field.argument.replace('_', '-')} " in shown
        assert field.description in shown
    example = shown.partition("Example: ")[2].partition(" --live ")[0]
    result = invoke(*shlex.split(example)[1:], "--sandbox", exchange.url)
    assert (result.exit_code, ": " in result.stdout) == (0, True)
