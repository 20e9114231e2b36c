"""Where the account's modes come from in `set` and `apply`, and what is read back: text, JSON and journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.plan.rows import LONG, bodies, okx_rows

NO_SIDE = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated"]
SET = [*NO_SIDE, "--pos-side", "long"]
READ = "/api/v5/account/leverage-info"
CONFIG = "/api/v5/account/config"


def paths(exchange: Sandbox) -> list[str]:
    return [str(entry["path"]) for entry in exchange.requests()]


@pytest.fixture
def lost(exchange: Sandbox) -> None:
    """Changes are applied, and no response says so."""
    exchange.fault(exchange="okx", times=None, status=502, body="<html></html>")


def test_set_asks_the_exchange_for_the_modes(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*NO_SIDE, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "error[okx/hedge-isolated-needs-side]" in result.stdout
    assert "because the exchange says long_short_mode" in result.stdout
    assert paths(exchange) == [CONFIG]


def test_modes_that_are_given_are_not_asked_for(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*NO_SIDE, "--sandbox", exchange.url, "--position-mode", "long_short_mode")
    assert (result.exit_code, paths(exchange)) == (1, [])
    assert "because the command line says long_short_mode" in result.stdout
    result = invoke(*SET, "--sandbox", exchange.url, "--level", "single_currency")
    assert (result.exit_code, paths(exchange)) == (0, ["/api/v5/account/set-leverage"])


def test_an_account_that_cannot_be_read_changes_nothing(invoke: Invoke, exchange: Sandbox) -> None:
    exchange.fault(path=CONFIG, times=None, status=503, body="<html></html>")
    result = invoke(*SET, "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]


def test_offline_nothing_is_read(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    result = invoke(*NO_SIDE, "--sandbox", exchange.url, "--dry-run")
    assert (result.exit_code, "the exchange is asked" in result.stdout) == (0, True)
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    assert invoke("check", tmp_path / "plan.yaml").exit_code == 0
    assert paths(exchange) == []


def test_a_row_that_the_exchanges_modes_rule_out(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"okx:\n  - {LONG}\n  - {{instId: ETH-USDT-SWAP, lever: 5, mgnMode: isolated}}\n")
    result = invoke("apply", plan, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert f"not sent  okx    ETH-USDT-SWAP isolated -> 5  {plan}:3\n" in result.stdout
    assert "          okx/hedge-isolated-needs-side: posSide has to be long or short here\n" in result.stdout
    assert "because the exchange says long_short_mode\n          fix: give posSide" in result.stdout
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]


@pytest.mark.parametrize(
    ("accounts", "words", "source"),
    [
        ("{position_mode: net_mode}", (), "the plan"),
        ("{position_mode: net_mode, level: spot}", ("--okx-level", "portfolio"), "the plan with the command line"),
        ("{}", ("--okx-position-mode", "net_mode"), "the command line"),
    ],
)
def test_modes_of_a_plan_or_of_options_are_checked_before_anything_is_sent(
    invoke: Invoke, exchange: Sandbox, tmp_path: Path, accounts: str, words: tuple[str, ...], source: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"accounts: {{okx: {accounts}}}\nokx:\n  - {LONG}\n")
    result = invoke("apply", plan, "--sandbox", exchange.url, *words)
    assert (result.exit_code, result.stderr) == (1, "nothing was sent\n")
    assert f"because {source} says net_mode" in result.stdout
    assert paths(exchange) == []


def test_a_user_id_alone_leaves_the_modes_to_the_exchange(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    plan, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    plan.write_text(f'accounts: {{okx: {{uid: "77"}}}}\nokx:\n  - {LONG}\n')
    assert invoke("apply", plan, "--sandbox", exchange.url, "--journal", journal).exit_code == 0
    assert [path for path in paths(exchange) if path != READ] == [CONFIG, "/api/v5/account/set-leverage"]
    assert "account 77" in journal.read_text()


@pytest.mark.usefixtures("lost")
def test_set_says_that_the_value_was_read_back(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*SET, "--sandbox", exchange.url)
    values = "lever 5, instId BTC-USDT-SWAP, mgnMode isolated, posSide long"
    assert (result.exit_code, result.stdout) == (0, f"applied on okx: {values}; confirmed by reading it back\n")
    printed = json.loads(invoke(*SET, "--sandbox", exchange.url, "--json").stdout)
    assert (printed["status"], printed["confirmed"], printed["reported"]) == ("applied", "read_back", None)
    assert printed["observed"] == [
        {"lever": "5", "mgn_mode": "isolated", "inst_id": "BTC-USDT-SWAP", "ccy": None, "pos_side": "long"}
    ]


def test_set_json_says_how_a_success_is_known(invoke: Invoke, exchange: Sandbox) -> None:
    printed = json.loads(invoke(*SET, "--sandbox", exchange.url, "--json").stdout)
    assert (printed["confirmed"], printed["reported"]["lever"], printed["observed"]) == ("response", "5", [])


def test_errors_in_json_have_what_was_read(invoke: Invoke, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", times=None, status=502, body="<html></html>", apply=False)
    printed = json.loads(invoke(*SET, "--sandbox", exchange.url, "--json").stdout)
    assert (printed["status"], printed["error"]["read_failure"], printed["error"]["maximum"]) == ("unknown", None, None)
    assert [each["lever"] for each in printed["observed"]] == ["3"]
    exchange.fault(path="/api/v5/account/leverage-info", times=None, status=503, body="<html></html>")
    printed = json.loads(invoke(*SET, "--sandbox", exchange.url, "--json").stdout)
    assert (printed["status"], printed["observed"], "503" in printed["error"]["read_failure"]) == ("unknown", [], True)
    exchange.clear_faults()
    high = [*SET[:5], "500", *SET[6:]]
    printed = json.loads(invoke(*high, "--sandbox", exchange.url, "--json").stdout)
    assert (printed["error"]["reference"], printed["error"]["maximum"]) == ("okx/59102", "125")
    assert (printed["error"]["code"], printed["error"]["status"]) == ("59102", 200)
    assert "at most 125" in printed["error"]["fix"]


def test_rows_say_what_was_read(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(okx_rows(1))
    exchange.fault(exchange="okx", times=3, status=502, body="<html></html>")
    result = invoke("apply", plan, "--sandbox", exchange.url)
    assert f"applied   okx    T000-USDT-SWAP isolated long -> 5  {plan}:2  (read back)\n" in result.stdout
    plan.write_text(okx_rows(1, 6))
    exchange.fault(exchange="okx", times=None, status=502, body="<html></html>", apply=False)
    result = invoke("apply", plan, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "          read: lever 5 (isolated T000-USDT-SWAP long)\n" in result.stdout
