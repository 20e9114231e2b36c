"""Texts of a spec in Markdown that a code host and Sphinx with MyST read alike: escaped, and never raw HTML."""

import json
import re
from collections.abc import Iterable

# What means something inside of a line: to CommonMark, in a table, and to a code host ($ begins a formula).
INSIDE = re.compile(r"[\\`*\[\]<>|~$&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# What means something at its beginning: lists, headings, and MyST's comments, targets, breaks and directives.
START = re.compile(r"(?=[-+=#%:(])|(?<=[0-9])(?=[.)])")
# How a heading becomes an anchor: everything but these is left out.
ANCHOR = re.compile(r"[^\w\- ]")


def text(given: str) -> str:
    """A text in one line, which says what it says."""
    return INSIDE.sub(lambda found: f"\\{found[0]}", _visible(" ".join(given.split())))


def paragraph(given: str) -> str:
    """A text that stands at the beginning of a line."""
    line = text(given)
    first, blank, rest = line.partition(" ")
    return START.sub(r"\\", first, count=1) + blank + rest if START.match(first) or first[:1].isdecimal() else line


def code(given: str) -> str:
    """A name or a value as code; as text where code cannot hold it, in a table neither."""
    shown = _visible(given) if given and given == given.strip() else json.dumps(given)
    return text(shown) if {"`", "|"} & set(shown) else f"`{shown}`"


def block(value: object) -> str:
    """A value as JSON."""
    return f"```json\n{json.dumps(value, indent=2)}\n```"


def address(url: str) -> str:
    """A link that shows where it leads."""
    return "<" + "".join(f"%{ord(each):02X}" if each in "<>|`\\" else each for each in url) + ">"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of cells, each of which is Markdown already."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def anchor(heading: str) -> str:
    """The anchor of a heading, as code hosts and MyST make it."""
    return ANCHOR.sub("", heading.lower()).replace(" ", "-")


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words in a row: a, b or c."""
    *most, end = [*words] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def page(*parts: str) -> bytes:
    """A page of its parts, each of which is a block."""
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _visible(given: str) -> str:
    """Control and other invisible characters, written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in given)
