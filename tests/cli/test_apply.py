"""`leverset apply` where there is no terminal: lines, JSON, journal, exit codes."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from leverset import RateLimit
from leverset.cli import progress
from leverset.cli.output import line
from leverset.cli.progress import Meter, PauseLines, ProgressDisplay
from leverset.errors import MalformedResponse
from leverset.limits import Limiter
from leverset.plan import JournalError, Result, load
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND
from tests.plan.rows import FAST, LONG, PERP, bodies, levers, okx_rows, written
from tests.server import Raw, http

HIGH = "  - {instId: T900-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\n{HIGH}bitget:\n  - {PERP}\n")
    return path


def test_plain_lines(plan: Path, invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    result = invoke("apply", plan, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == f"{plan}: 3 rows (okx 2, bitget 1), to sandbox {exchange.url}"
    assert f"applied   okx    BTC-USDT-SWAP isolated long -> 5  {plan}:2" in lines
    assert "progress  okx    2/2  2.5/s  done  1 not applied" in lines
    assert lines[-3:-1] == ["okx    1 applied, 1 refused", "bitget 1 applied"]
    assert lines[-1].startswith("1 of 3 rows not known to be applied, in ")


def test_quiet_shows_what_was_not_applied_and_the_end(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    lines = invoke("apply", plan, "--sandbox", exchange.url, "--quiet").stdout.splitlines()
    assert lines[0].startswith("refused   okx")
    assert not [line for line in lines if line.startswith("applied")]
    assert lines[-1].startswith("1 of 3 rows")


def test_json_is_one_object_per_line(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("apply", plan, "--sandbox", exchange.url, "--json")
    *rows, end = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert {(row["row"], row["status"]) for row in rows} == {(1, "applied"), (2, "refused"), (3, "applied")}
    assert (end["counts"]["applied"], end["counts"]["refused"]) == (2, 1)


def test_all_applied_exits_0_and_the_journal_goes_on(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    path, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    path.write_text(f"okx:\n  - {LONG}\n")
    words = ("apply", path, "--sandbox", exchange.url, "--journal", journal)
    assert invoke(*words).exit_code == 0
    again = invoke(*words)
    assert again.exit_code == 0
    assert "the row holds, and did already, 1 applied by an earlier run" in again.stdout
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]
    assert "the same command" not in again.stdout
    path.write_text(f"okx:\n  - {LONG.replace('5', '6')}\n")
    assert invoke(*words).exit_code == 0
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"] * 2


def test_the_end_with_a_journal_says_how_to_go_on(
    plan: Path, tmp_path: Path, invoke: Invoke, exchange: Sandbox
) -> None:
    words = ("apply", plan, "--sandbox", exchange.url, "--journal", tmp_path / "run.jsonl")
    assert invoke(*words).stdout.endswith("\nthe same command sends what is not known to be applied\n")
    assert invoke(*words).exit_code == 1
    assert sum(one["method"] == "POST" for one in exchange.requests()) == 4


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_plan_with_problems_sends_nothing(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox, form: tuple[str, ...]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\n  - {LONG}\n")
    result = invoke("apply", path, "--sandbox", exchange.url, *form)
    assert result.exit_code == 1
    assert "plan/duplicate-row" in result.stdout
    assert result.stderr == "nothing was sent\n"
    assert exchange.requests() == []


def test_a_journal_that_cannot_be_written_any_more(
    plan: Path, tmp_path: Path, invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise JournalError("no room", reference="plan/journal", fix="make room")

    monkeypatch.setattr("leverset.plan._journal.Journal.write", full)
    result = invoke("apply", plan, "--sandbox", exchange.url, "--journal", tmp_path / "run.jsonl", "--force")
    assert result.exit_code == 1
    assert "no room" in result.stderr
    assert 1 <= levers(exchange, "okx") + levers(exchange, "bitget") <= 2  # one on each, where both were under way


def test_stop_on_error_ends_at_the_first_refusal(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("okx:\n" + HIGH + okx_rows(20).partition("\n")[2])
    result = invoke("apply", path, "--sandbox", exchange.url, "--stop-on-error")
    assert result.exit_code == 1
    assert "okx    1 refused, 20 not sent" in result.stdout
    paths = [one["path"] for one in exchange.requests()]
    assert [path for path in paths if path != "/api/v5/account/leverage-info"] == [
        "/api/v5/account/config",
        "/api/v5/account/set-leverage",
        "/api/v5/public/instruments",
    ]


def test_rate_and_time_left(tmp_path: Path) -> None:
    rows = written(tmp_path, okx_rows(13)).rows
    now = 0.0
    limit = type(FAST)(requests=5, seconds=2.0, scope="user")
    meter = Meter("okx", 300, limit, lambda: now)
    assert meter.text == "2.5/s  2:00 left  0 not applied"
    now = 3.0
    meter.count(Result(row=rows[0], status="kept", earlier=True))
    assert meter.rate == 2.5
    for row in rows[1:11]:
        meter.count(Result(row=row, status="applied"))
    assert meter.rate == 2.5  # less than two windows
    now = 5.0
    meter.count(Result(row=rows[11], status="refused"))
    meter.count(Result(row=rows[12], status="not_sent"))
    assert meter.text == "2.2/s  2:11 left  1 not applied"
    meter.count(Result(row=rows[0], status="differs"))  # somebody changed it meanwhile
    assert (meter.done, meter.failed) == (12, 2)


def test_a_terminal_shows_bars_and_quiet_shows_nothing(tmp_path: Path) -> None:
    plan = written(tmp_path, okx_rows(2))
    console = Console(force_terminal=True, width=100, file=(tmp_path / "out").open("w"))
    display = ProgressDisplay(plan, {"okx": FAST}, console, quiet=False)
    with display.shown():
        display.count(Result(row=plan.rows[0], status="applied"))
    console.file.close()
    assert "1/2" in (tmp_path / "out").read_text()
    quiet = ProgressDisplay(plan, {"okx": FAST}, console, quiet=True)
    with quiet.shown():
        quiet.count(Result(row=plan.rows[0], status="unknown"))
    assert quiet.meters["okx"].failed == 1
    assert load(plan.path).rows == plan.rows


def test_an_error_without_a_fix_has_no_fix_line(tmp_path: Path) -> None:
    plan = written(tmp_path, okx_rows(1))
    error = MalformedResponse("odd", reference="leverset/odd", outcome="unknown")
    shown = line(plan, Result(row=plan.rows[0], status="unknown", error=error, why="odd")).plain
    assert shown.splitlines()[1:] == ["          leverset/odd: odd"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_its_exit_code(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leverset.cli.apply._SOON", 0.0)
    exchange.fault(exchange="okx", nth=6, delay_after=0.5)
    path = tmp_path / "plan.yaml"
    path.write_text(okx_rows(60))

    def send() -> None:
        end = time.monotonic() + 20
        while len(bodies(exchange, "okx")) < 5 and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    sender = threading.Thread(target=send)
    sender.start()
    result = invoke("apply", path, "--sandbox", exchange.url)
    sender.join(20)
    assert result.exit_code == 128 + number
    applied = levers(exchange, "okx")
    assert 4 <= applied < 60
    assert f"interrupted: {60 - applied} of 60 rows not known to be applied" in result.stdout


@pytest.mark.parametrize("form", ["", "--json"])
def test_a_long_pause_is_announced_when_it_begins(tmp_path: Path, env: dict[str, str], form: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(okx_rows(3))
    limited = http(429, b'{"code":"50011","msg":"","data":[]}', "Retry-After: 86400")
    with Raw(limited) as server:
        words = [str(COMMAND), "apply", str(path), "--sandbox", server.url, *filter(None, [form])]
        with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            stream = process.stderr if form else process.stdout
            assert stream is not None
            try:
                line = next(text for text in stream if text.startswith("paused"))
                process.terminate()
                assert process.wait(10) == 143
            finally:
                process.kill()  # a line that does not come is waited for until the test's time is over
    assert line == "paused    okx    nothing is sent for 86400 s: the exchange asked for it; Ctrl-C ends the run\n"


def test_a_short_pause_is_not_announced_and_a_store_that_forgot_is() -> None:
    console = Console(file=io.StringIO(), width=120)
    log = logging.getLogger("leverset.limits")
    with PauseLines(console).shown():
        Limiter().pause("okx:account:operation", 2.0)
        log.warning("no pause")
        text = "the store may have forgotten slots of %s: none for %.6g s"
        facts = {"limit_key": "bitget:account:operation", "pause_seconds": 45.0}
        log.warning(text, "bitget:account:operation", 45.0, extra=facts)
    log.warning(text, "bitget:account:operation", 45.0, extra=facts)
    shown = "nothing is sent for 45 s: the shared store may have forgotten slots; Ctrl-C ends the run\n"
    assert console.file.getvalue() == f"paused    bitget {shown}"  # type: ignore[attr-defined] # it is a StringIO


def test_a_lower_pace_is_announced_when_it_begins() -> None:
    console, limiter = Console(file=io.StringIO(), width=120), Limiter()
    with PauseLines(console).shown():
        for _ in range(3):
            limiter.slow_down("okx:account:operation", RateLimit(requests=5, seconds=2.0), age=0.0, pause=2.0)
    limiter.slow_down("bitget:account:operation", RateLimit(requests=5, seconds=1.0), age=0.0, pause=1.0)
    shown = "2 requests in place of 5: the exchange refused one for its rate; step by step back in 22 s\n"
    assert console.file.getvalue() == f"slower    okx    {shown}"  # type: ignore[attr-defined] # it is a StringIO


def test_a_gateways_page_keeps_its_status_reference_and_fix_everywhere(
    invoke: Invoke, exchange: Sandbox, tmp_path: Path
) -> None:
    plan, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    plan.write_text("okx:\n  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}\n")
    page = "<title>Attention Required! | Cloudflare</title> Ray ID: <b>8f1c2d3e4a5b6c7d</b>"
    exchange.fault(exchange="okx", times=None, status=403, body=page, apply=False)
    exchange.fault(exchange="okx", path="/api/v5/account/leverage-info", times=None, status=403, body=page)
    shown = invoke("apply", plan, "--sandbox", exchange.url, "--journal", journal)
    row = json.loads(invoke("apply", plan, "--sandbox", exchange.url, "--json").stdout.splitlines()[0])
    entry = json.loads(journal.read_text().splitlines()[2])
    for text in (shown.stdout, row["why"], entry["why"]):
        assert 'HTTP 403, "Attention Required! | Cloudflare", reference 8f1c2d3e4a5b6c7d' in text
    for text in (shown.stdout, row["error"]["fix"], entry["error"]["fix"]):
        assert "ask the exchange's support with the reference 8f1c2d3e4a5b6c7d" in text
    for each in (row, entry):
        assert (each["error"]["status"], each["error"]["gateway_reference"]) == (403, "8f1c2d3e4a5b6c7d")
