"""Requests as the console shows them: what was said, what came of it and why; nobody's live credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from leverset.sandbox._console_view import describe, summarise
from leverset.sandbox._limits import TokenBucket
from tests.sandbox.caller import PERP, START, SWAP, Caller, bitget_timestamp, okx_data, okx_timestamp

LIVE = "7b1f0c9e-live-key-of-somebody"


def last(sandbox: Sandbox) -> dict[str, Any]:
    return summarise(sandbox._state, sandbox._state.log.latest(1)[0])


def details(caller: Caller) -> dict[str, Any]:
    found = caller.admin("GET", f"requests/{caller.sandbox._state.log.total}")
    assert found.status_code == 200
    described: dict[str, Any] = found.json()
    assert described == json.loads(json.dumps(describe(caller.sandbox._state, caller.sandbox._state.log.latest(1)[0])))
    return described


def test_a_request_that_was_applied(caller: Caller) -> None:
    caller.clock.now += 2.5
    okx_data(caller.okx(query=""))
    assert last(caller.sandbox) == {
        "sequence": 1,
        "arrived": 2.5,
        "at": START + 2.5,
        "who": "OKX single_currency/long_short_mode",
        "method": "POST",
        "path": "/api/v5/account/set-leverage",
        "query": "",
        "said": [["instId", "BTC-USDT-SWAP"], ["lever", "5"], ["mgnMode", "isolated"], ["posSide", "long"]],
        "lane": caller.sandbox._state.limits.latest(1)[0].id,
        "admitted": True,
        "outcome": "applied",
        "pending": False,
        "status": 200,
        "code": "0",
        "refusal": None,
        "fault": None,
    }
    found = details(caller)
    assert json.loads(found["body"]) == SWAP
    assert json.loads(found["response_body"])["code"] == "0"
    headers = dict(found["headers"])
    assert headers["ok-access-key"] == caller.sandbox.api_key
    assert headers["ok-access-sign"].endswith("="), "a signature that is right, by a key of this sandbox"
    assert headers["ok-access-passphrase"] == "(redacted, 16 characters)"
    assert headers["content-type"] == "application/json"
    assert found["signature"] is None
    assert ["content-type", "application/json"] in found["response_headers"]


def test_what_became_of_a_request(caller: Caller) -> None:
    caller.read("okx", "/api/v5/account/config")
    assert last(caller.sandbox)["outcome"] == "answered"
    number = caller.sandbox.fault(close="before", apply=False)
    with pytest.raises(Exception, match="disconnected"):
        caller.okx()
    found = _done(caller)
    assert (found["outcome"], found["status"]) == ("cut", None)
    assert found["fault"] == {"id": number, "text": "close 'before', apply False"}
    assert details(caller)["response_body"] is None
    caller.sandbox.clear_faults()
    assert last(caller.sandbox)["fault"] is None
    entry = caller.sandbox._state.log.latest(1)[0]
    entry.done = False
    assert last(caller.sandbox)["outcome"] == "waiting"
    caller.sandbox.fault()
    okx_data(caller.okx())
    assert last(caller.sandbox)["fault"]["text"] == "nothing"
    caller.client.get(f"{caller.sandbox.url}/elsewhere?x=1")
    found = last(caller.sandbox)
    assert (found["who"], found["path"], found["query"], found["said"]) == ("no exchange", "/elsewhere", "x=1", None)


def _done(caller: Caller) -> dict[str, Any]:
    """The last request, once the sandbox knows that its connection is gone; the client may know it sooner."""
    for _ in range(1000):
        if caller.sandbox._call(lambda: caller.sandbox._state.log.latest(1)[0].done):
            break
    return last(caller.sandbox)


def test_whose_key_it_is(caller: Caller) -> None:
    caller.client.get(f"{caller.sandbox.url}/api/v5/public/time")
    assert last(caller.sandbox)["who"] == "OKX, no key"
    caller.okx(headers={"OK-ACCESS-SIGN": "x"})
    assert last(caller.sandbox)["who"] == "OKX, key of single_currency/long_short_mode"
    caller.bitget(headers={"ACCESS-KEY": LIVE})
    assert last(caller.sandbox)["who"] == "Bitget, unknown key"


# --- why


def refusal(caller: Caller) -> tuple[str, str]:
    found = last(caller.sandbox)["refusal"]
    assert found["msg"]
    return found["step"], found["why"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            {**SWAP, "posSide": "net"},
            "the account is in long_short_mode: posSide is long or short for an isolated contract",
        ),
        ({**SWAP, "mgnMode": "cross"}, "in cross margin posSide is net, or left out"),
        ({**SWAP, "lever": "126"}, "the highest leverage here is 125"),
        ({**SWAP, "lever": "0.001"}, "the lowest leverage here is 0.01"),
        ({**SWAP, "lever": 5}, "'lever' has to be a text, in quotation marks"),
        ({**SWAP, "lever": "5x"}, "a leverage is a text with a positive decimal number, without sign or exponent"),
        ({**SWAP, "mgnMode": "crossed"}, "mgnMode is isolated or cross"),
        ({**SWAP, "posSide": "buy"}, "posSide is long, short or net, or left out"),
        ({**SWAP, "leverage": "5"}, "'leverage' is no documented field"),
        ({**SWAP, "instId": "NONE"}, "no instrument of this name is listed here"),
        ({**SWAP, "instId": "BTC-USDT"}, "posSide applies to FUTURES and SWAP only"),
        ({"lever": "5", "mgnMode": "cross"}, "one of instId and ccy is required"),
        ({"lever": "5", "mgnMode": "isolated", "ccy": "BTC"}, "ccy is for cross margin only"),
        (
            {"lever": "5", "mgnMode": "cross", "ccy": "BTC"},
            "ccy needs the account level multi_currency; this account's is single_currency",
        ),
        ({"instId": "BTC-USDT", "mgnMode": "cross"}, "lever is required here"),
        (b"", "the request has to have a body"),
        (b"[]", "the body has to be one JSON object, with each name once"),
    ],
)
def test_the_rule_that_okx_refuses_by(caller: Caller, body: Any, why: str) -> None:
    caller.okx(body)
    assert refusal(caller) == ("rules", why)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({**PERP, "leverage": "126"}, "the highest leverage here is 125"),
        ({**PERP, "leverage": "0.5"}, "the lowest leverage here is 1"),
        ({**PERP, "marginCoin": "BTC"}, "the margin coin is not the symbol's"),
        ({**PERP, "marginCoin": "usdt"}, "marginCoin is written in capitals and digits"),
        ({**PERP, "holdSide": "buy"}, "holdSide is long or short, or left out"),
        ({**PERP, "symbol": "NONE"}, "the product type has no such symbol here"),
        ({**PERP, "more": "1"}, "'more' is no documented field"),
        ({**PERP, "symbol": ""}, "symbol is required here"),
        (
            {name: value for name, value in PERP.items() if name != "holdSide"},
            "in isolated margin and hedge_mode holdSide is long or short",
        ),
    ],
)
def test_the_rule_that_bitget_refuses_by(caller: Caller, body: Any, why: str) -> None:
    caller.bitget(body)
    assert refusal(caller) == ("rules", why)


@pytest.mark.parametrize(
    ("exchange", "headers", "why"),
    [
        ("okx", {"OK-ACCESS-KEY": None}, "OK-ACCESS-KEY is required"),
        ("okx", {"OK-ACCESS-TIMESTAMP": "now"}, "the timestamp has to look like 2020-12-08T09:08:57.715Z"),
        ("okx", {"OK-ACCESS-KEY": LIVE}, "the key is none of this sandbox's: they are new at every start"),
        ("okx", {"OK-ACCESS-PASSPHRASE": LIVE}, "the passphrase is not the one of this key"),
        (
            "okx",
            {"OK-ACCESS-TIMESTAMP": okx_timestamp(START - 60)},
            "the timestamp is 60.0 s behind the sandbox's clock; 30 s are allowed",
        ),
        ("okx", {"x-simulated-trading": "1"}, "the key is of the live environment, the request is for demo"),
        ("bitget", {"ACCESS-SIGN": None}, "ACCESS-SIGN is required"),
        ("bitget", {"ACCESS-TIMESTAMP": "now"}, "the timestamp has to be milliseconds since 1970, in digits"),
        (
            "bitget",
            {"ACCESS-TIMESTAMP": bitget_timestamp(START + 3600)},
            "the timestamp is 3,600.0 s ahead of the sandbox's clock; 30 s are allowed",
        ),
        ("bitget", {"paptrading": "1"}, "the key is of the live environment, the request is for demo"),
    ],
)
def test_what_is_wrong_with_the_credentials(
    caller: Caller, exchange: str, headers: dict[str, str | None], why: str
) -> None:
    caller.request(exchange, headers=headers)
    assert refusal(caller) == ("credentials", why)


@pytest.mark.parametrize(
    ("method", "path", "why"),
    [
        ("GET", "/api/v5/account/nothing", "this sandbox has no such path"),
        ("GET", "/api/v5/account/set-leverage", "this path takes POST"),
        ("POST", "/api/v2/public/time", "this path takes GET"),
    ],
)
def test_a_request_that_reaches_no_endpoint(caller: Caller, method: str, path: str, why: str) -> None:
    caller.client.request(method, caller.sandbox.url + path)
    assert refusal(caller) == ("address", why)


@pytest.mark.parametrize(("window", "begin"), [("sliding", 2.0), ("fixed", 2.5), ("token_bucket", 2.0)])
def test_which_requests_filled_the_window(caller: Caller, window: str, begin: float) -> None:
    caller.sandbox.configure(window=window, phase=0.5)
    okx_data(caller.okx())  # does not count any more when the next ones come
    caller.clock.now += begin
    for _ in range(5):
        okx_data(caller.okx())
    caller.clock.now += 0.1
    assert caller.okx().status_code == 429
    found = last(caller.sandbox)["refusal"]
    assert (found["step"], found["why"]) == ("limit", "5 requests per 2 s are used up")
    assert found["holders"] == [2, 3, 4, 5, 6]
    lane = caller.sandbox._state.limits.latest(1)[0].describe()
    assert lane["window"] == window
    assert ("edge" in lane, "spent" in lane) == (window == "fixed", window == "token_bucket")


def test_a_bucket_that_is_full_again_has_no_holders() -> None:
    bucket = TokenBucket(2, 1.0)
    assert list(bucket.holders) == []
    assert [bucket.admit(now, sequence) for now, sequence in ((0.0, 1), (0.0, 2), (1.0, 3))] == [True] * 3
    assert list(bucket.holders) == [3], "the tokens of the others are back"


def test_a_body_too_long(caller: Caller) -> None:
    caller.okx(b"x" * 70_000)
    assert refusal(caller) == ("address", "no documented body is that long")


# --- bounds


def test_everything_is_bounded(caller: Caller) -> None:
    caller.okx(b'{"instId":"' + b"x" * 60_000 + b'"}', query="?" + "q" * 5000, headers={"User-Agent": "u" * 5000})
    found = details(caller)
    assert len(json.dumps(found)) < 40_000
    assert found["body"].endswith("…")
    assert len(found["query"]) == 300
    assert found["said"] == [["instId", "x" * 59 + "…"]]
    caller.okx({str(index): "x" for index in range(13)})
    assert last(caller.sandbox)["said"] is None
    caller.okx({"instId": ["<b>"]})
    assert last(caller.sandbox)["said"] == [["instId", "['<b>']"]]
    caller.okx(b"\xff<script>")
    assert details(caller)["body"] == "\\xff<script>"


def test_a_request_that_is_not_in_the_log(caller: Caller) -> None:
    assert caller.admin("GET", "requests/1").status_code == 404
    caller.okx()
    assert [caller.admin("GET", f"requests/{number}").status_code for number in (0, 1, 2)] == [404, 200, 404]
    assert "not in the log" in caller.admin("GET", "requests/7").json()["error"]


# --- nobody's live credentials


def test_credentials_of_others_are_shown_nowhere(caller: Caller) -> None:
    sent = {
        "OK-ACCESS-KEY": LIVE,
        "OK-ACCESS-PASSPHRASE": "my-live-passphrase",
        "OK-ACCESS-SIGN": "bXktbGl2ZS1zaWduYXR1cmU=",
        "ACCESS-KEY": "my-other-live-key",
        "X-API-SECRET": "my-live-secret",
        "Authorization": "Bearer my-live-token",
        "Cookie": "session=my-live-session",
        "short": "abc",
    }
    body = {
        **SWAP,
        "apiKey": LIVE,
        "secretKey": "in-the-body",
        "note": f"key {LIVE} ... my-live-secret",
        "other": "abc",
    }
    caller.okx(body, query=f"?key=in-the-query&x={LIVE}&y=fine", headers=sent)
    found = json.dumps(details(caller))
    for secret in (*sent.values(), "in-the-body", "in-the-query", caller.sandbox.passphrase):
        assert secret == "abc" or secret not in found, secret
    assert "y=fine" in found
    assert '["other", "abc"]' in found, "too short to be one, and a word like others"
    headers = dict(details(caller)["headers"])
    assert headers["ok-access-key"] == f"(redacted, {len(LIVE)} characters)"
    assert headers["authorization"] == "(redacted, 20 characters)"
    assert headers["short"] == "(redacted, 3 characters)"


def test_credentials_sent_to_the_wrong_place_are_shown_nowhere(caller: Caller) -> None:
    caller.client.get(
        f"{caller.sandbox.url}/wrong/path?api_key=in-the-query", headers={"X-MBX-APIKEY": LIVE, "Host": "localhost"}
    )
    found = details(caller)
    assert LIVE not in json.dumps(found)
    assert found["query"] == "api_key=(redacted)"
    assert dict(found["headers"])["host"] == "localhost"


def test_a_secret_that_ends_nowhere_is_not_shown(caller: Caller) -> None:
    caller.okx(b'{"secret": "unfinished-secret')
    assert "unfinished" not in json.dumps(details(caller))
