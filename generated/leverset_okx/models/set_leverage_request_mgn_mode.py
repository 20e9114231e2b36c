# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

SetLeverageRequestMgnMode = Literal["cross", "isolated"]

SET_LEVERAGE_REQUEST_MGN_MODE_VALUES: set[SetLeverageRequestMgnMode] = {
    "cross",
    "isolated",
}


def check_set_leverage_request_mgn_mode(value: str) -> SetLeverageRequestMgnMode:
    if value in SET_LEVERAGE_REQUEST_MGN_MODE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SET_LEVERAGE_REQUEST_MGN_MODE_VALUES!r}")
