"""A keyword that the client does not have is answered with the argument that is meant."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from leverset_okx.operations import SET_LEVERAGE

from leverset import AsyncBitget, AsyncOkx, Bitget, Okx, RuleViolation
from leverset._rules import named_arguments
from tests.caller import CREDENTIALS

MEANT = [
    (Okx, {"instId": "BTC-USDT", "lever": 5, "mgn_mode": "cross"}, '"instId": did you mean inst_id?'),
    (Okx, {"inst_id": "BTC-USDT", "lever": 5, "mgnMode": "cross"}, '"mgnMode": did you mean mgn_mode?'),
    (Okx, {"symbol": "BTC-USDT", "leverage": 5}, '"symbol": did you mean inst_id? "leverage": did you mean lever?'),
    (Okx, {"instid": "BTC-USDT", "side": "long"}, '"instid": did you mean inst_id? "side": did you mean pos_side?'),
    (Bitget, {"productType": "USDT-FUTURES"}, '"productType": did you mean product_type?'),
    (Bitget, {"holdside": "long", "lever": 5}, '"holdside": did you mean hold_side? "lever": did you mean leverage?'),
]
ASYNC: dict[Any, Any] = {Okx: AsyncOkx, Bitget: AsyncBitget}


def refused(make: Any, given: dict[str, Any]) -> str:
    """What a call with these keywords says, the same in sync and in async."""
    with make(CREDENTIALS) as client, pytest.raises(TypeError) as caught:
        client.set_leverage(**given)

    async def call() -> str:
        async with ASYNC[make](CREDENTIALS) as client:
            with pytest.raises(TypeError) as raised:
                await client.set_leverage(**given)
        return str(raised.value)

    assert asyncio.run(call()) == str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("make", "given", "advice"), MEANT)
def test_the_documents_name_leads_to_the_argument(make: Any, given: dict[str, Any], advice: str) -> None:
    text = refused(make, given)
    assert text.startswith("set_leverage() has no argument ")
    assert text.endswith(f"({advice}); set_leverage_from takes the document's names")


@pytest.mark.parametrize("given", [{"clOrdId": "1"}, {"inst_id": "BTC-USDT", "instId": "BTC-USDT"}])
def test_what_means_nothing_is_named(given: dict[str, str]) -> None:
    assert refused(Okx, given) == f'set_leverage() has no argument "{list(given)[-1]}"'


def test_all_that_means_nothing_is_named_and_the_object_is_no_argument() -> None:
    assert refused(Okx, {"self": 1, "clOrdId": "1"}) == 'set_leverage() has no argument "self", "clOrdId"'


@pytest.mark.parametrize("form", ["sync", "async"])
def test_what_a_method_returns_is_returned(form: str) -> None:
    class Reader:
        @named_arguments(SET_LEVERAGE)
        def read(self, *, lever: str) -> str:
            return lever

        @named_arguments(SET_LEVERAGE)
        async def read_async(self, *, lever: str) -> str:
            return lever

    found = Reader().read(lever="5") if form == "sync" else asyncio.run(Reader().read_async(lever="5"))
    assert found == "5"


def test_positions_and_missing_arguments_are_as_in_every_function() -> None:
    with Okx(CREDENTIALS) as client, pytest.raises(TypeError, match=r"takes 1 positional argument"):
        client.set_leverage("BTC-USDT")  # type: ignore[call-overload]
    with Okx(CREDENTIALS) as client, pytest.raises(TypeError, match=r"'lever'"):
        client.set_leverage(mgn_mode="cross")  # type: ignore[call-overload]


@pytest.mark.parametrize("make", [Okx, Bitget])
def test_the_methods_are_what_they_were(make: Any) -> None:
    assert inspect.iscoroutinefunction(ASYNC[make].set_leverage)
    assert not inspect.iscoroutinefunction(make.set_leverage)
    for each in (make, ASYNC[make]):
        assert each.set_leverage.__name__ == "set_leverage"
        assert all(
            one.kind is one.KEYWORD_ONLY for one in list(inspect.signature(each.set_leverage).parameters.values())[1:]
        )


def test_reading_has_the_same_advice() -> None:
    with Okx(CREDENTIALS) as okx, pytest.raises(TypeError) as caught:
        okx.get_leverage(instId="BTC-USDT")  # type: ignore[call-overload]
    assert str(caught.value) == 'get_leverage() has no argument "instId" ("instId": did you mean inst_id?)'
    with Bitget(CREDENTIALS) as bitget, pytest.raises(TypeError, match="did you mean product_type"):
        bitget.get_leverage(productType="USDT-FUTURES")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("make", "method", "given", "meant"),
    [
        (Okx, "get_limits", {"instId": "BTC-USDT"}, "inst_id"),
        (Bitget, "get_limits", {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}, "product_type"),
        (Bitget, "read_account", {"symbol": "BTCUSDT", "marginCoin": "USDT"}, "margin_coin"),
    ],
)
def test_every_call_that_reads_has_it(make: Any, method: str, given: dict[str, str], meant: str) -> None:
    text = f'{method}() has no argument "{list(given)[-1]}" ("{list(given)[-1]}": did you mean {meant}?)'
    with make(CREDENTIALS) as client, pytest.raises(TypeError) as caught:
        getattr(client, method)(**given)
    assert str(caught.value) == text

    async def call() -> None:
        async with ASYNC[make](CREDENTIALS) as client:
            await getattr(client, method)(**given)

    with pytest.raises(TypeError) as caught:
        asyncio.run(call())
    assert str(caught.value) == text
    assert inspect.iscoroutinefunction(getattr(ASYNC[make], method))


@pytest.mark.parametrize(
    ("symbol", "product_type", "margin_coin", "rule"),
    [
        ("BTCUSDT ", "USDT-FUTURES", "USDT", "bitget/symbol-possible"),
        ("BTC/USDT:USDT", "USDT-FUTURES", "USDT", "bitget/symbol-possible"),
        ("BTCPERP", "USDT-FUTURES", "USDT", "bitget/symbol-of-product"),
        ("BTCUSDT", "USDT-FUTURES", "USDC", "bitget/margin-coin-of-product"),
    ],
)
def test_names_are_checked_in_reading_too(symbol: str, product_type: Any, margin_coin: str, rule: str) -> None:
    with Bitget(CREDENTIALS) as client, pytest.raises(RuleViolation) as caught:
        client.get_leverage(symbol=symbol, product_type=product_type, margin_coin=margin_coin)
    assert [each.rule for each in caught.value.violations] == [rule]


def test_a_missing_symbol_is_one_violation_in_reading() -> None:
    with Bitget(CREDENTIALS) as client, pytest.raises(RuleViolation) as caught:
        client.get_leverage(symbol="", product_type="USDT-FUTURES", margin_coin="USDT")
    assert len(caught.value.violations) == 1


@pytest.mark.parametrize("name", ["BTC–USDT–SWAP", "BTC-USDT ", "BTC-USDT-260145", "BTCUSDT"])
def test_names_are_checked_in_reading_on_okx(name: str) -> None:
    with Okx(CREDENTIALS) as client:
        for names in (name, ["BTC-USDT", name]):
            with pytest.raises(RuleViolation) as caught:
                client.get_leverage(mgn_mode="cross", inst_id=names)
            assert [each.rule for each in caught.value.violations] == ["okx/instrument-possible"]
        with pytest.raises(RuleViolation):
            client.get_limits(name)
