"""Find everything that is wrong with a plan, without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import evolve

from leverset._format import Violation, short_repr
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
    found = [*plan.problems, *_broken_rules(plan, known), *overlaps(plan, lambda row: known.get(row.exchange))]
    return in_order(plan, found)


def check_for(plan: Plan, clients: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Find all problems of a plan that these clients are to send.

    Each client's account goes before what the plan says, and what the client's own configuration rules out is found
    too. What only the modes rule out that a client has read rules out its row alone: they may be others by now.
    """
    # What is asked of the exchange is not known before the rows are sent.
    known_accounts = {name: client.account for name, client in clients.items() if client.account != "read"}
    found = check(plan, Accounts(**known_accounts))
    known = {(each.row, each.rule) for each in found}
    own = [
        Problem(path=plan.path, line=row.line_of(violation.field), row=row.number, violation=violation)
        for row in plan.rows
        if row.exchange in clients
        for violation in clients[row.exchange].violations(row.body)
        if (row.number, violation.rule) not in known and not _is_of_modes(violation, row, clients[row.exchange])
    ]
    return in_order(plan, [*found, *own]) if own else found


def _is_of_modes(violation: Violation, row: Row, client: Any) -> bool:
    """Whether a rule is broken because of modes that the client has read."""
    if client.account != "read" or client.reads is None:
        return False
    found = (each for mode in client.reads.modes() for each in client.rules.violations(row.body, mode))
    return any(each.rule == violation.rule for each in found)


def in_order(plan: Plan, found: list[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order of lines, each with what its row is for."""
    facts = {row.number: row.facts for row in plan.rows} if found else {}
    ordered = sorted(found, key=lambda each: (each.line, each.row))
    return tuple(evolve(each, request=facts.get(each.row)) for each in ordered)


def _broken_rules(plan: Plan, accounts: Accounts) -> Iterator[Problem]:
    told = {(each.row, each.line, each.violation.field) for each in plan.problems if each.row and each.violation.field}
    merged = {each.row for each in plan.problems if each.violation.field == "<<"}
    known = {name: (EXCHANGES[name].rules, accounts.get(name)) for name in plan.exchanges}
    for row in plan.rows:
        rules, account = known[row.exchange]
        for violation in rules.violations(row.body, account):
            if (row.number, row.line_of(violation.field), violation.field) in told:
                continue  # what is wrong with the file itself at this field comes first
            if row.number in merged and violation.field not in row.body:
                continue  # it would have come from the row that is named there
            yield Problem(path=plan.path, line=row.line_of(violation.field), row=row.number, violation=violation)


def overlaps(plan: Plan, account_of: Callable[[Row], Any]) -> Iterator[Problem]:
    """Find rows that set a leverage which an earlier row sets; the first such row is named.

    `account_of` returns how the account is set up for a row; None where nothing is known of it.
    """
    first: dict[tuple[str, ...], Row] = {}
    scopes_of = {name: EXCHANGES[name].scopes for name in plan.exchanges}
    for row in plan.rows:
        scopes = [(row.exchange, *scope) for scope in scopes_of[row.exchange](row.body, account_of(row))]
        earlier = [(scope, first[scope]) for scope in scopes if scope in first]
        if not earlier:
            first.update(dict.fromkeys(scopes, row))
            continue
        field = EXCHANGES[row.exchange].leverage_field
        other = [(scope, found) for scope, found in earlier if not _same(found.body.get(field), row.body.get(field))]
        for scope in scopes:
            first.setdefault(scope, row)
        # With the same value a row is one too many only where it sets nothing that is not set already.
        if other or len(earlier) == len(scopes):
            scope, found = (other or earlier)[0]
            fix = "keep one of the two rows"
            if other and len(earlier) < len(scopes):
                fix += ", or give both the same value"
            yield _overlap(plan, found, row, " ".join(part for part in scope if part), same=not other, fix=fix)


def _overlap(plan: Plan, earlier: Row, row: Row, scope: str, *, same: bool, fix: str) -> Problem:
    name = EXCHANGES[row.exchange].leverage_field
    before, now = earlier.body.get(name), row.body.get(name)
    return problem(
        plan.path,
        row.line_of(name),
        "duplicate-row" if same else "contradicting-row",
        f"line {earlier.line} sets the same leverage already"
        if same
        else f"line {earlier.line} sets the same leverage to {_shown(before)}, this one to {_shown(now)}",
        why=f"both are about {scope}, and the later of two requests wins",
        fix=fix,
        row=row.number,
        name=name,
        value=now,
    )


def _shown(value: object) -> str:
    """Return a value as it was written where it is a number, else so that every character of it is seen."""
    return str(value) if isinstance(_decimal(value), Decimal) else short_repr(value)


def _same(one: object, other: object) -> bool:
    return _decimal(one) == _decimal(other)


def _decimal(value: object) -> object:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value
