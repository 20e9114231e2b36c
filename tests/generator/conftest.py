"""A folder of its own for every test; the demo package is generated once and copied. All run in .venv-generator."""

import shutil
from pathlib import Path

import pytest

from generator.__main__ import main
from tests.generator.workshop import DEMO, Workshop

FOLDERS = {"specs": "specs", "output": "generated", "docs": "reference"}


@pytest.fixture
def workshop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Workshop:
    made = Workshop(tmp_path, capsys)
    made.specs.mkdir()
    shutil.copy(DEMO, made.spec)
    return made


@pytest.fixture(scope="session")
def demo_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo package, and the reference beside it, generated once; nobody writes into it."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "specs").mkdir()
    shutil.copy(DEMO, folder / "specs")
    assert main([f"--{name}={folder / place}" for name, place in FOLDERS.items()]) == 0
    return folder / "generated"


@pytest.fixture
def generated(workshop: Workshop, demo_output: Path) -> Workshop:
    """A workshop in which the demo package is already there."""
    shutil.copytree(demo_output, workshop.output)
    shutil.copytree(demo_output.parent / "reference", workshop.docs)
    return workshop
