"""`leverset check --online`: what the exchanges say of a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import Terminal
from tests.limits.server import RedisServer
from tests.output import json_lines
from tests.plan.rows import LONG, PERP
from tests.server import Raw, silent
from tests.stand_ins import NOWHERE

PLAN = f"okx:\n  - {LONG}\nbitget:\n  - {PERP}\n"
WRONG = PLAN.replace("lever: 5", "lever: 500").replace("BTCUSDT", "BTCUSTD").replace("USDT-F", "COIN-F")
WRONG = WRONG.replace("marginCoin: USDT", "marginCoin: BTC")
NO_KEYS = {f"{name}_{part}": "" for name in ("OKX", "BITGET") for part in ("API_KEY", "SECRET", "PASSPHRASE")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    return path


@pytest.fixture
def online(invoke: Invoke, exchange: Sandbox, path: Path) -> Callable[..., Any]:
    def run(*words: object, url: str = "", **other: str) -> Any:
        return invoke("check", path, "--online", "--sandbox", url or exchange.url, *words, **other)

    return run


def test_a_right_plan(online: Any, path: Path, exchange: Sandbox) -> None:
    result = online()
    assert (result.exit_code, result.stderr) == (0, "")
    where = f"sandbox {exchange.url} asked"
    assert result.stdout == f"{path}: 2 rows (okx 1, bitget 1), no problem found, {where}\n"
    assert {entry["method"] for entry in exchange.requests()} == {"GET"}
    assert online("--no-shared-limit").stdout == result.stdout


def test_problems_with_file_line_rule_and_fix(online: Any, path: Path) -> None:
    path.write_text(WRONG)
    result = online()
    assert result.exit_code == 1
    assert result.stdout == (
        "error[plan/leverage-above-maximum]: lever 500 is above the maximum of BTC-USDT-SWAP\n"
        f"  --> {path}:2\n"
        "  why:   OKX allows at most 125 for it; the tier of the account may allow less\n"
        "  fix:   give at most 125\n"
        'error[plan/no-such-instrument]: Bitget has no COIN-FUTURES "BTCUSTD"\n'
        f"  --> {path}:4\n"
        "  why:   none of the 26 in its list has this name\n"
        '  fix:   did you mean "BTCUSD"?\n'
        f"\n2 problems in {path}\n"
    )


def test_problems_as_json(online: Any, path: Path) -> None:
    path.write_text(WRONG.replace(", holdSide: long", ""))
    first, second, unchecked = json_lines(online("--json", **NO_KEYS).stdout)
    assert [each["error"]["reference"] for each in (first, second)] == [
        "plan/leverage-above-maximum",
        "plan/no-such-instrument",
    ]
    assert (first["line"], first["row"], first["field"], first["value"]) == (2, 1, "lever", "500")
    assert first["error"]["target"]["request"]["instId"] == "BTC-USDT-SWAP"
    assert unchecked == {
        "kind": "unchecked",
        "exchange": "okx",
        "what": "the modes of the account",
        "why": "no credentials were given for it",
    }


def test_without_credentials_the_lists_are_still_asked(online: Any, path: Path, exchange: Sandbox) -> None:
    result = online(**NO_KEYS)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{path}: 2 rows (okx 1, bitget 1), no problem found in what was checked, sandbox {exchange.url} asked",
        "not checked: OKX: the modes of the account: no credentials were given for it",
    ]
    paths = [entry["path"] for entry in exchange.requests()]
    assert paths == ["/api/v5/public/instruments", "/api/v2/mix/market/contracts"]
    assert all("access-key" not in str(entry["headers"]).lower() for entry in exchange.requests())


def test_credentials_that_lack_a_part_exit_2(online: Any, exchange: Sandbox, tmp_path: Path) -> None:
    result = online(OKX_SECRET="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "OKX_SECRET is empty" in result.stderr
    file = tmp_path / "keys"
    file.write_text(f"OKX_API_KEY={exchange.api_key}\n")
    file.chmod(0o600)
    assert online("--credentials", file).exit_code == 2
    assert exchange.requests() == []


def test_what_is_said_of_the_account_is_compared(online: Any, path: Path) -> None:
    path.write_text(f"okx:\n  - {LONG.replace(', posSide: long', '')}\n")
    result = online("--okx-position-mode", "net_mode")
    assert result.exit_code == 1
    assert "error[plan/account-differs]" in result.stdout
    assert "the exchange says long_short_mode, and the command line says net_mode" in result.stdout
    assert "because the exchange says long_short_mode" in result.stdout


def test_an_exchange_that_cannot_be_asked_exits_1(online: Any, path: Path) -> None:
    result = online(url=NOWHERE)
    assert result.exit_code == 1
    assert "error[plan/not-asked]: OKX could not be asked for its list of SWAP\n" in result.stdout
    assert "error[plan/not-asked]: Bitget could not be asked for its list of USDT-FUTURES\n" in result.stdout
    assert "no problem found" not in result.stdout


def test_wrong_calls_exit_2(invoke: Invoke, path: Path, exchange: Sandbox) -> None:
    assert "no environment is given" in invoke("check", path, "--online").stderr
    for words in (("--live",), ("--demo",), ("--sandbox", exchange.url)):
        result = invoke("check", path, *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            "leverset: check asks nobody without --online\n  fix:   give --online, or leave the environment out\n"
        )
    assert invoke("check", path.with_name("none.yaml"), "--online", "--sandbox", exchange.url).exit_code == 2
    assert exchange.requests() == []


def test_the_limit_is_shared(online: Any) -> None:
    server = RedisServer()
    server.start()
    server.limiter(namespace="leverset").close()  # as if it had been in use for long
    try:
        assert online("--redis", server.url).exit_code == 0
        assert server.calls("evalsha") >= 3
    finally:
        server.remove()


def test_ctrl_c(path: Path, env: dict[str, str]) -> None:
    with Raw(silent) as server:
        address = f"http://127.0.0.1:{server.port}"
        with Terminal("check", path, "--online", "--sandbox", address, env=env) as terminal:
            terminal.until(lambda: server.connections)
            terminal.press("\x03")
            assert terminal.exit() == 130
            assert terminal.text.endswith("interrupted: nothing was to be changed\n")
