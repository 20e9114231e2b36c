"""Two type checkers find every wrong use in wrong.py, and nothing wrong in api.py."""

from __future__ import annotations

import ast
import itertools
import json
import subprocess
import sys
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_overloads, get_type_hints

import leverset_bitget.operations
import leverset_okx.operations
import pytest
from ruamel.yaml import YAML

from leverset import AsyncBitget, AsyncOkx, Bitget, HoldSide, MarginMode, Okx, PositionSide, ProductType
from leverset.okx._rules import RULES
from tests.environments import ROOT, python

HERE = Path(__file__).parent
RIGHT, WRONG = HERE / "api.py", HERE / "wrong.py"
Error = tuple[Path, int, str]


def errors_of_mypy() -> list[Error]:
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", "--output=json", str(RIGHT), str(WRONG)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.stderr == ""
    return [(ROOT / each["file"], each["line"], each["message"]) for each in found if each["severity"] == "error"]


def errors_of_basedpyright(config: Path) -> list[Error]:
    settings = {
        "include": [str(RIGHT), str(WRONG)],
        "extraPaths": [str(ROOT), str(ROOT / "generated")],
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
    }
    config.write_text(json.dumps(settings))
    checker = python(HERE / "requirements-basedpyright.txt").with_name("basedpyright")
    command = [str(checker), "--project", str(config), "--pythonpath", sys.executable, "--outputjson"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    report = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] == 2
    return [
        (Path(each["file"]), each["range"]["start"]["line"] + 1, each["message"])
        for each in report["generalDiagnostics"]
    ]


def not_as_they_should(errors: list[Error]) -> list[object]:
    """The functions of wrong.py without an error, and the errors that are in none of them."""
    functions = [
        node for node in ast.parse(WRONG.read_text()).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) >= 9
    found: dict[str, list[Error]] = {function.name: [] for function in functions}
    elsewhere: list[object] = []
    for error in errors:
        path, line, _ = error
        # Its body only: an error in a signature would say that the use was never looked at.
        names = [each.name for each in functions if each.body[0].lineno <= line <= (each.end_lineno or 0)]
        if path == WRONG and names:
            found[names[0]].append(error)
        else:
            elsewhere.append(error)
    return [*(name for name, its in found.items() if not its), *elsewhere]


def test_mypy_finds_every_wrong_use_and_no_other() -> None:
    assert not_as_they_should(errors_of_mypy()) == []


@pytest.mark.slow
@pytest.mark.timeout(700)  # the first run installs what is pinned
def test_basedpyright_finds_every_wrong_use_and_no_other(tmp_path: Path) -> None:
    assert not_as_they_should(errors_of_basedpyright(tmp_path / "config.json")) == []


def test_a_missing_error_and_a_strange_one_are_noticed() -> None:
    assert "region_of_no_exchange" in not_as_they_should([])
    strange = (RIGHT, 30, "an error in a right use")
    assert strange in not_as_they_should([strange])


def request_field(exchange: str, name: str) -> set[str]:
    """The values that a spec allows for a field of the request."""
    spec: Any = YAML(typ="safe").load(ROOT / "specs" / f"{exchange}.yaml")
    return set(spec["components"]["schemas"]["SetLeverageRequest"]["properties"][name]["enum"])


@pytest.mark.parametrize(
    ("literal", "exchange", "name"),
    [
        (MarginMode, "okx", "mgnMode"),
        (PositionSide, "okx", "posSide"),
        (ProductType, "bitget", "productType"),
        (HoldSide, "bitget", "holdSide"),
    ],
)
def test_the_literals_are_the_specs(literal: Any, exchange: str, name: str) -> None:
    assert set(get_args(literal)) == request_field(exchange, name)


@pytest.mark.parametrize(
    ("make", "operations", "exchange"),
    [
        (Okx, leverset_okx.operations, "okx"),
        (AsyncOkx, leverset_okx.operations, "okx"),
        (Bitget, leverset_bitget.operations, "bitget"),
        (AsyncBitget, leverset_bitget.operations, "bitget"),
    ],
)
def test_the_regions_are_the_specs(make: Any, operations: Any, exchange: str) -> None:
    spec: Any = YAML(typ="safe").load(ROOT / "specs" / f"{exchange}.yaml")
    assert list(get_args(operations.Region)) == [server["x-region"] for server in spec["servers"]]
    others = [name for server in spec["servers"] for name in server.get("x-region-names", ())]
    assert list(get_args(operations.RegionName)) == [*get_args(operations.Region), *others]
    assert any(operations.RegionName in get_args(base) for base in make.__orig_bases__)


def accepts(hint: Any, value: str | None) -> bool:
    """Whether a hint of an argument takes a value; None says that it is left out."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_args(hint):
        return any(accepts(part, value) for part in get_args(hint))
    return value is None if hint is NoneType else isinstance(value, hint)


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_the_overloads_are_the_rules_that_need_no_account(make: Any) -> None:
    overloads = [get_type_hints(each) for each in get_overloads(make.set_leverage)]
    assert len(overloads) == 3
    names = {"inst_id": "instId", "ccy": "ccy", "mgn_mode": "mgnMode", "pos_side": "posSide"}
    modes, sides = [*get_args(MarginMode), "crossed"], [None, *get_args(PositionSide), "buy"]
    seen = set()
    for values in itertools.product(["BTC-USDT-SWAP", None], ["BTC", None], modes, sides):
        given = dict(zip(names, values, strict=True))
        body = {"lever": "5"} | {names[name]: value for name, value in given.items() if value is not None}
        right = any(all(accepts(hints[name], value) for name, value in given.items()) for hints in overloads)
        assert right == (not RULES.violations(body, None)), given
        seen.add(right)
    assert seen == {True, False}
