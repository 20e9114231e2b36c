"""Plans that come from another program, through stdin."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from leverset.cli.app import app
from leverset.cli.check import read_plan
from leverset.sandbox import Sandbox
from tests.cli.terminal import COMMAND
from tests.output import json_lines
from tests.plan.rows import LONG, bodies

YAML = f"okx:\n  - {LONG}\n"
CSV = "exchange,instId,lever,mgnMode,posSide\nokx,BTC-USDT-SWAP,5,isolated,long\n"

Piped = Callable[..., Result]


@pytest.fixture
def piped(env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Piped:
    """Run the command here, with a text or bytes on stdin."""
    monkeypatch.chdir(tmp_path)

    def run(text: str | bytes, *arguments: object) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=text, env=env)

    return run


@pytest.mark.parametrize(("text", "form"), [(YAML, ()), (YAML, ("--format", "yaml")), (CSV, ("--format", "csv"))])
def test_a_plan_is_checked_compared_and_applied(
    piped: Piped, exchange: Sandbox, text: str, form: tuple[str, ...]
) -> None:
    line = len(text.splitlines())
    assert piped(text, "check", "-", *form).stdout == "stdin: 1 row (okx 1), no problem found\n"
    shown = piped(text, "diff", "-", "--sandbox", exchange.url, *form)
    assert (shown.exit_code, shown.stderr) == (3, "")
    assert f"~ okx    BTC-USDT-SWAP isolated long  3 -> 5  stdin:{line}\n" in shown.stdout
    words = ("--sandbox", exchange.url, "--journal", "run.jsonl", "--json")
    first, last = (json_lines(piped(text, "apply", "-", *words, *form).stdout)[0] for _ in range(2))
    assert (first["status"], first["line"], last["status"], last["earlier"]) == ("applied", line, "kept", True)
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]


def test_what_an_export_writes_needs_no_file(piped: Piped, exchange: Sandbox) -> None:
    words = ("--sandbox", exchange.url)
    exported = piped("", "export", "okx", "--instruments", "BTC-USDT-SWAP", *words).stdout
    assert piped(exported, "diff", "-", *words).exit_code == 0


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("", 1, "error[plan/empty]: there is no row in it\n  --> stdin:1"),
        (CSV, 1, "fix:   see docs/plans.md; CSV has to be named .csv, or needs --format csv"),
        ("okx:\n  - {lever: \udcff}\n", 1, "error[plan/encoding]: the file is not UTF-8\n  --> stdin:2"),
    ],
)
def test_what_is_no_plan(piped: Piped, text: str, code: int, shown: str) -> None:
    done = piped(text.encode(errors="surrogateescape"), "check", "-")
    assert done.exit_code == code
    assert shown in done.stdout


def test_a_stdin_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with os.fdopen(os.open(tmp_path / "written", os.O_WRONLY | os.O_CREAT), encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(typer.Exit) as ended:
            read_plan(Path("-"), None)
    assert ended.value.exit_code == 2
    shown = (
        "leverset: stdin cannot be read: Bad file descriptor\n  fix:   give the path of a plan, or write one to stdin"
    )
    assert shown in capsys.readouterr().err


def test_a_pipe_is_read_to_its_end(env: dict[str, str]) -> None:
    words = [str(COMMAND), "check", "-", "--format", "csv"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(CSV)
        process.stdin.flush()
        done, _ = process.communicate("okx,ETH-USDT-SWAP,5,isolated,long\n", timeout=60)
    assert done == "stdin: 2 rows (okx 2), no problem found\n"


def test_nobody_can_answer_where_stdin_is_the_plan(piped: Piped, exchange: Sandbox) -> None:
    done = piped(YAML, "apply", "-", "--live")
    assert done.exit_code == 2
    assert "there is no terminal to ask in\n  fix:   give --yes as well" in done.stderr
    assert exchange.requests() == []


def test_a_file_of_any_name_has_its_format_said(piped: Piped, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text(CSV)
    refused = piped("", "check", "plan.txt")
    assert (refused.exit_code, "plan.txt is no plan by its name" in refused.stderr) == (2, True)
    assert "or the format yaml or csv (--format)" in refused.stderr
    assert piped("", "check", "plan.txt", "--format", "csv").exit_code == 0
