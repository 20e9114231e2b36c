# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

SetLeverageRequestHoldSide = Literal["long", "short"]

SET_LEVERAGE_REQUEST_HOLD_SIDE_VALUES: set[SetLeverageRequestHoldSide] = {
    "long",
    "short",
}


def check_set_leverage_request_hold_side(value: str) -> SetLeverageRequestHoldSide:
    if value in SET_LEVERAGE_REQUEST_HOLD_SIDE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SET_LEVERAGE_REQUEST_HOLD_SIDE_VALUES!r}")
