"""Find everything that is wrong with a plan, without sending anything."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from leverset._registry import EXCHANGES
from leverset.plan._model import Accounts, Plan, Problem, Row, problem


def check(plan: Plan, accounts: Accounts | None = None) -> tuple[Problem, ...]:
    """Find all problems of a plan.

    These are the problems of the file itself, the broken rules of the exchanges' documents for every row, and rows
    that set the same leverage twice. Nothing is sent.

    Args:
        plan: The plan.
        accounts: How the accounts are set up; it goes before what the plan itself says. Rules that depend on an
            account nothing is known of are left to the exchange.

    Returns:
        The problems in the order of the plan's lines; an empty tuple means that the plan may be sent.
    """
    known = (accounts or Accounts()).over(plan.accounts)
    found = [*plan.problems, *_broken_rules(plan, known), *_overlaps(plan, known)]
    return tuple(sorted(found, key=lambda each: (each.line, each.row)))


def _broken_rules(plan: Plan, accounts: Accounts) -> Iterator[Problem]:
    for row in plan.rows:
        for violation in EXCHANGES[row.exchange].violations(row.body, accounts.get(row.exchange)):
            yield Problem(path=plan.path, line=row.line_of(violation.field), row=row.number, violation=violation)


def _overlaps(plan: Plan, accounts: Accounts) -> Iterator[Problem]:
    """Find rows that set a leverage which an earlier row sets; the first such row is named."""
    first: dict[tuple[str, ...], Row] = {}
    for row in plan.rows:
        name = row.exchange
        scopes = [(name, *scope) for scope in EXCHANGES[name].scopes(row.body, accounts.get(name))]
        earlier = next((found for scope in scopes if (found := first.get(scope))), None)
        for scope in scopes:
            first.setdefault(scope, row)
        if earlier is not None:
            yield _overlap(plan, earlier, row, " ".join(part for part in scopes[0] if part))


def _overlap(plan: Plan, earlier: Row, row: Row, scope: str) -> Problem:
    name = EXCHANGES[row.exchange].leverage_field
    before, now = earlier.body.get(name), row.body.get(name)
    same = _decimal(before) == _decimal(now)
    return problem(
        plan.path,
        row.line_of(name),
        "duplicate-row" if same else "contradicting-row",
        f"line {earlier.line} sets the same leverage already"
        if same
        else f"line {earlier.line} sets the same leverage to {before}, this one to {now}",
        why=f"both are about {scope}, and the later of two requests wins",
        fix="keep one of the two rows",
        row=row.number,
        name=name,
        value=now,
    )


def _decimal(value: object) -> object:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value
