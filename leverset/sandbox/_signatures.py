"""Who is calling: key, passphrase, timestamp and signature, each refused with the exchange's own code.

Both exchanges sign base64(HMAC-SHA256(secret, timestamp + METHOD + path-with-query + body)) over the exact
bytes sent, and refuse a clock more than 30 seconds off; they differ in headers, timestamps and codes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ._accounts import Account
from ._messages import Refused, Request

CLOCK_TOLERANCE = 30.0

_OKX_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")


def signature(secret: str, timestamp: str, request: Request) -> bytes:
    """The signature the request must carry."""
    message = (timestamp + request.method + request.target).encode("latin-1") + request.body
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256))


def _same(sent: str, expected: str | bytes) -> bool:
    if isinstance(expected, str):
        expected = expected.encode()
    return hmac.compare_digest(sent.encode("latin-1"), expected)


def okx_account(request: Request, accounts: Mapping[str, Account], now: float) -> Account:
    """The account an OKX request is signed by, or Refused. `now` is wall-clock seconds.

    Headers OK-ACCESS-KEY, -PASSPHRASE, -SIGN and -TIMESTAMP, the latter as 2020-12-08T09:08:57.715Z.
    """
    sent = {}
    for name, code in (("key", "50103"), ("passphrase", "50104"), ("sign", "50106"), ("timestamp", "50107")):
        sent[name] = request.header(f"ok-access-{name}")
        if not sent[name]:
            raise Refused(code, f'Request header "OK-ACCESS-{name.upper()}" can not be empty', 401)
    moment = _okx_moment(sent["timestamp"])
    if moment is None:
        raise Refused("50112", "Invalid OK-ACCESS-TIMESTAMP", 401)
    if abs(now - moment) > CLOCK_TOLERANCE:
        raise Refused("50102", "Timestamp request expired", 401)
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("50111", "Invalid OK-ACCESS-KEY", 401)
    if not _same(sent["passphrase"], account.passphrase):
        raise Refused("50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect', 401)
    if not _same(sent["sign"], signature(account.secret, sent["timestamp"], request)):
        raise Refused("50113", "Invalid Sign", 401)
    return account


def _okx_moment(timestamp: str) -> float | None:
    if not _OKX_TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp[:-1]).replace(tzinfo=UTC).timestamp()
    except ValueError:  # the right shape, but no such day or hour
        return None


def bitget_account(request: Request, accounts: Mapping[str, Account], now: float) -> Account:
    """The account a Bitget request is signed by, or Refused. `now` is wall-clock seconds.

    Headers ACCESS-KEY, -SIGN, -TIMESTAMP (epoch milliseconds) and -PASSPHRASE. The key is looked at before
    the signature.
    """
    sent = {}
    for name, code in (("key", "40001"), ("sign", "40002"), ("timestamp", "40005"), ("passphrase", "40011")):
        sent[name] = request.header(f"access-{name}")
        if not sent[name]:
            raise Refused(code, f"ACCESS_{name.upper()} cannot be empty", 400)
    if not _MILLISECONDS.fullmatch(sent["timestamp"]):
        raise Refused("40005", "Invalid ACCESS_TIMESTAMP", 400)
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("40006", "Invalid ACCESS_KEY", 400)
    if not _same(sent["passphrase"], account.passphrase):
        raise Refused("40012", "apikey/password is incorrect", 400)
    if abs(now - int(sent["timestamp"]) / 1000) > CLOCK_TOLERANCE:
        raise Refused("40008", "Request timestamp expired", 400)
    if not _same(sent["sign"], signature(account.secret, sent["timestamp"], request)):
        raise Refused("40009", "sign signature error", 400)
    return account
