"""Bitget's types: how an account is set up, and a leverage, which setting and reading return."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from attrs import field, frozen
from leverset_bitget.models import SetLeverageRequestHoldSide, SetLeverageRequestProductType

from leverset._config import one_of, user_id
from leverset._verify import Confirmed

BitgetPositionMode = Literal["one_way_mode", "hedge_mode"]
BitgetMarginMode = Literal["crossed", "isolated"]
HoldSide = SetLeverageRequestHoldSide
ProductType = SetLeverageRequestProductType


@frozen(kw_only=True)
class BitgetAccount:
    """How a Bitget futures account is set up for the symbols that are traded.

    What is None is not known, and the exchange checks what depends on it.

    Args:
        uid: The user id that the limit is counted for. Without it the API key stands for its user, so give it where
            several keys belong to one account. Default: None.
        position_mode: `one_way_mode` or `hedge_mode`. Default: None.
        margin_mode: `crossed` or `isolated`. Default: None.
        source: Who said so, for the texts of rules. Default: None, the caller.

    Raises:
        ConfigurationError: A value is none of these.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: BitgetPositionMode | None = field(default=None, validator=one_of(BitgetPositionMode))
    margin_mode: BitgetMarginMode | None = field(default=None, validator=one_of(BitgetMarginMode))
    source: str | None = field(default=None, eq=False, repr=False)


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
