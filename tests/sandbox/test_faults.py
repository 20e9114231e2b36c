"""Scripted faults: matching requests, handling of the request, content of the response."""

from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.caller import PERP, START, Caller, bitget_data, code, okx_data


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def statuses(caller: Caller, count: int) -> list[int]:
    return [caller.okx().status_code for _ in range(count)]


# -- matching requests


def test_times_and_nth(caller: Caller) -> None:
    caller.sandbox.fault(status=500)
    assert statuses(caller, 3) == [500, 200, 200]
    caller.sandbox.fault(status=503, nth=2, times=2)
    assert statuses(caller, 4) == [200, 503, 503, 200]
    caller.sandbox.fault(status=502, times=None)
    assert statuses(caller, 3) == [502] * 3
    caller.sandbox.clear_faults()
    assert statuses(caller, 1) == [200]


def test_faults_take_effect_in_their_order(caller: Caller) -> None:
    caller.sandbox.fault(status=501)
    caller.sandbox.fault(status=502)
    caller.sandbox.fault(status=504, nth=4)
    assert statuses(caller, 5) == [501, 502, 200, 504, 200]
    assert [(item["matched"], item["triggered"]) for item in caller.sandbox.faults()] == [(5, 1)] * 3


def test_fault_of_one_exchange_account_or_path(caller: Caller) -> None:
    other = caller.sandbox.account("okx", level="portfolio")
    caller.sandbox.fault(exchange="bitget", status=501)
    caller.sandbox.fault(account=other.name, status=502)
    caller.sandbox.fault(path="/api/v5/public/time", status=503)
    caller.sandbox.fault(path="/elsewhere", exchange_code={"code": "1", "msg": "no"})
    assert caller.okx().status_code == 200
    assert caller.okx(account=other).status_code == 502
    assert caller.bitget().status_code == 501
    get = caller.client.get
    assert get(f"{caller.sandbox.url}/api/v2/public/time").status_code == 200
    assert get(f"{caller.sandbox.url}/api/v5/public/time").status_code == 503
    assert get(f"{caller.sandbox.url}/elsewhere").json() == {"code": "1", "msg": "no"}


def test_log_has_the_fault_id(caller: Caller) -> None:
    number = caller.sandbox.fault(status=500, nth=2)
    statuses(caller, 2)
    assert [entry["fault_id"] for entry in caller.sandbox.requests()] == [None, number]


def test_faults_over_admin_endpoints(caller: Caller) -> None:
    url = f"{caller.sandbox.url}/_sandbox/faults"
    created = caller.client.post(url, json={"status": 500})
    assert created.status_code == 201
    [listed] = caller.client.get(url).json()["faults"]
    assert listed == {**created.json(), "fault": {"status": 500}, "matched": 0, "triggered": 0}
    assert caller.client.post(url, json={"status": 1000}).json() == {
        "error": "status must be an HTTP status from 200 to 599, not 1000"
    }
    assert caller.client.delete(url).status_code == 204
    assert statuses(caller, 1) == [200]


# -- handling of the request


def test_success_without_applying(caller: Caller) -> None:
    caller.sandbox.fault(apply=False)
    assert okx_data(caller.okx())["lever"] == "5"
    [entry] = caller.sandbox.requests()
    assert (entry["admitted"], entry["applied"], entry["state_version"]) == (True, False, 0)
    assert caller.sandbox.leverage("okx") == []
    caller.sandbox.fault(apply=False)
    assert bitget_data(caller.bitget())["longLeverage"] == "20"
    assert caller.sandbox.leverage("bitget") == []


def test_refusal_of_an_applied_request(caller: Caller) -> None:
    caller.sandbox.fault(exchange_code={"code": "50004", "msg": "timeout", "status": 400})
    assert code(caller.okx()) == "50004"
    assert caller.sandbox.leverage("okx")[0]["lever"] == "5"


def test_delays(caller: Caller) -> None:
    caller.sandbox.configure(limits=True)
    caller.sandbox.fault(delay_before=3, delay_after=4)
    caller.okx()
    assert caller.clock.slept == [3.0, 4.0]
    assert caller.sandbox.requests()[0]["arrived"] == 3.0


