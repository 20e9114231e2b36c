"""docs/sandbox.md: its table of endpoints is the sandbox's own, and its examples run."""

import re
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._exchange import AccountRead
from leverset.sandbox._registry import EXCHANGES

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
RUNNING, FAULTS, NAMED = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_table_has_every_endpoint() -> None:
    rows = re.findall(r"^\| (\w+) `(GET|POST) ([^`]+)` \| (\d+) per (\d+) s([^|]*) \| (yes|no) \|$", PAGE, re.MULTILINE)
    found = {}
    for title, method, path, limit, seconds, counted, signed in rows:
        assert ("user" in counted) is (signed == "yes"), path
        found[path] = (title, method, int(limit), float(seconds), signed == "yes")
    expected = {}
    for exchange in EXCHANGES.values():
        setting = (exchange.title, "POST", exchange.limit, exchange.seconds, True)
        expected[exchange.set_leverage_path] = setting
        for path, read in exchange.reads.items():
            expected[path] = (exchange.title, "GET", read.limit, read.seconds, isinstance(read, AccountRead))
    assert found == expected


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(RUNNING, "docs/sandbox.md", "exec"), {})  # noqa: S102 - that is what it is for
    assert capsys.readouterr().out == "9\n"


def test_the_faults_are_accepted(sandbox: Sandbox) -> None:
    exec(compile(FAULTS, "docs/sandbox.md", "exec"), {"exchange": sandbox})  # noqa: S102 - likewise
    exec(compile(NAMED, "docs/sandbox.md", "exec"), {"exchange": sandbox, "account": sandbox.account("okx")})  # noqa: S102 - likewise
    assert len(sandbox.faults()) == 5


@pytest.mark.parametrize(
    "name", ["change_account", "change_leverage", "change_instrument", "add_key", "configure", "open_account", "held"]
)
def test_the_table_names_what_there_is(name: str) -> None:
    assert callable(getattr(Sandbox, name))
    assert f"`{name}(" in PAGE
