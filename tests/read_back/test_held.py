"""What many bodies set, read in few requests: what is asked next after each end of a request, without a server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from leverset_okx.operations import GET_LEVERAGE

from leverset import (
    ConfigurationError,
    CredentialsError,
    ExchangeError,
    ExchangeUnavailable,
    LeversetError,
    LimiterUnavailable,
    MalformedResponse,
    Okx,
    RateLimitTimeout,
    TransportError,
    UnknownInstrument,
)
from leverset._held import Held, HeldReading, has_no_response, is_hopeless
from leverset._read_back import Batch
from leverset.okx._types import OkxLeverage


def reading(count: int) -> HeldReading:
    """A reading of so many instruments, 20 in a request."""
    bodies = {number: {"instId": f"T{number:03}-USDT-SWAP", "mgnMode": "cross"} for number in range(count)}
    return HeldReading(Okx.reads, bodies)


def take(held: HeldReading) -> Batch:
    batch = held.take()
    assert batch is not None
    return batch


def leverage(number: int, lever: str = "5") -> OkxLeverage:
    return OkxLeverage(
        lever=Decimal(lever),
        mgn_mode="cross",
        inst_id=f"T{number:03}-USDT-SWAP",
        ccy=None,
        pos_side=None,
        confirmed="response",
        raw={},
    )


def failed(kind: type[LeversetError], outcome: Any = "unknown", **more: Any) -> LeversetError:
    error = kind("it failed", reference="leverset/test", outcome=outcome)
    for name, value in more.items():
        setattr(error, name, value)
    return error


def timed_out(outcome: Any) -> RateLimitTimeout:
    error = RateLimitTimeout(key="test", waited=1.0, at_least=2.0)
    error.outcome = outcome
    return error


HOPELESS = [failed(kind, "not_sent") for kind in (ConfigurationError, CredentialsError, LimiterUnavailable)]
HOPELESS.append(failed(ExchangeError, "refused", account_wide=True))
SILENT = [failed(kind) for kind in (ExchangeUnavailable, MalformedResponse, TransportError)]
SILENT += [failed(ExchangeUnavailable, "refused"), failed(TransportError, "not_sent"), timed_out("unknown")]
REFUSED = failed(UnknownInstrument, "refused")
OTHERS = [REFUSED, failed(ExchangeError), timed_out("refused"), timed_out("not_sent")]


def test_what_each_error_says_of_the_other_requests() -> None:
    assert [is_hopeless(error) for error in [*HOPELESS, *SILENT, *OTHERS, None]] == [True] * 4 + [False] * 11
    assert [has_no_response(error) for error in [*SILENT, *HOPELESS, *OTHERS, None]] == [True] * 6 + [False] * 9


def test_all_leverages_of_a_body_have_the_value_or_not() -> None:
    both = Held(leverages=(leverage(0, "5"), leverage(0, "7")))
    assert not both.all_are(Decimal(5))
    assert not Held().all_are(Decimal(5))
    assert Held(leverages=(leverage(0), leverage(0))).all_are(Decimal(5))
    assert (both.why, Held(error=REFUSED).why) == ("", "it failed")
    assert Held().why == "the exchange names no leverage for it"


def test_what_is_found_is_known_once_and_kept() -> None:
    held = reading(21)
    assert held.operation is reading(1).operation is GET_LEVERAGE
    assert len(held) == 2
    first = take(held)
    known = held.succeed(first, tuple(leverage(number) for number in range(20)))
    assert known == {number: Held(leverages=(leverage(number),)) for number in range(20)}
    assert held.held == known
    assert held.succeed(take(held), ()) == {20: Held()}
    assert (len(held.held), len(held)) == (21, 0)
    assert held.take() is None
    assert reading(0).operation is None


def test_a_refused_request_is_followed_by_one_for_each_name_before_all_others() -> None:
    held = reading(22)
    assert held.fail(take(held), REFUSED) == {}
    assert [batch.numbers for batch in iter(held.take, None)] == [*((number,) for number in range(20)), (20, 21)]
    assert held.given_up is None


def test_a_single_name_that_is_refused_is_not_asked_again() -> None:
    held = reading(21)
    take(held)
    assert held.fail(take(held), REFUSED) == {20: Held(error=REFUSED)}
    assert (len(held), held.given_up) == (0, None)


@pytest.mark.parametrize("error", [*SILENT, *OTHERS[1:]])
def test_a_request_that_was_not_refused_for_a_name_is_not_followed(error: LeversetError) -> None:
    held = reading(41)
    assert held.fail(take(held), error) == dict.fromkeys(range(20), Held(error=error))
    assert (len(held), held.given_up) == (2, None)


@pytest.mark.parametrize("error", HOPELESS)
def test_nothing_more_is_read_where_all_would_end_alike(error: LeversetError) -> None:
    held = reading(41)
    known = held.fail(take(held), error)
    assert known == held.held == dict.fromkeys(range(41), Held(error=error))
    assert held.take() is None
    assert held.given_up is error


def test_the_second_in_succession_without_a_response_is_the_last() -> None:
    held = reading(81)
    held.fail(take(held), SILENT[0])
    assert (len(held), held.given_up) == (4, None)
    held.fail(take(held), SILENT[1])
    assert (len(held), held.given_up) == (0, SILENT[1])
    assert [each.error for each in held.held.values()] == [SILENT[0]] * 20 + [SILENT[1]] * 61


@pytest.mark.parametrize("error", [None, *OTHERS])
def test_a_response_between_two_without_one_begins_anew(error: LeversetError | None) -> None:
    held = reading(101)
    for _ in range(2):
        held.fail(take(held), SILENT[0])
        batch = take(held)
        held.succeed(batch, ()) if error is None else held.fail(batch, error)
    assert held.given_up is None
    held.fail(take(held), SILENT[0])
    assert held.given_up is None
    held.fail(take(held), SILENT[0])
    assert held.given_up is SILENT[0]


def test_those_under_way_together_without_a_response_count_once() -> None:
    held = reading(101)
    first, second, third = take(held), take(held), take(held)
    held.fail(second, SILENT[0])
    held.fail(first, SILENT[0])
    held.fail(third, SILENT[0])
    assert (len(held), held.given_up) == (3, None)
    fourth, fifth = take(held), take(held)
    held.fail(fourth, SILENT[1])
    assert held.given_up is SILENT[1]
    assert held.fail(fifth, SILENT[1]) == dict.fromkeys(fifth.numbers, Held(error=SILENT[1]))


def test_an_exchange_that_cannot_be_read_is_told_so() -> None:
    held = HeldReading(None, {3: {}, 7: {}})
    [error] = {each.error for each in held.held.values()}
    assert isinstance(error, ConfigurationError)
    assert error.summary == "leverages of this exchange cannot be read"
    assert error.fix == "set them, and see what it reports"
    assert (list(held.held), len(held), held.operation) == ([3, 7], 0, None)
