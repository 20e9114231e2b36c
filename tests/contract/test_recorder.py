"""What leverset sends is right to the last byte, and the recorder would notice if it were not."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import leverset_bitget.api.account.set_leverage as bitget_set_leverage
import leverset_bitget.models
import leverset_okx.api.account.set_leverage as okx_set_leverage
import leverset_okx.models
import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, Credentials, Limiter, Okx
from leverset.sandbox import Sandbox
from leverset.sandbox._request_log import Entry, RequestLog
from tests.contract.conformance import RoundTrip, request_problems, response_problems
from tests.contract.recorder import Recorder
from tests.contract.specs import header_names, load

OKX: dict[str, Any] = {"lever": "5", "mgn_mode": "isolated", "inst_id": "BTC-USDT-SWAP", "pos_side": "long"}
BITGET: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "product_type": "USDT-FUTURES",
    "margin_coin": "USDT",
    "leverage": 20,
    "hold_side": "short",
}


async def _okx_async(credentials: Credentials, url: str) -> None:
    async with AsyncOkx(credentials, base_url=url) as client:
        await client.set_leverage(**OKX)


async def _bitget_async(credentials: Credentials, url: str) -> None:
    async with AsyncBitget(credentials, base_url=url) as client:
        await client.set_leverage(**BITGET)


def _okx(credentials: Credentials, url: str) -> None:
    with Okx(credentials, base_url=url) as client:
        client.set_leverage(**OKX)


def _okx_bare(credentials: Credentials, url: str) -> None:
    with Okx(credentials, base_url=url) as client:
        body = leverset_okx.models.SetLeverageRequest.from_dict({"ccy": "", "instId": "BTC-USDT", **CROSS})
        assert okx_set_leverage.sync(client=client.client, body=body)


CROSS = {"lever": "5", "mgnMode": "cross"}


def _bitget(credentials: Credentials, url: str) -> None:
    with Bitget(credentials, base_url=url) as client:
        client.set_leverage(**BITGET)


def _bitget_bare(credentials: Credentials, url: str) -> None:
    with Bitget(credentials, base_url=url) as client:
        fields = {"symbol": "btcusdt", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "20"}
        body = leverset_bitget.models.SetLeverageRequest.from_dict({**fields, "holdSide": "long"})
        assert bitget_set_leverage.sync(client=client.client, body=body)


CALLS: dict[str, Callable[[Credentials, str], None]] = {
    "okx": _okx,
    "okx-async": lambda credentials, url: asyncio.run(_okx_async(credentials, url)),
    "okx-bare": _okx_bare,
    "bitget": _bitget,
    "bitget-async": lambda credentials, url: asyncio.run(_bitget_async(credentials, url)),
    "bitget-bare": _bitget_bare,
}


def round_trip(call: Callable[[Credentials, str], None], monkeypatch: pytest.MonkeyPatch) -> RoundTrip:
    """The request of one call as it was sent, and the response to it."""
    recorder = Recorder()
    recorder.listen(monkeypatch)
    with Sandbox() as sandbox:
        call(Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase), sandbox.url)
    [(_, one)] = recorder.arrived()
    return one


@pytest.mark.parametrize("name", CALLS)
def test_requests_of_the_layer_match_the_spec(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = round_trip(CALLS[name], monkeypatch)
    assert list(request_problems(one)) == []
    assert list(response_problems(one)) == []


def test_timestamp_is_taken_after_the_wait_for_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sixth call waits a second for its slot; a timestamp from before it would be that much old on arrival."""
    recorder = Recorder()
    recorder.listen(monkeypatch)
    with Sandbox() as sandbox, monkeypatch.context() as patch:
        credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
        wall: list[float] = []
        add = RequestLog.add

        def note_moment(log: RequestLog, *given: Any) -> Entry:
            wall.append(time.time())
            return add(log, *given)

        patch.setattr(RequestLog, "add", note_moment)
        with Bitget(credentials, base_url=sandbox.url, limiter=Limiter()) as client:
            for _ in range(6):
                client.set_leverage(**BITGET)
    name = header_names("bitget")["timestamp"].lower()
    stamps = [int(dict(one.headers)[name]) / 1000 for _, one in recorder.arrived()]
    assert wall[5] - wall[0] > 0.9
    assert [stamp for stamp, moment in zip(stamps, wall, strict=True) if moment - stamp > 0.5] == []


# --- one thing wrong at a time


