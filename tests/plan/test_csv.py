"""Reading CSV plans, and files that are no text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leverset.plan import PlanError, check, load
from tests.plan.rows import found, only, written

HEADER = "exchange,instId,lever,mgnMode,posSide,symbol,productType,marginCoin,leverage,holdSide\n"
OKX = "okx,BTC-USDT-SWAP,5,isolated,long,,,,,\n"
BITGET = "bitget,,,,,BTCUSDT,USDT-FUTURES,USDT,20,long\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends_of_spreadsheets(tmp_path: Path, separator: str, mark: str, end: str) -> None:
    text = mark + (HEADER + OKX + "\n" + BITGET).replace(",", separator).replace("\n", end)
    path = tmp_path / "plan.csv"
    path.write_bytes(text.encode())
    plan = load(path)
    assert check(plan) == ()
    assert [(row.number, row.exchange, row.line) for row in plan.rows] == [(1, "okx", 2), (2, "bitget", 4)]
    assert plan.rows[0].body == {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}


def test_blanks_around_cells_and_cells_over_several_lines(tmp_path: Path) -> None:
    text = 'exchange, instId, lever, mgnMode\nokx , "BTC-USDT", 5 ,cross\n'.replace(', "', ',"')
    plan = written(tmp_path, text + 'okx,"ETH-\nUSDT",5,cross\nokx,SOL-USDT,0,cross\n', "plan.csv")
    assert found(plan) == [(3, "okx/instrument-possible"), (5, "okx/lever-is-positive-decimal")]
    assert [row.line for row in plan.rows] == [2, 3, 5]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, "plan/empty")]),
        ("\n\n", [(1, "plan/empty")]),
        (HEADER, [(1, "plan/empty")]),
        (OKX, [(1, "plan/header")]),
        ("\n" + OKX, [(2, "plan/header")]),
        (HEADER + OKX.replace("\n", ",x\n"), [(2, "plan/too-many-columns")]),
        (HEADER.replace("posSide", "side") + OKX, [(1, "plan/column-known")]),
        (HEADER.replace("\n", ",\n") + OKX, [(1, "plan/column-known")]),
        (HEADER.replace("posSide", "lever") + OKX.replace("long", "7"), [(1, "plan/duplicate-key")]),
        (HEADER + ",BTC-USDT,5,cross\n", [(2, "plan/exchange-known")]),
        (HEADER + "okx,BTC-USDT,5,cross,,,,,7\n", [(2, "okx/field-known")]),
        (HEADER + OKX + 'okx,"BTC-USDT,5,cross\n', [(3, "plan/csv-syntax")]),
        (HEADER + 'okx,"BTC"-USDT,5,cross\n', [(2, "plan/csv-syntax")]),
        (HEADER + "okx," + "X" * 200_000 + "\n", [(2, "plan/csv-syntax")]),
    ],
)
def test_csv_files_that_are_no_plan(tmp_path: Path, text: str, problems: list[tuple[int, str]]) -> None:
    assert found(written(tmp_path, text, "plan.csv")) == problems


@pytest.mark.parametrize("name", ["plan.csv", "plan.yaml"])
@pytest.mark.parametrize(
    ("raw", "line", "word"),
    [
        (b"exchange: a\nokx: \xff\n", 2, "0xff"),
        ("exchange,lever\n".encode("utf-16"), 1, "UTF-16"),
        (b"exchange: a\n\nokx: a\0b\n", 3, "control"),
        (b"exchange: \x1b[31m\n", 1, "U+001B"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, name: str, raw: bytes, line: int, word: str) -> None:
    (tmp_path / name).write_bytes(raw)
    problem = only(check(load(tmp_path / name)))
    assert (problem.line, problem.rule) == (line, "plan/encoding")
    assert word in str(problem)


def test_an_unreadable_file_and_one_of_another_type(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="No such file"):
        load(tmp_path / "plan.csv")
    with pytest.raises(PlanError, match=r"\.yaml, \.yml or \.csv"):
        load(tmp_path / "plan.toml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(PlanError, match="cannot be read"):
        load(tmp_path / "folder.yaml")


def test_without_a_yaml_parser_csv_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "leverset.plan._readers.yaml", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "plan.yaml").write_text("okx: []\n")
    with pytest.raises(PlanError, match=r"leverset\[cli\]"):
        load(tmp_path / "plan.yaml")
    assert check(written(tmp_path, HEADER + OKX, "plan.csv")) == ()


def test_the_plan_needs_neither_typer_nor_rich() -> None:
    import subprocess

    code = "import sys; sys.modules['typer'] = sys.modules['rich'] = sys.modules['yaml'] = None; import leverset.plan"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
