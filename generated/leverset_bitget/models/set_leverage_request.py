# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.set_leverage_request_hold_side import SetLeverageRequestHoldSide, check_set_leverage_request_hold_side
from ..models.set_leverage_request_product_type import (
    SetLeverageRequestProductType,
    check_set_leverage_request_product_type,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="SetLeverageRequest")


@_attrs_define
class SetLeverageRequest:
    """The leverage to set, and the symbol and side.

    Attributes:
        symbol (str): Trading pair, such as BTCUSDT; upper and lower case are the same.
        product_type (SetLeverageRequestProductType): Product type, by margin: USDT, USDC or the coin itself (COIN). The
            three that begin with S are the same for demo trading.
        margin_coin (str): Margin coin in capital letters, such as USDT.
        leverage (str): Leverage, a multiple without unit, as a positive decimal in fixed-point notation, such as "20".
        hold_side (SetLeverageRequestHoldSide | Unset): Position direction. Required in isolated margin with hedge_mode;
            not required in crossed margin nor in one_way_mode.
    """

    symbol: str
    product_type: SetLeverageRequestProductType
    margin_coin: str
    leverage: str
    hold_side: SetLeverageRequestHoldSide | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        symbol = self.symbol

        product_type: str = self.product_type

        margin_coin = self.margin_coin

        leverage = self.leverage

        hold_side: str | Unset = UNSET
        if not isinstance(self.hold_side, Unset):
            hold_side = self.hold_side

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "symbol": symbol,
                "productType": product_type,
                "marginCoin": margin_coin,
                "leverage": leverage,
            }
        )
        if hold_side is not UNSET:
            field_dict["holdSide"] = hold_side

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        symbol = d.pop("symbol")

        product_type = check_set_leverage_request_product_type(d.pop("productType"))

        margin_coin = d.pop("marginCoin")

        leverage = d.pop("leverage")

        _hold_side = d.pop("holdSide", UNSET)
        hold_side: SetLeverageRequestHoldSide | Unset
        if isinstance(_hold_side, Unset):
            hold_side = UNSET
        else:
            hold_side = check_set_leverage_request_hold_side(_hold_side)

        set_leverage_request = cls(
            symbol=symbol,
            product_type=product_type,
            margin_coin=margin_coin,
            leverage=leverage,
            hold_side=hold_side,
        )

        return set_leverage_request
