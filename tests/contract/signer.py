"""A signature as the exchanges' documents describe it, with nothing of leverset in it.

The layer signs with `leverset._http.signing`, the sandbox checks with `leverset.sandbox._signatures`. This is a third,
independent implementation, so that the tests do not prove the layer right with itself. Only the headers' names and the
timestamp's form are read, from the spec.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

from tests.contract.specs import header_names, load

FORMS = {
    "iso8601-milliseconds": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"),
    "epoch-milliseconds": re.compile(r"[0-9]{13}"),
}


def timestamp(exchange: str, milliseconds: int) -> str:
    """A moment, in milliseconds since 1970 in UTC, as the exchange reads it."""
    if load(exchange)["x-signing"]["timestamp-format"] == "epoch-milliseconds":
        return f"{milliseconds}"
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"


def signature(secret: str, stamp: str, method: str, target: str, body: bytes) -> str:
    """Base64 of the HMAC-SHA256 over timestamp, method, path with query, and the body's bytes."""
    mac = hmac.new(secret.encode("utf-8"), digestmod=hashlib.sha256)
    for part in (stamp.encode("ascii"), method.encode("ascii"), target.encode("ascii"), body):
        mac.update(part)
    return base64.b64encode(mac.digest()).decode("ascii")


def headers(
    exchange: str, key: str, secret: str, passphrase: str, *, method: str, target: str, body: bytes, milliseconds: int
) -> dict[str, str]:
    """The four headers of a signed request."""
    stamp = timestamp(exchange, milliseconds)
    names = header_names(exchange)
    return {
        names["key"]: key,
        names["signature"]: signature(secret, stamp, method, target, body),
        names["timestamp"]: stamp,
        names["passphrase"]: passphrase,
    }
