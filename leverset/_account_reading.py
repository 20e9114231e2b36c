"""How an account is set up, as the exchange says it: read before the first rule that needs it, kept, and forgotten."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from leverset._format import Note
from leverset._keyed_lock import KeyedLock, ScopeLock
from leverset._reading import AsyncReading, ReadingClient, SyncReading
from leverset._rules import Rules
from leverset.errors import ExchangeError, LeversetError, RequestRefused, WrongAccountMode

if TYPE_CHECKING:  # loaded with the first read
    from leverset._read_back import Read

log = logging.getLogger("leverset.account")

_UNREADABLE_FOR = 60.0
"""Seconds for which an account that could not be read is not asked for again."""

_CURRENT_FOR = 5.0
"""Seconds for which an account that was read has a request refused without being read again."""


class AccountClient(ReadingClient):
    """What sync and async clients share about the account."""

    rules: ClassVar[Rules[Any]]
    advice: ClassVar[Any] = None
    """Returns what to do about a refusal, where its request and the account say more than its code; may be empty."""

    _locks: KeyedLock
    _accounts: dict[tuple[str, ...], tuple[Any, float]]
    """What the exchange said of the account, by what it said it for, and when; None where it could not be read."""

    def _account_key(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        return () if self.reads is None else self.reads.account_key(body)

    def _kept(self, body: Mapping[str, Any]) -> tuple[Any, bool]:
        """The account as it was read, or None, and whether it need not be asked for again yet."""
        account, read_at = self._accounts.get(self._account_key(body), (None, -_UNREADABLE_FOR))
        return account, self.config.monotonic() < read_at + (_UNREADABLE_FOR if account is None else _CURRENT_FOR)

    @abstractmethod
    def _check_body(self, body: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def _known_account(self, body: Mapping[str, Any]) -> Any: ...

    def _account_read(self, body: Mapping[str, Any]) -> Read | None:
        """The read of the account; None where it is known, or where no rule depends on it, or where it just failed."""
        self._forget_outdated(body)
        account, current = self._kept(body)
        if account is not None or current or self.reads is None:
            return None
        return self.reads.account(body) if any(self.rules.violations(body, one) for one in self.reads.modes()) else None

    def _forget_outdated(self, body: Mapping[str, Any]) -> None:
        """Forget an account that was read a while ago and has this refused: it may be set up otherwise by now."""
        account, current = self._kept(body)
        if account is not None and not current and self.rules.violations(body, account):
            self._accounts.pop(self._account_key(body), None)

    def _keep_account(self, body: Mapping[str, Any], account: Any) -> Any:
        self._accounts[self._account_key(body)] = account, self.config.monotonic()
        if account.uid is not None and self.account == "read":
            self._transport.count_for(account.uid)
        return account

    def _account_failed(self, body: Mapping[str, Any], error: LeversetError) -> None:
        """Go on without the account: the exchange itself checks what depends on it."""
        want = self._facts(body)
        facts = {"exchange": self.exchange.name, "operation": self.operation.name, "request": dict(want)}
        log.warning("%s: the account could not be read: %s: %s", want.text, error.reference, error.summary, extra=facts)
        self._accounts[self._account_key(body)] = None, self.config.monotonic()

    def _leave_unsent(self, lock: ScopeLock, body: Mapping[str, Any], error: BaseException) -> None:
        """Note on a cancellation, or on an exception of a signal's handler, that it came before the call."""
        lock.leave()  # again, for what a signal's handler raised in its leaving
        facts = self._facts(body)
        error.add_note(Note(f"leverset: {facts.text} was not applied: nothing was sent", "not_sent", facts))

    def _take_refusal(self, body: Mapping[str, Any], error: LeversetError) -> None:
        """Give a refusal the advice for it, and forget an account that it contradicts."""
        if self.advice is not None and isinstance(error, ExchangeError):
            error.fix = self.advice(error, body, self._known_account(body)) or error.fix
        contradicts = self.account == "read" and isinstance(error, WrongAccountMode | RequestRefused)
        if contradicts and self._known_account(body) is not None:
            self._accounts.pop(self._account_key(body), None)


class SyncAccountClient(SyncReading, AccountClient):
    """The sync half."""

    def _learn_account(self, body: Mapping[str, Any]) -> None:
        """Read the account where a rule depends on it and it is not known, and check these rules."""
        if (read := self._account_read(body)) is not None:
            lock = self._locks.acquire(("account",), self.config.timeout)
            try:
                with lock:
                    if self._account_read(body) is not None:  # no other call has read it meanwhile
                        call = self.read_call(read, within=self.config.timeout)
                        self._keep_account(body, self._read(read, call))
            except LeversetError as error:
                self._account_failed(body, error)
            except BaseException as error:
                self._leave_unsent(lock, body, error)
                raise
        self._check_body(body)


class AsyncAccountClient(AsyncReading, AccountClient):
    """The async half."""

    async def _learn_account(self, body: Mapping[str, Any]) -> None:
        """Read the account where a rule depends on it and it is not known, and check these rules."""
        if (read := self._account_read(body)) is not None:
            lock = self._locks.acquire(("account",), self.config.timeout)
            try:
                async with lock:
                    if self._account_read(body) is not None:  # no other call has read it meanwhile
                        self._keep_account(
                            body, await self._read(read, self.read_call(read, within=self.config.timeout))
                        )
            except LeversetError as error:
                self._account_failed(body, error)
            except BaseException as error:
                self._leave_unsent(lock, body, error)
                raise
        self._check_body(body)
