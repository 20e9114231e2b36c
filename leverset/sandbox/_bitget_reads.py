"""Bitget: the reads.

Documents: https://www.bitget.com/api-doc/contract/account/Get-Single-Account,
https://www.bitget.com/api-doc/contract/market/Get-All-Symbols-Contracts and
https://www.bitget.com/api-doc/common/public/Get-Server-Time
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ._accounts import Account
from ._bitget_refusals import missing, no_symbol, unknown, wrong, wrong_margin_coin
from ._bitget_symbols import PRODUCTS, Symbol, find_symbol, usual_symbols
from ._exchange import Market
from ._leverage import Book
from ._messages import Request
from ._queries import QueryProblem, read_query

_BALANCES = (
    *("locked", "available", "crossedMaxAvailable", "isolatedMaxAvailable", "maxTransferOut", "accountEquity"),
    *("usdtEquity", "btcEquity", "crossedRiskRate", "coupon", "grant", "crossedUnrealizedPL", "isolatedUnrealizedPL"),
    *("isolatedMargin", "crossedMargin"),
)


def single_account(request: Request, account: Account, book: Book, market: Market) -> Mapping[str, object]:
    """Return modes and leverages of one symbol; capitals and lower case are alike."""
    fields = _read(request, ("symbol", "productType", "marginCoin"), market)
    for name, value in fields.items():
        if not value:
            raise missing(name)
    symbol = find_symbol(fields["symbol"], _product_type(fields), market.listing)
    if symbol is None:
        raise no_symbol()
    if fields["marginCoin"].upper() != symbol.margin_coin:
        raise wrong_margin_coin(symbol.name, symbol.margin_coin)
    shape = market.config.leverage_as
    as_number = shape == "number" or (shape == "alternating" and market.sequence % 2 == 1)
    levers = {side: _number(lever) if as_number else lever for side, lever in symbol.leverages(book).items()}
    return {
        "marginCoin": symbol.margin_coin,
        **dict.fromkeys(_BALANCES, "0"),
        "crossedMarginLeverage": levers["crossed"],
        "isolatedLongLever": levers["long"],
        "isolatedShortLever": levers["short"],
        "marginMode": account.modes["margin_mode"],
        "posMode": account.modes["position_mode"],
        "unrealizedPL": "",
        "assetMode": "union",
    }


def contracts(request: Request, market: Market) -> list[Mapping[str, object]]:
    """Return the contracts of a product type: one by its symbol, or the usual ones and those set from outside."""
    fields = _read(request, ("productType", "symbol"), market)
    if not fields["productType"]:
        raise missing("productType")
    product_type = _product_type(fields)
    if not fields["symbol"]:
        return [_row(symbol) for symbol in _all(product_type, market)]
    symbol = find_symbol(fields["symbol"], product_type, market.listing)
    if symbol is None:
        raise no_symbol()
    return [_row(symbol)]


def server_time(request: Request, market: Market) -> Mapping[str, str]:
    """Return milliseconds as a string."""
    _read(request, (), market)
    return {"serverTime": str(round(market.now * 1000))}


def _read(request: Request, known: Iterable[str], market: Market) -> Mapping[str, str]:
    try:
        return read_query(request, known, lenient=market.config.lenient)
    except QueryProblem as problem:
        raise unknown(problem.parameter, problem.why) from None


def _product_type(fields: Mapping[str, str]) -> str:
    """Return the product type in capitals: many of the documents' own examples have it in lower case."""
    product_type = fields["productType"].upper()
    if product_type not in PRODUCTS:
        raise wrong("productType", f"productType is one of {', '.join(PRODUCTS)}")
    return product_type


def _all(product_type: str, market: Market) -> Iterator[Symbol]:
    for name in dict.fromkeys([*usual_symbols(product_type), *market.listing.names()]):
        symbol = find_symbol(name, product_type, market.listing)
        if symbol is not None:
            yield symbol


def _number(lever: str) -> object:
    """Return a leverage as a JSON number; as it is, where no number of JSON's usual kind has the same value."""
    if lever.isdigit():
        return int(lever)
    number = float(lever)
    return number if Decimal(repr(number)) == Decimal(lever) else lever


def _row(symbol: Symbol) -> Mapping[str, object]:
    quotes = {"USDT-FUTURES": "USDT", "USDC-FUTURES": "USDC", "SUSDT-FUTURES": "SUSDT", "SUSDC-FUTURES": "SUSDC"}
    demo = "S" if symbol.product_type.startswith("S") else ""
    return {
        "symbol": symbol.name,
        "baseCoin": f"{demo}{symbol.coin}",
        "quoteCoin": quotes.get(symbol.product_type, f"{demo}USD"),
        "supportMarginCoins": [symbol.margin_coin],
        "minTradeNum": "0.01",
        "priceEndStep": "1",
        "volumePlace": "2",
        "pricePlace": "1",
        "sizeMultiplier": "0.01",
        "symbolType": "delivery" if symbol.delivery else "perpetual",
        "minTradeUSDT": "5",
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "400",
        "maxPositionNum": "150",
        "symbolStatus": symbol.state,
        "offTime": "-1",
        "limitOpenTime": "-1",
        "deliveryTime": "",
        "deliveryStartTime": "",
        "deliveryPeriod": "this_quarter" if symbol.delivery else "",
        "launchTime": "",
        "fundInterval": "" if symbol.delivery else "8",
        "minLever": symbol.lowest,
        "maxLever": symbol.highest,
        "posLimit": "0.05",
        "maintainTime": "",
        "maxMarketOrderQty": "220",
        "maxOrderQty": "1200",
        "isRwa": "NO",
    }
