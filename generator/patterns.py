"""Patterns of a spec, in the form in which Python reads them as JSON Schema does."""

import re
from collections.abc import Iterator

from generator.document import Node

# \d and its like stand for other characters in Python than in JSON Schema.
CLASS = re.compile(r"(?:[^\\]|\\[^dDwWsSbB])*(\\[dDwWsSbB])")


def read_whole(given: Node) -> str:
    """Return the pattern that a value must match as a whole, which is ``re.fullmatch`` in Python."""
    pattern = given.text(r"\^(?:[^\\]|\\.)*\$", "a pattern from ^ to $, because a value is matched as a whole")
    if any(part == "|" and depth == 0 for part, depth in _outside(pattern)):
        raise given.error("^ and $ hold for one alternative each: put the alternatives into (?:...)")
    _check_classes(given, pattern)
    return pattern


def read_part(given: Node) -> str:
    r"""Return the pattern that may match any part of a value, which is ``re.search`` in Python.

    Python's ``$`` also matches before a line break at the end; its ``\Z`` does not.
    """
    pattern = given.text(".+", "a pattern")
    if any(part in ("^", "$") for part, _ in _outside(pattern)):
        return read_whole(given)[:-1] + r"\Z"
    _check_classes(given, pattern)
    return pattern


def _check_classes(given: Node, pattern: str) -> None:
    if found := CLASS.match(pattern):
        meaning = "it stands for other characters in Python than in JSON Schema"
        raise given.error(f"write the characters out instead of {found[1]}, such as [0-9]: {meaning}")


def _outside(pattern: str) -> Iterator[tuple[str, int]]:
    """Yield what stands outside of every character class, each with the number of groups around it."""
    depth, in_class = 0, False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        if in_class:
            in_class = part != "]"
            continue
        yield part, depth
        in_class = part == "["
        depth += {"(": 1, ")": -1}.get(part, 0)
