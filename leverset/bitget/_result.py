"""The result of setting a leverage on Bitget."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from leverset_bitget.models import SetLeverageRequestHoldSide, SetLeverageRequestProductType

from leverset._verify import Confirmed
from leverset.bitget._account import BitgetMarginMode

HoldSide = SetLeverageRequestHoldSide
ProductType = SetLeverageRequestProductType


@frozen(kw_only=True)
class BitgetLeverage:
    """A leverage that was set on Bitget, and for what.

    Attributes:
        lever: The leverage, without unit: the requested one. What the exchange reports in its margin mode equals it.
        symbol: The trading pair, as the exchange writes it.
        product_type: The product type, such as `USDT-FUTURES`.
        margin_coin: The margin coin.
        hold_side: The requested side, `long` or `short`; None where none was requested.
        margin_mode: The margin mode that the exchange reported, `crossed` or `isolated`; None where it reported none.
        confirmed: `response` where the exchange reported this leverage, `no` where its success names none.
        raw: What the exchange reported, in the document's field names. Results are compared without it.
    """

    lever: Decimal
    symbol: str
    product_type: ProductType
    margin_coin: str
    hold_side: HoldSide | None
    margin_mode: BitgetMarginMode | None
    confirmed: Confirmed
    raw: Mapping[str, Any] = field(eq=False, repr=False)
