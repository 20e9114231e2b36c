"""Collect the rows and problems of a file while it is read; YAML and CSV share this."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

from leverset._format import field_name, short_repr
from leverset._registry import EXCHANGES
from leverset._rules import number
from leverset._suggest import nearest
from leverset.errors import ConfigurationError
from leverset.plan._model import NO_LINES, Accounts, Plan, PlanError, Problem, Row, problem

COLUMNS = (
    "exchange",
    *dict.fromkeys(field.name for exchange in EXCHANGES.values() for field in exchange.operation.fields),
)
"""Every name that a field of a row may have, whichever its exchange."""

LONGEST = 40
"""Characters of a number: a longer one is no leverage; int() of very many digits would also be slow, or refuse."""

# What YAML does not allow unescaped, and no spreadsheet writes: NUL and other control characters.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_DIGITS = re.compile(r"[0-9]+")


class WrittenFloat(float):
    """A float of a file, and the exact text that stands there; a leverage is taken from the text."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        """Read the float as YAML writes it."""
        made = super().__new__(cls, text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        made.text = text
        return made


class Collector:
    """Collects the rows and problems of one file while it is read.

    Attributes:
        in_row: Whether the fields of a row are being read, to which the problems then belong.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.rows: list[Row] = []
        self.accounts = Accounts()
        self.problems: list[Problem] = []
        self.in_row = False
        self._number = 0

    def begin_row(self) -> None:
        """Begin a row; what is a problem until `row` belongs to it."""
        self._number += 1
        self.in_row = True

    def problem(
        self, line: int, rule: str, summary: str, *, why: str, fix: str, name: str = "", value: object = None
    ) -> None:
        """Add a problem of the file itself."""
        row = self._number if self.in_row else 0
        found = problem(self.path, line, rule, summary, why=why, fix=fix, row=row, name=name, value=value)
        self.problems.append(found)

    def row(self, line: int, exchange: object, body: dict[str, object], lines: Mapping[str, int]) -> None:
        """Add the row that was begun; one that names no exchange is a problem."""
        if isinstance(exchange, str) and exchange in EXCHANGES:
            self._row(line, exchange, body, lines)
        elif exchange is not None or not self._is_told("exchange"):
            meant = nearest(exchange, EXCHANGES)
            names = [name for name in {**lines, **body} if name != "exchange"] if exchange is None else []
            misspelt = next((name for name in names if fix_of(name, ("exchange",))), None)
            fix = f"give exchange as one of {', '.join(EXCHANGES)}"
            if misspelt is not None:
                fix = f"did you mean exchange instead of {field_name(misspelt)}?"
                fix = fix_of(misspelt, ("exchange",)) if ":" in misspelt else fix
            self.problem(
                lines.get("exchange", line),
                "exchange-known",
                "exchange is missing" if exchange is None else f"there is no exchange {exchange!r} here",
                why="every row is a request to one exchange",
                fix=f"did you mean {short_repr(meant)}?" if meant else fix,
                name="exchange",
                value=exchange,
            )
        self.in_row = False

    def _row(self, line: int, exchange: str, body: dict[str, object], lines: Mapping[str, int]) -> None:
        for each in [each for each in lines if each not in body and each not in COLUMNS]:
            if not self._is_told(each):
                self._key_alone(lines[each], each, [field.name for field in EXCHANGES[exchange].operation.fields])
        name = EXCHANGES[exchange].leverage_field
        for each, value in body.items():
            if isinstance(value, WrittenFloat):
                body[each] = _exact(value) if each == name else float(value)
        if name in body:
            body[name] = number(body[name])
        several = lines if set(lines.values()) - {line} else NO_LINES
        self.rows.append(Row(number=self._number, line=line, exchange=exchange, body=body, lines=several))

    def _is_told(self, name: str) -> bool:
        here = takewhile(lambda each: each.row == self._number, reversed(self.problems))
        return any(each.violation.field == name for each in here)

    def _key_alone(self, line: int, name: str, known: Sequence[str]) -> None:
        """Add the problem of a key without a value that is no field: what was meant to be sent may be in it."""
        fix = fix_of(name, known)
        if _DIGITS.fullmatch(name):
            fix = "a comma ends the value before it: write a number without commas, such as 2.5"
        self.problem(
            line,
            "key-known",
            f"{field_name(name)} means nothing here",
            why=f"it is a key without a value; known are {', '.join(known)}",
            fix=fix or "correct the name, or remove it",
            name=name.partition(":")[0],  # a field that is missing for this is no second problem
        )

    def plan(self) -> Plan:
        """Make the plan."""
        if not self.rows and not self.problems:
            self.problem(1, "empty", "there is no row in it", why="nothing would be sent", fix="write at least one row")
        return Plan(path=self.path, rows=tuple(self.rows), accounts=self.accounts, problems=tuple(self.problems))


def _exact(written: WrittenFloat) -> object:
    """Return a leverage as it is written; a Decimal, which a rule refuses, where no leverage has so many digits."""
    text = written.text
    return Decimal(text) if len(text) > LONGEST and math.isfinite(written) else text


def read_file(path: Path) -> bytes:
    """Return what is in a file; raises PlanError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"{path} cannot be read: {error.strerror}", reference="plan/unreadable", fix="give the path of a plan"
        ) from None


def decoded(raw: bytes, into: Collector) -> str | None:
    """Return the text of a file; None, and a problem, where it is no text."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        into.problem(
            raw.count(b"\n", 0, error.start) + 1,
            "encoding",
            "the file is not UTF-8",
            why="it begins as UTF-16 does" if wide else f"byte 0x{raw[error.start]:02x} at offset {error.start} is not",
            fix="save it as UTF-8",
        )
        return None
    found = _CONTROL.search(text)
    if found is not None:
        into.problem(
            text.count("\n", 0, found.start()) + 1,
            "encoding",
            f"there is a control character, U+{ord(found[0]):04X}",
            why="it belongs in no field, and would not be seen",
            fix="remove it",
        )
        return None
    return text


def fix_of(name: str, known: Sequence[str]) -> str:
    """Return how to correct a key that is not known; empty where it is not clear what was meant."""
    before, _, value = name.partition(":")
    if value and before in known:
        return f"write a blank after the colon: {before}: {field_name(value)}"
    meant = nearest(name, known)
    return f"did you mean {meant}?" if meant else ""


def add_account_problem(into: Collector, line: int, exchange: str, error: ConfigurationError) -> None:
    """Add the problem that an account of the file cannot exist."""
    into.problem(line, "account", error.summary, why=f"{exchange} has no such account", fix=error.fix, name="accounts")
