"""Access to the admin endpoints: loopback hosts, loopback origins, JSON bodies."""

import socket

import pytest

from leverset.sandbox._access import is_loopback_host
from tests.sandbox.caller import Caller, okx_data

LOOPBACK = ("127.0.0.1", "127.0.0.1:8765", "127.1.2.3:1", "localhost", "LOCALHOST:80", "[::1]", "[::1]:8765")
FOREIGN = (
    *("", "evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.evil.example", "localhost."),
    *(
        "0.0.0.0",  # noqa: S104 - that is one it refuses
        "10.0.0.1",
        "127.0.0.1@evil.example",
        "127.0.0.1:x",
        "127.0.0.1:",
        "127.1",
        "127.00.0.1",
        "2130706433",
    ),
    *("[::]", "[::1", "::1", "[::2]:80", "[127.0.0.1]", "[::1%evil]", "localhost/", "localhost\n", "127.0.0.１"),
)
ENDPOINTS = [
    ("GET", "accounts"),
    ("GET", "accounts/okx/spot/net_mode"),
    ("PATCH", "accounts/okx/spot/net_mode"),
    ("GET", "requests"),
    ("DELETE", "requests"),
    ("GET", "settings"),
    ("PATCH", "settings"),
    ("GET", "faults"),
    ("POST", "faults"),
    ("DELETE", "faults"),
    ("POST", "reset"),
    ("GET", "unknown"),
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_hosts(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_hosts(host: str) -> None:
    assert not is_loopback_host(host)


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8765"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "file://"},
        {"Origin": "http://127.0.0.1, http://evil.example"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_pages_are_refused(caller: Caller, method: str, path: str, headers: dict[str, str]) -> None:
    caller.okx()
    caller.sandbox.fault(status=500, nth=9)
    before = (caller.sandbox.describe(), caller.sandbox.faults(), caller.sandbox.requests(), caller.sandbox.configure())
    response = caller.admin(method, path, json={}, headers=headers)
    assert (response.status_code, list(response.json())) == (403, ["error"])
    assert "loopback" in response.json()["error"]
    assert caller.sandbox.api_key not in response.text
    after = (caller.sandbox.describe(), caller.sandbox.faults(), caller.sandbox.requests(), caller.sandbox.configure())
    assert after == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost:8765"},
        {"Origin": "http://127.0.0.1:8765"},
        {"Origin": "https://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://[::1]:3000"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_loopback_pages_are_served(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.admin("GET", "accounts", headers=headers).status_code == 200
    assert caller.admin("POST", "reset", json={}, headers=headers).status_code == 204


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "faults"), ("POST", "reset"), ("PATCH", "settings"), ("PATCH", "accounts/okx/a/b")]
)
def test_changes_need_json_content(caller: Caller, method: str, path: str, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    caller.sandbox.configure(seed=7)
    response = caller.admin(method, path, content=b'{"status":500,"settings":true}', headers=headers)
    assert response.status_code == 415
    assert "application/json" in response.json()["error"]
    assert (caller.sandbox.faults(), caller.sandbox.configure()["seed"]) == ([], 7)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_content_types(caller: Caller, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    assert caller.admin("POST", "faults", content=b'{"status":500}', headers=headers).status_code == 201


def test_delete_needs_no_content_type(caller: Caller) -> None:
    assert caller.admin("DELETE", "faults").status_code == 204


@pytest.mark.parametrize(
    "path", ["/_sandbox/accounts", "/%5fsandbox/accounts", "http://evil.example/_sandbox/accounts"]
)
@pytest.mark.parametrize("lines", ["", "Host: evil.example\r\n", "Host: evil.example\r\nHost: localhost\r\n"])
def test_raw_requests_without_a_loopback_host(caller: Caller, path: str, lines: str) -> None:
    host, port = caller.sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n{lines}\r\n".encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.split(b" ")[1] in (b"403", b"404", b"400")
    assert caller.sandbox.api_key.encode() not in received


def test_exchange_endpoints_take_any_host(caller: Caller) -> None:
    okx_data(caller.okx(headers={"Host": "exchange.example"}))
