"""A leverage on Bitget: the result of setting and of reading one."""

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
    """A leverage that holds on Bitget, and for what.

    Attributes:
        lever: The leverage, a multiple without unit. After a call that sets it, it is the requested one, which what the
            exchange reports in its margin mode equals.
        symbol: The trading pair, as the exchange writes it.
        product_type: The product type, such as `USDT-FUTURES`.
        margin_coin: The margin coin.
        hold_side: The side, `long` or `short`; None where a call that sets it named none, or a read found one for both.
        margin_mode: The margin mode that the exchange reported, `crossed` or `isolated`; None where it reported none.
        confirmed: How it is known: `response` where the exchange reported it, `read_back` where a read after the call
            showed it, `no` where the success names no leverage and none was read.
        raw: What the exchange reported last, in the document's field names. Results are compared without it.
    """

    lever: Decimal
    symbol: str
    product_type: ProductType
    margin_coin: str
    hold_side: HoldSide | None
    margin_mode: BitgetMarginMode | None
    confirmed: Confirmed
    raw: Mapping[str, Any] = field(eq=False, repr=False)
