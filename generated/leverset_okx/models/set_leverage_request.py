# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.set_leverage_request_mgn_mode import SetLeverageRequestMgnMode, check_set_leverage_request_mgn_mode
from ..models.set_leverage_request_pos_side import SetLeverageRequestPosSide, check_set_leverage_request_pos_side
from ..types import UNSET, Unset

T = TypeVar("T", bound="SetLeverageRequest")


@_attrs_define
class SetLeverageRequest:
    """The leverage to set, and the pair, currency, underlying or contract.

    Attributes:
        lever (str): Leverage, a multiple without unit, as a positive decimal in fixed-point notation, such as "5".
        mgn_mode (SetLeverageRequestMgnMode): Margin mode. Only cross where ccy is given.
        inst_id (str | Unset): Instrument ID, such as BTC-USDT (MARGIN), BTC-USDT-SWAP or BTC-USDT-200802 (FUTURES).
            Either this or ccy is required; where both are given, this one is used. Empty means absent.
        ccy (str | Unset): Currency used for margin, such as BTC. Only for cross MARGIN of an account in multi-currency
            margin. Empty means absent.
        pos_side (SetLeverageRequestPosSide | Unset): Position side, only for FUTURES and SWAP. In long/short mode with
            isolated margin it is required and is long or short; in every other case only net may be given.
    """

    lever: str
    mgn_mode: SetLeverageRequestMgnMode
    inst_id: str | Unset = UNSET
    ccy: str | Unset = UNSET
    pos_side: SetLeverageRequestPosSide | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        lever = self.lever

        mgn_mode: str = self.mgn_mode

        inst_id = self.inst_id

        ccy = self.ccy

        pos_side: str | Unset = UNSET
        if not isinstance(self.pos_side, Unset):
            pos_side = self.pos_side

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "lever": lever,
                "mgnMode": mgn_mode,
            }
        )
        if inst_id is not UNSET:
            field_dict["instId"] = inst_id
        if ccy is not UNSET:
            field_dict["ccy"] = ccy
        if pos_side is not UNSET:
            field_dict["posSide"] = pos_side

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lever = d.pop("lever")

        mgn_mode = check_set_leverage_request_mgn_mode(d.pop("mgnMode"))

        inst_id = d.pop("instId", UNSET)

        ccy = d.pop("ccy", UNSET)

        _pos_side = d.pop("posSide", UNSET)
        pos_side: SetLeverageRequestPosSide | Unset
        if isinstance(_pos_side, Unset):
            pos_side = UNSET
        else:
            pos_side = check_set_leverage_request_pos_side(_pos_side)

        set_leverage_request = cls(
            lever=lever,
            mgn_mode=mgn_mode,
            inst_id=inst_id,
            ccy=ccy,
            pos_side=pos_side,
        )

        return set_leverage_request
