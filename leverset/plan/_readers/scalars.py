"""What a YAML scalar without quotes is. YAML 1.1 and 1.2 disagree on some; those are told, not guessed."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "number", "float", "absent", "truth", "octal"]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.(?i:inf|nan))")
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_TRUTH = frozenset(("yes", "no", "true", "false", "on", "off"))
_ABSENT = frozenset(("", "~", "null", "Null", "NULL"))

# A longer number is no leverage; int() of very many digits would also be slow, or refuse.
_DIGITS = 40


def plain(text: str) -> tuple[Kind, object]:
    """The kind of a scalar, and its value: int for a number, float, None for absent, else the text."""
    if text in _ABSENT:
        return "absent", None
    if text[0].isalpha() and text.lower() not in _TRUTH:
        return "text", text
    if text.lower() in _TRUTH:
        return "truth", text
    if _OCTAL.fullmatch(text):
        return "octal", text
    if _INTEGER.fullmatch(text) and len(text) <= _DIGITS:
        return "number", int(text)
    if _FLOAT.fullmatch(text):
        return "float", float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return "text", text
