"""Bounds of everything that the sandbox takes, over the admin endpoints and in Python."""

import json
import logging
import socket
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.sandbox.caller import JSON, Caller, okx_data

HUGE = 10**400
NUMBERS = [float("nan"), float("inf"), float("-inf"), HUGE, -HUGE, 1e308]
SECONDS = "must be a number from 0 to 86400"
DATE = "must be a number from -1e+09 to 1e+09"

# Field, a value out of bounds, and the range in the message.
SETTINGS: list[tuple[str, Any, str]] = [
    *[("clock_offset", value, f"clock_offset {DATE}") for value in (*NUMBERS, 1e18, 1_000_000_001, None, "1", True)],
    *[("phase", value, f"phase {DATE}") for value in (*NUMBERS, "x", [])],
    *[("latency_in", [0, value], f"latency_in {SECONDS}") for value in (*NUMBERS, 86401, None)],
    *[("latency_out", [value, 1], f"latency_out {SECONDS}") for value in (*NUMBERS, -1)],
    *[("seed", value, "seed must be an integer from -9223372036854775808 to") for value in (HUGE, 2**63, 1.5, "1")],
    ("window", [], "window must be one of"),
    ("window", "x" * 10_000, "window must be one of"),
    ("cross_futures", "", "cross_futures must be one of"),
    ("cross_swaps", "", "cross_swaps must be one of"),
    *[("leverage_as", value, "leverage_as must be one of") for value in ([1], None, "Number", HUGE)],
    ("limits", HUGE, "limits must be true or false"),
    ("x" * 10_000, 1, "unknown setting"),
]
FAULTS: list[tuple[str, Any, str]] = [
    *[("delay_before", value, f"delay_before {SECONDS}") for value in (*NUMBERS, -1, 86401)],
    *[("delay_after", value, f"delay_after {SECONDS}") for value in NUMBERS],
    *[("date_offset", value, f"date_offset {DATE}") for value in NUMBERS],
    *[("nth", value, "nth must be an integer from 1 to 1000000000") for value in (0, 10**9 + 1, HUGE, 1.0)],
    *[("times", value, "times must be an integer from 1 to 1000000000") for value in (0, HUGE, float("inf"))],
    *[("repeat", value, "repeat must be an integer from 1 to 10000000") for value in (0, 10**7 + 1, HUGE)],
    *[("content_length", value, "content_length must be an integer from 0 to") for value in (-1, 10**16, HUGE)],
    *[("trickle", {"bytes": value, "seconds": 0}, "trickle.bytes must be an integer from 1 to 1048576")
      for value in (0, 10**12, HUGE, 1.5)],
    *[("trickle", {"bytes": 1, "seconds": value}, f"trickle.seconds {SECONDS}") for value in (*NUMBERS, -1)],
    *[("status", value, "status must be an HTTP status") for value in (HUGE, 199, 600, 200.0)],
    ("exchange_code", {"code": "1", "status": HUGE}, "exchange_code.status must be an HTTP status"),
    *[("replace", {"lever": value}, "replace.lever must be a number from -1.79769e+308") for value in NUMBERS[:5]],
    ("replace", {"a": [{"b": HUGE}]}, "replace.a.0.b must be a number"),
    ("exchange", [], "exchange must be a text"),
    ("exchange", "x" * 1000, "exchange must be one of"),
    ("account", "x" * 1001, "account must be a text of at most 1000 characters"),
    ("path", "x" * 1001, "path must be a text of at most 1000 characters"),
    *[("redirect", value, "redirect must be a URL that a header can hold") for value in ("a\nb", "é", " /", "\x00")],
    ("redirect", "x" * 8001, "redirect must be a text of at most 8000 characters"),
    ("body", "\ud800", "body must be valid Unicode"),
    ("drop", ["\udfff"], "drop.0 must be valid Unicode"),
    ("replace", {"\ud800": 1}, "replace must be valid Unicode"),
    ("x" * 10_000, 1, "unknown fault field"),
]  # fmt: skip


