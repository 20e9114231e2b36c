"""A bot on ccxt that sets one leverage on OKX, and asks a second time where the first answer does not come."""

import os

import ccxt

SYMBOL = "BTC/USDT:USDT"


def connect() -> ccxt.okx:
    exchange = ccxt.okx(
        {
            "apiKey": os.environ["OKX_API_KEY"],
            "secret": os.environ["OKX_SECRET"],
            "password": os.environ["OKX_PASSPHRASE"],
            "timeout": 2000,
            "options": {"fetchMarkets": {"types": ["swap"]}},
        }
    )
    exchange.has["fetchCurrencies"] = False
    url = os.environ.get("OKX_BASE_URL")
    if url:  # ccxt has no variable for it
        exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], url)
    return exchange


def set_leverage(lever: float) -> None:
    exchange = connect()
    for attempt in (1, 2):
        try:
            exchange.set_leverage(lever, SYMBOL, {"marginMode": "cross"})
        except ccxt.NetworkError:
            if attempt == 2:
                raise
        else:
            return
