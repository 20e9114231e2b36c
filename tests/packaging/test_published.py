"""Which tests need no source is found out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging import published
from tests.packaging.published import ROOT, all_tests, needs, without_repository


def test_most_tests_need_no_source() -> None:
    found = without_repository()
    assert len(found) > 0.75 * len(all_tests())
    for folder in ("client", "cli", "http", "limits", "plan", "read_back", "retry", "rules", "sandbox"):
        ours = [name for name in all_tests() if name.startswith(f"tests/{folder}/")]
        assert len(set(ours) & set(found)) >= len(ours) - 1, folder


@pytest.mark.parametrize(
    ("test", "because_of"),
    [
        ("rules/test_rules.py", None),
        ("cli/test_set.py", None),
        ("sandbox/test_page.py", "tests/sandbox/test_page.py"),
        ("generator/test_command.py", "tests/generator/conftest.py"),
        ("interop/test_interop.py", "tests/environments.py"),
        ("contract/test_sentences.py", "tests/contract/test_sentences.py"),
        ("system/test_call_path.py", "tests/system/test_architecture.py"),
    ],
)
def test_a_test_and_what_it_needs(test: str, because_of: str | None) -> None:
    assert needs(ROOT / "tests" / test) == because_of


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ('from pathlib import Path\nSPEC = Path(__file__).parents[2] / "specs"', False),
        ("from pathlib import Path\nHERE = Path(__file__).parents[1]", False),
        ('from pathlib import Path\nPAGE = Path(__file__).parents[2] / "docs"', True),
        ('from pathlib import Path\nPAGE = Path(__file__).resolve().parents[2] / "docs"', True),
        ("def test():\n    from generator import specs", True),
        ("import benchmarks.apply", True),
        ("from tests import environments", True),
        ("from tests.contract.sentences import ROOT, rows", True),
        ("from tests.contract.sentences import rows", False),
    ],
)
def test_a_line_that_needs_the_repository(
    line: str, needed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a repository with the same files of contract, and one test."""
    for name in ("contract/sentences.py", "environments.py"):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / name).write_text((ROOT / "tests" / name).read_text())
    test = tmp_path / "tests" / "room" / "test_it.py"
    test.parent.mkdir()
    test.write_text(f"{line}\n")
    monkeypatch.setattr(published, "ROOT", tmp_path)
    monkeypatch.setattr(published, "_READ_IT", {tmp_path / "tests/contract/sentences.py"})
    assert (needs(test) is not None) == needed
