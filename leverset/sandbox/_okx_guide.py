"""OKX: its guide."""

from collections.abc import Mapping

from ._accounts import Account
from ._guide import Guide


def _example(account: Account) -> Mapping[str, str]:
    if account.modes["level"] == "spot":  # which has no leverage: any request is refused
        return {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"}
    side = "long" if account.modes["position_mode"] == "long_short_mode" else "net"
    return {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": side}


GUIDE = Guide(
    key="OK-ACCESS-KEY",
    sign="OK-ACCESS-SIGN",
    timestamp="OK-ACCESS-TIMESTAMP",
    passphrase="OK-ACCESS-PASSPHRASE",  # noqa: S106 - a header's name
    now="date -u +%Y-%m-%dT%H:%M:%S.000Z",
    demo=("x-simulated-trading", "1"),
    example=_example,
    leverage_fields={
        "/api/v5/account/set-leverage": ("lever",),
        "/api/v5/account/leverage-info": ("lever",),
    },
)
