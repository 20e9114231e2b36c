"""Compare rows with the modes of the account, as the exchange has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from leverset._format import Violation
from leverset._listing import Listing
from leverset._read_back import Reads
from leverset.plan._model import Problem, Row
from leverset.plan._online.findings import Findings
from leverset.plan._steps import Steps
from leverset.plan.check import overlaps

Key = tuple[str, ...]


class Modes:
    """Looks at the modes of the accounts of one exchange.

    Args:
        findings: Keeps what is wrong.
        listing: Says which account has no use for a row.
        reads: The requests that read on the exchange.
        said: What the account was said to be, by the caller or by the plan; None where nothing was.
    """

    def __init__(self, findings: Findings, listing: Listing, reads: Reads, said: Any) -> None:
        self._findings, self._listing, self._reads = findings, listing, reads
        self._said = (
            {}
            if said is None
            else {
                each.name: value
                for each in findings.registered.account_options
                if (value := getattr(said, each.name)) is not None
            }
        )
        self._by_number = {row.number: row for row in findings.rows}
        self._source = getattr(said, "source", None) or "account="

    def needed(self, without: set[int]) -> dict[Key, list[Row]]:
        """Return the rows for which the account has to be asked, by what the modes are the same for.

        These are the rows that some mode rules out, and all of them where something was said of the modes: it has to be
        true.

        Args:
            without: The numbers of rows for which nothing is asked.
        """
        groups: dict[Key, list[Row]] = {}
        for row in self._findings.rows:
            if row.number not in without and self._listing.sought(row.body) is not None:
                groups.setdefault(self._reads.account_key(row.body), []).append(row)
        if self._said:
            return groups
        modes = self._reads.modes()
        needed = {key for key, rows in groups.items() if any(self._broken(row, mode) for row in rows for mode in modes)}
        # Two rows for one leverage: whether they are depends on the modes as well.
        if any(rows[1:] for key, rows in groups.items() if key not in needed):
            overlapping = {each.row for mode in modes for each in self._overlaps(dict.fromkeys(self._by_number, mode))}
            needed |= {key for key, rows in groups.items() if any(row.number in overlapping for row in rows)}
        return {key: rows for key, rows in groups.items() if key in needed}

    def look(self, needed: Mapping[Key, list[Row]]) -> Steps[None]:
        """Ask for the accounts, and check the rows with them."""
        accounts: dict[int, Any] = {}
        for rows in needed.values():
            read = self._reads.account(rows[0].body)
            done, account = yield from self._findings.ask(read, rows, "the modes of its account")
            if done:
                accounts |= {row.number: account for row in rows}
                self._compare(rows[0], account)
        for row in self._findings.rows:
            if row.number in accounts:
                for violation in self._broken(row, accounts[row.number]):
                    self._findings.add_violation(row, violation)
        for found in self._overlaps(accounts):
            self._findings.add_violation(self._by_number[found.row], found.violation)

    def _broken(self, row: Row, account: Any) -> tuple[Violation, ...]:
        """The rules that a row breaks in an account, and that are not known to be broken without it."""
        found = self._findings.registered.violations(row.body, account)
        unfit = None if found else self._listing.unfit(row.body, account)
        return tuple(each for each in (*found, unfit) if each is not None and not self._findings.is_known(row, each))

    def _overlaps(self, accounts: Mapping[int, Any]) -> Iterator[Problem]:
        """The rows that set what another one sets, with the accounts by their numbers."""
        plan = evolve(self._findings.plan, rows=tuple(self._findings.rows))
        return (
            each
            for each in overlaps(plan, lambda row: accounts.get(row.number))
            if not self._findings.is_known(self._by_number[each.row], each.violation)
        )

    def _compare(self, row: Row, account: Any) -> None:
        """Add a problem for each mode that is another one than was said."""
        title = self._findings.registered.title
        for name, said in self._said.items():
            held = getattr(account, name)
            if held not in (None, said):
                self._findings.add(
                    row,
                    "account-differs",
                    f"the {name} of the {title} account is {held}, and not {said}",
                    name="accounts",
                    why=f"the exchange says {held}, and {self._source} says {said}",
                    fix=f"give {name} as {held}, or change the mode of the account",
                    value=said,
                )
