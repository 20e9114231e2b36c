"""Signing agrees with what other clients sent, byte for byte, by itself and through the whole client."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import leverset_bitget.operations
import leverset_okx.operations
import pytest

from leverset import Bitget, Credentials, Limiter, Okx
from leverset._http import signing
from leverset._protocols import Exchange
from tests.server import Loopback

EXCHANGES: dict[str, Exchange] = {
    "okx": leverset_okx.operations.EXCHANGE,
    "bitget": leverset_bitget.operations.EXCHANGE,
}
SUCCESS: dict[str, Any] = {"okx": {"code": "0", "msg": "", "data": []}, "bitget": {"code": "00000", "data": None}}
FILES = {path.name: json.loads(path.read_text()) for path in sorted(Path(__file__).parents[1].glob("vectors/*.json"))}
VECTORS = [
    pytest.param(vector, id=f"{name}-{number}-{vector['case']}-{vector['via']}")
    for name, file in FILES.items()
    for number, vector in enumerate(file["vectors"])
]


def credentials(vector: dict[str, Any]) -> Credentials:
    given = vector["credentials"]
    return Credentials(given["key"], given["secret"], given["passphrase"])


def recorded(vector: dict[str, Any], name: str) -> str:
    """The header as the other client sent it."""
    [value] = [value for key, value in vector["headers"] if key.lower() == name.lower()]
    return str(value)


def test_all_vectors_are_here() -> None:
    assert {name: len(file["vectors"]) for name, file in FILES.items()} == {
        "bitget-api-client.json": 11,
        "ccxt-bitget.json": 11,
        "ccxt-okx.json": 10,
        "python-okx.json": 11,
    }


@pytest.mark.parametrize("vector", VECTORS)
def test_every_recorded_signature_is_reproduced(vector: dict[str, Any]) -> None:
    exchange = EXCHANGES[vector["exchange"]]
    headers = signing.headers(
        exchange,
        credentials(vector),
        method=vector["method"],
        target=vector["target"],
        body=base64.b64decode(vector["body_b64"]),
        milliseconds=vector["timestamp_ms"],
    )
    names = exchange.signed_headers
    assert headers[names.signature] == vector["signature"]
    assert headers[names.timestamp] == vector["timestamp"]
    assert headers == {name: recorded(vector, name) for name in headers}
    assert len(headers) == 4


@pytest.mark.off_contract("bodies as other clients sent them, byte for byte")
@pytest.mark.parametrize("vector", VECTORS)
def test_the_bare_client_sends_every_recorded_signature(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: vector["timestamp_ms"] * 1_000_000)
    make = Okx if vector["exchange"] == "okx" else Bitget
    body = base64.b64decode(vector["body_b64"])
    with (
        Loopback(SUCCESS[vector["exchange"]]) as server,
        make(credentials(vector), base_url=server.url, limiter=Limiter()) as client,
    ):
        client.client.get_httpx_client().request(
            vector["method"], vector["target"], content=body, headers={"Content-Type": "application/json"}
        )
    [seen] = server.seen
    assert (seen.method, seen.target, seen.body) == (vector["method"], vector["target"], body)
    for name in ("key", "signature", "timestamp", "passphrase"):
        header = getattr(EXCHANGES[vector["exchange"]].signed_headers, name)
        assert seen.header(header) == recorded(vector, header)


def test_a_changed_byte_is_a_changed_signature() -> None:
    vector = FILES["python-okx.json"]["vectors"][0]
    given = ["POST", vector["target"], base64.b64decode(vector["body_b64"])]
    good = signing.signature(vector["credentials"]["secret"], vector["timestamp"], *given)
    assert good == vector["signature"]
    for position, other in ((0, "GET"), (1, vector["target"] + "?"), (2, given[2] + b" ")):
        changed = [*given[:position], other, *given[position + 1 :]]
        assert signing.signature(vector["credentials"]["secret"], vector["timestamp"], *changed) != good
    assert signing.signature("other", vector["timestamp"], *given) != good
    assert signing.signature(vector["credentials"]["secret"], "other", *given) != good


def test_the_method_is_signed_in_capitals() -> None:
    assert signing.signature("s", "1", "post", "/x", b"") == signing.signature("s", "1", "POST", "/x", b"")


@pytest.mark.parametrize(
    ("milliseconds", "iso"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_607_418_537_715, "2020-12-08T09:08:57.715Z"),
        (1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
        (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_timestamps_lose_no_millisecond(milliseconds: int, iso: str) -> None:
    assert signing.timestamp("iso8601-milliseconds", milliseconds) == iso
    assert signing.timestamp("epoch-milliseconds", milliseconds) == str(milliseconds)
