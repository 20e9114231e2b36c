"""The state of a run that applies a plan: which rows hold already, what became of the others, and what holds then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from leverset._held import Held
from leverset._registry import EXCHANGES
from leverset._verify import mismatch
from leverset.plan._journal import Journal
from leverset.plan._model import Plan, PlanError, Row
from leverset.plan._outcome import JournalError, Result, Summary, result_of
from leverset.plan._queue import ExchangeQueue
from leverset.plan._run import Run
from leverset.plan.diff import Diff

OnResult = Callable[[Result], object]

_READ_AT_THE_END = ("kept", "applied", "unchanged", "differs", "unknown")


class Application(Run):
    """Applies a plan.

    Args:
        plan: The plan.
        clients: By exchange, a client for every exchange that has rows.
        on_result: Called with every result.
        journal: Records the results.
        stop_on_error: Whether a row that is not confirmed ends the run.
        force: Whether rows are sent that hold already.
        found: What was read just before.

    Raises:
        PlanError: The plan has problems, or rows for an exchange without a client, or `found` is of other rows.
        JournalError: The journal was opened for another environment or account.
    """

    def __init__(
        self,
        plan: Plan,
        clients: Mapping[str, Any],
        *,
        on_result: OnResult | None,
        journal: Journal | None,
        stop_on_error: bool,
        force: bool,
        found: Diff | None,
    ) -> None:
        super().__init__(plan, clients, read=not force, send=True, known=_known(plan, found))
        for queue in self.queues:
            queue.outdated = found is not None and not found.as_wanted
        self._on_result = on_result
        self._journal = journal
        self._stop_on_error = stop_on_error
        self._results: dict[int, Result] = {}
        if journal is not None:
            journal.check(clients[name] for name in plan.exchanges)

    def take_held(self, queue: ExchangeQueue, held: Mapping[int, Held]) -> None:
        """Keep the rows that hold already, and have the others sent; at the end, see whether all of them hold."""
        results: list[Result] = []
        for number, found in held.items():
            row = self.rows[number]
            if queue.verifying:
                results += self._verified(self._results[number], found)
            elif found.all_are(row.lever):
                earlier = self._journal is not None and self._journal.was_applied(row)
                kept = Result(
                    row=row, status="kept", confirmation="read_back", observed=found.leverages, earlier=earlier
                )
                results.append(kept)
            elif (error := queue.modes.ruled_out(row)) is not None:
                results.append(self._stopping(evolve(result_of(row, error), observed=found.leverages)))
            elif not queue.stopped:
                queue.add([row], unread=not found.leverages)
            elif found.error is not None and number == next(iter(held)):  # once, with what to do about it
                results.append(Result(row=row, status="not_sent", error=found.error, why=queue.stopped))
        self._record([each for each in results if not self._is_recorded(each)])
        for result in results:
            self._report(result)

    def take_sent(self, queue: ExchangeQueue, row: Row, error: BaseException | None, leverage: Any) -> None:
        """Take in the end of a row's call: its error, or the leverage that holds now."""
        result = result_of(row, error, leverage)
        if error is not None and result.error is None:
            self._fail(error)
        self._end(queue, self._stopping(result))

    def take_given_up(self, queue: ExchangeQueue, row: Row, known: str) -> None:
        """Take in a row that is not waited for any more."""
        if known == "not_sent":
            result = Result(row=row, status="not_sent", why=queue.stopped)
        elif known == "refused":
            result = Result(row=row, status="refused", why="abandoned after the exchange had refused an attempt")
        else:
            result = Result(row=row, status="unknown", why="abandoned under way")
        self._end(queue, result)

    def _advance(self, queue: ExchangeQueue) -> None:
        queue.advance(lambda: self._to_verify(queue))

    def _to_verify(self, queue: ExchangeQueue) -> Mapping[int, Any]:
        """Return every row that holds or may hold: somebody else may have changed those, too, that were kept."""
        config = queue.client.config
        if queue.client.reads is None or config.read_back == "never":
            return {}
        return {
            number: self.rows[number].body
            for number, result in sorted(self._results.items())
            if result.row.exchange == queue.name and result.status in _READ_AT_THE_END
        }

    def summary(self) -> Summary:
        """Report the rows that were never begun, and return the summary. Raises the error that ended the run."""
        self.on_stop = lambda: None
        stopped = {queue.name: queue.stopped for queue in self.queues}
        for row in self.plan.rows:
            if row.number not in self._results:
                self._report(Result(row=row, status="not_sent", why=stopped[row.exchange]))
        results = tuple(self._results[row.number] for row in self.plan.rows)
        if isinstance(self._failure, JournalError):
            self._failure.add_results(results)
        if self._failure is not None:
            raise self._failure
        return Summary(
            results=results,
            seconds=time.monotonic() - self._begun,
            stopped={name: why for name, why in stopped.items() if why},
            interrupted=self._interrupted,
        )

    def _verified(self, result: Result, found: Held) -> Iterable[Result]:
        """Take in what holds at the end; return the result where it is another one now.

        A read that failed changes nothing. Where another value holds, a request without a response may still arrive.
        """
        if not found.leverages:
            return ()
        read = evolve(result, observed=found.leverages)
        if found.all_are(result.row.lever):
            if result.confirmed:
                self._results[result.row.number] = evolve(read, confirmation="read_back")
                return ()
            return (Result(row=result.row, status="applied", confirmation="read_back", observed=found.leverages),)
        if not result.confirmed:
            return ()
        return (_changed(result.row, found.leverages),)

    def _stopping(self, result: Result) -> Result:
        """Return a result; one that is not confirmed ends the run where that is wanted."""
        if self._stop_on_error and not result.confirmed:
            self._stop(f"row {result.row.number} was not applied")
        return result

    def _end(self, queue: ExchangeQueue, result: Result) -> None:
        if result.status != "not_sent":
            self._record([result])
        queue.finish(result)
        self._report(result)

    def _is_recorded(self, result: Result) -> bool:
        """Whether the journal need not have a result: nothing was sent, or it says already that the row holds."""
        if result.status == "not_sent" or self._journal is None:
            return True
        return result.status == "kept" and self._journal.confirms(result.row)

    def _record(self, results: Iterable[Result]) -> None:
        if self._journal is not None:
            try:
                self._journal.write(*results)
            except JournalError as error:
                self._journal = None
                self._fail(error)

    def _report(self, result: Result) -> None:
        self._results[result.row.number] = result
        if not self._call(self._on_result, result):
            self._on_result = None


