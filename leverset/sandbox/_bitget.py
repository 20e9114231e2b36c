"""Bitget: POST /api/v2/mix/account/set-leverage.

Document: https://www.bitget.com/api-doc/contract/account/Change-Leverage
"""

from collections.abc import Mapping

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._exchange import Change, Exchange
from ._instruments import BITGET_PRODUCT_TYPES, bitget_margin_coin
from ._leverage import Book, Scope, plain_decimal, scope, within
from ._messages import Refused, Request
from ._signatures import bitget_account

# The leverage of whatever was never set, so that a first reply has all of its fields.
BITGET_INITIAL: Mapping[str, str] = {"crossed": "20", "long": "10", "short": "10"}

_REQUIRED = ("symbol", "productType", "marginCoin", "leverage")
_FIELDS = (*_REQUIRED, "holdSide")
_LOWEST, _HIGHEST = "1", "125"


class Bitget(Exchange):
    """Bitget as its document describes it: 5 requests per second and user."""

    name = "bitget"
    set_leverage_path = "/api/v2/mix/account/set-leverage"
    time_path = "/api/v2/public/time"
    limit = 5
    seconds = 1.0

    @property
    def too_many(self) -> Refused:
        """HTTP 429 with code 429."""
        return Refused("429", "Too Many Requests", 429)

    def known_key(self, request: Request) -> Account | None:
        """By ACCESS-KEY."""
        return self.accounts.get(request.header("access-key"))

    def authenticate(self, request: Request, now: float) -> Account:
        """Signature first, then the environment: paptrading "1" is demo, all else live.

        The S-prefixed demo product types need no header: they are open in both environments.
        """
        account = bitget_account(request, self.accounts, now)
        environment = "demo" if request.header("paptrading") == "1" else "live"
        if environment != account.environment:
            raise Refused("40099", "exchange environment is incorrect", 400)
        return account

    def time(self, now: float) -> object:
        """Milliseconds as a string."""
        return {"serverTime": str(round(now * 1000))}

    def plan(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:
        """The document's rules on the body, then the account's state, then the bounds."""
        fields = _read(request, lenient=lenient)
        symbol, product_type, lever = fields["symbol"].upper(), fields["productType"], fields["leverage"]
        # isascii: upper() makes ASCII of some letters that are none ("ſ" becomes "S").
        margin_coin = bitget_margin_coin(symbol, product_type) if fields["symbol"].isascii() else None
        if margin_coin is None:
            raise _refused("40034", "Parameter symbol does not exist")
        if fields["marginCoin"] != margin_coin:
            raise _refused("40778", f"The margin coin of {symbol} is {margin_coin}")
        sides = _sides(fields["holdSide"], account)
        outside = within(lever, _LOWEST, _HIGHEST)
        if outside > 0:
            raise _refused("40797", "Exceeded the maximum settable leverage")
        if outside < 0:
            raise _refused("40053", "leverage should be between 1 and 125")
        scopes = {side: _scope(side, symbol, product_type) for side in BITGET_INITIAL}
        now = {side: book.get(scopes[side], initial) for side, initial in BITGET_INITIAL.items()}
        after = {**now, **dict.fromkeys(sides, lever)}
        result = {
            "symbol": symbol,
            "marginCoin": margin_coin,
            "longLeverage": after["long"],
            "shortLeverage": after["short"],
            "crossMarginLeverage": after["crossed"],
            "marginMode": account.margin_mode,
        }
        return Change({scopes[side]: lever for side in sides}, result)


def _scope(side: str, symbol: str, product_type: str) -> Scope:
    return scope(side, [("productType", product_type), ("symbol", symbol)])


def _sides(hold_side: str, account: Account) -> tuple[str, ...]:
    """Which of crossed, long and short the request sets."""
    if account.margin_mode == "crossed":
        return ("crossed",)
    if account.position_mode == "one_way_mode":
        return ("long", "short")
    if not hold_side:
        raise _refused("40808", "Parameter verification exception: hold side is null")
    return (hold_side,)


def _read(request: Request, *, lenient: bool) -> Mapping[str, str]:
    """The five fields, "" for an absent holdSide; `leverage` in plain form, every value legal by itself."""
    try:
        sent = read_body(request, _FIELDS, lenient=lenient)
    except BodyProblem as problem:
        raise _body_refusal(problem) from None
    fields = {name: sent.get(name, "") for name in _FIELDS}
    for required in _REQUIRED:
        if not fields[required]:
            raise _refused("40019", f"Parameter {required} cannot be empty")
    leverage = plain_decimal(fields["leverage"])
    if leverage is None:
        raise _wrong("leverage")
    if fields["productType"] not in BITGET_PRODUCT_TYPES:
        raise _wrong("productType")
    if lenient:
        fields["marginCoin"] = fields["marginCoin"].upper()
    coin = fields["marginCoin"]
    if not (coin.isascii() and coin.isalnum() and coin == coin.upper()):
        raise _wrong("marginCoin")
    # "" is not a side; lenient knows clients that send it for none.
    if "holdSide" in sent and fields["holdSide"] not in ("long", "short", *([""] if lenient else [])):
        raise _wrong("holdSide")
    return {**fields, "leverage": leverage}


def _body_refusal(problem: BodyProblem) -> Refused:
    match problem.kind:
        case "content_type":
            return _refused("40017", "Parameter verification failed: Content-Type must be application/json")
        case "empty":
            return _refused("40019", "Request body cannot be empty")
        case "json":
            return _refused("40409", "wrong format")
        case "unknown_field":
            return _refused("40017", f"Parameter verification failed {problem.field}")
    return _refused("40409", f"wrong format: {problem.field} must be a string")


def _wrong(parameter: str) -> Refused:
    return _refused("40020", f"Parameter {parameter} error")


def _refused(code: str, msg: str) -> Refused:
    return Refused(code, msg, 400)
