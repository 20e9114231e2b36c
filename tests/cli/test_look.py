"""The look of the command: help at any width, completion in a real bash, colours, and no traceback."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from typer.main import get_command

from leverset import cli
from leverset._format import Note
from leverset.cli import _crash
from leverset.cli._group import Command, Group
from leverset.cli._help import _choices
from leverset.cli.app import app
from leverset.cli.calls import interruptible
from leverset.cli.output import new_console
from leverset.cli.signals import RunSignals
from leverset.okx._client import Okx
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND, Terminal
from tests.output import json_lines
from tests.plan.rows import LONG

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group, by its words."""
    yield words, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, word))


ALL = dict(commands(get_command(app)))


@pytest.mark.parametrize("width", [50, 80])
@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_fits_and_cuts_no_word(invoke: Invoke, words: tuple[str, ...], width: int) -> None:
    result = invoke(*words, "--help", COLUMNS=str(width))
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= width
    assert "…" not in result.stdout
    shown = result.stdout.split()
    for parameter in ALL[words].params:
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
            for flag in parameter.opts:
                assert flag in [word.rstrip(",") for word in shown]
            if isinstance(parameter.envvar, str):
                assert f"{parameter.envvar}]" in shown
            for value in _choices(parameter):
                assert value in [word.rstrip(",.") for word in shown]


def test_every_command_has_the_help_of_the_house() -> None:
    for command in ALL.values():
        assert isinstance(command, Command | Group)


@pytest.mark.parametrize("words", [words for words in ALL if words[:1] in (("set",), ("get",)) and len(words) == 2])
def test_required_options_come_first(invoke: Invoke, words: tuple[str, ...]) -> None:
    shown = invoke(*words, "--help", COLUMNS="80").stdout
    flags = re.findall(r"^  (?:-h, )?(--[a-z-]+)", shown, re.MULTILINE)
    required = [parameter.opts[0] for parameter in ALL[words].params if parameter.required]
    assert flags[: len(required)] == required
    assert shown.count("[required]") == len(required) > 0


def test_a_text_stands_beside_its_option_or_below_it(invoke: Invoke) -> None:
    wide, narrow = (invoke("sandbox", "--help", COLUMNS=width).stdout for width in ("80", "50"))
    assert "\n  --port PORT               TCP port on loopback; 0 takes any free one." in wide
    assert "\n  --port PORT\n      TCP port on loopback; 0 takes any free one.\n      [default: 0]\n" in narrow
    assert "--background" not in wide
    shown = invoke("apply", "--help", COLUMNS="80").stdout
    assert "Usage: leverset apply [OPTIONS] PLAN\n" in shown.replace("root", "leverset")
    assert "\nArguments:\n  PLAN                      A .yaml" in shown


def test_an_example_that_is_longer_than_a_line_can_be_copied(invoke: Invoke) -> None:
    shown = invoke("set", "okx", "--help", COLUMNS="50").stdout
    examples = shown.partition("Examples:\n")[2].partition("\n\nThe document's fields")[0]
    assert " --lever 5" in examples
    done = subprocess.run(
        ["bash", "-c", f'leverset() {{ echo "$@"; }}\n{examples}'], capture_output=True, text=True, check=True
    )
    first, last = done.stdout.splitlines()
    assert first == "set okx --inst-id BTC-USDT --lever 5 --mgn-mode isolated --live"
    assert last.endswith("--position-mode long_short_mode --level single_currency --dry-run")


COMPLETE = """
eval "$(_LEVERSET_COMPLETE=source_bash leverset)"
function="$(complete -p leverset | sed 's/.* -F \\([^ ]*\\) .*/\\1/')"
try() {
    COMP_WORDS=("$@" "$last"); COMP_CWORD=$#; COMPREPLY=()
    "$function" leverset
    echo "${COMPREPLY[@]}"
}
"""


