"""Signing: base64(HMAC-SHA256(secret, timestamp + METHOD + path-with-query + body)), as both exchanges have it.

Source: the exchanges' pages on authentication; header names and the timestamp's format come from the specs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime

from leverset._protocols import Exchange
from leverset.credentials import Credentials


def wall_ms() -> int:
    """This machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def timestamp(style: str, milliseconds: int) -> str:
    """Milliseconds since 1970 in UTC as the exchange wants to read them (a spec's `timestamp-format`)."""
    if style == "epoch-milliseconds":
        return str(milliseconds)
    # Whole numbers all the way: a float would round the last digit.
    seconds, rest = divmod(milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def signature(secret: str, stamp: str, method: str, target: str, body: bytes) -> str:
    """The signature over exactly these bytes; `target` is the path, with `?query` where there is one."""
    prehash = f"{stamp}{method.upper()}{target}".encode() + body
    return base64.b64encode(hmac.new(secret.encode(), prehash, hashlib.sha256).digest()).decode()


def headers(
    exchange: Exchange, credentials: Credentials, *, method: str, target: str, body: bytes, milliseconds: int
) -> dict[str, str]:
    """The four headers that sign one request at one moment."""
    stamp = timestamp(exchange.timestamp_format, milliseconds)
    names = exchange.signed_headers
    return {
        names.key: credentials.api_key,
        names.signature: signature(credentials.secret, stamp, method, target, body),
        names.timestamp: stamp,
        names.passphrase: credentials.passphrase,
    }
