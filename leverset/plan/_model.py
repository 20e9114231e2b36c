"""Plans as data: rows, accounts, problems, and the error of a plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import asdict, evolve, field, frozen

from leverset._format import Violation, block
from leverset._registry import EXCHANGES
from leverset.errors import LeversetError, RuleViolation, misconfigured

NO_LINES: Mapping[str, int] = {}


@frozen(init=False)
class Accounts:
    """Describes how each exchange's account is set up, such as `Accounts(okx=OkxAccount(position_mode="net_mode"))`.

    Args:
        **accounts: By the exchange's name, an account of its type; None where nothing is known of it.

    Raises:
        ConfigurationError: There is no such exchange, or the account is of another type.
    """

    _by_exchange: Mapping[str, Any]

    def __init__(self, **accounts: Any) -> None:
        for name, account in accounts.items():
            if name not in EXCHANGES:
                raise misconfigured(f"there is no exchange {name}", f"name one of {', '.join(EXCHANGES)}")
            kind = EXCHANGES[name].account_type
            if account is not None and not isinstance(account, kind):
                raise misconfigured(f"the account of {name} is {type(account).__name__}", f"give {kind.__name__}(...)")
        self.__attrs_init__({name: account for name, account in accounts.items() if account is not None})

    def get(self, exchange: str) -> Any:
        """Return the account of an exchange; None where nothing is known of it."""
        return self._by_exchange.get(exchange)

    def over(self, other: Accounts) -> Accounts:
        """Complete these accounts with another description, field by field.

        Args:
            other: Supplies the fields that are None here.

        Returns:
            The combined description.
        """
        return Accounts(**{name: _over(self.get(name), other.get(name)) for name in EXCHANGES})


def _over(account: Any, other: Any) -> Any:
    if account is None or other is None:
        return account or other
    above, below = _said(account), _said(other)
    left, said = below.keys() - above.keys(), [account.source or "account="]
    if left:
        said = [other.source or "account=", *(said if above else [])]
    return evolve(other, **above, source=" with ".join(dict.fromkeys(said)))


def _said(account: Any) -> dict[str, Any]:
    """Return what is said about an account, without who said it."""
    return {name: value for name, value in asdict(account).items() if value is not None and name != "source"}


@frozen(kw_only=True)
class Row:
    """Holds one row of a plan: a request body in the document's own field names, for one exchange.

    Attributes:
        number: Counts the rows of the plan from 1.
        line: The line of the file where the row begins, from 1.
        exchange: The exchange's name.
        body: The request body. The leverage is fixed-point text where it is a number at all.
        lines: The line of each field, where a row has several lines.
    """

    number: int
    line: int
    exchange: str
    body: Mapping[str, object]
    lines: Mapping[str, int] = NO_LINES

    @property
    def facts(self) -> Mapping[str, object]:
        """What the row is for, as `error.request` says it, as far as a plan knows it."""
        operation = EXCHANGES[self.exchange].operation
        fixed = {"exchange": self.exchange, "method": operation.method, "path": operation.path}
        return {**fixed, **self.body, **fixed}

    @property
    def lever(self) -> Decimal:
        """The leverage that the row wants; the row breaks no rule."""
        return Decimal(str(self.body[EXCHANGES[self.exchange].leverage_field]))

    @property
    def target(self) -> str:
        """What the leverage is for, in a few words: `BTC-USDT-SWAP isolated long`."""
        exchange = EXCHANGES[self.exchange]
        names = [field.name for field in exchange.operation.fields if field.name != exchange.leverage_field]
        return " ".join(str(self.body[name]) for name in names if self.body.get(name))

    def line_of(self, name: str) -> int:
        """Return the line of a field; the row's own where the field is absent."""
        return self.lines.get(name, self.line)


@frozen(kw_only=True)
class Problem:
    """Reports one thing that is wrong with a plan.

    Attributes:
        path: The plan's file.
        line: The line in it, from 1.
        row: The number of the row, from 1; 0 where it is about no row.
        violation: The broken rule, with a reason and a fix.
        request: What the row is for, as `error.request` says it; None where it is about no row.
    """

    path: str
    line: int
    row: int
    violation: Violation
    request: Mapping[str, object] | None = field(default=None, repr=False, eq=False)

    @property
    def rule(self) -> str:
        """The stable name of the broken rule, such as `plan/duplicate-row`."""
        return self.violation.rule

    def describe(self) -> dict[str, Any]:
        """Return the problem as an object for JSON."""
        found = self.violation
        value = found.value if isinstance(found.value, str | int | float | None) else repr(found.value)
        return {
            "file": self.path,
            "line": self.line,
            "row": self.row or None,
            "field": found.field or None,
            "value": value,
            "error": self.error.describe(),
        }

    @property
    def error(self) -> RuleViolation:
        """The problem as the error that a client raises over it."""
        error = RuleViolation((self.violation,))
        error.request = self.request
        return error

    def __str__(self) -> str:
        found = self.violation
        where = f"{self.path}:{self.line}" + (f", {found.where}" if found.where else "")
        return block(found.rule, found.summary, where, why=found.why, fix=found.fix, docs=found.docs)


@frozen(kw_only=True)
class Plan:
    """Holds the content of a plan's file; `load` makes it.

    Attributes:
        path: The file, as messages name it.
        rows: Every row that could be read, in the file's order.
        accounts: The file's description of the accounts.
        problems: What is wrong with the file itself. `check` adds what breaks the exchanges' rules.
    """

    path: str
    rows: tuple[Row, ...]
    accounts: Accounts = field(factory=Accounts)
    problems: tuple[Problem, ...] = ()

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The exchanges that have rows, in the order of their first row."""
        return tuple(dict.fromkeys(row.exchange for row in self.rows))

    def digest(self) -> str:
        """Return a SHA-256 of the rows in their order, in hexadecimal; plans with equal rows have equal digests."""
        text = hashlib.sha256()
        for row in self.rows:
            text.update(json.dumps([row.exchange, dict(row.body)], sort_keys=True, default=repr).encode() + b"\n")
        return text.hexdigest()


class PlanError(LeversetError):
    """Raised when a plan cannot be read or has problems; nothing of it was sent.

    Attributes:
        problems: Every problem that was found.
    """

    def __init__(self, summary: str, *, reference: str, fix: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(summary, reference=reference, fix=fix)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])


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
    """Make a problem of the file itself."""
    found = Violation(rule=f"plan/{rule}", field=name, value=value, summary=summary, why=why, fix=fix)
    return Problem(path=path, line=line, row=row, violation=found)