# -- content of the response


def test_exchange_codes_come_in_the_exchanges_envelope(caller: Caller) -> None:
    described = {"code": "50026", "msg": "internal", "status": 500}
    caller.sandbox.fault(exchange_code=described)
    caller.sandbox.fault(exchange="okx", nth=2, exchange_code={"code": "59000", "msg": "orders"})
    caller.sandbox.fault(exchange="bitget", exchange_code={"code": "45001"})
    gateway, endpoint, bitget = caller.okx(), caller.okx(), caller.bitget()
    assert (gateway.status_code, gateway.json()) == (500, {"msg": "internal", "code": "50026"})
    assert (endpoint.status_code, endpoint.json()) == (200, {"code": "59000", "data": [], "msg": "orders"})
    assert bitget.json() == {"code": "45001", "msg": "", "requestTime": round(START * 1000), "data": None}
    assert [entry["response_code"] for entry in caller.sandbox.requests()] == ["50026", "59000", "45001"]


def test_edits_of_a_success(caller: Caller) -> None:
    caller.sandbox.fault(replace={"lever": "7", "extra": 1}, null=["mgnMode"], drop=["posSide", "msg"])
    caller.sandbox.fault(nth=2, null=["data"])
    caller.sandbox.fault(nth=3, drop=["data"], replace={"code": 0})
    assert caller.okx().json() == {
        "code": "0",
        "data": [{"lever": "7", "mgnMode": None, "instId": "BTC-USDT-SWAP", "extra": 1}],
    }
    assert caller.okx().json() == {"code": "0", "msg": "", "data": None}
    assert caller.okx().json() == {"code": 0, "msg": ""}
    caller.sandbox.fault(replace={"longLeverage": 99, "requestTime": "1627293049406"})
    payload = caller.bitget().json()
    assert (payload["data"]["longLeverage"], payload["requestTime"]) == (99, "1627293049406")
    assert caller.sandbox.leverage("bitget")[0]["lever"] == PERP["leverage"], "the change itself was right"


def test_refusals_are_not_edited(caller: Caller) -> None:
    caller.sandbox.fault(replace={"code": "0"}, drop=["msg"])
    assert caller.okx(b"{").json() == {"code": "50002", "data": [], "msg": "Json data format error"}


def test_any_status_headers_and_body(caller: Caller) -> None:
    headers = {"Content-Type": "text/html", "Retry-After": "1", "X-Empty": ""}
    caller.sandbox.fault(status=520, headers=headers, body="<html>é</html>")
    caller.sandbox.fault(body_b64="/wA=", nth=2)
    response = caller.okx()
    assert (response.status_code, response.content) == (520, "<html>é</html>".encode())
    assert response.headers.get_list("content-type") == ["text/html"]
    assert (response.headers["retry-after"], response.headers["x-empty"]) == ("1", "")
    assert caller.okx().content == b"\xff\x00"
    assert caller.sandbox.requests()[0]["response_code"] is None


def test_bodies_longer_than_their_description(caller: Caller) -> None:
    caller.sandbox.fault(body="0123456789", repeat=100_001)
    response = caller.okx()
    assert response.content == b"0123456789" * 100_001
    assert response.headers["content-length"] == "1000010"
    assert caller.sandbox.requests()[0]["response_bytes"] == 1_000_010


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(caller: Caller, status: int) -> None:
    caller.sandbox.fault(status=status)
    response = caller.okx()
    assert (response.status_code, response.content) == (status, b"")
    assert caller.okx().status_code == 200


def test_redirects(caller: Caller) -> None:
    caller.sandbox.fault(redirect="http://127.0.0.1:9/elsewhere")
    caller.sandbox.fault(redirect="/elsewhere", status=302, nth=2)
    first, second = caller.okx(), caller.okx()
    assert (first.status_code, first.headers["location"]) == (307, "http://127.0.0.1:9/elsewhere")
    assert (second.status_code, second.headers["location"]) == (302, "/elsewhere")


def test_the_date_can_be_off(caller: Caller) -> None:
    caller.sandbox.fault(date_offset=-40)
    assert parsedate_to_datetime(caller.okx().headers["date"]).timestamp() == START - 40
