"""`leverset diff`, `--watch`, and the question before `apply --live`."""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from leverset import AsyncBitget, AsyncOkx
from leverset.cli import stdin
from leverset.cli.app import app
from leverset.cli.question import Question
from leverset.cli.streams import Output
from leverset.errors import LeversetError
from leverset.plan import Diff, Plan, load
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND, Terminal
from tests.output import json_lines
from tests.plan.rows import LONG, PERP, bodies, keys, levers, okx_rows
from tests.processes import until

comparing: Any = importlib.import_module("leverset.cli.diff")
LEVERAGE_INFO, CONFIG = "/api/v5/account/leverage-info", "/api/v5/account/config"
NO_SIDE = "  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated}\n"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\n  - {{instId: ETH-USDT-SWAP, lever: 3, mgnMode: cross}}\nbitget:\n  - {PERP}\n")
    return path


def hold(exchange: Sandbox, plan: Plan) -> None:
    for row in plan.rows:
        exchange.change_leverage(exchange.account(row.exchange), **row.body)


def test_one_line_a_row_and_a_summary(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("diff", plan, "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (3, "")
    assert "\x1b" not in result.stdout
    *lines, end = result.stdout.splitlines()
    assert lines == [
        f"{plan}: 3 rows (okx 2, bitget 1), compared with sandbox {exchange.url}",
        f"~ okx    BTC-USDT-SWAP isolated long  3 -> 5  {plan}:2",
        f"= okx    ETH-USDT-SWAP cross  3  {plan}:3",
        f"~ bitget BTCUSDT USDT-FUTURES USDT long  10 -> 20  {plan}:5",
        "okx    1 as wanted, 1 differs",
        "bitget 1 differs",
    ]
    assert end.startswith("2 of 3 rows differ; read in ")
    assert {one["method"] for one in exchange.requests()} == {"GET"}
    hold(exchange, load(plan))
    result = invoke("diff", plan, "--sandbox", exchange.url, "--quiet", "--no-shared-limit")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:-1] == ["okx    2 as wanted", "bitget 1 as wanted"]
    assert "all 3 rows hold as the plan wants them; read in" in result.stdout


def test_what_the_exchange_does_not_name_has_no_fix(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, times=None, drop=["lever"])
    result = invoke("diff", plan, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "cannot be read" in result.stdout
    assert "\n  the exchange names no leverage for it\n" in result.stdout
    assert "fix:" not in result.stdout


def test_what_cannot_be_read_wins(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    refused = {"code": "51001", "msg": "no such instrument", "status": 200}
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, exchange_code=refused)
    result = invoke("diff", plan, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert f"! okx    BTC-USDT-SWAP isolated long  cannot be read  {plan}:2\n  okx/51001: " in result.stdout
    assert "\n  fix: Check instId; delisted and expired instruments no longer exist.\n" in result.stdout
    assert "2 of 3" not in result.stdout
    assert "1 of 3 rows differs, 1 could not be read; read in" in result.stdout


def test_json_is_one_object_a_row_and_a_summary(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("diff", plan, "--sandbox", exchange.url, "--json")
    *rows, end = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 3
    assert [(row["row"], row["status"]) for row in rows] == [(1, "differs"), (2, "as_wanted"), (3, "differs")]
    assert [row["observed"][0]["lever"] for row in rows] == ["3", "3", "10"]
    assert {row["kind"] for row in rows} == {"difference"}
    assert (end["kind"], end["as_wanted"]) == ("comparison", False)
    assert end["counts"] == {"as_wanted": 1, "differs": 2, "ruled_out": 0, "unreadable": 0}


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_plan_with_problems_is_not_compared(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox, form: tuple[str, ...]
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\n  - {LONG}\n")
    result = invoke("diff", path, "--sandbox", exchange.url, *form)
    assert result.exit_code == 1
    assert "plan/duplicate-row" in result.stdout
    assert exchange.requests() == []


@pytest.mark.parametrize("seconds", ["0", "0.5", "-1", "86401", "nan", "inf"])
def test_the_bounds_of_watch(plan: Path, invoke: Invoke, exchange: Sandbox, seconds: str) -> None:
    result = invoke("diff", plan, "--sandbox", exchange.url, "--watch", seconds)
    assert result.exit_code == 2
    assert f"leverset: --watch {seconds} cannot work\n  fix:   give 1 to 86400 seconds" in result.stderr
    assert exchange.requests() == []


def test_exit_on_drift_goes_with_watch(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("diff", plan, "--sandbox", exchange.url, "--exit-on-drift")
    assert result.exit_code == 2
    assert "--exit-on-drift is for --watch" in result.stderr


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGINT, signal.SIGHUP))]
)
def test_watch_shows_what_drifts_and_what_comes_back(
    plan: Path, exchange: Sandbox, env: dict[str, str], number: signal.Signals
) -> None:
    rows = load(plan).rows
    hold(exchange, load(plan))
    with Terminal("diff", plan, "--sandbox", exchange.url, "--watch", "1", env=env) as terminal:
        terminal.sees("all 3 rows hold as the plan wants them")
        exchange.change_leverage(exchange.account("okx"), **{**rows[0].body, "lever": "9"})
        terminal.sees("~ okx    BTC-USDT-SWAP isolated long  9 -> 5")
        exchange.change_leverage(exchange.account("okx"), **rows[0].body)
        terminal.until(lambda: terminal.text.count("= okx    BTC-USDT-SWAP isolated long  5") == 2)
        terminal.process.send_signal(number)
        assert terminal.exit() == 128 + number
        assert terminal.text.count("= okx    ETH-USDT-SWAP cross  3") == 1
        assert "interrupted: nothing was to be changed" in terminal.text


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_watch_until_a_signal(
    plan: Path, invoke: Invoke, exchange: Sandbox, form: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: what drifts is shown once, and a pass in which nothing changes shows nothing."""
    rows, passes, show = load(plan).rows, list[Diff](), comparing._Comparing._show
    hold(exchange, load(plan))

    def shown(self: Any, found: Diff) -> None:
        show(self, found)
        passes.append(found)

    def drift() -> None:
        until(lambda: len(passes) == 1, 30)
        exchange.change_leverage(exchange.account("okx"), **{**rows[0].body, "lever": "9"})
        until(lambda: len(passes) == 3, 30)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(comparing._Comparing, "_show", shown)
    drifting = threading.Thread(target=drift)
    drifting.start()
    result = invoke("diff", plan, "--sandbox", exchange.url, "--watch", "1", "--quiet", *form)
    drifting.join()
    assert result.exit_code == 128 + signal.SIGTERM
    assert result.stderr == "interrupted: nothing was to be changed\n"
    if form:
        assert [json.loads(line)["kind"] for line in result.stdout.splitlines()] == [
            *["difference"] * 3,
            "comparison",
            "difference",
            "comparison",
            "error",
        ]
        assert (
            json.loads(result.stdout.splitlines()[-1])["error"]["summary"] == "interrupted: nothing was to be changed"
        )
    else:
        assert result.stdout.count("~ okx    BTC-USDT-SWAP isolated long  9 -> 5") == 1


def test_a_signal_ends_a_read_in_this_process(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, delay_after=60)

    def end() -> None:
        until(lambda: bool(exchange.requests("okx")), 30)
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end)
    ending.start()
    result = invoke("diff", plan, "--sandbox", exchange.url)
    ending.join()
    assert (result.exit_code, result.stderr) == (143, "interrupted: nothing was to be changed\n")


def test_what_cannot_be_set_is_a_drift_as_well(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n{NO_SIDE}")
    words = ("--sandbox", exchange.url, "--watch", "5", "--exit-on-drift")
    assert invoke("diff", path, *words).exit_code == 3


def test_watch_with_exit_on_drift_in_this_process(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("diff", plan, "--sandbox", exchange.url, "--watch", "5", "--exit-on-drift", "--quiet")
    assert result.exit_code == 3
    assert "= okx" not in result.stdout


def test_watch_ends_at_the_first_drift(plan: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    rows = load(plan).rows
    hold(exchange, load(plan))
    words = [str(COMMAND), "diff", str(plan), "--sandbox", exchange.url, "--watch", "1", "--exit-on-drift", "--json"]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = [json.loads(process.stdout.readline()) for _ in range(4)]
            assert (first[-1]["kind"], first[-1]["as_wanted"]) == ("comparison", True)
            exchange.change_leverage(exchange.account("bitget"), **{**rows[2].body, "leverage": "9"})
            drift, end = map(json.loads, process.stdout)
            assert process.wait(30) == 3
        finally:
            process.kill()  # a line that does not come is waited for until the test's time is over
    assert (drift["row"], drift["status"], drift["observed"][0]["lever"]) == (3, "differs", "9")
    assert (first[0]["at"], end["counts"]["differs"]) == (None, 1)
    assert drift["at"]


def test_watch_ends_when_its_reader_has_gone(plan: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    rows = load(plan).rows
    hold(exchange, load(plan))
    words = [str(COMMAND), "diff", str(plan), "--sandbox", exchange.url, "--watch", "1", "--json"]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert json.loads([process.stdout.readline() for _ in range(4)][-1])["kind"] == "comparison"
            process.stdout.close()
            exchange.change_leverage(exchange.account("bitget"), **{**rows[2].body, "leverage": "9"})
            assert process.wait(30) == 3
            assert process.stderr.read() == "leverset: not everything could be shown on stdout: Broken pipe\n"
        finally:
            process.kill()


@pytest.mark.parametrize(("holds", "code"), [(False, 3), (True, 4)])
def test_watch_that_can_show_nothing_reads_once(
    plan: Path, exchange: Sandbox, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, holds: bool, code: int
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    if holds:
        hold(exchange, load(plan))
    monkeypatch.setattr(sys, "stdout", None)
    with Output() as output, pytest.raises(SystemExit) as ended:
        app(["diff", str(plan), "--sandbox", exchange.url, "--watch", "60"])
    assert isinstance(ended.value.code, int)
    assert output.exit_code(ended.value.code) == code
    assert [one["path"] for one in exchange.requests("okx") if one["path"] != CONFIG] == [LEVERAGE_INFO] * 2


def test_a_signal_in_the_first_read(plan: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, delay_after=60)
    with Terminal("diff", plan, "--sandbox", exchange.url, env=env) as terminal:
        terminal.until(lambda: len(exchange.requests("okx")) >= 1)
        terminal.press("\x03")
        assert terminal.exit(10) == 130
        assert terminal.text.endswith("interrupted: nothing was to be changed\n")


@pytest.mark.slow
def test_a_terminal_shows_colours_and_a_bar(plan: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    with Terminal("diff", plan, "--sandbox", exchange.url, env=env) as terminal:
        assert terminal.exit() == 3
        assert terminal.escapes > 4
        assert "reading" in terminal.text


def test_a_row_that_the_modes_rule_out_is_named_with_the_rule(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n{NO_SIDE}  - {LONG.replace('BTC', 'SOL')}\n")
    result = invoke("diff", path, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:7] == [
        f"x okx    BTC-USDT-SWAP isolated  cannot be set  {path}:2",
        "  okx/hedge-isolated-needs-side: posSide has to be long or short here",
        "  why: in long/short mode each side of an isolated contract has its own leverage; this is its mode, because "
        "the exchange says long_short_mode",
        "  fix: give posSide long or short, once for each side",
        f"~ okx    SOL-USDT-SWAP isolated long  3 -> 5  {path}:3",
        "okx    1 differs, 1 ruled out",
    ]
    assert result.stdout.splitlines()[7].startswith("1 of 2 rows differs, 1 cannot be set; read in ")
    [first, _, end] = json_lines(invoke("diff", path, "--sandbox", exchange.url, "--json").stdout)
    assert (first["status"], end["counts"]["ruled_out"], end["as_wanted"]) == ("ruled_out", 1, False)
    target = first["error"]["target"]
    assert (target["environment"], target["host"]) == ("sandbox", exchange.url.removeprefix("http://"))


def test_an_error_that_rows_have_in_common_is_told_once(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n{NO_SIDE}{NO_SIDE.replace('BTC', 'ETH')}bitget:\n  - {PERP}\n")
    exchange.fault(exchange="bitget", path="/api/v2/mix/account/account", times=None, status=502, body="<html>")
    result = invoke("diff", path, "--sandbox", exchange.url)
    lines = result.stdout.splitlines()
    assert sum("okx/hedge-isolated-needs-side: posSide" in each for each in lines) == 1
    second = f"x okx    ETH-USDT-SWAP isolated  cannot be set  {path}:3  (okx/hedge-isolated-needs-side, as above)"
    assert lines[lines.index(second) - 1] == "  fix: give posSide long or short, once for each side"
    assert lines[lines.index(f"! bitget BTCUSDT USDT-FUTURES USDT long  cannot be read  {path}:5") + 1].startswith("  ")
    assert all("as above" not in each for each in lines if each != second)
    rows = json_lines(invoke("diff", path, "--sandbox", exchange.url, "--json").stdout)[:2]
    assert {each["error"]["summary"] for each in rows} == {"posSide has to be long or short here"}


# --- the question before --live: the client of `--live` goes to the sandbox here


LIVE = """
import sys
import leverset._client
leverset._client.resolve_base_url = lambda *_: "%s"
sys.argv[0] = "leverset"
from leverset.cli import main
main()
"""


def live(exchange: Sandbox, folder: Path) -> Path:
    path = folder / "live.py"
    path.write_text(LIVE % exchange.url)
    return path


@pytest.mark.parametrize(
    ("answer", "code", "count"),
    [
        ("y\r", 0, 1),
        ("\r", 1, 0),
        pytest.param("yes\r", 0, 1, marks=pytest.mark.slow),
        pytest.param("n\r", 1, 0, marks=pytest.mark.slow),
    ],
)
def test_live_shows_the_changes_and_asks(
    plan: Path, tmp_path: Path, exchange: Sandbox, env: dict[str, str], answer: str, code: int, count: int
) -> None:
    with Terminal("apply", plan, "--live", env=env, script=live(exchange, tmp_path)) as terminal:
        terminal.sees("Send 2 rows to the LIVE account? [y/N]")
        assert f"~ okx    BTC-USDT-SWAP isolated long  3 -> 5  {plan}:2" in terminal.text
        assert "= okx" not in terminal.text
        assert bodies(exchange, "okx") == []
        terminal.press(answer)
        assert terminal.exit() == code
        assert ("nothing was sent" in terminal.text) is (count == 0)
    assert len(bodies(exchange, "okx")) == len(bodies(exchange, "bitget")) == count


def test_what_was_shown_is_sent_and_what_somebody_changes_meanwhile_is_told(
    plan: Path, tmp_path: Path, exchange: Sandbox, env: dict[str, str]
) -> None:
    rows = load(plan).rows
    with Terminal("apply", plan, "--live", env=env, script=live(exchange, tmp_path)) as terminal:
        terminal.sees("Send 2 rows to the LIVE account? [y/N]")
        before = len(exchange.requests())
        exchange.change_leverage(exchange.account("okx"), **{**rows[1].body, "lever": "9"})
        terminal.press("y\r")
        assert terminal.exit() == 1
        assert "kept      okx    ETH-USDT-SWAP" in terminal.text
        assert "differs   okx    ETH-USDT-SWAP" in terminal.text
        assert "somebody else has set it meanwhile" not in terminal.text.partition("differs   okx")[0]
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]
    methods = [str(one["method"]) for one in exchange.requests()[before:] if one["path"] != CONFIG]
    assert sorted(methods[:2]) == ["POST", "POST"]  # what was read is not read again before it is sent


@pytest.mark.parametrize("answer", ["y\r", None])
def test_rows_that_the_modes_rule_out_are_named_and_not_asked_for(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str], answer: str | None
) -> None:
    path, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    other = "  - {instId: ETH-USDT-SWAP, lever: 5, mgnMode: cross}\n"
    path.write_text(f"okx:\n{NO_SIDE}{other if answer else ''}")
    script = live(exchange, tmp_path)
    with Terminal("apply", path, "--live", "--journal", journal, env=env, script=script) as terminal:
        if answer:
            terminal.sees("Send 1 row to the LIVE account? [y/N]")
            terminal.press(answer)
        assert terminal.exit() == 1
        assert f"x okx    BTC-USDT-SWAP isolated  cannot be set  {path}:2\n  okx/hedge-isolated-needs" in terminal.text
        assert ("[y/N]" in terminal.text) is bool(answer)
        assert "not sent  okx    BTC-USDT-SWAP isolated -> 5" in terminal.text
        assert "the same command" not in terminal.text  # it would not be sent by that either
    assert bodies(exchange, "okx") == (["ETH-USDT-SWAP"] if answer else [])


@pytest.mark.parametrize(
    ("code", "asked"), [("50113", False), ("50120", True)], ids=["wrong signature", "no permission to read"]
)
def test_nothing_is_asked_where_nothing_would_be_sent(
    plan: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch, code: str, asked: bool
) -> None:
    refused = {"code": code, "msg": "", "status": 401}
    exchange.fault(path=LEVERAGE_INFO, times=None, exchange_code=refused)
    plan.write_text(f"okx:\n  - {LONG}\n")
    monkeypatch.setattr("sys.stdin", Keyboard("y\n"))
    question = Question(Console(force_terminal=True, file=io.StringIO(), width=120), load(plan), force=False)

    async def ask() -> Diff | LeversetError:
        async with AsyncOkx(keys(exchange), base_url=exchange.url) as okx:
            return await question.answered([okx])

    answer = asyncio.run(ask())
    assert isinstance(answer, Diff) is asked
    assert asked or (isinstance(answer, LeversetError) and answer.reference == f"okx/{code}")


@pytest.mark.slow
def test_ctrl_c_at_the_question(plan: Path, tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    with Terminal("apply", plan, "--live", env=env, script=live(exchange, tmp_path)) as terminal:
        terminal.sees("[y/N]")
        terminal.press("\x03")
        assert terminal.exit() == 130
        assert "interrupted: nothing was sent" in terminal.text
    assert bodies(exchange, "okx") == []


@pytest.mark.slow
def test_nothing_is_asked_where_nothing_would_change(
    plan: Path, tmp_path: Path, exchange: Sandbox, env: dict[str, str]
) -> None:
    hold(exchange, load(plan))
    with Terminal("apply", plan, "--live", env=env, script=live(exchange, tmp_path)) as terminal:
        assert terminal.exit() == 0
        assert "[y/N]" not in terminal.text
        assert "all 3 rows hold, 3 of them already did" in terminal.text


@pytest.mark.slow
def test_force_asks_for_every_row(plan: Path, tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    hold(exchange, load(plan))
    with Terminal("apply", plan, "--live", "--force", env=env, script=live(exchange, tmp_path)) as terminal:
        terminal.sees("Send 3 rows to the LIVE account? [y/N]")
        terminal.press("y\r")
        assert terminal.exit() == 0
    assert (len(bodies(exchange, "okx")), len(bodies(exchange, "bitget"))) == (2, 1)


class Keyboard(io.StringIO):
    """A terminal's input."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "force", "held", "yes"),
    [("y\n", False, False, True), ("", False, False, False), ("\n", True, True, False), ("", False, True, True)],
)
def test_the_question_in_this_process(
    plan: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch, typed: str, force: bool, held: bool, yes: bool
) -> None:
    read = load(plan)
    if held:
        hold(exchange, read)
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    console = Console(force_terminal=True, file=io.StringIO(), width=120)
    question = Question(console, read, force=force)

    async def ask() -> bool:
        given: dict[str, Any] = {"base_url": exchange.url}
        async with AsyncOkx(keys(exchange), **given) as okx, AsyncBitget(keys(exchange), **given) as bitget:
            return isinstance(await question.answered([okx, bitget]), Diff)

    assert asyncio.run(ask()) is yes
    shown = console.file.getvalue()  # type: ignore[attr-defined] # it is a StringIO
    assert ("3 -> 5" in shown) is not held
    assert {one["method"] for one in exchange.requests()} == {"GET"}


class Interrupt(BaseException):
    """What a signal's handler raises."""


@pytest.mark.parametrize("read", [stdin.read_line, stdin.read_all])
def test_a_signal_that_ends_no_read_is_heard_while_an_answer_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object]
) -> None:
    """It comes to another thread here; one that comes just before the read begins ends it as little."""
    main, heard = threading.get_ident(), threading.Semaphore(0)
    reading, writing = os.pipe()
    in_time: list[bool] = []

    def send() -> None:
        with open(writing, "wb"):  # until then no line comes
            while sys._current_frames()[main].f_code is not stdin._wait.__code__:
                pass
            for _ in range(2):
                signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
                in_time.append(heard.acquire(timeout=10))

    def handle(*_: object) -> None:
        heard.release()
        if in_time:
            raise Interrupt

    before = signal.signal(signal.SIGUSR1, handle)
    sender = threading.Thread(target=send)
    with open(reading, encoding="utf-8") as lines:
        monkeypatch.setattr("sys.stdin", lines)
        sender.start()
        with pytest.raises(Interrupt):
            read()
        sender.join()
    signal.signal(signal.SIGUSR1, before)
    assert in_time == [True, True]


