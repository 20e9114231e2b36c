"""`leverset sandbox --env` in a real bash, and the lines of its welcome."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer

from leverset._registry import EXCHANGES
from leverset.cli.sandbox import sandbox
from leverset.cli.streams import Output
from leverset.sandbox import Sandbox, serve
from leverset.sandbox._foreground import _is_there, _welcome
from tests.cli.conftest import PREFIXES, Invoke
from tests.cli.terminal import COMMAND
from tests.output import json_lines
from tests.processes import until

DOCUMENT = Path(__file__).parents[2] / "docs/sandbox.md"
NAMES = [f"{name.upper()}_{part}" for name in EXCHANGES for part in ("API_KEY", "SECRET", "PASSPHRASE")]


def bash(script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script in a bash that leads a session, as that of a terminal does."""
    bare = {name: value for name, value in env.items() if not name.startswith(PREFIXES)}
    bare["PATH"] = f"{COMMAND.parent}{os.pathsep}{bare['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        env=bare,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def answers(url: str) -> bool:
    parts = urlsplit(url)
    with contextlib.suppress(OSError), socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5):
        return True
    return False


def variables(lines: str) -> dict[str, str]:
    """The variables of lines for a shell."""
    words = [shlex.split(line) for line in lines.splitlines()]
    assert {each[0] for each in words} == {"export"}
    return dict(each[1].split("=", 1) for each in words)


def test_the_documented_lines_work_in_bash_and_it_ends_with_the_terminal(env: dict[str, str]) -> None:
    recipe = DOCUMENT.read_text("utf-8").partition("```bash\n")[2].partition("```")[0]
    assert len(recipe.splitlines()) == 2
    result = bash(f'{recipe}echo "$LEVERSET_SANDBOX"; kill -0 "$LEVERSET_SANDBOX_PID"', env)
    assert (result.returncode, result.stderr) == (0, "")
    shown, url = result.stdout.strip().rsplit("\n", 1)
    assert "ok       key         key, secret and passphrase are accepted" in shown
    until(lambda: not answers(url))  # bash has ended, and with it the session


@pytest.mark.slow
def test_kill_ends_it_and_ctrl_c_does_not(env: dict[str, str]) -> None:
    script = """
    eval "$(leverset sandbox --env --lenient --no-limits)"
    kill -INT 0 & trap : INT; wait
    kill -0 "$LEVERSET_SANDBOX_PID" && echo there
    kill "$LEVERSET_SANDBOX_PID"
    while kill -0 "$LEVERSET_SANDBOX_PID" 2> /dev/null; do sleep 0.1; done
    """
    result = bash(script, env)
    assert (result.stdout, result.stderr) == ("there\n", "")


def test_it_prints_what_a_shell_takes_and_goes_on(invoke: Invoke) -> None:
    result = invoke("sandbox", "--env", "--port", "0")
    found = variables(result.stdout)
    process = int(found.pop("LEVERSET_SANDBOX_PID"))
    try:
        assert result.exit_code == 0
        assert list(found) == [*NAMES, "LEVERSET_SANDBOX"]
        assert answers(found["LEVERSET_SANDBOX"])
        words = ("doctor", "bitget", "--sandbox", found.pop("LEVERSET_SANDBOX"))
        assert invoke(*words, **found).exit_code == 0
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)


def test_what_keeps_it_from_starting_is_said(invoke: Invoke) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = invoke("sandbox", "--env", "--port", taken.getsockname()[1])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be used" in result.stderr
    result = invoke("sandbox", "--env", "--json")
    assert (result.exit_code, "--env and --json are both given" in result.stderr) == (2, True)


def test_a_system_that_does_not_say_when_a_terminal_closes(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getsid")
    result = invoke("sandbox", "--env")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--env ends the sandbox with its terminal, and this system does not say when" in result.stderr


def test_the_lines_to_copy_are_powershells_on_windows(exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    text = _welcome(exchange, lenient=False, limits=True)
    lines = [f"  $env:{name} = '{value}'" for name, value in exchange.variables().items()]
    assert "\n".join(["", "", *lines, "", ""]) in text


def test_it_does_not_go_on_where_its_lines_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    real = subprocess.Popen

    def start(*words: object, **more: object) -> subprocess.Popen[str]:
        started.append(real(*words, **more))  # type: ignore[call-overload] # as it is called
        return started[-1]

    monkeypatch.setattr("leverset.cli.sandbox.subprocess.Popen", start)
    monkeypatch.setattr(sys, "stdout", None)
    with Output() as output, pytest.raises(typer.Exit):
        sandbox(env=True)
    assert output.exit_code(0) == 4
    assert os.waitpid(started[0].pid, 0)[1] == signal.SIGKILL


def test_the_welcome_has_lines_to_copy(exchange: Sandbox) -> None:
    text = _welcome(exchange, lenient=False, limits=True)
    lines = [line for line in text.splitlines() if line.startswith("  ")]
    names = [*NAMES, "LEVERSET_SANDBOX"]
    printed = "; ".join(f'echo "${name}"' for name in names)
    script = "\n".join([*lines[: len(names)], printed])
    result = subprocess.run(["bash", "-c", script], env={}, capture_output=True, text=True, check=True)
    account = [exchange.api_key, exchange.secret, exchange.passphrase]
    assert result.stdout.split() == [*account * len(EXCHANGES), exchange.url]
    assert lines[len(names)] == f"  leverset doctor okx --sandbox {exchange.url}"
    assert max(map(len, text.splitlines())) <= 80


def test_what_is_printed_in_the_foreground(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    monkeypatch.setattr(os, "getsid", lambda _: gone.pid)
    serve(exports=True)
    assert [*variables(capsys.readouterr().out)] == [*NAMES, "LEVERSET_SANDBOX", "LEVERSET_SANDBOX_PID"]
    monkeypatch.setattr("leverset.sandbox._foreground._wait", lambda *_: None)
    serve(json=True)
    assert json_lines(capsys.readouterr().out)[0]["kind"] == "sandbox"


def test_a_process_of_somebody_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_allowed(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", not_allowed)
    assert _is_there(1)
