# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""Kestrel: POST /kestrel/v1/gearing. An invented exchange, for test_third_exchange.py."""

from collections.abc import Mapping
from typing import ClassVar

from ._accounts import Account
from ._bodies import BodyProblem, read_body
from ._exchange import AccountRead, Change, Exchange, Market, PublicRead
from ._leverage import Book, plain_decimal, scope, within
from ._messages import Refused, Request, Response, json_response
from ._signatures import same, signature


class Kestrel(Exchange):
    """Kestrel as its document describes it."""

    name = "kestrel"
    title = "Kestrel"
    path_prefixes = ("/kestrel/",)
    set_leverage_path = "/kestrel/v1/gearing"
    limit = 3
    seconds = 0.5
    key_header = "k-key"
    secret_headers = frozenset(("k-pass",))
    modes: ClassVar[Mapping[str, tuple[str, ...]]] = {"margin_mode": ("hedged", "netted")}
    default_modes: ClassVar[Mapping[str, str]] = {"margin_mode": "hedged"}
    reads: ClassVar[Mapping[str, PublicRead | AccountRead]] = {}

    @property
    def over_limit(self) -> Refused:
        """HTTP 429 with code E3."""
        return Refused("E3", "too many", 429)

    def authenticate(self, request: Request, accounts: Mapping[str, Account], now: float) -> Account:
        """Check key, signature and passphrase."""
        account = accounts.get(request.header("k-key"))
        if (
            account is None
            or not same(request.header("k-pass"), account.passphrase)
            or not same(request.header("k-sign"), signature(account.secret, request.header("k-time"), request))
        ):
            raise Refused("E1", "who are you?", 401)
        return account

    def requested_change(self, request: Request, account: Account, book: Book, market: Market) -> Change:
        """Check the body, then the account's mode, then the bounds."""
        try:
            sent = read_body(request, ("market", "gearing", "marginMode", "side"), lenient=market.config.lenient)
        except BodyProblem as problem:
            raise Refused("E2", f"{problem.kind} {problem.field}", 400) from None
        gearing = plain_decimal(sent.get("gearing", ""))
        if gearing is None or not sent.get("market") or sent.get("marginMode") not in ("shared", "separate"):
            raise Refused("E2", "wrong value", 400)
        if "side" in sent and account.modes["margin_mode"] == "netted":
            raise Refused("E2", "netted", 400)
        if within(gearing, "1", "50") != 0:
            raise Refused("E7", "too high", 400)
        sides = [sent["side"]] if "side" in sent else ["buy", "sell"]
        levers = {scope(side, [("market", sent["market"])]): gearing for side in sides}
        return Change(levers, {"market": sent["market"], "gearing": gearing})

    def held(self, fields: Mapping[str, str], account: Account, book: Book, market: Market) -> Mapping[str, str]:
        """Return the gearing of both sides, 1 where none was set."""
        return {side: book.get(scope(side, [("market", fields["market"])]), "1") for side in ("buy", "sell")}

    def success(self, result: object, now: float) -> Response:
        """Put a result into `result`."""
        payload = {"status": "fine", "detail": "", "result": result}
        return json_response(payload, code_field="status", data_field="result")

    def refusal(self, refused: Refused, now: float) -> Response:
        """Put a refusal into `status` and `detail`."""
        payload = {"status": refused.code, "detail": refused.msg, "result": None}
        return json_response(payload, refused.status, code_field="status", data_field="result")


EXCHANGE = Kestrel()
