"""Signatures over the exact bytes of a request: base64(HMAC-SHA256(secret, timestamp + METHOD + target + body))."""

import base64
import hashlib
import hmac

from ._messages import Request

CLOCK_TOLERANCE = 30.0  # seconds a timestamp may be off


def signature(secret: str, timestamp: str, request: Request) -> bytes:
    """Return the signature that the request must carry."""
    message = (timestamp + request.method + request.target).encode("latin-1") + request.body
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256))


def same(sent: str, expected: str | bytes) -> bool:
    """Compare a header's value with what it must be, in constant time."""
    if isinstance(expected, str):
        expected = expected.encode()
    return hmac.compare_digest(sent.encode("latin-1"), expected)
