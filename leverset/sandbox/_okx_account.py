"""OKX: the reads about an account.

Documents: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage and
#trading-account-rest-api-get-account-configuration
"""

from collections.abc import Iterator, Mapping

from ._accounts import Account
from ._exchange import Market
from ._leverage import Book
from ._messages import Refused, Request
from ._okx_instruments import CURRENCIES, INITIAL_CURRENCY, Instrument, initial_leverage, read_instrument
from ._okx_queries import read_parameters
from ._okx_refusals import currency_is_cross, missing, neither, no_currency, no_instrument, wrong, wrong_mode
from ._okx_scopes import of_currency, of_instrument

_LEVERAGE_OF = ("mgnMode", "instId", "ccy")
_MOST_NAMES = 20
_LEVELS = {"spot": "1", "single_currency": "2", "multi_currency": "3", "portfolio": "4"}
_PERMISSIONS = {"read": "read_only", "trade": "trade", "withdraw": "withdraw"}


def leverage_info(request: Request, account: Account, book: Book, market: Market) -> list[Mapping[str, str]]:
    """Return the leverage of up to 20 instruments or currencies, in the order in which they were named."""
    return _leverage_rows(read_parameters(request, _LEVERAGE_OF, market), account, book, market)


def held_leverage(fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:
    """Return the leverage of one instrument or currency by posSide."""
    if "," in fields.get("instId", "") + fields.get("ccy", ""):
        raise no_instrument()
    rows = _leverage_rows({**dict.fromkeys(_LEVERAGE_OF, ""), **fields}, account, book, market)
    return {row["posSide"]: row["lever"] for row in rows}


def _leverage_rows(fields: Mapping[str, str], account: Account, book: Book, market: Market) -> list[Mapping[str, str]]:
    """Return what `leverage_info` does, by the fields of the request; "" is an absent one."""
    mode = fields["mgnMode"]
    if not mode:
        raise missing("mgnMode")
    if mode not in ("isolated", "cross"):
        raise wrong("mgnMode", "mgnMode is isolated or cross")
    if not fields["instId"] and not fields["ccy"]:
        raise neither()
    if fields["ccy"] and mode != "cross":
        raise currency_is_cross()
    # What both together mean is documented of setting only: there the instrument counts.
    parameter = "instId" if fields["instId"] else "ccy"
    names = fields[parameter].split(",")
    if len(names) > _MOST_NAMES:
        msg = f"Parameter {parameter} count exceeds the limit {_MOST_NAMES}"
        raise Refused("50025", msg, why=f"at most {_MOST_NAMES} names in one request")
    names = list(dict.fromkeys(names))
    if parameter == "ccy":
        return [_currency_row(ccy, account, book) for ccy in names]
    instruments = [_levered(name, market) for name in names]
    if len({instrument.kind for instrument in instruments}) > 1:
        msg = "Only the same type of instruments can be queried together"
        raise Refused("59004", msg, why="the names are of several types of instruments")
    if account.modes["level"] == "spot":
        raise wrong_mode("an account of level spot has no leverage")
    if instruments[0].is_contract and mode == "cross" and account.modes["level"] == "portfolio":
        msg = "Leverage query isn't supported in portfolio margin account mode"
        raise Refused("59111", msg, why="the account's level is portfolio")
    return [row for instrument in instruments for row in _rows(instrument, mode, account, book, market)]


def _levered(name: str, market: Market) -> Instrument:
    instrument = read_instrument(name, market.listing)
    if instrument is None or not instrument.has_leverage:
        raise no_instrument("no instrument of this name that has leverage is listed here")
    return instrument


def _rows(
    instrument: Instrument, mode: str, account: Account, book: Book, market: Market
) -> Iterator[Mapping[str, str]]:
    """Both sides of a contract in long/short mode, in cross margin too; else one row."""
    hedged = instrument.is_contract and account.modes["position_mode"] == "long_short_mode"
    for side in ("long", "short") if hedged else ("net",):
        where = of_instrument(instrument, mode, side, account, market.config)
        lever = book.get(where, initial_leverage(instrument))
        yield {"ccy": "", "instId": instrument.name, "mgnMode": mode, "posSide": side, "lever": lever}


def _currency_row(ccy: str, account: Account, book: Book) -> Mapping[str, str]:
    if ccy not in CURRENCIES:
        raise no_currency()
    if account.modes["level"] == "single_currency":
        raise wrong_mode(f"ccy needs the account level multi_currency; this account's is {account.modes['level']}")
    lever = book.get(of_currency(ccy), INITIAL_CURRENCY)
    return {"ccy": ccy, "instId": "", "mgnMode": "cross", "posSide": "", "lever": lever}


def account_config(request: Request, account: Account, _: Book, market: Market) -> list[Mapping[str, object]]:
    """Return user, modes and the key's own label, permissions and addresses."""
    read_parameters(request, (), market)
    key = account.key(request.header("ok-access-key"))
    configuration = {
        "acctLv": _LEVELS[account.modes["level"]],
        "acctStpMode": "cancel_maker",
        "autoLoan": False,
        "ctIsoMode": "automatic",
        "enableSpotBorrow": False,
        "feeType": "0",
        "greeksType": "PA",
        "ip": ",".join(key.ips),
        "kycLv": "3",
        "label": key.label,
        "level": "Lv1",
        "levelTmp": "",
        "liquidationGear": "-1",
        "mainUid": account.main_uid,
        "mgnIsoMode": "automatic",
        "opAuth": "1",
        "perm": ",".join(_PERMISSIONS[permission] for permission in key.permissions),
        "posMode": account.modes["position_mode"],
        "roleType": "0",
        "settleCcy": "USDC",
        "settleCcyList": ["USD", "USDC", "USDG"],
        "spotBorrowAutoRepay": False,
        "spotOffsetType": "",
        "spotRoleType": "0",
        "spotTraderInsts": [],
        "stgyType": "0",
        "traderInsts": [],
        "type": "0" if account.main_uid == account.uid else "1",
        "uid": account.uid,
    }
    return [configuration]