@pytest.mark.parametrize(("typing", "stderr"), [(True, False), (False, True), (True, True)])
def test_who_can_answer_sees_the_question(
    plan: Path, monkeypatch: pytest.MonkeyPatch, typing: bool, stderr: bool
) -> None:
    """stdout is no terminal here: the question stands on stderr, where that is one, and somebody can type."""
    monkeypatch.setattr("sys.stdin", Keyboard("") if typing else io.StringIO())
    consoles = {True: Console(file=io.StringIO(), force_terminal=stderr), False: Console(file=io.StringIO())}
    monkeypatch.setattr("leverset.cli.question.new_console", lambda *, stderr: consoles[stderr])
    if typing and stderr:
        Question(consoles[False], load(plan), force=False)
        return
    with pytest.raises(typer.Exit) as ended:
        Question(consoles[False], load(plan), force=False)
    assert ended.value.exit_code == 2


def test_a_no_sends_nothing(plan: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    class No(Question):
        def __init__(self, *_: object, **__: object) -> None:
            """Nobody is asked."""

        async def answered(self, clients: object) -> Diff | LeversetError:
            return LeversetError("the answer was no", reference="leverset/command")

    monkeypatch.setattr("leverset.cli.apply.Question", No)
    result = invoke("apply", plan, "--live")
    assert (result.exit_code, result.stderr) == (1, "nothing was sent\n")


def test_a_bar_where_stderr_is_a_terminal(
    plan: Path, exchange: Sandbox, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.StringIO()
    monkeypatch.setattr("leverset.cli.diff.new_console", lambda **_: Console(force_terminal=True, file=shown))
    assert invoke("diff", plan, "--sandbox", exchange.url).exit_code == 3
    assert "reading" in shown.getvalue()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_without_a_terminal_live_needs_a_yes(plan: Path, invoke: Invoke, form: tuple[str, ...]) -> None:
    result = invoke("apply", plan, "--live", *form)
    assert result.exit_code == 2
    assert [json.loads(line)["error"]["outcome"] for line in result.stdout.splitlines()] == ["not_sent"] * len(form)
    assert "--live asks before it sends, and there is no terminal to ask in\n  fix:   give --yes" in result.stderr


def test_a_second_run_on_one_journal_is_told_who_has_it(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str], invoke: Invoke
) -> None:
    path, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    path.write_text(okx_rows(9))
    exchange.fault(exchange="okx", nth=2, delay_after=60)
    words = ("apply", path, "--sandbox", exchange.url, "--journal", journal)
    with Terminal(*words, env=env) as terminal:
        terminal.until(lambda: len(bodies(exchange, "okx")) >= 2)
        second = invoke(*words)
        assert second.exit_code == 2
        assert f"is in use by another run: process {terminal.process.pid}, since 20" in second.stderr
        terminal.kill()
        terminal.exit()
    assert levers(exchange, "okx") >= 1
