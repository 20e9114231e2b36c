"""What a signal leaves behind: nobody is left without a word, and nothing is claimed that is not known."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leverset.cli import NOTHING_SENT, main, nothing_was_sent
from leverset.cli.signals import Interrupted, Interrupts, end_startup, handled, run_loop
from leverset.plan import Plan
from leverset.sandbox import Sandbox
from tests.caller import without_port
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND
from tests.plan.rows import LONG
from tests.processes import connecting, kill_when, until
from tests.server import Raw, http, silent

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
MODES = ["--position-mode", "long_short_mode"]
WHERE = (
    "leverset: okx POST /api/v5/account/set-leverage, "
    'BTC-USDT-SWAP isolated, lever 5, posSide="long", sandbox at 127.0.0.1'
)
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_set_says_that_its_request_was_under_way(invoke: Invoke, number: signal.Signals) -> None:
    with Raw(silent) as server:
        killer = kill_when(lambda: server.arrived, number)
        result = invoke(*SET, *MODES, "--sandbox", server.url)
        killer.join()
    assert result.exit_code == 128 + number
    assert (result.stdout, without_port(result.stderr)) == (
        "",
        f"interrupted: {WHERE} was under way and may have been applied\n",
    )


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_set_says_that_nothing_was_sent_while_the_account_is_read(invoke: Invoke, number: signal.Signals) -> None:
    with Raw(silent) as server:
        killer = kill_when(lambda: server.arrived, number)
        result = invoke(*SET, "--sandbox", server.url)
        killer.join()
    assert result.exit_code == 128 + number
    assert without_port(result.stderr) == f"interrupted: {WHERE} was not applied: nothing was sent\n"
    assert [one.method for one in server.arrived] == ["GET"]


@pytest.mark.parametrize("command", ["get okx --inst-id BTC-USDT-SWAP --mgn-mode cross", "doctor okx"])
def test_reading_says_that_nothing_was_to_be_changed(invoke: Invoke, command: str) -> None:
    with Raw(silent) as server:
        killer = kill_when(lambda: server.arrived, signal.SIGTERM)
        result = invoke(*command.split(), "--sandbox", server.url)
        killer.join()
    assert (result.exit_code, result.stderr) == (143, "interrupted: nothing was to be changed\n")


def test_set_says_that_the_exchange_had_refused(invoke: Invoke, caplog: pytest.LogCaptureFixture) -> None:
    with Raw(http(429, b'{"code":"50011","msg":"","data":[]}', "Retry-After: 9")) as server:
        killer = kill_when(lambda: "retrying in" in caplog.text, signal.SIGTERM)
        result = invoke(*SET, *MODES, "--sandbox", server.url)
        killer.join()
    assert result.exit_code == 143
    assert without_port(result.stderr) == f"interrupted: {WHERE} was not applied: 50011 (refused)\n"


def test_set_in_a_process_of_its_own_says_that_nothing_was_sent(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        # The queue of connections is full: the next one is neither accepted nor refused.
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        process = subprocess.Popen(
            [COMMAND, *SET, "--sandbox", url], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        until(lambda: connecting(full.getsockname()[1]))
        process.terminate()
        shown = process.communicate(timeout=10)
    assert (process.returncode, tuple(map(without_port, shown))) == (
        143,
        ("", f"interrupted: {WHERE} was not applied: nothing was sent\n"),
    )


@pytest.mark.parametrize("command", ["apply", "set"])
def test_a_signal_before_anything_is_sent(
    command: str, invoke: Invoke, tmp_path: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the file with the credentials is read."""

    def read(_: object) -> dict[str, str]:
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    monkeypatch.setattr("leverset.cli.target.read_file", read)
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    words = SET if command == "set" else ["apply", tmp_path / "plan.yaml"]
    result = invoke(*words, "--sandbox", exchange.url, "--credentials", "keys.env")
    assert (result.exit_code, result.stderr) == (143, "interrupted: nothing was sent\n")
    assert exchange.requests() == []


def test_a_second_signal_waits_for_nothing_that_is_under_way(invoke: Invoke, tmp_path: Path) -> None:
    """Two different ones: of two equal ones the system may make one."""
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    with Raw(silent) as server:
        killers = [kill_when(lambda: server.arrived, number) for number in (signal.SIGINT, signal.SIGTERM)]
        words = ["--sandbox", server.url, "--force", "--okx-position-mode", "long_short_mode"]
        result = invoke("apply", tmp_path / "plan.yaml", *words)
        for killer in killers:
            killer.join()
    assert result.exit_code in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    assert "unknown   okx    BTC-USDT-SWAP isolated long -> 5  " in result.stdout
    assert "  (abandoned under way)\n" in result.stdout
    assert "interrupted: 1 of 1 row not known to be applied" in result.stdout


