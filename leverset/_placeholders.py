"""Texts that stand where a credential should: quoted ones, names of variables, placeholders of examples.

A passphrase is chosen by a person and may look odd, so it is refused only where nobody would choose it.
"""

from __future__ import annotations

import re

# Opening quotation marks, and what closes them in some language.
_CLOSING = {
    **{'"': '"', "'": "'", "`": "`"},
    **{"\u201c": "\u201d", "\u201d": "\u201d", "\u201e": "\u201c\u201d"},
    **{"\u2018": "\u2019", "\u2019": "\u2019", "\u201a": "\u2018\u2019"},
    **{"\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u2039": "\u203a"},
}
_QUOTES = frozenset("".join(_CLOSING) + "".join(_CLOSING.values()))
_CURLY = _QUOTES - frozenset("\"'`")

# Patterns are texts, which `re` compiles when they are first needed, and keeps.
_VARIABLE = r"""(?x)
    \$\{[^{}]*\} | \$\([^()]*\) | \$?\{\{.*\}\} | %[A-Za-z_][A-Za-z0-9_]*%  # shells, templates, Windows
    | (?:os\.(?:environ|getenv)|process\.env|ENV)[.(\[].*                    # source code
    | (?:op|vault|keyring|secret|file|env)://?\S*                            # references of secret stores
"""
_DOLLAR = r"\$[A-Za-z_][A-Za-z0-9_]*"
_DOLLAR_NAME = r"\$[A-Z0-9_]*(?:_|KEY|SECRET|PASS|TOKEN)[A-Z0-9_]*"
_BRACKETS = r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}"

_THING = r"(?:api|access|private|trading)*(?:key|keyid|secret|secretkey|passphrase|password|pass|phrase|credentials?)s?"
_WHOSE = r"(?:your|my|the|insert|enter|put|add|paste|replace|with|change|fill|in|type|copy|okx|okex|bitget|live|demo)"
_PLACEHOLDER = rf"""(?x)
    {_WHOSE}+{_THING}(?:here|goeshere|value|please)? | {_THING}(?:here|goeshere|placeholder|value)
    | api(?:key|secret|secretkey|passphrase) | secretkey | yourvalue(?:here)?
    | (?:change|replace|fill|edit|update)(?:me|this|it)(?:in|please|now)?
    | todo | tbd | fixme | none | null | nil | undefined | placeholder | redacted | hidden | example | x{{3,}}
"""
_OWN = r"[^A-Za-z _.,<>\[\]{}*-]"
_MASK = r"([*.xX\u2022\u2026#_-])\1{2,}|\u2026"


def find_mistake(part: str, value: str) -> str:
    """Return why a text cannot be meant as this part, in words that follow its name; empty where it can.

    Args:
        part: `api_key`, `secret` or `passphrase`.
        value: The text. It is not in what is returned.
    """
    if value[-1] in _CLOSING.get(value[0], ()) and len(value) > 1:
        return "is in quotation marks: leave them out"
    ends = {value[0], value[-1]} & (_CURLY if part == "passphrase" else _QUOTES)
    if ends:
        return "begins or ends with a quotation mark: leave it out"
    if re.fullmatch(_VARIABLE, value) or re.fullmatch(_DOLLAR_NAME if part == "passphrase" else _DOLLAR, value):
        return "is the name of a variable, which nothing has replaced by its value"
    if part != "passphrase" and re.search(r"\s#(?:\s|$)", value):
        return "has a remark behind it: leave out what begins with #"
    letters = "".join(re.findall("[a-z]", value.casefold()))
    is_name = not re.search(_OWN, value) and re.fullmatch(_PLACEHOLDER, letters)
    if is_name or re.fullmatch(_BRACKETS, value) or re.fullmatch(_MASK, value):
        return "is a placeholder, not a value of your own"
    return ""
