"""What a read back says, logs and keeps: the parts of it, without a server."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from leverset import (
    AsyncOkx,
    ExchangeError,
    LeverageOutOfRange,
    NoChange,
    Okx,
    OpenOrdersOrPositions,
    ResultMismatch,
    TransportError,
    UnknownInstrument,
    _reading,
)
from leverset._read_back import FollowUp, ReadBack, Wanted, follow_up
from leverset._reading import InstrumentLimits
from leverset.okx._reads import OkxReads
from leverset.okx._types import OkxLeverage
from tests.caller import CREDENTIALS, FORMS, without_port
from tests.stand_ins import NOWHERE

BODY = {"instId": "BTC-USDT-SWAP", "lever": "7", "mgnMode": "isolated"}
WHERE = "okx POST /api/v5/account/set-leverage, BTC-USDT-SWAP isolated, lever 7, sandbox at 127.0.0.1"


def wanted() -> Wanted:
    client = Okx(CREDENTIALS, base_url=NOWHERE)
    return Wanted(OkxReads(), Okx.operation, BODY, "lever", client._facts(BODY))


def found(lever: str, side: Any = None) -> OkxLeverage:
    return OkxLeverage(
        lever=Decimal(lever),
        mgn_mode="isolated",
        inst_id="BTC-USDT-SWAP",
        ccy=None,
        pos_side=side,
        confirmed="response",
        raw={},
    )


def lost() -> TransportError:
    return TransportError("cut", reference="leverset/network", outcome="unknown", fix="read it back")


def too_high() -> LeverageOutOfRange:
    return LeverageOutOfRange("too high", reference="okx/59102", outcome="refused", fix="ask for less.")


def after(end: Any) -> FollowUp:
    following = follow_up(wanted(), end)
    assert following is not None
    return following


def waits(following: FollowUp, *reads: Any) -> list[float]:
    """The waits before each read, until there is no more to read."""
    seconds, answers = [], iter(reads)
    while (read := following.next_read()) is not None:
        seconds.append(read[1])
        answer = next(answers)
        following.fail(answer) if isinstance(answer, TransportError) else following.take(answer)
    return seconds


def test_the_second_look_comes_half_a_second_later() -> None:
    assert waits(after("done"), (found("4"),), (found("7"),)) == [0.0, 0.5]
    assert waits(after("done"), (found("7"),)) == [0.0]
    assert waits(after("done"), lost()) == [0.0]
    assert waits(after(lost()), (found("4"),)) == [0.0]
    assert waits(after(too_high()), None) == [0.0]


@pytest.mark.parametrize("second", [lost(), ()])
def test_what_the_first_look_showed_counts_where_the_second_fails(second: Any) -> None:
    following = after("done")
    assert waits(following, (found("4"),), second) == [0.0, 0.5]
    with pytest.raises(ResultMismatch) as caught:
        following.conclude()
    assert [str(each.lever) for each in caught.value.observed] == ["4"]
    assert caught.value.read_failure


def test_a_success_stays_where_the_first_look_fails() -> None:
    following = after("done")
    assert waits(following, lost()) == [0.0]
    assert following.conclude() == "done"


def test_what_differs_is_told_with_every_value_that_holds() -> None:
    following = after("done")
    both = (found("4", "long"), found("3", "short"))
    waits(following, both, both)
    with pytest.raises(ResultMismatch) as caught:
        following.conclude()
    assert caught.value.summary == "the exchange reports success, and lever 4, 3 holds where 7 was requested"
    assert caught.value.reported == {"lever": "4, 3"}
    assert caught.value.fix == (
        "another value holds now: look for a cap of this account, or for who else sets it, and set it again"
    )


def test_one_side_that_differs_is_enough() -> None:
    following = after(lost())
    waits(following, (found("7", "long"), found("3", "short")))
    with pytest.raises(TransportError) as caught:
        following.conclude()
    assert caught.value.fix == (
        "another value holds now, and a request without a response may still arrive for a while: read the leverage "
        "again then, or set it again"
    )


def test_why_a_read_failed_is_kept_whole() -> None:
    following = after(lost())
    waits(following, lost())
    with pytest.raises(TransportError) as caught:
        following.conclude()
    assert (caught.value.read_failure, caught.value.fix) == ("leverset/network: cut", "read it back")


@pytest.mark.parametrize("fails", [True, False])
def test_it_is_logged(caplog: pytest.LogCaptureFixture, fails: bool) -> None:
    caplog.set_level(logging.INFO, "leverset.read_back")
    following = after("done")
    waits(following, lost() if fails else (found("7"),))
    following.conclude()
    [record] = caplog.records
    failure = "leverset/network: cut"
    said = f"the leverage could not be read back: {failure}" if fails else "read back, the wanted leverage holds"
    assert without_port(record.getMessage()) == f"{WHERE}: {said}"
    assert (record.name, record.levelname) == ("leverset.read_back", "WARNING" if fails else "INFO")
    known = vars(record)
    assert (known["operation"], known["exchange"]) == ("set_leverage", "okx")
    assert (known["holds"], known["failure"]) == (not fails, failure if fails else "")
    assert known["request"]["instId"] == "BTC-USDT-SWAP"


@pytest.mark.parametrize(("maximum", "fix"), [("6", "ask for at most 6, "), ("7", "ask for less. The instrument's ")])
def test_a_leverage_that_is_the_maximum_itself_is_not_above_it(maximum: str, fix: str) -> None:
    following = after(too_high())
    waits(following, InstrumentLimits(minimum=None, maximum=Decimal(maximum), state="live"))
    with pytest.raises(LeverageOutOfRange) as caught:
        following.conclude()
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize("make", [lost, too_high])
def test_an_error_is_in_no_circle(make: Any) -> None:
    """It is gone as soon as nobody holds it, without the garbage collector."""
    gc.disable()
    try:
        error = make()
        gone, following = weakref.ref(error), after(error)
        try:
            following.conclude()
        except (TransportError, LeverageOutOfRange):
            pass
        else:
            raise AssertionError("it is not raised")
        del error, following
        assert gone() is None
    finally:
        gc.enable()


def test_what_is_no_doubt_is_not_read() -> None:
    refused = LeverageOutOfRange("of a currency", reference="okx/59102", outcome="refused")
    currency = {"ccy": "BTC", "lever": "7", "mgnMode": "cross"}
    facts = wanted().request
    assert follow_up(Wanted(OkxReads(), Okx.operation, currency, "lever", facts), refused) is None
    assert isinstance(follow_up(wanted(), "done"), ReadBack)
    client = Okx(CREDENTIALS, base_url=NOWHERE)
    unsent = TransportError("no way", reference="leverset/network", outcome="not_sent")
    assert client._follow_up(client.new_call(), BODY, unsent) is None
    assert isinstance(client._follow_up(client.new_call(), BODY, lost()), ReadBack)


def refused(kind: type[ExchangeError], outcome: Any = "refused") -> ExchangeError:
    return kind("no", reference="okx/1", outcome=outcome)


@pytest.mark.parametrize(
    ("end", "reads"),
    [
        ("done", True),
        (refused(NoChange), True),
        (refused(OpenOrdersOrPositions), True),
        (refused(LeverageOutOfRange), True),
        (refused(UnknownInstrument), False),
        (refused(UnknownInstrument, "unknown"), True),
        (refused(UnknownInstrument, "differs"), True),
        (refused(UnknownInstrument, "not_sent"), False),
    ],
    ids=str,
)
def test_what_is_read_after_each_end(end: Any, reads: bool) -> None:
    class Unread(Okx):
        reads: ClassVar[Any] = None

    client = Okx(CREDENTIALS, base_url=NOWHERE)
    assert (client._follow_up(client.new_call(), BODY, end) is not None) == reads
    never = client.with_options(read_back="never")
    assert never._follow_up(never.new_call(), BODY, end) is None
    withdrawn = client.new_call()
    withdrawn.withdraw()
    assert client._follow_up(withdrawn, BODY, end) is None
    unread = Unread(CREDENTIALS, base_url=NOWHERE)
    assert unread._follow_up(unread.new_call(), BODY, end) is None


@pytest.mark.parametrize("form", FORMS)
def test_both_forms_wait_before_the_second_look(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    looks = [(found("4"),), (found("7"),)]

    class Played(Okx):
        def _read(self, read: Any, call: Any) -> Any:
            return looks.pop(0)

    class AsyncPlayed(AsyncOkx):
        async def _read(self, read: Any, call: Any) -> Any:
            return looks.pop(0)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    if form == "sync":
        monkeypatch.setattr(_reading, "time", SimpleNamespace(sleep=slept.append))
        client = Played(CREDENTIALS, base_url=NOWHERE)
        result = client._resolve(client.new_call(), BODY, "done")
    else:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        other = AsyncPlayed(CREDENTIALS, base_url=NOWHERE)
        result = asyncio.run(other._resolve(other.new_call(), BODY, "done"))
    assert slept == [0.0, 0.5]
    assert result.confirmed == "read_back"