def _known(plan: Plan, found: Diff | None) -> Mapping[int, Held]:
    """Return what a comparison has read, by the rows' numbers; what could not be read is read again."""
    if found is None:
        return {}
    if [each.row for each in found.differences] != list(plan.rows):
        raise PlanError(
            f"the comparison is not of the rows of {plan.path}; nothing was sent",
            reference="plan/wrong-comparison",
            fix="give what diff returned for this plan, or nothing",
        )
    read = (each for each in found.differences if each.status != "unreadable")
    return {each.row.number: Held(leverages=each.leverages) for each in read}


def _changed(row: Row, leverages: tuple[Any, ...]) -> Result:
    """The result of a row that held in this run, and does not hold at its end."""
    exchange = EXCHANGES[row.exchange]
    now = ", ".join(dict.fromkeys(str(each.lever) for each in leverages))
    error = mismatch(
        f"{exchange.leverage_field} {now} holds at the end of the run, where {row.lever} held before",
        {exchange.leverage_field: str(row.lever)},
        {exchange.leverage_field: now},
        where=f"{row.exchange} {row.target}",
        docs="" if exchange.read_operation is None else exchange.read_operation.docs,
    )
    error.why = "somebody else has set it meanwhile, or another row of the plan sets the same leverage"
    error.fix = "look for who else sets it, and apply the plan again"
    error.observed = leverages
    return Result(row=row, status="differs", error=error, why=error.summary, observed=leverages)
