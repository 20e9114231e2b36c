"""The golden texts: files of sections, each a line `# name` and the whole text below it."""

from pathlib import Path


def sections(name: str) -> dict[str, str]:
    """The sections of a file, by name."""
    found: dict[str, str] = {}
    for section in (Path(__file__).parent / name).read_text(encoding="utf-8").split("\n# ")[1:]:
        title, _, text = section.partition("\n")
        found[title] = text.strip("\n")
    return found
