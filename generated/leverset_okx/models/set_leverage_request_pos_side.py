# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

SetLeverageRequestPosSide = Literal["long", "net", "short"]

SET_LEVERAGE_REQUEST_POS_SIDE_VALUES: set[SetLeverageRequestPosSide] = {
    "long",
    "net",
    "short",
}


def check_set_leverage_request_pos_side(value: str) -> SetLeverageRequestPosSide:
    if value in SET_LEVERAGE_REQUEST_POS_SIDE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SET_LEVERAGE_REQUEST_POS_SIDE_VALUES!r}")
