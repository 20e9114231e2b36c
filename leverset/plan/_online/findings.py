"""Ask an exchange about rows, and keep what is wrong with them, or could not be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from leverset._format import Violation
from leverset._held import GIVE_UP_AFTER, has_no_response, is_hopeless
from leverset._read_back import Read
from leverset._registry import EXCHANGES
from leverset.errors import LeversetError
from leverset.plan._model import Plan, Problem, Row, problem
from leverset.plan._steps import Steps


class Findings:
    """Asks one exchange about its rows, and keeps what is wrong.

    Args:
        plan: The plan.
        exchange: The exchange's name.
        told: What is wrong with the plan without asking anybody; it is not said again.

    Attributes:
        plan: The plan.
        registered: The exchange.
        rows: The rows that it has.
        problems: What was found.
    """

    def __init__(self, plan: Plan, exchange: str, told: Iterable[Problem]) -> None:
        self.plan = plan
        self.registered = EXCHANGES[exchange]
        self.rows = [row for row in plan.rows if row.exchange == exchange]
        self.problems: list[Problem] = []
        self._fields: set[tuple[int, str]] = set()
        self._rules: set[tuple[int, str]] = set()
        self._responses: dict[tuple[object, ...], Any] = {}
        self._without_response = 0
        self._given_up: LeversetError | None = None
        for each in told:
            self._fields.add((each.row, each.violation.field))
            self._rules.add((each.row, each.rule))

    def is_wrong(self, row: Row, field: str) -> bool:
        """Whether something is wrong with a field of a row without asking anybody."""
        return (row.number, field) in self._fields

    def add(self, row: Row, rule: str, summary: str, *, name: str, why: str, fix: str, value: object = None) -> None:
        """Add a problem of a row's field."""
        given = row.body.get(name) if value is None else value
        found = problem(
            self.plan.path, row.line_of(name), rule, summary, why=why, fix=fix, row=row.number, name=name, value=given
        )
        self.problems.append(found)

    def is_known(self, row: Row, violation: Violation) -> bool:
        """Whether a row is known to break a rule without asking anybody."""
        return (row.number, violation.rule) in self._rules

    def add_violation(self, row: Row, violation: Violation) -> None:
        """Add a broken rule of a row."""
        line = row.line_of(violation.field)
        self.problems.append(Problem(path=self.plan.path, line=line, row=row.number, violation=violation))

    def ask(
        self, read: Read, rows: Sequence[Row], what: str, *, absent: type[LeversetError] | tuple[()] = ()
    ) -> Steps[tuple[bool, Any]]:
        """Make a read for rows, once for all that need the same; return whether it was made, and what it found.

        A refusal of the kind `absent` finds None. One that fails is a problem of the first row. After an error in which
        every other read would end as well, and after reads in succession without a response, no more are made.
        """
        key = (read.operation.path, *sorted(read.arguments.items()))
        if key not in self._responses:
            error = self._given_up
            if error is None:
                response = yield evolve(read, extract=lambda response: response)
                if not isinstance(response, LeversetError):
                    self._responses[key] = response
                    self._without_response = 0
                elif absent and isinstance(response, absent):
                    return True, None
                else:
                    error = response
                    self._count(error)
            if error is not None:
                self._not_asked(rows, what, error)
                return False, None
        return True, read.extract(self._responses[key])

    def _count(self, error: LeversetError) -> None:
        self._without_response = self._without_response + 1 if has_no_response(error) else 0
        if is_hopeless(error) or self._without_response >= GIVE_UP_AFTER:
            self._given_up = error

    def _not_asked(self, rows: Sequence[Row], what: str, error: LeversetError) -> None:
        """Add that something could not be asked, for the first of its rows."""
        others = f"; it concerns {len(rows)} rows" if rows[1:] else ""
        reference = f"{error.reference}: {error.summary}"
        self.add(
            rows[0],
            "not-asked",
            f"{self.registered.title} could not be asked for {what}",
            name="",
            why=f"{reference}{others}",
            fix=error.fix or "check the plan again when the exchange responds",
        )
