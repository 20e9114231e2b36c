"""OKX: its endpoints, signatures and envelope, and POST /api/v5/account/set-leverage.

Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage
"""

from collections.abc import Mapping
from typing import ClassVar

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._bounds import shown
from ._exchange import AccountRead, Change, Exchange, Market, PublicRead
from ._leverage import NO_DECIMAL, Book, Scope, plain_decimal, within
from ._messages import Refused, Request, Response, json_response
from ._okx_account import account_config, held_leverage, leverage_info
from ._okx_guide import GUIDE
from ._okx_instruments import (
    CURRENCIES,
    HIGHEST_CURRENCY,
    LOWEST,
    STATES,
    Instrument,
    read_instrument,
)
from ._okx_market import instrument_type, instruments, system_time
from ._okx_refusals import currency_is_cross, missing, neither, no_currency, no_instrument, wrong, wrong_mode
from ._okx_scopes import of_currency, of_instrument
from ._okx_signer import signer

_FIELDS = ("instId", "ccy", "lever", "mgnMode", "posSide")

# Codes of the gateway, given before the endpoint is reached: those responses have no `data`. All 501xx are, too.
_GATEWAY = frozenset(("50001", "50004", "50011", "50013", "50026"))
# Whether these states keep leverage from being set is not documented.
_CLOSED = {"suspend": ("51022", "Instrument is suspended"), "preopen": ("51021", "Instrument is not listed yet")}


