"""Plans as data: rows, accounts, problems, the result of each row, and the errors of a plan."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, get_args

from attrs import asdict, evolve, field, frozen

from leverset._format import Violation, block, describe_leverage
from leverset._registry import EXCHANGES
from leverset.errors import LeversetError, NoChange, RuleViolation, misconfigured
from leverset.plan._json import reported_of

NO_LINES: Mapping[str, int] = {}

Status = Literal["applied", "unchanged", "refused", "differs", "unknown", "not_sent"]

CONFIRMED: frozenset[Status] = frozenset(("applied", "unchanged"))
"""The statuses of a row whose leverage the exchange has confirmed: it applied it, or says that nothing would change."""


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
        return block(found.rule, found.summary, where, found.why, found.fix, found.docs)


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


@frozen(kw_only=True)
class Result:
    """Reports the outcome of one row.

    Attributes:
        row: The row.
        status: `applied`; `unchanged` (the exchange says that nothing would change); `refused`; `differs` (another
            value holds); `unknown` (it may have been applied); or `not_sent`.
        error: The client's error; None after a success, and for a row that was never begun.
        why: The reason in a few words; empty after a success.
        reported: The values that the exchange reported in its success, in the document's field names; None where it
            reported none, and where the leverage was read back.
        confirmation: After a success, how the leverage is known: `response`, `read_back`, or `no` where the exchange
            named none.
        observed: The leverages that were read back, such as an `OkxLeverage`; none where nothing was read.
        earlier: Whether this is from the journal of an earlier run; the row was not sent in this one.
    """

    row: Row
    status: Status
    error: LeversetError | None = None
    why: str = ""
    reported: Mapping[str, Any] | None = None
    confirmation: str | None = None
    observed: tuple[Any, ...] = ()
    earlier: bool = False

    @property
    def confirmed(self) -> bool:
        """Whether the exchange has confirmed the row's leverage."""
        return self.status in CONFIRMED

    def describe(self) -> dict[str, Any]:
        """Return the result as an object for JSON."""
        return {
            "row": self.row.number,
            "line": self.row.line,
            "exchange": self.row.exchange,
            "request": dict(self.row.body),
            "status": self.status,
            "why": self.why or None,
            "error": None if self.error is None else self.error.describe(),
            "reported": dict(self.reported) if self.reported is not None else None,
            "confirmed": self.confirmation,
            "observed": [describe_leverage(each) for each in self.observed],
            "earlier": self.earlier,
        }


@frozen(kw_only=True)
class Summary:
    """Reports the outcome of a whole plan.

    Attributes:
        results: The result of every row, in the plan's order.
        seconds: The duration of the run.
        stopped: By exchange, the reason why the rest of its rows was not sent.
        interrupted: Whether somebody asked for an early end.
    """

    results: tuple[Result, ...]
    seconds: float
    stopped: Mapping[str, str]
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether every row is confirmed."""
        return all(result.confirmed for result in self.results)

    def counts(self, exchange: str | None = None) -> Mapping[Status, int]:
        """Count the rows by status.

        Args:
            exchange: Counts only the rows of this exchange.

        Returns:
            How many rows have each status that occurs.
        """
        return Counter(each.status for each in self.results if exchange in (None, each.row.exchange))

    def describe(self) -> dict[str, object]:
        """Return the summary as an object for JSON, without the single results."""
        counts: Counter[Status] = Counter(self.counts())
        return {
            "rows": len(self.results),
            "complete": self.complete,
            "counts": {status: counts[status] for status in get_args(Status)},
            "earlier": sum(result.earlier for result in self.results),
            "seconds": round(self.seconds, 3),
            "stopped": dict(self.stopped),
            "interrupted": self.interrupted,
        }


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


class JournalError(LeversetError):
    """Raised when a journal belongs to another plan, is in use, is damaged, or cannot be written.

    `outcome` is `unknown` once a request was sent; `why` counts the rows then.

    Attributes:
        results: Where a run has ended over its journal, the result of every row, in the plan's order; else empty.
    """

    results: tuple[Result, ...] = ()

    def add_results(self, results: tuple[Result, ...]) -> None:
        """Add what is known of every row at the end of a run."""
        self.results = results
        if any(not result.earlier and result.status != "not_sent" for result in results):
            self.outcome = "unknown"
        counts: Counter[Status] = Counter("applied" if each.confirmed else each.status for each in results)
        parts = [f"{counts[status]} {_STATE[status][counts[status] > 1]}" for status in _STATE if counts[status]]
        self.why = f"of {len(results)} row{'s' if len(results) != 1 else ''} {', '.join(parts)}"


_STATE: Mapping[Status, tuple[str, str]] = {
    "applied": ("is applied", "are applied"),
    "refused": ("is refused", "are refused"),
    "differs": ("has another value", "have another value"),
    "unknown": ("is unknown", "are unknown"),
    "not_sent": ("was not sent", "were not sent"),
}
"""One row of a status, and several."""


def result_of(row: Row, error: BaseException | None, leverage: Any = None) -> Result:
    """Return the result of a row whose call has ended in an error, or in a leverage."""
    if error is None:
        return Result(row=row, status="applied", confirmation=leverage.confirmed, **reported_of(leverage))
    if not isinstance(error, LeversetError):
        # A fault of the program: nobody knows what it means for the request.
        return Result(row=row, status="unknown", why=f"{type(error).__name__}: {error}")
    # Where a read shows that another value holds, "nothing to change" is no confirmation.
    if isinstance(error, NoChange) and error.outcome == "refused" and not error.observed:
        return Result(row=row, status="unchanged", error=error, why=error.summary)
    return Result(row=row, status=error.outcome, error=error, why=error.summary, observed=error.observed)


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
