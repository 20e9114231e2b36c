"""What the plugin costs unused, what it says where something is missing, and that it runs side by side."""

from __future__ import annotations

import sys

import pytest

import leverset
from tests.testing.bots import Run

USE = "def test_it(okx_account):\n    bot.okx(7)\n"
UNUSED = "def test_it():\n    pass\n"

WITHOUT = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Without())
"""
"""A conftest that hides packages, as if they were not installed."""

MODULES = """
import sys

def pytest_unconfigure():
    print("MODULES", *sys.modules)
"""


def loaded(result: pytest.RunResult) -> set[str]:
    [line] = [line for line in result.outlines if line.startswith("MODULES ")]
    return set(line.split()[1:])


def test_unused_it_imports_one_module_and_nothing_of_leverset(pytester: pytest.Pytester) -> None:
    """In a process of its own, by the entry point, as it is for whoever has leverset installed."""
    pytester.makeconftest(MODULES)
    on = run_unused(pytester)
    off = run_unused(pytester, "-p", "no:leverset")
    assert on - off == {"leverset_pytest"}
    assert not {name for name in on if name.partition(".")[0] in ("leverset", "leverset_okx", "starlette", "uvicorn")}


def run_unused(pytester: pytest.Pytester, *options: str) -> set[str]:
    pytester.makepyfile(test_unused=UNUSED)
    result = pytester.runpytest_subprocess("-s", "-p", "no:schemathesis", "test_unused.py", *options)
    result.assert_outcomes(passed=1)
    return loaded(result)


@pytest.mark.slow
def test_switched_off_there_is_no_fixture(run: Run) -> None:
    result = run(USE, "-p", "no:leverset", apart=True)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'okx_account' not found*"])


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_without_the_extra_a_fixture_says_what_to_install(run: Run, pytester: pytest.Pytester, missing: str) -> None:
    pytester.makeconftest(WITHOUT.format(missing=[missing]))
    result = run(f"{USE}\ndef test_unused():\n    pass", "-p", "no:schemathesis", apart=True)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [f"*leverset's fixtures need {missing}, which is not installed: pip install 'leverset[[]testing]'"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_without_the_extra_in_this_process(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where coverage sees it."""
    for name in [name for name in sys.modules if name.startswith(("leverset.sandbox", "leverset.testing"))]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("sandbox", "testing"):  # importing them anew changes these, which is to be taken back
        monkeypatch.setattr(leverset, name, getattr(leverset, name))
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = run(USE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["leverset's fixtures need uvicorn, which is not installed: pip install 'leverset[[]testing]'"]
    )


@pytest.mark.slow
def test_side_by_side_each_process_has_a_sandbox(run: Run, pytester: pytest.Pytester) -> None:
    """xdist, by the entry point: the same limit would refuse the sixth request of one account."""
    result = run(
        """
        @pytest.mark.parametrize("number", range(2))
        def test_it(okx_account, worker_id, number):
            for lever in range(10, 15):
                bot.okx(lever)
            okx_account.assert_leverage(14, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
            okx_account.assert_no_refusals()
            with open("urls", "a") as urls:
                urls.write(f"{worker_id} {okx_account.url}\\n")
        """,
        *("-n", "2", "--dist", "each", "-p", "no:schemathesis"),
        apart=True,
    )
    result.assert_outcomes(passed=4)
    pairs = {tuple(line.split()) for line in (pytester.path / "urls").read_text().splitlines()}
    assert sorted(worker for worker, _ in pairs) == ["gw0", "gw1"]
    assert len({url for _, url in pairs}) == 2
