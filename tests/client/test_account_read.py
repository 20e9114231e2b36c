"""account="read": the exchange is asked once, before the first rule needs it, and again where it is contradicted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import pytest

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    ConfigurationError,
    Credentials,
    Limiter,
    Okx,
    RequestRefused,
    RuleViolation,
    TransportError,
)
from leverset.sandbox import Account, Sandbox
from tests.caller import CREDENTIALS, settings
from tests.clock import Clock, clocked
from tests.fixtures import one_certificate, sandbox, shared_sandbox

__all__ = ["one_certificate", "sandbox", "shared_sandbox"]

CONFIG = "/api/v5/account/config"
ISOLATED: dict[str, Any] = {"inst_id": "BTC-USDT-SWAP", "lever": "5", "mgn_mode": "isolated"}
CROSS: dict[str, Any] = {"inst_id": "BTC-USDT-SWAP", "lever": "5", "mgn_mode": "cross"}
BTC: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "product_type": "USDT-FUTURES",
    "margin_coin": "USDT",
    "leverage": "5",
}


def of(account: Account) -> Credentials:
    return Credentials(account.api_key, account.secret, account.passphrase)


def paths(sandbox: Sandbox, exchange: str = "okx") -> list[str]:
    """The last words of the paths that were asked for, in their order."""
    return [str(one["path"]).rpartition("/")[2] for one in sandbox.requests(exchange)]


def outcomes(make: Any, sandbox: Sandbox, account: Account, *calls: dict[str, Any], **changed: Any) -> list[Any]:
    """What each of several calls of one client ends in."""
    given = settings(account="read", **changed)

    async def run() -> list[Any]:
        async with make(of(account), base_url=sandbox.url, **given) as client:
            return [await asyncio.gather(client.set_leverage(**one), return_exceptions=True) for one in calls]

    if make in (AsyncOkx, AsyncBitget) or make.__name__.startswith("Async"):
        return [ended for [ended] in asyncio.run(run())]
    ended: list[Any] = []
    with make(of(account), base_url=sandbox.url, **given) as client:
        for one in calls:
            try:
                ended.append(client.set_leverage(**one))
            except Exception as error:
                ended.append(error)
    return ended


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_it_is_read_once_before_a_rule_needs_it(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("okx", position_mode="long_short_mode")
    first, second, third = outcomes(make, sandbox, account, ISOLATED, ISOLATED, {**ISOLATED, "pos_side": "long"})
    assert isinstance(first, RuleViolation)
    assert isinstance(second, RuleViolation)
    assert [each.rule for each in first.violations] == ["okx/hedge-isolated-needs-side"]
    assert "because the exchange says long_short_mode" in first.why
    assert first.request is not None
    assert first.request["instId"] == "BTC-USDT-SWAP"
    assert third.confirmed == "response"
    assert paths(sandbox) == ["config", "set-leverage"]


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_it_is_not_read_where_no_rule_needs_it(sandbox: Sandbox, make: Any) -> None:
    [result] = outcomes(make, sandbox, sandbox.account("okx"), CROSS)
    assert result.confirmed == "response"
    assert paths(sandbox) == ["set-leverage"]


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_other_modes_have_other_rules(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("okx", position_mode="net_mode")
    first, second = outcomes(make, sandbox, account, {**ISOLATED, "pos_side": "long"}, ISOLATED)
    assert [each.rule for each in first.violations] == ["okx/one-way-side-is-net"]
    assert second.pos_side == "net"


@pytest.mark.parametrize("make", [Bitget, AsyncBitget])
def test_bitget_is_asked_for_each_symbol(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("bitget", margin_mode="isolated", position_mode="hedge_mode")
    other = {**BTC, "symbol": "ETHUSDT", "hold_side": "long"}
    without_side = {**BTC, "symbol": "ETHUSDT"}
    first, second, third, fourth = outcomes(
        make, sandbox, account, BTC, {**BTC, "symbol": "btcusdt"}, other, without_side
    )
    assert [each.rule for each in first.violations] == ["bitget/hedge-isolated-needs-side"]
    assert [each.rule for each in second.violations] == ["bitget/hedge-isolated-needs-side"]
    assert third.confirmed == "response"
    assert [each.rule for each in fourth.violations] == ["bitget/hedge-isolated-needs-side"]
    # With a side no rule depends on the modes.
    assert paths(sandbox, "bitget") == ["account", "set-leverage", "account"]


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_a_contradiction_makes_it_read_again(sandbox: Sandbox, make: Any) -> None:
    """Somebody changes the position mode; the refusal shows it, and the next call knows."""
    account = sandbox.account("okx", position_mode="long_short_mode")
    given = settings(account="read")
    side = {**ISOLATED, "pos_side": "long"}

    async def awaited() -> None:
        async with make(of(account), base_url=sandbox.url, **given) as client:
            with pytest.raises(RuleViolation):
                await client.set_leverage(**ISOLATED)
            sandbox.change_account(account, position_mode="net_mode")
            with pytest.raises(RequestRefused):
                await client.set_leverage(**side)
            with pytest.raises(RuleViolation, match="because the exchange says net_mode"):
                await client.set_leverage(**side)

    def sync() -> None:
        with make(of(account), base_url=sandbox.url, **given) as client:
            with pytest.raises(RuleViolation):
                client.set_leverage(**ISOLATED)
            sandbox.change_account(account, position_mode="net_mode")
            with pytest.raises(RequestRefused):
                client.set_leverage(**side)
            with pytest.raises(RuleViolation, match="because the exchange says net_mode"):
                client.set_leverage(**side)

    sync() if make is Okx else asyncio.run(awaited())
    assert paths(sandbox) == ["config", "set-leverage", "config"]


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_a_read_that_fails_keeps_nothing_from_being_sent(
    sandbox: Sandbox, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The exchange checks it itself; the account is asked for again a minute later."""
    clock = Clock()
    account = sandbox.account("okx", position_mode="long_short_mode")
    sandbox.fault(exchange="okx", path=CONFIG, status=503, body="<html>")
    side = {**ISOLATED, "pos_side": "long"}
    ended = outcomes(clocked(make, monotonic=clock), sandbox, account, side, ISOLATED)
    assert ended[0].confirmed == "response"
    assert isinstance(ended[1], RequestRefused)
    assert paths(sandbox) == ["config", "set-leverage", "set-leverage"]
    [record] = [each for each in caplog.records if "the account could not be read" in each.message]
    assert "the account could not be read: okx/malformed-response" in record.message
    assert (record.name, vars(record)["exchange"], vars(record)["operation"]) == (
        "leverset.account",
        "okx",
        "set_leverage",
    )
    assert vars(record)["request"]["posSide"] == "long"


