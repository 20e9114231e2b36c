"""OKX: POST /api/v5/account/set-leverage.

Document: https://www.okx.com/docs-v5/en/#trading-account-rest-api-set-leverage
"""

from collections.abc import Mapping

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._exchange import Change, Exchange
from ._instruments import OKX_CURRENCIES, OkxInstrument, okx_instrument
from ._leverage import Book, Scope, plain_decimal, scope, within
from ._messages import Refused, Request
from ._signatures import okx_account

# The leverage of whatever was never set. The document names none; a set value never depends on it.
OKX_INITIAL = "3"

_FIELDS = ("instId", "ccy", "lever", "mgnMode", "posSide")
_LOWEST, _HIGHEST_MARGIN, _HIGHEST_CONTRACT = "0.01", "10", "125"


def _wrong(parameter: str) -> Refused:
    return Refused("51000", f"Parameter {parameter} error")


class Okx(Exchange):
    """OKX as its document describes it: 5 requests per 2 seconds and user."""

    name = "okx"
    set_leverage_path = "/api/v5/account/set-leverage"
    time_path = "/api/v5/public/time"
    limit = 5
    seconds = 2.0

    @property
    def too_many(self) -> Refused:
        """HTTP 429 with code 50011."""
        return Refused("50011", "Too Many Requests", 429)

    def known_key(self, request: Request) -> Account | None:
        """By OK-ACCESS-KEY."""
        return self.accounts.get(request.header("ok-access-key"))

    def authenticate(self, request: Request, now: float) -> Account:
        """Signature first, then the environment: x-simulated-trading "1" is demo, all else live."""
        account = okx_account(request, self.accounts, now)
        environment = "demo" if request.header("x-simulated-trading") == "1" else "live"
        if environment != account.environment:
            raise Refused("50101", "APIKey does not match current environment.", 401)
        return account

    def time(self, now: float) -> object:
        """Milliseconds as a string."""
        return {"ts": str(round(now * 1000))}

    def plan(self, request: Request, account: Account, book: Book, *, lenient: bool) -> Change:  # noqa: ARG002 - Bitget needs it
        """The document's rules on the body, then the account's state, then the bounds."""
        fields = _read(request, lenient=lenient)
        lever = fields["lever"]
        if not fields["instId"]:
            where, reply = _currency(fields, account)
            highest = _HIGHEST_MARGIN  # ccy is about MARGIN only
        else:
            instrument = okx_instrument(fields["instId"])
            if instrument is None:
                raise Refused("51001", "Instrument ID does not exist")
            where, reply = _instrument(fields, instrument, account)
            highest = _HIGHEST_CONTRACT if instrument.is_contract else _HIGHEST_MARGIN
        outside = within(lever, _LOWEST, highest)
        if outside > 0:
            raise Refused("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
        if outside < 0:
            raise Refused("59105", "Leverage can't be less than the minimum limit.", 400)
        result = {"lever": lever, "mgnMode": fields["mgnMode"], **reply}
        return Change({where: lever}, result)


def _read(request: Request, *, lenient: bool) -> Mapping[str, str]:
    """The five fields, "" for those absent; `lever` in plain form, every value legal by itself."""
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
    # Only instId and ccy may be "" for absent; lenient knows clients that send posSide "", too.
    if "posSide" in sent and fields["posSide"] not in ("long", "short", "net", *([""] if lenient else [])):
        raise _wrong("posSide")
    if lenient:
        fields["posSide"] = _forgiven_side(fields)
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


def _forgiven_side(fields: Mapping[str, str]) -> str:
    """Some clients always send "net": where posSide does not apply, it counts as absent."""
    instrument = okx_instrument(fields["instId"])
    applies = instrument is not None and instrument.is_contract
    return "" if fields["posSide"] == "net" and not applies else fields["posSide"]


def _currency(fields: Mapping[str, str], account: Account) -> tuple[Scope, Mapping[str, str]]:
    """ccy without instId: cross MARGIN in multi-currency margin, at currency level."""
    ccy = fields["ccy"]
    if fields["posSide"]:
        raise _wrong("posSide")
    if ccy not in OKX_CURRENCIES:
        raise Refused("51012", "Token does not exist")
    if account.level != "multi_currency":
        raise _wrong_mode()
    return scope("currency", [("mgnMode", "cross"), ("ccy", ccy)]), {"instId": "", "ccy": ccy, "posSide": ""}


def _instrument(
    fields: Mapping[str, str], instrument: OkxInstrument, account: Account
) -> tuple[Scope, Mapping[str, str]]:
    """instId, with or without ccy: instId is used."""
    inst_id, mode, side = fields["instId"], fields["mgnMode"], fields["posSide"]
    if side and not instrument.is_contract:
        raise _wrong("posSide")
    if not instrument.exists or instrument.kind == "OPTION":  # options have no leverage
        raise Refused("51001", "Instrument ID does not exist")
    if account.level == "spot":
        raise _wrong_mode()
    if not instrument.is_contract:
        # Cross MARGIN in multi-currency margin is set at currency level, but the document does not say to
        # which currency a pair belongs: with instId, the value is kept at the pair.
        return scope("pair", [("mgnMode", mode), ("instId", inst_id)]), {"instId": inst_id, "posSide": ""}
    if mode == "cross":
        if account.level == "portfolio":
            raise Refused("51039", "Leverage cannot be adjusted for cross positions in portfolio margin")
        where = scope("underlying", [("mgnMode", mode), ("uly", instrument.underlying)])
        return where, {"instId": inst_id, "posSide": ""}
    contract = [("mgnMode", mode), ("instId", inst_id)]
    if account.position_mode == "net_mode":
        if side not in ("", "net"):
            raise _wrong("posSide")
        return scope("contract", contract), {"instId": inst_id, "posSide": "net"}
    if side not in ("long", "short"):
        raise _wrong("posSide")
    return scope("contract", [*contract, ("posSide", side)]), {"instId": inst_id, "posSide": side}


def _wrong_mode() -> Refused:
    return Refused("51010", "Request unsupported under current account mode")
