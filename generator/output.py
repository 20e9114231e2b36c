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


@dataclass(frozen=True)
class Place:
    """What the generator writes below one folder.

    The folders that ``own`` names (by patterns) hold nothing else. Elsewhere in the folder a page is the generator's
    where ``mark`` stands at its top; everything else is left alone.
    """

    root: Path
    files: dict[str, bytes]
    own: tuple[str, ...]
    mark: str = ""

    def folders(self) -> list[Path]:
        """The folders that hold nothing but generated files."""
        found = {path for pattern in self.own for path in self.root.glob(pattern)}
        return sorted(path for path in found if path.is_dir() and not path.is_symlink())

    def present(self) -> Iterator[str]:
        """Every file that should be as it is generated, or not there."""
        for path in self.files:
            if (self.root / path).is_file():
                yield path
        for page in self.root.rglob("*.md") if self.mark else ():
            if page.is_file() and marked(page, self.mark):
                yield page.relative_to(self.root).as_posix()
        for package in self.folders():
            for folder, folders, names in os.walk(package):
                folders[:] = [name for name in folders if name != "__pycache__"]
                links = [name for name in folders if (Path(folder) / name).is_symlink()]
                for name in [*names, *links]:
                    yield (Path(folder) / name).relative_to(self.root).as_posix()


def marked(page: Path, mark: str) -> bool:
    """Whether a page says at its top that it is generated."""
    return any(line.startswith(mark) for line in page.read_text(encoding="utf-8", errors="replace").splitlines()[:5])


def compare(place: Place) -> list[Difference]:
    """Return every difference, by path."""
    present = set(place.present())
    kinds: dict[str, Literal["changed", "missing", "extra"]] = dict.fromkeys(present - place.files.keys(), "extra")
    for path, content in place.files.items():
        if path not in present:
            kinds[path] = "missing"
        elif (place.root / path).read_bytes() != content:
            kinds[path] = "changed"
    return [Difference(path, kinds[path]) for path in sorted(kinds)]


def write(differences: list[Difference], place: Place) -> None:
    """Make the folder equal to the generated files."""
    for difference in differences:
        if difference.kind == "extra":
            (place.root / difference.path).unlink()
    _sweep(place, [place.root / difference.path for difference in differences if difference.kind == "extra"])
    for difference in differences:
        if difference.kind != "extra":
            target = place.root / difference.path
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(f".{target.name}.new")
            fresh.write_bytes(place.files[difference.path])
            fresh.replace(target)


def _sweep(place: Place, removed: list[Path]) -> None:
    """Remove folders without a generated file; only __pycache__ and empty folders are left in them."""
    needed = {parent.as_posix() for path in place.files for parent in Path(path).parents}
    for package in place.folders():
        for folder in [package, *sorted(path for path in package.rglob("*") if path.is_dir())]:
            relative = folder.relative_to(place.root).as_posix()
            if folder.name != "__pycache__" and folder.exists() and relative not in needed:
                shutil.rmtree(folder)
    for folder in {path.parent for path in removed} - {place.root}:
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
