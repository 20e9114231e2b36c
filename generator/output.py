"""Compare the files on disk with the generated ones: --check prints the differences, a run writes them.

Files are replaced one by one and only where they differ, so that a process which imports the packages at that
moment never meets an empty folder.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Difference:
    """One file that differs from the generated one."""

    path: str
    kind: Literal["changed", "missing", "extra"]

    @property
    def action(self) -> str:
        """What ``write`` does about it."""
        return {"changed": "rewritten", "missing": "written", "extra": "removed"}[self.kind]


def compare(files: dict[str, bytes], output: Path) -> list[Difference]:
    """Return every difference, by path."""
    present = set(_present(output))
    kinds: dict[str, Literal["changed", "missing", "extra"]] = dict.fromkeys(present - files.keys(), "extra")
    for path, content in files.items():
        if path not in present:
            kinds[path] = "missing"
        elif (output / path).read_bytes() != content:
            kinds[path] = "changed"
    return [Difference(path, kinds[path]) for path in sorted(kinds)]


def write(differences: list[Difference], files: dict[str, bytes], output: Path) -> None:
    """Make the folder equal to the generated files."""
    for difference in differences:
        if difference.kind == "extra":
            (output / difference.path).unlink()
    _sweep(files, output)
    for difference in differences:
        if difference.kind != "extra":
            target = output / difference.path
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(f".{target.name}.new")
            fresh.write_bytes(files[difference.path])
            fresh.replace(target)


def _packages(output: Path) -> list[Path]:
    """The folders called leverset_*; everything else in the output folder is left alone."""
    return sorted(path for path in output.glob("leverset_*") if path.is_dir() and not path.is_symlink())


def _present(output: Path) -> Iterator[str]:
    for package in _packages(output):
        for folder, folders, names in os.walk(package):
            folders[:] = [name for name in folders if name != "__pycache__"]
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in [*names, *links]:
                yield (Path(folder) / name).relative_to(output).as_posix()


def _sweep(files: dict[str, bytes], output: Path) -> None:
    """Remove folders without a generated file; only __pycache__ and empty folders are left in them."""
    needed = {parent.as_posix() for path in files for parent in Path(path).parents}
    for package in _packages(output):
        for folder in [package, *sorted(path for path in package.rglob("*") if path.is_dir())]:
            if folder.name != "__pycache__" and folder.exists() and folder.relative_to(output).as_posix() not in needed:
                shutil.rmtree(folder)
