"""OKX: who signed a request."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ._accounts import Account, Key
from ._messages import Refused, Request
from ._refusal_texts import UNKNOWN_KEY, WRONG_PASSPHRASE, clock_is_off
from ._signatures import CLOCK_TOLERANCE, WrongSignature, same, signature

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_CREDENTIALS = (("key", "50103"), ("passphrase", "50104"), ("sign", "50106"), ("timestamp", "50107"))


def signer(request: Request, accounts: Mapping[str, Account], now: float) -> tuple[Account, Key]:
    """Return the account and the key that signed, by headers OK-ACCESS-KEY, -PASSPHRASE, -SIGN and -TIMESTAMP."""
    sent = {}
    for name, code in _CREDENTIALS:
        sent[name] = request.header(f"ok-access-{name}")
        if not sent[name]:
            header = f"OK-ACCESS-{name.upper()}"
            raise Refused(code, f'Request header "{header}" can not be empty', 401, why=f"{header} is required")
    moment = _moment(sent["timestamp"])
    if moment is None:
        why = "the timestamp has to look like 2020-12-08T09:08:57.715Z"
        raise Refused("50112", "Invalid OK-ACCESS-TIMESTAMP", 401, why=why)
    if abs(now - moment) > CLOCK_TOLERANCE:
        raise Refused("50102", "Timestamp request expired", 401, why=clock_is_off(now - moment))
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("50111", "Invalid OK-ACCESS-KEY", 401, why=UNKNOWN_KEY)
    key = account.key(sent["key"])
    if not same(sent["passphrase"], key.passphrase):
        msg = 'Request header "OK-ACCESS-PASSPHRASE" incorrect'
        raise Refused("50105", msg, 401, why=WRONG_PASSPHRASE)
    if not same(sent["sign"], signature(key.secret, sent["timestamp"], request)):
        raise WrongSignature("50113", "Invalid Sign", 401, key=key, timestamp=sent["timestamp"], sent=sent["sign"])
    return account, key


def _moment(timestamp: str) -> float | None:
    """Read a timestamp such as 2020-12-08T09:08:57.715Z, as seconds since 1970."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp[:-1]).replace(tzinfo=UTC).timestamp()
    except ValueError:  # the right shape, but no such day or hour
        return None
