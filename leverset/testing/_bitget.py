"""An account on Bitget."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from leverset.testing._account import SandboxAccount

ProductType = Literal["USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES", "SUSDT-FUTURES", "SUSDC-FUTURES", "SCOIN-FUTURES"]


class BitgetSandboxAccount(SandboxAccount):
    """An account on Bitget, of one test: the fixture `bitget_account`."""

    def leverage(
        self,
        *,
        symbol: str,
        product_type: ProductType = "USDT-FUTURES",
        hold_side: Literal["long", "short"] | None = None,
    ) -> Decimal:
        """Return the leverage that holds, whoever set it, or the exchange's first one.

        Args:
            symbol: Symbol, such as "BTCUSDT".
            product_type: Product type.
            hold_side: Side in isolated margin; it may be left out where both have the same leverage.

        Raises:
            ValueError: There is no such symbol, or the sides differ.
        """
        return self._held(symbol, hold_side, {"symbol": symbol, "productType": product_type})

    def assert_leverage(
        self,
        expected: str | int | float | Decimal,
        *,
        symbol: str,
        product_type: ProductType = "USDT-FUTURES",
        hold_side: Literal["long", "short"] | None = None,
    ) -> None:
        """Fail unless this leverage holds; the text has the requests that arrived. Arguments as in `leverage`."""
        __tracebackhide__ = True
        self._assert_held(expected, symbol, hold_side, symbol=symbol, productType=product_type)
