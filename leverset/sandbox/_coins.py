"""The coins that exist in the sandbox; the exchanges' modules build the names of instruments from them."""

# Well-known coins, and T000 to T999: a thousand more for load tests.
_COINS = (
    *("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "BCH", "TRX", "AVAX", "LINK"),
    *("DOT", "UNI", "ATOM", "ETC", "FIL", "APT", "ARB", "OP", "SUI", "TON", "NEAR"),
)
COINS = frozenset((*_COINS, *(f"T{number:03}" for number in range(1000))))
