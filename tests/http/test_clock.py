"""A clock that is wrong: learned from the refusal, applied in each exchange's format, retried once, and kept."""

from __future__ import annotations

import asyncio
import json
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from leverset import ClockSkew, LeversetError
from leverset._http._messages import RawResponse
from leverset._http.server_clock import server_milliseconds
from leverset.sandbox import Sandbox
from tests.caller import ASYNC, CREDENTIALS, EXCHANGES, FORMS, SYNC, arguments, settings
from tests.server import Raw, http
from tests.system.faults import credentials

EXPIRED = {"okx": ("50102", 401), "bitget": ("40008", 400)}


def several(
    exchange: str, form: str, url: str, keys: Any, levers: list[str], **changed: Any
) -> tuple[list[Any], float]:
    """The calls of one client, one after the other: what each ended in, and what the client has learned."""
    ends: list[Any] = []

    async def awaited() -> float:
        async with ASYNC[exchange](keys, base_url=url, **settings(**changed)) as client:
            for lever in levers:
                try:
                    ends.append(await client.set_leverage(**arguments(exchange, lever)))
                except LeversetError as error:
                    ends.append(error)
            return float(client.clock_offset)

    if form == "async":
        return ends, asyncio.run(awaited())
    with SYNC[exchange](keys, base_url=url, **settings(**changed)) as client:
        assert client.clock_offset == 0
        for lever in levers:
            try:
                ends.append(client.set_leverage(**arguments(exchange, lever)))
            except LeversetError as error:
                ends.append(error)
        return ends, client.clock_offset


@pytest.mark.parametrize("offset", [-120.0, 120.0])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_it_is_learned_once_and_kept(sandbox: Sandbox, exchange: str, form: str, offset: float) -> None:
    sandbox.configure(clock_offset=offset)
    ends, learned = several(exchange, form, sandbox.url, credentials(sandbox, exchange), ["5", "6"], retries=2)
    assert [isinstance(end, LeversetError) for end in ends] == [False, False]
    codes = [entry["response_code"] for entry in sandbox.requests(exchange)]
    right = "0" if exchange == "okx" else "00000"
    assert codes == [EXPIRED[exchange][0], right, right], "one retry for the first call, none for the second"
    assert abs(learned - offset) < 2.0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_without_retries_the_next_call_has_the_right_time(sandbox: Sandbox, exchange: str, form: str) -> None:
    sandbox.configure(clock_offset=120.0)
    ends, learned = several(exchange, form, sandbox.url, credentials(sandbox, exchange), ["5", "6"], retries=0)
    assert [type(end).__name__ for end in ends] == [
        "ClockSkew",
        "OkxLeverage" if exchange == "okx" else "BitgetLeverage",
    ]
    assert ends[0].outcome == "refused"
    assert len(sandbox.requests(exchange)) == 2
    assert abs(learned - 120.0) < 2.0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_exchange_that_always_says_expired_is_asked_twice(sandbox: Sandbox, exchange: str, form: str) -> None:
    code, status = EXPIRED[exchange]
    sandbox.fault(exchange_code={"code": code, "status": status}, apply=False, times=None)
    ends, _ = several(exchange, form, sandbox.url, credentials(sandbox, exchange), ["5"], retries=5)
    assert isinstance(ends[0], ClockSkew)
    assert (ends[0].outcome, len(ends[0].attempts), len(sandbox.requests(exchange))) == ("refused", 2, 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_refusal_without_a_time_is_not_retried(form: str) -> None:
    body = json.dumps({"code": "50102", "msg": "Timestamp request expired"}).encode()
    with Raw(http(401, body)) as server:
        ends, learned = several("okx", form, server.url, CREDENTIALS, ["5"], retries=2)
    assert isinstance(ends[0], ClockSkew)
    assert (len(server.arrived), learned) == (1, 0)


@pytest.mark.parametrize("moment", ["1e999", "1" + "0" * 30, "true", '"now"', "null", "[]", "-1", "0", "1" * 5000])
@pytest.mark.parametrize("form", FORMS)
def test_a_time_that_is_none_is_not_learned(form: str, moment: str) -> None:
    body = f'{{"code":"40008","msg":"","data":null,"requestTime":{moment}}}'.encode()
    with Raw(http(400, body)) as server:
        ends, learned = several("bitget", form, server.url, CREDENTIALS, ["5"], retries=2)
    assert (ends[0].outcome, len(server.arrived), learned) == (
        "unknown" if len(moment) > 4300 else "refused",
        3 if len(moment) > 4300 else 1,  # a number of 5,000 digits is no JSON that is read: the response is malformed
        0,
    )


SECOND = 1_700_000_000


@pytest.mark.parametrize(
    ("body", "date", "learned"),
    [
        (b'{"requestTime":1700000000123}', "", SECOND * 1000 + 123),
        (b'{"requestTime":"1700000000123"}', formatdate(0, usegmt=True), SECOND * 1000 + 123),
        (b'{"requestTime":null}', formatdate(SECOND, usegmt=True), SECOND * 1000 + 500),
        (b"{}", formatdate(SECOND, usegmt=True), SECOND * 1000 + 500),
        (b"<html>", formatdate(SECOND, localtime=False), SECOND * 1000 + 500),
        (b"[" * 100_000, formatdate(SECOND, usegmt=True), SECOND * 1000 + 500),
        (b"{}", "Tue, 14 Nov 2023 23:13:20 +0100", SECOND * 1000 + 500),
        (b"{}", "Thu, 01 Jan 1970 00:00:00 GMT", None),
        (b"{}", "Fri, 31 Dec 9999 23:59:59 GMT", None),
        (b"{}", "Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
        (b"{}", "Fri, 31 Feb 2023 23:59:59 GMT", None),
        (b"{}", "yesterday", None),
        (b"{}", "", None),
    ],
)
def test_the_time_comes_from_the_body_or_else_from_the_date(body: bytes, date: str, learned: int | None) -> None:
    headers = dict(httpx.Headers({"date": date} if date else {}))
    assert server_milliseconds(RawResponse(status=400, headers=headers, body=body)) == learned
