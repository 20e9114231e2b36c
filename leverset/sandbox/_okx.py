"""OKX: its endpoints, signatures and envelope, and POST /api/v5/account/set-leverage.

Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from ._accounts import Account, Key
from ._bodies import BodyProblem, read_body
from ._bounds import shown
from ._exchange import AccountRead, Change, Exchange, Market, PublicRead
from ._leverage import Book, Scope, plain_decimal, within
from ._messages import Refused, Request, Response, json_response
from ._okx_account import account_config, held_leverage, leverage_info
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
from ._signatures import CLOCK_TOLERANCE, same, signature

_FIELDS = ("instId", "ccy", "lever", "mgnMode", "posSide")

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_CREDENTIALS = (("key", "50103"), ("passphrase", "50104"), ("sign", "50106"), ("timestamp", "50107"))
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
        account, key = _signer(request, accounts, now)
        environment = "demo" if request.header("x-simulated-trading") == "1" else "live"
        if environment != account.environment:
            raise Refused("50101", "APIKey does not match current environment.", 401)
        if key.ips and request.peer not in key.ips:
            raise Refused("50110", f"Your IP {request.peer} is not included in your API key's IP whitelist.", 401)
        if self.needed_permission(request) not in key.permissions:
            raise Refused("50120", "This API key doesn't have permission to use this function")
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
            raise Refused("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
        if outside < 0:
            raise Refused("59105", "Leverage can't be less than the minimum limit.", 400)
        result = {"lever": lever, "mgnMode": fields["mgnMode"], **named}
        return Change({where: lever}, result)

    def held(self, fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:
        """Return what leverage-info says, by posSide."""
        return held_leverage(fields, account, book, market)


EXCHANGE = Okx()


def _signer(request: Request, accounts: Mapping[str, Account], now: float) -> tuple[Account, Key]:
    """Return the account and the key that signed, by headers OK-ACCESS-KEY, -PASSPHRASE, -SIGN and -TIMESTAMP."""
    sent = {}
    for name, code in _CREDENTIALS:
        sent[name] = request.header(f"ok-access-{name}")
        if not sent[name]:
            raise Refused(code, f'Request header "OK-ACCESS-{name.upper()}" can not be empty', 401)
    moment = _moment(sent["timestamp"])
    if moment is None:
        raise Refused("50112", "Invalid OK-ACCESS-TIMESTAMP", 401)
    if abs(now - moment) > CLOCK_TOLERANCE:
        raise Refused("50102", "Timestamp request expired", 401)
    account = accounts.get(sent["key"])
    if account is None:
        raise Refused("50111", "Invalid OK-ACCESS-KEY", 401)
    key = account.key(sent["key"])
    if not same(sent["passphrase"], key.passphrase):
        raise Refused("50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect', 401)
    if not same(sent["sign"], signature(key.secret, sent["timestamp"], request)):
        raise Refused("50113", "Invalid Sign", 401)
    return account, key


def _moment(timestamp: str) -> float | None:
    """Read a timestamp such as 2020-12-08T09:08:57.715Z, as seconds since 1970."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp[:-1]).replace(tzinfo=UTC).timestamp()
    except ValueError:  # the right shape, but no such day or hour
        return None


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
        raise wrong("lever")
    if fields["mgnMode"] not in ("isolated", "cross"):
        raise wrong("mgnMode")
    # Only instId and ccy may be "" for absent; some clients send posSide "", too, which lenient takes.
    if "posSide" in sent and fields["posSide"] not in ("long", "short", "net", *([""] if lenient else [])):
        raise wrong("posSide")
    if lenient:
        fields["posSide"] = _lenient_side(fields)
    if not fields["instId"] and not fields["ccy"]:
        raise neither()
    if fields["ccy"] and fields["mgnMode"] != "cross":
        raise currency_is_cross()
    if fields["mgnMode"] == "cross" and fields["posSide"] not in ("", "net"):
        raise wrong("posSide")
    return {**fields, "lever": lever}


def _body_refusal(problem: BodyProblem) -> Refused:
    match problem.kind:
        case "content_type":
            return Refused("50006", "Invalid Content-Type, please use application/json", 400)
        case "empty":
            return Refused("50000", "Body can not be empty", 400)
        case "json":
            return Refused("50002", "Json data format error", 400)
    return wrong(problem.field)


def _lenient_side(fields: Mapping[str, str]) -> str:
    """Return posSide, absent where "net" was sent and it does not apply: some clients always send "net"."""
    instrument = read_instrument(fields["instId"])
    applies = instrument is not None and instrument.is_contract
    return "" if fields["posSide"] == "net" and not applies else fields["posSide"]


def _currency(fields: Mapping[str, str], account: Account) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of ccy without instId: cross MARGIN in multi-currency margin."""
    ccy = fields["ccy"]
    if fields["posSide"]:
        raise wrong("posSide")
    if ccy not in CURRENCIES:
        raise no_currency()
    if account.modes["level"] != "multi_currency":
        raise wrong_mode()
    return of_currency(ccy), {"instId": "", "ccy": ccy, "posSide": ""}


def _instrument(
    fields: Mapping[str, str], instrument: Instrument, account: Account, market: Market
) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of instId; a ccy beside it is ignored."""
    mode, side = fields["mgnMode"], fields["posSide"]
    if side and not instrument.is_contract:
        raise wrong("posSide")
    if not instrument.has_leverage:
        raise no_instrument()
    if account.modes["level"] == "spot":
        raise wrong_mode()
    if instrument.state in _CLOSED:
        raise Refused(*_CLOSED[instrument.state])
    reported = ""
    if instrument.is_contract and mode == "cross" and account.modes["level"] == "portfolio":
        raise Refused("51039", "Leverage cannot be adjusted for cross positions in portfolio margin")
    if instrument.is_contract and mode == "isolated":
        reported = _isolated_side(side, account)
    where = of_instrument(instrument, mode, reported, account, market.config)
    return where, {"instId": instrument.name, "posSide": reported}


def _isolated_side(side: str, account: Account) -> str:
    """Return the side of an isolated contract."""
    if account.modes["position_mode"] == "net_mode":
        if side not in ("", "net"):
            raise wrong("posSide")
        return "net"
    if side not in ("long", "short"):
        raise wrong("posSide")
    return side
