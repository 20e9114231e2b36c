# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

GetLeverageMgnMode = Literal["cross", "isolated"]

GET_LEVERAGE_MGN_MODE_VALUES: set[GetLeverageMgnMode] = {
    "cross",
    "isolated",
}


def check_get_leverage_mgn_mode(value: str) -> GetLeverageMgnMode:
    if value in GET_LEVERAGE_MGN_MODE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GET_LEVERAGE_MGN_MODE_VALUES!r}")