class Okx(Exchange):
    """OKX as its document describes it.

    Lenient takes posSide "" for an absent one, and posSide "net" where it does not apply.
    """

    name = "okx"
    title = "OKX"
    path_prefixes = ("/api/v5/",)
    set_leverage_path = "/api/v5/account/set-leverage"
    limit = 5
    seconds = 2.0
    key_header = "ok-access-key"
    secret_headers = frozenset(("ok-access-passphrase",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "level": ("spot", "single_currency", "multi_currency", "portfolio"),
        "position_mode": ("long_short_mode", "net_mode"),
    }
    default_modes: ClassVar[Mapping[str, str]] = {"level": "single_currency", "position_mode": "long_short_mode"}
    instrument_states = STATES
    lever_fields = ("lever",)
    unavailable = Refused("50001", "Service temporarily unavailable. Try again later", 503)
    expired = Refused("50102", "Timestamp request expired", 401)
    guide = GUIDE
    reads: ClassVar[Mapping[str, PublicRead | AccountRead]] = {
        "/api/v5/account/leverage-info": AccountRead(20, 2.0, leverage_info),
        "/api/v5/account/config": AccountRead(5, 2.0, account_config),
        "/api/v5/public/time": PublicRead(10, 2.0, system_time),
        "/api/v5/public/instruments": PublicRead(20, 2.0, instruments, group=instrument_type),
    }

    @property
    def over_limit(self) -> Refused:
        """HTTP 429 with code 50011."""
        return Refused("50011", "Too Many Requests", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Check the signature, then the environment (x-simulated-trading "1" is demo, all else live), then the key."""
        account, key = signer(request, accounts, now)
        environment = "demo" if request.header("x-simulated-trading") == "1" else "live"
        if environment != account.environment:
            why = f"the key is of the {account.environment} environment, the request is for {environment}"
            raise Refused("50101", "APIKey does not match current environment.", 401, why=why)
        if key.ips and request.peer not in key.ips:
            msg = f"Your IP {request.peer} is not included in your API key's IP whitelist."
            raise Refused("50110", msg, 401, why="the key is bound to other addresses")
        if self.needed_permission(request) not in key.permissions:
            msg = "This API key doesn't have permission to use this function"
            raise Refused("50120", msg, why=f"the key lacks the permission {self.needed_permission(request)}")
        return account

    def instrument_name(self, name: str) -> str:
        """Return the name as it is: instruments are written in capitals."""
        if read_instrument(name) is None:
            raise ValueError(f"no instrument of OKX can have the name {shown(name)}")
        return name

    def success(self, result: object, now: float) -> Response:  # noqa: ARG002 - another exchange needs it
        """Put a result into the list `data`, a list of results as it is."""
        data = result if isinstance(result, list) else [result]
        return json_response({"code": "0", "msg": "", "data": data})

    def refusal(self, refused: Refused, now: float) -> Response:  # noqa: ARG002 - another exchange needs it
        """Put a refusal beside an empty `data`, which a refusal by the gateway does not have."""
        code, msg = refused.code, refused.msg
        if code.startswith("501") or code in _GATEWAY:
            return json_response({"msg": msg, "code": code}, refused.status)
        return json_response({"code": code, "data": [], "msg": msg}, refused.status)

    def requested_change(self, request: Request, account: Account, book: Book, market: Market) -> Change:  # noqa: ARG002 - another exchange needs the book
        """Apply the document's rules to the body, then to the account's modes, then the bounds."""
        fields = _read(request, lenient=market.config.lenient)
        lever = fields["lever"]
        if not fields["instId"]:
            where, named = _currency(fields, account)
            lowest, highest = LOWEST, HIGHEST_CURRENCY
        else:
            instrument = read_instrument(fields["instId"], market.listing)
            if instrument is None:
                raise no_instrument()
            where, named = _instrument(fields, instrument, account, market)
            lowest, highest = instrument.lowest, instrument.highest
        outside = within(lever, lowest, highest)
        if outside > 0:
            msg = "Leverage exceeds the maximum limit. Please lower the leverage."
            raise Refused("59102", msg, why=f"the highest leverage here is {highest}")
        if outside < 0:
            msg = "Leverage can't be less than the minimum limit."
            raise Refused("59105", msg, 400, why=f"the lowest leverage here is {lowest}")
        result = {"lever": lever, "mgnMode": fields["mgnMode"], **named}
        return Change({where: lever}, result)

    def held(self, fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:
        """Return what leverage-info says, by posSide."""
        return held_leverage(fields, account, book, market)


EXCHANGE = Okx()


def _read(request: Request, *, lenient: bool) -> Mapping[str, str]:
    """Read the five fields, "" for those absent; `lever` in plain form, every value legal by itself."""
    try:
        sent = read_body(request, _FIELDS, lenient=lenient)
    except BodyProblem as problem:
        raise _body_refusal(problem) from None
    fields = {name: sent.get(name, "") for name in _FIELDS}
    for required in ("lever", "mgnMode"):
        if not fields[required]:
            raise missing(required)
    lever = plain_decimal(fields["lever"])
    if lever is None:
        raise wrong("lever", NO_DECIMAL)
    if fields["mgnMode"] not in ("isolated", "cross"):
        raise wrong("mgnMode", "mgnMode is isolated or cross")
    # Only instId and ccy may be "" for absent; some clients send posSide "", too, which lenient takes.
    if "posSide" in sent and fields["posSide"] not in ("long", "short", "net", *([""] if lenient else [])):
        raise wrong("posSide", "posSide is long, short or net, or left out")
    if lenient:
        fields["posSide"] = _lenient_side(fields)
    if not fields["instId"] and not fields["ccy"]:
        raise neither()
    if fields["ccy"] and fields["mgnMode"] != "cross":
        raise currency_is_cross()
    if fields["mgnMode"] == "cross" and fields["posSide"] not in ("", "net"):
        raise wrong("posSide", "in cross margin posSide is net, or left out")
    return {**fields, "lever": lever}


def _body_refusal(problem: BodyProblem) -> Refused:
    match problem.kind:
        case "content_type":
            msg = "Invalid Content-Type, please use application/json"
            return Refused("50006", msg, 400, why=problem.why)
        case "empty":
            return Refused("50000", "Body can not be empty", 400, why=problem.why)
        case "json":
            return Refused("50002", "Json data format error", 400, why=problem.why)
    return wrong(problem.field, problem.why)


def _lenient_side(fields: Mapping[str, str]) -> str:
    """Return posSide, absent where "net" was sent and it does not apply: some clients always send "net"."""
    instrument = read_instrument(fields["instId"])
    applies = instrument is not None and instrument.is_contract
    return "" if fields["posSide"] == "net" and not applies else fields["posSide"]


def _currency(fields: Mapping[str, str], account: Account) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of ccy without instId: cross MARGIN in multi-currency margin."""
    ccy = fields["ccy"]
    if fields["posSide"]:
        raise wrong("posSide", "posSide does not apply to a currency")
    if ccy not in CURRENCIES:
        raise no_currency()
    if account.modes["level"] != "multi_currency":
        raise wrong_mode(f"ccy needs the account level multi_currency; this account's is {account.modes['level']}")
    return of_currency(ccy), {"instId": "", "ccy": ccy, "posSide": ""}


def _instrument(
    fields: Mapping[str, str], instrument: Instrument, account: Account, market: Market
) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of instId; a ccy beside it is ignored."""
    mode, side = fields["mgnMode"], fields["posSide"]
    if side and not instrument.is_contract:
        raise wrong("posSide", "posSide applies to FUTURES and SWAP only")
    if not instrument.has_leverage:
        raise no_instrument("this kind of instrument has no leverage")
    if account.modes["level"] == "spot":
        raise wrong_mode("an account of level spot has no leverage")
    if instrument.state in _CLOSED:
        raise Refused(*_CLOSED[instrument.state], why=f"the instrument's state is {instrument.state}")
    reported = ""
    if instrument.is_contract and mode == "cross" and account.modes["level"] == "portfolio":
        msg = "Leverage cannot be adjusted for cross positions in portfolio margin"
        raise Refused("51039", msg, why="the account's level is portfolio")
    if instrument.is_contract and mode == "isolated":
        reported = _isolated_side(side, account)
    where = of_instrument(instrument, mode, reported, account, market.config)
    return where, {"instId": instrument.name, "posSide": reported}


def _isolated_side(side: str, account: Account) -> str:
    """Return the side of an isolated contract."""
    if account.modes["position_mode"] == "net_mode":
        if side not in ("", "net"):
            raise wrong("posSide", "the account is in net_mode: posSide is net, or left out")
        return "net"
    if side not in ("long", "short"):
        raise wrong("posSide", "the account is in long_short_mode: posSide is long or short for an isolated contract")
    return side
