"""The installed command in a real terminal, at the real pace, against the sandbox."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from tests.cli.terminal import COMMAND, Terminal
from tests.plan.rows import bitget_rows, bodies, levers, okx_rows

HIGH = "  - {instId: T900-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"


def plan(folder: Path, text: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(text)
    return path


def test_progress_and_mixed_success(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    path = plan(tmp_path, okx_rows(7) + HIGH + bitget_rows(7))
    with Terminal("apply", path, "--sandbox", exchange.url, env=env) as terminal:
        terminal.sees("left")
        assert terminal.exit() == 1
        text = terminal.text
        assert terminal.escapes > 10
    assert f"15 rows (okx 8, bitget 7), to sandbox {exchange.url}" in text
    assert "━" in text
    assert "8/8" in text
    assert "1 not applied" in text
    assert "/s" in text
    assert text.count("applied   ") >= 14
    assert f"refused   okx    T900-USDT-SWAP isolated long -> 500  {path}:9" in text
    assert "okx/59102" in text
    assert "okx    7 applied, 1 refused" in text
    assert "bitget 7 applied" in text
    assert "1 of 15 rows not known to be applied" in text
    assert (levers(exchange, "okx"), levers(exchange, "bitget")) == (7, 7)


def test_ctrl_c_finishes_rows_under_way(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    exchange.fault(exchange="okx", nth=5, delay_after=0.5)
    path = plan(tmp_path, okx_rows(40))
    with Terminal("apply", path, "--sandbox", exchange.url, env=env) as terminal:
        terminal.until(lambda: len(bodies(exchange, "okx")) == 5 and terminal.text.count("applied   ") == 4)
        terminal.press("\x03")
        assert terminal.exit() == 130
        text = terminal.text
    assert len(bodies(exchange, "okx")) == levers(exchange, "okx") == 5
    assert text.count("applied   okx") == 5
    assert "not sent  okx" not in text
    assert text.count("interrupted: 35 of 40 rows not known to be applied, 35 of them not sent") == 1
    assert text.rpartition("/40")[0].endswith(" 5")  # the bar stays where the run stood


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    exchange.fault(exchange="okx", nth=2, delay_after=60)
    with Terminal("apply", plan(tmp_path, okx_rows(20)), "--sandbox", exchange.url, env=env) as terminal:
        terminal.until(lambda: len(bodies(exchange, "okx")) >= 2 and "applied   " in terminal.text)
        terminal.press("\x03")
        terminal.sees("interrupted: what is under way is finished; Ctrl-C again does not wait for it")
        terminal.press("\x03")
        assert terminal.exit(4) == 130
        assert "unknown   okx    T001-USDT-SWAP" in terminal.text
        assert "abandoned under way" in terminal.text


def test_kill_9_in_the_middle_of_a_line_and_continue(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    path, journal = plan(tmp_path, okx_rows(9)), tmp_path / "run.jsonl"
    arguments = ("apply", path, "--sandbox", exchange.url, "--journal", journal)
    with Terminal(*arguments, env=env) as terminal:
        terminal.until(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 5)
        terminal.kill()
        assert terminal.exit() == -9
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-25])
    confirmed = [json.loads(line)["request"]["instId"] for line in whole.splitlines()[2:-1]]
    before = bodies(exchange, "okx")
    with Terminal(*arguments, env=env) as terminal:
        assert terminal.exit() == 0
        assert terminal.text.count("(applied by an earlier run)") == len(confirmed)
        assert f"all 9 rows hold, {len(set(before))} of them already did, {len(confirmed)} applied by" in terminal.text
    # The limit of the killed process is unknown to this one: the exchange may refuse some at first.
    again = bodies(exchange, "okx")[len(before) :]
    assert not set(again) & set(before)
    assert set(again) | set(before) == {f"T{number:03}-USDT-SWAP" for number in range(9)}


@pytest.mark.off_contract("the wrong secret of another process is what is tested")
def test_a_wrong_secret_stops_at_once(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    path = plan(tmp_path, okx_rows(300) + bitget_rows(6))
    with Terminal("apply", path, "--sandbox", exchange.url, env=env | {"OKX_SECRET": "WRONG"}) as terminal:
        assert terminal.exit() == 1
        text = terminal.text
    assert len(exchange.requests("okx")) == 1
    assert levers(exchange, "bitget") == 6
    assert "okx    given up: okx/50113" in text
    assert "300 not sent" in text
    assert text.count("not sent  okx") == 1  # with what to do
    assert "WRONG" not in text


def test_an_exchange_in_maintenance_beside_a_healthy_one(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str]
) -> None:
    for where in (None, "/api/v5/account/leverage-info", "/api/v5/account/config"):
        exchange.fault(exchange="okx", path=where, times=None, status=503, body="<html>maintenance</html>")
    path = plan(tmp_path, okx_rows(100) + bitget_rows(6))
    with Terminal("apply", path, "--sandbox", exchange.url, env=env) as terminal:
        assert terminal.exit() == 1
        text = terminal.text
    assert "bitget 6 applied" in text
    assert "okx    given up: no response" in text
    assert "100 not sent" in text
    assert bodies(exchange, "okx") == []


@pytest.mark.slow
def test_an_exchange_that_drops_every_connection(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    for where in (None, "/api/v5/account/leverage-info", "/api/v5/account/config"):
        exchange.fault(exchange="okx", path=where, times=None, close="before")
    path = plan(tmp_path, okx_rows(100) + bitget_rows(6))
    with Terminal("apply", path, "--sandbox", exchange.url, env=env) as terminal:
        assert terminal.exit(60) == 1
        assert "bitget 6 applied" in terminal.text
        assert "okx    given up: no response" in terminal.text


def test_set_against_the_sandbox_command(tmp_path: Path, env: dict[str, str]) -> None:
    with Terminal("sandbox", "--json", env=env) as sandbox:
        sandbox.until(lambda: "}]}\n" in sandbox.text)
        printed = json.loads(sandbox.text.replace("\n", ""))
        keys = {f"OKX_{name.upper()}": printed[name] for name in ("api_key", "secret", "passphrase")}
        words = "set okx --inst-id BTC-USDT-SWAP --lever 5 --mgn-mode isolated --pos-side long --sandbox"
        with Terminal(*words.split(), printed["url"], env=env | keys) as terminal:
            assert terminal.exit() == 0
            assert "applied on okx: lever 5, mgnMode isolated" in terminal.text
        sandbox.press("\x03")
        assert sandbox.exit() == 0


def test_a_closed_pipe_does_not_end_the_run(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    words = [str(COMMAND), "apply", str(plan(tmp_path, okx_rows(12))), "--sandbox", exchange.url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 4
        shown = process.stderr.read().decode()
    assert shown.startswith("leverset: not everything could be shown on stdout: Broken pipe; its end:\n")
    assert "\nall 12 rows are applied" in shown
    assert levers(exchange, "okx") == 12
