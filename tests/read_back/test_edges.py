"""Reading back at its edges: withdrawn calls, currencies, an exchange without reads, a read limit that is used up."""

from __future__ import annotations

import asyncio
import errno
import json
from decimal import Decimal
from typing import Any

import pytest

from leverset import AsyncOkx, Bitget, Limiter, Okx, TransportError
from leverset._on_use import on_use
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS, EXCHANGES, FORMS, SYNC, arguments, call, settings
from tests.clock import Clock, clocked
from tests.read_back.reading import READ_PATH, ask, methods, observed, set_outside
from tests.server import Arrived, Loopback
from tests.stand_ins import NOWHERE
from tests.system.faults import credentials

BODY = {"instId": "BTC-USDT-SWAP", "lever": "7", "mgnMode": "cross"}
ENTRY = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "posSide": "net", "lever": "7"}


def checked(form: str, url: str, watch: list[Any], **changed: Any) -> Any:
    """`set_leverage_checked` of one call, which `watch` then holds."""
    given = settings(read_back="on_doubt", **changed)
    if form == "sync":
        with Okx(CREDENTIALS, base_url=url, **given) as client:
            watch.append(client.new_call())
            return client.set_leverage_checked(BODY, watch[0])

    async def run() -> Any:
        async with AsyncOkx(CREDENTIALS, base_url=url, **given) as client:
            watch.append(client.new_call())
            return await client.set_leverage_checked(BODY, watch[0])

    return asyncio.run(run())


@pytest.mark.parametrize("form", FORMS)
def test_a_withdrawn_call_is_not_read_back(form: str) -> None:
    watch: list[Any] = []

    def respond(seen: Arrived) -> tuple[int, Any]:
        assert seen.method == "POST"
        watch[0].withdraw()
        return 200, {"code": "0", "data": []}

    with Loopback(respond) as exchange:
        assert checked(form, exchange.url, watch).confirmed == "no"
    assert len(exchange.seen) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_call_that_is_withdrawn_while_it_reads_reads_no_more(form: str) -> None:
    watch: list[Any] = []

    def respond(seen: Arrived) -> tuple[int, Any]:
        if seen.method == "POST":
            return 200, {"code": "0", "data": []}
        watch[0].withdraw()
        return 503, {"code": "50001", "msg": "", "data": []}

    with Loopback(respond) as exchange:
        assert checked(form, exchange.url, watch, retries=2).confirmed == "no"
    assert [one.method for one in exchange.seen] == ["POST", "GET"]


def unloadable() -> Any:
    """What reads, in a program that has no file left to open."""
    raise OSError(errno.EMFILE, "Too many open files")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("data", [[{}], None], ids=["confirms-nothing", "lost"])
