"""Read the file of `--credentials`: NAME=VALUE lines, as a shell or a `.env` file has them."""

from __future__ import annotations

import functools
import os
import re
import stat
import sys
from pathlib import Path

from leverset._registry import EXCHANGES
from leverset.cli._refusal import fail
from leverset.plan import _file

_BEFORE = re.compile(r"(?:export|set)[ \t]+|\$env:", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Quotes of the keyboard; after the second one only a remark may stand.
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*)(?P=quote)(?:\s*|\s+#.*)""")
_REMARK = re.compile(r"(?:^|\s)#")


def read_file(file: Path) -> dict[str, str]:
    """Read the NAME=VALUE lines of a file that nobody but its owner may read; the file that was checked is read.

    A line may begin with `export`, a value may be in quotes, and a line or what follows a quoted value may be a remark
    that begins with #. What could be read in two ways ends the command, with the number of the line and no value.
    """
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_text(file).splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        where = f"line {number} of {file}"
        name, equals, value = _BEFORE.sub("", text, count=1).partition("=")
        name = name.strip()
        if not equals or not _NAME.fullmatch(name):
            fail(f"{where} is not NAME=VALUE", fix=f"write lines such as {next(iter(EXCHANGES)).upper()}_API_KEY=…")
        if name in lines:
            fail(f"{where} gives {name} a second time, after line {lines[name]}", fix="keep one of the two lines")
        lines[name] = number
        values[name] = _value(value.strip(), where, name)
    return values


def _value(text: str, where: str, name: str) -> str:
    """Return a value without its quotes, and without the remark after them."""
    if quoted := _QUOTED.fullmatch(text):
        inside = quoted["value"]
        if quoted["quote"] in inside:
            fail(f"{where}: {name} has a quotation mark inside its quotes", fix="put it in quotes of the other kind")
        return inside
    if text[:1] in ("'", '"'):
        fail(f"{where}: the quotation mark before the value of {name} has no second one", fix="write both, or none")
    if _REMARK.search(text):
        fail(
            f"{where}: # after a blank may begin a remark or belong to {name}",
            fix="write the remark on a line of its own, or put a value that has # in it in quotes",
        )
    return text


def _text(file: Path) -> str:
    """Return the text of a regular file that nobody else may read or change."""
    try:
        with os.fdopen(_file.open_file(file, os.O_RDONLY), encoding="utf-8-sig") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                fail(f"{file} is no regular file", fix="give a file with NAME=VALUE lines")
            if not _file.is_private(status):
                fail(f"others than you may read or change {file}", fix=f"chmod 600 {file}, and own it yourself")
            if not _file.POSIX:
                _remark_on(file)
            return opened.read()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", fix="give the path of a file with NAME=VALUE lines")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8", fix="save it as UTF-8 text")


@functools.cache
def _remark_on(file: Path) -> None:
    """Say, once in a command, what is not known on this system."""
    sys.stderr.write(f"leverset: who else may read {file} cannot be seen on this system, and was not checked\n")
