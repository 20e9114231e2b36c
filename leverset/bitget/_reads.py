"""The requests that read on Bitget, and what they say.

Source: Bitget API, Futures, Get Single Account, Get Contract Config.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from attrs import evolve
from leverset_bitget import operations
from leverset_bitget.api.account import get_account
from leverset_bitget.api.market import get_contracts
from leverset_bitget.models import Contract, FuturesAccount

from leverset._read_back import Batch, InstrumentLimits, Read
from leverset._verify import decimal, filled, same_text
from leverset.bitget._account import BitgetAccount, BitgetMarginMode, BitgetPositionMode
from leverset.bitget._result import BitgetLeverage, HoldSide

_FIELDS: Mapping[str, tuple[tuple[str, HoldSide | None], ...]] = {
    "crossed": (("crossedMarginLeverage", None),),
    "isolated": (("isolatedLongLever", "long"), ("isolatedShortLever", "short")),
}
"""Where the leverages of each margin mode stand, and of which side they are."""


def _arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"symbol": body["symbol"], "product_type": body["productType"], "margin_coin": body["marginCoin"]}


def limits_of(entry: Contract) -> InstrumentLimits:
    """What a symbol allows."""
    minimum, maximum = decimal(filled(entry.min_lever)), decimal(filled(entry.max_lever))
    return InstrumentLimits(minimum=minimum, maximum=maximum, state=filled(entry.symbol_status))


class BitgetReads:
    """The requests that read, by the body of the request that sets."""

    def leverage(self, body: Mapping[str, Any]) -> Read:
        """Read the leverages of a symbol in the margin mode that it is in."""
        extract = self._leverages
        return Read(operations.GET_ACCOUNT, get_account, _arguments(body), lambda response: extract(body, response))

    def batches(self, bodies: Mapping[int, Mapping[str, Any]], *, single: bool = False) -> list[Batch]:  # noqa: ARG002 - they are
        """Read one symbol at once, with both of its sides."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for number, body in bodies.items():
            groups.setdefault(self.account_key(body), []).append(number)
        return [Batch(self.leverage(bodies[numbers[0]]), tuple(numbers)) for numbers in groups.values()]

    def _leverages(self, body: Mapping[str, Any], response: Any) -> tuple[BitgetLeverage, ...]:
        # The generated parser passes what it cannot read through as it is, whatever the type hint says.
        raw = response.data.to_dict() if isinstance(response.data, FuturesAccount) else {}
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
        return Read(operations.GET_CONTRACTS, get_contracts, arguments, lambda r: self._limits(body["symbol"], r))

    def _limits(self, symbol: str, response: Any) -> InstrumentLimits | None:
        for entry in response.data if isinstance(response.data, list) else []:
            if isinstance(entry, Contract) and same_text(entry.symbol, symbol):
                return limits_of(entry)
        return None

    def account(self, body: Mapping[str, Any]) -> Read:
        """Read the modes of the account for a symbol."""
        return Read(operations.GET_ACCOUNT, get_account, _arguments(body), self._account)

    def _account(self, response: Any) -> BitgetAccount:
        raw = response.data.to_dict() if isinstance(response.data, FuturesAccount) else {}
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
