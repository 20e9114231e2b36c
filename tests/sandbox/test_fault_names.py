"""Faults by their names: what each does on both exchanges, and what is refused."""

import base64
import json
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from leverset.sandbox import Account, Sandbox
from leverset.sandbox._bounds import DAY
from leverset.sandbox._fault_names import NAMES
from leverset.sandbox._registry import EXCHANGES
from tests.sandbox.caller import Caller, code

both = pytest.mark.parametrize("exchange", EXCHANGES)


def opened(caller: Caller, exchange: str, name: str, **options: object) -> Account:
    account = caller.sandbox.open_account(exchange)
    caller.sandbox.named_fault(name, account, **options)
    return account


def levers(caller: Caller, account: Account) -> list[str]:
    return [one["lever"] for one in caller.sandbox.leverage(account.exchange, account)]


@both
@pytest.mark.parametrize("applied", [False, True])
def test_a_timeout(caller: Caller, exchange: str, applied: bool) -> None:
    account = opened(caller, exchange, "timeout", applied=applied)
    caller.request(exchange, account=account)
    assert caller.clock.slept == [DAY]
    assert bool(levers(caller, account)) is applied


@both
@pytest.mark.parametrize("name", ["disconnect", "truncated"])
@pytest.mark.parametrize("applied", [False, True])
def test_a_connection_that_ends(caller: Caller, exchange: str, name: str, applied: bool) -> None:
    account = opened(caller, exchange, name, applied=applied)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.request(exchange, account=account)
    assert bool(levers(caller, account)) is applied
    [entry] = caller.sandbox.requests(account=account)
    assert (entry["response_status"] is None) is (name == "disconnect")


def test_a_change_that_comes_later_needs_no_second_option(sandbox: Sandbox) -> None:
    sandbox.named_fault("disconnect", sandbox.account("okx"), applied_after=0.3)
    [queued] = sandbox.faults()
    assert queued["fault"] == {
        "exchange": "okx",
        "account": "single_currency/long_short_mode",
        "close": "before",
        "apply": True,
        "apply_after": 0.3,
    }


@both
def test_the_defaults_lose_the_request_or_the_response(caller: Caller, exchange: str) -> None:
    found = {}
    for name in ("timeout", "disconnect", "truncated", "server_error", "html", "wrong_value"):
        account = opened(caller, exchange, name)
        with suppress(httpx.RemoteProtocolError):
            caller.request(exchange, account=account)
        found[name] = bool(levers(caller, account))
    assert [name for name, applied in found.items() if applied] == ["truncated", "wrong_value"]


@both
def test_delayed(caller: Caller, exchange: str) -> None:
    account = opened(caller, exchange, "delayed", seconds=4)
    assert code(caller.request(exchange, account=account)) in ("0", "00000")
    assert caller.clock.slept == [4.0]
    assert levers(caller, account)


@pytest.mark.parametrize(
    ("exchange", "name", "status", "expected"),
    [
        ("okx", "server_error", 503, "50001"),
        ("okx", "rate_limited", 429, "50011"),
        ("okx", "clock_skew", 401, "50102"),
        ("bitget", "server_error", 503, "40015"),
        ("bitget", "rate_limited", 429, "429"),
        ("bitget", "clock_skew", 400, "40008"),
    ],
)
def test_refusals_have_the_exchanges_own_codes(
    caller: Caller, exchange: str, name: str, status: int, expected: str
) -> None:
    account = opened(caller, exchange, name)
    response = caller.request(exchange, account=account)
    assert (response.status_code, code(response)) == (status, expected)
    assert levers(caller, account) == []
    [entry] = caller.sandbox.requests(account=account)
    assert entry["refusal"] is None, "the exchange itself had nothing against it"
    skew = parsedate_to_datetime(response.headers["date"]).timestamp() - caller.clock.wall()
    assert skew == (31 if name == "clock_skew" else 0)


@both
def test_a_refusal_of_ones_own(caller: Caller, exchange: str) -> None:
    account = opened(caller, exchange, "refused", code="59108", message="Low leverage", status=400, times=2)
    for _ in range(2):
        response = caller.request(exchange, account=account)
        assert (response.status_code, code(response), response.json()["msg"]) == (400, "59108", "Low leverage")
    assert levers(caller, account) == []
    assert code(caller.request(exchange, account=account)) in ("0", "00000")


@both
def test_a_gateways_page(caller: Caller, exchange: str) -> None:
    response = caller.request(exchange, account=opened(caller, exchange, "html"))
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert "502 Bad Gateway" in response.text


@both
def test_another_value_is_reported(caller: Caller, exchange: str) -> None:
    account = opened(caller, exchange, "wrong_value", lever="77")
    data: Any = caller.request(exchange, account=account).json()["data"]
    [entry] = caller.sandbox.requests(account=account)
    sent = json.loads(base64.b64decode(str(entry["body_b64"])))
    reported = {name: value for name, value in (data[0] if isinstance(data, list) else data).items() if value == "77"}
    assert set(reported) == set(EXCHANGES[exchange].lever_fields)
    assert levers(caller, account) == [sent.get("lever") or sent.get("leverage")]


def test_another_endpoint(caller: Caller) -> None:
    account = opened(caller, "okx", "rate_limited", path="/api/v5/account/config", nth=2)
    assert code(caller.okx(account=account)) == "0"
    found = [code(caller.read("okx", "/api/v5/account/config", account)) for _ in range(3)]
    assert found == ["0", "50011", "0"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("tiemout", {}, r"there is no fault 'tiemout': one of \['timeout', 'disconnect', .*'wrong_value'\]"),
        (None, {}, "there is no fault None"),
        ("timeout", {"aplied": True}, "timeout has no option 'aplied': one of .*'applied', 'applied_after', 'times'"),
        ("timeout", {"applied": "yes"}, "applied must be true or false"),
        ("timeout", {"applied_after": -1}, "applied_after must be a number from 0"),
        ("delayed", {}, "the fault delayed needs seconds="),
        ("delayed", {"seconds": "4"}, "seconds must be a number"),
        ("refused", {}, "the fault refused needs code="),
        ("wrong_value", {"lever": 5}, "lever must be a text"),
        ("html", {"times": 0}, "times must be an integer"),
    ],
)
def test_what_is_refused(sandbox: Sandbox, name: Any, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sandbox.named_fault(name, sandbox.account("okx"), **options)
    assert sandbox.faults() == []


@pytest.mark.parametrize(
    ("name", "missing"), [("server_error", "unavailable"), ("clock_skew", "expired"), ("wrong_value", "lever_fields")]
)
def test_an_exchange_that_does_not_name_what_a_fault_needs(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str, missing: str
) -> None:
    monkeypatch.setattr(EXCHANGES["okx"], missing, None)
    with pytest.raises(ValueError, match=f"the sandbox has no fault {name} of OKX"):
        sandbox.named_fault(name, sandbox.account("okx"))
    assert name in NAMES