def test_it_is_asked_for_again_a_minute_after_a_failure(sandbox: Sandbox) -> None:
    clock = Clock()
    account = sandbox.account("okx", position_mode="long_short_mode")
    sandbox.fault(exchange="okx", path=CONFIG, status=503, body="<html>")
    make = clocked(Okx, monotonic=clock)
    with make(of(account), base_url=sandbox.url, **settings(account="read", deadline=1000.0)) as client:
        client.set_leverage(**ISOLATED, pos_side="long")
        clock.now += 59.0
        client.set_leverage(**ISOLATED, pos_side="short")
        clock.now += 1.0
        with pytest.raises(RuleViolation):
            client.set_leverage(**ISOLATED)
    assert paths(sandbox) == ["config", "set-leverage", "set-leverage", "config"]


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_a_request_is_not_refused_by_what_was_read_long_ago(sandbox: Sandbox, make: Any) -> None:
    """Somebody changes the position mode, and nothing that is sent shows it: the account is read again."""
    clock = Clock()
    account = sandbox.account("okx", position_mode="long_short_mode")
    given = settings(account="read", deadline=1000.0)
    ended: list[Any] = []

    def keep(one: Any) -> None:
        ended.append(one)
        if len(ended) == 1:
            sandbox.change_account(account, position_mode="net_mode")
        clock.now += {1: 4.9, 2: 0.1}.get(len(ended), 0.0)

    async def awaited() -> None:
        async with clocked(make, monotonic=clock)(of(account), base_url=sandbox.url, **given) as client:
            for _ in range(4):
                keep((await asyncio.gather(client.set_leverage(**ISOLATED), return_exceptions=True))[0])

    def sync() -> None:
        with clocked(make, monotonic=clock)(of(account), base_url=sandbox.url, **given) as client:
            for _ in range(4):
                try:
                    keep(client.set_leverage(**ISOLATED))
                except RuleViolation as error:
                    keep(error)

    sync() if make is Okx else asyncio.run(awaited())
    assert [type(each) for each in ended[:2]] == [RuleViolation] * 2
    assert [each.pos_side for each in ended[2:]] == ["net", "net"]
    assert paths(sandbox) == ["config", "config", "set-leverage", "set-leverage"]


