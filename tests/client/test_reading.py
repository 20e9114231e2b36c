"""What clients read: leverages, the account, limits of instruments; and views with other options."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    BitgetAccount,
    ConfigurationError,
    Okx,
    OkxAccount,
    RuleViolation,
    TransportError,
    UnknownInstrument,
)
from leverset.sandbox import Account, Sandbox
from tests.caller import CREDENTIALS, settings
from tests.fixtures import one_certificate, sandbox, shared_sandbox
from tests.server import Untouched
from tests.system.faults import credentials

__all__ = ["one_certificate", "sandbox", "shared_sandbox"]

OKX = [Okx, AsyncOkx]
BITGET = [Bitget, AsyncBitget]
BTC: dict[str, Any] = {"symbol": "BTCUSDT", "product_type": "USDT-FUTURES", "margin_coin": "USDT"}


def read(make: Any, url: str, ask: Callable[[Any], Any], keys: Any = CREDENTIALS, **changed: Any) -> Any:
    """What one call of a client returns, in either form."""
    given = settings(**changed)
    if make in (Okx, Bitget):
        with make(keys, base_url=url, **given) as client:
            return ask(client)

    async def run() -> Any:
        async with make(keys, base_url=url, **given) as client:
            result = ask(client)
            return await result if inspect.isawaitable(result) else result

    return asyncio.run(run())


def okx(make: Any, sandbox: Sandbox, ask: Callable[[Any], Any], **modes: str) -> Any:
    return read(make, sandbox.url, ask, of(sandbox.account("okx", **modes)))


def bitget(make: Any, sandbox: Sandbox, ask: Callable[[Any], Any], **modes: str) -> Any:
    return read(make, sandbox.url, ask, of(sandbox.account("bitget", **modes)))


def of(account: Account) -> Any:
    return type(CREDENTIALS)(account.api_key, account.secret, account.passphrase)


# --- leverages


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize("mode", ["cross", "isolated"])
def test_both_sides_in_long_short_mode(sandbox: Sandbox, make: Any, mode: str) -> None:
    found = okx(make, sandbox, lambda client: client.get_leverage(mgn_mode=mode, inst_id="BTC-USDT-SWAP"))
    assert [(each.inst_id, each.mgn_mode, each.pos_side) for each in found] == [
        ("BTC-USDT-SWAP", mode, "long"),
        ("BTC-USDT-SWAP", mode, "short"),
    ]
    assert {(type(each.lever), each.confirmed, each.ccy) for each in found} == {(Decimal, "response", None)}
    assert found[0].raw["posSide"] == "long"


@pytest.mark.parametrize("make", OKX)
def test_one_side_in_net_mode(sandbox: Sandbox, make: Any) -> None:
    sandbox.change_leverage(
        sandbox.account("okx", position_mode="net_mode"), instId="BTC-USDT-SWAP", lever="7.5", mgnMode="isolated"
    )
    ask = lambda client: client.get_leverage(mgn_mode="isolated", inst_id=["BTC-USDT-SWAP"])  # noqa: E731 - short
    [found] = okx(make, sandbox, ask, position_mode="net_mode")
    assert (found.lever, found.pos_side) == (Decimal("7.5"), "net")


@pytest.mark.parametrize("make", OKX)
def test_many_instruments_are_read_in_several_requests(sandbox: Sandbox, make: Any) -> None:
    names = [f"T{number:03}-USDT-SWAP" for number in range(45)]
    ask = lambda client: client.get_leverage(mgn_mode="cross", inst_id=[*names, names[0]])  # noqa: E731 - short
    found = okx(make, sandbox, ask, position_mode="net_mode")
    assert [each.inst_id for each in found] == names
    queries = [str(one["query"]) for one in sandbox.requests("okx")]
    assert [query.count("-SWAP") for query in queries] == [20, 20, 5]


@pytest.mark.parametrize("make", OKX)
def test_instruments_of_several_types_are_read_in_a_request_for_each_type(sandbox: Sandbox, make: Any) -> None:
    """The exchange refuses them in one (59004)."""
    names = ["BTC-USDT-SWAP", "BTC-USDT", "ETH-USDT-SWAP"]
    found = okx(make, sandbox, lambda c: c.get_leverage(mgn_mode="cross", inst_id=names), position_mode="net_mode")
    assert [each.inst_id for each in found] == ["BTC-USDT-SWAP", "ETH-USDT-SWAP", "BTC-USDT"]
    assert len(sandbox.requests("okx")) == 2


@pytest.mark.parametrize("make", OKX)
def test_several_in_one_text_as_the_document_has_them(sandbox: Sandbox, make: Any) -> None:
    ask = lambda client: client.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-SWAP,ETH-USDT-SWAP")  # noqa: E731
    assert [each.inst_id for each in okx(make, sandbox, ask, position_mode="net_mode")] == [
        "BTC-USDT-SWAP",
        "ETH-USDT-SWAP",
    ]


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize("given", [{"ccy": "BTC"}, {"ccy": ("BTC",), "inst_id": ""}, {"ccy": {"BTC"}, "inst_id": []}])
def test_the_leverage_of_a_currency(sandbox: Sandbox, make: Any, given: dict[str, Any]) -> None:
    [found] = okx(make, sandbox, lambda c: c.get_leverage(mgn_mode="cross", **given), level="multi_currency")
    assert (found.ccy, found.inst_id) == ("BTC", None)


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ({"inst_id": "BTCUSDT", "mgn_mode": "cross"}, ["okx/instrument-possible"]),
        ({"inst_id": ["BTC-USDT-SWAP", "BTC–USDT"], "mgn_mode": "cross"}, ["okx/instrument-possible"]),
        ({"inst_id": "BTC-USDT-SWAP,,", "mgn_mode": "cross"}, ["okx/instrument-is-text"]),
        ({"ccy": ["BTC", "E TH"], "mgn_mode": "cross"}, ["okx/currency-possible"]),
        ({"mgn_mode": "cross"}, ["okx/instrument-or-currency"]),
        ({"inst_id": [], "mgn_mode": "cross"}, ["okx/instrument-or-currency"]),
        ({"inst_id": [5], "mgn_mode": "cross"}, ["okx/instrument-is-text"]),
        ({"inst_id": 5, "mgn_mode": "cross"}, ["okx/instrument-is-text"]),
        ({"inst_id": "BTC-USDT", "ccy": "BTC", "mgn_mode": "cross"}, ["okx/one-kind-of-name"]),
        ({"ccy": "BTC", "mgn_mode": "isolated"}, ["okx/currency-is-cross"]),
        ({"inst_id": "BTC-USDT", "mgn_mode": "crossed"}, ["okx/margin-mode-known"]),
        ({"inst_id": "BTCUSDT", "mgn_mode": None}, ["okx/margin-mode-known", "okx/instrument-possible"]),
    ],
)
def test_what_cannot_be_read_on_okx_is_not_asked(make: Any, given: dict[str, Any], rules: list[str]) -> None:
    with Untouched() as nobody, pytest.raises(RuleViolation) as caught:
        read(make, nobody.url, lambda client: client.get_leverage(**given))
    assert [each.rule for each in caught.value.violations] == rules
    assert all("okx GET /api/v5/account/leverage-info" in each.where for each in caught.value.violations)
    assert caught.value.request is not None
    assert caught.value.request["method"] == "GET"


@pytest.mark.parametrize("make", BITGET)
def test_both_sides_of_a_symbol(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("bitget", margin_mode="isolated", position_mode="hedge_mode")
    fields = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
    sandbox.change_leverage(account, **fields, leverage="7", holdSide="long")
    sandbox.change_leverage(account, **fields, leverage="9", holdSide="short")
    ask = lambda client: client.get_leverage(**{**BTC, "symbol": "btcusdt"})  # noqa: E731 - short
    found = bitget(make, sandbox, ask, margin_mode="isolated", position_mode="hedge_mode")
    assert [(each.hold_side, each.lever, each.margin_mode, each.symbol) for each in found] == [
        ("long", 7, "isolated", "BTCUSDT"),
        ("short", 9, "isolated", "BTCUSDT"),
    ]


@pytest.mark.parametrize("make", BITGET)
def test_one_leverage_in_crossed_margin(sandbox: Sandbox, make: Any) -> None:
    [found] = bitget(make, sandbox, lambda client: client.get_leverage(**BTC), margin_mode="crossed")
    assert (found.hold_side, found.margin_mode, found.confirmed) == (None, "crossed", "response")
    assert found.raw["crossedMarginLeverage"] == found.lever


@pytest.mark.parametrize("make", BITGET)
@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({**BTC, "product_type": "FUTURES"}, "bitget/product-type-known"),
        ({**BTC, "symbol": ""}, "bitget/symbol-given"),
        ({**BTC, "margin_coin": None}, "bitget/margin-coin-given"),
    ],
)
def test_what_cannot_be_read_on_bitget_is_not_asked(make: Any, given: dict[str, Any], rule: str) -> None:
    with Untouched() as nobody, pytest.raises(RuleViolation) as caught:
        read(make, nobody.url, lambda client: client.get_leverage(**given))
    assert [each.rule for each in caught.value.violations][:1] == [rule]
    with Untouched() as nobody, pytest.raises(RuleViolation):
        read(make, nobody.url, lambda client: client.read_account(**given))


# --- limits of instruments


@pytest.mark.parametrize("make", OKX)
def test_limits_of_an_instrument_on_okx(sandbox: Sandbox, make: Any) -> None:
    sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum="50", state="suspend")
    found = okx(make, sandbox, lambda client: client.get_limits("BTC-USDT-SWAP"))
    assert (found.minimum, found.maximum, found.state) == (None, 50, "suspend")
    assert okx(make, sandbox, lambda client: client.get_limits("BTC-USDT")).maximum == 10


@pytest.mark.parametrize("make", BITGET)
def test_limits_of_an_instrument_on_bitget(sandbox: Sandbox, make: Any) -> None:
    sandbox.change_instrument("bitget", "BTCUSDT", minimum="2", maximum="50")
    found = bitget(make, sandbox, lambda client: client.get_limits("btcusdt", "USDT-FUTURES"))
    assert (found.minimum, found.maximum, found.state) == (2, 50, "normal")


@pytest.mark.parametrize("make", OKX)
def test_an_instrument_that_is_none(sandbox: Sandbox, make: Any) -> None:
    sandbox.fault(exchange="okx", path="/api/v5/public/instruments", body='{"code":"0","msg":"","data":[]}')
    with pytest.raises(UnknownInstrument) as caught:
        okx(make, sandbox, lambda client: client.get_limits("BTC-USDT-SWAP"))
    assert (caught.value.reference, caught.value.outcome) == ("okx/no-such-instrument", "refused")
    assert '"BTC-USDT-SWAP"' in caught.value.summary
    named = caught.value.request
    assert named is not None
    assert (named["method"], named["instType"], named["instId"]) == ("GET", "SWAP", "BTC-USDT-SWAP")
    assert "okx GET /api/v5/public/instruments, SWAP BTC-USDT-SWAP, sandbox at 127.0.0.1" in caught.value.where
    assert caught.value.docs.endswith("#public-data-rest-api-get-instruments")


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize("name", ["BTC-USD-200802-10000-C", "BTC-ABOVE-DAILY-260224-1600-65000", "A-B-C-D-E"])
def test_what_has_no_leverage_has_no_limits(make: Any, name: str) -> None:
    with Untouched() as nobody, pytest.raises(ConfigurationError) as caught:
        read(make, nobody.url, lambda client: client.get_limits(name))
    assert name in caught.value.summary
    with Untouched() as nobody, pytest.raises(RuleViolation, match="no hyphen"):
        read(make, nobody.url, lambda client: client.get_limits("BTCUSDT"))


@pytest.mark.parametrize("make", OKX)
def test_no_name_at_all_has_no_limits(make: Any) -> None:
    with Untouched() as nobody, pytest.raises(ConfigurationError, match=": None is no instrument"):
        read(make, nobody.url, lambda client: client.get_limits(None))


# --- accounts


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize("level", ["spot", "single_currency", "multi_currency", "portfolio"])
def test_the_account_of_okx(sandbox: Sandbox, make: Any, level: Any) -> None:
    account = sandbox.account("okx", level=level, position_mode="net_mode")
    found = okx(make, sandbox, lambda client: client.read_account(), level=level, position_mode="net_mode")
    assert found == OkxAccount(uid=account.uid, position_mode="net_mode", level=level)
    assert found.source == "the exchange"


@pytest.mark.parametrize("make", OKX)
@pytest.mark.parametrize("data", ["[]", "null", '[{"acctLv": "9", "posMode": "sideways"}]', '[{"acctLv": 1}]'])
def test_what_okx_does_not_say_of_the_account(sandbox: Sandbox, make: Any, data: str) -> None:
    body = f'{{"code": "0", "msg": "", "data": {data}}}'
    sandbox.fault(exchange="okx", path="/api/v5/account/config", body=body)
    found = okx(make, sandbox, lambda client: client.read_account())
    assert found == OkxAccount(level="spot" if ": 1" in data else None)
    assert found.source == "the exchange"


@pytest.mark.parametrize("make", BITGET)
@pytest.mark.parametrize("margin", ["crossed", "isolated"])
@pytest.mark.parametrize("position", ["one_way_mode", "hedge_mode"])
def test_the_account_of_bitget(sandbox: Sandbox, make: Any, margin: Any, position: Any) -> None:
    modes = {"margin_mode": margin, "position_mode": position}
    found = bitget(make, sandbox, lambda client: client.read_account(**BTC), **modes)
    assert found == BitgetAccount(**modes)
    assert found.source == "the exchange"
    sandbox.fault(exchange="bitget", path="/api/v2/mix/account/account", null=["marginMode", "posMode"])
    assert bitget(make, sandbox, lambda client: client.read_account(**BTC), **modes) == BitgetAccount()


# --- views


@pytest.mark.parametrize("make", OKX)
def test_a_view_has_other_options_and_shares_the_rest(make: Any) -> None:
    client = make(CREDENTIALS, retries=2)
    view = client.with_options(deadline=3.0, max_wait=4.0, retries=0, read_back="always")
    config = view.config
    assert (config.deadline, config.max_wait, config.retries, config.read_back) == (3.0, 4.0, 0, "always")
    config = client.config
    assert (config.deadline, config.max_wait, config.retries, config.read_back) == (15.0, 300.0, 2, "on_doubt")
    assert client.with_options(retries=1).config.deadline == 15.0
    assert type(view) is make
    assert (view._transport, view._locks, view._accounts) == (client._transport, client._locks, client._accounts)
    for wrong in ({"deadline": 0}, {"retries": -1}, {"read_back": "sometimes"}):
        with pytest.raises(ConfigurationError):
            client.with_options(**wrong)


def test_to_close_a_view_closes_nothing(sandbox: Sandbox) -> None:
    with Okx(credentials(sandbox, "okx"), base_url=sandbox.url) as client:
        with client.with_options(retries=0) as view:
            assert view.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-SWAP")
        assert client.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-SWAP")

    async def run() -> None:
        async with AsyncOkx(credentials(sandbox, "okx"), base_url=sandbox.url) as client:
            async with client.with_options(retries=0) as view:
                assert await view.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-SWAP")
            assert await client.get_leverage(mgn_mode="cross", inst_id="BTC-USDT-SWAP")

    asyncio.run(run())


@pytest.mark.parametrize("make", OKX)
def test_the_options_of_a_view_hold_for_its_calls(sandbox: Sandbox, make: Any) -> None:
    sandbox.fault(exchange="okx", times=None, close="before")
    body = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}
    ask = lambda client: client.with_options(retries=1, read_back="never").set_leverage_from(body)  # noqa: E731 - short
    with pytest.raises(TransportError) as caught:
        okx(make, sandbox, ask)
    assert len(caught.value.attempts) == 2
    assert [one["method"] for one in sandbox.requests("okx")] == ["POST", "POST"]
