"""The table of `python -m tests.faults.mutation` fits the tree, and the runner tells what is noticed and what not."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.faults.mutants import mutants
from tests.faults.mutation import TABLE, plans
from tests.faults.workshop import ROOT


def test_every_module_has_tests_that_are_there_and_every_survivor_a_reason() -> None:
    for file, entry in yaml.safe_load(TABLE.read_text(encoding="utf-8")).items():
        assert (ROOT / file).is_file(), file
        assert set(entry) <= {"tests", "then", "survive"}, file
        for test in (name for stage in plans()[file].stages for name in stage if name.startswith("tests")):
            assert (ROOT / test.partition("::")[0]).exists(), test
        for known in entry.get("survive", []):
            assert set(known) <= {"in", "change", "reason", "times"}, known
            assert len(str(known["reason"])) > 5, known


def test_what_the_limit_the_signature_and_the_sending_are_made_of_is_in_the_table() -> None:
    rooms = [
        path for pattern in ("limits/*.py", "_http/*.py", "*/_rules.py") for path in (ROOT / "leverset").glob(pattern)
    ]
    named = {path.relative_to(ROOT).as_posix() for path in rooms if path.name != "__init__.py"}
    named |= {f"leverset/{name}.py" for name in ("_rules", "_fork", "_redact", "_retry", "_keyed_lock")}
    assert named <= set(plans())


@pytest.mark.slow
@pytest.mark.long
def test_every_reason_is_for_a_change_that_is_made() -> None:
    for file, plan in plans().items():
        made = Counter(mutant.change for mutant in mutants((ROOT / file).read_text(encoding="utf-8")))
        assert plan.survive <= made, file


pytestmark = pytest.mark.timeout(400)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the runner says."""
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.mutation", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_the_runner_passes_where_everything_is_noticed() -> None:
    ran = run("leverset/_http/signing.py")
    assert (ran.returncode, ran.stdout.count("\n")) == (0, 1), ran.stdout + ran.stderr
    assert " mutants, 0 survived, 0 of them without a written reason; " in ran.stdout


@pytest.mark.slow
def test_the_runner_names_what_nobody_notices() -> None:
    line = next(mutants(Path(ROOT, "leverset/_http/signing.py").read_text(encoding="utf-8"))).line
    ran = run(f"leverset/_http/signing.py:{line}", "tests/test_format.py", "--", "tests/test_verify.py")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    *named, summary = ran.stdout.splitlines()
    assert named
    assert all(one.startswith(f"leverset/_http/signing.py line {line}, ") for one in named)
    count = len(named)
    survived = f"{count} survived, {count} of them without a written reason; 0 were noticed"
    told = f"leverset/_http/signing.py: {count} mutants, {survived}"
    assert summary.startswith(told)


@pytest.mark.slow
def test_the_runner_does_not_count_what_fails_anyway() -> None:
    ran = run("leverset/_http/signing.py", "tests/there_is_no_such_test.py")
    assert ran.returncode == 1
    assert "these fail without any change" in ran.stderr
