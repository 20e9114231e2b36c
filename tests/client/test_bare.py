"""The generated client by itself: signed, limited, with typed errors, never retried, whatever JSON allows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from leverset_okx.api.account import set_leverage
from leverset_okx.models import SetLeverageRequest

from leverset import AsyncOkx, ConfigurationError, LeversetError, Limiter, Okx, RequestRefused
from leverset.limits import Slot
from tests.caller import CARRIERS, CREDENTIALS, FORMS, carried, settings
from tests.server import Raw, http
from tests.stand_ins import Watched
from tests.system.hostile import refusal, result, success

FIELDS = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
BODY = SetLeverageRequest.from_dict(FIELDS)


def bare(form: str, url: str, view: dict[str, Any] | None = None, **given: Any) -> Any:
    """The response to the generated function of a client of either form, or of a view of it with other options."""

    def generated(client: Any) -> Any:
        return (client if view is None else client.with_options(**view)).client

    if form == "sync":
        with Okx(CREDENTIALS, base_url=url, **settings(**given)) as client:
            return set_leverage.sync(client=generated(client), body=BODY)

    async def awaited() -> Any:
        async with AsyncOkx(CREDENTIALS, base_url=url, **settings(**given)) as client:
            return await set_leverage.asyncio(client=generated(client), body=BODY)

    return asyncio.run(awaited())


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("form", FORMS)
def test_it_is_signed_and_limited(form: str, carrier: str) -> None:
    limiter = Watched()
    with Raw(http(200, success("okx"))) as server:
        response = bare(form, server.url, limiter=limiter, **carried(carrier, form))
    assert response.data[0].lever == "5"
    [arrived] = server.arrived
    assert arrived.header("OK-ACCESS-SIGN")
    assert json.loads(arrived.body) == FIELDS
    assert limiter.released == ["responded"]


class Asked(Limiter):
    """Keeps what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def acquire(self, *positional: Any, **named: Any) -> Slot:
        self.asked.append(named)
        return super().acquire(*positional, **named)

    async def acquire_async(self, *positional: Any, **named: Any) -> Slot:
        self.asked.append(named)
        return await super().acquire_async(*positional, **named)


@pytest.mark.parametrize("form", FORMS)
def test_that_of_a_view_has_the_options_of_the_view(form: str) -> None:
    limiter = Asked()
    with Raw(http(200, success("okx"))) as server:
        response = bare(form, server.url, {"deadline": 7.0, "max_wait": 9.0}, limiter=limiter)
    assert response.data[0].lever == "5"
    assert limiter.asked == [{"lease": 7.0, "max_wait": pytest.approx(9.0, abs=1.0)}]


@pytest.mark.parametrize("form", FORMS)
def test_errors_are_raised_and_nothing_is_retried(form: str) -> None:
    for response, kind in ((http(400, refusal("okx", "51000")), RequestRefused), (b"", LeversetError)):
        with Raw(response) as server, pytest.raises(kind) as caught:
            bare(form, server.url, retries=3)
        assert (len(server.arrived), len(caught.value.attempts)) == (1, 1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("odd", ["half \ud800 of a pair", 1e999, "\u2028", "ü"])
def test_a_success_with_whatever_json_allows_is_parsed(form: str, odd: Any) -> None:
    body = success("okx", result("okx"), msg=odd).replace(b"Infinity", b"1e999")
    with Raw(http(200, body)) as server:
        response = bare(form, server.url)
    assert (response.data[0].lever, response.msg) == ("5", odd)


@pytest.mark.parametrize("form", FORMS)
def test_a_body_in_pieces_is_sent_whole(form: str) -> None:
    """httpx announces such a body as chunked; it is signed and sent as one."""
    whole = json.dumps(FIELDS).encode()

    def pieces() -> Iterator[bytes]:
        yield whole[:10]
        yield whole[10:]

    async def pieces_async() -> AsyncIterator[bytes]:
        for piece in pieces():
            yield piece

    async def awaited() -> int:
        async with AsyncOkx(CREDENTIALS, base_url=server.url, **settings()) as client:
            http_client = client.client.get_async_httpx_client()
            return int(
                (await http_client.post(client.operation.path, content=pieces_async(), headers=JSON)).status_code
            )

    with Raw(http(200, success("okx"))) as server:
        if form == "async":
            status = asyncio.run(awaited())
        else:
            with Okx(CREDENTIALS, base_url=server.url, **settings()) as client:
                sync_client = client.client.get_httpx_client()
                status = sync_client.post(client.operation.path, content=pieces(), headers=JSON).status_code
    [arrived] = server.arrived
    assert (status, arrived.body) == (200, whole)
    assert (arrived.header("transfer-encoding"), arrived.header("content-length")) == (None, str(len(whole)))


JSON = {"Content-Type": "application/json"}


@pytest.mark.off_contract("a header of the caller's own, which is never sent")
def test_a_header_that_http_does_not_allow_is_not_sent() -> None:
    with Raw(b"") as server, Okx(CREDENTIALS, base_url=server.url, **settings()) as client:
        bare_client = client.client.get_httpx_client()
        with pytest.raises(ConfigurationError) as caught:
            bare_client.post(client.operation.path, json=FIELDS, headers={"X-Other": "a\nb"})
        assert (caught.value.outcome, server.arrived) == ("not_sent", [])
