"""Finding out what a wrong signature was made over; the console marks the difference."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from leverset.sandbox._console_view import describe
from leverset.sandbox._messages import Request
from leverset.sandbox._signature_check import find_signed, form_of
from tests.sandbox.caller import BITGET_PATH, OKX_PATH, PERP, SWAP, Caller, bitget_timestamp, code, okx_timestamp

SPACED, COMPACT = json.dumps(SWAP), json.dumps(SWAP, separators=(",", ":"))
SORTED = json.dumps({"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"})


def shown(caller: Caller) -> dict[str, Any]:
    found = describe(caller.sandbox._state, caller.sandbox._state.log.latest(1)[0])["signature"]
    assert isinstance(found, dict)
    assert caller.sandbox.secret not in json.dumps(found)
    return found


def texts(found: dict[str, Any], side: str) -> dict[str, str]:
    return {part["name"]: "".join(text for _, text in part[side]) for part in found["parts"]}


def others(found: dict[str, Any], side: str) -> dict[str, list[str]]:
    marked = {part["name"]: [text for kind, text in part[side] if kind == "other"] for part in found["parts"]}
    return {name: pieces for name, pieces in marked.items() if pieces}


OKX_CASES: list[tuple[str, Callable[[str], str], str, dict[str, list[str]]]] = [
    (
        "lower case",
        lambda t: f"{t}post{OKX_PATH}{SPACED}",
        "The method was signed in lower case.",
        {"method": ["post"]},
    ),
    ("no method", lambda t: f"{t}{OKX_PATH}{SPACED}", "The method was left out.", {}),
    ("no timestamp", lambda t: f"POST{OKX_PATH}{SPACED}", "The timestamp was left out.", {}),
    ("no body", lambda t: f"{t}POST{OKX_PATH}", "The body was left out.", {}),
    ("no path", lambda t: f"{t}POST{SPACED}", "The path was left out.", {}),
    ("no slash", lambda t: f"{t}POST{OKX_PATH[1:]}{SPACED}", "The path was signed without its first slash.", {}),
    (
        "other blanks",
        lambda t: f"{t}POST{OKX_PATH}{COMPACT}",
        "The body was signed without blanks, and sent otherwise.",
        {},
    ),
    (
        "python",
        lambda t: f"{t}POST{OKX_PATH}{SWAP}",
        "Python's own form of the body was signed, where JSON was sent.",
        {"body": ["'"] * 16},
    ),
    (
        "seconds",
        lambda _: f"1700000000POST{OKX_PATH}{SPACED}",
        "The timestamp was signed as 1700000000, and sent in another form.",
        {"timestamp": ["1700000000"]},
    ),
]


@pytest.mark.parametrize(
    ("signed", "mistake", "marked"), [case[1:] for case in OKX_CASES], ids=[c[0] for c in OKX_CASES]
)
def test_usual_mistakes_are_found(
    caller: Caller, signed: Callable[[str], str], mistake: str, marked: dict[str, list[str]]
) -> None:
    timestamp = okx_timestamp(caller.clock.wall())
    assert code(caller.okx(signed=signed(timestamp))) == "50113"
    found = shown(caller)
    assert (found["found"], found["mistakes"], found["form"]) == (True, [mistake], "")
    assert texts(found, "expected") == {"timestamp": timestamp, "method": "POST", "target": OKX_PATH, "body": SPACED}
    assert "".join(texts(found, "signed").values()) == signed(timestamp)
    if marked:
        assert others(found, "signed") == marked
    assert others(found, "expected") or others(found, "signed")


def test_the_difference_is_marked_where_it_is(caller: Caller) -> None:
    timestamp = okx_timestamp(caller.clock.wall())
    caller.okx(signed=f"{timestamp}POST{OKX_PATH}{COMPACT}")
    found = shown(caller)
    assert others(found, "expected") == {"body": [" "] * 7}
    assert others(found, "signed") == {}
    expected = hmac.digest(caller.sandbox.secret.encode(), f"{timestamp}POST{OKX_PATH}{SPACED}".encode(), "sha256")
    assert found["expected"] == base64.b64encode(expected).decode()
    assert found["sent"] == "(redacted, 44 characters)"


def test_several_mistakes_at_once(caller: Caller) -> None:
    caller.bitget(
        signed=f"{bitget_timestamp(caller.clock.wall())[:-3]}post{BITGET_PATH}{json.dumps(PERP, sort_keys=True)}"
    )
    assert shown(caller)["mistakes"] == [
        "The timestamp was signed as 1700000000, and sent in another form.",
        "The method was signed in lower case.",
        "The body was signed with blanks and with its names in order, and sent otherwise.",
    ]


@pytest.mark.parametrize(
    ("query", "signed", "mistake"),
    [
        ("b=2&a=1", "", "The query was not signed."),
        ("b=2&a=1", "b=2&a=1", "The query was signed without its question mark."),
        ("b=2&a=1", "?a=1&b=2", "The query was signed in another order."),
        ("a=%2C%20", "?a=, ", "The query was signed before it was encoded."),
        ("a=1", "?a=1{}", "{} was signed as the body."),
    ],
)
def test_mistakes_with_a_query(caller: Caller, query: str, signed: str, mistake: str) -> None:
    path = "/api/v5/account/config"
    caller.read("okx", path, None, query, signed=f"{okx_timestamp(caller.clock.wall())}GET{path}{signed}")
    assert shown(caller)["mistakes"] == [mistake]


def test_the_whole_address_was_signed(caller: Caller) -> None:
    caller.okx(signed=f"{okx_timestamp(caller.clock.wall())}POST{caller.sandbox.url}{OKX_PATH}{SPACED}")
    assert shown(caller)["mistakes"] == ["The whole address was signed, where only path and query are."]


def sign(secret: str, caller: Caller, algorithm: str = "sha256") -> bytes:
    message = f"{okx_timestamp(caller.clock.wall())}POST{OKX_PATH}{SPACED}"
    return hmac.new(secret.encode(), message.encode(), algorithm).digest()


@pytest.mark.parametrize(
    ("made", "mistakes", "form"),
    [
        (
            lambda c: sign(c.sandbox.secret, c).hex(),
            ["It is written in hexadecimal digits, where base64 is expected."],
            True,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.secret, c).hex().encode()).decode(),
            ["It is base64 of hexadecimal digits."],
            True,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.secret, c)).decode().rstrip("="),
            ["It is base64 in the form for URLs, or without its padding."],
            True,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.passphrase, c)).decode(),
            ["The passphrase was used as the secret."],
            False,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.api_key, c)).decode(),
            ["The API key was used as the secret."],
            False,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.secret.lower(), c)).decode(),
            ["The secret was used in lower case."],
            False,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.account("okx", position_mode="net_mode").secret, c)).decode(),
            ["It was made with the secret of another key: okx single_currency/net_mode."],
            False,
        ),
        (
            lambda c: base64.b64encode(sign(c.sandbox.secret, c, "sha512")).decode(),
            ["It was made with HMAC-SHA512, where HMAC-SHA256 is expected."],
            True,
        ),
    ],
)
def test_mistakes_of_secret_and_form(
    caller: Caller, made: Callable[[Caller], str], mistakes: list[str], form: bool
) -> None:
    caller.okx(headers={"OK-ACCESS-SIGN": made(caller)})
    found = shown(caller)
    assert (found["mistakes"], bool(found["form"])) == (mistakes, form)
    assert others(found, "signed") == others(found, "expected") == {}


def test_what_cannot_be_found_out_is_said(caller: Caller) -> None:
    caller.okx(headers={"OK-ACCESS-SIGN": base64.b64encode(b"x" * 32).decode()})
    found = shown(caller)
    assert (found["found"], found["mistakes"], found["form"]) == (False, [], "")
    assert texts(found, "expected")["body"] == SPACED
    assert base64.b64encode(b"x" * 32).decode() not in json.dumps(found)


@pytest.mark.parametrize(
    ("sent", "form"),
    [
        (" x", "It has blanks around it."),
        ("ab" * 32, "It is written in hexadecimal digits, where base64 is expected."),
        ("YWJj", "It is base64 of 3 bytes, where 32 are expected."),
        ("é-", "It is no base64."),
        (base64.b64encode(b"x" * 32).decode(), ""),
    ],
)
def test_the_form_of_a_signature(sent: str, form: str) -> None:
    assert form_of(sent) == form


def test_other_people_s_values_in_what_was_signed_are_redacted(caller: Caller) -> None:
    body = {**SWAP, "secretKey": "my-live-secret"}
    caller.okx(
        body, signed=f"{okx_timestamp(caller.clock.wall())}POST{OKX_PATH}{json.dumps(body, separators=(',', ':'))}"
    )
    found = shown(caller)
    assert found["mistakes"] == ["The body was signed without blanks, and sent otherwise."]
    assert "my-live-secret" not in json.dumps(found)


def test_long_and_odd_bodies_cost_little(caller: Caller) -> None:
    timestamp = okx_timestamp(caller.clock.wall())
    long = b'{"instId": "' + b"a " * 20_000 + b'"}'
    caller.okx(long, signed=f"{timestamp}post{OKX_PATH}{long.decode()}")
    found = shown(caller)
    assert found["mistakes"] == ["The method was signed in lower case."]
    caller.okx(long, signed=f"{timestamp}post{OKX_PATH}")
    assert shown(caller)["found"] is False, "of a long body one mistake at a time is looked for"
    long = json.dumps({"instId": ["a"] * 300}).encode()
    caller.okx(long, signed=f"{timestamp}POST{OKX_PATH}{long.decode().replace(' ', '')}")
    found = shown(caller)
    assert others(found, "signed") == {"body": [long.decode().replace(" ", "")]}, "marked as a whole"


def test_texts_beyond_latin_1_are_signed_as_utf_8() -> None:
    body = json.dumps({"instId": "比特币"}, ensure_ascii=False)
    request = Request("POST", "/x", "/x", [], body.encode())
    message = f"1POST/x{json.loads(body)}"
    sent = base64.b64encode(hmac.new(b"s", message.encode(), hashlib.sha256).digest()).decode()
    found = find_signed("s", {}, "1", request, sent)
    assert found is not None
    assert found.mistakes == ("Python's own form of the body was signed, where JSON was sent.",)


@pytest.mark.parametrize("timestamp", ["", "never", "9" * 400, "2020-13-01T00:00:00.000Z"])
def test_odd_timestamps_have_no_other_forms(timestamp: str) -> None:
    request = Request("POST", "/x", "/x", [], b"{" * 3000)
    assert find_signed("s", {}, timestamp, request, "x") is None


def test_iso_and_milliseconds_are_taken_for_each_other(caller: Caller) -> None:
    moment = datetime.fromtimestamp(caller.clock.wall(), UTC)
    caller.bitget(signed=f"{moment:%Y-%m-%dT%H:%M:%S.000Z}POST{BITGET_PATH}{json.dumps(PERP)}")
    assert shown(caller)["mistakes"] == [
        "The timestamp was signed as 2023-11-14T22:13:20.000Z, and sent in another form."
    ]
