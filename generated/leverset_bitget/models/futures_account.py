# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="FuturesAccount")


@_attrs_define
class FuturesAccount:
    """The futures account of one margin coin, as it is for one symbol.

    Attributes:
        margin_coin (None | str | Unset): Margin coin.
        margin_mode (None | str | Unset): Margin mode of the symbol, crossed or isolated.
        pos_mode (None | str | Unset): Position mode, one_way_mode or hedge_mode.
        crossed_margin_leverage (float | None | str | Unset): Leverage in crossed margin, a multiple without unit.
        isolated_long_lever (float | None | str | Unset): Leverage of long positions in isolated margin, a multiple
            without unit.
        isolated_short_lever (float | None | str | Unset): Leverage of short positions in isolated margin, a multiple
            without unit.
        asset_mode (None | str | Unset): Asset mode, union or single.
        locked (float | None | str | Unset): Locked amount.
        available (float | None | str | Unset): Available amount.
        crossed_max_available (float | None | str | Unset): What can be used to open a crossed position.
        isolated_max_available (float | None | str | Unset): What can be used to open an isolated position.
        max_transfer_out (float | None | str | Unset): What can be transferred out.
        account_equity (float | None | str | Unset): Equity in the margin coin.
        usdt_equity (float | None | str | Unset): Equity in USDT.
        btc_equity (float | None | str | Unset): Equity in BTC.
        crossed_risk_rate (float | None | str | Unset): Risk rate in crossed margin.
        unrealized_pl (float | None | str | Unset): Unrealised profit and loss; may be empty.
        coupon (float | None | str | Unset): Trading bonus.
        grant (float | None | str | Unset): Other bonus.
        crossed_unrealized_pl (float | None | str | Unset): Unrealised profit and loss in crossed margin.
        isolated_unrealized_pl (float | None | str | Unset): Unrealised profit and loss in isolated margin.
        isolated_margin (float | None | str | Unset): Margin of isolated positions.
        crossed_margin (float | None | str | Unset): Margin of crossed positions.
    """

    margin_coin: None | str | Unset = UNSET
    margin_mode: None | str | Unset = UNSET
    pos_mode: None | str | Unset = UNSET
    crossed_margin_leverage: float | None | str | Unset = UNSET
    isolated_long_lever: float | None | str | Unset = UNSET
    isolated_short_lever: float | None | str | Unset = UNSET
    asset_mode: None | str | Unset = UNSET
    locked: float | None | str | Unset = UNSET
    available: float | None | str | Unset = UNSET
    crossed_max_available: float | None | str | Unset = UNSET
    isolated_max_available: float | None | str | Unset = UNSET
    max_transfer_out: float | None | str | Unset = UNSET
    account_equity: float | None | str | Unset = UNSET
    usdt_equity: float | None | str | Unset = UNSET
    btc_equity: float | None | str | Unset = UNSET
    crossed_risk_rate: float | None | str | Unset = UNSET
    unrealized_pl: float | None | str | Unset = UNSET
    coupon: float | None | str | Unset = UNSET
    grant: float | None | str | Unset = UNSET
    crossed_unrealized_pl: float | None | str | Unset = UNSET
    isolated_unrealized_pl: float | None | str | Unset = UNSET
    isolated_margin: float | None | str | Unset = UNSET
    crossed_margin: float | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        margin_coin: None | str | Unset
        if isinstance(self.margin_coin, Unset):
            margin_coin = UNSET
        else:
            margin_coin = self.margin_coin

        margin_mode: None | str | Unset
        if isinstance(self.margin_mode, Unset):
            margin_mode = UNSET
        else:
            margin_mode = self.margin_mode

        pos_mode: None | str | Unset
        if isinstance(self.pos_mode, Unset):
            pos_mode = UNSET
        else:
            pos_mode = self.pos_mode

        crossed_margin_leverage: float | None | str | Unset
        if isinstance(self.crossed_margin_leverage, Unset):
            crossed_margin_leverage = UNSET
        else:
            crossed_margin_leverage = self.crossed_margin_leverage

        isolated_long_lever: float | None | str | Unset
        if isinstance(self.isolated_long_lever, Unset):
            isolated_long_lever = UNSET
        else:
            isolated_long_lever = self.isolated_long_lever

        isolated_short_lever: float | None | str | Unset
        if isinstance(self.isolated_short_lever, Unset):
            isolated_short_lever = UNSET
        else:
            isolated_short_lever = self.isolated_short_lever

        asset_mode: None | str | Unset
        if isinstance(self.asset_mode, Unset):
            asset_mode = UNSET
        else:
            asset_mode = self.asset_mode

        locked: float | None | str | Unset
        if isinstance(self.locked, Unset):
            locked = UNSET
        else:
            locked = self.locked

        available: float | None | str | Unset
        if isinstance(self.available, Unset):
            available = UNSET
        else:
            available = self.available

        crossed_max_available: float | None | str | Unset
        if isinstance(self.crossed_max_available, Unset):
            crossed_max_available = UNSET
        else:
            crossed_max_available = self.crossed_max_available

        isolated_max_available: float | None | str | Unset
        if isinstance(self.isolated_max_available, Unset):
            isolated_max_available = UNSET
        else:
            isolated_max_available = self.isolated_max_available

        max_transfer_out: float | None | str | Unset
        if isinstance(self.max_transfer_out, Unset):
            max_transfer_out = UNSET
        else:
            max_transfer_out = self.max_transfer_out

        account_equity: float | None | str | Unset
        if isinstance(self.account_equity, Unset):
            account_equity = UNSET
        else:
            account_equity = self.account_equity

        usdt_equity: float | None | str | Unset
        if isinstance(self.usdt_equity, Unset):
            usdt_equity = UNSET
        else:
            usdt_equity = self.usdt_equity

        btc_equity: float | None | str | Unset
        if isinstance(self.btc_equity, Unset):
            btc_equity = UNSET
        else:
            btc_equity = self.btc_equity

        crossed_risk_rate: float | None | str | Unset
        if isinstance(self.crossed_risk_rate, Unset):
            crossed_risk_rate = UNSET
        else:
            crossed_risk_rate = self.crossed_risk_rate

        unrealized_pl: float | None | str | Unset
        if isinstance(self.unrealized_pl, Unset):
            unrealized_pl = UNSET
        else:
            unrealized_pl = self.unrealized_pl

        coupon: float | None | str | Unset
        if isinstance(self.coupon, Unset):
            coupon = UNSET
        else:
            coupon = self.coupon

        grant: float | None | str | Unset
        if isinstance(self.grant, Unset):
            grant = UNSET
        else:
            grant = self.grant

        crossed_unrealized_pl: float | None | str | Unset
        if isinstance(self.crossed_unrealized_pl, Unset):
            crossed_unrealized_pl = UNSET
        else:
            crossed_unrealized_pl = self.crossed_unrealized_pl

        isolated_unrealized_pl: float | None | str | Unset
        if isinstance(self.isolated_unrealized_pl, Unset):
            isolated_unrealized_pl = UNSET
        else:
            isolated_unrealized_pl = self.isolated_unrealized_pl

        isolated_margin: float | None | str | Unset
        if isinstance(self.isolated_margin, Unset):
            isolated_margin = UNSET
        else:
            isolated_margin = self.isolated_margin

        crossed_margin: float | None | str | Unset
        if isinstance(self.crossed_margin, Unset):
            crossed_margin = UNSET
        else:
            crossed_margin = self.crossed_margin

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if margin_coin is not UNSET:
            field_dict["marginCoin"] = margin_coin
        if margin_mode is not UNSET:
            field_dict["marginMode"] = margin_mode
        if pos_mode is not UNSET:
            field_dict["posMode"] = pos_mode
        if crossed_margin_leverage is not UNSET:
            field_dict["crossedMarginLeverage"] = crossed_margin_leverage
        if isolated_long_lever is not UNSET:
            field_dict["isolatedLongLever"] = isolated_long_lever
        if isolated_short_lever is not UNSET:
            field_dict["isolatedShortLever"] = isolated_short_lever
        if asset_mode is not UNSET:
            field_dict["assetMode"] = asset_mode
        if locked is not UNSET:
            field_dict["locked"] = locked
        if available is not UNSET:
            field_dict["available"] = available
        if crossed_max_available is not UNSET:
            field_dict["crossedMaxAvailable"] = crossed_max_available
        if isolated_max_available is not UNSET:
            field_dict["isolatedMaxAvailable"] = isolated_max_available
        if max_transfer_out is not UNSET:
            field_dict["maxTransferOut"] = max_transfer_out
        if account_equity is not UNSET:
            field_dict["accountEquity"] = account_equity
        if usdt_equity is not UNSET:
            field_dict["usdtEquity"] = usdt_equity
        if btc_equity is not UNSET:
            field_dict["btcEquity"] = btc_equity
        if crossed_risk_rate is not UNSET:
            field_dict["crossedRiskRate"] = crossed_risk_rate
        if unrealized_pl is not UNSET:
            field_dict["unrealizedPL"] = unrealized_pl
        if coupon is not UNSET:
            field_dict["coupon"] = coupon
        if grant is not UNSET:
            field_dict["grant"] = grant
        if crossed_unrealized_pl is not UNSET:
            field_dict["crossedUnrealizedPL"] = crossed_unrealized_pl
        if isolated_unrealized_pl is not UNSET:
            field_dict["isolatedUnrealizedPL"] = isolated_unrealized_pl
        if isolated_margin is not UNSET:
            field_dict["isolatedMargin"] = isolated_margin
        if crossed_margin is not UNSET:
            field_dict["crossedMargin"] = crossed_margin

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_margin_coin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        margin_coin = _parse_margin_coin(d.pop("marginCoin", UNSET))

        def _parse_margin_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        margin_mode = _parse_margin_mode(d.pop("marginMode", UNSET))

        def _parse_pos_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pos_mode = _parse_pos_mode(d.pop("posMode", UNSET))

        def _parse_crossed_margin_leverage(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        crossed_margin_leverage = _parse_crossed_margin_leverage(d.pop("crossedMarginLeverage", UNSET))

        def _parse_isolated_long_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        isolated_long_lever = _parse_isolated_long_lever(d.pop("isolatedLongLever", UNSET))

        def _parse_isolated_short_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        isolated_short_lever = _parse_isolated_short_lever(d.pop("isolatedShortLever", UNSET))

        def _parse_asset_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        asset_mode = _parse_asset_mode(d.pop("assetMode", UNSET))

        def _parse_locked(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        locked = _parse_locked(d.pop("locked", UNSET))

        def _parse_available(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        available = _parse_available(d.pop("available", UNSET))

        def _parse_crossed_max_available(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        crossed_max_available = _parse_crossed_max_available(d.pop("crossedMaxAvailable", UNSET))

        def _parse_isolated_max_available(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        isolated_max_available = _parse_isolated_max_available(d.pop("isolatedMaxAvailable", UNSET))

        def _parse_max_transfer_out(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        max_transfer_out = _parse_max_transfer_out(d.pop("maxTransferOut", UNSET))

        def _parse_account_equity(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        account_equity = _parse_account_equity(d.pop("accountEquity", UNSET))

        def _parse_usdt_equity(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        usdt_equity = _parse_usdt_equity(d.pop("usdtEquity", UNSET))

        def _parse_btc_equity(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        btc_equity = _parse_btc_equity(d.pop("btcEquity", UNSET))

        def _parse_crossed_risk_rate(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        crossed_risk_rate = _parse_crossed_risk_rate(d.pop("crossedRiskRate", UNSET))

        def _parse_unrealized_pl(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        unrealized_pl = _parse_unrealized_pl(d.pop("unrealizedPL", UNSET))

        def _parse_coupon(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        coupon = _parse_coupon(d.pop("coupon", UNSET))

        def _parse_grant(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        grant = _parse_grant(d.pop("grant", UNSET))

        def _parse_crossed_unrealized_pl(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        crossed_unrealized_pl = _parse_crossed_unrealized_pl(d.pop("crossedUnrealizedPL", UNSET))

        def _parse_isolated_unrealized_pl(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        isolated_unrealized_pl = _parse_isolated_unrealized_pl(d.pop("isolatedUnrealizedPL", UNSET))

        def _parse_isolated_margin(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        isolated_margin = _parse_isolated_margin(d.pop("isolatedMargin", UNSET))

        def _parse_crossed_margin(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        crossed_margin = _parse_crossed_margin(d.pop("crossedMargin", UNSET))

        futures_account = cls(
            margin_coin=margin_coin,
            margin_mode=margin_mode,
            pos_mode=pos_mode,
            crossed_margin_leverage=crossed_margin_leverage,
            isolated_long_lever=isolated_long_lever,
            isolated_short_lever=isolated_short_lever,
            asset_mode=asset_mode,
            locked=locked,
            available=available,
            crossed_max_available=crossed_max_available,
            isolated_max_available=isolated_max_available,
            max_transfer_out=max_transfer_out,
            account_equity=account_equity,
            usdt_equity=usdt_equity,
            btc_equity=btc_equity,
            crossed_risk_rate=crossed_risk_rate,
            unrealized_pl=unrealized_pl,
            coupon=coupon,
            grant=grant,
            crossed_unrealized_pl=crossed_unrealized_pl,
            isolated_unrealized_pl=isolated_unrealized_pl,
            isolated_margin=isolated_margin,
            crossed_margin=crossed_margin,
        )

        futures_account.additional_properties = d
        return futures_account

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