@pytest.fixture(params=["okx", "bitget"])
def good(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RoundTrip:
    return round_trip(CALLS[request.param], monkeypatch)


def _with(one: RoundTrip, name: str, value: str | None) -> RoundTrip:
    others = tuple(header for header in one.headers if header[0].lower() != name.lower())
    return replace(one, headers=others if value is None else (*others, (name, value)))


def _said(one: RoundTrip, words: str) -> None:
    found = list(request_problems(one))
    assert any(re.search(words, problem) for problem in found), found


def test_missing_or_repeated_header_is_reported(good: RoundTrip) -> None:
    for name in header_names(good.exchange).values():
        _said(_with(good, name, None), f"the signing header {name} is missing")
        value = next(value for other, value in good.headers if other.lower() == name.lower())
        _said(replace(good, headers=(*good.headers, (name, value))), "was sent 2 times")
    _said(_with(good, "Content-Type", None), "content-type is None")
    _said(_with(good, "Content-Type", "text/plain"), "content-type is 'text/plain'")
    _said(_with(good, "Accept-Encoding", "gzip"), "accept-encoding")


def test_header_in_no_spec_is_reported(good: RoundTrip) -> None:
    _said(_with(good, "X-Forwarded-For", "127.0.0.1"), "x-forwarded-for is in no spec")
    demo = load(good.exchange)["x-demo-header"]
    _said(_with(good, demo["name"], "0"), f"header {demo['name']} is '0'")
    assert list(request_problems(_with(good, demo["name"], demo["value"]))) == []


def test_missing_fixed_header_is_reported(good: RoundTrip) -> None:
    for name in load(good.exchange).get("x-headers", {}):
        for value in (None, "de-DE"):
            _said(_with(good, name, value), f"{good.exchange}/example-headers: {name}")


def test_signature_over_other_bytes_is_reported(good: RoundTrip) -> None:
    words = "the signature is not over the exact bytes"
    _said(replace(good, body=good.body + b" "), words)
    _said(replace(good, body=good.body.replace(b'":"', b'": "')), words)
    _said(replace(good, target=f"{good.target}?a=1"), words)
    names = header_names(good.exchange)
    key = next(value for name, value in good.headers if name.lower() == names["key"].lower())
    _said(replace(good, keys={key: frozenset({("another", "one")})}), words)
    _said(replace(good, keys={}), "belongs to no client")
    _said(_with(good, names["passphrase"], "another"), words)


def test_timestamp_in_another_form_is_reported(good: RoundTrip) -> None:
    name = header_names(good.exchange)["timestamp"]
    for wrong in ("1659076670", "2020-12-08T09:08:57Z", "2020-12-08T09:08:57.715123Z", "2020-12-08 09:08:57.715", ""):
        _said(_with(good, name, wrong), "timestamp")


def test_wrong_body_is_reported_with_its_sentence(good: RoundTrip) -> None:
    field = {"okx": b"lever", "bitget": b"leverage"}[good.exchange]
    _said(replace(good, body=good.body.replace(field, b"Lever")), f"{good.exchange}/{field.decode()}-is-required")
    _said(replace(good, body=good.body[:-1]), "not JSON")
    _said(replace(good, body=good.body[:-1] + b',"' + field + b'":"5"}'), "twice")
    _said(replace(good, body=b"[]"), "the body is")
    _said(replace(good, target=f"{good.target}s"), "is not in the spec")
    _said(replace(good, method="PUT"), "is not in the spec")


def test_wrong_response_is_reported(good: RoundTrip) -> None:
    assert good.response is not None
    code = load(good.exchange)["x-envelope"]["success-code"].encode()
    for status, response, words in (
        (200, b"<html>", "not JSON"),
        (200, b"[]", "not of type"),
        (200, b'{"code":5}', "5 is not of type"),
        (200, b'{"code":"5","code":"6"}', "twice"),
        (200, b'{"code":"31337","msg":"","data":null}', "not in the spec's table of errors"),
        (201, good.response, "for a success"),
        (200, b'{"code":"%s","msg":"","data":null}' % code, "a success without data"),
    ):
        found = list(response_problems(replace(good, status=status, response=response)))
        assert any(words in problem for problem in found), (response, found)
    wrong_status = {"okx": ("50102", 200), "bitget": ("40009", 200)}[good.exchange]
    response = b'{"code":"%s","msg":"","data":null}' % wrong_status[0].encode()
    assert any("gives" in problem for problem in response_problems(replace(good, status=200, response=response)))
