"""The coins that exist in the sandbox; the exchanges' modules build the names of instruments from them."""

# In the lists of instruments, which are kept short.
LISTED_COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "PEPE", "1INCH", "C98", "1000BONK", "AAPL", "TSLA")
_OTHERS = (
    *("BCH", "TRX", "AVAX", "LINK", "DOT", "UNI", "ATOM", "ETC", "FIL", "APT", "ARB", "OP", "SUI", "TON", "NEAR"),
    *("1000SATS", "OIL", "US30Y"),
)
# T000 to T999 are a thousand more, for load tests.
COINS = frozenset((*LISTED_COINS, *_OTHERS, *(f"T{number:03}" for number in range(1000))))
