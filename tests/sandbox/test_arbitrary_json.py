"""Whatever is sent, the response is a success or a refusal, nothing fails inside, and the next call works."""

import json
import logging
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leverset.sandbox._config import SandboxConfig
from leverset.sandbox._faults import Fault
from tests.sandbox.caller import JSON, PERP, SWAP, Caller, okx_data

NUMBERS = st.one_of(
    st.sampled_from([0, 1, -1, 2**63, 10**12, 10**400, 1e18, 1e308, float("inf"), float("nan")]),
    st.integers(),
    st.floats(),
    st.integers(0, 3),
)
TEXTS = st.one_of(st.sampled_from(["", "okx", "/api/v5/account/set-leverage", "\n", "é", "before", "fixed"]), st.text())
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.text(st.characters(), max_size=5))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
PARTS = {
    "exchange_code": st.fixed_dictionaries({"code": TEXTS}, optional={"msg": TEXTS, "status": st.integers(190, 610)}),
    "trickle": st.fixed_dictionaries({"bytes": NUMBERS, "seconds": NUMBERS}),
    "headers": st.dictionaries(TEXTS, TEXTS, max_size=3),
    "status": st.integers(190, 610),
    "close": st.sampled_from(["before", "headers", "middle", "after"]),
    "repeat": st.integers(-1, 50) | st.just(10**12),
    "latency_in": st.lists(NUMBERS, min_size=2, max_size=2),
}


def documents(names: list[str]) -> st.SearchStrategy[Any]:
    """Objects of these names with values that are often, but not always, of the right kind; and anything else."""
    known = {name: PARTS[name] if name in ("repeat",) else PARTS.get(name, VALUES) | VALUES for name in names}
    return st.fixed_dictionaries({}, optional=known) | st.one_of(
        *[st.fixed_dictionaries({name: strategy}) for name, strategy in known.items()], VALUES
    )


def raw(document: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    text = document.map(lambda value: json.dumps(value).encode())
    cut = st.tuples(text, st.integers(0, 40)).map(lambda pair: pair[0][: len(pair[0]) - pair[1]])
    return text | cut | st.binary() | st.integers(1, 20_000).map(lambda depth: b"[" * depth)


VALID_FAULTS = st.fixed_dictionaries(
    {},
    optional={
        "apply": st.booleans(),
        "delay_before": st.floats(0, 86400),
        "exchange_code": st.fixed_dictionaries({"code": st.text()}, optional={"status": st.integers(200, 599)}),
        "replace": st.dictionaries(st.sampled_from(["lever", "code", "data", "msg"]), st.none() | st.integers(0, 9)),
        "null": st.lists(st.sampled_from(["lever", "code", "data"])),
        "drop": st.lists(st.sampled_from(["lever", "code", "data"])),
        "redirect": st.sampled_from(["/", "http://127.0.0.1:9/"]),
        "status": st.integers(200, 599) | st.sampled_from([204, 304]),
        "headers": st.just({"x": "", "date": "y"}),
        "body": st.text(max_size=9),
        "repeat": st.integers(1, 50),
        "date_offset": st.floats(-1e9, 1e9),
        "chunked": st.booleans(),
        "content_length": st.integers(0, 300) | st.just(10**15),
        "trickle": st.fixed_dictionaries({"bytes": st.integers(1, 2**20), "seconds": st.floats(0, 86400)}),
        "close": st.sampled_from(["before", "headers", "middle", "after"]),
        "reset": st.booleans(),
    },
)
QUICK = settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _no_errors_inside(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An exception inside the server ends in its log."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def send(caller: Caller, method: str, path: str, body: bytes) -> None:
    response = caller.admin(method, path, content=body, headers=JSON)
    assert response.status_code // 100 in (2, 4), (response.status_code, response.text[:200])
    if response.status_code >= 400:
        assert set(response.json()) == {"error"}


def check_call(caller: Caller) -> None:
    """A call works as it should once settings and faults are at their start."""
    caller.sandbox.reset(settings=True)
    caller.clock.reset()
    okx_data(caller.okx())


@QUICK
@given(body=raw(documents([field.name for field in fields(Fault)])))
def test_any_json_as_a_fault(caller: Caller, body: bytes) -> None:
    send(caller, "POST", "faults", body)
    # Over a connection of its own: one that a fault cuts must not be used for what comes after it.
    with httpx.Client(trust_env=False) as client:
        try:
            Caller(caller.sandbox, caller.clock, client).okx()
        except httpx.HTTPError:
            assert caller.sandbox.faults(), "only a fault may cut the connection"
    assert caller.admin("GET", "faults").status_code == 200
    assert caller.admin("GET", "requests").status_code == 200
    caller.sandbox.clear_faults()
    check_call(caller)


@QUICK
@given(body=raw(documents([field.name for field in fields(SandboxConfig)])))
def test_any_json_as_settings(caller: Caller, body: bytes) -> None:
    send(caller, "PATCH", "settings", body)
    assert caller.okx().status_code in (200, 401)
    assert caller.admin("GET", "settings").status_code == 200
    check_call(caller)


@QUICK
@given(body=raw(documents(["settings"])))
def test_any_json_as_a_reset(caller: Caller, body: bytes) -> None:
    send(caller, "POST", "reset", body)
    check_call(caller)


@QUICK
@given(body=raw(documents(["level", "position_mode", "environment", "uid"])))
def test_any_json_as_an_account_change(caller: Caller, body: bytes) -> None:
    send(caller, "PATCH", "accounts/okx/single_currency/long_short_mode", body)
    assert caller.okx().status_code in (200, 401)
    check_call(caller)


@QUICK
@given(body=raw(documents([*SWAP, *PERP])), lenient=st.booleans(), exchange=st.sampled_from(["okx", "bitget"]))
def test_any_body_to_an_exchange(caller: Caller, body: bytes, lenient: bool, exchange: str) -> None:
    caller.sandbox.configure(lenient=lenient, limits=False)
    response = caller.request(exchange, body=body)
    assert response.status_code in (200, 400)
    assert isinstance(response.json()["code"], str)
    check_call(caller)


@QUICK
@given(fault=VALID_FAULTS, method=st.sampled_from(["POST", "HEAD", "GET", "PUT"]))
def test_any_combination_of_faults(caller: Caller, fault: dict[str, Any], method: str) -> None:
    caller.sandbox.fault(**fault)
    try:
        caller.okx(method=method)
    except httpx.HTTPError:
        assert set(fault) & {"close", "content_length", "status", "chunked"}, "nothing else may cut the connection"
    check_call(caller)
