"""The log of requests: fields, filters, bounds."""

import base64
import json

import pytest

from leverset.sandbox._messages import Request, Response
from leverset.sandbox._request_log import KEPT, KEPT_BODY, RequestLog
from tests.sandbox.caller import BITGET_PATH, OKX_PATH, SWAP, Caller, code


def test_log_entry_fields(caller: Caller) -> None:
    caller.clock.now += 2.5
    response = caller.okx(query="?a=%31&b")
    caller.bitget(b"not json")
    caller.admin("GET", "accounts")
    log = caller.admin("GET", "requests").json()
    assert (log["total"], len(log["requests"])) == (2, 2), "admin requests are not logged"
    assert log["requests"] == caller.sandbox.requests()
    first, second = log["requests"]
    assert base64.b64decode(first.pop("body_b64")) == response.request.content
    assert base64.b64decode(first.pop("response_body_b64")) == response.content
    assert first.pop("response_headers") == [[name, value] for name, value in response.headers.items()]
    headers = dict(first.pop("headers"))
    assert headers["ok-access-key"] == caller.sandbox.api_key
    assert headers["ok-access-passphrase"] == "(redacted)"
    assert first == {
        "sequence": 1,
        "arrived": 2.5,
        "exchange": "okx",
        "account": "single_currency/long_short_mode",
        "method": "POST",
        "path": OKX_PATH,
        "query": "a=%31&b",
        "admitted": True,
        "applied": True,
        "pending": False,
        "applied_at": 2.5,
        "state_version": 1,
        "fault_id": None,
        "refusal": None,
        "response_code": "0",
        "response_status": 200,
        "response_bytes": len(response.content),
    }
    assert (second["exchange"], second["path"], second["response_code"]) == ("bitget", BITGET_PATH, "40409")
    assert (second["admitted"], second["applied"], second["state_version"]) == (True, False, 0)
    assert caller.sandbox.passphrase not in json.dumps(log)


def test_log_names_the_account_only_after_authentication(caller: Caller) -> None:
    caller.okx(headers={"OK-ACCESS-SIGN": "wrong"})
    caller.client.get(f"{caller.sandbox.url}/elsewhere")
    first, second = caller.sandbox.requests()
    assert (first["account"], first["admitted"], first["state_version"]) == (None, False, None)
    assert (second["exchange"], second["response_status"], second["path"]) == (None, 404, "/elsewhere")


def test_log_filters_and_clear(caller: Caller) -> None:
    for _ in range(2):
        caller.okx()
        caller.bitget()
    okx = caller.admin("GET", "requests?exchange=okx&after=1").json()["requests"]
    assert [entry["sequence"] for entry in okx] == [3]
    assert [entry["sequence"] for entry in caller.sandbox.requests("bitget")] == [2, 4]
    assert caller.admin("GET", "requests?after=x").status_code == 400
    assert caller.admin("DELETE", "requests").status_code == 204
    assert caller.admin("GET", "requests").json() == {"total": 0, "requests": []}
    caller.okx()
    assert [entry["sequence"] for entry in caller.sandbox.requests()] == [1]
    caller.sandbox.clear()
    assert caller.sandbox.requests() == []


def test_log_keeps_a_bounded_number_of_requests() -> None:
    log = RequestLog()
    request = Request("GET", "/", "/", [], b"")
    for _ in range(KEPT + 5):
        log.add(request, None, 0.0)
    kept = [entry.sequence for entry in log.entries()]
    assert (log.total, len(kept), kept[0], kept[-1]) == (KEPT + 5, KEPT, 6, KEPT + 5)


def test_log_keeps_a_bounded_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leverset.sandbox._request_log.KEPT_BYTES", 1000)
    log = RequestLog()
    for size in (300, 300, 300, 10, 500):
        log.add(Request("GET", "/", "/", [("name", "value")], b"x" * size), None, 0.0)
    assert [entry.sequence for entry in log.entries()] == [3, 4, 5]
    log.clear()
    log.add(Request("GET", "/", "/", [("name", "v" * 2000)], b""), None, 0.0)
    assert [entry.sequence for entry in log.entries()] == [1], "the newest is always there"


def test_log_keeps_the_beginning_of_a_long_response() -> None:
    entry = RequestLog().add(Request("GET", "/", "/", [], b""), None, 0.0)
    entry.record_response(Response(200, b"abc", {}), [], 100_000)
    assert (entry.response_bytes, len(entry.response_body or b"")) == (300_000, KEPT_BODY)
    assert (entry.response_body or b"")[-4:] == b"abca"
    entry.record_response(Response(200, b"", {}), [], 5)
    assert (entry.response_bytes, entry.response_body) == (0, b"")


def test_oversized_body_is_413(caller: Caller) -> None:
    body = json.dumps({**SWAP, "lever": "5" * 300_000}).encode()
    response = caller.okx(body)
    assert (response.status_code, code(response)) == (413, "413")
    [entry] = caller.sandbox.requests()
    assert (entry["body_b64"], entry["account"]) == ("", None)
    caller.sandbox.clear()
    assert caller.okx().is_success
