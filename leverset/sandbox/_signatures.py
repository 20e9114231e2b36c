"""Signatures over the exact bytes of a request: base64(HMAC-SHA256(secret, timestamp + METHOD + target + body))."""

import base64
import hashlib
import hmac

from ._accounts import Key
from ._messages import Refused, Request

CLOCK_TOLERANCE = 30.0  # seconds a timestamp may be off
_WHY = "the signature is not the one that this key's secret makes over the request"


class WrongSignature(Refused):
    """A refusal because of the signature, with what the console needs to find out what was signed.

    Attributes:
        key: Key that the request names.
        timestamp: Timestamp as it was sent.
        sent: Signature as it was sent.
    """

    def __init__(self, code: str, msg: str, status: int, *, key: Key, timestamp: str, sent: str) -> None:
        super().__init__(code, msg, status, why=_WHY)
        self.key, self.timestamp, self.sent = key, timestamp, sent


def signature(secret: str, timestamp: str, request: Request) -> bytes:
    """Return the signature that the request must carry."""
    message = (timestamp + request.method + request.target).encode("latin-1") + request.body
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256))


def same(sent: str, expected: str | bytes) -> bool:
    """Compare a header's value with what it must be, in constant time."""
    if isinstance(expected, str):
        expected = expected.encode()
    return hmac.compare_digest(sent.encode("latin-1"), expected)
