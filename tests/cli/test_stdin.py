"""Plans that come from another program, through stdin."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from tests.cli.terminal import COMMAND
from tests.output import json_lines
from tests.plan.rows import LONG, bodies

YAML = f"okx:\n  - {LONG}\n"
CSV = "exchange,instId,lever,mgnMode,posSide\nokx,BTC-USDT-SWAP,5,isolated,long\n"

Done = subprocess.CompletedProcess[str]
Piped = Callable[..., Done]


@pytest.fixture
def piped(env: dict[str, str], tmp_path: Path) -> Piped:
    """Run the command with a text on stdin."""

    def run(text: str, *arguments: object) -> Done:
        words = [str(COMMAND), *map(str, arguments)]
        return subprocess.run(words, input=text, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    return run


@pytest.mark.parametrize(("text", "form"), [(YAML, ()), (YAML, ("--format", "yaml")), (CSV, ("--format", "csv"))])
def test_a_plan_is_checked_compared_and_applied(
    piped: Piped, exchange: Sandbox, text: str, form: tuple[str, ...]
) -> None:
    line = len(text.splitlines())
    assert piped(text, "check", "-", *form).stdout == "stdin: 1 row (okx 1), no problem found\n"
    shown = piped(text, "diff", "-", "--sandbox", exchange.url, *form)
    assert (shown.returncode, shown.stderr) == (3, "")
    assert f"~ okx    BTC-USDT-SWAP isolated long  3 -> 5  stdin:{line}\n" in shown.stdout
    words = ("--sandbox", exchange.url, "--journal", "run.jsonl", "--json")
    first, last = (json_lines(piped(text, "apply", "-", *words, *form).stdout)[0] for _ in range(2))
    assert (first["status"], first["line"], last["status"], last["earlier"]) == ("applied", line, "kept", True)
    assert bodies(exchange, "okx") == ["BTC-USDT-SWAP"]


def test_what_an_export_writes_needs_no_file(piped: Piped, exchange: Sandbox) -> None:
    words = ("--sandbox", exchange.url)
    exported = piped("", "export", "okx", "--instruments", "BTC-USDT-SWAP", *words).stdout
    assert piped(exported, "diff", "-", *words).returncode == 0


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("", 1, "error[plan/empty]: there is no row in it\n  --> stdin:1"),
        (CSV, 1, "fix:   see docs/plans.md; CSV has to be named .csv, or needs --format csv"),
        ("okx:\n  - {lever: \udcff}\n", 1, "error[plan/encoding]: the file is not UTF-8\n  --> stdin:2"),
    ],
)
def test_what_is_no_plan(env: dict[str, str], text: str, code: int, shown: str) -> None:
    words, raw = [str(COMMAND), "check", "-"], text.encode(errors="surrogateescape")
    done = subprocess.run(words, input=raw, env=env, capture_output=True, timeout=60)
    assert done.returncode == code
    assert shown in done.stdout.decode()


def test_a_stdin_that_cannot_be_read(env: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "written").open("wb") as stdin:
        words = [str(COMMAND), "check", "-", "--json"]
        done = subprocess.run(words, stdin=stdin, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "leverset: stdin cannot be read: " in done.stderr
    [error] = json_lines(done.stdout)
    assert error["error"]["fix"] == "give the path of a plan, or write one to stdin"


def test_nobody_can_answer_where_stdin_is_the_plan(piped: Piped, exchange: Sandbox) -> None:
    done = piped(YAML, "apply", "-", "--live")
    assert done.returncode == 2
    assert "there is no terminal to ask in\n  fix:   give --yes as well" in done.stderr
    assert exchange.requests() == []


def test_a_file_of_any_name_has_its_format_said(piped: Piped, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text(CSV)
    refused = piped("", "check", "plan.txt")
    assert (refused.returncode, "plan.txt is no plan by its name" in refused.stderr) == (2, True)
    assert "or its format as well (--format)" in refused.stderr
    assert piped("", "check", "plan.txt", "--format", "csv").returncode == 0
