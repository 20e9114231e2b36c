"""Run by test_new_endpoint.py where the generated packages have one endpoint more than the repository."""

import asyncio
import base64
import hashlib
import hmac
import sys
from typing import Any

import leverset_okx
import pytest
from leverset_okx.api.account import get_invented_quota  # type: ignore[attr-defined] # generated for this test alone

from leverset import AsyncOkx, ExchangeUnavailable, Okx, OpenOrdersOrPositions
from tests.caller import CREDENTIALS
from tests.server import Arrived, Loopback

LIMIT, WINDOW = 2, 0.3  # as in new_endpoint.yaml
CALLS = 5
hiccups = 1


def answer(seen: Arrived) -> tuple[int, Any]:
    global hiccups
    if "REFUSED" in seen.target:
        return 200, {"code": "70001", "msg": "invented orders are pending", "data": []}
    if "BROKEN" in seen.target:
        return 503, {"code": "70002", "msg": "", "data": []}
    if "HICCUP" in seen.target and hiccups:
        hiccups -= 1
        return 503, {"code": "70002", "msg": "", "data": []}
    return 200, {"code": "0", "msg": "", "data": [{"instId": "BTC-USDT", "left": "7"}]}


def is_signed(seen: Arrived) -> bool:
    """Worked out here from the raw bytes that arrived, as the exchange's document says."""
    text = f"{seen.header('OK-ACCESS-TIMESTAMP')}{seen.method}{seen.target}".encode() + seen.body
    expected = base64.b64encode(hmac.new(CREDENTIALS.secret.encode(), text, hashlib.sha256).digest()).decode()
    return seen.header("OK-ACCESS-SIGN") == expected and seen.header("OK-ACCESS-KEY") == CREDENTIALS.api_key


def sync(url: str) -> None:
    with Okx(CREDENTIALS, base_url=url) as okx:
        response = okx.call(get_invented_quota, inst_id="BTC-USDT", note="a b&c=ü/+")
        assert (response.data[0].inst_id, response.data[0].left) == ("BTC-USDT", "7")
        assert okx.call(get_invented_quota, inst_id="HICCUP").data[0].left == "7"
        for _ in range(CALLS):
            okx.call(get_invented_quota, inst_id="BTC-USDT")
        with pytest.raises(OpenOrdersOrPositions) as caught:
            okx.call(get_invented_quota, inst_id="REFUSED")
    error = caught.value
    assert (error.code, error.name, error.category) == ("70001", "InventedOrders", "orders")
    assert (error.outcome, error.operation) == ("refused", "get_invented_quota")
    assert (error.message, error.fix) == ("invented orders are pending", "Cancel the invented orders first.")
    assert error.where.startswith("okx GET /api/v5/account/invented-quota")
    assert error.docs == "https://www.okx.com/docs-v5/en/#invented-quota"


async def awaited(url: str) -> None:
    async with AsyncOkx(CREDENTIALS, base_url=url, retries=0) as okx:
        calls = [okx.call(get_invented_quota, inst_id="BTC-USDT") for _ in range(CALLS)]
        assert [response.data[0].left for response in await asyncio.gather(*calls)] == ["7"] * CALLS
        with pytest.raises(ExchangeUnavailable) as caught:
            await okx.call(get_invented_quota, inst_id="BROKEN")
    error = caught.value
    assert (error.code, error.name, error.outcome) == ("70002", "InventedHiccup", "unknown")


def main() -> None:
    assert leverset_okx.__file__.startswith(sys.argv[1]), leverset_okx.__file__
    with Loopback(answer) as exchange:
        sync(exchange.url)
        asyncio.run(awaited(exchange.url))
    seen = exchange.seen
    assert len(seen) == 1 + 2 + CALLS + 1 + CALLS + 1, len(seen)
    assert seen[0].target == "/api/v5/account/invented-quota?instId=BTC-USDT&note=a+b%26c%3D%C3%BC%2F%2B", seen[
        0
    ].target
    assert {one.method for one in seen} == {"GET"}
    assert all(is_signed(one) for one in seen)
    # The sync and the async client share the limit: no window of the documented length has more than it allows.
    arrivals = sorted(one.at for one in seen)
    for first, last in zip(arrivals, arrivals[LIMIT:], strict=False):
        assert last - first >= WINDOW, arrivals
    print(len(seen))  # noqa: T201 - for the test


if __name__ == "__main__":
    main()