def test_what_reads_cannot_be_loaded_is_a_read_that_fails(
    form: str, data: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A success stays one, and doubt stays what it is."""
    for kind in (Okx, AsyncOkx):
        monkeypatch.setattr(kind, "reads", on_use(unloadable))

    def respond(seen: Arrived) -> tuple[int, Any]:
        assert seen.method == "POST"
        if data is None:
            raise ConnectionAbortedError
        return 200, {"code": "0", "data": data}

    why = "a part of leverset could not be loaded (OSError: [Errno 24] Too many open files)"
    with Loopback(respond) as exchange:
        if data is None:
            with pytest.raises(TransportError) as raised:
                checked(form, exchange.url, [], retries=0)
            assert (raised.value.outcome, raised.value.read_failure) == ("unknown", why)
        else:
            assert checked(form, exchange.url, []).confirmed == "no"
    record = next(one for one in caplog.records if one.name == "leverset.read_back")
    assert record.getMessage().endswith(f"the leverage could not be read back: {why}")
    assert record.__dict__["failure"] == why
    assert record.__dict__["request"]["instId"] == "BTC-USDT-SWAP"


def test_a_read_has_the_calls_deadline_and_one_timeout() -> None:
    clock = Clock()
    client = clocked(Okx, monotonic=clock)(CREDENTIALS, base_url=NOWHERE, deadline=20.0, timeout=3.0)
    one = client.new_call()
    reading = client._reading_call(one, client.exchange.operations["GET", READ_PATH["okx"]])
    assert reading.deadline == clock() + 3.0  # nothing was ever sent
    one.deadline = clock() + 12.0
    reading = client._reading_call(one, client.exchange.operations["GET", READ_PATH["okx"]])
    assert reading.deadline == clock() + 15.0
    assert reading.max_wait == 15.0
    states = [reading.withdrawn]
    one.withdraw()
    states += [reading.withdrawn, client._reading_call(one, reading.operation).withdrawn]
    assert states == [False, True, True]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("applied", [True, False])
def test_the_leverage_of_a_currency_is_read_back(sandbox: Sandbox, form: str, applied: bool) -> None:
    account = sandbox.account("okx", level="multi_currency")
    keys = type(CREDENTIALS)(account.api_key, account.secret, account.passphrase)
    sandbox.fault(exchange="okx", close="before", apply=applied)
    request = {"ccy": "BTC", "lever": "7", "mgn_mode": "cross"}
    claim = call("okx", form, sandbox.url, keys, request=request, read_back="on_doubt")
    if applied:
        assert (claim.result.confirmed, claim.result.ccy, claim.result.inst_id) == ("read_back", "BTC", None)
    else:
        assert (claim.outcome, observed(claim)) == ("unknown", ["3"])


@pytest.mark.parametrize("form", FORMS)
def test_both_sides_of_a_cross_leverage_have_to_hold(form: str) -> None:
    """The exchange reads both; the wanted value has to be that of both."""
    for levers, outcome in ((("7", "7"), "success"), (("7", "3"), "unknown"), (("3", "7"), "unknown")):
        sides = [
            {**ENTRY, "posSide": side, "lever": lever} for side, lever in zip(("long", "short"), levers, strict=True)
        ]

        def respond(seen: Arrived, data: Any = sides) -> tuple[int, Any]:
            return (502, "<html>") if seen.method == "POST" else (200, {"code": "0", "msg": "", "data": data})

        with Loopback(respond) as exchange:
            request = {"inst_id": "BTC-USDT-SWAP", "lever": "7", "mgn_mode": "cross"}
            claim = call("okx", form, exchange.url, request=request, read_back="on_doubt")
        assert claim.outcome == outcome
        if outcome == "success":
            assert (claim.result.pos_side, claim.result.lever) == (None, Decimal(7))
        else:
            assert observed(claim) == list(levers)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("exchange", "named", "proves"),
    [
        ("okx", {"mgnMode": "isolated"}, True),
        ("okx", {"mgnMode": ""}, True),
        ("okx", {"mgnMode": "cross"}, False),
        ("okx", {"instId": "ETH-USDT-SWAP"}, False),
        ("bitget", {"marginCoin": "usdt", "symbol": "btcusdt"}, True),
        ("bitget", {"marginCoin": "USDC"}, False),
        ("bitget", {"symbol": "ETHUSDT"}, False),
    ],
)
def test_what_is_about_something_else_proves_nothing(
    form: str, exchange: str, named: dict[str, str], proves: bool
) -> None:
    account = {"marginMode": "isolated", "posMode": "hedge_mode", "isolatedLongLever": 7, "isolatedShortLever": 7}
    code, data = (
        ("0", [{**ENTRY, "mgnMode": "isolated", "posSide": "long", **named}])
        if exchange == "okx"
        else ("00000", {**account, **named})
    )

    def respond(seen: Arrived) -> tuple[int, Any]:
        return (502, "<html>") if seen.method == "POST" else (200, {"code": code, "msg": "", "data": data})

    with Loopback(respond) as server:
        claim = call(exchange, form, server.url, lever="7", read_back="on_doubt")
    assert claim.outcome == ("success" if proves else "unknown")
    if claim.error is not None:
        assert (claim.error.observed, claim.error.read_failure) == ((), "the exchange named no leverage")


def test_one_side_of_bitget_alone_is_read() -> None:
    account = {"marginMode": "isolated", "posMode": "hedge_mode", "isolatedLongLever": None, "isolatedShortLever": 7}
    with (
        Loopback({"code": "00000", "msg": "", "data": account}) as exchange,
        Bitget(CREDENTIALS, base_url=exchange.url, limiter=Limiter()) as client,
    ):
        [found] = client.get_leverage(symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT")
    assert (found.hold_side, found.lever) == ("short", Decimal(7))


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_pause_of_reads_delays_no_write(sandbox: Sandbox, exchange: str) -> None:
    """A read that has no slot fails, and the next call is sent as ever."""
    limiter = Limiter()
    keys = credentials(sandbox, exchange)
    name = {"okx": "get_leverage", "bitget": "get_account"}[exchange]
    limiter.pause(f"{exchange}:{keys.account}:{name}", 1000.0)
    given = settings(read_back="on_doubt", limiter=limiter)
    set_outside(sandbox, exchange, "4")
    sandbox.fault(exchange=exchange, close="before")
    with SYNC[exchange](keys, base_url=sandbox.url, **given) as client:
        with pytest.raises(TransportError) as caught:
            client.set_leverage(**arguments(exchange))
        assert caught.value.read_failure.startswith("leverset/rate-limit-timeout: ")
        assert client.set_leverage(**arguments(exchange)).confirmed == "response"
    assert methods(sandbox, exchange) == ["POST", "POST"]


@pytest.mark.parametrize("form", FORMS)
def test_an_exchange_without_reads_is_never_read(sandbox: Sandbox, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leverset.okx._client._OkxBase.reads", None)
    sandbox.fault(exchange="okx", close="before")
    claim = ask(sandbox, "okx", form)
    assert (claim.outcome, observed(claim)) == ("unknown", [])
    assert ask(sandbox, "okx", form, read_back="always").result.confirmed == "response"
    assert methods(sandbox, "okx") == ["POST", "POST"]
    assert ask(sandbox, "okx", form, account="read").result.confirmed == "response"
    assert methods(sandbox, "okx") == ["POST", "POST", "POST"]


def test_types_of_instruments_have_limits_of_their_own(sandbox: Sandbox) -> None:
    limiter = Limiter()
    with Okx(CREDENTIALS, base_url=sandbox.url, limiter=limiter) as client:
        for name in ("BTC-USDT-SWAP", "ETH-USDT-SWAP", "BTC-USDT", "BTC-USDT-260925"):
            client.get_limits(name)
    granted = {key: stats.granted for key, stats in limiter.stats().items()}
    kinds = {"SWAP": 2, "MARGIN": 1, "FUTURES": 1}
    assert granted == {f"okx:ip:get_instruments:{kind}": count for kind, count in kinds.items()}


def test_results_and_errors_are_json_and_short(sandbox: Sandbox) -> None:
    set_outside(sandbox, "okx", "4")
    sandbox.fault(exchange="okx", close="before", apply=False)
    claim = ask(sandbox, "okx", "sync")
    assert claim.error is not None
    assert json.dumps([dict(each.raw) for each in claim.error.observed])
    assert "\n  read:  lever 4 (isolated BTC-USDT-SWAP long)" in str(claim.error)