@pytest.mark.slow
def test_commands_values_and_regions_are_completed_in_bash(env: dict[str, str]) -> None:
    expected = {
        ("leverset", "s"): "sandbox set spec",
        ("leverset", "set", ""): "okx bitget",
        ("leverset", "set", "okx", "--mgn-mode", ""): "isolated cross",
        ("leverset", "get", "bitget", "--product-type", "USDC"): "USDC-FUTURES",
        ("leverset", "set", "okx", "--inst-id", "BTC"): "BTC-USDT BTC-USDT-SWAP",
        ("leverset", "apply", "plan.yaml", "--okx-region", "e"): "eea",
        ("leverset", "doctor", "okx", "--reg"): "--region",
    }
    script = COMPLETE + "".join(f"last={shlex.quote(words[-1])}; try {shlex.join(words[:-1])}\n" for words in expected)
    bare = {**env, "PATH": f"{COMMAND.parent}{os.pathsep}{env['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=bare, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.stderr == ""
    assert dict(zip(expected, done.stdout.splitlines(), strict=True)) == expected


@pytest.mark.parametrize(
    ("changed", "terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], terminal: bool, coloured: bool) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **changed}.items():
        monkeypatch.setenv(name, value)
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
    for console in (new_console(), new_console(stderr=True)):
        assert console.is_terminal == terminal  # bars are for terminals, whatever the environment says
        with console.capture() as captured:
            console.print("[bold green]applied[/]")
        assert (COLOR.search(captured.get()) is not None) == coloured


@pytest.mark.slow
def test_colours_of_a_whole_command(env: dict[str, str], exchange: Sandbox, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"okx:\n  - {LONG}\n")
    words = ["apply", str(plan), "--sandbox", exchange.url]
    for changed, coloured in (({}, False), ({"FORCE_COLOR": "1"}, True)):
        shown = subprocess.run(
            [COMMAND, *words], env={**env, **changed}, capture_output=True, text=True, check=True, timeout=60
        )
        assert (COLOR.search(shown.stdout) is not None, "━" in shown.stdout) == (coloured, False)
    with Terminal("apply", plan, "--sandbox", exchange.url, env={**env, "NO_COLOR": "1"}) as one:
        assert one.exit() == 0
        assert COLOR.search(one._raw.decode()) is None
    with Terminal("set", "okx", "--help", env=env) as other:
        assert other.exit() == 0
        assert COLOR.search(other._raw.decode()) is not None


FAULT = """
import sys
import leverset.okx._client as client
def broken(self, body):
    raise KeyError("hush-hush")
client.Okx.{name} = broken
from leverset.cli import main
main()
"""


@pytest.mark.parametrize(
    ("name", "state", "outcome"),
    [
        ("set_leverage_from", "what became of the call is not known", "unknown"),
        ("_is_certain", "was applied: the exchange had reported success", "applied"),
    ],
)
def test_a_fault_of_the_program_ends_in_one_line(
    env: dict[str, str], exchange: Sandbox, name: str, state: str, outcome: str
) -> None:
    code = FAULT.format(name=name)
    words = [sys.executable, "-c", code, *SET, "--sandbox", exchange.url, "--json"]
    ended = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    first, known, fix = ended.stderr.splitlines()
    assert first.startswith("leverset: a fault of leverset itself: KeyError at ")
    assert known.startswith("  state: ")
    assert state in known
    assert "LEVERSET_DEBUG=1" in fix
    assert "hush" not in ended.stdout + ended.stderr
    [line] = json_lines(ended.stdout)
    assert (line["error"]["reference"], line["error"]["outcome"]) == ("leverset/fault", outcome)


def test_the_traceback_of_a_fault_is_shown_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEVERSET_DEBUG", "1")
    _crash.report_fault(fault())
    shown = capsys.readouterr()
    assert shown.err.startswith("Traceback")
    assert "ValueError: hush" in shown.err
    assert (shown.out, "\nleverset: a fault of leverset itself" in shown.err) == ("", True)


def fault(*notes: str) -> Exception:
    try:
        raise ValueError("hush")
    except ValueError as error:
        for note in notes:
            error.add_note(note)
        return error


def test_what_is_known_of_a_fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["leverset", "--json"])
    for error, known, outcome in (
        (fault(), "nothing was sent", "not_sent"),
        (fault("leverset: odd"), "odd", "unknown"),
        (fault(Note("leverset: refused by it", "refused")), "refused by it", "refused"),
    ):
        assert _crash.report_fault(error) == 1
        shown = capsys.readouterr()
        assert f"  state: {known}\n" in shown.err
        assert "ValueError at test_look.py:" in shown.err
        [line] = json_lines(shown.out)
        assert (line["error"]["outcome"], line["error"]["why"]) == (outcome, known)


def test_a_fault_in_a_run_says_that_rows_may_have_been_applied(
    invoke: Invoke, exchange: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise KeyError

    monkeypatch.setattr("leverset.cli.apply.line", broken)
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    result = invoke("apply", tmp_path / "plan.yaml", "--sandbox", exchange.url)
    assert isinstance(result.exception, KeyError)
    assert result.exception.__notes__ == [_crash.NOT_KNOWN]
    for reads, note in ((False, _crash.NOT_KNOWN), (True, "nothing was to be changed")):
        with pytest.raises(KeyError) as caught, RunSignals().run(lambda _: None, reads=reads):
            raise KeyError
        assert caught.value.__notes__ == [note]


def test_values_are_found_where_newer_versions_of_typer_have_them() -> None:
    kept = SimpleNamespace(annotation=Literal["yaml", "csv"])
    assert _choices(SimpleNamespace(type_descriptor=kept)) == ("yaml", "csv")


@pytest.mark.parametrize("words", [["get", "okx", "--inst-id", "BTC-USDT", "--mgn-mode", "cross"], ["doctor", "okx"]])
def test_a_fault_of_reading_says_that_nothing_was_to_be_changed(
    invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr(Okx, "__exit__", broken)
    result = invoke(*words, "--sandbox", exchange.url)
    assert result.exception is not None
    assert result.exception.__notes__ == ["nothing was to be changed"]


def test_a_fault_keeps_what_it_says_of_itself() -> None:
    fault = KeyError()
    fault.add_note("it was applied")
    with pytest.raises(KeyError), interruptible(lambda _: "nothing was to be changed"):
        raise fault
    assert fault.__notes__ == ["it was applied"]


def test_a_fault_before_anything_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(cli, "_run", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "RuntimeError" in capsys.readouterr().err


def test_threads_and_finalizers_print_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = threading.excepthook, sys.unraisablehook
    try:
        monkeypatch.setenv("LEVERSET_DEBUG", "1")
        _crash.keep_quiet()
        assert (threading.excepthook, sys.unraisablehook) == before
        monkeypatch.setenv("LEVERSET_DEBUG", "0")
        _crash.keep_quiet()
        threading.excepthook(None)  # type: ignore[arg-type] # it looks at nothing
        sys.unraisablehook(None)  # type: ignore[arg-type]
    finally:
        threading.excepthook, sys.unraisablehook = before
    assert capsys.readouterr().err == ""


def test_the_package_is_the_command() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "leverset", "set", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.startswith("Usage: leverset set [OPTIONS] COMMAND ...\n")
