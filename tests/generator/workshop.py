"""What the tests of the generator work with: a folder with the demo spec in it, and the generator's verdict on it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.__main__ import main

ROOT = Path(__file__).parents[2]
DEMO = Path(__file__).with_name("demo.yaml")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass
class Workshop:
    """A folder with specs/demo.yaml, and the generator's verdict on it."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def specs(self) -> Path:
        return self.folder / "specs"

    @property
    def output(self) -> Path:
        return self.folder / "generated"

    @property
    def docs(self) -> Path:
        return self.folder / "reference"

    @property
    def spec(self) -> Path:
        return self.specs / "demo.yaml"

    def edit(self, old: str, new: str) -> None:
        text = self.spec.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in the spec"
        self.spec.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        folders = [f"--specs={self.specs}", f"--output={self.output}", f"--docs={self.docs}"]
        status = main([*folders, *arguments])
        said = self.capture.readouterr()
        return status, said.out, said.err


@dataclass
class Wrong:
    """One edit of the demo spec; the message names the pointer, and line and column lead to the text ``at``."""

    old: str
    new: str
    pointer: str
    at: str
    says: str


def check_refused(wrong: Wrong, workshop: Workshop) -> None:
    """The edit ends in one message with file and place, status 2, and the old output stays as it was."""
    workshop.output.mkdir()
    (workshop.output / "leverset_demo").mkdir()
    (workshop.output / "leverset_demo" / "old.py").write_text("old")
    workshop.edit(wrong.old, wrong.new)

    status, out, err = workshop.run()

    assert (status, out) == (2, ""), err
    assert contents(workshop.output) == {"leverset_demo/old.py": b"old"}
    assert not workshop.docs.exists()
    found = re.fullmatch(r"error: (.+):(\d+):(\d+) \((/.*?)\): (.+)\n", err)
    assert found, err
    path, line, column, pointer, message = found.groups()
    assert path == str(workshop.spec)
    assert wrong.says in message
    if wrong.pointer:
        assert pointer == wrong.pointer
        lines = workshop.spec.read_text(encoding="utf-8").split("\n")
        assert "\n".join([lines[int(line) - 1][int(column) - 1 :], *lines[int(line) :]]).startswith(wrong.at)
