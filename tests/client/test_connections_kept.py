"""Which connections are used again after a response."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from leverset import AsyncOkx, Limiter, Okx
from leverset.errors import MalformedResponse
from tests.caller import CREDENTIALS, FORMS, OKX
from tests.server import Loopback
from tests.system.hostile import envelope


def connections(form: str, document: object) -> int:
    """How many connections two calls need whose responses are this document."""
    options: dict[str, Any] = {"limiter": Limiter(), "read_back": "never", "retries": 0}
    with Loopback(document) as server:
        if form == "sync":
            with Okx(CREDENTIALS, base_url=server.url, **options) as okx:
                for _ in range(2):
                    with suppress(MalformedResponse):
                        okx.set_leverage(**OKX)
        else:

            async def call_twice() -> None:
                async with AsyncOkx(CREDENTIALS, base_url=server.url, **options) as okx:
                    for _ in range(2):
                        with suppress(MalformedResponse):
                            await okx.set_leverage(**OKX)

            asyncio.run(call_twice())
        assert len(server.seen) == 2
        return server.connections


@pytest.mark.parametrize("form", FORMS)
def test_one_connection_serves_a_call_after_another(form: str) -> None:
    assert connections(form, envelope("okx")) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_connection_that_brought_no_response_takes_no_other_request(form: str) -> None:
    """More of it may come, and would be taken for the response to the next request."""
    assert connections(form, {"odd": True}) == 2
