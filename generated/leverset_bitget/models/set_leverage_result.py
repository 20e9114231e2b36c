# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SetLeverageResult")


@_attrs_define
class SetLeverageResult:
    """The leverages that now hold, as the exchange reports them.

    Attributes:
        symbol (None | str | Unset): Trading pair, in capital letters.
        margin_coin (None | str | Unset): Margin coin.
        long_leverage (None | str | Unset): Leverage of long positions, which counts in isolated margin; a multiple
            without unit.
        short_leverage (None | str | Unset): Leverage of short positions, which counts in isolated margin; a multiple
            without unit.
        cross_margin_leverage (None | str | Unset): Leverage in crossed margin, a multiple without unit.
        margin_mode (None | str | Unset): Margin mode of the symbol, isolated or crossed.
    """

    symbol: None | str | Unset = UNSET
    margin_coin: None | str | Unset = UNSET
    long_leverage: None | str | Unset = UNSET
    short_leverage: None | str | Unset = UNSET
    cross_margin_leverage: None | str | Unset = UNSET
    margin_mode: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol: None | str | Unset
        if isinstance(self.symbol, Unset):
            symbol = UNSET
        else:
            symbol = self.symbol

        margin_coin: None | str | Unset
        if isinstance(self.margin_coin, Unset):
            margin_coin = UNSET
        else:
            margin_coin = self.margin_coin

        long_leverage: None | str | Unset
        if isinstance(self.long_leverage, Unset):
            long_leverage = UNSET
        else:
            long_leverage = self.long_leverage

        short_leverage: None | str | Unset
        if isinstance(self.short_leverage, Unset):
            short_leverage = UNSET
        else:
            short_leverage = self.short_leverage

        cross_margin_leverage: None | str | Unset
        if isinstance(self.cross_margin_leverage, Unset):
            cross_margin_leverage = UNSET
        else:
            cross_margin_leverage = self.cross_margin_leverage

        margin_mode: None | str | Unset
        if isinstance(self.margin_mode, Unset):
            margin_mode = UNSET
        else:
            margin_mode = self.margin_mode

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if symbol is not UNSET:
            field_dict["symbol"] = symbol
        if margin_coin is not UNSET:
            field_dict["marginCoin"] = margin_coin
        if long_leverage is not UNSET:
            field_dict["longLeverage"] = long_leverage
        if short_leverage is not UNSET:
            field_dict["shortLeverage"] = short_leverage
        if cross_margin_leverage is not UNSET:
            field_dict["crossMarginLeverage"] = cross_margin_leverage
        if margin_mode is not UNSET:
            field_dict["marginMode"] = margin_mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_symbol(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        symbol = _parse_symbol(d.pop("symbol", UNSET))

        def _parse_margin_coin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        margin_coin = _parse_margin_coin(d.pop("marginCoin", UNSET))

        def _parse_long_leverage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        long_leverage = _parse_long_leverage(d.pop("longLeverage", UNSET))

        def _parse_short_leverage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        short_leverage = _parse_short_leverage(d.pop("shortLeverage", UNSET))

        def _parse_cross_margin_leverage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cross_margin_leverage = _parse_cross_margin_leverage(d.pop("crossMarginLeverage", UNSET))

        def _parse_margin_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        margin_mode = _parse_margin_mode(d.pop("marginMode", UNSET))

        set_leverage_result = cls(
            symbol=symbol,
            margin_coin=margin_coin,
            long_leverage=long_leverage,
            short_leverage=short_leverage,
            cross_margin_leverage=cross_margin_leverage,
            margin_mode=margin_mode,
        )

        set_leverage_result.additional_properties = d
        return set_leverage_result

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
