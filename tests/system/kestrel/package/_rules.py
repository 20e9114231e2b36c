# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""The rule of Kestrel's document that the spec cannot say."""

from __future__ import annotations

from leverset.kestrel._account import KestrelAccount
from leverset_kestrel.operations import SET_GEARING

from leverset._format import Violation, because
from leverset._rules import Body, Rules


def netted_has_no_side(body: Body, account: KestrelAccount | None) -> Violation | None:
    """A netted account has no sides."""
    if account is None or account.margin_mode != "netted" or "side" not in body:
        return None
    return Violation(
        rule="kestrel/netted-has-no-side",
        field="side",
        value=body["side"],
        summary="side is not accepted here",
        why=f"this is its mode, {because(account, 'netted')}",
        fix="leave side out",
    )


RULES = Rules("kestrel", SET_GEARING, (netted_has_no_side,))


def scopes(body: Body, account: KestrelAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of the sides of a market."""
    market, side = body.get("market"), body.get("side")
    sides = (side,) if side in ("buy", "sell") else ("buy", "sell")
    return tuple((str(market), str(each)) for each in sides) if market else ()
