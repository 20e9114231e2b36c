"""Bitget: POST /api/v2/mix/account/set-leverage.

Document: https://www.bitget.com/api-doc/contract/account/Change-Leverage
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._coins import COINS
from ._exchange import Change, Exchange
from ._leverage import Book, Scope, plain_decimal, scope, within
from ._messages import Refused, Request, Response, json_response
from ._signatures import CLOCK_TOLERANCE, same, signature

# The leverage where none was ever set, so that a first response has all of its fields.
_INITIAL: Mapping[str, str] = {"crossed": "20", "long": "10", "short": "10"}

_REQUIRED = ("symbol", "productType", "marginCoin", "leverage")
_FIELDS = (*_REQUIRED, "holdSide")
_LOWEST, _HIGHEST = "1", "125"

_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_CREDENTIALS = (("key", "40001"), ("sign", "40002"), ("timestamp", "40005"), ("passphrase", "40011"))

# Product type -> the shape of its symbols, and the margin coin ("{coin}": the symbol's own coin).
_PRODUCTS = {
    "USDT-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)USDT"), "USDT"),
    "USDC-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)PERP"), "USDC"),
    "COIN-FUTURES": (re.compile("(?P<coin>[A-Z0-9]+)USD"), "{coin}"),
    "SUSDT-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SUSDT"), "SUSDT"),
    "SUSDC-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SPERP"), "SUSDC"),
    "SCOIN-FUTURES": (re.compile("S(?P<coin>[A-Z0-9]+)SUSD"), "S{coin}"),
}


class Bitget(Exchange):
    """Bitget as its document describes it.

    Lenient takes holdSide "" for an absent one, and marginCoin in lower case.
    """

    name = "bitget"
    title = "Bitget"
    path_prefixes = ("/api/v2/", "/api/v3/")
    set_leverage_path = "/api/v2/mix/account/set-leverage"
    time_path = "/api/v2/public/time"
    limit = 5
    seconds = 1.0
    key_header = "access-key"
    secret_headers = frozenset(("access-passphrase",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "margin_mode": ("crossed", "isolated"),
        "position_mode": ("one_way_mode", "hedge_mode"),
    }
    default_modes: ClassVar[Mapping[str, str]] = {"margin_mode": "isolated", "position_mode": "hedge_mode"}

    @property
    def over_limit(self) -> Refused:
        """HTTP 429 with code 429."""
        return Refused("429", "Too Many Requests", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Check the signature first, then the environment: paptrading "1" is demo, all else live.

        The S-prefixed demo product types need no header: they are open in both environments.
        """
        account = _signer(request, accounts, now)
        environment = "demo" if request.header("paptrading") == "1" else "live"
        if environment != account.environment:
            raise Refused("40099", "exchange environment is incorrect", 400)
        return account

    def time(self, now: float) -> object:
        """Return milliseconds as a string."""
        return {"serverTime": str(round(now * 1000))}

    def success(self, result: object, now: float) -> Response:
        """Put a result into `data`."""
        moment = round(now * 1000)
        return json_response({"code": "00000", "data": result, "msg": "success", "requestTime": moment})

    def refusal(self, refused: Refused, now: float) -> Response:
        """Put a refusal beside `data` null."""
        moment = round(now * 1000)
        payload = {"code": refused.code, "msg": refused.msg, "requestTime": moment, "data": None}
        return json_response(payload, refused.status)

    def requested_change(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:
        """Apply the document's rules to the body, then to the account's modes, then the bounds."""
        fields = _read(request, lenient=lenient)
        symbol, product_type, lever = fields["symbol"].upper(), fields["productType"], fields["leverage"]
        # isascii: upper() makes ASCII of some letters that are none ("ſ" becomes "S").
        margin_coin = _margin_coin(symbol, product_type) if fields["symbol"].isascii() else None
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
        scopes = {side: _scope(side, symbol, product_type) for side in _INITIAL}
        now = {side: book.get(scopes[side], initial) for side, initial in _INITIAL.items()}
        after = {**now, **dict.fromkeys(sides, lever)}
        result = {
            "symbol": symbol,
            "marginCoin": margin_coin,
            "longLeverage": after["long"],
            "shortLeverage": after["short"],
            "crossMarginLeverage": after["crossed"],
            "marginMode": account.modes["margin_mode"],
        }
        return Change({scopes[side]: lever for side in sides}, result)


EXCHANGE = Bitget()


def _signer(request: Request, accounts: Mapping[str, Account], now: float) -> Account:
    """Return the account that signed the request, with headers ACCESS-KEY, -SIGN, -TIMESTAMP and -PASSPHRASE.

    The timestamp is in milliseconds since 1970. The key is checked before the signature.
    """
    sent = {}
    for name, code in _CREDENTIALS:
        sent[name] = request.header(f"access-{name}")
        if not sent[name]:
            raise Refused(code, f"ACCESS_{name.upper()} cannot be empty", 400)
    if not _MILLISECONDS.fullmatch(sent["timestamp"]):
        raise Refused("40005", "Invalid ACCESS_TIMESTAMP", 400)
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("40006", "Invalid ACCESS_KEY", 400)
    if not same(sent["passphrase"], account.passphrase):
        raise Refused("40012", "apikey/password is incorrect", 400)
    if abs(now - int(sent["timestamp"]) / 1000) > CLOCK_TOLERANCE:
        raise Refused("40008", "Request timestamp expired", 400)
    if not same(sent["sign"], signature(account.secret, sent["timestamp"], request)):
        raise Refused("40009", "sign signature error", 400)
    return account


def _margin_coin(symbol: str, product_type: str) -> str | None:
    """Return the margin coin of an upper-case symbol within a product type; None when there is no such symbol."""
    shape, margin_coin = _PRODUCTS[product_type]
    match = shape.fullmatch(symbol)
    if match is None or match["coin"] not in COINS:
        return None
    return margin_coin.format(coin=match["coin"])


def _scope(side: str, symbol: str, product_type: str) -> Scope:
    return scope(side, [("productType", product_type), ("symbol", symbol)])


def _sides(hold_side: str, account: Account) -> tuple[str, ...]:
    """Return which of crossed, long and short the request sets."""
    if account.modes["margin_mode"] == "crossed":
        return ("crossed",)
    if account.modes["position_mode"] == "one_way_mode":
        return ("long", "short")
    if not hold_side:
        raise _refused("40808", "Parameter verification exception: hold side is null")
    return (hold_side,)


def _read(request: Request, *, lenient: bool) -> Mapping[str, str]:
    """Read the five fields, "" for an absent holdSide; `leverage` in plain form, every value legal by itself."""
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
    if fields["productType"] not in _PRODUCTS:
        raise _wrong("productType")
    if lenient:
        fields["marginCoin"] = fields["marginCoin"].upper()
    coin = fields["marginCoin"]
    if not (coin.isascii() and coin.isalnum() and coin == coin.upper()):
        raise _wrong("marginCoin")
    # "" is not a side; some clients send it for none, which lenient takes.
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
