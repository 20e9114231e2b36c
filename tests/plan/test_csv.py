"""Reading CSV plans, and files that are no text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from leverset.plan import PlanError, check, dump, load
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
        (HEADER.replace("posSide", "") + OKX, [(1, "plan/column-known")]),
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


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "first",
    [
        "sep={}\n",
        "sep={}\r\n",
        '"sep={}"\n',
        "SEP={}\n",
        "\ufeffsep={} \n",
        "\nsep={}\n",
        '"sep={0}"{0}{0}\n',
        "sep={0}{0}{0}\n",
    ],
)
def test_the_line_that_names_the_separator(tmp_path: Path, separator: str, first: str) -> None:
    text = first.format(separator) + (HEADER + OKX).replace(",", separator)
    plan = written(tmp_path, text, "plan.csv")
    assert check(plan) == ()
    assert [row.line for row in plan.rows] == [text.count("\n")]


def test_another_separator_may_be_named(tmp_path: Path) -> None:
    assert check(written(tmp_path, "sep=#\n" + (HEADER + OKX).replace(",", "#"), "plan.csv")) == ()
    problem = only(check(written(tmp_path, "sep=\n" + HEADER + OKX, "plan.csv")))
    assert problem.violation.summary == 'the first line does not name the columns: "sep="'
    for text in ("sep=;", "sep=;\n"):
        assert only(check(written(tmp_path, text, "plan.csv"))).rule == "plan/empty"


@pytest.mark.parametrize(
    "header",
    [
        "Exchange;Inst ID;Lever;Mgn Mode;Pos Side\n",
        "EXCHANGE;INSTID;LEVER;MGNMODE;POSSIDE\n",
        "exchange;inst_id;lever;mgn_mode;pos_side\n",
        '"exchange";"instId";"lever";"mgnMode";"posSide"\n',
        '" exchange ";"inst-id";"\u200blever";"mgnMode\u00a0";"Pos.Side"\n',
        "exchange;instId;lever;mgnMode;posSide;;\n",
        "\n\n;;\nexchange;instId;lever;mgnMode;posSide\n",
    ],
)
@pytest.mark.parametrize("row", ["okx;BTC-USDT-SWAP;2.5;isolated;long\n", "okx;BTC-USDT-SWAP;2.5;isolated;long;;;;\n"])
def test_spellings_of_the_header(tmp_path: Path, header: str, row: str) -> None:
    plan = written(tmp_path, header + row, "plan.csv")
    assert check(plan) == ()
    assert plan.rows[0].body == {"instId": "BTC-USDT-SWAP", "lever": "2.5", "mgnMode": "isolated", "posSide": "long"}


def test_a_header_that_is_none_is_quoted(tmp_path: Path) -> None:
    problem = only(check(written(tmp_path, "My plan\x85;of May\n" + HEADER + OKX, "plan.csv")))
    assert (problem.line, problem.rule) == (1, "plan/header")
    assert problem.violation.summary == 'the first line does not name the columns: "My plan | of May"'
    assert problem.violation.fix.startswith("name the columns in the first line")
    problem = only(check(written(tmp_path, HEADER.replace("exchange", "exchnge") + OKX, "plan.csv")))
    assert problem.violation.fix == "did you mean exchange instead of exchnge?"


def test_a_misspelt_column_is_one_problem_and_is_read_as_it_is_meant(tmp_path: Path) -> None:
    plan = written(tmp_path, HEADER.replace("lever,", "levr,") + 2 * OKX.replace("long", "short", 1) + OKX, "plan.csv")
    problems = check(plan)
    assert [(each.line, each.rule) for each in problems] == [(1, "plan/column-known"), (3, "plan/duplicate-row")]
    assert problems[0].violation.fix == "did you mean lever?"
    twice = written(tmp_path, HEADER.replace("holdSide", "levr") + OKX, "plan.csv")
    assert found(twice) == [(1, "plan/column-known")]
    assert twice.rows[0].body["lever"] == "5"


def test_a_formula_around_a_text_is_seen_through(tmp_path: Path) -> None:
    text = 'exchange;instId;lever;mgnMode\nokx;"=""BTC-USDT""";5;cross\n'
    problem = only(check(written(tmp_path, text, "plan.csv")))
    assert (problem.rule, problem.violation.fix) == ("okx/instrument-possible", 'give instId as "BTC-USDT"')


def test_a_decimal_comma_is_asked_about(tmp_path: Path) -> None:
    problem = only(check(written(tmp_path, "exchange;instId;lever;mgnMode\nokx;BTC-USDT;2,5;cross\n", "plan.csv")))
    assert (problem.line, problem.violation.fix) == (2, 'did you mean "2.5"?')


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
        load(tmp_path / "plan.yml")
    with pytest.raises(PlanError, match=r"\.yaml, \.yml or \.csv"):
        load(tmp_path / "plan.toml")
    with pytest.raises(PlanError, match=r"\(--format\); JSON is YAML, too: name it \.yaml\n"):
        load(tmp_path / "plan.json")
    with pytest.raises(PlanError, match="- is no plan by its name") as raised:
        load("-")
    assert raised.value.reference == "plan/unreadable"
    wrong: Any = "CSV"
    with pytest.raises(PlanError, match='there is no format "CSV"'):
        load(tmp_path / "plan.csv", format=wrong)
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(PlanError, match="cannot be read"):
        load(tmp_path / "folder.yaml")


def test_a_file_of_any_name_is_read_as_its_format_and_what_a_file_holds_without_one(tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text(HEADER + OKX)
    plan = load(tmp_path / "plan.txt", format="csv")
    assert check(plan) == ()
    text = dump(plan)
    again = load("from elsewhere", format="yaml", content=text.encode())
    assert [row.body for row in again.rows] == [row.body for row in plan.rows]
    assert dump(load("plan.csv", content=(HEADER + OKX).encode())) == text
    problem = only(check(load("plan.yaml", content=(HEADER + OKX).encode())))
    assert (problem.path, problem.rule, problem.line) == ("plan.yaml", "plan/shape", 1)
    assert problem.violation.fix.endswith("CSV has to be named .csv, or needs --format csv")


def test_without_a_yaml_parser_csv_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "leverset.plan._readers.yaml", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "plan.yaml").write_text("okx: []\n")
    with pytest.raises(PlanError, match=r"error\[plan/no-yaml\].*\n.*leverset\[cli\]"):
        load(tmp_path / "plan.yaml")
    assert check(written(tmp_path, HEADER + OKX, "plan.csv")) == ()


def test_the_plan_needs_neither_typer_nor_rich() -> None:
    import subprocess

    code = "import sys; sys.modules['typer'] = sys.modules['rich'] = sys.modules['yaml'] = None; import leverset.plan"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
