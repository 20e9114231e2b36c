"""A plan as data: its rows, what its file says of the accounts, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from attrs import asdict, evolve, field, frozen

from leverset._format import Violation, block
from leverset.bitget._account import BitgetAccount
from leverset.okx._account import OkxAccount

AccountT = TypeVar("AccountT", OkxAccount, BitgetAccount)

NO_LINES: Mapping[str, int] = MappingProxyType({})


@frozen(kw_only=True)
class Accounts:
    """How the accounts are set up, as far as somebody said so; None means that nothing is known."""

    okx: OkxAccount | None = None
    bitget: BitgetAccount | None = None

    def over(self, other: Accounts) -> Accounts:
        """What is said here, and where nothing is, what `other` says; field by field."""
        return Accounts(okx=_over(self.okx, other.okx), bitget=_over(self.bitget, other.bitget))


def _over(mine: AccountT | None, theirs: AccountT | None) -> AccountT | None:
    if mine is None or theirs is None:
        return mine or theirs
    return evolve(theirs, **{name: value for name, value in asdict(mine).items() if value is not None})


@frozen(kw_only=True)
class Row:
    """One row: a request body in the document's own field names, for one exchange.

    `number` counts the rows of the plan from 1, `line` is the file's line where the row begins, and `lines` the line
    of each field where a row has several lines. The leverage is fixed-point text where it is a number at all.
    """

    number: int
    line: int
    exchange: str
    body: Mapping[str, object]
    lines: Mapping[str, int] = NO_LINES

    def line_of(self, name: str) -> int:
        """The line of a field; the row's own where the field is not there."""
        return self.lines.get(name, self.line)


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong with a plan: in which file and line, in which row (0: in none), and what it is."""

    path: str
    line: int
    row: int
    violation: Violation

    @property
    def rule(self) -> str:
        """The stable name of the rule that is broken."""
        return self.violation.rule

    def describe(self) -> dict[str, object]:
        """The problem as JSON."""
        found = self.violation
        value = found.value if isinstance(found.value, str | int | float | None) else repr(found.value)
        return {
            "file": self.path,
            "line": self.line,
            "row": self.row or None,
            "rule": found.rule,
            "field": found.field or None,
            "value": value,
            "summary": found.summary,
            "why": found.why,
            "fix": found.fix,
            "docs": found.docs or None,
        }

    def __str__(self) -> str:
        found = self.violation
        where = f"{self.path}:{self.line}" + (f", {found.where}" if found.where else "")
        return block(found.rule, found.summary, where, found.why, found.fix, found.docs)


@frozen(kw_only=True)
class Plan:
    """A plan as it was read.

    `path` names it in messages, `accounts` is what the file says of the accounts, `problems` what is wrong with the
    file itself; the rules are `check`'s business.
    """

    path: str
    rows: tuple[Row, ...]
    accounts: Accounts = field(factory=Accounts)
    problems: tuple[Problem, ...] = ()

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The exchanges that have rows, in order of their first one."""
        return tuple(dict.fromkeys(row.exchange for row in self.rows))

    def digest(self) -> str:
        """A SHA-256 over the rows in their order: two plans that ask for the same have the same one."""
        text = hashlib.sha256()
        for row in self.rows:
            text.update(json.dumps([row.exchange, dict(row.body)], sort_keys=True, default=repr).encode() + b"\n")
        return text.hexdigest()


def problem(
    path: str,
    line: int,
    rule: str,
    summary: str,
    *,
    why: str,
    fix: str,
    row: int = 0,
    name: str = "",
    value: object = None,
) -> Problem:
    """A problem of the file itself."""
    found = Violation(rule=f"plan/{rule}", field=name, value=value, summary=summary, why=why, fix=fix)
    return Problem(path=path, line=line, row=row, violation=found)
