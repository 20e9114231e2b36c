"""Collect the rows and problems of a file while it is read; YAML and CSV share this."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from leverset._registry import EXCHANGES
from leverset._rules import number
from leverset.errors import ConfigurationError
from leverset.plan._model import NO_LINES, Accounts, Plan, PlanError, Problem, Row, problem

# What YAML does not allow unescaped, and no spreadsheet writes: NUL and other control characters.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Collector:
    """Collects the rows and problems of one file while it is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.rows: list[Row] = []
        self.accounts = Accounts()
        self.problems: list[Problem] = []

    def problem(
        self, line: int, rule: str, summary: str, *, why: str, fix: str, name: str = "", value: object = None
    ) -> None:
        """Add a problem of the file itself."""
        found = problem(self.path, line, rule, summary, why=why, fix=fix, name=name, value=value)
        self.problems.append(found)

    def row(self, line: int, exchange: object, body: dict[str, object], lines: Mapping[str, int]) -> None:
        """Add a row; one that names no exchange is a problem."""
        if not isinstance(exchange, str) or exchange not in EXCHANGES:
            self.problem(
                lines.get("exchange", line),
                "exchange-known",
                "exchange is missing" if exchange is None else f"there is no exchange {exchange!r} here",
                why="every row is a request to one exchange",
                fix=f"give exchange as one of {', '.join(EXCHANGES)}",
                name="exchange",
                value=exchange,
            )
            return
        name = EXCHANGES[exchange].leverage_field
        if name in body:
            body[name] = number(body[name])
        several = lines if any(each != line for each in lines.values()) else NO_LINES
        self.rows.append(Row(number=len(self.rows) + 1, line=line, exchange=exchange, body=body, lines=several))

    def plan(self) -> Plan:
        """Make the plan."""
        if not self.rows and not self.problems:
            self.problem(1, "empty", "there is no row in it", why="nothing would be sent", fix="write at least one row")
        return Plan(path=self.path, rows=tuple(self.rows), accounts=self.accounts, problems=tuple(self.problems))


def read_text(path: Path, into: Collector) -> str | None:
    """Return the file's text; None, and a problem, where it is no text. Raises PlanError for an unreadable file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"{path} cannot be read: {error.strerror}", reference="plan/unreadable", fix="give the path of a plan"
        ) from None
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


def add_account_problem(into: Collector, line: int, exchange: str, error: ConfigurationError) -> None:
    """Add the problem that an account of the file cannot exist."""
    into.problem(line, "account", error.summary, why=f"{exchange} has no such account", fix=error.fix, name="accounts")
