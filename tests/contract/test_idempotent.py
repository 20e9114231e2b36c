"""A request that is not `x-idempotent` is not retried once it may have been applied."""

from __future__ import annotations

import dataclasses
from typing import Any

import leverset_okx.api.account.set_leverage as set_leverage
import pytest
from leverset_okx import operations
from leverset_okx.models import SetLeverageRequest

from leverset import Credentials, Limiter, MalformedResponse, Okx, TransportError
from leverset.sandbox import Sandbox

BODY = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"}


def client(sandbox: Sandbox, *, idempotent: bool) -> Okx:
    once = dataclasses.replace(operations.SET_LEVERAGE, idempotent=idempotent)
    changed = {(once.method, once.path): once}

    class Changed(Okx):
        exchange = dataclasses.replace(operations.EXCHANGE, operations=changed)

    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
    return Changed(credentials, base_url=sandbox.url, limiter=Limiter())


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("fault", [{"close": "before"}, {"body": "<html>"}], ids=["closed", "malformed"])
def test_unknown_outcome_is_retried_only_if_idempotent(fault: dict[str, Any], idempotent: bool) -> None:
    with Sandbox() as sandbox, client(sandbox, idempotent=idempotent) as okx:
        sandbox.fault(exchange="okx", **fault)
        body = SetLeverageRequest.from_dict(BODY)
        if idempotent:
            assert okx.call(set_leverage, body=body)
        else:
            with pytest.raises((TransportError, MalformedResponse)) as caught:
                okx.call(set_leverage, body=body)
            assert caught.value.outcome == "unknown"
        assert len(sandbox.requests("okx")) == (2 if idempotent else 1)
