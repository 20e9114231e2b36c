"""Everything that leverset raises.

LeversetError
├── RuleViolation          the request was not sent: every rule broken, why, how to fix it, the document
├── CredentialsError       missing or malformed, named by argument and environment variable, never shown
├── ConfigurationError     a client was set up, or called, in a way that cannot work
├── RateLimitTimeout       no slot within max_wait, or an earlier call for the same leverage in the way
├── LimiterUnavailable     the shared limiter is out of reach
├── TransportError         the network: not sent, or sent with the outcome unknown
├── MalformedResponse      a response outside the contract
├── ResultMismatch         a success that reports another value than the expected one
└── ExchangeError          the exchange refused; one class per category of the spec's table of errors:
    AuthenticationFailed, PermissionDenied, RateLimitExceeded, ClockSkew, WrongEnvironment, RequestRefused,
    UnknownInstrument, WrongAccountMode, LeverageOutOfRange, InsufficientMargin, OpenOrdersOrPositions,
    NoChange, ExchangeUnavailable

Every error has `outcome`, over all attempts of the call:

- `not_sent`: nothing left this machine.
- `refused`: the exchange did not apply the change.
- `differs`: the exchange says that another value holds now.
- `unknown`: it may have been applied; read it back or retry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from leverset._format import (
    Attempt,
    Outcome,
    Violation,
    block,
    describe_leverage,
    describe_target,
    described,
    state_text,
)


class LeversetError(Exception):
    """Base of everything that leverset raises. Nothing in it ever holds a key, secret or passphrase.

    Attributes:
        outcome: What is known after all attempts of the call. `not_sent`: nothing left this machine. `refused`: the
            exchange did not apply the change. `differs`: it says that another value holds now. `unknown`: the change
            may have been applied; read it back or retry.
        reference: A stable name, such as `okx/50102` or `leverset/rate-limit-timeout`.
        summary: What is wrong.
        where: The exchange, method and path, what the request is for, the environment and the host.
        why: The reason.
        fix: What to do.
        docs: The address of the exchange's document.
        attempts: The attempts of the call that ended in this error.
        retryable: Whether the same request may be retried as it is.
        observed: The leverages that were read back after the last attempt, such as an `OkxLeverage`; none where nothing
            was read.
        read_failure: Why they could not be read; empty where they were, or where nothing had to be read.
        request: What the request is for: `exchange`, `environment` (`live`, `demo`, `sandbox`, or the host of a
            `base_url`), `host`, `method`, `path`, and the request's fields by the document's names, such as `instId`.
            None where there was no request.
    """

    outcome: Outcome

    def __init__(
        self,
        summary: str,
        *,
        reference: str,
        outcome: Outcome = "not_sent",
        where: str = "",
        why: str = "",
        fix: str = "",
        docs: str = "",
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.reference = reference
        self.outcome = outcome
        self.where = where
        self.why = why
        self.fix = fix
        self.docs = docs
        self.attempts: tuple[Attempt, ...] = ()
        self.retryable = False
        self.observed: tuple[Any, ...] = ()
        self.read_failure = ""
        self.request: Mapping[str, object] | None = None

    def __str__(self) -> str:
        attempts = ""
        if len(self.attempts) > 1:
            attempts = f"{len(self.attempts)}: " + "; ".join(map(str, self.attempts))
        return block(
            self.reference,
            self.summary,
            self.where,
            why=self.why,
            fix=self.fix,
            state=state_text(self.outcome, reads=(self.request or {}).get("method") == "GET"),
            attempts=attempts,
            read=self.read_text,
            docs=self.docs,
        )

    @property
    def read_text(self) -> str:
        """What was read back, or why it could not be, in words; empty where nothing was read."""
        return "; ".join(map(described, self.observed)) or (self.read_failure and f"failed, {self.read_failure}")

    def describe(self) -> dict[str, Any]:
        """Return the error as an object for JSON; every error has the same keys, and null where it has nothing to say.

        `docs/reference/output.md` describes them.
        """
        maximum = getattr(self, "maximum", None)
        return {
            "reference": self.reference,
            "target": None if self.request is None else describe_target(self.request),
            "outcome": self.outcome,
            "summary": self.summary,
            "why": self.why or None,
            "fix": self.fix or None,
            "docs": self.docs or None,
            "code": getattr(self, "code", "") or None,
            "status": getattr(self, "http_status", None),
            "category": getattr(self, "category", None),
            "retryable": self.retryable,
            "violations": [each.describe() for each in getattr(self, "violations", ())],
            "observed": [describe_leverage(each) for each in self.observed],
            "read_failure": self.read_failure or None,
            "maximum": None if maximum is None else f"{maximum:f}",
            "gateway_reference": getattr(self, "gateway_reference", "") or None,
        }

    def add_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Claim what is known after all attempts of a call, not after the last one alone."""
        known = set(outcomes)
        if self.outcome != "differs":
            self.outcome = "unknown" if "unknown" in known else "refused" if "refused" in known else self.outcome

    def add_request(self, request: Mapping[str, object], place: str, text: str) -> None:
        """Name the request that the error is about, and say so in `where`; the first one stays.

        `place` is how `where` begins where it names an endpoint, `text` what it begins with afterwards.
        """
        if self.request is None:
            self.request = request
            detail = self.where.removeprefix(place)
            separator = "" if detail != self.where or not detail else "; "
            self.where = f"{text}{separator}{detail}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments do not survive Exception's own pickling.
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(cls: type[LeversetError], args: tuple[Any, ...], state: dict[str, Any]) -> LeversetError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class RuleViolation(LeversetError):
    """The request breaks rules of the exchange's document and was not sent.

    Its `summary`, `why` and `fix` have the text of every violation.

    Attributes:
        violations: Every broken rule.
    """

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        first = violations[0]
        super().__init__(
            "; ".join(v.summary for v in violations),
            reference=first.rule,
            where=first.where,
            why="; ".join(dict.fromkeys(v.why for v in violations)),
            fix="; ".join(dict.fromkeys(v.fix for v in violations)),
            docs=first.docs,
        )
        self.violations = violations

    def __str__(self) -> str:
        return "\n".join(str(violation) for violation in self.violations)


