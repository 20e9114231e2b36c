"""The log of requests."""

import base64
import json

from leverset.sandbox._messages import Reply, Request
from leverset.sandbox._request_log import KEPT, KEPT_BODY, Journal
from tests.sandbox.caller import BITGET_PATH, OKX_PATH, SWAP, Caller, code


def test_the_log_holds_every_byte(caller: Caller) -> None:
    caller.clock.now += 2.5
    response = caller.okx(query="?a=%31&b")
    caller.bitget(b"not json")
    caller.control("GET", "accounts")
    log = caller.control("GET", "requests").json()
    assert (log["total"], len(log["requests"])) == (2, 2), "control is not logged"
    assert log["requests"] == caller.sandbox.requests()
    first, second = log["requests"]
    assert base64.b64decode(first.pop("body_b64")) == response.request.content
    assert base64.b64decode(first.pop("reply_b64")) == response.content
    assert first.pop("reply_headers") == [[name, value] for name, value in response.headers.items()]
    headers = dict(first.pop("headers"))
    assert headers["ok-access-key"] == caller.sandbox.api_key
    assert headers["ok-access-passphrase"] == "(hidden)"
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
        "state_version": 1,
        "fault": None,
        "code": "0",
        "status": 200,
        "reply_bytes": len(response.content),
    }
    assert (second["exchange"], second["path"], second["code"]) == ("bitget", BITGET_PATH, "40409")
    assert (second["admitted"], second["applied"], second["state_version"]) == (True, False, 0)
    assert caller.sandbox.passphrase not in json.dumps(log)


def test_the_log_knows_nobody_before_the_signature_is_right(caller: Caller) -> None:
    caller.okx(headers={"OK-ACCESS-SIGN": "wrong"})
    caller.client.get(f"{caller.sandbox.url}/elsewhere")
    first, second = caller.sandbox.requests()
    assert (first["account"], first["admitted"], first["state_version"]) == (None, False, None)
    assert (second["exchange"], second["status"], second["path"]) == (None, 404, "/elsewhere")


def test_the_log_can_be_asked_for_parts_and_cleared(caller: Caller) -> None:
    for _ in range(2):
        caller.okx()
        caller.bitget()
    okx = caller.control("GET", "requests?exchange=okx&after=1").json()["requests"]
    assert [entry["sequence"] for entry in okx] == [3]
    assert [entry["sequence"] for entry in caller.sandbox.requests("bitget")] == [2, 4]
    assert caller.control("GET", "requests?after=x").status_code == 400
    assert caller.control("DELETE", "requests").status_code == 204
    assert caller.control("GET", "requests").json() == {"total": 0, "requests": []}
    caller.okx()
    assert [entry["sequence"] for entry in caller.sandbox.requests()] == [1]
    caller.sandbox.clear()
    assert caller.sandbox.requests() == []


def test_the_log_is_bounded() -> None:
    journal = Journal()
    request = Request("GET", "/", "/", [], b"")
    for _ in range(KEPT + 5):
        journal.arrived(request, None, 0.0)
    kept = [entry.sequence for entry in journal.entries()]
    assert (journal.total, len(kept), kept[0], kept[-1]) == (KEPT + 5, KEPT, 6, KEPT + 5)


def test_long_replies_are_kept_in_part() -> None:
    entry = Journal().arrived(Request("GET", "/", "/", [], b""), None, 0.0)
    entry.answered(Reply(200, b"abc", {}), [], 100_000)
    assert (entry.reply_bytes, len(entry.reply_body or b"")) == (300_000, KEPT_BODY)
    assert (entry.reply_body or b"")[-4:] == b"abca"
    entry.answered(Reply(200, b"", {}), [], 5)
    assert (entry.reply_bytes, entry.reply_body) == (0, b"")


def test_a_body_too_long_is_not_read(caller: Caller) -> None:
    body = json.dumps({**SWAP, "lever": "5" * 300_000}).encode()
    response = caller.okx(body)
    assert (response.status_code, code(response)) == (413, "413")
    [entry] = caller.sandbox.requests()
    assert (entry["body_b64"], entry["account"]) == ("", None)
    caller.sandbox.clear()
    assert caller.okx().is_success
