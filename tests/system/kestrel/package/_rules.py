# mypy: ignore-errors
# What it imports exists only in the copy that test_third_exchange.py makes.
"""The rules of Kestrel's document."""

from __future__ import annotations

from leverset.kestrel._account import KestrelAccount

from leverset._format import Violation
from leverset._rules import Body, Rule, one_of, positive_decimal, text


def market_given(body: Body, account: KestrelAccount | None) -> Violation | None:
    """`market` is required."""
    return text("kestrel/market-given", body, "market", filled=True)


def gearing_is_positive_decimal(body: Body, account: KestrelAccount | None) -> Violation | None:
    """`gearing` is required, and a positive decimal."""
    return positive_decimal("kestrel/gearing-is-positive-decimal", body, "gearing")


def margin_mode_known(body: Body, account: KestrelAccount | None) -> Violation | None:
    """`marginMode` is required, and is shared or separate."""
    return one_of("kestrel/margin-mode-known", body, "marginMode", ("shared", "separate"), required=True)


def netted_has_no_side(body: Body, account: KestrelAccount | None) -> Violation | None:
    """A netted account has no sides."""
    if account is None or account.margin_mode != "netted" or "side" not in body:
        return None
    return Violation(
        rule="kestrel/netted-has-no-side",
        field="side",
        value=body["side"],
        summary="side is not accepted here",
        why="the account is netted",
        fix="leave side out",
    )


RULES: tuple[Rule[KestrelAccount], ...] = (
    market_given,
    gearing_is_positive_decimal,
    margin_mode_known,
    netted_has_no_side,
)


def scopes(body: Body, account: KestrelAccount | None) -> tuple[tuple[str, ...], ...]:
    """Return every leverage that a request sets: of the sides of a market."""
    market, side = body.get("market"), body.get("side")
    sides = (side,) if side in ("buy", "sell") else ("buy", "sell")
    return tuple((str(market), str(each)) for each in sides) if market else ()
