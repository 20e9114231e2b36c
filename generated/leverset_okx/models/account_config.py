# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AccountConfig")


@_attrs_define
class AccountConfig:
    """An account, its modes, and the API key that asks.

    Attributes:
        uid (float | None | str | Unset): User ID of this account.
        main_uid (float | None | str | Unset): User ID of the main account; another than uid where this is a sub-
            account.
        acct_lv (float | None | str | Unset): Account mode, 1 spot, 2 futures, 3 multi-currency margin, 4 portfolio
            margin.
        pos_mode (None | str | Unset): Position mode of FUTURES and SWAP, long_short_mode or net_mode.
        acct_stp_mode (None | str | Unset): What self-trade prevention cancels.
        auto_loan (bool | None | str | Unset): Whether currency is borrowed automatically.
        enable_spot_borrow (bool | None | str | Unset): Whether borrowing is enabled in spot mode.
        spot_borrow_auto_repay (bool | None | str | Unset): Whether what is borrowed in spot mode is repaid
            automatically.
        ct_iso_mode (None | str | Unset): How isolated margin of contracts is transferred, automatic or autonomy.
        mgn_iso_mode (None | str | Unset): How isolated margin of MARGIN is transferred.
        perm (None | str | Unset): What the API key may do, read_only, trade and withdraw with commas between them.
        ip (None | str | Unset): The addresses that the API key is bound to, with commas between them; empty where it is
            bound to none.
        label (None | str | Unset): The note of the API key.
        level (None | str | Unset): The user's level of fees.
        level_tmp (None | str | Unset): The user's temporary level of fees.
        kyc_lv (float | None | str | Unset): Level of identification, 0 to 3.
        role_type (float | None | str | Unset): Role in copy trading of contracts, 0 general, 1 lead trader, 2 copy
            trader.
        spot_role_type (float | None | str | Unset): Role in copy trading of SPOT.
        trader_insts (list[float | None | str] | None | Unset): Instruments that a lead trader leads with.
        spot_trader_insts (list[float | None | str] | None | Unset): SPOT instruments that a lead trader leads with.
        type_ (float | None | str | Unset): Kind of account, 0 main, 1 standard sub-account, 2 managed sub-account,
            others for custody.
        greeks_type (None | str | Unset): How Greeks are shown, PA or BS.
        fee_type (float | None | str | Unset): In what fees are charged.
        op_auth (float | None | str | Unset): Whether OPTION trading was activated, 0 or 1.
        stgy_type (float | None | str | Unset): Strategy type.
        liquidation_gear (float | None | str | Unset): Margin level at which liquidation warns.
        spot_offset_type (None | str | Unset): Deprecated.
        settle_ccy (None | str | Unset): Currency in which USD-margined contracts are settled.
        settle_ccy_list (list[None | str] | None | str | Unset): Currencies in which USD-margined contracts may be
            settled.
    """

    uid: float | None | str | Unset = UNSET
    main_uid: float | None | str | Unset = UNSET
    acct_lv: float | None | str | Unset = UNSET
    pos_mode: None | str | Unset = UNSET
    acct_stp_mode: None | str | Unset = UNSET
    auto_loan: bool | None | str | Unset = UNSET
    enable_spot_borrow: bool | None | str | Unset = UNSET
    spot_borrow_auto_repay: bool | None | str | Unset = UNSET
    ct_iso_mode: None | str | Unset = UNSET
    mgn_iso_mode: None | str | Unset = UNSET
    perm: None | str | Unset = UNSET
    ip: None | str | Unset = UNSET
    label: None | str | Unset = UNSET
    level: None | str | Unset = UNSET
    level_tmp: None | str | Unset = UNSET
    kyc_lv: float | None | str | Unset = UNSET
    role_type: float | None | str | Unset = UNSET
    spot_role_type: float | None | str | Unset = UNSET
    trader_insts: list[float | None | str] | None | Unset = UNSET
    spot_trader_insts: list[float | None | str] | None | Unset = UNSET
    type_: float | None | str | Unset = UNSET
    greeks_type: None | str | Unset = UNSET
    fee_type: float | None | str | Unset = UNSET
    op_auth: float | None | str | Unset = UNSET
    stgy_type: float | None | str | Unset = UNSET
    liquidation_gear: float | None | str | Unset = UNSET
    spot_offset_type: None | str | Unset = UNSET
    settle_ccy: None | str | Unset = UNSET
    settle_ccy_list: list[None | str] | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        uid: float | None | str | Unset
        if isinstance(self.uid, Unset):
            uid = UNSET
        else:
            uid = self.uid

        main_uid: float | None | str | Unset
        if isinstance(self.main_uid, Unset):
            main_uid = UNSET
        else:
            main_uid = self.main_uid

        acct_lv: float | None | str | Unset
        if isinstance(self.acct_lv, Unset):
            acct_lv = UNSET
        else:
            acct_lv = self.acct_lv

        pos_mode: None | str | Unset
        if isinstance(self.pos_mode, Unset):
            pos_mode = UNSET
        else:
            pos_mode = self.pos_mode

        acct_stp_mode: None | str | Unset
        if isinstance(self.acct_stp_mode, Unset):
            acct_stp_mode = UNSET
        else:
            acct_stp_mode = self.acct_stp_mode

        auto_loan: bool | None | str | Unset
        if isinstance(self.auto_loan, Unset):
            auto_loan = UNSET
        else:
            auto_loan = self.auto_loan

        enable_spot_borrow: bool | None | str | Unset
        if isinstance(self.enable_spot_borrow, Unset):
            enable_spot_borrow = UNSET
        else:
            enable_spot_borrow = self.enable_spot_borrow

        spot_borrow_auto_repay: bool | None | str | Unset
        if isinstance(self.spot_borrow_auto_repay, Unset):
            spot_borrow_auto_repay = UNSET
        else:
            spot_borrow_auto_repay = self.spot_borrow_auto_repay

        ct_iso_mode: None | str | Unset
        if isinstance(self.ct_iso_mode, Unset):
            ct_iso_mode = UNSET
        else:
            ct_iso_mode = self.ct_iso_mode

        mgn_iso_mode: None | str | Unset
        if isinstance(self.mgn_iso_mode, Unset):
            mgn_iso_mode = UNSET
        else:
            mgn_iso_mode = self.mgn_iso_mode

        perm: None | str | Unset
        if isinstance(self.perm, Unset):
            perm = UNSET
        else:
            perm = self.perm

        ip: None | str | Unset
        if isinstance(self.ip, Unset):
            ip = UNSET
        else:
            ip = self.ip

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        level: None | str | Unset
        if isinstance(self.level, Unset):
            level = UNSET
        else:
            level = self.level

        level_tmp: None | str | Unset
        if isinstance(self.level_tmp, Unset):
            level_tmp = UNSET
        else:
            level_tmp = self.level_tmp

        kyc_lv: float | None | str | Unset
        if isinstance(self.kyc_lv, Unset):
            kyc_lv = UNSET
        else:
            kyc_lv = self.kyc_lv

        role_type: float | None | str | Unset
        if isinstance(self.role_type, Unset):
            role_type = UNSET
        else:
            role_type = self.role_type

        spot_role_type: float | None | str | Unset
        if isinstance(self.spot_role_type, Unset):
            spot_role_type = UNSET
        else:
            spot_role_type = self.spot_role_type

        trader_insts: list[float | None | str] | None | Unset
        if isinstance(self.trader_insts, Unset):
            trader_insts = UNSET
        elif isinstance(self.trader_insts, list):
            trader_insts = []
            for trader_insts_type_0_item_data in self.trader_insts:
                trader_insts_type_0_item: float | None | str
                trader_insts_type_0_item = trader_insts_type_0_item_data
                trader_insts.append(trader_insts_type_0_item)

        else:
            trader_insts = self.trader_insts

        spot_trader_insts: list[float | None | str] | None | Unset
        if isinstance(self.spot_trader_insts, Unset):
            spot_trader_insts = UNSET
        elif isinstance(self.spot_trader_insts, list):
            spot_trader_insts = []
            for spot_trader_insts_type_0_item_data in self.spot_trader_insts:
                spot_trader_insts_type_0_item: float | None | str
                spot_trader_insts_type_0_item = spot_trader_insts_type_0_item_data
                spot_trader_insts.append(spot_trader_insts_type_0_item)

        else:
            spot_trader_insts = self.spot_trader_insts

        type_: float | None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        greeks_type: None | str | Unset
        if isinstance(self.greeks_type, Unset):
            greeks_type = UNSET
        else:
            greeks_type = self.greeks_type

        fee_type: float | None | str | Unset
        if isinstance(self.fee_type, Unset):
            fee_type = UNSET
        else:
            fee_type = self.fee_type

        op_auth: float | None | str | Unset
        if isinstance(self.op_auth, Unset):
            op_auth = UNSET
        else:
            op_auth = self.op_auth

        stgy_type: float | None | str | Unset
        if isinstance(self.stgy_type, Unset):
            stgy_type = UNSET
        else:
            stgy_type = self.stgy_type

        liquidation_gear: float | None | str | Unset
        if isinstance(self.liquidation_gear, Unset):
            liquidation_gear = UNSET
        else:
            liquidation_gear = self.liquidation_gear

        spot_offset_type: None | str | Unset
        if isinstance(self.spot_offset_type, Unset):
            spot_offset_type = UNSET
        else:
            spot_offset_type = self.spot_offset_type

        settle_ccy: None | str | Unset
        if isinstance(self.settle_ccy, Unset):
            settle_ccy = UNSET
        else:
            settle_ccy = self.settle_ccy

        settle_ccy_list: list[None | str] | None | str | Unset
        if isinstance(self.settle_ccy_list, Unset):
            settle_ccy_list = UNSET
        elif isinstance(self.settle_ccy_list, list):
            settle_ccy_list = []
            for settle_ccy_list_type_1_item_data in self.settle_ccy_list:
                settle_ccy_list_type_1_item: None | str
                settle_ccy_list_type_1_item = settle_ccy_list_type_1_item_data
                settle_ccy_list.append(settle_ccy_list_type_1_item)

        else:
            settle_ccy_list = self.settle_ccy_list

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if uid is not UNSET:
            field_dict["uid"] = uid
        if main_uid is not UNSET:
            field_dict["mainUid"] = main_uid
        if acct_lv is not UNSET:
            field_dict["acctLv"] = acct_lv
        if pos_mode is not UNSET:
            field_dict["posMode"] = pos_mode
        if acct_stp_mode is not UNSET:
            field_dict["acctStpMode"] = acct_stp_mode
        if auto_loan is not UNSET:
            field_dict["autoLoan"] = auto_loan
        if enable_spot_borrow is not UNSET:
            field_dict["enableSpotBorrow"] = enable_spot_borrow
        if spot_borrow_auto_repay is not UNSET:
            field_dict["spotBorrowAutoRepay"] = spot_borrow_auto_repay
        if ct_iso_mode is not UNSET:
            field_dict["ctIsoMode"] = ct_iso_mode
        if mgn_iso_mode is not UNSET:
            field_dict["mgnIsoMode"] = mgn_iso_mode
        if perm is not UNSET:
            field_dict["perm"] = perm
        if ip is not UNSET:
            field_dict["ip"] = ip
        if label is not UNSET:
            field_dict["label"] = label
        if level is not UNSET:
            field_dict["level"] = level
        if level_tmp is not UNSET:
            field_dict["levelTmp"] = level_tmp
        if kyc_lv is not UNSET:
            field_dict["kycLv"] = kyc_lv
        if role_type is not UNSET:
            field_dict["roleType"] = role_type
        if spot_role_type is not UNSET:
            field_dict["spotRoleType"] = spot_role_type
        if trader_insts is not UNSET:
            field_dict["traderInsts"] = trader_insts
        if spot_trader_insts is not UNSET:
            field_dict["spotTraderInsts"] = spot_trader_insts
        if type_ is not UNSET:
            field_dict["type"] = type_
        if greeks_type is not UNSET:
            field_dict["greeksType"] = greeks_type
        if fee_type is not UNSET:
            field_dict["feeType"] = fee_type
        if op_auth is not UNSET:
            field_dict["opAuth"] = op_auth
        if stgy_type is not UNSET:
            field_dict["stgyType"] = stgy_type
        if liquidation_gear is not UNSET:
            field_dict["liquidationGear"] = liquidation_gear
        if spot_offset_type is not UNSET:
            field_dict["spotOffsetType"] = spot_offset_type
        if settle_ccy is not UNSET:
            field_dict["settleCcy"] = settle_ccy
        if settle_ccy_list is not UNSET:
            field_dict["settleCcyList"] = settle_ccy_list

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_uid(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        uid = _parse_uid(d.pop("uid", UNSET))

        def _parse_main_uid(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        main_uid = _parse_main_uid(d.pop("mainUid", UNSET))

        def _parse_acct_lv(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        acct_lv = _parse_acct_lv(d.pop("acctLv", UNSET))

        def _parse_pos_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pos_mode = _parse_pos_mode(d.pop("posMode", UNSET))

        def _parse_acct_stp_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        acct_stp_mode = _parse_acct_stp_mode(d.pop("acctStpMode", UNSET))

        def _parse_auto_loan(data: object) -> bool | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | str | Unset, data)

        auto_loan = _parse_auto_loan(d.pop("autoLoan", UNSET))

        def _parse_enable_spot_borrow(data: object) -> bool | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | str | Unset, data)

        enable_spot_borrow = _parse_enable_spot_borrow(d.pop("enableSpotBorrow", UNSET))

        def _parse_spot_borrow_auto_repay(data: object) -> bool | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | str | Unset, data)

        spot_borrow_auto_repay = _parse_spot_borrow_auto_repay(d.pop("spotBorrowAutoRepay", UNSET))

        def _parse_ct_iso_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ct_iso_mode = _parse_ct_iso_mode(d.pop("ctIsoMode", UNSET))

        def _parse_mgn_iso_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        mgn_iso_mode = _parse_mgn_iso_mode(d.pop("mgnIsoMode", UNSET))

        def _parse_perm(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        perm = _parse_perm(d.pop("perm", UNSET))

        def _parse_ip(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ip = _parse_ip(d.pop("ip", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_level(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        level = _parse_level(d.pop("level", UNSET))

        def _parse_level_tmp(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        level_tmp = _parse_level_tmp(d.pop("levelTmp", UNSET))

        def _parse_kyc_lv(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        kyc_lv = _parse_kyc_lv(d.pop("kycLv", UNSET))

        def _parse_role_type(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        role_type = _parse_role_type(d.pop("roleType", UNSET))

        def _parse_spot_role_type(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        spot_role_type = _parse_spot_role_type(d.pop("spotRoleType", UNSET))

        def _parse_trader_insts(data: object) -> list[float | None | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                trader_insts_type_0 = []
                _trader_insts_type_0 = data
                for trader_insts_type_0_item_data in _trader_insts_type_0:

                    def _parse_trader_insts_type_0_item(data: object) -> float | None | str:
                        if data is None:
                            return data
                        return cast(float | None | str, data)

                    trader_insts_type_0_item = _parse_trader_insts_type_0_item(trader_insts_type_0_item_data)

                    trader_insts_type_0.append(trader_insts_type_0_item)

                return trader_insts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float | None | str] | None | Unset, data)

        trader_insts = _parse_trader_insts(d.pop("traderInsts", UNSET))

        def _parse_spot_trader_insts(data: object) -> list[float | None | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                spot_trader_insts_type_0 = []
                _spot_trader_insts_type_0 = data
                for spot_trader_insts_type_0_item_data in _spot_trader_insts_type_0:

                    def _parse_spot_trader_insts_type_0_item(data: object) -> float | None | str:
                        if data is None:
                            return data
                        return cast(float | None | str, data)

                    spot_trader_insts_type_0_item = _parse_spot_trader_insts_type_0_item(
                        spot_trader_insts_type_0_item_data
                    )

                    spot_trader_insts_type_0.append(spot_trader_insts_type_0_item)

                return spot_trader_insts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float | None | str] | None | Unset, data)

        spot_trader_insts = _parse_spot_trader_insts(d.pop("spotTraderInsts", UNSET))

        def _parse_type_(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_greeks_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        greeks_type = _parse_greeks_type(d.pop("greeksType", UNSET))

        def _parse_fee_type(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        fee_type = _parse_fee_type(d.pop("feeType", UNSET))

        def _parse_op_auth(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        op_auth = _parse_op_auth(d.pop("opAuth", UNSET))

        def _parse_stgy_type(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        stgy_type = _parse_stgy_type(d.pop("stgyType", UNSET))

        def _parse_liquidation_gear(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        liquidation_gear = _parse_liquidation_gear(d.pop("liquidationGear", UNSET))

        def _parse_spot_offset_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        spot_offset_type = _parse_spot_offset_type(d.pop("spotOffsetType", UNSET))

        def _parse_settle_ccy(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        settle_ccy = _parse_settle_ccy(d.pop("settleCcy", UNSET))

        def _parse_settle_ccy_list(data: object) -> list[None | str] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                settle_ccy_list_type_1 = []
                _settle_ccy_list_type_1 = data
                for settle_ccy_list_type_1_item_data in _settle_ccy_list_type_1:

                    def _parse_settle_ccy_list_type_1_item(data: object) -> None | str:
                        if data is None:
                            return data
                        return cast(None | str, data)

                    settle_ccy_list_type_1_item = _parse_settle_ccy_list_type_1_item(settle_ccy_list_type_1_item_data)

                    settle_ccy_list_type_1.append(settle_ccy_list_type_1_item)

                return settle_ccy_list_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[None | str] | None | str | Unset, data)

        settle_ccy_list = _parse_settle_ccy_list(d.pop("settleCcyList", UNSET))

        account_config = cls(
            uid=uid,
            main_uid=main_uid,
            acct_lv=acct_lv,
            pos_mode=pos_mode,
            acct_stp_mode=acct_stp_mode,
            auto_loan=auto_loan,
            enable_spot_borrow=enable_spot_borrow,
            spot_borrow_auto_repay=spot_borrow_auto_repay,
            ct_iso_mode=ct_iso_mode,
            mgn_iso_mode=mgn_iso_mode,
            perm=perm,
            ip=ip,
            label=label,
            level=level,
            level_tmp=level_tmp,
            kyc_lv=kyc_lv,
            role_type=role_type,
            spot_role_type=spot_role_type,
            trader_insts=trader_insts,
            spot_trader_insts=spot_trader_insts,
            type_=type_,
            greeks_type=greeks_type,
            fee_type=fee_type,
            op_auth=op_auth,
            stgy_type=stgy_type,
            liquidation_gear=liquidation_gear,
            spot_offset_type=spot_offset_type,
            settle_ccy=settle_ccy,
            settle_ccy_list=settle_ccy_list,
        )

        account_config.additional_properties = d
        return account_config

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
