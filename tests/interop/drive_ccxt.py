"""Run in an environment of its own: ccxt, unmodified, sets one leverage. See test_interop.py."""

import json
import sys

import ccxt  # type: ignore[import-not-found] # in an environment of its own

job = json.load(sys.stdin)
exchange = getattr(ccxt, job["exchange"])(
    {"apiKey": job["api_key"], "secret": job["secret"], "password": job["passphrase"], "enableRateLimit": False}
)
exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], job["url"])
# The markets would be asked for otherwise; these are the ones that the documents' examples name.
pair = {
    "base": "BTC",
    "quote": "USDT",
    "baseId": "BTC",
    "quoteId": "USDT",
    "active": True,
    "precision": {},
    "limits": {},
}
flags = dict.fromkeys(("spot", "margin", "swap", "future", "option", "contract", "linear", "inverse"), False)
contract = {"contract": True, "linear": True, "settle": "USDT", "settleId": "USDT"}
markets = {
    "okx": [
        {"id": "BTC-USDT", "symbol": "BTC/USDT", "spot": True, "margin": True, "type": "spot"},
        {"id": "BTC-USDT-200802", "symbol": "BTC/USDT:USDT-200802", **contract, "future": True, "type": "future"},
    ],
    "bitget": [{"id": "BTCUSDT", "symbol": "BTC/USDT:USDT", **contract, "swap": True, "type": "swap"}],
}
exchange.set_markets([{**pair, **flags, **market} for market in markets[job["exchange"]]])
try:
    sys.stdout.write(json.dumps({"reply": getattr(exchange, job["function"])(*job["arguments"])}))
except ccxt.BaseError as error:
    sys.stdout.write(json.dumps({"error": f"{type(error).__name__} {error}"}))
