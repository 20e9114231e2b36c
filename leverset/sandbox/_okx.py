"""OKX: POST /api/v5/account/set-leverage.

Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._exchange import Change, Exchange
from ._leverage import Book, Scope, plain_decimal, scope, within
from ._messages import Refused, Request, Response, json_response
from ._okx_instruments import CURRENCIES, Instrument, read_instrument
from ._signatures import CLOCK_TOLERANCE, same, signature

_FIELDS = ("instId", "ccy", "lever", "mgnMode", "posSide")
_LOWEST, _HIGHEST_MARGIN, _HIGHEST_CONTRACT = "0.01", "10", "125"

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_CREDENTIALS = (("key", "50103"), ("passphrase", "50104"), ("sign", "50106"), ("timestamp", "50107"))
# Codes of the gateway, given before the endpoint is reached: those responses have no `data`. All 501xx are, too.
_GATEWAY = frozenset(("50001", "50004", "50011", "50013", "50026"))


class Okx(Exchange):
    """OKX as its document describes it.

    Lenient takes posSide "" for an absent one, and posSide "net" where it does not apply.
    """

    name = "okx"
    title = "OKX"
    path_prefixes = ("/api/v5/",)
    set_leverage_path = "/api/v5/account/set-leverage"
    time_path = "/api/v5/public/time"
    limit = 5
    seconds = 2.0
    key_header = "ok-access-key"
    secret_headers = frozenset(("ok-access-passphrase",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "level": ("spot", "single_currency", "multi_currency", "portfolio"),
        "position_mode": ("long_short_mode", "net_mode"),
    }
    default_modes: ClassVar[Mapping[str, str]] = {"level": "single_currency", "position_mode": "long_short_mode"}

    @property
    def over_limit(self) -> Refused:
        """HTTP 429 with code 50011."""
        return Refused("50011", "Too Many Requests", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Check the signature first, then the environment: x-simulated-trading "1" is demo, all else live."""
        account = _signer(request, accounts, now)
        environment = "demo" if request.header("x-simulated-trading") == "1" else "live"
        if environment != account.environment:
            raise Refused("50101", "APIKey does not match current environment.", 401)
        return account

    def time(self, now: float) -> object:
        """Return milliseconds as a string."""
        return {"ts": str(round(now * 1000))}

    def success(self, result: object, now: float) -> Response:  # noqa: ARG002 - another exchange needs it
        """Put a result into the list `data`."""
        return json_response({"code": "0", "msg": "", "data": [result]})

    def refusal(self, refused: Refused, now: float) -> Response:  # noqa: ARG002 - another exchange needs it
        """Put a refusal beside an empty `data`, which a refusal by the gateway does not have."""
        code, msg = refused.code, refused.msg
        if code.startswith("501") or code in _GATEWAY:
            return json_response({"msg": msg, "code": code}, refused.status)
        return json_response({"code": code, "data": [], "msg": msg}, refused.status)

    def requested_change(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:  # noqa: ARG002 - another exchange needs the book
        """Apply the document's rules to the body, then to the account's modes, then the bounds."""
        fields = _read(request, lenient=lenient)
        lever = fields["lever"]
        if not fields["instId"]:
            where, named = _currency(fields, account)
            highest = _HIGHEST_MARGIN  # ccy is about MARGIN only
        else:
            instrument = read_instrument(fields["instId"])
            if instrument is None:
                raise Refused("51001", "Instrument ID does not exist")
            where, named = _instrument(fields, instrument, account)
            highest = _HIGHEST_CONTRACT if instrument.is_contract else _HIGHEST_MARGIN
        outside = within(lever, _LOWEST, highest)
        if outside > 0:
            raise Refused("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
        if outside < 0:
            raise Refused("59105", "Leverage can't be less than the minimum limit.", 400)
        result = {"lever": lever, "mgnMode": fields["mgnMode"], **named}
        return Change({where: lever}, result)


EXCHANGE = Okx()


def _signer(request: Request, accounts: Mapping[str, Account], now: float) -> Account:
    """Return the account that signed the request, with headers OK-ACCESS-KEY, -PASSPHRASE, -SIGN and -TIMESTAMP."""
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
    if not same(sent["passphrase"], account.passphrase):
        raise Refused("50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect', 401)
    if not same(sent["sign"], signature(account.secret, sent["timestamp"], request)):
        raise Refused("50113", "Invalid Sign", 401)
    return account


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
            raise Refused("50014", f"Parameter {required} can not be empty.", 400)
    lever = plain_decimal(fields["lever"])
    if lever is None:
        raise _wrong("lever")
    if fields["mgnMode"] not in ("isolated", "cross"):
        raise _wrong("mgnMode")
    # Only instId and ccy may be "" for absent; some clients send posSide "", too, which lenient takes.
    if "posSide" in sent and fields["posSide"] not in ("long", "short", "net", *([""] if lenient else [])):
        raise _wrong("posSide")
    if lenient:
        fields["posSide"] = _lenient_side(fields)
    if not fields["instId"] and not fields["ccy"]:
        raise Refused("50015", "Either parameter instId or ccy is required", 400)
    if fields["ccy"] and fields["mgnMode"] != "cross":
        raise Refused("50016", "Parameter mgnMode and ccy is an invalid combination", 400)
    if fields["mgnMode"] == "cross" and fields["posSide"] not in ("", "net"):
        raise _wrong("posSide")
    return {**fields, "lever": lever}


def _body_refusal(problem: BodyProblem) -> Refused:
    match problem.kind:
        case "content_type":
            return Refused("50006", "Invalid Content-Type, please use application/json", 400)
        case "empty":
            return Refused("50000", "Body can not be empty", 400)
        case "json":
            return Refused("50002", "Json data format error", 400)
    return _wrong(problem.field)


def _lenient_side(fields: Mapping[str, str]) -> str:
    """Return posSide, absent where "net" was sent and it does not apply: some clients always send "net"."""
    instrument = read_instrument(fields["instId"])
    applies = instrument is not None and instrument.is_contract
    return "" if fields["posSide"] == "net" and not applies else fields["posSide"]


def _currency(fields: Mapping[str, str], account: Account) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of ccy without instId: cross MARGIN in multi-currency margin."""
    ccy = fields["ccy"]
    if fields["posSide"]:
        raise _wrong("posSide")
    if ccy not in CURRENCIES:
        raise Refused("51012", "Token does not exist")
    if account.modes["level"] != "multi_currency":
        raise _wrong_mode()
    return scope("currency", [("mgnMode", "cross"), ("ccy", ccy)]), {"instId": "", "ccy": ccy, "posSide": ""}


def _instrument(fields: Mapping[str, str], instrument: Instrument, account: Account) -> tuple[Scope, Mapping[str, str]]:
    """Return scope and result of instId; a ccy beside it is ignored."""
    inst_id, mode, side = fields["instId"], fields["mgnMode"], fields["posSide"]
    if side and not instrument.is_contract:
        raise _wrong("posSide")
    if not instrument.exists or instrument.kind == "OPTION":  # options have no leverage
        raise Refused("51001", "Instrument ID does not exist")
    if account.modes["level"] == "spot":
        raise _wrong_mode()
    if not instrument.is_contract:
        # Cross MARGIN in multi-currency margin is set at currency level, but the document does not say to
        # which currency a pair belongs: with instId, the value is kept at the pair.
        return scope("pair", [("mgnMode", mode), ("instId", inst_id)]), {"instId": inst_id, "posSide": ""}
    if mode == "cross":
        if account.modes["level"] == "portfolio":
            raise Refused("51039", "Leverage cannot be adjusted for cross positions in portfolio margin")
        where = scope("underlying", [("mgnMode", mode), ("uly", instrument.underlying)])
        return where, {"instId": inst_id, "posSide": ""}
    contract = [("mgnMode", mode), ("instId", inst_id)]
    if account.modes["position_mode"] == "net_mode":
        if side not in ("", "net"):
            raise _wrong("posSide")
        return scope("contract", contract), {"instId": inst_id, "posSide": "net"}
    if side not in ("long", "short"):
        raise _wrong("posSide")
    return scope("contract", [*contract, ("posSide", side)]), {"instId": inst_id, "posSide": side}


def _wrong(parameter: str) -> Refused:
    return Refused("51000", f"Parameter {parameter} error", 400)


def _wrong_mode() -> Refused:
    return Refused("51010", "Request unsupported under current account mode")