def test_a_signal_after_the_run_changes_nothing(
    invoke: Invoke, tmp_path: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ending(plan: Plan, _: object) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return f"the end of {plan.path}"

    monkeypatch.setattr("leverset.cli.apply.ending", ending)
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    result = invoke("apply", tmp_path / "plan.yaml", "--sandbox", exchange.url)
    assert result.exit_code == 0
    assert result.stdout.endswith("the end of " + str(tmp_path / "plan.yaml") + "\n")


def test_hanging_up_does_not_end_what_was_begun_with_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handled(Interrupts()):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_burst_of_signals_is_one_and_a_lost_one_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    interrupts = Interrupts()
    with pytest.raises(Interrupted):
        interrupts(signal.SIGTERM)
    now = 100.4
    interrupts(signal.SIGTERM)
    now = 100.6
    with pytest.raises(Interrupted):
        interrupts(signal.SIGTERM)
    interrupts.over = True
    now = 200.0
    interrupts(signal.SIGTERM)


def test_a_signal_that_does_not_end_the_wait_of_a_loop_is_heard() -> None:
    heard: list[str] = []

    async def wait() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        loop.call_later(10, lambda: heard.append("by chance"))  # the loop's next event without the signal's
        # Too early, before the loop waits, it would be heard anyway; a fault would then be missed once in a while.
        elsewhere = threading.Timer(0.3, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT))
        with handled(lambda _: end.set()):
            elsewhere.start()
            await end.wait()
        elsewhere.join()

    run_loop(wait())
    assert heard == []


STARTUP = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "leverset.cli.app":
            os.kill(os.getpid(), int(sys.argv.pop(1)))

sys.meta_path.insert(0, Finder())
from leverset.cli import main
main()
"""


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_a_signal_while_the_command_starts(env: dict[str, str], number: signal.Signals) -> None:
    words = [sys.executable, "-c", STARTUP, str(int(number)), *SET, "--live"]
    ended = subprocess.run(words, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + number, "", "interrupted: nothing was sent\n")


def test_a_signal_at_the_start_ends_the_process_although_nothing_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(os, "_exit", ended.append)
    nothing_was_sent(signal.SIGTERM, None)
    assert ended == [143]


def test_a_signal_at_the_start_is_a_line_of_json_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[int, bytes]] = []
    monkeypatch.setattr(os, "write", lambda *what: written.append(what))
    monkeypatch.setattr(os, "_exit", lambda _: None)
    monkeypatch.setattr(select, "select", lambda *_: ([], [1], []))
    monkeypatch.setattr(sys, "argv", ["leverset", "get", "--json"])
    nothing_was_sent(signal.SIGTERM, None)
    assert written == [(2, b"interrupted: nothing was sent\n"), (1, NOTHING_SENT)]


def test_json_at_the_start_where_only_sockets_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""

    def sockets_only(*_: object) -> None:
        raise OSError

    written: list[object] = []
    monkeypatch.setattr(os, "write", lambda *what: written.append(what))
    monkeypatch.setattr(os, "_exit", lambda _: None)
    monkeypatch.setattr(select, "select", sockets_only)
    monkeypatch.setattr(sys, "argv", ["leverset", "get", "--json"])
    nothing_was_sent(signal.SIGTERM, None)
    assert written[1:] == [(1, NOTHING_SENT)]


def test_the_handlers_of_the_start_end_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    seen: list[object] = []
    monkeypatch.setattr("leverset.cli._run", lambda: seen.extend(signal.getsignal(number) for number in SIGNALS))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    main()
    assert seen == [nothing_was_sent, nothing_was_sent, signal.SIG_IGN]
    signal.signal(signal.SIGHUP, before[2])
    monkeypatch.setattr("leverset.cli._run", end_startup)
    main()
    monkeypatch.setattr("leverset.cli._run", within)
    main()
    assert [signal.getsignal(number) for number in SIGNALS] == before


def within() -> None:
    """What a command does, and what is there after it."""
    with handled(Interrupts()):
        pass
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