class CredentialsError(LeversetError):
    """A key, secret or passphrase is missing or cannot be one; says which, never what it is."""


class ConfigurationError(LeversetError):
    """A client was set up, or called, in a way that cannot work."""


def misconfigured(summary: str, fix: str) -> ConfigurationError:
    """The error for a setting that cannot work: what is wrong with it, and what to give instead."""
    return ConfigurationError(summary, reference="leverset/configuration", fix=fix)


class RateLimitTimeout(LeversetError):
    """No slot came free within `max_wait` seconds, or an earlier call for the same leverage did not end within them.

    A call that a pause outlasts is not kept waiting.

    Attributes:
        waited: How long the call waited for it, in seconds.
        at_least: The shortest time that it would have taken from the call's beginning, in seconds.
        paused_for: How much longer the exchange has nothing sent, in seconds.
    """

    def __init__(
        self,
        *,
        key: str,
        waited: float,
        at_least: float,
        what: str = "no slot",
        why: str = "",
        fix: str = "raise max_wait, send fewer requests, or spread them over time",
        paused_for: float = 0.0,
    ) -> None:
        used = f"the exchange's limit is used up by calls ahead of this one; it would take {at_least:.3g} s at least"
        if paused_for:
            used = f"the exchange asked for a pause, which lasts another {round(paused_for, 1):.6g} s"
        super().__init__(
            f"{what} within {waited:.3g} s",
            reference="leverset/rate-limit-timeout",
            where=key,
            why=why or used,
            fix=fix,
        )
        self.waited = waited
        self.at_least = at_least
        self.paused_for = paused_for


class LimiterUnavailable(LeversetError):
    """The shared limiter is out of reach, or lost its memory; nothing is sent without it."""


class TransportError(LeversetError):
    """The network failed; `outcome` says whether the request may have reached the exchange."""


class MalformedResponse(LeversetError):
    """A response outside the contract; what became of the request is unknown.

    Attributes:
        http_status: The response's HTTP status; None where there was none.
        gateway_reference: The name that a gateway before the exchange gave the response, such as Cloudflare's `cf-ray`,
            for the exchange's support; empty where it gave none.
    """

    http_status: int | None = None
    gateway_reference: str = ""


class ResultMismatch(LeversetError):
    """The exchange reports success with another value than the expected one.

    Attributes:
        expected: What the result should have been, in the document's field names.
        reported: Each field that differs, as the exchange reported it.
    """

    expected: Mapping[str, str]
    reported: Mapping[str, str]


class ExchangeError(LeversetError):
    """The exchange refused, in its own words.

    Attributes:
        code: The exchange's code.
        message: The exchange's message.
        envelope_code: The code of the whole response, where `code` and `message` are those of an entry in it; else
            empty.
        http_status: The response's HTTP status.
        name: A short name for the code, from the spec's table of errors; `Unknown` where it is in none.
        category: The kind of the error, from the same table; `unknown` where the code is in none.
        operation: The endpoint's name.
        retry_after: The wait that the exchange asked for, in seconds; None where it asked for none.
        account_wide: Whether every other request of the account would end in the same way, from the same table.
    """

    code: str = ""
    message: str = ""
    envelope_code: str = ""
    http_status: int | None = None
    name: str = "Unknown"
    category: str = "unknown"
    operation: str = ""
    retry_after: float | None = None
    account_wide: bool = False


class AuthenticationFailed(ExchangeError):
    """Key, signature or passphrase were not accepted."""


class PermissionDenied(ExchangeError):
    """The key may not do this, or not from this address."""


class RateLimitExceeded(ExchangeError):
    """More requests than the exchange allows were counted."""


class ClockSkew(ExchangeError):
    """The timestamp was too far from the exchange's clock."""


class WrongEnvironment(ExchangeError):
    """A live key was used for demo trading, or a demo key for live trading."""


class RequestRefused(ExchangeError):
    """A parameter or the request's form was not accepted."""


class UnknownInstrument(ExchangeError):
    """The instrument, symbol or currency does not exist here."""


class WrongAccountMode(ExchangeError):
    """The account's mode does not offer this."""


class LeverageOutOfRange(ExchangeError):
    """The leverage is above or below what is allowed here.

    Attributes:
        maximum: The highest leverage of the instrument, a multiple without unit; None where it was not read. An account
            may be allowed less, by its tier and its position.
    """

    maximum: Decimal | None = None


class InsufficientMargin(ExchangeError):
    """The margin does not carry this leverage."""


class OpenOrdersOrPositions(ExchangeError):
    """Open orders or positions keep the leverage from being changed."""


class NoChange(ExchangeError):
    """The exchange says that the change would change nothing."""


class ExchangeUnavailable(ExchangeError):
    """The exchange is busy or failed inside."""


BY_CATEGORY: Mapping[str, type[ExchangeError]] = {
    "authentication": AuthenticationFailed,
    "permission": PermissionDenied,
    "rate-limit": RateLimitExceeded,
    "clock": ClockSkew,
    "environment": WrongEnvironment,
    "request": RequestRefused,
    "instrument": UnknownInstrument,
    "account-mode": WrongAccountMode,
    "leverage-range": LeverageOutOfRange,
    "margin": InsufficientMargin,
    "orders": OpenOrdersOrPositions,
    "unchanged": NoChange,
    "unavailable": ExchangeUnavailable,
}
