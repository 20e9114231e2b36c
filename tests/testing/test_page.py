"""docs/testing.md: its example runs, and its tables are what there is; docs/guide.md: its short example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._fault_names import NAMES
from leverset.testing import OpenAccount
from tests.testing.bots import Run

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLE, _, SETTINGS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ROWS = re.findall(r"^\| (.*) \|$", PAGE, re.MULTILINE)


def test_the_example_runs(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(f"import pytest\n{SETTINGS}")
    result = run(EXAMPLE.replace("import bot ", "bot.set_leverage = bot.okx "))
    result.assert_outcomes(passed=2)


def test_the_short_example_of_the_guide_runs(run: Run) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "leverset_fault" in block]
    run(f"bot.main = bot.okx\n{example}").assert_outcomes(passed=1)


def test_the_table_of_faults_has_each_with_its_options() -> None:
    shown: dict[str, list[str]] = {}
    for row in ROWS:
        name, _, options = [cell.strip() for cell in row.split(" |")][:3] if row.count(" |") == 2 else ("", "", "")
        if name.strip("`") in NAMES:
            shown[name.strip("`")] = re.findall(r"`([^`]+)`", options)
    assert list(shown) == list(NAMES)
    for name, (_, defaults) in NAMES.items():
        assert shown[name] == [
            option if type(value) is object else f"{option}={value!r}".replace("'", '"')
            for option, value in defaults.items()
        ], name


def test_the_table_of_variables_has_all_of_them() -> None:
    sandbox = Sandbox()
    with sandbox:
        account = OpenAccount(sandbox, [])("okx")
        names = set(account.environment) - {"NO_PROXY", "no_proxy"}
        values = {name: account.environment[name] for name in names}
    shown: dict[str, str] = {}
    for row in ROWS:
        holds = re.search(r"`account\.(\w+)`$", row.strip(" |"))
        if holds:
            shown |= dict.fromkeys(re.findall(r"`(OKX_\w+)`", row), getattr(account, holds[1]))
    assert shown == values
