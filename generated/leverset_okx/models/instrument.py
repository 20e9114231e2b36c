# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Instrument")


@_attrs_define
class Instrument:
    """One instrument. What does not apply to it is empty.

    Attributes:
        inst_type (None | str | Unset): Instrument type.
        inst_id (None | str | Unset): Instrument ID.
        uly (None | str | Unset): Underlying, for contracts.
        inst_family (None | str | Unset): Instrument family, for contracts.
        base_ccy (None | str | Unset): Base currency, for SPOT and MARGIN.
        quote_ccy (None | str | Unset): Quote currency, for SPOT and MARGIN.
        settle_ccy (None | str | Unset): Currency of settlement and margin, for contracts.
        ct_val (float | None | str | Unset): Contract value.
        ct_mult (float | None | str | Unset): Contract multiplier.
        ct_val_ccy (None | str | Unset): Currency of the contract value.
        ct_type (None | str | Unset): Contract type, linear or inverse.
        lever (float | None | str | Unset): The highest leverage of the instrument, a multiple without unit; an account
            may be allowed less. Empty for SPOT and OPTION.
        tick_sz (float | None | str | Unset): Tick size.
        lot_sz (float | None | str | Unset): Lot size.
        min_sz (float | None | str | Unset): Smallest order size.
        list_time (float | None | str | Unset): When it was listed, in milliseconds since 1970.
        exp_time (float | None | str | Unset): When it expires, in milliseconds since 1970; empty where it does not.
        state (None | str | Unset): live, suspend, preopen, test, rebase, post_only or settling.
        rule_type (None | str | Unset): normal, pre_market, rebase_contract or xperp.
        inst_id_code (int | None | str | Unset): The instrument's number; may be null.
        inst_category (float | None | str | Unset): Kind of asset.
        future_settlement (bool | None | str | Unset): Whether it is settled daily.
        trade_quote_ccy_list (list[float | None | str] | None | Unset): Currencies in which it may be quoted.
    """

    inst_type: None | str | Unset = UNSET
    inst_id: None | str | Unset = UNSET
    uly: None | str | Unset = UNSET
    inst_family: None | str | Unset = UNSET
    base_ccy: None | str | Unset = UNSET
    quote_ccy: None | str | Unset = UNSET
    settle_ccy: None | str | Unset = UNSET
    ct_val: float | None | str | Unset = UNSET
    ct_mult: float | None | str | Unset = UNSET
    ct_val_ccy: None | str | Unset = UNSET
    ct_type: None | str | Unset = UNSET
    lever: float | None | str | Unset = UNSET
    tick_sz: float | None | str | Unset = UNSET
    lot_sz: float | None | str | Unset = UNSET
    min_sz: float | None | str | Unset = UNSET
    list_time: float | None | str | Unset = UNSET
    exp_time: float | None | str | Unset = UNSET
    state: None | str | Unset = UNSET
    rule_type: None | str | Unset = UNSET
    inst_id_code: int | None | str | Unset = UNSET
    inst_category: float | None | str | Unset = UNSET
    future_settlement: bool | None | str | Unset = UNSET
    trade_quote_ccy_list: list[float | None | str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inst_type: None | str | Unset
        if isinstance(self.inst_type, Unset):
            inst_type = UNSET
        else:
            inst_type = self.inst_type

        inst_id: None | str | Unset
        if isinstance(self.inst_id, Unset):
            inst_id = UNSET
        else:
            inst_id = self.inst_id

        uly: None | str | Unset
        if isinstance(self.uly, Unset):
            uly = UNSET
        else:
            uly = self.uly

        inst_family: None | str | Unset
        if isinstance(self.inst_family, Unset):
            inst_family = UNSET
        else:
            inst_family = self.inst_family

        base_ccy: None | str | Unset
        if isinstance(self.base_ccy, Unset):
            base_ccy = UNSET
        else:
            base_ccy = self.base_ccy

        quote_ccy: None | str | Unset
        if isinstance(self.quote_ccy, Unset):
            quote_ccy = UNSET
        else:
            quote_ccy = self.quote_ccy

        settle_ccy: None | str | Unset
        if isinstance(self.settle_ccy, Unset):
            settle_ccy = UNSET
        else:
            settle_ccy = self.settle_ccy

        ct_val: float | None | str | Unset
        if isinstance(self.ct_val, Unset):
            ct_val = UNSET
        else:
            ct_val = self.ct_val

        ct_mult: float | None | str | Unset
        if isinstance(self.ct_mult, Unset):
            ct_mult = UNSET
        else:
            ct_mult = self.ct_mult

        ct_val_ccy: None | str | Unset
        if isinstance(self.ct_val_ccy, Unset):
            ct_val_ccy = UNSET
        else:
            ct_val_ccy = self.ct_val_ccy

        ct_type: None | str | Unset
        if isinstance(self.ct_type, Unset):
            ct_type = UNSET
        else:
            ct_type = self.ct_type

        lever: float | None | str | Unset
        if isinstance(self.lever, Unset):
            lever = UNSET
        else:
            lever = self.lever

        tick_sz: float | None | str | Unset
        if isinstance(self.tick_sz, Unset):
            tick_sz = UNSET
        else:
            tick_sz = self.tick_sz

        lot_sz: float | None | str | Unset
        if isinstance(self.lot_sz, Unset):
            lot_sz = UNSET
        else:
            lot_sz = self.lot_sz

        min_sz: float | None | str | Unset
        if isinstance(self.min_sz, Unset):
            min_sz = UNSET
        else:
            min_sz = self.min_sz

        list_time: float | None | str | Unset
        if isinstance(self.list_time, Unset):
            list_time = UNSET
        else:
            list_time = self.list_time

        exp_time: float | None | str | Unset
        if isinstance(self.exp_time, Unset):
            exp_time = UNSET
        else:
            exp_time = self.exp_time

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        else:
            state = self.state

        rule_type: None | str | Unset
        if isinstance(self.rule_type, Unset):
            rule_type = UNSET
        else:
            rule_type = self.rule_type

        inst_id_code: int | None | str | Unset
        if isinstance(self.inst_id_code, Unset):
            inst_id_code = UNSET
        else:
            inst_id_code = self.inst_id_code

        inst_category: float | None | str | Unset
        if isinstance(self.inst_category, Unset):
            inst_category = UNSET
        else:
            inst_category = self.inst_category

        future_settlement: bool | None | str | Unset
        if isinstance(self.future_settlement, Unset):
            future_settlement = UNSET
        else:
            future_settlement = self.future_settlement

        trade_quote_ccy_list: list[float | None | str] | None | Unset
        if isinstance(self.trade_quote_ccy_list, Unset):
            trade_quote_ccy_list = UNSET
        elif isinstance(self.trade_quote_ccy_list, list):
            trade_quote_ccy_list = []
            for trade_quote_ccy_list_type_0_item_data in self.trade_quote_ccy_list:
                trade_quote_ccy_list_type_0_item: float | None | str
                trade_quote_ccy_list_type_0_item = trade_quote_ccy_list_type_0_item_data
                trade_quote_ccy_list.append(trade_quote_ccy_list_type_0_item)

        else:
            trade_quote_ccy_list = self.trade_quote_ccy_list

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if inst_type is not UNSET:
            field_dict["instType"] = inst_type
        if inst_id is not UNSET:
            field_dict["instId"] = inst_id
        if uly is not UNSET:
            field_dict["uly"] = uly
        if inst_family is not UNSET:
            field_dict["instFamily"] = inst_family
        if base_ccy is not UNSET:
            field_dict["baseCcy"] = base_ccy
        if quote_ccy is not UNSET:
            field_dict["quoteCcy"] = quote_ccy
        if settle_ccy is not UNSET:
            field_dict["settleCcy"] = settle_ccy
        if ct_val is not UNSET:
            field_dict["ctVal"] = ct_val
        if ct_mult is not UNSET:
            field_dict["ctMult"] = ct_mult
        if ct_val_ccy is not UNSET:
            field_dict["ctValCcy"] = ct_val_ccy
        if ct_type is not UNSET:
            field_dict["ctType"] = ct_type
        if lever is not UNSET:
            field_dict["lever"] = lever
        if tick_sz is not UNSET:
            field_dict["tickSz"] = tick_sz
        if lot_sz is not UNSET:
            field_dict["lotSz"] = lot_sz
        if min_sz is not UNSET:
            field_dict["minSz"] = min_sz
        if list_time is not UNSET:
            field_dict["listTime"] = list_time
        if exp_time is not UNSET:
            field_dict["expTime"] = exp_time
        if state is not UNSET:
            field_dict["state"] = state
        if rule_type is not UNSET:
            field_dict["ruleType"] = rule_type
        if inst_id_code is not UNSET:
            field_dict["instIdCode"] = inst_id_code
        if inst_category is not UNSET:
            field_dict["instCategory"] = inst_category
        if future_settlement is not UNSET:
            field_dict["futureSettlement"] = future_settlement
        if trade_quote_ccy_list is not UNSET:
            field_dict["tradeQuoteCcyList"] = trade_quote_ccy_list

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_inst_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        inst_type = _parse_inst_type(d.pop("instType", UNSET))

        def _parse_inst_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        inst_id = _parse_inst_id(d.pop("instId", UNSET))

        def _parse_uly(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        uly = _parse_uly(d.pop("uly", UNSET))

        def _parse_inst_family(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        inst_family = _parse_inst_family(d.pop("instFamily", UNSET))

        def _parse_base_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_ccy = _parse_base_ccy(d.pop("baseCcy", UNSET))

        def _parse_quote_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        quote_ccy = _parse_quote_ccy(d.pop("quoteCcy", UNSET))

        def _parse_settle_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        settle_ccy = _parse_settle_ccy(d.pop("settleCcy", UNSET))

        def _parse_ct_val(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        ct_val = _parse_ct_val(d.pop("ctVal", UNSET))

        def _parse_ct_mult(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        ct_mult = _parse_ct_mult(d.pop("ctMult", UNSET))

        def _parse_ct_val_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ct_val_ccy = _parse_ct_val_ccy(d.pop("ctValCcy", UNSET))

        def _parse_ct_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ct_type = _parse_ct_type(d.pop("ctType", UNSET))

        def _parse_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        lever = _parse_lever(d.pop("lever", UNSET))

        def _parse_tick_sz(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        tick_sz = _parse_tick_sz(d.pop("tickSz", UNSET))

        def _parse_lot_sz(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        lot_sz = _parse_lot_sz(d.pop("lotSz", UNSET))

        def _parse_min_sz(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        min_sz = _parse_min_sz(d.pop("minSz", UNSET))

        def _parse_list_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        list_time = _parse_list_time(d.pop("listTime", UNSET))

        def _parse_exp_time(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        exp_time = _parse_exp_time(d.pop("expTime", UNSET))

        def _parse_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_rule_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        rule_type = _parse_rule_type(d.pop("ruleType", UNSET))

        def _parse_inst_id_code(data: object) -> int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | str | Unset, data)

        inst_id_code = _parse_inst_id_code(d.pop("instIdCode", UNSET))

        def _parse_inst_category(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        inst_category = _parse_inst_category(d.pop("instCategory", UNSET))

        def _parse_future_settlement(data: object) -> bool | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | str | Unset, data)

        future_settlement = _parse_future_settlement(d.pop("futureSettlement", UNSET))

        def _parse_trade_quote_ccy_list(data: object) -> list[float | None | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                trade_quote_ccy_list_type_0 = []
                _trade_quote_ccy_list_type_0 = data
                for trade_quote_ccy_list_type_0_item_data in _trade_quote_ccy_list_type_0:

                    def _parse_trade_quote_ccy_list_type_0_item(data: object) -> float | None | str:
                        if data is None:
                            return data
                        return cast(float | None | str, data)

                    trade_quote_ccy_list_type_0_item = _parse_trade_quote_ccy_list_type_0_item(
                        trade_quote_ccy_list_type_0_item_data
                    )

                    trade_quote_ccy_list_type_0.append(trade_quote_ccy_list_type_0_item)

                return trade_quote_ccy_list_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float | None | str] | None | Unset, data)

        trade_quote_ccy_list = _parse_trade_quote_ccy_list(d.pop("tradeQuoteCcyList", UNSET))

        instrument = cls(
            inst_type=inst_type,
            inst_id=inst_id,
            uly=uly,
            inst_family=inst_family,
            base_ccy=base_ccy,
            quote_ccy=quote_ccy,
            settle_ccy=settle_ccy,
            ct_val=ct_val,
            ct_mult=ct_mult,
            ct_val_ccy=ct_val_ccy,
            ct_type=ct_type,
            lever=lever,
            tick_sz=tick_sz,
            lot_sz=lot_sz,
            min_sz=min_sz,
            list_time=list_time,
            exp_time=exp_time,
            state=state,
            rule_type=rule_type,
            inst_id_code=inst_id_code,
            inst_category=inst_category,
            future_settlement=future_settlement,
            trade_quote_ccy_list=trade_quote_ccy_list,
        )

        instrument.additional_properties = d
        return instrument

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
