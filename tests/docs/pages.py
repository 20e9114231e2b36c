"""The pages of documentation, their blocks of code, and the console of a page run in a shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
OUTSIDE = ("README.md", "CONTRIBUTING.md", "SECURITY.md")


def pages() -> list[str]:
    """All pages, by their paths in the repository."""
    found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    return sorted([*OUTSIDE, *found])


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@frozen
class Block:
    """A block of code, the `number`-th of its language on its page."""

    page: str
    language: str
    number: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.page} {self.language} {self.number}"


def blocks(page: str, *languages: str) -> Iterator[Block]:
    counted: dict[str, int] = {}
    for language, text in re.findall(r"^ *```(\w*)\n(.*?)^ *```$", read(page), re.MULTILINE | re.DOTALL):
        counted[language] = counted.get(language, 0) + 1
        if language in languages:
            yield Block(page, language, counted[language], text)


def run_console(text: str, folder: Path, environment: Mapping[str, str], *changes: tuple[str, str]) -> list[str]:
    """Run the commands of a block in bash, and return it with what they really print.

    Args:
        text: The block: a command after each `$ `, with what it prints below.
        folder: Where they run.
        environment: Their environment.
        changes: Patterns and what replaces them in each command before it runs.
    """
    shown = []
    for command in re.findall(r"^\$ (.+)$", text, re.MULTILINE):
        words = command
        for pattern, instead in changes:
            words = re.sub(pattern, instead, words)
        ran = subprocess.run(
            ["bash", "-c", words],
            cwd=folder,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        shown += [f"$ {command}", *ran.stdout.splitlines()]
    return shown


def shell_environment(folder: Path) -> dict[str, str]:
    """The environment of a user without keys, whose `leverset` is the one of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OKX_", "BITGET_", "COV_"))}
    command = shutil.which("leverset", path=os.fspath(Path(sys.executable).parent))
    assert command
    path = f"{Path(command).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "400", "XDG_STATE_HOME": os.fspath(folder / "state")}