def check_error(response: Any, message: str) -> None:
    assert response.status_code == 400, response.text[:300]
    assert message in response.json()["error"]
    assert len(response.json()["error"]) < 1000


@pytest.mark.parametrize(("name", "value", "message"), SETTINGS)
def test_settings_out_of_bounds(caller: Caller, name: str, value: Any, message: str) -> None:
    before = caller.sandbox.configure()
    check_error(caller.admin("PATCH", "settings", content=json.dumps({name: value}), headers=JSON), message)
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared below
        caller.sandbox.configure(lenient=True, **{name: value})
    assert message in str(refused.value)
    assert caller.sandbox.configure() == before
    okx_data(caller.okx())


@pytest.mark.parametrize(("name", "value", "message"), FAULTS)
def test_faults_out_of_bounds(caller: Caller, name: str, value: Any, message: str) -> None:
    check_error(caller.admin("POST", "faults", content=json.dumps({name: value}), headers=JSON), message)
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared below
        caller.sandbox.fault(**{name: value})
    assert message in str(refused.value)
    assert caller.sandbox.faults() == []
    okx_data(caller.okx())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not JSON"),
        (b"\xff", "the body is not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "the body is not UTF-8"),
        (b'{"seed":1,"seed":2}', "'seed' twice"),
        (b"[" * 100_000, "at most 32 levels"),
        (b'{"a":' * 100_000, "at most 32 levels"),
        (b'{"seed":' + b"[" * 40 + b"]" * 40 + b"}", "at most 32 levels"),
        (b'{"seed":[' + b"1," * 20_000 + b"1]}", "at most 10000 values"),
        (b'{"seed":1' + b" " * 2**20 + b"}", "at most 1048576 bytes"),
        (b"[]", "a JSON object is expected"),
        (b"null", "a JSON object is expected"),
        (b"1", "a JSON object is expected"),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "settings"), ("POST", "faults"), ("POST", "reset"), ("PATCH", "accounts/okx/spot/net_mode")],
)
def test_bodies_that_are_refused(caller: Caller, method: str, path: str, body: bytes, message: str) -> None:
    response = caller.admin(method, path, content=body, headers=JSON)
    check_error(response, message)
    okx_data(caller.okx())


@pytest.mark.parametrize("value", [b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"-" + b"9" * 5000])
@pytest.mark.parametrize("name", ["seed", "clock_offset"])
def test_numbers_that_are_no_numbers(caller: Caller, name: str, value: bytes) -> None:
    body = b'{"' + name.encode() + b'":' + value + b"}"
    check_error(caller.admin("PATCH", "settings", content=body, headers=JSON), f"{name} must be a")
    okx_data(caller.okx())


@pytest.mark.parametrize("body", [{"settings": "yes"}, {"settings": 1}, {"setting": True}, {"x": None}])
def test_reset_takes_one_boolean(caller: Caller, body: dict[str, Any]) -> None:
    caller.sandbox.configure(seed=1)
    caller.okx()
    response = caller.admin("POST", "reset", json=body)
    assert response.status_code == 400
    assert "settings" in response.json()["error"]
    assert (caller.sandbox.configure()["seed"], len(caller.sandbox.requests())) == (1, 1)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        *[
            (f"after={value}", "after must be an integer from 0 to")
            for value in ("x", "-1", "1.5", "9" * 5000, "٣", "")
        ],
        ("exchange=nowhere", "exchange must be one of"),
        ("exchange=", "exchange must be one of"),
    ],
)
def test_queries_of_the_log_that_are_refused(caller: Caller, query: str, message: str) -> None:
    check_error(caller.admin("GET", f"requests?{query}"), message)


def test_requests_in_python_has_the_same_bounds(caller: Caller) -> None:
    for after in (-1, HUGE, 1.5, True):
        with pytest.raises(ValueError, match="after must be an integer from 0 to"):
            caller.sandbox.requests(after=after)  # type: ignore[arg-type] # that is what it refuses
    with pytest.raises(ValueError, match="exchange must be one of"):
        caller.sandbox.requests("nowhere")


