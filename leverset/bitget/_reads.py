"""The requests that read on Bitget, the rules about them, and what they say.

Source: Bitget API, Futures, Get Single Account, Get Contract Config.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from attrs import evolve
from leverset_bitget.api.account import get_account
from leverset_bitget.api.market import get_contracts
from leverset_bitget.models import Contract, FuturesAccount
from leverset_bitget.operations import GET_ACCOUNT, GET_CONTRACTS

from leverset._format import Violation
from leverset._read_back import Batch, Read
from leverset._reading import InstrumentLimits
from leverset._rules import Body, Rules
from leverset._verify import decimal, filled, same_text
from leverset.bitget._rules import RULES, margin_coin_of_product, symbol_of_product
from leverset.bitget._types import BitgetAccount, BitgetLeverage, BitgetMarginMode, BitgetPositionMode, HoldSide

_FIELDS: Mapping[str, tuple[tuple[str, HoldSide | None], ...]] = {
    "crossed": (("crossedMarginLeverage", None),),
    "isolated": (("isolatedLongLever", "long"), ("isolatedShortLever", "short")),
}
"""Where the leverages of each margin mode stand, and of which side they are."""


def _arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"symbol": body["symbol"], "product_type": body["productType"], "margin_coin": body["marginCoin"]}


def contracts(response: Any) -> list[Contract]:
    """The entries of a response. The generated parser passes what it cannot read through as it is."""
    data = response.data if isinstance(response.data, list) else []
    return [entry for entry in data if isinstance(entry, Contract)]


def _account_of(response: Any) -> Mapping[str, Any]:
    """The account in a response, in the document's field names; empty where there is none."""
    return response.data.to_dict() if isinstance(response.data, FuturesAccount) else {}


def limits_of(entry: Contract) -> InstrumentLimits:
    """What a symbol allows."""
    minimum, maximum = decimal(filled(entry.min_lever)), decimal(filled(entry.max_lever))
    return InstrumentLimits(minimum=minimum, maximum=maximum, state=filled(entry.symbol_status))


_SYMBOL = RULES.checks["symbol"]


def symbol_possible(body: Body, _account: BitgetAccount | None) -> Violation | None:
    """The symbol can be one."""
    symbol = body.get("symbol")
    if not symbol or _SYMBOL.accepts(symbol):
        return None  # whether there has to be one is the rule of the field
    return _SYMBOL.violation("bitget", symbol)


READ_RULES = Rules(
    "bitget", GET_ACCOUNT, (symbol_possible, symbol_of_product, margin_coin_of_product), location="query"
)
LIMITS_RULES = Rules("bitget", GET_CONTRACTS, (symbol_possible, symbol_of_product), location="query")


class BitgetReads:
    """The requests that read, by the body of the request that sets."""

    rules, limits_rules = READ_RULES, LIMITS_RULES

    def leverage(self, body: Mapping[str, Any]) -> Read:
        """Read the leverages of a symbol in the margin mode that it is in."""
        return Read(GET_ACCOUNT, get_account, _arguments(body), lambda response: self._leverages(body, response))

    def batches(self, bodies: Mapping[int, Mapping[str, Any]], *, single: bool = False) -> list[Batch]:  # noqa: ARG002 - they are
        """Read one symbol at once, with both of its sides."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for number, body in bodies.items():
            groups.setdefault(self.account_key(body), []).append(number)
        return [Batch(self.leverage(bodies[numbers[0]]), tuple(numbers)) for numbers in groups.values()]

    def _leverages(self, body: Mapping[str, Any], response: Any) -> tuple[BitgetLeverage, ...]:
        raw = _account_of(response)
        # The document has no symbol here; one that is named has to be the right one.
        if not all(same_text(filled(raw.get(name)) or body[name], body[name]) for name in ("symbol", "marginCoin")):
            return ()
        mode: Any = (filled(raw.get("marginMode")) or "").casefold()
        found = []
        for name, side in _FIELDS.get(mode, ()):
            if (lever := decimal(filled(raw.get(name)))) is not None:
                found.append(
                    BitgetLeverage(
                        lever=lever,
                        symbol=body["symbol"].upper(),
                        product_type=body["productType"],
                        margin_coin=body["marginCoin"],
                        hold_side=side,
                        margin_mode=mode,
                        confirmed="response",
                        raw=raw,
                    )
                )
        return tuple(found)

    def matching(self, body: Mapping[str, Any], found: tuple[BitgetLeverage, ...]) -> tuple[BitgetLeverage, ...]:
        """Return those of the body's side, where it has one and they have two."""
        side = body.get("holdSide")
        return tuple(each for each in found if side is None or each.hold_side in (None, side))

    def confirmed(self, body: Mapping[str, Any], found: tuple[BitgetLeverage, ...]) -> BitgetLeverage:
        """Return the result of a body whose leverage was read back."""
        return evolve(found[0], hold_side=body.get("holdSide"), confirmed="read_back")

    def limits(self, body: Mapping[str, Any]) -> Read:
        """Read what a symbol allows."""
        arguments = {"product_type": body["productType"], "symbol": body["symbol"]}
        return Read(GET_CONTRACTS, get_contracts, arguments, lambda r: self._limits(body["symbol"], r))

    def _limits(self, symbol: str, response: Any) -> InstrumentLimits | None:
        return next((limits_of(entry) for entry in contracts(response) if same_text(entry.symbol, symbol)), None)

    def account(self, body: Mapping[str, Any]) -> Read:
        """Read the modes of the account for a symbol."""
        return Read(GET_ACCOUNT, get_account, _arguments(body), self._account)

    def _account(self, response: Any) -> BitgetAccount:
        raw = _account_of(response)
        position, margin = filled(raw.get("posMode")), filled(raw.get("marginMode"))
        return BitgetAccount(
            position_mode=position if position in get_args(BitgetPositionMode) else None,  # type: ignore[arg-type] # one of them
            margin_mode=margin if margin in get_args(BitgetMarginMode) else None,  # type: ignore[arg-type] # one of them
            source="the exchange",
        )

    def account_key(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what the modes are the same for: one symbol of a product type."""
        return (str(body.get("productType")), str(body.get("symbol")).upper(), str(body.get("marginCoin")))

    def modes(self) -> tuple[BitgetAccount, ...]:
        """Return every way in which an account may be set up."""
        return tuple(
            BitgetAccount(position_mode=position, margin_mode=margin)
            for position in get_args(BitgetPositionMode)
            for margin in get_args(BitgetMarginMode)
        )
