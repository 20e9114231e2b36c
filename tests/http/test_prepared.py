"""A request before it has a slot: where it goes, what it has in its head, under which limit, and what refuses it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from dataclasses import replace
from typing import Any

import httpx
import pytest
from leverset_okx.operations import EXCHANGE, SET_LEVERAGE, RateLimit

from leverset import ConfigurationError, Limiter, Okx, TransportError
from leverset._http._messages import Origin
from leverset._http.attempt import RequestAttempt
from leverset._http.transport import Transport, _address
from leverset.limits._moved import MovedLimiter
from tests.caller import CREDENTIALS, FORMS, call, settings
from tests.clock import Clock, clocked
from tests.server import Raw, Server, http
from tests.stand_ins import NOWHERE
from tests.system.hostile import success

PATH = SET_LEVERAGE.path
BODY = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}


def transport(**given: Any) -> Transport:
    """The one of a client."""
    return Okx(CREDENTIALS, base_url=NOWHERE, **settings(**given))._transport


def begun(one: Transport, target: str = PATH) -> RequestAttempt:
    """An attempt at a request with this path and query."""
    path, _, query = target.partition("?")
    params, headers = dict(httpx.QueryParams(query)), {"Content-Type": "application/json"}
    request = one.prepare(method="post", url=path, params=params, headers=headers, json=BODY)
    return one.attempt(request, one._config, deadline=None, max_wait=None)


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://exchange.test", "CONNECT exchange.test:443"),
        ("https://exchange.test:80", "CONNECT exchange.test:80"),
        ("http://127.0.0.1", "POST http://127.0.0.1:80/api/v5/account/set-leverage"),
        ("http://127.0.0.1:443", "POST http://127.0.0.1:443/api/v5/account/set-leverage"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_request_goes_to_the_port_of_the_address_or_that_of_its_scheme(form: str, url: str, head: str) -> None:
    with Raw(http(502, b"")) as proxy:
        call("okx", form, url, proxy=f"http://127.0.0.1:{proxy.port}")
    [arrived] = proxy.arrived
    assert f"{arrived.method} {arrived.target}" == head


@pytest.mark.parametrize(("scheme", "first"), [("http", b"C"), ("https", b"\x16")])
@pytest.mark.parametrize("form", FORMS)
def test_a_proxy_is_spoken_to_over_tls_where_its_address_says_so(form: str, scheme: str, first: bytes) -> None:
    seen: list[bytes] = []
    with Server(lambda peer: seen.append(peer.socket.recv(1))) as proxy:
        call("okx", form, "https://exchange.test", proxy=f"{scheme}://127.0.0.1:{proxy.port}")
    assert seen == [first]


def test_a_proxy_has_port_80_unless_its_address_names_another() -> None:
    assert _address(httpx.Proxy("http://proxy.test")) == Origin("http", "proxy.test", 80)
    assert _address(httpx.Proxy("http://proxy.test:3128")) == Origin("http", "proxy.test", 3128)
    assert _address(httpx.Proxy("http://user:pass@proxy.test")).authorization == b"Basic dXNlcjpwYXNz"


@pytest.mark.parametrize("form", FORMS)
def test_the_head_says_who_sends_it_and_what_is_accepted(form: str) -> None:
    with Raw(http(200, success("okx"))) as server:
        assert call("okx", form, server.url).outcome == "success"
    [arrived] = server.arrived
    names = ("host", "user-agent", "accept", "content-type")
    assert [arrived.header(name) for name in names] == [
        f"127.0.0.1:{server.port}",
        "leverset",
        "*/*",
        "application/json",
    ]


def test_headers_of_httpxs_own_connection_are_left_out() -> None:
    request = httpx.Request(
        "POST", NOWHERE + PATH, headers={"Connection": "close", "Transfer-Encoding": "chunked", "X-Other": "1"}
    )
    prepared = transport().prepare_from(request, b"{}")
    assert prepared.headers == {"x-other": "1"}
    assert (prepared.operation.name, prepared.target, prepared.body) == ("set_leverage", PATH, b"{}")


@pytest.mark.parametrize("url", ["https://127.0.0.1:9", "http://localhost:9", "http://127.0.0.1:8"])
def test_a_request_to_another_origin_is_refused_with_the_way_out(url: str) -> None:
    with pytest.raises(ConfigurationError, match="does not sign requests to") as caught:
        transport().prepare_from(httpx.Request("POST", url + PATH), b"{}")
    assert caught.value.fix == "use a path of its own exchange"


def test_a_path_outside_the_spec_is_refused_with_the_way_to_add_it() -> None:
    with pytest.raises(ConfigurationError, match="POST /other is not in the spec of okx") as caught:
        transport().prepare(method="post", url="/other")
    assert caught.value.fix == "add it to the spec and run make gen: without its limit it is not sent"


@pytest.mark.parametrize("limiter", [object(), Limiter, ""])
def test_what_is_no_limiter_is_refused_with_those_there_are(limiter: Any) -> None:
    with pytest.raises(ConfigurationError, match="limiter is ") as caught:
        transport(limiter=limiter)
    assert caught.value.fix == "give Limiter(), SQLiteLimiter(path) or RedisLimiter(url)"


def test_a_body_is_the_shortest_json_in_utf_8() -> None:
    assert transport().prepare(method="post", url=PATH).body == b""
    body = transport().prepare(method="post", url=PATH, json={"a": "ü", "b": [1, None]}).body
    assert body == '{"a":"ü","b":[1,null]}'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        transport().prepare(method="post", url=PATH, json={"a": float("nan")})


def test_a_query_is_part_of_the_target_where_there_is_one() -> None:
    one = transport()
    assert one.prepare(method="post", url=PATH, params={"a": "1 2", "b": "3"}).target == f"{PATH}?a=1+2&b=3"
    assert one.prepare(method="post", url=PATH, params={}).target == PATH
    assert one.prepare(method="post", url=PATH).headers == {}
    assert one.prepare(method="post", url=PATH, headers={"a": "b"}).headers == {"a": "b"}


@pytest.mark.off_contract("the spec's operation has one limit; here each instrument has its own")
def test_a_limit_may_be_of_each_value_of_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    each = replace(SET_LEVERAGE, limit_per="instId")
    monkeypatch.setattr(Okx, "exchange", replace(EXCHANGE, operations={(each.method, each.path): each}))
    one = transport()
    whole = f"okx:{CREDENTIALS.account}:set_leverage"
    assert begun(one, f"{PATH}?a=b&instId=BTC-USDT").key == f"{whole}:BTC-USDT"
    assert begun(one).key == f"{whole}:"
    assert begun(one).rate.requests == 1000


def test_slots_are_counted_for_another_name_once() -> None:
    limiter = Limiter()
    one = transport(limiter=limiter)
    one.count_for(CREDENTIALS.account)
    assert one._limiter is limiter, "it is the name that they are counted for"
    one.count_for("uid-1")
    moved = one._limiter
    assert isinstance(moved, MovedLimiter)
    one.count_for("uid-2")
    assert one._limiter is moved


def test_both_names_count_until_the_longest_call_and_its_window_are_over() -> None:
    clock, rate = Clock(), RateLimit(requests=1000, seconds=60.0, scope="user")
    limiter = Limiter(clock=clock)
    given = settings(limiter=limiter, rate_limits={"set_leverage": rate}, deadline=20.0)
    one = clocked(Okx, monotonic=clock)(CREDENTIALS, base_url=NOWHERE, **given)._transport
    one.count_for("uid-1")
    began, longest = clock.now, 20.0 + 60.0 + limiter.late_delivery_grace
    for seconds in (longest - 1, longest + 1):
        clock.now = began + seconds
        slot = one._limiter.acquire(begun(one).key, rate, lease=1.0, max_wait=1.0)
        one._limiter.release(slot, "not_sent")
    granted = {key: stats.granted for key, stats in limiter.stats().items()}
    assert granted == {f"okx:{CREDENTIALS.account}:set_leverage": 1, "okx:uid-1:set_leverage": 2}


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_transport_begins_nothing(form: str) -> None:
    one = transport()
    one.close() if form == "sync" else asyncio.run(one.aclose())
    with pytest.raises(ConfigurationError, match="this client is closed"):
        begun(one)


@pytest.mark.parametrize("form", FORMS)
def test_a_failure_that_is_dropped_is_gone(form: str) -> None:
    """Without waiting for the collector: an exception in a frame of its own traceback would be a circle."""
    one = transport()

    async def drop() -> weakref.ref[TransportError]:
        try:
            one.send(begun(one)) if form == "sync" else await one.send_async(begun(one))
        except TransportError as error:
            return weakref.ref(error)
        raise AssertionError("nobody is there")

    async def left() -> TransportError | None:
        failure = await drop()
        await asyncio.sleep(0)  # what woke this task up holds the failure
        return failure()

    gc.disable()
    try:
        assert asyncio.run(left()) is None
    finally:
        gc.enable()
