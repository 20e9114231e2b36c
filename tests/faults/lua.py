"""Small changes of a Lua script, one at a time; tests/faults/mutants.py makes mutants of a module of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The name of a command is left alone: every test notices a command that does not exist.
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*)|(?P<command>redis\.call\('[A-Z]+')|(?P<text>'[^'\n]*')|(?P<number>\b\d+\b)"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|==|~=|\.\.|[<>+*/%-])"
)
_SIGNS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "~=", "~=": "=="}
_SIGNS |= {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"}
_NAMES = {"and": "or", "or": "and", "not": "", "math.max": "math.min", "math.min": "math.max"}
_AROUND = 20
_NAMES |= {"math.floor": "math.ceil", "math.ceil": "math.floor"}
# A statement on a line of its own that declares nothing, so that what is left of the script still compiles.
_STATEMENT = re.compile(
    r"^ *+(?!local\b|return\b|for\b|if\b)(?:(?:redis|table)\.\w+\([^\n]*[,)]|[\w, #\[\]+]+ = [^\n]*)$", re.M
)


def changes(script: str) -> Iterator[tuple[int, str, str, str]]:
    """Every change of a script: how many lines are before it, what was there and what is now, and the script with it.

    What was and is there is shown with a little of its line around it.
    """
    for start, end, instead in _places(script):
        changed = script[:start] + instead + script[end:]
        first = max(script.rfind("\n", 0, start) + 1, start - _AROUND)
        last = min(script.index("\n", end), end + _AROUND)
        now = script[first:start] + instead + script[end:last]
        yield script.count("\n", 0, start), _shown(script[first:last]), _shown(now), changed


def _shown(text: str) -> str:
    return " ".join(text.split()) or "nothing"


def _places(script: str) -> Iterator[tuple[int, int, str]]:
    for found in _TOKEN.finditer(script):
        start, end, token = found.start(), found.end(), found.group()
        match found.lastgroup:
            case "number":
                yield start, end, str(2 * int(token) + 1)
            case "text":
                yield start, end, "''" if token != "''" else "'x'"
            case "sign" if token in _SIGNS:
                yield start, end, _SIGNS[token]
            case "name" if token in _NAMES:
                yield start, end, _NAMES[token]
    for found in _STATEMENT.finditer(script):
        # A call may go on over the next line: up to where its brackets are closed.
        end = found.end()
        while script.count("(", found.start(), end) > script.count(")", found.start(), end):
            end = script.index("\n", end + 1)
        yield found.start(), end, ""
