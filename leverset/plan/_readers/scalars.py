"""Classify YAML scalars without quotes. YAML 1.1 and 1.2 disagree on some; those are reported, not guessed."""

from __future__ import annotations

import re
from typing import Any, Literal

from leverset._format import field_name
from leverset._registry import EXCHANGES
from leverset.plan._readers.collector import LONGEST, Collector, WrittenFloat

Kind = Literal["text", "number", "float", "absent", "truth", "octal"]

_LEVERAGES = frozenset(each.leverage_field for each in EXCHANGES.values())
STRING = "tag:yaml.org,2002:str"
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.(?i:inf|nan))")
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_TRUTH = frozenset(("yes", "no", "true", "false", "on", "off"))
_ABSENT = frozenset(("", "~", "null", "Null", "NULL"))


def plain(text: str) -> tuple[Kind, object]:
    """Return the kind of a scalar, and its value: int for a number, WrittenFloat, None for absent, else the text."""
    if text in _ABSENT:
        return "absent", None
    if text[0].isalpha() and text.lower() not in _TRUTH:
        return "text", text
    if text.lower() in _TRUTH:
        return "truth", text
    if _OCTAL.fullmatch(text):
        return "octal", text
    if _INTEGER.fullmatch(text) and len(text) <= LONGEST:
        return "number", int(text)
    if _FLOAT.fullmatch(text):
        return "float", WrittenFloat(text)
    return "text", text


_DISAGREED = ("truth", "octal")
"""The kinds that are not the same for all versions of YAML."""


class Scalars:
    """Reads scalars out of PyYAML's events, and keeps the classified ones: the same values come in many rows.

    Attributes:
        usual: The values of plain texts and numbers that were read before, which are the same for everybody.
    """

    def __init__(self, into: Collector) -> None:
        self._into = into
        self._known: dict[str, tuple[Kind, object]] = {}
        self.usual: dict[str, object] = {}

    def classify(self, event: Any) -> tuple[Kind, object]:
        """Return the kind and value of a scalar; quoted ones are texts."""
        value: str = event.value
        if event.style not in (None, "") or event.tag == STRING:
            return "text", value
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = plain(value)
            if found[0] in ("text", "number"):
                self.usual[value] = found[1]
        return found

    def value(self, name: str, event: Any) -> tuple[Kind, object]:
        """Return the kind and value of a field; adds a problem where YAML's versions disagree about it."""
        kind, value = self.classify(event)
        if kind not in _DISAGREED and (event.tag is None or event.tag == STRING):
            return kind, value
        line, shown = event.start_mark.line + 1, field_name(name)
        if event.tag not in (None, STRING):
            add_tag_problem(self._into, line, event.tag, name=name)
        elif kind == "truth":
            self._into.problem(
                line,
                "yaml-truth-value",
                f"{shown} is a truth value",
                why=f"without quotes, {value} is yes or no in YAML and not a text",
                fix="write a number, such as 5" if name in _LEVERAGES else f'write it in quotes: {shown}: "{value}"',
                name=name,
                value=value,
            )
        else:
            self._into.problem(
                line,
                "yaml-number",
                f"{shown} is not the same number for everybody",
                why=f"with its leading zero, {value} is octal in one version of YAML and decimal in the other",
                fix="write it without the zero",
                name=name,
                value=value,
            )
        return kind, value


def add_tag_problem(into: Collector, line: int, tag: str, *, name: str = "") -> None:
    """Add the problem that something has a tag."""
    add_feature_problem(into, line, f"the tag {tag} is not used in plans", name=name, fix="leave it out")


def add_feature_problem(
    into: Collector, line: int, summary: str, *, name: str = "", fix: str = "write the value out"
) -> None:
    """Add the problem that a feature of YAML is not used in plans."""
    into.problem(line, "yaml-feature", summary, why="a row says by itself what is sent", fix=fix, name=name)
