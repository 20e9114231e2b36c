"""A caller of the sandbox, signing as the exchanges' documents say, with code of its own; and a still clock."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from leverset.sandbox import Account, Sandbox
from leverset.sandbox._accounts import Key
from leverset.sandbox._clock import Clock

OKX_PATH = "/api/v5/account/set-leverage"
BITGET_PATH = "/api/v2/mix/account/set-leverage"

SWAP = {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
PERP = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginCoin": "USDT",
    "leverage": "20",
    "holdSide": "long",
}
JSON = {"Content-Type": "application/json"}
START = 1_700_000_000.0


class StillClock(Clock):
    """A clock that moves only by assignment and by sleeping, which is recorded."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now - START

    def wall(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def okx_timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bitget_timestamp(seconds: float) -> str:
    return str(round(seconds * 1000))


class Caller:
    """Sends signed requests to one sandbox; every part of a request can be another one."""

    def __init__(self, sandbox: Sandbox, clock: StillClock, client: httpx.Client) -> None:
        self.sandbox, self.clock, self.client = sandbox, clock, client

    def okx(self, body: Any = SWAP, account: Account | None = None, **parts: Any) -> httpx.Response:
        return self._send("okx", OKX_PATH, body, account or self.sandbox.account("okx"), **parts)

    def bitget(self, body: Any = PERP, account: Account | None = None, **parts: Any) -> httpx.Response:
        return self._send("bitget", BITGET_PATH, body, account or self.sandbox.account("bitget"), **parts)

    def request(self, exchange: str, **parts: Any) -> httpx.Response:
        return self.okx(**parts) if exchange == "okx" else self.bitget(**parts)

    def read(
        self, exchange: str, path: str, account: Account | None = None, query: str = "", **parts: Any
    ) -> httpx.Response:
        """Send a signed GET without a body; `query` is sent as it is."""
        query = f"?{query}" if query else ""
        owner = account or self.sandbox.account(exchange)
        return self._send(exchange, path, b"", owner, method="GET", query=query, **parts)

    def admin(self, method: str, path: str, **parts: Any) -> httpx.Response:
        return self.client.request(method, f"{self.sandbox.url}/_sandbox/{path}", **parts)

    def _send(
        self,
        exchange: str,
        path: str,
        body: Any,
        account: Account,
        *,
        method: str = "POST",
        query: str = "",
        signed: str | None = None,
        at: float | None = None,
        key: Key | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """`body`: bytes as they are, anything else as JSON. `signed`: the text signed instead of the right one.

        `headers` replace the usual ones; None leaves one out.
        """
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = key or account.keys[0]
        moment = self.clock.wall() if at is None else at
        timestamp = okx_timestamp(moment) if exchange == "okx" else bitget_timestamp(moment)
        message = (timestamp + method + path + query).encode() + raw if signed is None else signed.encode()
        sign = base64.b64encode(hmac.new(key.secret.encode(), message, hashlib.sha256).digest()).decode()
        prefix = "OK-ACCESS" if exchange == "okx" else "ACCESS"
        usual: dict[str, str | None] = {
            f"{prefix}-KEY": key.api_key,
            f"{prefix}-SIGN": sign,
            f"{prefix}-TIMESTAMP": timestamp,
            f"{prefix}-PASSPHRASE": key.passphrase,
            "Content-Type": "application/json",
            **(headers or {}),
        }
        sent = {name: value for name, value in usual.items() if value is not None}
        return self.client.request(method, self.sandbox.url + path + query, content=raw, headers=sent)


def code(response: httpx.Response) -> str:
    """The exchange's code in a response."""
    found = response.json()["code"]
    assert isinstance(found, str)
    return found


def okx_data(response: httpx.Response) -> dict[str, str]:
    """The result of an OKX success."""
    payload = response.json()
    assert (response.status_code, payload["code"], payload["msg"]) == (200, "0", ""), payload
    [data] = payload["data"]
    assert isinstance(data, dict)
    return data


def bitget_data(response: httpx.Response) -> dict[str, str]:
    """The result of a Bitget success."""
    payload = response.json()
    assert (response.status_code, payload["code"], payload["msg"]) == (200, "00000", "success"), payload
    data = payload["data"]
    assert isinstance(data, dict)
    return data
