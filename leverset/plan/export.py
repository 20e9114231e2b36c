"""Write down what holds as a plan, sync and async: the way in for those who have none yet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, cast

from attrs import evolve, frozen

from leverset._client import AsyncClient, SyncClient
from leverset._held import Held
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset._rules import check as check_rules
from leverset._snapshot import Questions, Snapshot
from leverset.errors import LeversetError, misconfigured
from leverset.plan._dump import Format, dump
from leverset.plan._model import Accounts, Plan, Row
from leverset.plan._steps import take, take_async
from leverset.plan.check import check

_MOST_NAMED = 10
"""So many of those that were left out for one reason are named in a text."""

OnReading = Callable[[int], object]


@frozen(kw_only=True)
class NotExported:
    """Names what was asked for and is not in the plan.

    Attributes:
        exchange: The exchange's name.
        subject: What it is about, such as `BTC-USDT-SWAP cross`.
        why: The reason.
        error: The error that reading it ended in; None where it was read, and cannot be set.
    """

    exchange: str
    subject: str
    why: str
    error: LeversetError | None = None

    def describe(self) -> dict[str, object]:
        """Return it as an object for JSON."""
        return {
            "exchange": self.exchange,
            "subject": self.subject,
            "why": self.why,
            "error": None if self.error is None else self.error.describe(),
        }

    def __str__(self) -> str:
        reference = f"{self.error.reference}: " if self.error is not None else ""
        return f"{self.subject}: {reference}{self.why}"


@frozen(kw_only=True)
class Export:
    """Holds what was read of an exchange.

    Attributes:
        plan: What holds, as a plan that breaks no rule.
        left_out: What cannot be set, or is set by another row.
        failed: What could not be read.
        source: The exchange and the environment that it was read from.
    """

    plan: Plan
    source: str
    left_out: tuple[NotExported, ...] = ()
    failed: tuple[NotExported, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for could be read."""
        return not self.failed

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not in the plan, in words."""
        left_out = {each.why: None for each in self.left_out}
        return (
            *(f"left out {_listed(why, self.left_out, most=_MOST_NAMED)}" for why in left_out),
            *((f"NOT WHOLE: {_count(len(self.failed))} could not be read",) if self.failed else ()),
            *(f"not read {_listed(why, self.failed)}" for why in {each.why: None for each in self.failed}),
        )

    def dump(self, *, format: Format = "yaml") -> str:  # noqa: A002 - it is one
        """Write the plan as a text that `load` reads, with what is not in it.

        Args:
            format: `yaml` or `csv`. Default: yaml.

        Returns:
            The text. One that is not complete says so: YAML in remarks, CSV in a line that `check` refuses.
        """
        head = f"What holds on {self.source}, written by leverset export"
        return dump(self.plan, format=format, head=head, remarks=self.remarks, whole=self.complete)


def export(
    client: SyncClient[Any, Any, Any, Any],
    fields: Mapping[str, str | Iterable[str]] | None = None,
    *,
    on_reading: OnReading | None = None,
) -> Export:
    """Read what holds, and write it down as a plan. Nothing is changed.

    Args:
        client: The client that reads.
        fields: What is asked for, in the document's own field names, such as `{"instId": ["BTC-USDT-SWAP"]}` on OKX and
            `{"symbol": "BTCUSDT"}` on Bitget; a field that names something may have several. What is left out is
            completed: both margin modes on OKX, the product type and the margin coin of a symbol on Bitget. Default:
            None, every instrument that is live.
        on_reading: Called with the number of requests before the leverages are read.

    Returns:
        The plan, and what is not in it. Rows that the account cannot set are left out, as are those that another row
        sets as well, so that `check` finds no problem.

    Raises:
        ConfigurationError: The exchange's API does not offer it.
        RuleViolation: The fields break rules; nothing was sent.
        LeversetError: The account, or a list of instruments that is needed, could not be read.
    """
    exporting = _Exporting(client, fields or {}, on_reading)
    asked = take(exporting.questions(), client)
    return exporting.end(asked, client.read_held(exporting.begin(asked)))


async def export_async(
    client: AsyncClient[Any, Any, Any, Any],
    fields: Mapping[str, str | Iterable[str]] | None = None,
    *,
    on_reading: OnReading | None = None,
) -> Export:
    """Like `export`, awaited.

    Args:
        client: The async client that reads.
        fields: What is asked for, in the document's own field names. Default: None, every instrument that is live.
        on_reading: Called with the number of requests before the leverages are read.

    Returns:
        The plan, and what is not in it.

    Raises:
        ConfigurationError: The exchange's API does not offer it.
        RuleViolation: The fields break rules; nothing was sent.
        LeversetError: The account, or a list of instruments that is needed, could not be read.
    """
    exporting = _Exporting(client, fields or {}, on_reading)
    asked = await take_async(exporting.questions(), client)
    return exporting.end(asked, await client.read_held(exporting.begin(asked)))


class _Exporting:
    """One export, without the waiting."""

    def __init__(self, client: Any, fields: Mapping[str, str | Iterable[str]], on_reading: OnReading | None) -> None:
        registered = EXCHANGES[client.exchange.name]
        if registered.snapshot is None:
            raise misconfigured(
                f"{registered.title}'s API does not offer to read leverages", "give a client of another exchange"
            )
        self._registered: RegisteredExchange = registered
        self._snapshot: Snapshot = registered.snapshot
        self._client, self._on_reading = client, on_reading
        self._fields = {
            name: value if isinstance(value, str) else ",".join(map(str, value)) for name, value in fields.items()
        }

    def questions(self) -> Generator[Any, Any, Questions]:
        """Check the fields, and find out what to ask."""
        check_rules(self._snapshot.violations(self._fields), self._facts)
        return self._snapshot.questions(self._fields)

    def _facts(self) -> Mapping[str, object]:
        """What the request is for, as an error names it."""
        operation, config = self._registered.read_operation, self._client.config
        assert operation is not None  # noqa: S101 - what writes down leverages reads them
        place = {"exchange": self._registered.name, "environment": config.environment, "host": config.host}
        return {**self._fields, **place, "method": operation.method, "path": operation.path}

    def begin(self, asked: Questions) -> tuple[Mapping[str, str], ...]:
        """Return what is to be read."""
        if self._on_reading is not None and asked.bodies:
            self._on_reading(len(self._client.held_reading(dict(enumerate(asked.bodies)))))
        return asked.bodies

    def end(self, asked: Questions, held: tuple[Held, ...]) -> Export:
        """Make the plan of what was read."""
        name = self._registered.name
        left_out = [NotExported(exchange=name, subject=subject, why=why) for subject, why in asked.left_out]
        failed, rows = [], []
        for body, each in zip(asked.bodies, held, strict=True):
            subject = " ".join(body.values())
            if each.error is not None:
                error = each.error
                failed.append(NotExported(exchange=name, subject=subject, why=error.summary, error=error))
                continue
            requests, why = self._snapshot.requests(body, each)
            rows += [dict(request) for request in requests]
            if why:
                left_out.append(NotExported(exchange=name, subject=subject, why=why))
        accounts = Accounts(**{name: self._snapshot.account(asked.account, held)})
        plan, doubled = _without_problems(_plan(name, rows, accounts))
        source = f"{self._registered.title} ({self._client.config.environment})"
        return Export(plan=plan, source=source, left_out=(*left_out, *doubled), failed=tuple(failed))


def _plan(exchange: str, bodies: list[dict[str, str]], accounts: Accounts) -> Plan:
    rows = (
        Row(number=number, line=number, exchange=exchange, body=cast("dict[str, object]", body))
        for number, body in enumerate(bodies, start=1)
    )
    return Plan(path=f"export of {exchange}", rows=tuple(rows), accounts=accounts)


def _without_problems(plan: Plan) -> tuple[Plan, Iterator[NotExported]]:
    """Leave out the rows that break a rule, or set what an earlier one sets already."""
    problems = {each.row: each for each in reversed(check(plan))}
    kept = [row for row in plan.rows if row.number not in problems]
    rows = (evolve(row, number=number, line=number) for number, row in enumerate(kept, start=1))
    return evolve(plan, rows=tuple(rows)), (
        NotExported(
            exchange=row.exchange,
            subject=_subject(row),
            why=_DOUBLED.get(problems[row.number].rule, problems[row.number].violation.summary),
        )
        for row in plan.rows
        if row.number in problems
    )


_DOUBLED = {
    "plan/duplicate-row": "another row sets the same leverage",
    "plan/contradicting-row": "by the document another row sets the same leverage, and to another value",
}
"""Why a row is left out, where that is about another row: lines mean nothing before there is a file."""


def _subject(row: Row) -> str:
    field = EXCHANGES[row.exchange].leverage_field
    return " ".join(str(value) for name, value in row.body.items() if name != field)


def _listed(why: str, given: Iterable[NotExported], most: int | None = None) -> str:
    """Count those of one reason, and name them."""
    found = [each for each in given if each.why == why]
    more = f" and {len(found) - most} more" if most is not None and found[most:] else ""
    error = found[0].error
    reference = f"{error.reference}: " if error is not None else ""
    return f"{_count(len(found))}: {reference}{why}: {', '.join(each.subject for each in found[:most])}{more}"


def _count(number: int) -> str:
    return f"{number} leverage{'s' if number != 1 else ''}"
