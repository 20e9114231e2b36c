"""Bitget: its guide."""

from collections.abc import Mapping

from ._accounts import Account
from ._guide import Guide


def _example(account: Account) -> Mapping[str, str]:
    body = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "leverage": "20"}
    sided = account.modes["margin_mode"] == "isolated" and account.modes["position_mode"] == "hedge_mode"
    return {**body, "holdSide": "long"} if sided else body


GUIDE = Guide(
    key="ACCESS-KEY",
    sign="ACCESS-SIGN",
    timestamp="ACCESS-TIMESTAMP",
    passphrase="ACCESS-PASSPHRASE",  # noqa: S106 - a header's name
    now="date +%s000",
    demo=("paptrading", "1"),
    example=_example,
    leverage_fields={
        "/api/v2/mix/account/set-leverage": ("longLeverage", "shortLeverage", "crossMarginLeverage"),
        "/api/v2/mix/account/account": ("crossedMarginLeverage", "isolatedLongLever", "isolatedShortLever"),
    },
)
