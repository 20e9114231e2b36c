"""Bitget: its endpoints, signatures and envelope, and POST /api/v2/mix/account/set-leverage.

Document: https://www.bitget.com/api-doc/contract/account/Change-Leverage
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from ._accounts import Account, Key
from ._bitget_guide import GUIDE
from ._bitget_reads import contracts, server_time, single_account
from ._bitget_refusals import missing, no_symbol, refused, unknown, wrong, wrong_margin_coin
from ._bitget_symbols import PRODUCTS, STATES, find_symbol
from ._bodies import BodyProblem, read_body
from ._bounds import shown
from ._exchange import AccountRead, Change, Exchange, Market, PublicRead
from ._leverage import NO_DECIMAL, Book, plain_decimal, within
from ._messages import Refused, Request, Response, json_response
from ._refusal_texts import UNKNOWN_KEY, WRONG_PASSPHRASE, clock_is_off
from ._signatures import CLOCK_TOLERANCE, WrongSignature, same, signature

_REQUIRED = ("symbol", "productType", "marginCoin", "leverage")
_FIELDS = (*_REQUIRED, "holdSide")

_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_CREDENTIALS = (("key", "40001"), ("sign", "40002"), ("timestamp", "40005"), ("passphrase", "40011"))

# Whether these states keep leverage from being set is not documented.
_CLOSED = {
    "maintain": ("40844", "The symbol is under maintenance"),
    "restrictedAPI": ("22004", "This symbol does not support API trading"),
    "off": ("40309", "The symbol has been removed"),
}


class Bitget(Exchange):
    """Bitget as its document describes it.

    Lenient takes holdSide "" for an absent one, and marginCoin in lower case.
    """

    name = "bitget"
    title = "Bitget"
    path_prefixes = ("/api/v2/", "/api/v3/")
    set_leverage_path = "/api/v2/mix/account/set-leverage"
    limit = 5
    seconds = 1.0
    key_header = "access-key"
    secret_headers = frozenset(("access-passphrase",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "margin_mode": ("crossed", "isolated"),
        "position_mode": ("one_way_mode", "hedge_mode"),
    }
    default_modes: ClassVar[Mapping[str, str]] = {"margin_mode": "isolated", "position_mode": "hedge_mode"}
    kinds = ("classic", "unified")
    instrument_states = STATES
    lever_fields = ("longLeverage", "shortLeverage", "crossMarginLeverage")
    unavailable = Refused("40015", "System is abnormal, please try again later", 503)
    expired = Refused("40008", "Request timestamp expired", 400)
    guide = GUIDE
    reads: ClassVar[Mapping[str, PublicRead | AccountRead]] = {
        "/api/v2/mix/account/account": AccountRead(10, 1.0, single_account),
        "/api/v2/mix/market/contracts": PublicRead(20, 1.0, contracts),
        "/api/v2/public/time": PublicRead(20, 1.0, server_time),
    }

    @property
    def over_limit(self) -> Refused:
        """HTTP 429 with code 429."""
        return Refused("429", "Too Many Requests", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Check the signature, then the environment (paptrading "1" is demo, all else live), then the key.

        The S-prefixed demo product types need no header: they are open in both environments. A unified account is
        refused before anything but its key is looked at.
        """
        account, key = _signer(request, accounts, now)
        environment = "demo" if request.header("paptrading") == "1" else "live"
        if environment != account.environment:
            why = f"the key is of the {account.environment} environment, the request is for {environment}"
            raise refused("40099", "exchange environment is incorrect", why)
        if key.ips and request.peer not in key.ips:
            raise refused("40018", "Invalid IP", "the key is bound to other addresses")
        if self.needed_permission(request) not in key.permissions:
            why = f"the key lacks the permission {self.needed_permission(request)}"
            raise refused("40014", "Incorrect permissions", why)
        return account

    def instrument_name(self, name: str) -> str:
        """Return a symbol in capitals."""
        symbol = name.upper()
        if not name.isascii() or not any(shape.fullmatch(symbol) for shape, *_ in PRODUCTS.values()):
            raise ValueError(f"no symbol of Bitget can have the name {shown(name)}")
        return symbol

    def success(self, result: object, now: float) -> Response:
        """Put a result into `data`."""
        moment = round(now * 1000)
        return json_response({"code": "00000", "data": result, "msg": "success", "requestTime": moment})

    def refusal(self, refused: Refused, now: float) -> Response:
        """Put a refusal beside `data` null."""
        moment = round(now * 1000)
        payload = {"code": refused.code, "msg": refused.msg, "requestTime": moment, "data": None}
        return json_response(payload, refused.status)

    def requested_change(self, request: Request, account: Account, book: Book, market: Market) -> Change:
        """Apply the document's rules to the body, then to the account's modes, then the bounds."""
        fields = _read(request, lenient=market.config.lenient)
        lever = fields["leverage"]
        symbol = find_symbol(fields["symbol"], fields["productType"], market.listing)
        if symbol is None:
            raise no_symbol()
        if fields["marginCoin"] != symbol.margin_coin:
            raise wrong_margin_coin(symbol.name, symbol.margin_coin)
        if symbol.state in _CLOSED:
            raise refused(*_CLOSED[symbol.state], f"the symbol's state is {symbol.state}")
        sides = _sides(fields["holdSide"], account)
        outside = within(lever, symbol.lowest, symbol.highest)
        if outside > 0:
            why = f"the highest leverage here is {symbol.highest}"
            raise refused("40797", "Exceeded the maximum settable leverage", why)
        if outside < 0:
            msg = f"leverage should be between {symbol.lowest} and {symbol.highest}"
            raise refused("40053", msg, f"the lowest leverage here is {symbol.lowest}")
        after = {**symbol.leverages(book), **dict.fromkeys(sides, lever)}
        result = {
            "symbol": symbol.name,
            "marginCoin": symbol.margin_coin,
            "longLeverage": after["long"],
            "shortLeverage": after["short"],
            "crossMarginLeverage": after["crossed"],
            "marginMode": account.modes["margin_mode"],
        }
        return Change({symbol.scope(side): lever for side in sides}, result)

    def held(self, fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:
        """Return the leverage of a symbol by holdSide, "" in crossed margin."""
        product_type = fields.get("productType", "")
        if product_type not in PRODUCTS:
            raise wrong("productType", f"productType is one of {', '.join(PRODUCTS)}")
        symbol = find_symbol(fields.get("symbol", ""), product_type, market.listing)
        if symbol is None:
            raise no_symbol()
        levers = symbol.leverages(book)
        if account.modes["margin_mode"] == "crossed":
            return {"": levers["crossed"]}
        return {side: levers[side] for side in ("long", "short")}


EXCHANGE = Bitget()


def _signer(request: Request, accounts: Mapping[str, Account], now: float) -> tuple[Account, Key]:
    """Return the account and the key that signed the request.

    Headers are ACCESS-KEY, -SIGN, -TIMESTAMP and -PASSPHRASE. The timestamp is in milliseconds since 1970. The key is
    checked before the signature.
    """
    sent = {}
    for name, code in _CREDENTIALS:
        sent[name] = request.header(f"access-{name}")
        if not sent[name]:
            why = f"ACCESS-{name.upper()} is required"
            raise Refused(code, f"ACCESS_{name.upper()} cannot be empty", 400, why=why)
    if not _MILLISECONDS.fullmatch(sent["timestamp"]):
        why = "the timestamp has to be milliseconds since 1970, in digits"
        raise Refused("40005", "Invalid ACCESS_TIMESTAMP", 400, why=why)
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("40006", "Invalid ACCESS_KEY", 400, why=UNKNOWN_KEY)
    if account.kind == "unified":
        msg = "You are in Unified Account mode, and the Classic Account API is not supported at this time"
        raise refused("40085", msg, "the account is unified, and these endpoints are for classic ones")
    key = account.key(sent["key"])
    if not same(sent["passphrase"], key.passphrase):
        raise Refused("40012", "apikey/password is incorrect", 400, why=WRONG_PASSPHRASE)
    behind = now - int(sent["timestamp"]) / 1000
    if abs(behind) > CLOCK_TOLERANCE:
        raise Refused("40008", "Request timestamp expired", 400, why=clock_is_off(behind))
    if not same(sent["sign"], signature(key.secret, sent["timestamp"], request)):
        made = {"timestamp": sent["timestamp"], "sent": sent["sign"]}
        raise WrongSignature("40009", "sign signature error", 400, key=key, **made)
    return account, key


def _sides(hold_side: str, account: Account) -> tuple[str, ...]:
    """Return which of crossed, long and short the request sets."""
    if account.modes["margin_mode"] == "crossed":
        return ("crossed",)
    if account.modes["position_mode"] == "one_way_mode":
        return ("long", "short")
    if not hold_side:
        why = "in isolated margin and hedge_mode holdSide is long or short"
        raise refused("40808", "Parameter verification exception: hold side is null", why)
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
            raise missing(required)
    leverage = plain_decimal(fields["leverage"])
    if leverage is None:
        raise wrong("leverage", NO_DECIMAL)
    if fields["productType"] not in PRODUCTS:
        raise wrong("productType", f"productType is one of {', '.join(PRODUCTS)}, in capitals")
    if lenient:
        fields["marginCoin"] = fields["marginCoin"].upper()
    coin = fields["marginCoin"]
    if not (coin.isascii() and coin.isalnum() and coin == coin.upper()):
        raise wrong("marginCoin", "marginCoin is written in capitals and digits")
    # "" is not a side; some clients send it for none, which lenient takes.
    if "holdSide" in sent and fields["holdSide"] not in ("long", "short", *([""] if lenient else [])):
        raise wrong("holdSide", "holdSide is long or short, or left out")
    return {**fields, "leverage": leverage}


def _body_refusal(problem: BodyProblem) -> Refused:
    match problem.kind:
        case "content_type":
            msg = "Parameter verification failed: Content-Type must be application/json"
            return refused("40017", msg, problem.why)
        case "empty":
            return refused("40019", "Request body cannot be empty", problem.why)
        case "json":
            return refused("40409", "wrong format", problem.why)
        case "unknown_field":
            return unknown(problem.field, problem.why)
    return refused("40409", f"wrong format: {problem.field} must be a string", problem.why)