@pytest.mark.parametrize("value", [[], {}, None, HUGE, "x" * 10_000, True])
def test_account_changes_out_of_bounds(caller: Caller, value: Any) -> None:
    response = caller.admin("PATCH", "accounts/okx/spot/net_mode", json={"level": value})
    check_error(response, "level must be one of ['spot', ")
    check_error(caller.admin("PATCH", "accounts/okx/spot/net_mode", json={"x" * 10_000: value}), "cannot be set")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"port": -1}, "port must be an integer from 0 to 65535"),
        ({"port": 65536}, "port must be an integer from 0 to 65535"),
        ({"port": HUGE}, "port must be an integer from 0 to 65535"),
        ({"port": "80"}, "port must be an integer from 0 to 65535"),
        ({"port": True}, "port must be an integer from 0 to 65535"),
        ({"limits": 1}, "limits must be true or false"),
        ({"lenient": "no"}, "lenient must be true or false"),
    ],
)
def test_constructor_arguments_out_of_bounds(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sandbox(**arguments)


def test_values_that_cannot_be_printed(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"clock_offset must be a number from -1e\+09 to 1e\+09, not <int>"):
        sandbox.configure(clock_offset=10**5000)
    with pytest.raises(ValueError, match=r"nth must be an integer from 1 to 1000000000, not <int>"):
        sandbox.fault(nth=10**5000)


def test_fault_that_is_not_json(caller: Caller) -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    wide = [0]
    for _ in range(20):
        wide = [wide] * 100  # type: ignore[list-item] # any depth
    for value, message in (
        (object(), "replace.a must be JSON"),
        (b"x", "replace.a must be JSON"),
        ({1: 2}, "replace.a must have texts as names"),
        (loop, "at most 32 levels"),
        (deep, "at most 32 levels"),
        (wide, "at most 10000 values"),
    ):
        with pytest.raises(ValueError, match=message):
            caller.sandbox.fault(replace={"a": value})
    caller.sandbox.fault(replace={"a": (1, 2)})
    assert caller.okx().json()["data"][0]["a"] == [1, 2]


def test_long_bodies_of_faults(caller: Caller) -> None:
    with pytest.raises(ValueError, match="a fault must have at most 1048576 bytes"):
        caller.sandbox.fault(body="x" * 2**20)
    for body in ({"body": "x" * 1000}, {"body_b64": "AAAA" * 300}):
        with pytest.raises(ValueError, match="body times repeat must have at most 1073741824 bytes"):
            caller.sandbox.fault(**body, repeat=10**7)
    caller.sandbox.fault(body="x" * 1000, repeat=1000, trickle={"bytes": 2**20, "seconds": 86400})
    assert len(caller.okx().content) == 10**6


def test_number_and_size_of_faults(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leverset.sandbox._fault_queue.MAX_FAULTS", 3)
    monkeypatch.setattr("leverset.sandbox._fault_queue.MAX_SIZE", 1000)
    caller.sandbox.fault(body="x" * 900)
    check_error(caller.admin("POST", "faults", json={"body": "x" * 100}), "the faults must have at most 1000 bytes")
    for _ in range(2):
        caller.sandbox.fault()
    check_error(caller.admin("POST", "faults", json={}), "there must be at most 3 faults")
    caller.sandbox.clear_faults()
    caller.sandbox.fault(body="x" * 900)


@pytest.mark.parametrize("offset", [-1e9, 1e9])
def test_clock_and_date_at_their_bounds(caller: Caller, offset: float) -> None:
    caller.sandbox.configure(clock_offset=offset, phase=offset, window="fixed", latency_in=[0, 86400])
    caller.sandbox.fault(date_offset=offset, delay_before=86400, delay_after=86400)
    assert caller.okx(at=caller.clock.now).status_code == 401
    assert caller.client.get(f"{caller.sandbox.url}/api/v2/public/time").status_code == 200


def test_client_that_leaves_amid_an_admin_request(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    host, port = caller.sandbox.url.removeprefix("http://").split(":")
    lines = ("POST /_sandbox/faults HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Content-Length: 9")
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall("\r\n".join((*lines, "", "{")).encode())
        okx_data(caller.okx())
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
