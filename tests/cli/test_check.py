"""`leverset check`, and the help of every command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import leverset
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND
from tests.plan.rows import LONG, PERP, okx_rows


def test_a_plan_without_problems(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\nbitget:\n  - {PERP}\n")
    result = invoke("check", path)
    assert result.exit_code == 0
    assert result.stdout == f"{path}: 2 rows (okx 1, bitget 1), no problem found\n"


def test_all_problems_with_file_line_rule_and_fix(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("exchange,instId,lever,mgnMode,posSide\nokx,BTC-USDT,0,isolated,long\nokx,BTC-USDT,5,isolated,\n")
    result = invoke("check", path)
    assert result.exit_code == 1
    assert result.stdout.count(f"  --> {path}:2, okx POST") == 2
    assert "error[okx/lever-is-positive-decimal]" in result.stdout
    assert "error[okx/side-needs-contract]" in result.stdout
    assert "error[plan/contradicting-row]: line 2 sets the same leverage to 0, this one to 5" in result.stdout
    assert result.stdout.count("  fix:   ") == 3
    assert result.stdout.endswith(f"\n3 problems in {path}\n")


def test_one_problem_as_json(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("okx:\n  - {instId: BTC-USDT, lever: 5, mgnMode: isolated, posSide: long}\n")
    result = invoke("check", path, "--json")
    assert result.exit_code == 1
    [problem] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (problem["line"], problem["error"]["reference"], problem["value"]) == (2, "okx/side-needs-contract", "long")
    assert problem["error"]["fix"] == "leave posSide out"
    assert "1 problem in" in invoke("check", path).stdout


def test_account_options_switch_rules_on(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\nbitget:\n  - {PERP.replace(', holdSide: long', '')}\n")
    assert invoke("check", path).exit_code == 0
    modes = ("--okx-position-mode", "net_mode", "--bitget-margin-mode", "isolated")
    result = invoke("check", path, *modes, "--bitget-position-mode", "hedge_mode", "--okx-level", "spot")
    assert result.exit_code == 1
    assert "okx/one-way-side-is-net" in result.stdout
    assert "bitget/hedge-isolated-needs-side" in result.stdout


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text('okx:\n  - {instId: "BTC\\e[31m", lever: "[red]", mgnMode: cross}\n')
    result = invoke("check", path)
    assert "\x1b" not in result.stdout
    assert "[red]" in result.stdout


def test_a_missing_file(tmp_path: Path, invoke: Invoke) -> None:
    result = invoke("check", tmp_path / "plan.yaml")
    assert result.exit_code == 2
    assert "No such file" in result.stderr
    assert "  fix:   give the path of a plan" in result.stderr


@pytest.mark.parametrize(
    ("words", "examples"),
    [
        (
            "",
            ["OKX and Bitget", "leverset demo", "leverset check plan.yaml", "--journal run.jsonl", "leverset set okx"],
        ),
        ("check", ["leverset check plan.yaml", "plan.csv --okx-position-mode long_short_mode --bitget-position-mode"]),
        (
            "apply",
            [
                "leverset apply plan.yaml --live --yes --journal run.jsonl",
                "--sandbox http://127.0.0.1:8765",
                "BITGET_SECRET and BITGET_",
            ],
        ),
        ("set", ["okx", "bitget"]),
        ("sandbox", ["leverset sandbox --port 8765"]),
        ("demo", ["leverset demo"]),
    ],
)
def test_help_has_examples(invoke: Invoke, words: str, examples: list[str]) -> None:
    result = invoke(*words.split(), "--help", COLUMNS="200")
    assert result.exit_code == 0
    for example in examples:
        assert example in " ".join(result.stdout.split())


def test_the_version() -> None:
    for command in ([str(COMMAND)], [sys.executable, "-m", "leverset.cli"]):
        shown = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, timeout=60)
        assert shown.stdout == f"leverset {leverset.__version__}\n"


def test_without_the_cli_extra() -> None:
    for name in ("typer", "rich"):
        code = f"import sys; sys.modules['{name}'] = None; from leverset.cli import main; main()"
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
        assert shown.returncode == 2
        assert shown.stderr.endswith("  fix:   pip install 'leverset[cli]'\n")
        assert name in shown.stderr
        assert "Traceback" not in shown.stderr


def test_ten_thousand_rows_are_checked_in_seconds(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(okx_rows(10_000))
    assert invoke("check", path).exit_code == 0


def test_numbers_that_json_does_not_have(tmp_path: Path, invoke: Invoke) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "".join(f"- {{exchange: okx, instId: {each}, lever: 5, mgnMode: cross}}\n" for each in (".nan", "-.inf"))
    )
    for words in (["check", path], ["apply", path, "--sandbox", "http://127.0.0.1:1"]):
        shown = [json.loads(line, parse_constant=pytest.fail) for line in invoke(*words, "--json").stdout.splitlines()]
        assert [problem["value"] for problem in shown if problem["field"] == "instId"][:2] == ["nan", "-inf"]
