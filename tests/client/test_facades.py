"""Both exchanges' clients: their signatures, what they refuse, and what goes on the wire."""

import inspect
import json
from decimal import Decimal
from enum import IntEnum
from typing import Any

import attrs
import leverset_bitget.models
import leverset_okx.models
import pytest

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    BitgetAccount,
    ConfigurationError,
    Limiter,
    Okx,
    OkxAccount,
    RuleViolation,
)
from tests.caller import BITGET, CREDENTIALS, OKX, set_leverage
from tests.server import Loopback, Untouched

WIRE = {
    "inst_id": "instId",
    "mgn_mode": "mgnMode",
    "pos_side": "posSide",
    "product_type": "productType",
    "margin_coin": "marginCoin",
    "hold_side": "holdSide",
}
FACADES: list[Any] = [
    (Okx, AsyncOkx, leverset_okx.models.SetLeverageRequest, OKX),
    (Bitget, AsyncBitget, leverset_bitget.models.SetLeverageRequest, BITGET),
]


class Level(IntEnum):
    FIVE = 5


class Int64:
    """An integer that is no int, as those of numpy are."""

    def __index__(self) -> int:
        return 5


@pytest.mark.parametrize(("make", "make_async", "model", "good"), FACADES)
def test_the_arguments_are_the_generated_models_fields(make: Any, make_async: Any, model: Any, good: Any) -> None:
    signature = inspect.signature(make.set_leverage)
    arguments = {name: argument for name, argument in signature.parameters.items() if name != "self"}
    fields = {field.name: field.default is attrs.NOTHING for field in attrs.fields(model)}
    assert {name: argument.default is inspect.Parameter.empty for name, argument in arguments.items()} == fields
    assert {argument.kind for argument in arguments.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {a.default for a in arguments.values() if a.default is not inspect.Parameter.empty} == {None}
    assert set(good) | {"ccy"} >= set(fields)
    assert inspect.signature(make_async.set_leverage) == signature
    assert inspect.iscoroutinefunction(make_async.set_leverage)
    assert make_async.set_leverage.__doc__


WRONG = [b"x", ["x"], {"x": 1}, {"x"}, 5.0, True, object(), ("x",), type, "\ud800", "x\n"]


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("facade", FACADES, ids=["okx", "bitget"])
def test_a_value_of_another_type_is_a_violation(facade: Any, asynchronous: bool) -> None:
    make, make_async, _, good = facade
    for name in good:
        for value in [*WRONG, *([] if name in ("lever", "leverage") else [5, Level.FIVE])]:
            if value == "x\n" and name in ("inst_id", "symbol"):
                continue  # the name of an instrument: the exchange knows them, we do not
            with Untouched() as nobody, pytest.raises(RuleViolation) as caught:
                set_leverage(make_async if asynchronous else make, nobody.url, {**good, name: value})
            assert WIRE.get(name, name) in [violation.field for violation in caught.value.violations]
            str(caught.value).encode()


@pytest.mark.parametrize("facade", FACADES, ids=["okx", "bitget"])
def test_none_is_absent(facade: Any) -> None:
    make, _, model, good = facade
    for field in attrs.fields(model):
        arguments = {**good, field.name: None}
        if field.default is attrs.NOTHING:
            with Untouched() as nobody, pytest.raises(RuleViolation) as caught:
                set_leverage(make, nobody.url, arguments)
            assert caught.value.violations[0].summary == f"{WIRE.get(field.name, field.name)} is missing"
            assert caught.value.violations[0].where.endswith(" is absent")
    with make(CREDENTIALS) as client:
        assert client.violations({}) != ()


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_a_violation_takes_no_slot_and_sends_nothing(make: Any) -> None:
    limiter = Limiter()
    with Untouched() as nobody, pytest.raises(RuleViolation) as caught:
        set_leverage(make, nobody.url, {"lever": 0, "mgn_mode": "crossed", "pos_side": "up"}, limiter=limiter)
    assert [violation.rule for violation in caught.value.violations] == [
        "okx/lever-is-positive-decimal",
        "okx/margin-mode-known",
        "okx/position-side-known",
        "okx/instrument-or-currency",
    ]
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", ())
    assert limiter.stats() == {}


def test_a_socket_that_somebody_connects_to_is_noticed() -> None:
    with pytest.raises(AssertionError, match="somebody connected"), Untouched() as nobody:
        set_leverage(Okx, nobody.url, OKX, timeout=0.05, retries=0)


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
@pytest.mark.parametrize(
    ("lever", "text"),
    [
        ("5", "5"),
        (5, "5"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        (Level.FIVE, "5"),
        (Int64(), "5"),
        ("05.0", "05.0"),
    ],
)
def test_a_leverage_goes_on_the_wire_as_fixed_point_text(make: Any, lever: Any, text: str) -> None:
    with Loopback({"code": "0", "msg": "", "data": [{"lever": text}]}) as exchange:
        result = set_leverage(make, exchange.url, {**OKX, "lever": lever})
    [seen] = exchange.seen
    assert json.loads(seen.body) == {
        "instId": "BTC-USDT-SWAP",
        "lever": text,
        "mgnMode": "isolated",
        "posSide": "long",
    }
    assert seen.header("content-type") == "application/json"
    assert result.lever == Decimal(text)


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
@pytest.mark.parametrize(
    "lever",
    [Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+999999"), 10**5000, -5, 0],
    ids=lambda v: type(v).__name__,
)
def test_a_number_that_is_no_leverage_is_refused(make: Any, lever: Any) -> None:
    with Untouched() as nobody, pytest.raises(RuleViolation, match="lever is not a positive decimal"):
        set_leverage(make, nobody.url, {**OKX, "lever": lever})


@pytest.mark.parametrize(
    ("make", "account"), [(Okx, BitgetAccount()), (AsyncBitget, OkxAccount()), (Bitget, "hedge_mode")]
)
def test_the_account_of_another_exchange_is_refused(make: Any, account: object) -> None:
    with pytest.raises(ConfigurationError, match=r"account is (Bitget|Okx|.hedge_mode)") as caught:
        make(CREDENTIALS, account=account)
    assert make.account_type.__name__ in caught.value.fix


@pytest.mark.parametrize("limiter", ["redis://user:hunter2@localhost", Limiter, 5, object()])
def test_what_is_no_limiter_is_refused_without_being_shown(limiter: Any) -> None:
    with pytest.raises(ConfigurationError, match="limiter is ") as caught:
        Okx(CREDENTIALS, limiter=limiter)
    assert "give Limiter(), SQLiteLimiter(path) or RedisLimiter(url)" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert ("limiter is the class Limiter\n" in str(caught.value)) == (limiter is Limiter)


def test_a_limiter_that_cannot_slow_down_is_refused_when_the_client_is_made() -> None:
    class Older:
        acquire = release = pause = stats = Limiter.acquire

    with pytest.raises(ConfigurationError, match="limiter is Older, without slow_down"):
        Okx(CREDENTIALS, limiter=Older())  # type: ignore[arg-type] # the point