def test_a_checked_request_is_not_refused_by_it_either(sandbox: Sandbox) -> None:
    """As a plan's rows are sent; a request that what is known allows has nothing read again."""
    clock = Clock()
    account = sandbox.account("okx", position_mode="long_short_mode")
    body = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}
    given = settings(account="read", deadline=1000.0)
    with clocked(Okx, monotonic=clock)(of(account), base_url=sandbox.url, **given) as client:
        with pytest.raises(RuleViolation):
            client.set_leverage_checked(body, client.new_call())
        sandbox.change_account(account, position_mode="net_mode")
        clock.now += 5.0
        assert client.set_leverage_checked(body, client.new_call()).pos_side == "net"
        clock.now += 5.0
        client.set_leverage_checked(body, client.new_call())
    assert paths(sandbox) == ["config", "config", "set-leverage", "set-leverage"]


def test_several_calls_at_once_read_it_once(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", position_mode="long_short_mode")
    sandbox.fault(exchange="okx", path=CONFIG, delay_after=0.2)
    with Okx(of(account), base_url=sandbox.url, **settings(account="read")) as client:
        ended: list[Any] = []

        def call() -> None:
            with pytest.raises(RuleViolation) as caught:
                client.set_leverage(**ISOLATED)
            ended.append(caught.value)

        threads = [threading.Thread(target=call) for _ in range(5)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len(ended) == 5
    assert paths(sandbox) == ["config"]


def test_several_calls_at_once_read_it_once_in_async(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", position_mode="long_short_mode")
    sandbox.fault(exchange="okx", path=CONFIG, delay_after=0.2)

    async def run() -> list[Any]:
        async with AsyncOkx(of(account), base_url=sandbox.url, **settings(account="read")) as client:
            calls = (client.set_leverage(**ISOLATED) for _ in range(5))
            return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(each) for each in asyncio.run(run())] == [RuleViolation] * 5
    assert paths(sandbox) == ["config"]


def test_a_failure_does_not_outlast_a_later_read(sandbox: Sandbox) -> None:
    """What was read after it is contradicted: that is asked for again at once, and not a minute after the failure."""
    clock = Clock()
    account = sandbox.account("okx", position_mode="long_short_mode")
    sandbox.fault(exchange="okx", path=CONFIG, status=503, body="<html>")
    make = clocked(Okx, monotonic=clock)
    side = {**ISOLATED, "pos_side": "long"}
    with make(of(account), base_url=sandbox.url, **settings(account="read", deadline=1000.0)) as client:
        client.set_leverage(**side)
        clock.now += 10.0
        client.read_account()
        sandbox.change_account(account, position_mode="net_mode")
        with pytest.raises(RequestRefused):
            client.set_leverage(**side)
        with pytest.raises(RuleViolation, match="because the exchange says net_mode"):
            client.set_leverage(**side)
    assert paths(sandbox) == ["config", "set-leverage", "config", "set-leverage", "config"]


def test_an_account_that_is_read_by_itself_changes_no_limit(sandbox: Sandbox) -> None:
    account, limiter = sandbox.account("okx"), Limiter()
    with Okx(of(account), base_url=sandbox.url, **settings(limiter=limiter)) as client:
        assert client.read_account().uid == account.uid
        client.set_leverage(**CROSS)
    assert f"okx:{of(account).account}:set_leverage" in limiter.stats()
    assert f"okx:{account.uid}:set_leverage" not in limiter.stats()


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_several_keys_of_one_account_share_its_limit(sandbox: Sandbox, make: Any) -> None:
    account = sandbox.account("okx", position_mode="long_short_mode")
    other = sandbox.add_key(account)
    keys = [of(account), Credentials(other.api_key, other.secret, other.passphrase)]
    limiter = Limiter()
    for each in keys:
        given = settings(account="read", limiter=limiter)
        if make is Okx:
            with make(each, base_url=sandbox.url, **given) as client:
                client.read_account()
                client.set_leverage(**CROSS)
        else:

            async def run(keys: Credentials = each, given: dict[str, Any] = given) -> None:
                async with make(keys, base_url=sandbox.url, **given) as client:
                    await client.read_account()
                    await client.set_leverage(**CROSS)

            asyncio.run(run())
    granted = {key: stats.granted for key, stats in limiter.stats().items()}
    assert granted == {
        f"okx:{keys[0].account}:get_account_config": 1,
        f"okx:{keys[1].account}:get_account_config": 1,
        f"okx:{keys[0].account}:set_leverage": 1,  # what was sent under the key's own name may still count
        f"okx:{keys[1].account}:set_leverage": 1,
        f"okx:{account.uid}:set_leverage": 2,
    }


@pytest.mark.parametrize("make", [Okx, AsyncOkx])
def test_what_was_sent_with_a_longer_deadline_counts_for_as_long_as_it_may(sandbox: Sandbox, make: Any) -> None:
    """A view's request without a response may count for 600 s and a while: until then slots are under both names."""
    account, clock = sandbox.account("okx", position_mode="long_short_mode"), Clock()
    sandbox.fault(exchange="okx", close="before")
    limiter = Limiter(clock=clock)
    given: dict[str, Any] = {"base_url": sandbox.url, **settings(account="read", limiter=limiter, read_back="never")}
    client: Any = clocked(make, monotonic=clock)(of(account), **given)
    longer = client.with_options(deadline=600.0, retries=0)

    async def run() -> None:
        for call in (longer.set_leverage, client.read_account):
            with contextlib.suppress(TransportError):
                found = call(**CROSS) if call == longer.set_leverage else call()
                if make is AsyncOkx:
                    await found
        for _ in range(2):
            found = client.set_leverage(**CROSS)
            if make is AsyncOkx:
                await found
            clock.now += 500.0
        if make is AsyncOkx:
            await client.aclose()
        else:
            client.close()

    asyncio.run(run())
    granted = {key: stats.granted for key, stats in limiter.stats().items()}
    own, shared = f"okx:{of(account).account}:set_leverage", f"okx:{account.uid}:set_leverage"
    assert (granted[own], granted[shared]) == (3, 2)


def test_an_account_that_is_given_is_never_read(sandbox: Sandbox) -> None:
    account = sandbox.account("okx", position_mode="long_short_mode")
    with Okx(of(account), base_url=sandbox.url, **settings()) as client:
        client.read_account()
        client.set_leverage(**ISOLATED, pos_side="long")
        assert client.violations({"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}) == ()
        assert client.account is None
    assert paths(sandbox) == ["config", "set-leverage"]


def test_violations_tells_what_is_known_and_sends_nothing(sandbox: Sandbox) -> None:
    body = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"}
    account = sandbox.account("okx", position_mode="long_short_mode")
    with Okx(of(account), base_url=sandbox.url, **settings(account="read")) as client:
        assert client.violations(body) == ()
        assert paths(sandbox) == []
        client.read_account()
        assert [each.rule for each in client.violations(body)] == ["okx/hedge-isolated-needs-side"]


@pytest.mark.parametrize("account", ["Read", "auto", "", 5])
def test_any_other_word_is_refused(account: Any) -> None:
    with pytest.raises(ConfigurationError, match="account is ") as caught:
        Okx(CREDENTIALS, account=account)
    assert caught.value.fix == 'give OkxAccount(...) or "read"'
