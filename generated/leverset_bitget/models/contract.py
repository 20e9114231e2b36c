# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Contract")


@_attrs_define
class Contract:
    """One symbol. What does not apply to it is empty.

    Attributes:
        symbol (None | str | Unset): Trading pair.
        base_coin (None | str | Unset): Base coin.
        quote_coin (None | str | Unset): Quote coin.
        support_margin_coins (list[float | None | str] | None | Unset): Margin coins of the symbol.
        min_lever (float | None | str | Unset): Lowest leverage, a multiple without unit.
        max_lever (float | None | str | Unset): Highest leverage, a multiple without unit; an account may be allowed
            less.
        symbol_type (None | str | Unset): perpetual or delivery.
        symbol_status (None | str | Unset): listed, normal, maintain, limit_open, restrictedAPI or off.
        off_time (float | None | str | Unset): When it is taken off, in milliseconds since 1970; -1 where that is not
            planned.
        limit_open_time (float | None | str | Unset): When opening positions is restricted, in milliseconds since 1970;
            -1 where that is not planned.
        delivery_time (float | None | str | Unset): When it is delivered, in milliseconds since 1970.
        delivery_start_time (float | None | str | Unset): When delivery begins, in milliseconds since 1970.
        delivery_period (None | str | Unset): this_quarter or next_quarter.
        launch_time (float | None | str | Unset): When it was listed, in milliseconds since 1970.
        fund_interval (float | None | str | Unset): Hours between two fundings.
        maintain_time (float | None | str | Unset): When it is maintained, in milliseconds since 1970.
        is_rwa (None | str | Unset): Whether it is on an asset outside of crypto, YES or NO.
        min_trade_num (float | None | str | Unset): Smallest order size.
        price_end_step (float | None | str | Unset): Step of the price's last digit.
        volume_place (float | None | str | Unset): Decimal places of sizes.
        price_place (float | None | str | Unset): Decimal places of prices.
        size_multiplier (float | None | str | Unset): Sizes are multiples of it.
        min_trade_usdt (float | None | str | Unset): Smallest order in USDT.
        max_market_order_qty (float | None | str | Unset): Largest market order.
        max_order_qty (float | None | str | Unset): Largest limit order.
        pos_limit (float | None | str | Unset): Deprecated.
    """

    symbol: None | str | Unset = UNSET
    base_coin: None | str | Unset = UNSET
    quote_coin: None | str | Unset = UNSET
    support_margin_coins: list[float | None | str] | None | Unset = UNSET
    min_lever: float | None | str | Unset = UNSET
    max_lever: float | None | str | Unset = UNSET
    symbol_type: None | str | Unset = UNSET
    symbol_status: None | str | Unset = UNSET
    off_time: float | None | str | Unset = UNSET
    limit_open_time: float | None | str | Unset = UNSET
    delivery_time: float | None | str | Unset = UNSET
    delivery_start_time: float | None | str | Unset = UNSET
    delivery_period: None | str | Unset = UNSET
    launch_time: float | None | str | Unset = UNSET
    fund_interval: float | None | str | Unset = UNSET
    maintain_time: float | None | str | Unset = UNSET
    is_rwa: None | str | Unset = UNSET
    min_trade_num: float | None | str | Unset = UNSET
    price_end_step: float | None | str | Unset = UNSET
    volume_place: float | None | str | Unset = UNSET
    price_place: float | None | str | Unset = UNSET
    size_multiplier: float | None | str | Unset = UNSET
    min_trade_usdt: float | None | str | Unset = UNSET
    max_market_order_qty: float | None | str | Unset = UNSET
    max_order_qty: float | None | str | Unset = UNSET
    pos_limit: float | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol: None | str | Unset
        if isinstance(self.symbol, Unset):
            symbol = UNSET
        else:
            symbol = self.symbol

        base_coin: None | str | Unset
        if isinstance(self.base_coin, Unset):
            base_coin = UNSET
        else:
            base_coin = self.base_coin

        quote_coin: None | str | Unset
        if isinstance(self.quote_coin, Unset):
            quote_coin = UNSET
        else:
            quote_coin = self.quote_coin

        support_margin_coins: list[float | None | str] | None | Unset
        if isinstance(self.support_margin_coins, Unset):
            support_margin_coins = UNSET
        elif isinstance(self.support_margin_coins, list):
            support_margin_coins = []
            for support_margin_coins_type_0_item_data in self.support_margin_coins:
                support_margin_coins_type_0_item: float | None | str
                support_margin_coins_type_0_item = support_margin_coins_type_0_item_data
                support_margin_coins.append(support_margin_coins_type_0_item)

        else:
            support_margin_coins = self.support_margin_coins

        min_lever: float | None | str | Unset
        if isinstance(self.min_lever, Unset):
            min_lever = UNSET
        else:
            min_lever = self.min_lever

        max_lever: float | None | str | Unset
        if isinstance(self.max_lever, Unset):
            max_lever = UNSET
        else:
            max_lever = self.max_lever

        symbol_type: None | str | Unset
        if isinstance(self.symbol_type, Unset):
            symbol_type = UNSET
        else:
            symbol_type = self.symbol_type

        symbol_status: None | str | Unset
        if isinstance(self.symbol_status, Unset):
            symbol_status = UNSET
        else:
            symbol_status = self.symbol_status

        off_time: float | None | str | Unset
        if isinstance(self.off_time, Unset):
            off_time = UNSET
        else:
            off_time = self.off_time

        limit_open_time: float | None | str | Unset
        if isinstance(self.limit_open_time, Unset):
            limit_open_time = UNSET
        else:
            limit_open_time = self.limit_open_time

        delivery_time: float | None | str | Unset
        if isinstance(self.delivery_time, Unset):
            delivery_time = UNSET
        else:
            delivery_time = self.delivery_time

        delivery_start_time: float | None | str | Unset
        if isinstance(self.delivery_start_time, Unset):
            delivery_start_time = UNSET
        else:
            delivery_start_time = self.delivery_start_time

        delivery_period: None | str | Unset
        if isinstance(self.delivery_period, Unset):
            delivery_period = UNSET
        else:
            delivery_period = self.delivery_period

        launch_time: float | None | str | Unset
        if isinstance(self.launch_time, Unset):
            launch_time = UNSET
        else:
            launch_time = self.launch_time

        fund_interval: float | None | str | Unset
        if isinstance(self.fund_interval, Unset):
            fund_interval = UNSET
        else:
            fund_interval = self.fund_interval

        maintain_time: float | None | str | Unset
        if isinstance(self.maintain_time, Unset):
            maintain_time = UNSET
        else:
            maintain_time = self.maintain_time

        is_rwa: None | str | Unset
        if isinstance(self.is_rwa, Unset):
            is_rwa = UNSET
        else:
            is_rwa = self.is_rwa

        min_trade_num: float | None | str | Unset
        if isinstance(self.min_trade_num, Unset):
            min_trade_num = UNSET
        else:
            min_trade_num = self.min_trade_num

        price_end_step: float | None | str | Unset
        if isinstance(self.price_end_step, Unset):
            price_end_step = UNSET
        else:
            price_end_step = self.price_end_step

        volume_place: float | None | str | Unset
        if isinstance(self.volume_place, Unset):
            volume_place = UNSET
        else:
            volume_place = self.volume_place

        price_place: float | None | str | Unset
        if isinstance(self.price_place, Unset):
            price_place = UNSET
        else:
            price_place = self.price_place

        size_multiplier: float | None | str | Unset
        if isinstance(self.size_multiplier, Unset):
            size_multiplier = UNSET
        else:
            size_multiplier = self.size_multiplier

        min_trade_usdt: float | None | str | Unset
        if isinstance(self.min_trade_usdt, Unset):
            min_trade_usdt = UNSET
        else:
            min_trade_usdt = self.min_trade_usdt

        max_market_order_qty: float | None | str | Unset
        if isinstance(self.max_market_order_qty, Unset):
            max_market_order_qty = UNSET
        else:
            max_market_order_qty = self.max_market_order_qty

        max_order_qty: float | None | str | Unset
        if isinstance(self.max_order_qty, Unset):
            max_order_qty = UNSET
        else:
            max_order_qty = self.max_order_qty

        pos_limit: float | None | str | Unset
        if isinstance(self.pos_limit, Unset):
            pos_limit = UNSET
        else:
            pos_limit = self.pos_limit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if symbol is not UNSET:
            field_dict["symbol"] = symbol
        if base_coin is not UNSET:
            field_dict["baseCoin"] = base_coin
        if quote_coin is not UNSET:
            field_dict["quoteCoin"] = quote_coin
        if support_margin_coins is not UNSET:
            field_dict["supportMarginCoins"] = support_margin_coins
        if min_lever is not UNSET:
            field_dict["minLever"] = min_lever
        if max_lever is not UNSET:
            field_dict["maxLever"] = max_lever
        if symbol_type is not UNSET:
            field_dict["symbolType"] = symbol_type
        if symbol_status is not UNSET:
            field_dict["symbolStatus"] = symbol_status
        if off_time is not UNSET:
            field_dict["offTime"] = off_time
        if limit_open_time is not UNSET:
            field_dict["limitOpenTime"] = limit_open_time
        if delivery_time is not UNSET:
            field_dict["deliveryTime"] = delivery_time
        if delivery_start_time is not UNSET:
            field_dict["deliveryStartTime"] = delivery_start_time
        if delivery_period is not UNSET:
            field_dict["deliveryPeriod"] = delivery_period
        if launch_time is not UNSET:
            field_dict["launchTime"] = launch_time
        if fund_interval is not UNSET:
            field_dict["fundInterval"] = fund_interval
        if maintain_time is not UNSET:
            field_dict["maintainTime"] = maintain_time
        if is_rwa is not UNSET:
            field_dict["isRwa"] = is_rwa
        if min_trade_num is not UNSET:
            field_dict["minTradeNum"] = min_trade_num
        if price_end_step is not UNSET:
            field_dict["priceEndStep"] = price_end_step
        if volume_place is not UNSET:
            field_dict["volumePlace"] = volume_place
        if price_place is not UNSET:
            field_dict["pricePlace"] = price_place
        if size_multiplier is not UNSET:
            field_dict["sizeMultiplier"] = size_multiplier
        if min_trade_usdt is not UNSET:
            field_dict["minTradeUSDT"] = min_trade_usdt
        if max_market_order_qty is not UNSET:
            field_dict["maxMarketOrderQty"] = max_market_order_qty
        if max_order_qty is not UNSET:
            field_dict["maxOrderQty"] = max_order_qty
        if pos_limit is not UNSET:
            field_dict["posLimit"] = pos_limit

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

        def _parse_base_coin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_coin = _parse_base_coin(d.pop("baseCoin", UNSET))

        def _parse_quote_coin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        quote_coin = _parse_quote_coin(d.pop("quoteCoin", UNSET))

        def _parse_support_margin_coins(data: object) -> list[float | None | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                support_margin_coins_type_0 = []
                _support_margin_coins_type_0 = data
                for support_margin_coins_type_0_item_data in _support_margin_coins_type_0:

                    def _parse_support_margin_coins_type_0_item(data: object) -> float | None | str:
                        if data is None:
                            return data
                        return cast(float | None | str, data)

                    support_margin_coins_type_0_item = _parse_support_margin_coins_type_0_item(
                        support_margin_coins_type_0_item_data
                    )

                    support_margin_coins_type_0.append(support_margin_coins_type_0_item)

                return support_margin_coins_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float | None | str] | None | Unset, data)

        support_margin_coins = _parse_support_margin_coins(d.pop("supportMarginCoins", UNSET))

        def _parse_min_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        min_lever = _parse_min_lever(d.pop("minLever", UNSET))

        def _parse_max_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        max_lever = _parse_max_lever(d.pop("maxLever", UNSET))

        def _parse_symbol_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        symbol_type = _parse_symbol_type(d.pop("symbolType", UNSET))

        def _parse_symbol_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        symbol_status = _parse_symbol_status(d.pop("symbolStatus", UNSET))

        def _parse_off_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        off_time = _parse_off_time(d.pop("offTime", UNSET))

        def _parse_limit_open_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        limit_open_time = _parse_limit_open_time(d.pop("limitOpenTime", UNSET))

        def _parse_delivery_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        delivery_time = _parse_delivery_time(d.pop("deliveryTime", UNSET))

        def _parse_delivery_start_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        delivery_start_time = _parse_delivery_start_time(d.pop("deliveryStartTime", UNSET))

        def _parse_delivery_period(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        delivery_period = _parse_delivery_period(d.pop("deliveryPeriod", UNSET))

        def _parse_launch_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        launch_time = _parse_launch_time(d.pop("launchTime", UNSET))

        def _parse_fund_interval(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        fund_interval = _parse_fund_interval(d.pop("fundInterval", UNSET))

        def _parse_maintain_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        maintain_time = _parse_maintain_time(d.pop("maintainTime", UNSET))

        def _parse_is_rwa(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        is_rwa = _parse_is_rwa(d.pop("isRwa", UNSET))

        def _parse_min_trade_num(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        min_trade_num = _parse_min_trade_num(d.pop("minTradeNum", UNSET))

        def _parse_price_end_step(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        price_end_step = _parse_price_end_step(d.pop("priceEndStep", UNSET))

        def _parse_volume_place(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        volume_place = _parse_volume_place(d.pop("volumePlace", UNSET))

        def _parse_price_place(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        price_place = _parse_price_place(d.pop("pricePlace", UNSET))

        def _parse_size_multiplier(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        size_multiplier = _parse_size_multiplier(d.pop("sizeMultiplier", UNSET))

        def _parse_min_trade_usdt(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        min_trade_usdt = _parse_min_trade_usdt(d.pop("minTradeUSDT", UNSET))

        def _parse_max_market_order_qty(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        max_market_order_qty = _parse_max_market_order_qty(d.pop("maxMarketOrderQty", UNSET))

        def _parse_max_order_qty(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        max_order_qty = _parse_max_order_qty(d.pop("maxOrderQty", UNSET))

        def _parse_pos_limit(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        pos_limit = _parse_pos_limit(d.pop("posLimit", UNSET))

        contract = cls(
            symbol=symbol,
            base_coin=base_coin,
            quote_coin=quote_coin,
            support_margin_coins=support_margin_coins,
            min_lever=min_lever,
            max_lever=max_lever,
            symbol_type=symbol_type,
            symbol_status=symbol_status,
            off_time=off_time,
            limit_open_time=limit_open_time,
            delivery_time=delivery_time,
            delivery_start_time=delivery_start_time,
            delivery_period=delivery_period,
            launch_time=launch_time,
            fund_interval=fund_interval,
            maintain_time=maintain_time,
            is_rwa=is_rwa,
            min_trade_num=min_trade_num,
            price_end_step=price_end_step,
            volume_place=volume_place,
            price_place=price_place,
            size_multiplier=size_multiplier,
            min_trade_usdt=min_trade_usdt,
            max_market_order_qty=max_market_order_qty,
            max_order_qty=max_order_qty,
            pos_limit=pos_limit,
        )

        contract.additional_properties = d
        return contract

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
