# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LeverageEntry")


@_attrs_define
class LeverageEntry:
    """The leverage of one instrument or currency, or of one side of a contract.

    Attributes:
        ccy (None | str | Unset): Margin currency where a currency was asked for, else empty; older responses do not
            have it.
        inst_id (None | str | Unset): Instrument ID.
        mgn_mode (None | str | Unset): Margin mode, cross or isolated.
        pos_side (None | str | Unset): Position side, long, short or net.
        lever (float | None | str | Unset): Leverage, a multiple without unit.
    """

    ccy: None | str | Unset = UNSET
    inst_id: None | str | Unset = UNSET
    mgn_mode: None | str | Unset = UNSET
    pos_side: None | str | Unset = UNSET
    lever: float | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ccy: None | str | Unset
        if isinstance(self.ccy, Unset):
            ccy = UNSET
        else:
            ccy = self.ccy

        inst_id: None | str | Unset
        if isinstance(self.inst_id, Unset):
            inst_id = UNSET
        else:
            inst_id = self.inst_id

        mgn_mode: None | str | Unset
        if isinstance(self.mgn_mode, Unset):
            mgn_mode = UNSET
        else:
            mgn_mode = self.mgn_mode

        pos_side: None | str | Unset
        if isinstance(self.pos_side, Unset):
            pos_side = UNSET
        else:
            pos_side = self.pos_side

        lever: float | None | str | Unset
        if isinstance(self.lever, Unset):
            lever = UNSET
        else:
            lever = self.lever

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ccy is not UNSET:
            field_dict["ccy"] = ccy
        if inst_id is not UNSET:
            field_dict["instId"] = inst_id
        if mgn_mode is not UNSET:
            field_dict["mgnMode"] = mgn_mode
        if pos_side is not UNSET:
            field_dict["posSide"] = pos_side
        if lever is not UNSET:
            field_dict["lever"] = lever

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ccy = _parse_ccy(d.pop("ccy", UNSET))

        def _parse_inst_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        inst_id = _parse_inst_id(d.pop("instId", UNSET))

        def _parse_mgn_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        mgn_mode = _parse_mgn_mode(d.pop("mgnMode", UNSET))

        def _parse_pos_side(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pos_side = _parse_pos_side(d.pop("posSide", UNSET))

        def _parse_lever(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        lever = _parse_lever(d.pop("lever", UNSET))

        leverage_entry = cls(
            ccy=ccy,
            inst_id=inst_id,
            mgn_mode=mgn_mode,
            pos_side=pos_side,
            lever=lever,
        )

        leverage_entry.additional_properties = d
        return leverage_entry

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
